# SPDX-License-Identifier: BSD-3-Clause
"""Stiffness and strength of vertebral trabecular bone from its mineral density.

Kopperdahl, Morgan, Keaveny (2002), J Orthop Res 20:801-805: power laws of QCT density
(K2HPO4-equivalent, g/cm³), along the superior-inferior axis; used for denser bone they underestimate
cortex. Example: 80 mg/cm³ gives 210 MPa and 1.12 MPa.
"""

from __future__ import annotations

from vertaug.materials.card import Parameter
from vertaug.materials.density.law import DensityLaw, power_law

__all__ = ["CARD", "LAWS"]

_PAPER = "Kopperdahl 2002, J Orthop Res 20:801"

CARD = (
    Parameter("E_0", 2980.0, "MPa", 2000.0, 4000.0, "modulus at 1 g/cm³", _PAPER, "found"),
    Parameter("b_E", 1.05, "1", 0.9, 1.6, "exponent of the modulus", _PAPER, "found"),
    Parameter("S_0", 37.4, "MPa", 25.0, 50.0, "compressive yield at 1 g/cm³", _PAPER, "found"),
    Parameter("b_S", 1.39, "1", 1.2, 1.8, "exponent of the strength", _PAPER, "found"),
    Parameter("low", 50.0, "mg/cm³", 30.0, 80.0, "least K2HPO4 fitted", _PAPER, "recalled"),
    Parameter("high", 250.0, "mg/cm³", 200.0, 350.0, "most K2HPO4 fitted", _PAPER, "recalled"),
)
_E, _B, _S, _C, _LOW, _HIGH = (p.value for p in CARD)

LAWS = (
    DensityLaw(
        "kopperdahl_2002", "stiffness", "phosphate", _LOW, _HIGH, "human vertebra",
        CARD, power_law(_E, _B),
    ),
    DensityLaw(
        "kopperdahl_2002", "strength", "phosphate", _LOW, _HIGH, "human vertebra",
        CARD, power_law(_S, _C),
    ),
)  # fmt: skip
