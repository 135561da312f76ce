# SPDX-License-Identifier: BSD-3-Clause
"""Anisotropy of the permeability of vertebral trabecular bone.

Baroud, Falk, Crookshank, Sponagel, Steffen (2004), J Biomech 37:189-196: 4.45e-8 m² along the
superior-inferior axis (20 cores) and 3.44e-8 m² along the anterior-posterior (14 cores): ratio 1.29.
Nauman (1999), Ann Biomed Eng 27:517, found a mean ratio of 2.05 in vertebral bodies.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.card import Parameter

__all__ = ["CARD", "along_axes", "off_axis"]

Float = NDArray[np.float64]

CARD = (
    Parameter(
        "A",
        1.29,
        "1",
        1.0,
        2.05,
        "permeability along the superior-inferior axis over across it",
        "Baroud 2004, J Biomech 37:189",
        "found",
    ),
)
RATIO = CARD[0].value


def along_axes(
    isotropic: Float, ratio: float = RATIO, axis: tuple[float, float, float] = (0.0, 0.0, 1.0)
) -> Float:
    """Permeability along x, y, z, mm², shape (3, ...), of the geometric mean `isotropic` (...).

    `axis` is the superior-inferior one; where it is none of the grid's, these are the diagonal of the tensor, and
    `off_axis` tells what they leave out.
    """
    unit = np.asarray(axis, dtype=np.float64) / np.linalg.norm(axis)
    scale = ratio ** (-1.0 / 3.0) * (1.0 + (ratio - 1.0) * unit**2)
    return np.stack([isotropic * part for part in scale])


def off_axis(ratio: float, axis: tuple[float, float, float]) -> float:
    """Largest element off the tensor's diagonal over the smaller of the two on it that it joins."""
    unit = np.asarray(axis, dtype=np.float64) / np.linalg.norm(axis)
    diagonal = 1.0 + (ratio - 1.0) * unit**2
    others = (
        np.abs(ratio - 1.0) * np.abs(np.outer(unit, unit)) / np.minimum.outer(diagonal, diagonal)
    )
    np.fill_diagonal(others, 0.0)
    return float(others.max())
