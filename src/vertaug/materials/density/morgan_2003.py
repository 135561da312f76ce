# SPDX-License-Identifier: BSD-3-Clause
"""Stiffness of vertebral trabecular bone from its wet apparent density.

Morgan, Bayraktar, Keaveny (2003), J Biomech 36:897-904: E = 4730 ρ^1.56 MPa (g/cm³), on axis, end
artefacts removed. Example: 180 mg/cm³ gives 326 MPa.
"""

from __future__ import annotations

from vertaug.materials.card import Parameter
from vertaug.materials.density.law import DensityLaw, power_law

__all__ = ["CARD", "LAWS"]

_PAPER = "Morgan 2003, J Biomech 36:897"

CARD = (
    Parameter("E_0", 4730.0, "MPa", 3500.0, 6000.0, "modulus at 1 g/cm³", _PAPER, "found"),
    Parameter("b", 1.56, "1", 1.3, 1.9, "exponent", _PAPER, "found"),
    Parameter("low", 110.0, "mg/cm³", 80.0, 140.0, "least apparent density fitted", _PAPER, "recalled"),
    Parameter("high", 350.0, "mg/cm³", 300.0, 400.0, "most apparent density fitted", _PAPER, "recalled"),
)  # fmt: skip
_E, _B, _LOW, _HIGH = (p.value for p in CARD)

LAWS = (
    DensityLaw(
        "morgan_2003", "stiffness", "apparent", _LOW, _HIGH, "human vertebra",
        CARD, power_law(_E, _B),
    ),
)  # fmt: skip
