# SPDX-License-Identifier: BSD-3-Clause
"""K2HPO4-equivalent density and ash density.

Les et al. (1994), J Orthop Res 12:822-833: ash = 1.22 K2HPO4 + 0.0523 g/cm³. Example:
93.7 mg/cm³ of K2HPO4 are 166.6 mg/cm³ of ash.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.card import Parameter

__all__ = ["CARD", "ash_density", "phosphate_density"]

Float = NDArray[np.float64]
_PAPER = "Les 1994, J Orthop Res 12:822"

CARD = (
    Parameter("a", 1.22, "1", 1.0, 1.4, "ash per K2HPO4", _PAPER, "recalled"),
    Parameter("b", 52.3, "mg/cm³", 20.0, 80.0, "ash at no K2HPO4", _PAPER, "recalled"),
)
SLOPE, INTERCEPT = (parameter.value for parameter in CARD)


def ash_density(phosphate: Float) -> Float:
    """Ash density (n,) mg/cm³ of ``phosphate`` (n,) mg/cm³ K2HPO4-equivalent."""
    return np.asarray(SLOPE * phosphate + INTERCEPT, dtype=np.float64)


def phosphate_density(ash: Float) -> Float:
    """K2HPO4-equivalent density (n,) mg/cm³ of ``ash`` (n,) mg/cm³."""
    return np.asarray((ash - INTERCEPT) / SLOPE, dtype=np.float64)
