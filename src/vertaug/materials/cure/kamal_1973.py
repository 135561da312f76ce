# SPDX-License-Identifier: BSD-3-Clause
"""Cure that starts by itself and then catalyses itself.

Kamal, Sourour (1973), Polym Eng Sci 13:59: ``dc/dt = (k1 + k2 c^m) (1 - c)^n`` with ``k = A exp(-E/RT)``. For
m = n = 1 at constant temperature ``c = k1 (e^Kt - 1) / (k1 e^Kt + k2)``, K = k1 + k2: with 0.001 and 0.05 1/s
0.65655 after 90 s. The constants of the card are those of the verification example and of no product.
"""

from __future__ import annotations

from vertaug.errors import InputError
from vertaug.materials.card import Parameter
from vertaug.materials.cure.kinetics import GAS_CONSTANT, Kinetics
from vertaug_kernels import cure as kernels

__all__ = ["CARD", "kinetics"]

_NOTE = "illustrative, of no product"

CARD = (
    Parameter("A_1", 300.0, "1/s", 0.0, 1e12, "frequency factor of the start", _NOTE, "assumed"),
    Parameter("E_1", 4e4, "J/mol", 0.0, 1e5, "activation energy of the start", _NOTE, "assumed"),
    Parameter("A_2", 1.2e6, "1/s", 0.0, 1e12, "frequency factor of autocatalysis", _NOTE, "assumed"),
    Parameter("E_2", 5e4, "J/mol", 0.0, 1e5, "activation energy of autocatalysis", _NOTE, "assumed"),
    Parameter("m", 0.9, "1", 0.3, 2.0, "exponent of the cure", _NOTE, "assumed"),
    Parameter("n", 1.1, "1", 0.5, 2.5, "exponent of what is left", _NOTE, "assumed"),
)  # fmt: skip
A_1, E_1, A_2, E_2, M, N = (p.value for p in CARD)


def kinetics(
    a_1: float = A_1, e_1: float = E_1, a_2: float = A_2, e_2: float = E_2, m: float = M, n: float = N,
    start: float = 0.0,
) -> Kinetics:  # fmt: skip
    """Kinetics from frequency factors (1/s), activation energies (J/mol) and exponents.

    Raises
    ------
    InputError
        A negative constant; no cure at the start and nothing that starts one.
    """
    if min(a_1, e_1, a_2, e_2) < 0.0 or not (m > 0.0 and n > 0.0):
        raise InputError(
            "cement", "kamal_1973", f"A {a_1:g}, {a_2:g}; E {e_1:g}, {e_2:g}; m {m:g}, n {n:g}",
            "no negative factor or energy, positive exponents", "correct the constants", "E-CURE-003",
        )  # fmt: skip
    row = (a_1, e_1 / GAS_CONSTANT, a_2, e_2 / GAS_CONSTANT, m, n)
    return Kinetics("kamal_1973", kernels.KAMAL, row, start, starts=a_1 > 0.0)
