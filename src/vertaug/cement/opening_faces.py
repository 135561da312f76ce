# SPDX-License-Identifier: BSD-3-Clause
"""Which faces of the voxels make up an opening, and how much of it passes each of them.

The surface of voxels is a staircase. A patch of area A with normal n on the smooth surface stands on faces of
all three axes whose open areas add up to ``A |n_x|``, ``A |n_y|``, ``A |n_z|``; through a face of axis i passes
``|n_i|`` of the flow by its area. So an opening of one size is the same opening however the grid is turned.

Bone or tissue beside an opening of radius a resists like ``1 / (4 k a)`` (a disc on a half space). What of that the
grid's own cells take is known from the lattice's Green function, mirrored at the surface; the rest, `gap`, is put
before the faces (Peaceman 1978, for a disc on a wall).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

__all__ = ["Faces", "disc_samples", "facet_samples", "open_faces", "outward", "spreading_gap"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

_RINGS, _INNERMOST = 16, 8
_LEAST_SHARE = 0.04
"""Share of an opening's largest face below which a face is left out."""
_COLUMN = 4.0
"""How far along an axis a sample looks for the surface, voxels."""
_GREEN = (np.array([0.0, 1.0, 2.0]), np.array([1 / 0.252731, 1 / 0.0860643, 8.0 * np.pi]))
"""Distance in cells and one over the lattice's Green function (Watson's integrals); ``4 pi d`` beyond."""
_LEAST_GAP = 0.01


@dataclass(frozen=True)
class Faces:
    """Boundary faces of a grid: `inner`, `outer` (n, 3) cells, `centres` (n, 3) in voxels from the grid's corner."""

    inner: Int
    outer: Int
    centres: Float

    @classmethod
    def of(cls, inner: Int, outer: Int) -> Faces:
        """Faces between pairs of neighbouring cells."""
        return cls(inner, outer, np.asarray(0.5 * (inner + outer) + 0.5, dtype=np.float64))


def disc_samples(normal: Float, radius: float) -> tuple[Float, Float]:
    """Points (m, 3) that share a disc of a `radius` about the origin evenly, and its unit `normal` at each.

    The pattern is its own mirror image, so that mirrored openings get mirrored faces.
    """
    helper = np.eye(3)[int(np.argmin(np.abs(normal)))]
    first = np.cross(helper, normal)
    first /= np.linalg.norm(first)
    second = np.cross(normal, first)
    rings = []
    for ring in range(_RINGS):
        number = _INNERMOST * (2 * ring + 1)
        angle = 2.0 * np.pi * (np.arange(number) + 0.5) / number
        rings.append((ring + 0.5) / _RINGS * np.stack([np.cos(angle), np.sin(angle)], axis=1))
    flat = radius * np.concatenate(rings)
    points = flat @ np.stack([first, second])
    return points, np.broadcast_to(normal, points.shape)


def facet_samples(corners: Float, number: int = 6) -> tuple[Float, Float, Float]:
    """Points (m, 3) on facets (f, 3, 3), their unit normals (m, 3) and shares (m,) of the whole area."""
    edges = corners[:, 1:] - corners[:, :1]
    normal = np.cross(edges[:, 0], edges[:, 1])
    area = np.linalg.norm(normal, axis=1)
    first, second = np.meshgrid(*[(np.arange(number) + 1 / 3) / number] * 2, indexing="ij")
    inside = (first + second) < 1.0
    weights = np.stack([first[inside], second[inside]], axis=1)
    points = corners[:, None, 0] + np.einsum("pk,fkj->fpj", weights, edges)
    share = np.repeat(area / (area.sum() * len(weights)), len(weights))
    unit = np.repeat(normal / area[:, None], len(weights), axis=0)
    return points.reshape(-1, 3), unit, share


