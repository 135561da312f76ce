# SPDX-License-Identifier: BSD-3-Clause
"""Cubes of a regular grid as hexahedra with shared points."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["voxel_mesh"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

_CORNERS = np.array(
    [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]]
)


def voxel_mesh(lower: Float, spacing: float) -> tuple[Float, Int]:
    """Points (k, 3) and VTK hexahedra (n, 8) of the cubes with lower corners ``lower`` (n, 3), mm."""
    if len(lower) == 0:
        return np.zeros((0, 3)), np.zeros((0, 8), dtype=np.int32)
    origin = lower.min(axis=0)
    index = np.rint((lower - origin) / spacing).astype(np.int64)
    corners = (index[:, None] + _CORNERS).reshape(-1, 3)
    used, inverse = np.unique(corners, axis=0, return_inverse=True)
    return origin + spacing * used, inverse.reshape(-1, 8).astype(np.int32)
