# SPDX-License-Identifier: BSD-3-Clause
"""Hounsfield units at 120 kVp to K2HPO4-equivalent density without a phantom.

A rule of thumb for scans that were never calibrated: 0.85 mg/cm³ a unit, with slopes of 0.75 to
0.95 and offsets of 10 mg/cm³ about it between scanners. Never a substitute for a calibration.
"""

from __future__ import annotations

from vertaug.materials.card import Parameter

__all__ = ["CARD", "INTERCEPT", "SLOPE"]

_SOURCE = "rule of thumb, low confidence"

CARD = (
    Parameter("a", 0.85, "mg/cm³/HU", 0.75, 0.95, "density per HU", _SOURCE, "recalled"),
    Parameter("b", 0.0, "mg/cm³", -10.0, 10.0, "density at 0 HU", _SOURCE, "recalled"),
)
SLOPE, INTERCEPT = (parameter.value for parameter in CARD)
