# SPDX-License-Identifier: BSD-3-Clause
"""Tetrahedra inside a closed surface whose points and triangles stay as they are.

From a point that sees all triangles from within, shrunken copies of the surface are nested in it; the frusta between
them and the innermost pyramids are cut into tetrahedra, which share the surface exactly. Mmg then renews all that
lies inside the fixed surface. A cavity that a balloon made is such a surface: it was blown up from within. Where no
point sees all (two balloons that met, one that was bent), the same cells are laid with their inner points in the mean
of their neighbours, and turned the right way round by `vertaug.mesh.untangle`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.spatial import cKDTree

from vertaug.errors import NotConvergedError
from vertaug.mesh._mmg import Labelled, adapt
from vertaug.mesh.surface import enclosed_volume, facet_normals, is_closed
from vertaug.mesh.untangle import smooth_start, untangle

__all__ = ["Filling", "fill_surface", "seeing_point"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
Mask = NDArray[np.bool_]

_SHRINK = 0.7
"""Size of each nested copy of the surface, of the one around it."""
_LAYERS = 5
_GRADATION = 1.4
_VOLUME = 1e-9


@dataclass(frozen=True)
class Filling:
    """Points that lie inside, (k, 3) mm, and cells (m, 4); indices from n on are those of the k new points.

    n is the number of points that the surface was given with.
    """

    inner: Float
    cells: Int


def seeing_point(points: Float, facets: Int) -> tuple[Float, float]:
    """Point (3,) mm farthest behind the planes of all facets (f, 3), and how far, mm; below 0: none sees all.

    Chebyshev's centre of the kernel, by linear programming. Normals point out.
    """
    normal = facet_normals(points, facets)
    reach = (normal * points[facets[:, 0]]).sum(axis=1)
    found = linprog(
        [0.0, 0.0, 0.0, -1.0],
        A_ub=np.column_stack([normal, np.ones(len(normal))]),
        b_ub=reach,
        bounds=[(None, None)] * 4,
    )
    if not found.success or found.x is None:
        return points[facets].mean(axis=(0, 1)), -np.inf
    return np.asarray(found.x[:3]), float(found.x[3])


def fill_surface(points: Float, facets: Int, size: float, growth: float = 0.3) -> Filling:
    """Fill a closed surface with tetrahedra that share its triangles.

    Parameters
    ----------
    points : (n, 3) mm
    facets : (f, 3) closed triangles, normals out of the space to fill
    size : largest edge length inside, mm; near the surface that of its triangles
    growth : increase of the edge length per distance from the surface

    Raises
    ------
    NotConvergedError
        The surface is not closed or no ball's (a ring, two pieces), no cells fit within it, or Mmg failed.
    """
    if not is_closed(facets):
        raise _failure("its surface is not closed")
    own = np.unique(facets)
    local = np.full(len(points), -1, dtype=np.int32)
    local[own] = np.arange(len(own), dtype=np.int32)
    wall, surface = local[facets], points[own]
    holes = 2 * len(own) - len(wall)
    if holes != 4:
        raise _failure(
            f"its wall is not that of one ball (points less half of its triangles: {holes // 2}, not 2)"
        )
    centre, depth = seeing_point(points, facets)
    start = _nested(surface, wall, centre) if depth > 0.0 else _untangled(surface, wall)
    edge = _edge_length(surface, wall)
    away, near = (np.asarray(part) for part in cKDTree(surface).query(start.points))
    wanted = np.minimum(np.maximum(size, edge[near]), edge[near] + growth * away)
    result = adapt(start, wanted, deviation=0.1, gradation=_GRADATION, fixed_labels=[0])
    return _joined(result, surface, wall, own, len(points))


def _failure(why: str) -> NotConvergedError:
    return NotConvergedError("mesh", 0, f"a cavity cannot be filled with cells: {why}")


def _nested(surface: Float, wall: Int, centre: Float) -> Labelled:
    """Frusta between ever smaller copies of the surface about a point that sees all of it."""
    n = len(surface)
    scales = _SHRINK ** np.arange(1, _LAYERS)
    layers = [surface, *(centre + scale * (surface - centre) for scale in scales)]
    corner = np.sort(wall, axis=1)
    even = _even(wall)
    cells = []
    for k in range(_LAYERS - 1):
        a, b, c = (corner + k * n).T
        upper = [node + n for node in (a, b, c)]
        cells += [
            _turned(np.column_stack([a, b, c, upper[2]]), even),
            _turned(np.column_stack([a, b, upper[1], upper[2]]), ~even),
            _turned(np.column_stack([a, *upper]), even),
        ]
    tip = np.full(len(wall), _LAYERS * n)
    cells.append(_turned(np.column_stack([corner + (_LAYERS - 1) * n, tip]), even))
    tets = np.concatenate(cells)
    labels = np.zeros(len(tets), dtype=np.int32)
    return Labelled(
        np.vstack([*layers, centre]), tets, labels, wall, np.zeros(len(wall), dtype=np.int32)
    )


def _even(wall: Int) -> Mask:
    """Triangles whose corners are an even permutation of their order by number."""
    a, b, c = wall.T
    return np.asarray(((a < b) & (b < c)) | ((b < c) & (c < a)) | ((c < a) & (a < b)))


def _turned(cells: Int, turn: Mask) -> Int:
    """Cells with two corners swapped where `turn`: so all have positive volumes about a point that sees the wall."""
    turned = cells.astype(np.int32)
    turned[turn] = turned[turn][:, [0, 1, 3, 2]]
    return turned


def _untangled(surface: Float, wall: Int) -> Labelled:
    """The same cells in a surface that no point sees whole."""
    start = _nested(surface, wall, surface.mean(axis=0))
    held = np.arange(len(start.points)) < len(surface)
    laid = smooth_start(start.points, start.cells, held)
    points, least = untangle(laid, start.cells, held, enclosed_volume(surface, wall))
    if least <= 0.0:
        raise _failure("no point sees all of its wall, and no cells were found that lie within it")
    return replace(start, points=points)


def _edge_length(surface: Float, wall: Int) -> Float:
    """Mean length (n,) mm of the edges at each point of a surface."""
    ends = wall[:, [0, 1, 2]].ravel(), wall[:, [1, 2, 0]].ravel()
    length = np.linalg.norm(surface[ends[0]] - surface[ends[1]], axis=1)
    both = np.concatenate(ends)
    return np.asarray(np.bincount(both, np.tile(length, 2)) / np.bincount(both))


def _joined(result: Labelled, surface: Float, wall: Int, own: Int, n: int) -> Filling:
    """Number the result's points as those of the surface, and the new ones behind them."""
    gap, index = (np.asarray(part) for part in cKDTree(result.points).query(surface))
    if len(gap) == 0 or gap.max() > 0.0:
        raise _failure("the mesher moved a point of its wall")
    number = np.full(len(result.points), -1, dtype=np.int32)
    number[index] = own
    inside = np.flatnonzero(number < 0)
    number[inside] = n + np.arange(len(inside), dtype=np.int32)
    outer = {tuple(row) for row in np.sort(number[result.facets], axis=1).tolist()}
    if outer != {tuple(row) for row in np.sort(own[wall], axis=1).tolist()}:
        raise _failure("the mesher changed a triangle of its wall")
    corner = result.points[result.cells]
    volume = np.linalg.det(corner[:, 1:] - corner[:, :1]) / 6.0
    hollow = enclosed_volume(surface, wall)
    if volume.min() <= 0.0 or abs(volume.sum() / hollow - 1.0) > _VOLUME:
        raise _failure(f"cells of {volume.sum():.6g} mm³ in a space of {hollow:.6g} mm³")
    return Filling(np.ascontiguousarray(result.points[inside]), number[result.cells])
