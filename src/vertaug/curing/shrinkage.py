# SPDX-License-Identifier: BSD-3-Clause
"""Cement loses volume as it cures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.thermal.polymer import Polymer

__all__ = ["lost_volume", "stretch"]

Float = NDArray[np.float64]


def stretch(degree: Float, polymer: Polymer) -> Float:
    """Linear stretch of free cement, below 1, from its degree of cure."""
    return np.asarray(np.cbrt(1.0 - polymer.shrinkage * degree), dtype=np.float64)


def lost_volume(cement: Float, degree: Float, polymer: Polymer) -> float:
    """Volume, mm³, by which the cement in all cells, mm³, has shrunk."""
    return float((cement * degree).sum() * polymer.shrinkage)
