# SPDX-License-Identifier: BSD-3-Clause
"""Isosurface stuffing: a lattice, or any mesh, warped onto a zero level and cut along it.

Labelle and Shewchuk, ACM Trans. Graph. 26 (2007) 57: points close to the zero are moved onto it
before cells are cut, so that no sliver arises.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh.surface import boundary_facets, non_manifold_points
from vertaug_kernels import lattice

__all__ = ["cut", "lattice_cells", "make_manifold", "oriented"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
Level = Callable[[Float], Float]

_EDGES = np.array([[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]])
_WARP = 0.33
_SECANT_STEPS = 3
_FACES_OF_CUBE = (((1, 0, 0), (0, 1, 0), (0, 0, 1)), ((0, 1, 0), (0, 0, 1), (1, 0, 0)),
                  ((0, 0, 1), (1, 0, 0), (0, 1, 0)))  # fmt: skip


def lattice_cells(low: Float, high: Float, step: float) -> tuple[Float, Int]:
    """Body-centred cubic lattice over a box: points (n, 3) and cells (m, 4).

    Four cells surround every edge that joins the centres of two neighbouring cubes; all cells are
    congruent, with edges ``step`` and ``0.866 step``.
    """
    count = np.maximum(np.ceil((high - low) / step).astype(int), 1) + 1
    corner_shape, centre_shape = count + 1, count
    axes = [np.arange(n) for n in corner_shape]
    corners = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    centres = np.stack(
        np.meshgrid(*[np.arange(n) for n in centre_shape], indexing="ij"), axis=-1
    ).reshape(-1, 3)
    points = low + step * np.concatenate([corners - 0.5, centres.astype(np.float64)])

    def corner(index: Int) -> Int:
        return np.asarray(np.ravel_multi_index(tuple(index.T), corner_shape), dtype=np.int32)

    def centre(index: Int) -> Int:
        flat = np.ravel_multi_index(tuple(index.T), centre_shape)
        return np.asarray(len(corners) + flat, dtype=np.int32)

    cells = []
    for along, side, up in _FACES_OF_CUBE:
        here = centres[centres @ np.array(along) < (centre_shape - 1) @ np.array(along)]
        one, two = centre(here), centre(here + along)
        ring = [here + along, here + along + np.array(side)]
        square = [corner(ring[0]), corner(ring[1]), corner(ring[1] + up), corner(ring[0] + up)]
        cells += [np.stack([one, two, square[k], square[k - 3]], axis=1) for k in range(4)]
    return points, oriented(points, np.concatenate(cells))


def oriented(points: Float, cells: Int) -> Int:
    """Return the cells with positive volumes; cells without a volume are dropped."""
    corner = points[cells]
    edges = corner[:, 1:] - corner[:, :1]
    volume = np.einsum("ij,ij->i", np.cross(edges[:, 0], edges[:, 1]), edges[:, 2])
    longest = np.max(np.einsum("ijk,ijk->ij", edges, edges), axis=1)
    out = cells.copy()
    out[volume < 0.0] = out[volume < 0.0][:, [0, 1, 3, 2]]
    return np.ascontiguousarray(out[np.abs(volume) > 1e-6 * longest**1.5], dtype=np.int32)


def cut(
    points: Float, cells: Int, level: Level, frozen: NDArray[np.bool_] | None = None
) -> tuple[Float, Int, NDArray[np.bool_]]:
    """Keep the part of a mesh where ``level`` is negative.

    Parameters
    ----------
    points, cells : (n, 3), (m, 4) conforming mesh
    level : function of points; its zero is the cut
    frozen : (n,) points that must not be moved

    Returns
    -------
    points, cells and, for each point, whether it lies on the cut
    """
    values = level(points)
    keep = np.any(values[cells] < 0.0, axis=1)
    points, cells, used = _compact(points, cells[keep])
    values = values[used]
    held = np.zeros(len(points), dtype=bool) if frozen is None else frozen[used]
    points, values = _warp(points, cells, values, level, held)
    return _split(points, cells, values, level)


def _compact(points: Float, cells: Int) -> tuple[Float, Int, Int]:
    used = np.unique(cells)
    index = np.full(len(points), -1, dtype=np.int32)
    index[used] = np.arange(len(used), dtype=np.int32)
    return points[used], np.ascontiguousarray(index[cells]), used.astype(np.int32)


def _unique_edges(cells: Int, values: Float) -> tuple[Int, Int, Int]:
    """Edges whose ends differ in sign, negative end first, with (cell, local edge) of each use."""
    ends = cells[:, _EDGES]
    crossing = values[ends[..., 0]] * values[ends[..., 1]] < 0.0
    where = np.argwhere(crossing).astype(np.int32)
    pairs = ends[crossing]
    swap = values[pairs[:, 0]] > 0.0
    pairs[swap] = pairs[swap][:, ::-1]
    edges, use = np.unique(pairs, axis=0, return_inverse=True)
    return edges, where, use.astype(np.int32)


def _crossing(points: Float, edges: Int, values: Float, level: Level) -> Float:
    """Position in 0..1 of the zero along each edge from its negative end, by false position."""
    start, span = points[edges[:, 0]], points[edges[:, 1]] - points[edges[:, 0]]
    low, high = np.zeros(len(edges)), np.ones(len(edges))
    at_low, at_high = values[edges[:, 0]].copy(), values[edges[:, 1]].copy()
    t = at_low / (at_low - at_high)
    for _ in range(_SECANT_STEPS):
        here = level(start + t[:, None] * span)
        inside = here < 0.0
        low, at_low = np.where(inside, t, low), np.where(inside, here, at_low)
        high, at_high = np.where(inside, high, t), np.where(inside, at_high, here)
        t = low + (high - low) * at_low / np.minimum(at_low - at_high, -1e-300)
    return t


def _warp(
    points: Float, cells: Int, values: Float, level: Level, held: NDArray[np.bool_]
) -> tuple[Float, Float]:
    """Move every point that has a crossing close by onto it."""
    values = np.where(values == 0.0, 1e-12, values)
    edges, _, _ = _unique_edges(cells, values)
    t = _crossing(points, edges, values, level)
    owner = np.concatenate([edges[:, 0], edges[:, 1]])
    other = np.concatenate([edges[:, 1], edges[:, 0]])
    part = np.concatenate([t, 1.0 - t])
    near = (part < _WARP) & ~held[owner]
    owner, other, part = owner[near], other[near], part[near]
    order = np.lexsort((other, part, owner))
    first = order[np.unique(owner[order], return_index=True)[1]]
    moved = points.copy()
    moved[owner[first]] += part[first, None] * (points[other[first]] - points[owner[first]])
    out = values.copy()
    out[owner[first]] = 0.0
    return moved, out


def _split(
    points: Float, cells: Int, values: Float, level: Level
) -> tuple[Float, Int, NDArray[np.bool_]]:
    edges, where, use = _unique_edges(cells, values)
    t = _crossing(points, edges, values, level)
    new = points[edges[:, 0]] + t[:, None] * (points[edges[:, 1]] - points[edges[:, 0]])
    edge_point = np.full((len(cells), 6), -1, dtype=np.int32)
    edge_point[where[:, 0], where[:, 1]] = len(points) + use
    out = np.zeros((3 * len(cells), 4), dtype=np.int32)
    count = lattice.split_cells(cells, np.sign(values).astype(np.int8), edge_point, out)
    everything = np.concatenate([points, new])
    on_cut = np.concatenate([values == 0.0, np.ones(len(new), dtype=bool)])
    solid = oriented(everything, out[:count])
    kept, solid, used = _compact(everything, solid)
    return kept, solid, on_cut[used]


def make_manifold(points: Float, cells: Int) -> Int:
    """Largest connected part without contacts in a point or an edge, as indices into ``cells``.

    At every non-manifold point all cells but the largest fan are dropped until none is left.
    """
    chosen = np.arange(len(cells), dtype=np.int32)
    while len(chosen):
        chosen = chosen[_largest(points, cells[chosen])]
        facets, _ = boundary_facets(cells[chosen])
        bad = non_manifold_points(facets)
        if len(bad) == 0:
            break
        chosen = chosen[~_smaller_fans(points, cells[chosen], bad)]
    return chosen


def _volumes(points: Float, cells: Int) -> Float:
    corner = points[cells]
    return np.asarray(np.linalg.det(corner[:, 1:] - corner[:, :1]) / 6.0)


def _largest(points: Float, cells: Int) -> NDArray[np.bool_]:
    """Cells of the component of the largest volume, joined over faces."""
    label = _face_components(cells)
    return np.asarray(label == np.argmax(np.bincount(label, _volumes(points, cells))))


def _face_components(cells: Int) -> Int:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    faces = np.sort(cells[:, [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2]]].reshape(-1, 3), axis=1)
    order = np.lexsort((faces[:, 2], faces[:, 1], faces[:, 0]))
    same = np.all(faces[order[1:]] == faces[order[:-1]], axis=1)
    one, two = order[:-1][same] // 4, order[1:][same] // 4
    n = len(cells)
    graph = coo_array((np.ones(len(one), dtype=np.int8), (one, two)), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int32)


def _smaller_fans(points: Float, cells: Int, bad: Int) -> NDArray[np.bool_]:
    """Cells at the given points that do not belong to the largest fan there.

    Where the cells at a point form a single fan (a pinched edge) all of them go.
    """
    drop = np.zeros(len(cells), dtype=bool)
    touching = np.isin(cells, bad).any(axis=1)
    local = np.flatnonzero(touching)
    volume = _volumes(points, cells)
    for point in bad:
        star = local[np.any(cells[local] == point, axis=1)]
        if len(star) == 0:
            continue
        label = _face_components(cells[star])
        largest = np.argmax(np.bincount(label, volume[star]))
        lone = label.max() == 0
        drop[star[(label != largest) | lone]] = True
    return drop
