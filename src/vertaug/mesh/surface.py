# SPDX-License-Identifier: BSD-3-Clause
"""Boundary surfaces: extraction, normals, area, volume, manifold checks."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from vertaug_kernels import geometry

__all__ = [
    "area",
    "boundary_facets",
    "components",
    "edge_counts",
    "enclosed_volume",
    "facet_areas",
    "facet_normals",
    "is_closed",
    "non_manifold_points",
    "region_wall",
    "vertex_normals",
]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

_FACES = np.array([[1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]])


def boundary_facets(cells: Int) -> tuple[Int, Int]:
    """Triangles that belong to one cell only, normals out of the solid.

    Parameters
    ----------
    cells : (n, 4) point indices, positive volumes

    Returns
    -------
    facets (m, 3) in a fixed order, and the cell (m,) behind each
    """
    faces = cells[:, _FACES].reshape(-1, 3)
    key = np.sort(faces, axis=1)
    order = np.lexsort((key[:, 2], key[:, 1], key[:, 0]))
    ranked = key[order]
    same = np.all(ranked[1:] == ranked[:-1], axis=1)
    single = np.ones(len(order), dtype=bool)
    single[1:] &= ~same
    single[:-1] &= ~same
    chosen = np.sort(order[single])
    return np.ascontiguousarray(faces[chosen], dtype=np.int32), (chosen // 4).astype(np.int32)


def region_wall(cells: Int, inside: NDArray[np.bool_]) -> tuple[Int, Int, Int]:
    """Triangles (f, 3) between cells ``inside`` (n,) and all others, normals out of the inside.

    Returns them, the cells (f,) inside and those (f,) outside; the body's own surface is not among them.
    """
    if not inside.any():
        none = np.zeros(0, dtype=np.int32)
        return np.zeros((0, 3), dtype=np.int32), none, none
    faces = cells[:, _FACES].reshape(-1, 3)
    key = np.sort(faces, axis=1)
    order = np.lexsort((key[:, 2], key[:, 1], key[:, 0]))
    twin = np.flatnonzero((key[order][1:] == key[order][:-1]).all(axis=1))
    one, two = order[twin], order[twin + 1]
    mixed = inside[one // 4] != inside[two // 4]
    one, two = one[mixed], two[mixed]
    inner, outer = (np.where(inside[one // 4] == side, one, two) for side in (True, False))
    sort = np.argsort(inner)
    inner, outer = inner[sort], outer[sort]
    own = np.ascontiguousarray(faces[inner], dtype=np.int32)
    return own, (inner // 4).astype(np.int32), (outer // 4).astype(np.int32)


def enclosed_volume(points: Float, facets: Int) -> float:
    """Volume in mm³ inside closed triangles (n, 3) whose normals point out of it."""
    return float(
        geometry.enclosed_volume(
            np.ascontiguousarray(points, dtype=np.float64),
            np.ascontiguousarray(facets, dtype=np.int32),
        )
    )


def _area_vectors(points: Float, facets: Int) -> Float:
    corner = points[facets]
    return np.asarray(0.5 * np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]))


def facet_areas(points: Float, facets: Int) -> Float:
    """Area of each triangle, (n,) mm²."""
    return np.asarray(np.linalg.norm(_area_vectors(points, facets), axis=1))


def area(points: Float, facets: Int) -> float:
    """Total area in mm²."""
    return float(facet_areas(points, facets).sum())


def _unit(vectors: Float) -> Float:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.where(length > 0.0, length, 1.0))


def facet_normals(points: Float, facets: Int) -> Float:
    """Unit normal of each triangle, (n, 3); zero for a degenerate one."""
    return _unit(_area_vectors(points, facets))


def vertex_normals(points: Float, facets: Int) -> Float:
    """Area-weighted unit normal at each point, (n_points, 3); zero off the surface."""
    vectors = np.repeat(_area_vectors(points, facets), 3, axis=0)
    total = np.stack(
        [np.bincount(facets.ravel(), vectors[:, d], len(points)) for d in range(3)], axis=1
    )
    return _unit(np.asarray(total, dtype=np.float64))


def edge_counts(facets: Int) -> tuple[Int, NDArray[np.int64]]:
    """Undirected edges (m, 2) of triangles and the number of triangles (m,) at each."""
    pairs = facets[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
    edges, counts = np.unique(np.sort(pairs, axis=1), axis=0, return_counts=True)
    return edges.astype(np.int32), counts


def is_closed(facets: Int) -> bool:
    """Whether every edge joins exactly two triangles and no point joins two separate fans."""
    if len(facets) == 0:
        return False
    _, counts = edge_counts(facets)
    return bool(np.all(counts == 2)) and len(non_manifold_points(facets)) == 0


def non_manifold_points(facets: Int) -> Int:
    """Points at an edge of more than two triangles, or where two fans of triangles touch."""
    edges, counts = edge_counts(facets)
    bad_edges = edges[counts > 2].ravel()
    corner_fan = _corner_fans(facets)
    owner = facets.ravel()
    fans = np.unique(np.stack([owner, corner_fan], axis=1), axis=0)
    points, count = np.unique(fans[:, 0], return_counts=True)
    return np.union1d(bad_edges, points[count > 1]).astype(np.int32)


def _corner_fans(facets: Int) -> Int:
    """Number the fans: corners (3 n,) of the same point joined over shared edges."""
    n = len(facets)
    corner = np.arange(3 * n).reshape(n, 3)
    ends = np.stack([facets, np.roll(facets, -1, axis=1)], axis=-1).reshape(-1, 2)
    first = corner.ravel()
    second = np.roll(corner, -1, axis=1).ravel()
    flip = ends[:, 0] > ends[:, 1]
    low, high = np.where(flip, second, first), np.where(flip, first, second)
    key = np.sort(ends, axis=1)
    order = np.lexsort((key[:, 1], key[:, 0]))
    same = np.all(key[order[1:]] == key[order[:-1]], axis=1)
    one, two = order[:-1][same], order[1:][same]
    rows = np.concatenate([low[one], high[one]])
    columns = np.concatenate([low[two], high[two]])
    graph = coo_array((np.ones(len(rows), dtype=np.int8), (rows, columns)), shape=(3 * n, 3 * n))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int32)


def components(elements: Int) -> Int:
    """Component number (n,) of cells or facets (n, k) joined by a shared point."""
    n, corners = elements.shape
    owner = np.repeat(np.arange(n), corners)
    n_points = int(elements.max(initial=-1)) + 1
    graph = coo_array(
        (np.ones(n * corners, dtype=np.int8), (owner, n + elements.ravel())),
        shape=(n + n_points, n + n_points),
    )
    labels = connected_components(graph, directed=False)[1][:n]
    return np.asarray(np.unique(labels, return_inverse=True)[1], dtype=np.int32)
