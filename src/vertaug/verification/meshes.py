# SPDX-License-Identifier: BSD-3-Clause
"""Meshes of simple bodies: cubes, balls whose nodes lie exactly on spheres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ball", "ball", "grid", "octant", "positive", "sphere"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


def grid(n: int) -> tuple[Float, Int]:
    """Unit cube of 6 n³ tetrahedra."""
    axis = np.linspace(0.0, 1.0, n + 1)
    points = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    number = np.arange((n + 1) ** 3).reshape((n + 1,) * 3)
    parts = []
    for path in ((0, 1, 2), (1, 2, 0), (2, 0, 1), (0, 2, 1), (2, 1, 0), (1, 0, 2)):
        step = np.zeros(3, dtype=int)
        corners = []
        for direction in (None, *path):
            if direction is not None:
                step[direction] = 1
            i, j, k = step
            corners.append(number[i : n + i, j : n + j, k : n + k].ravel())
        parts.append(np.stack(corners, axis=1))
    return points, positive(points, np.concatenate(parts))


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
