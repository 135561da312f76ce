# SPDX-License-Identifier: BSD-3-Clause
"""Meshes of simple bodies: cubes, boxes, balls whose nodes lie exactly on spheres."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "Ball",
    "Body",
    "Element",
    "ball",
    "box",
    "cut_cubes",
    "graded",
    "grid",
    "octant",
    "positive",
    "quadratic",
    "sphere",
]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
Element = Literal["tet4", "tet4-patch", "tet10", "hex8", "hex8-full"]
"""`tet4-patch` and `hex8` average the volume change of a cell, `hex8-full` does not."""

TET_EDGES = ((0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3))
TRIANGLE_EDGES = ((0, 1), (1, 2), (2, 0))
SPLITS = ((0, 1, 2), (1, 2, 0), (2, 0, 1), (0, 2, 1), (2, 1, 0), (1, 0, 2))
"""Orders of the axes along which a cube's six tetrahedra walk from its first corner to its last."""


@dataclass(frozen=True)
class Body:
    """A mesh of one element: `points` (n, 3), `cells` (m, k), named facets with normals out."""

    element: Element
    points: Float
    cells: Int
    facets: Mapping[str, Int]

    def moved(self, place: Callable[[Float], Float]) -> Body:
        """Return the same mesh with its points (n, 3) placed elsewhere, orientation kept."""
        return replace(self, points=np.ascontiguousarray(place(self.points)))

    def nodes(self, name: str) -> Int:
        """Nodes on the facets of a name."""
        return np.unique(self.facets[name]).astype(np.int32)


def cut_cubes(cubes: NDArray[np.integer], stride: NDArray[np.integer]) -> Int:
    """Six tetrahedra a cube (6 n, 4) of a lattice, of positive volume, cube by cube.

    ``cubes`` (n, 3) are the lattice places of their first corners; a place times ``stride`` (3,) is its point.
    """
    cells = []
    for axes in SPLITS:
        corner = cubes.copy()
        ends = [corner @ stride]
        for axis in axes:
            corner = corner + np.eye(3, dtype=int)[axis]
            ends.append(corner @ stride)
        if np.linalg.det(np.eye(3)[list(axes)]) < 0.0:
            ends[2], ends[3] = ends[3], ends[2]
        cells.append(np.stack(ends, axis=1))
    return np.stack(cells, axis=1).reshape(-1, 4).astype(np.int32)


def _lattice(shape: tuple[int, int, int]) -> tuple[Float, NDArray[np.int64]]:
    """Points of the unit cube and their numbers (nx + 1, ny + 1, nz + 1)."""
    axes = [np.linspace(0.0, 1.0, n + 1) for n in shape]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
    return points, np.arange(len(points)).reshape([n + 1 for n in shape])


def _corners(number: NDArray[np.int64], step: tuple[int, int, int]) -> NDArray[np.int64]:
    """Number of one corner of every small cube."""
    i, j, k = step
    nx, ny, nz = (n - 1 for n in number.shape)
    return number[i : nx + i, j : ny + j, k : nz + k].ravel()


def _hexahedra(number: NDArray[np.int64]) -> Int:
    """Cubes (m, 8), lower face and then the upper, in the order of VTK."""
    square = ((0, 0), (1, 0), (1, 1), (0, 1))
    corners = [_corners(number, (i, j, k)) for k in (0, 1) for i, j in square]
    return np.ascontiguousarray(np.stack(corners, axis=1), dtype=np.int32)


def _tetrahedra(number: NDArray[np.int64]) -> NDArray[np.int64]:
    """Six tetrahedra a cube, all around the diagonal from its first corner to its last."""
    parts = []
    for path in SPLITS:
        step = [0, 0, 0]
        corners = [_corners(number, (0, 0, 0))]
        for direction in path:
            step[direction] = 1
            corners.append(_corners(number, (step[0], step[1], step[2])))
        parts.append(np.stack(corners, axis=1))
    return np.concatenate(parts)


def _side(number: NDArray[np.int64], axis: int, end: int, *, triangles: bool) -> Int:
    """Facets of one side of the lattice, normals out."""
    plane = np.moveaxis(number, axis, 0)[-1 if end else 0]
    if axis == 1:
        plane = plane.T
    a, b = plane[:-1, :-1].ravel(), plane[1:, :-1].ravel()
    c, d = plane[1:, 1:].ravel(), plane[:-1, 1:].ravel()
    if triangles:
        facets = np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])
    else:
        facets = np.stack([a, b, c, d], axis=1)
    return np.ascontiguousarray(facets if end else facets[:, ::-1], dtype=np.int32)


