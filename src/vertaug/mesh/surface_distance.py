# SPDX-License-Identifier: BSD-3-Clause
"""Signed distance of a closed triangle surface."""

from __future__ import annotations

import itertools

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh.distance import SignedDistance
from vertaug.mesh.surface import boundary_facets
from vertaug_kernels import surface_distance as kernels

__all__ = ["distance_from_surface", "distance_from_tetrahedra"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

_BAND = 1.75
_BATCH = 2000
# Shifts the grid lines off corners and edges of surfaces that lie on the grid.
_OFFSET = np.array([0.31830988e-4, 0.36787944e-4, 0.27201965e-4])


def distance_from_surface(
    points: Float, triangles: Int, spacing: float = 0.6, margin: float = 4.0
) -> SignedDistance:
    """Sample the signed distance of a closed surface on a grid around it.

    Distances are exact within two grid steps of the surface; farther away the nearest triangle
    is handed on from node to node. The sign is the majority of the winding numbers along the three
    axes, so that self-intersections and small faults do no harm.

    Parameters
    ----------
    points : (n, 3) mm
    triangles : (m, 3) closed surface, normals out
    spacing : grid step, mm
    margin : width of the grid around the surface, mm
    """
    low = points.min(axis=0) - margin - _OFFSET * spacing
    shape = np.ceil((points.max(axis=0) + margin - low) / spacing).astype(int) + 1
    corner = np.ascontiguousarray((points[triangles] - low) / spacing)
    distance = _unsigned(corner, tuple(shape.tolist()))
    values = np.where(_inside(corner, distance.shape), -distance, distance) * np.float32(spacing)
    return SignedDistance(origin=low, spacing=spacing, values=values.astype(np.float32))


def distance_from_tetrahedra(
    points: Float, cells: Int, spacing: float = 0.6, margin: float = 4.0
) -> SignedDistance:
    """Sample the signed distance of the boundary of cells (m, 4) of positive volume."""
    facets, _ = boundary_facets(cells)
    used, flat = np.unique(facets, return_inverse=True)
    triangles = flat.reshape(facets.shape).astype(np.int32)
    return distance_from_surface(points[used], triangles, spacing, margin)


def _unsigned(corner: Float, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Distance of every node to the surface, in grid steps."""
    square = np.full(shape, np.inf)
    nearest = np.full(shape, -1, dtype=np.int32)
    for first in range(0, len(corner), _BATCH):
        last = min(first + _BATCH, len(corner))
        kernels.scatter_distance(corner, first, last, _BAND, square, nearest)
    for x, y, z in itertools.product((1, -1), repeat=3):
        kernels.sweep_nearest(corner, x, y, z, square, nearest)
    return np.asarray(np.sqrt(square), dtype=np.float32)


def _inside(corner: Float, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    votes = np.zeros(shape, dtype=np.int8)
    for axis in range(3):
        change = np.zeros(shape, dtype=np.int16)
        kernels.scatter_winding(corner, axis, change)
        votes += np.cumsum(change, axis=axis, dtype=np.int16) > 0
    return votes >= 2
