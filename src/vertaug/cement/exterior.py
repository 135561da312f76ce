# SPDX-License-Identifier: BSD-3-Clause
"""Lay openings on the faces between bone and outside, and the spaces that they lead to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vertaug.cement.opening_faces import (
    Faces,
    disc_samples,
    facet_samples,
    open_faces,
    outward,
    spreading_gap,
)
from vertaug.cement.solid_view import OpeningSite
from vertaug.cement.voxelise import Lattice
from vertaug.errors import InputError
from vertaug.grid.flow_grid import Compartment, Opening

__all__ = ["boundary_faces", "lay_openings", "rim_faces", "spread"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
Bytes = NDArray[np.uint8]
_FARTHEST = 3.0


def boundary_faces(inside: NDArray[np.bool_], outside: NDArray[np.bool_]) -> tuple[Int, Int]:
    """Inner and outer cells (n, 3) of the faces between two sets of cells (nx, ny, nz)."""
    inner, outer = [], []
    for axis in range(3):
        for sign in (1, -1):
            near = np.argwhere(inside)
            far = near.copy()
            far[:, axis] += sign
            fits = (far[:, axis] >= 0) & (far[:, axis] < inside.shape[axis])
            near, far = near[fits], far[fits]
            hit = outside[tuple(far.T)]
            inner.append(near[hit])
            outer.append(far[hit])
    return np.concatenate(inner).astype(np.int32), np.concatenate(outer).astype(np.int32)


def _too_far(site: OpeningSite, apart: float) -> InputError:
    """The error for an opening that is not on the bone's surface."""
    return InputError(
        where="plan",
        field=f"openings.{site.name}",
        found=f"nearest face of the bone's surface on the flow grid {apart:.1f} mm away",
        expected=f"within {_FARTHEST:g} mm",
        fix="place the opening on the bone's surface and inside the grid",
        code="E-CEMENT-008",
    )


def lay_openings(
    sites: Sequence[OpeningSite], inner: Int, outer: Int, lattice: Lattice, filled: Float
) -> tuple[Opening, ...]:
    """Lay each site on the free boundary faces that its area falls on.

    `inner`, `outer` (n, 3) are the cells of the boundary faces, `filled` (nx, ny, nz) the share of each voxel within
    the bone's surface.
    """
    faces = Faces.of(inner, outer)
    free = np.ones(len(inner), dtype=bool)
    openings = []
    for site in sites:
        points = (site.points - lattice.origin) / lattice.spacing
        apart = np.where(free, cKDTree(points).query(faces.centres)[0], np.inf)
        nearest = float(apart.min(initial=np.inf)) * lattice.spacing
        if nearest > _FARTHEST:
            raise _too_far(site, nearest)
        openings.append(_laid(site, faces, free, lattice, filled, int(apart.argmin())))
    return tuple(openings)


def _laid(
    site: OpeningSite,
    faces: Faces,
    free: NDArray[np.bool_],
    lattice: Lattice,
    filled: Float,
    nearest: int,
) -> Opening:
    """One opening; its faces are taken from the `free` ones. It has at least the `nearest` face."""
    radius = site.radius / lattice.spacing
    centre = (site.points.mean(axis=0) - lattice.origin) / lattice.spacing
    if site.facets is None:
        normal = outward(filled, centre, radius)
        points, normals = disc_samples(normal, radius)
        weights = np.full(len(points), 1.0 / len(points))
        points = points + centre
    else:
        points, normals, weights = facet_samples(site.facets)
        points = (points - lattice.origin) / lattice.spacing
        normal = weights @ normals
        normal /= max(float(np.linalg.norm(normal)), 1e-12)
    chosen, share = open_faces(faces, free, points, normals, weights)
    if not len(chosen):
        chosen, share = np.array([nearest]), np.ones(1)
        normal = (faces.outer[nearest] - faces.inner[nearest]).astype(np.float64)
    free[chosen] = False
    middle, cells = faces.centres[chosen], (faces.inner[chosen], faces.outer[chosen])
    inner_gap, outer_gap = (spreading_gap(middle, share, side, normal, radius) for side in cells)
    return Opening(
        site.name, site.pathway, site.radius, site.length, *cells, share, (inner_gap, outer_gap)
    )


def spread(
    sites: Sequence[OpeningSite],
    openings: tuple[Opening, ...],
    outside: NDArray[np.bool_],
    spacing: float,
    reach: float,
) -> tuple[NDArray[np.int16], NDArray[np.bool_], Float, tuple[Compartment, ...]]:
    """Exterior cells: the outside within `reach` mm of an opening, by the nearest one's compartment.

    Returns the compartment of each cell (-1 for none), the cells of the rim that stand against a
    pressure, that pressure, MPa, of the nearest opening, and the compartments with that of their first.
    """
    names = list(dict.fromkeys(site.compartment for site in sites))
    compartments = tuple(
        Compartment(name, next(s.pressure for s in sites if s.compartment == name))
        for name in names
    )
    index = np.full(outside.shape, -1, dtype=np.int16)
    rim, pressure = np.zeros(outside.shape, dtype=bool), np.zeros(outside.shape)
    if not openings:
        return index, rim, pressure, compartments
    owner = [names.index(site.compartment) for site in sites]
    faces = [len(opening.outer) for opening in openings]
    group = np.repeat(owner, faces)
    behind = np.repeat([site.pressure for site in sites], faces)
    tree = cKDTree(np.concatenate([opening.outer for opening in openings]) * spacing)
    cells = np.argwhere(outside)
    apart, nearest = tree.query(cells * spacing, distance_upper_bound=reach)
    near = np.isfinite(apart)
    nearest = np.asarray(nearest)[near]
    cells, apart = cells[near], np.asarray(apart)[near]
    index[tuple(cells.T)] = group[nearest]
    pressure[tuple(cells.T)] = behind[nearest]
    edge = ((cells == 0) | (cells == np.array(outside.shape) - 1)).any(axis=1)
    rim[tuple(cells.T)] = edge | (apart > reach - 1.5 * spacing)
    return index, rim, pressure, compartments


def rim_faces(
    rim: NDArray[np.bool_], tissue: NDArray[np.bool_], closed: NDArray[np.bool_]
) -> Bytes:
    """Number of faces along x, y, z by which cells of the rim look out of the `tissue`; (3, nx, ny, nz).

    Faces towards `closed` cells, such as bone and cannulas, are none of them.
    """
    found = np.zeros((3, *rim.shape), dtype=np.uint8)
    out = np.pad(~(tissue | closed), 1, constant_values=True)
    for axis in range(3):
        for shift in (-1, 1):
            beyond = np.roll(out, shift, axis=axis)[1:-1, 1:-1, 1:-1]
            found[axis] += rim & beyond
    return found
