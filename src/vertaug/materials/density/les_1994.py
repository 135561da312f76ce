# SPDX-License-Identifier: BSD-3-Clause
"""K2HPO4-equivalent density and ash density.

Les et al. (1994), J Orthop Res 12:822-833: ash = 1.22 K2HPO4 + 0.0523 g/cm³. Example:
93.7 mg/cm³ of K2HPO4 are 166.6 mg/cm³ of ash.
"""

from __future__ import annotations

from vertaug.materials.card import Parameter

__all__ = ["CARD", "INTERCEPT", "RANGE", "SLOPE"]

_PAPER = "Les 1994, J Orthop Res 12:822"

CARD = (
    Parameter("a", 1.22, "1", 1.0, 1.4, "ash per K2HPO4", _PAPER, "recalled"),
    Parameter("b", 52.3, "mg/cm³", 20.0, 80.0, "ash at no K2HPO4", _PAPER, "recalled"),
    Parameter("low", 0.0, "mg/cm³", 0.0, 100.0, "least K2HPO4 fitted", "positive readings", "assumed"),
    Parameter("high", 1000.0, "mg/cm³", 500.0, 1200.0, "most K2HPO4 fitted", "up to cortex", "assumed"),
)  # fmt: skip
SLOPE, INTERCEPT = CARD[0].value, CARD[1].value
RANGE = (CARD[2].value, CARD[3].value)
