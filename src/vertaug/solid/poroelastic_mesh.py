# SPDX-License-Identifier: BSD-3-Clause
"""Quadratic tetrahedra for the poroelastic solid: middles of edges, boundary facets, their loads."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["add_middles", "boundary_facets", "facet_forces", "facet_volume"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

EDGES = np.array([[0, 1], [1, 2], [2, 0], [0, 3], [1, 3], [2, 3]])
"""Corners of the edges whose middles are nodes 4 to 9 of a 10-node tetrahedron."""
_FACES = np.array([[0, 2, 1, 6, 5, 4], [0, 1, 3, 4, 8, 7], [1, 2, 3, 5, 9, 8], [2, 0, 3, 6, 7, 9]])
"""Nodes of the four facets, normals out: three corners, then the middles of 01, 12, 20."""


def add_middles(points: Float, cells: Int) -> tuple[Float, Int, Int]:
    """Make 10-node tetrahedra of 4-node ones; the corners keep their numbers.

    Parameters
    ----------
    points : (n_points, 3) mm
    cells : (n_cells, 4)

    Returns
    -------
    points : (n_points + n_edges, 3) mm
    cells : (n_cells, 10), corners, then the middles of edges 01, 12, 20, 03, 13, 23
    edges : (n_edges, 2), the corners between which the added points lie, in their order
    """
    pairs = np.sort(cells[:, EDGES].reshape(-1, 2), axis=1)
    edges, number = np.unique(pairs, axis=0, return_inverse=True)
    middles = 0.5 * (points[edges[:, 0]] + points[edges[:, 1]])
    added = len(points) + number.reshape(len(cells), 6)
    joined = np.ascontiguousarray(np.hstack([cells, added]), dtype=np.int32)
    return np.vstack([points, middles]), joined, edges.astype(np.int32)


def boundary_facets(cells: Int) -> Int:
    """6-node facets (m, 6) that belong to one cell only, normals out of the solid."""
    facets = cells[:, _FACES].reshape(-1, 6)
    key = np.sort(facets[:, :3], axis=1)
    _, first, count = np.unique(key, axis=0, return_index=True, return_counts=True)
    return np.ascontiguousarray(facets[np.sort(first[count == 1])], dtype=np.int32)


def _rule() -> tuple[Float, Float]:
    """Six points in a triangle (barycentric) and weights that sum to one half, exact to degree 4."""
    inner, outer = 0.445948490915965, 0.091576213509771
    rows, weights = [], []
    for share, weight in ((inner, 0.223381589678011), (outer, 0.109951743655322)):
        for corner in range(3):
            row = np.full(3, share)
            row[corner] = 1.0 - 2.0 * share
            rows.append(row)
            weights.append(0.5 * weight)
    return np.array(rows), np.array(weights)


def _facet_geometry(points: Float, facets: Int) -> tuple[Float, Float, Float]:
    """Shape functions (q, 6), area vectors (m, q, 3) mm² and weights (q,)."""
    barycentric, weights = _rule()
    one, two, three = barycentric.T
    pairs = ((0, 1), (1, 2), (2, 0))
    shape = np.stack(
        [x * (2.0 * x - 1.0) for x in (one, two, three)]
        + [4.0 * barycentric[:, a] * barycentric[:, b] for a, b in pairs],
        axis=1,
    )
    slope = np.array([[-1.0, -1.0], [1.0, 0.0], [0.0, 1.0]])
    gradient = np.empty((len(weights), 6, 2))
    gradient[:, :3] = (4.0 * barycentric - 1.0)[:, :, None] * slope
    for k, (a, b) in enumerate(pairs):
        gradient[:, 3 + k] = 4.0 * (
            barycentric[:, a, None] * slope[b] + barycentric[:, b, None] * slope[a]
        )
    tangents = np.einsum("qak,mai->mqki", gradient, points[facets])
    return shape, np.cross(tangents[:, :, 0], tangents[:, :, 1]), weights


def facet_forces(
    points: Float, facets: Int, *, pressure: float = 0.0, traction: Float | None = None
) -> Float:
    """Nodal forces (n_points, 3) in N of a pressure and of a dead traction on facets.

    Parameters
    ----------
    points : (n_points, 3) mm
    facets : (m, 6)
    pressure : MPa, against the outward normal
    traction : (3,) MPa, per area
    """
    shape, area, weights = _facet_geometry(points, facets)
    load = -pressure * area
    if traction is not None:
        load = load + np.linalg.norm(area, axis=2)[:, :, None] * np.asarray(traction)
    forces = np.zeros_like(points)
    np.add.at(forces, facets, np.einsum("q,qa,mqi->mai", weights, shape, load))
    return forces


def facet_volume(points: Float, facets: Int, displacement: Float) -> float:
    """Volume (mm³) that facets sweep outwards under a small displacement (n_points, 3) mm."""
    shape, area, weights = _facet_geometry(points, facets)
    moved = np.einsum("qa,mai->mqi", shape, displacement[facets])
    return float(np.einsum("q,mqi,mqi->", weights, moved, area))