def outward(filled: Float, place: Float, radius: float) -> Float:
    """Unit normal (3,) out of what is `filled` (nx, ny, nz) at a `place` (3,), both in voxels, over a `radius`."""
    reach = max(radius, 2.5)
    low = np.maximum(np.floor(place - reach).astype(int), 0)
    high = np.minimum(np.ceil(place + reach).astype(int), filled.shape)
    axes = [np.arange(a, b) + 0.5 for a, b in zip(low, high, strict=True)]
    if min(len(axis) for axis in axes) == 0:
        return np.zeros(3)
    apart = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1) - place
    box = filled[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    weight = np.where((apart**2).sum(axis=-1) <= reach**2, 1.0 - 2.0 * box, 0.0)
    normal = np.einsum("ijk,ijkl->l", weight, apart)
    length = float(np.linalg.norm(normal))
    return normal / length if length > 0.0 else np.zeros(3)


def _along(faces: Faces, free: NDArray[np.bool_], axis: int, sign: int) -> NDArray[np.intp]:
    """Free faces that look along an axis."""
    step = faces.outer[:, axis] - faces.inner[:, axis]
    return np.flatnonzero(free & (step == sign))


def open_faces(
    faces: Faces, free: NDArray[np.bool_], points: Float, normals: Float, weights: Float
) -> tuple[NDArray[np.intp], Float]:
    """Faces that samples of an opening fall on, and the share of its flow that passes each; sums to one.

    Parameters
    ----------
    faces : all boundary faces; `free` (n,) those that no other opening holds
    points, normals : (m, 3) samples in voxels, unit normals out of the bone
    weights : (m,) share of the opening's area at each sample
    """
    low, high = points.min(axis=0) - _COLUMN, points.max(axis=0) + _COLUMN
    near_by = free & ((faces.centres >= low) & (faces.centres <= high)).all(axis=1)
    found: list[NDArray[np.intp]] = []
    shares: list[Float] = []
    for axis in range(3):
        for sign in (-1, 1):
            part = weights * np.maximum(sign * normals[:, axis], 0.0) ** 2
            chosen = _along(faces, near_by, axis, sign)
            if not part.any() or not len(chosen):
                continue
            near, hit = _in_columns(faces.centres[chosen], points, axis)
            taken = np.bincount(near[hit], part[hit], len(chosen))
            if taken.sum() > 0.0:
                found.append(chosen)
                shares.append(taken * (part.sum() / taken.sum()))
    if not found:
        return np.zeros(0, dtype=np.intp), np.zeros(0)
    index, share = np.concatenate(found), np.concatenate(shares)
    kept = share > _LEAST_SHARE * share.max()
    return index[kept], share[kept] / share[kept].sum()


def _in_columns(
    centres: Float, points: Float, axis: int
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """For each point the nearest face in its column along an axis, and whether there is one within reach."""
    across = [other for other in range(3) if other != axis]
    same = np.ones((len(points), len(centres)), dtype=bool)
    for other in across:
        same &= np.floor(points[:, other])[:, None] == np.floor(centres[:, other])[None]
    apart = np.abs(points[:, axis][:, None] - centres[:, axis][None])
    apart = np.where(same, apart, np.inf)
    near = np.argmin(apart, axis=1)
    hit = apart[np.arange(len(points)), near] <= _COLUMN
    return near, hit


def _green(apart: Float) -> Float:
    """Green function of the lattice of unit cells at some distances, in cells."""
    inverse = np.where(apart < 2.0, np.interp(apart, *_GREEN), 4.0 * np.pi * apart)
    return 1.0 / inverse


def spreading_gap(centres: Float, share: Float, cells: Int, normal: Float, radius: float) -> float:
    """Resistance of an opening's one side that its cells do not take, times permeability and spacing.

    Parameters
    ----------
    centres : (n, 3) of its faces, in voxels; `cells` (n, 3) their cells on that side
    share : (n,) of the flow through each face
    normal : (3,) of the surface
    radius : of the opening, in voxels
    """
    plane = float(share @ (centres @ normal))
    places = cells + 0.5
    depth = plane - places @ normal
    image = places + 2.0 * depth[:, None] * normal
    green = sum(
        _green(np.linalg.norm(places[:, None] - other[None], axis=-1)) for other in (places, image)
    )
    wanted = 1.0 / (4.0 * radius)

    def excess(gap: float) -> float:
        flow = np.linalg.solve(green + np.diag(gap / share), np.ones(len(share)))
        return float(1.0 / flow.sum() - wanted)

    if excess(_LEAST_GAP) >= 0.0:
        return _LEAST_GAP
    return float(brentq(excess, _LEAST_GAP, wanted, xtol=1e-6))
