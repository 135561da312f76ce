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

__all__ = ["CARD", "along_axes"]

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


def along_axes(isotropic: Float, ratio: float = RATIO) -> Float:
    """Permeability along x, y, z, mm², shape (3, ...), of the geometric mean `isotropic` (...)."""
    scale = ratio ** (-1.0 / 3.0)
    return np.stack([isotropic * scale, isotropic * scale, isotropic * (scale * ratio)])
