# SPDX-License-Identifier: BSD-3-Clause
"""Lay openings on the faces between bone and outside, and the spaces that they lead to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vertaug.cement.solid_view import OpeningSite
from vertaug.errors import InputError
from vertaug.grid.flow_grid import Compartment, Opening

__all__ = ["boundary_faces", "lay_openings", "spread"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
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
    sites: Sequence[OpeningSite], inner: Int, outer: Int, centres: Float, spacing: float
) -> tuple[Opening, ...]:
    """Give each site the free boundary faces nearest to it, as many as its area holds.

    `inner`, `outer` (n, 3) are the cells of the boundary faces, `centres` (n, 3) the faces' centres, mm.
    """
    free = np.ones(len(centres), dtype=bool)
    openings = []
    for site in sites:
        apart, _ = cKDTree(site.points).query(centres)
        apart = np.where(free, apart, np.inf)
        number = max(1, round(np.pi * site.radius**2 / spacing**2))
        chosen = np.argsort(apart, kind="stable")[:number]
        reach = max(_FARTHEST, site.radius)
        if not len(chosen) or apart[chosen[0]] > _FARTHEST:
            raise _too_far(site, float(apart.min(initial=np.inf)))
        chosen = chosen[apart[chosen] <= reach]
        free[chosen] = False
        cells = (inner[chosen], outer[chosen])
        openings.append(Opening(site.name, site.pathway, site.radius, site.length, *cells))
    return tuple(openings)


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
