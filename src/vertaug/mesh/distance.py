# SPDX-License-Identifier: BSD-3-Clause
"""Signed distance on a regular grid: the one form every anatomy takes before it is meshed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

__all__ = ["SignedDistance", "capsule_distance"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class SignedDistance:
    """Signed distance to a surface, negative inside, sampled on an axis-aligned grid.

    Parameters
    ----------
    origin : (3,) centre of the first sample, mm
    spacing : grid step, mm, equal along the axes
    values : (nx, ny, nz) signed distance, mm, index order x, y, z
    """

    origin: Float
    spacing: float
    values: NDArray[np.float32]

    def at(self, points: Float) -> Float:
        """Trilinear value at ``points`` (n, 3) in mm; outside the grid the nearest sample holds."""
        index = (np.asarray(points) - self.origin).T / self.spacing
        return np.asarray(
            map_coordinates(self.values, index, order=1, mode="nearest"), dtype=np.float64
        )

    def coordinates(self) -> Float:
        """Coordinates of all samples, shape (nx, ny, nz, 3), mm."""
        axes = [
            self.origin[d] + self.spacing * np.arange(n) for d, n in enumerate(self.values.shape)
        ]
        return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)


def capsule_distance(points: Float, start: Float, end: Float, radius: float) -> Float:
    """Signed distance (mm) of ``points`` (..., 3) to a capsule, the segment ``start``-``end`` swept by ``radius``."""
    axis = np.asarray(end, dtype=np.float64) - start
    along = np.clip((points - start) @ axis / float(axis @ axis), 0.0, 1.0)
    nearest = np.asarray(start) + along[..., None] * axis
    return np.asarray(np.linalg.norm(points - nearest, axis=-1) - radius, dtype=np.float64)
