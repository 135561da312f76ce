# SPDX-License-Identifier: BSD-3-Clause
"""Axial stiffness of lumbar trabecular bone from its apparent density.

Rho, Hobatho, Ashman (1995), Med Eng Phys 17:347-355, by ultrasound: E = 0.63 ρ^1.35 MPa with ρ in
kg/m³ (the same number as mg/cm³). Ultrasound reads higher than a press. Example: 180 mg/cm³ gives
698 MPa.
"""

from __future__ import annotations

from vertaug.materials.card import Parameter
from vertaug.materials.density.law import DensityLaw, power_law

__all__ = ["CARD", "LAWS"]

_PAPER = "Rho 1995, Med Eng Phys 17:347"

CARD = (
    Parameter("E_0", 0.63, "MPa", 0.4, 1.0, "modulus at 1 kg/m³", _PAPER, "recalled"),
    Parameter("b", 1.35, "1", 1.1, 1.6, "exponent", _PAPER, "recalled"),
    Parameter("low", 100.0, "mg/cm³", 50.0, 150.0, "least apparent density fitted", _PAPER, "recalled"),
    Parameter("high", 400.0, "mg/cm³", 300.0, 500.0, "most apparent density fitted", _PAPER, "recalled"),
)  # fmt: skip
_E, _B, _LOW, _HIGH = (p.value for p in CARD)

LAWS = (
    DensityLaw(
        "rho_1995", "stiffness", "apparent", _LOW, _HIGH, "human lumbar vertebra",
        CARD, power_law(_E * 1000.0**_B, _B),
    ),
)  # fmt: skip
