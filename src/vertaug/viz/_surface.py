# SPDX-License-Identifier: BSD-3-Clause
"""Coloured triangle surfaces, and the few shapes that are not in the mesh."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh import Mesh

__all__ = ["Surface", "box_of_cells", "contour", "of_facets", "tube", "vertex_normals"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True)
class Surface:
    """Points (n, 3) in mm, facets (m, 3), one colour as ``#rrggbb``, opacity 0 to 1."""

    points: Float
    facets: Int
    colour: str
    opacity: float = 1.0


def of_facets(mesh: Mesh, names: tuple[str, ...], colour: str, opacity: float = 1.0) -> Surface:
    """Surface of the facets that carry one of ``names``, with only the points it needs."""
    chosen = [mesh.facets_of(name) for name in names]
    index = np.concatenate(chosen) if chosen else np.zeros(0, dtype=np.intp)
    used, local = np.unique(mesh.facets[index], return_inverse=True)
    facets = np.ascontiguousarray(local.reshape(-1, 3), dtype=np.int32)
    return Surface(mesh.points[used], facets, colour, opacity)


def vertex_normals(points: Float, facets: Int) -> Float:
    """Area-weighted unit normals at the points, (n, 3); zero where no facet meets."""
    corner = points[facets]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    total = np.zeros_like(points)
    for column in range(3):
        np.add.at(total, facets[:, column], normal)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    return np.asarray(total / np.where(length > 0.0, length, 1.0), dtype=np.float64)


def tube(start: Float, end: Float, radius: float, colour: str, opacity: float = 1.0) -> Surface:
    """Closed cylinder of ``radius`` from ``start`` to ``end`` (3,), mm."""
    sides = 24
    axis = (end - start) / np.linalg.norm(end - start)
    across = np.cross(axis, np.eye(3)[np.argmin(np.abs(axis))])
    across /= np.linalg.norm(across)
    angle = np.linspace(0.0, 2.0 * np.pi, sides, endpoint=False)
    ring = radius * (
        np.outer(np.cos(angle), across) + np.outer(np.sin(angle), np.cross(axis, across))
    )
    # Caps have points of their own, so that their rims stay sharp when shaded.
    points = np.concatenate([start + ring, end + ring] * 2 + [[start, end]])
    i = np.arange(sides)
    j = (i + 1) % sides
    n = sides
    facets = np.concatenate(
        [
            np.stack([i, j, n + j], 1),
            np.stack([i, n + j, n + i], 1),
            np.stack([2 * n + j, 2 * n + i, np.full(n, 4 * n)], 1),
            np.stack([3 * n + i, 3 * n + j, np.full(n, 4 * n + 1)], 1),
        ]
    ).astype(np.int32)
    return Surface(points, facets, colour, opacity)


def contour(origin: Float, spacing: float, share: Float, colour: str) -> Surface | None:
    """Surface where a grid's ``share`` (nx, ny, nz) passes half of the most it reaches (at most 1/2).

    The grid is padded, so surfaces are closed, and smoothed by half a cell, which takes the steps
    off. None where nothing is there.
    """
    import pyvista
    from scipy.ndimage import gaussian_filter

    smooth = gaussian_filter(np.pad(np.asarray(share, dtype=np.float64), 2), 0.6)
    level = min(0.5, 0.5 * float(smooth.max()))
    if level <= 1e-6:
        return None
    grid = pyvista.ImageData(
        dimensions=smooth.shape, spacing=(spacing,) * 3, origin=tuple(origin - 2.0 * spacing)
    )
    grid.point_data["share"] = smooth.ravel(order="F")
    found = grid.contour([level], scalars="share")
    facets = found.faces.reshape(-1, 4)[:, 1:].astype(np.int32)
    return Surface(np.asarray(found.points, dtype=np.float64), facets, colour)


def box_of_cells(origin: Float, spacing: float, share: Float) -> Float:
    """Corners (2, 3) of the box about the cells that hold anything, mm; empty (0, 3) for none."""
    held = np.argwhere(share > 1e-3)
    if len(held) == 0:
        return np.zeros((0, 3))
    edge = np.stack([held.min(axis=0) - 0.5, held.max(axis=0) + 0.5])
    return np.asarray(origin + spacing * edge, dtype=np.float64)
