# SPDX-License-Identifier: BSD-3-Clause
"""Compressive yield of vertebral trabecular bone from its wet apparent density.

Morgan & Keaveny (2001), J Biomech 34:569-577: σ_y = 37.1 ρ^1.74 MPa (g/cm³), on axis. Example:
180 mg/cm³ gives 1.88 MPa.
"""

from __future__ import annotations

from vertaug.materials.card import Parameter
from vertaug.materials.density.law import DensityLaw, power_law

__all__ = ["CARD", "LAWS"]

_PAPER = "Morgan & Keaveny 2001, J Biomech 34:569"

CARD = (
    Parameter("S_0", 37.1, "MPa", 25.0, 50.0, "compressive yield at 1 g/cm³", _PAPER, "recalled"),
    Parameter("b", 1.74, "1", 1.4, 2.0, "exponent", _PAPER, "recalled"),
    Parameter("low", 110.0, "mg/cm³", 80.0, 140.0, "least apparent density fitted", _PAPER, "recalled"),
    Parameter("high", 350.0, "mg/cm³", 300.0, 400.0, "most apparent density fitted", _PAPER, "recalled"),
)  # fmt: skip
_S, _B, _LOW, _HIGH = (p.value for p in CARD)

LAWS = (
    DensityLaw(
        "morgan_keaveny_2001", "strength", "apparent", _LOW, _HIGH, "human vertebra",
        CARD, power_law(_S, _B),
    ),
)  # fmt: skip
