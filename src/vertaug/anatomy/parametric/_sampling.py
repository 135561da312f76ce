# SPDX-License-Identifier: BSD-3-Clause
"""From a level-set function to a true signed distance on a grid."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation, distance_transform_edt

from vertaug.mesh import SignedDistance

__all__ = ["ellipsoid_distance", "sample_distance"]

Float = NDArray[np.float64]
COARSE = 3


def sample_distance(
    function: Callable[[Float], Float], low: Float, high: Float, spacing: float
) -> SignedDistance:
    """Signed distance (mm) to the zero level of ``function`` in the box ``low``-``high`` (3,).

    ``function`` takes points (n, 3) in mm and is negative inside; it need not be a distance. It is
    evaluated on a coarse grid, then on the fine one near its zero level. There the distance is the
    value over the gradient; farther off, it is the distance to the nearest such foot point.
    """
    steps = np.ceil((high - low) / (COARSE * spacing)).astype(int)
    coarse = function(_grid(low, COARSE * spacing, steps + 1)).reshape(steps + 1)
    inside = coarse < 0.0
    near = binary_dilation(inside, iterations=2) & binary_dilation(~inside, iterations=2)
    near_fine, inside_fine = _refined(near), _refined(inside)
    shape = near_fine.shape
    points = _grid(low, spacing, np.array(shape)).reshape(*shape, 3)
    values = np.where(inside_fine, -1e3, 1e3)
    values[near_fine] = function(points[near_fine])
    return SignedDistance(low, spacing, _redistance(values, points, spacing, near_fine))


def ellipsoid_distance(centre: Float, axes: Float, spacing: float) -> SignedDistance:
    """Signed distance (mm) to an ellipsoid of half-diameters ``axes`` (3,) about ``centre`` (3,)."""

    def level(points: Float) -> Float:
        gauge = np.linalg.norm((points - centre) / axes, axis=1)
        return np.asarray((gauge - 1.0) * float(axes.min()))

    fine = min(spacing, 0.25 * float(axes.min()))
    pad = axes + 3.0
    return sample_distance(level, centre - pad, centre + pad, fine)


def _grid(low: Float, spacing: float, counts: NDArray[np.int_]) -> Float:
    axes = [low[d] + spacing * np.arange(counts[d]) for d in range(3)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)


def _refined(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Nearest-neighbour refinement by `COARSE`, samples on samples."""
    for axis in range(3):
        count = COARSE * (mask.shape[axis] - 1) + 1
        index = (np.arange(count) + COARSE // 2) // COARSE
        mask = np.take(mask, index, axis=axis)
    return mask


def _redistance(
    values: Float, points: Float, spacing: float, near: NDArray[np.bool_]
) -> NDArray[np.float32]:
    inside = values < 0.0
    slope = np.stack([np.gradient(values, spacing, axis=d) for d in range(3)], axis=-1)
    steep = np.linalg.norm(slope, axis=-1)
    crossing = binary_dilation(inside) & binary_dilation(~inside) & near
    offset = np.abs(values[crossing]) / steep[crossing]
    feet = np.zeros_like(points)
    step = values[crossing] / steep[crossing] ** 2
    feet[crossing] = points[crossing] - step[:, None] * slope[crossing]
    nearest = distance_transform_edt(~crossing, return_distances=False, return_indices=True)
    distance = _nearest_foot(points, feet, nearest)
    distance[crossing] = offset
    return np.asarray(np.where(inside, -distance, distance), dtype=np.float32)


def _nearest_foot(points: Float, feet: Float, nearest: NDArray[np.int32]) -> Float:
    """Distance to the foot of the nearest crossing sample, or of a neighbour's if that is nearer."""
    flat = np.ravel_multi_index(tuple(nearest), points.shape[:3])
    own = feet.reshape(-1, 3)
    best = np.linalg.norm(points - own[flat], axis=-1)
    for axis in range(3):
        for step in (1, -1):
            candidate = np.linalg.norm(points - own[np.roll(flat, step, axis=axis)], axis=-1)
            best = np.minimum(best, candidate)
    return np.asarray(best, dtype=np.float64)
