# SPDX-License-Identifier: BSD-3-Clause
"""Autocatalytic cure of acrylic cement that vitrifies.

Maffezzoli, Ronca, Guida, Pochini, Nicolais (1997), J Mater Sci Mater Med 8:75, and Borzacchiello
et al. (1998), in the form of Stańczyk, van Rietbergen (2004), J Biomech 37:1803:
``dc/dt = A exp(-E/RT) c^m (limit(T) - c)^n``. Below its glass transition the polymer stiffens before all monomer has
reacted: the limit rises with temperature to 1. The cure of fresh cement is the knob that sets when a product hardens.

The paper's constants (`PAPER`) cure cement 2.75 times as fast at 37 as at 25 °C. Three cements cured twice as fast
(8.7, 13 and 13 min at 25 °C, half of that at 37; Nicholas et al. 2007), so ``E`` is the one that this means, and
``A`` keeps the paper's rate at 25 °C, where cements were compared. Half of the final cure from 0.001: 14.5 min
at 25 °C and 7.0 at 37. With the paper's the reaction runs away in lumps of some mL and gets them 20 K hotter.
"""

from __future__ import annotations

from vertaug.errors import InputError
from vertaug.materials.card import Parameter
from vertaug.materials.cure.kinetics import GAS_CONSTANT, Kinetics
from vertaug_kernels import cure as kernels

__all__ = ["CARD", "PAPER", "kinetics"]

_PAPER = "Stańczyk & van Rietbergen 2004, J Biomech 37:1803"
_CURING = "Nicholas 2007, J Mater Sci Mater Med: curing times halve from 25 to 37 °C"
_GLASS = "final conversion 75-85 % at body temperature, complete from the glass transition near 105 °C on"

CARD = (
    Parameter("A", 5.3665548e5, "1/s", 1e5, 1e10, "frequency factor", "the paper's rate at 25 °C", "derived"),
    Parameter("E", 44405.074, "J/mol", 3.3e4, 6.7e4, "activation energy", _CURING, "derived"),
    Parameter("m", 0.98, "1", 0.5, 1.5, "exponent of the cure", _PAPER, "recalled"),
    Parameter("n", 1.064, "1", 0.5, 2.0, "exponent of what is left", _PAPER, "recalled"),
    Parameter("c_37", 0.85, "1", 0.7, 1.0, "limit of the cure at 37 °C", _GLASS, "assumed"),
    Parameter("dc/dT", 0.15 / 68.0, "1/K", 0.0, 0.01, "growth of the limit", _GLASS, "assumed"),
    Parameter("c_0", 1e-3, "1", 1e-4, 1e-1, "cure of fresh cement", "sets the setting time", "assumed"),
)  # fmt: skip
FACTOR, ENERGY, M, N, LIMIT, SLOPE, START = (p.value for p in CARD)
PAPER = {"factor": 9.2064e8, "energy": 62866.0}
"""Constants of the paper that `CARD` does not follow (recalled), as `kinetics` takes them."""
BODY = 310.15
ACTIVATION = ENERGY / GAS_CONSTANT
"""Temperature, K, by which heat hastens the cure."""


def kinetics(
    start: float = START, limit: float = LIMIT, slope: float = SLOPE, factor: float = FACTOR,
    energy: float = ENERGY, m: float = M, n: float = N,
) -> Kinetics:  # fmt: skip
    """Kinetics with a cure of fresh cement, a limit at 37 °C and its slope (1/K), and the rate's constants.

    Parameters
    ----------
    factor, energy : 1/s and J/mol
    m, n : exponents of the cure and of what is left

    Raises
    ------
    InputError
        A factor, energy or exponent that is not positive, a limit outside 0 to 1, a negative slope.
    """
    if not (min(factor, energy, m, n, limit) > 0.0 and limit <= 1.0 and slope >= 0.0):
        raise InputError(
            "cement", "stanczyk_2004",
            f"A {factor:g}, E {energy:g}, m {m:g}, n {n:g}, limit {limit:g}, slope {slope:g}",
            "positive constants, a limit of at most 1, no negative slope", "correct the constants", "E-CURE-009",
        )  # fmt: skip
    row = (factor, energy / GAS_CONSTANT, m, n, limit, slope, BODY)
    return Kinetics("stanczyk_2004", kernels.AUTOCATALYTIC, row, start, starts=False)
