# SPDX-License-Identifier: BSD-3-Clause
"""Hydroxyapatite-equivalent density to ash density.

Schileo et al. (2008), J Biomech 41:2483-2491: ash = 0.877 HA + 0.0789 g/cm³. Example: 100 mg/cm³
of hydroxyapatite are 166.6 mg/cm³ of ash.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.card import Parameter

__all__ = ["CARD", "ash_density"]

Float = NDArray[np.float64]
_PAPER = "Schileo 2008, J Biomech 41:2483"

CARD = (
    Parameter("a", 0.877, "1", 0.8, 1.0, "ash per hydroxyapatite", _PAPER, "recalled"),
    Parameter("b", 78.9, "mg/cm³", 50.0, 110.0, "ash at no hydroxyapatite", _PAPER, "recalled"),
)
SLOPE, INTERCEPT = (parameter.value for parameter in CARD)


def ash_density(hydroxyapatite: Float) -> Float:
    """Ash density (n,) mg/cm³ of ``hydroxyapatite`` (n,) mg/cm³."""
    return np.asarray(SLOPE * hydroxyapatite + INTERCEPT, dtype=np.float64)
