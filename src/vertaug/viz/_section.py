# SPDX-License-Identifier: BSD-3-Clause
"""Plane cuts through a mesh: polygons of cells, outlines of surfaces."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["cut_cells", "cut_facets"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


def _crossing(points: Float, height: Float, ends: Int) -> Float:
    """Where edges (n, 2) meet the plane: (n, 3); their two ends lie on opposite sides."""
    a, b = ends[:, 0], ends[:, 1]
    share = height[a] / (height[a] - height[b])
    return np.asarray(points[a] + share[:, None] * (points[b] - points[a]), dtype=np.float64)


def cut_cells(points: Float, cells: Int, axis: int, level: float) -> tuple[Float, NDArray[np.intp]]:
    """Cut tetrahedra with the plane ``points[:, axis] == level``.

    Returns
    -------
    polygons : (n, 4, 3) corners in order; a triangle repeats its last corner
    owner : (n,) cell that each polygon was cut from
    """
    height = points[:, axis] - level
    height = np.where(height == 0.0, 1e-9, height)
    above = height[cells] > 0.0
    count = above.sum(axis=1)
    # Sorted so that the vertices above come first: the cut edges are then in known places.
    order = np.argsort(~above, axis=1, kind="stable")
    ranked = np.take_along_axis(cells, order, axis=1)
    edges = {
        1: ((0, 1), (0, 2), (0, 3), (0, 3)),
        2: ((0, 2), (0, 3), (1, 3), (1, 2)),
        3: ((0, 3), (1, 3), (2, 3), (2, 3)),
    }
    polygons, owners = [], []
    for number, ends in edges.items():
        chosen = np.flatnonzero(count == number)
        corner = [_crossing(points, height, ranked[chosen][:, list(end)]) for end in ends]
        polygons.append(np.stack(corner, axis=1))
        owners.append(chosen)
    return np.concatenate(polygons), np.concatenate(owners)


def cut_facets(points: Float, facets: Int, axis: int, level: float) -> Float:
    """Segments (n, 2, 3) in which triangles meet the plane ``points[:, axis] == level``."""
    height = points[:, axis] - level
    height = np.where(height == 0.0, 1e-9, height)
    above = height[facets] > 0.0
    alone = np.where(above.sum(axis=1) == 1, 1, 0)[:, None] == above
    met = above.any(axis=1) & ~above.all(axis=1)
    lone = np.argmax(alone[met], axis=1)
    tip, one, two = (
        np.take_along_axis(facets[met], ((lone + k) % 3)[:, None], axis=1)[:, 0] for k in range(3)
    )
    first = _crossing(points, height, np.stack([tip, one], axis=1))
    second = _crossing(points, height, np.stack([tip, two], axis=1))
    return np.stack([first, second], axis=1)
