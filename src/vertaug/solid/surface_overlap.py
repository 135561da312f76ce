# SPDX-License-Identifier: BSD-3-Clause
"""Where the four-sided faces of one surface lie over the triangles of another: their common pieces.

Both are seen along a direction. Each triangle is cut by the four sides of each face near it (Sutherland,
Hodgman 1974, Commun ACM 17:32), all pairs at once; what is left is a convex polygon.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

__all__ = ["Overlaps", "overlaps"]

Float = NDArray[np.float64]
Index = NDArray[np.intp]

_LEAST = 1e-6
"""Pieces below this share of their triangle are left out."""


class Overlaps(NamedTuple):
    """Points of common pieces: `face`, `triangle`, `share` of its area (m,), `weights` of its corners (m, 3)."""

    face: Index
    triangle: Index
    share: Float
    weights: Float


def overlaps(faces: Float, triangles: Float, *, exact: bool = False) -> Overlaps:
    """Pieces that ``faces`` (f, 4, 2), turning left, and ``triangles`` (t, 3, 2) have in common in a plane.

    One point a piece, its centroid; ``exact`` gives as many as integrate quadratic functions exactly.
    """
    face, triangle = _near(faces, triangles)
    corner = triangles[triangle]
    polygon = np.concatenate([corner, np.repeat(corner[:, :1], 4, axis=1)], axis=1)
    for side in range(4):
        start, end = faces[face, side], faces[face, (side + 1) % 4]
        polygon = _cut(polygon, start, end - start)
    if exact:
        fan = [polygon[:, [0, k, k + 1]] for k in range(1, 6)]
        polygon = np.stack(fan, axis=1).reshape(-1, 3, 2)
        face, triangle = np.repeat(face, 5), np.repeat(triangle, 5)
        corner = triangles[triangle]
    area, centre = _measure(polygon)
    whole = _cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]) / 2.0
    share = area / whole
    kept = np.flatnonzero(share > _LEAST)
    face, triangle, share, centre = face[kept], triangle[kept], share[kept], centre[kept]
    if exact:
        sides = 0.5 * (polygon[kept] + np.roll(polygon[kept], -1, axis=1))
        face, triangle, share = (
            np.repeat(face, 3),
            np.repeat(triangle, 3),
            np.repeat(share / 3.0, 3),
        )
        centre = sides.reshape(-1, 2)
    return Overlaps(face, triangle, share, _places(triangles[triangle], centre))


def _near(faces: Float, triangles: Float) -> tuple[Index, Index]:
    """Pairs whose circles about their middles meet."""
    middle, other = faces.mean(axis=1), triangles.mean(axis=1)
    radius = np.linalg.norm(faces - middle[:, None], axis=2).max()
    radius += np.linalg.norm(triangles - other[:, None], axis=2).max()
    lists = cKDTree(other).query_ball_point(middle, radius, return_sorted=True)
    counts = [len(found) for found in lists]
    return np.repeat(np.arange(len(faces)), counts), np.concatenate(lists).astype(np.intp)


def _cross(one: Float, two: Float) -> Float:
    return np.asarray(one[..., 0] * two[..., 1] - one[..., 1] * two[..., 0])


def _cut(polygon: Float, start: Float, along: Float) -> Float:
    """Polygons (m, 7, 2), whose spare corners repeat others, less what lies right of a line each.

    A convex polygon crosses a line twice at most: each corner outside is moved to where its side towards a
    neighbour inside crosses; one with two such neighbours makes two corners.
    """
    height = _cross(along[:, None], polygon - start[:, None])
    inside = height >= 0.0
    after, later = np.roll(polygon, -1, axis=1), np.roll(height, -1, axis=1)
    crosses = inside != (later >= 0.0)
    gap = np.where(crosses, height - later, 1.0)
    meet = polygon + (height / gap)[..., None] * (after - polygon)
    m, k = inside.shape
    both = np.stack([polygon, meet], axis=2).reshape(m, 2 * k, 2)
    there = np.stack([inside, crosses], axis=2).reshape(m, 2 * k)
    # what is there comes first, in order; the rest repeats the first corner
    order = np.argsort(~there, axis=1, kind="stable")[:, :k]
    row = np.arange(m)[:, None]
    out, kept = both[row, order], there[row, order]
    return np.where(kept[..., None], out, out[:, :1])


def _measure(polygon: Float) -> tuple[Float, Float]:
    """Area (m,) and centroid (m, 2)."""
    base = polygon[:, :1]
    one, two = polygon[:, 1:-1] - base, polygon[:, 2:] - base
    part = _cross(one, two) / 2.0
    area = part.sum(axis=1)
    moment = (part[..., None] * (one + two) / 3.0).sum(axis=1)
    safe = np.where(np.abs(area) > 0.0, area, 1.0)
    return area, base[:, 0] + moment / safe[:, None]


def _places(corner: Float, centre: Float) -> Float:
    """Barycentric places (m, 3) of points (m, 2) in triangles (m, 3, 2)."""
    one, two = corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]
    twice, away = _cross(one, two), centre - corner[:, 0]
    b, c = _cross(away, two) / twice, _cross(one, away) / twice
    return np.stack([1.0 - b - c, b, c], axis=1)
