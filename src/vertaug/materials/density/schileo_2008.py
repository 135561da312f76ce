# SPDX-License-Identifier: BSD-3-Clause
"""Hydroxyapatite-equivalent, ash and wet apparent density.

Schileo et al. (2008), J Biomech 41:2483-2491: ash = 0.877 HA + 0.0789 g/cm³ and ash = 0.60 apparent.
Example: 100 mg/cm³ of hydroxyapatite are 166.6 mg/cm³ of ash and 277.7 mg/cm³ of apparent density.
"""

from __future__ import annotations

from vertaug.materials.card import Parameter

__all__ = ["ASH_SHARE", "CARD", "INTERCEPT", "RANGE", "SLOPE"]

_PAPER = "Schileo 2008, J Biomech 41:2483"

CARD = (
    Parameter("a", 0.877, "1", 0.8, 1.0, "ash per hydroxyapatite", _PAPER, "recalled"),
    Parameter("b", 78.9, "mg/cm³", 50.0, 110.0, "ash at no hydroxyapatite", _PAPER, "recalled"),
    Parameter("c", 0.60, "1", 0.5, 0.7, "ash over apparent density", _PAPER, "recalled"),
    Parameter("low", 0.0, "mg/cm³", 0.0, 100.0, "least HA fitted", "positive readings", "assumed"),
    Parameter("high", 1300.0, "mg/cm³", 1000.0, 1500.0, "most HA fitted", "up to cortex", "assumed"),
)  # fmt: skip
SLOPE, INTERCEPT, ASH_SHARE = (p.value for p in CARD[:3])
RANGE = (CARD[3].value, CARD[4].value)
