# SPDX-License-Identifier: BSD-3-Clause
"""Stiffness of bone from its ash density, spine and femur together.

Keller (1994), J Biomech 27:1159-1168, the generic law of CT-based models: E = 10500 ρ^2.29 MPa (g/cm³).
Example: 200 mg/cm³ gives 263 MPa.
"""

from __future__ import annotations

from vertaug.materials.card import Parameter
from vertaug.materials.density.law import DensityLaw, power_law

__all__ = ["CARD", "LAWS"]

_PAPER = "Keller 1994, J Biomech 27:1159"

CARD = (
    Parameter("E_0", 10500.0, "MPa", 8000.0, 13000.0, "modulus at 1 g/cm³", _PAPER, "found"),
    Parameter("b", 2.29, "1", 2.0, 2.6, "exponent", _PAPER, "found"),
    Parameter("low", 30.0, "mg/cm³", 20.0, 100.0, "least ash fitted", _PAPER, "recalled"),
    Parameter("high", 1200.0, "mg/cm³", 1000.0, 1400.0, "most ash fitted", _PAPER, "recalled"),
)
_E, _B, _LOW, _HIGH = (p.value for p in CARD)

LAWS = (
    DensityLaw(
        "keller_1994", "stiffness", "ash", _LOW, _HIGH, "human spine and femur",
        CARD, power_law(_E, _B), "mean",
    ),
)  # fmt: skip
