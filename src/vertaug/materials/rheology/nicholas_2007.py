# SPDX-License-Identifier: BSD-3-Clause
"""How temperature hastens the ageing of acrylic cement, and how stiff it gets.

Nicholas et al. (2007), J Mater Sci Mater Med: curing times at 25 °C are halved at 37 °C, and the
complex viscosity of three cured cements is at most 7.5e4 Pa s. Halving from 25 to 37 °C means an
activation temperature of ``ln 2 / (1/298.15 - 1/310.15) = 5341 K`` (44.4 kJ/mol).
"""

from __future__ import annotations

import math

from vertaug.materials.card import Parameter

__all__ = ["CARD", "ageing_rate"]

_PAPER = "Nicholas 2007, J Mater Sci Mater Med"

CARD = (
    Parameter("E_a/R", 5341.0, "K", 4000.0, 8000.0, "activation temperature", _PAPER, "derived"),
    Parameter("eta_max", 7.5e-2, "MPa*s", 1e-2, 0.2, "viscosity when cured", _PAPER, "found"),
    Parameter(
        "T_ref", 296.15, "K", 295.15, 298.15, "temperature of the curves", "choice", "assumed"
    ),
)
ACTIVATION, CURED, REFERENCE = (p.value for p in CARD)


def ageing_rate(
    temperature: float, activation: float = ACTIVATION, reference: float = REFERENCE
) -> float:
    """Seconds of age gained at the reference temperature per second at `temperature`; all in K."""
    return math.exp(activation * (1.0 / reference - 1.0 / temperature))