def box(element: Element, shape: tuple[int, int, int]) -> Body:
    """Unit cube in nx, ny, nz divisions; facets x0, x1, y0, y1, z0, z1.

    Place it elsewhere with `Body.moved`; mid-edge nodes of quadratic elements move with the others.
    """
    points, number = _lattice(shape)
    tets = element.startswith("tet")
    cells = positive(points, _tetrahedra(number)) if tets else _hexahedra(number)
    facets = {
        f"{name}{end}": _side(number, axis, end, triangles=tets)
        for axis, name in enumerate("xyz")
        for end in (0, 1)
    }
    body = Body(element, points, cells, facets)
    return quadratic(body) if element == "tet10" else body


def quadratic(body: Body) -> Body:
    """Return the body with a node in the middle of every edge of its linear tetrahedra."""
    cells, n = body.cells, len(body.points)
    pairs = np.sort(np.concatenate([cells[:, list(edge)] for edge in TET_EDGES]), axis=1)
    keys = pairs[:, 0].astype(np.int64) * n + pairs[:, 1]
    known, inverse = np.unique(keys, return_inverse=True)
    middle = 0.5 * (body.points[known // n] + body.points[known % n])
    more = (n + inverse.reshape(6, -1).T).astype(np.int32)
    facets = {}
    for name, triangles in body.facets.items():
        mids = []
        for i, j in TRIANGLE_EDGES:
            ends = np.sort(triangles[:, [i, j]].astype(np.int64), axis=1)
            mids.append(n + np.searchsorted(known, ends[:, 0] * n + ends[:, 1]))
        facets[name] = np.column_stack([triangles, *mids]).astype(np.int32)
    points = np.ascontiguousarray(np.vstack([body.points, middle]))
    return Body("tet10", points, np.ascontiguousarray(np.hstack([cells, more])), facets)


def graded(inner: float, outer: float, layers: int, usual: float) -> Float:
    """Radii (m,) in a geometric row, `layers` of them up to ``usual`` times the inner one, more beyond.

    So layers are as thin on wider bodies as on the usual one.
    """
    count = math.ceil(layers * max(1.0, math.log(outer / inner) / math.log(usual)) - 1e-3)
    return np.geomspace(inner, outer, count + 1)


def hollow_ball(element: Element, n: int, radii: NDArray[np.floating]) -> Body:
    """One eighth of a hollow ball, about n divisions on each edge; facets `inner` and `outer`."""
    if element.startswith("tet"):
        made = ball(octant(n), radii)
        facets = {"inner": made.inner, "outer": made.outer}
        body = Body(element, made.points, made.cells, facets)
        return _rounded(quadratic(body), len(made.points)) if element == "tet10" else body
    return _hex_ball(element, (n + 1) // 2, np.asarray(radii, dtype=np.float64))


def _rounded(body: Body, corners: int) -> Body:
    """Mid-edge nodes moved to the mean radius of the ends of their edge."""
    cells = body.cells.astype(np.int64)
    length = np.linalg.norm(body.points, axis=1)
    wanted = length.copy()
    for place, (i, j) in enumerate(TET_EDGES):
        wanted[cells[:, 4 + place]] = 0.5 * (length[cells[:, i]] + length[cells[:, j]])
    points = body.points.copy()
    points[corners:] *= (wanted / np.maximum(length, 1e-300))[corners:, None]
    return replace(body, points=points)


def _hex_ball(element: Element, m: int, radii: Float) -> Body:
    """Three patches of m by m hexahedra, joined where an octant's middle lines meet."""
    layers = len(radii) - 1
    patch = box(element, (m, m, layers))
    s, t, r = patch.points.T
    share = np.interp(r, np.linspace(0.0, 1.0, layers + 1), radii)
    corner = np.array([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0], [1.0, 0.0, 1.0]])
    corner /= np.linalg.norm(corner, axis=1, keepdims=True)
    weight = np.stack([(1 - s) * (1 - t), s * (1 - t), s * t, (1 - s) * t], axis=1)
    way = weight @ corner
    one = way * (share / np.linalg.norm(way, axis=1))[:, None]
    copies = [np.roll(one, shift, axis=1) for shift in range(3)]
    points = np.concatenate(copies)
    points[np.abs(points) < 1e-12 * radii[-1]] = 0.0
    _, first, inverse = np.unique(
        np.round(points / radii[-1], 9), axis=0, return_index=True, return_inverse=True
    )
    into = inverse.ravel().astype(np.int32)
    shifts = len(one) * np.arange(3)

    def joined(lists: Int) -> Int:
        return np.ascontiguousarray(np.concatenate([into[lists + shift] for shift in shifts]))

    facets = {"inner": joined(patch.facets["z0"]), "outer": joined(patch.facets["z1"])}
    return Body(element, points[first], joined(patch.cells), facets)


def grid(n: int) -> tuple[Float, Int]:
    """Unit cube of 6 n³ tetrahedra."""
    body = box("tet4", (n, n, n))
    return body.points, body.cells


def positive(points: Float, cells: NDArray[np.integer]) -> Int:
    """The same cells, all of positive volume."""
    corner = points[cells]
    negative = np.linalg.det(corner[:, 1:] - corner[:, :1]) < 0.0
    turned = cells.copy()
    turned[negative] = cells[negative][:, [0, 2, 1, 3]]
    return np.ascontiguousarray(turned, dtype=np.int32)


def octant(n: int) -> tuple[Float, Int]:
    """Unit vectors and n² triangles, normals out, of one eighth of the sphere."""
    index: dict[tuple[int, int], int] = {}
    directions: list[Float] = []
    for i in range(n + 1):
        for j in range(n + 1 - i):
            index[i, j] = len(directions)
            share = np.array([i, j, n - i - j]) / n
            vector = np.sin(0.5 * np.pi * share)
            directions.append(vector / np.linalg.norm(vector))
    triangles = []
    for i in range(n):
        for j in range(n - i):
            triangles.append((index[i, j], index[i + 1, j], index[i, j + 1]))
            if i + j < n - 1:
                triangles.append((index[i + 1, j], index[i + 1, j + 1], index[i, j + 1]))
    points, facets = np.array(directions), np.array(triangles)
    corner = points[facets]
    inwards = np.linalg.det(corner) < 0.0
    facets[inwards] = facets[inwards][:, [0, 2, 1]]
    return points, np.ascontiguousarray(facets, dtype=np.int32)


def sphere(n: int) -> tuple[Float, Int]:
    """Unit vectors and 8 n² triangles, normals out, of the whole sphere."""
    points, facets = octant(n)
    all_points: list[Float] = []
    all_facets: list[NDArray[np.integer]] = []
    for signs in np.array(np.meshgrid([1, -1], [1, -1], [1, -1])).reshape(3, -1).T:
        turned = facets if signs.prod() > 0 else facets[:, [0, 2, 1]]
        all_facets.append(turned + len(points) * len(all_points))
        all_points.append(points * signs)
    joined = np.concatenate(all_points)
    _, first, inverse = np.unique(
        np.round(joined, 9) + 0.0, axis=0, return_index=True, return_inverse=True
    )
    triangles = inverse.ravel()[np.concatenate(all_facets)]
    return joined[first], np.ascontiguousarray(triangles, dtype=np.int32)


@dataclass(frozen=True)
class Ball:
    """A hollow ball, whole or one eighth: every node lies exactly on its sphere."""

    directions: Float
    triangles: Int
    points: Float
    cells: Int

    @property
    def inner(self) -> Int:
        """Facets of the cavity, normals out of the solid."""
        return np.ascontiguousarray(self.triangles[:, [0, 2, 1]])

    @property
    def outer(self) -> Int:
        """Facets of the outside."""
        shift = len(self.points) - len(self.directions)
        return np.ascontiguousarray(self.triangles + np.int32(shift))

    def fixed(self) -> NDArray[np.bool_]:
        """Unknowns that the planes of symmetry hold."""
        return np.asarray(np.abs(self.points) < 1e-9)

    def volume(self) -> Float:
        """Cell volumes."""
        corner = self.points[self.cells]
        return np.asarray(np.linalg.det(corner[:, 1:] - corner[:, :1]) / 6.0)


def ball(surface: tuple[Float, Int], radii: NDArray[np.floating]) -> Ball:
    """Prisms between spheres of the given radii, each cut into three tetrahedra."""
    directions, triangles = surface
    n = len(directions)
    points = (np.asarray(radii)[:, None, None] * directions).reshape(-1, 3)
    a, b, c = np.sort(triangles, axis=1).T
    one = [
        np.stack(t, axis=1)
        for t in ((a, b, c, c + n), (a, b, b + n, c + n), (a, a + n, b + n, c + n))
    ]
    layer = np.concatenate(one)
    cells = np.concatenate([layer + n * k for k in range(len(radii) - 1)])
    return Ball(directions, triangles, points, positive(points, cells))


def full_ball(element: Element, n: int, radii: NDArray[np.floating]) -> Body:
    """One eighth of a full ball of tetrahedra: spheres of the given radii around the origin; facet `outer`."""
    if element.startswith("hex"):
        raise ValueError("a full ball is made of tetrahedra")
    shells = ball(octant(n), radii)
    count = len(shells.directions)
    points = np.vstack([shells.points, np.zeros(3)])
    core = np.column_stack([shells.triangles, np.full(len(shells.triangles), len(points) - 1)])
    cells = positive(points, np.concatenate([shells.cells, core]))
    body = Body(element, points, cells, {"outer": shells.outer})
    return _rounded(quadratic(body), count * len(radii) + 1) if element == "tet10" else body
