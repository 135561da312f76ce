# SPDX-License-Identifier: BSD-3-Clause
"""Carry cement and its cure from the grid back to the solid: to cells of bone, and to points of cavities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, map_coordinates

from vertaug.cement.solid_view import DeformedSolid
from vertaug.cement.voxelise import Lattice, cavity_share, owners
from vertaug.grid.flow_grid import INSIDE, FlowGrid, Kind

__all__ = ["SolidCement", "field_at", "saturation_to_solid"]

Float = NDArray[np.float64]
_ROUNDS = 50
"""Rounds in which cement that does not fit goes on to cells with room; each leaves a share of it."""


@dataclass(frozen=True)
class SolidCement:
    """Cement in the solid: in the pores of its cells, and in its cavities.

    `fraction` (m,) is cement volume over cell volume, at most the porosity; its sum over the cells is `in_pores`
    mm³, but for the relative `error`. `filling` (m,) is the share of the pores, `cure` (m,) the degree of cure, 0
    without cement. `factor` is what the interpolated field was multiplied by before cells were full.
    `in_cavities` mm³ is the rest of the cement inside the bone.
    """

    fraction: Float
    filling: Float
    cure: Float
    in_pores: float
    in_cavities: float
    factor: float
    error: float


def saturation_to_solid(
    grid: FlowGrid,
    saturation: Float,
    solid: DeformedSolid,
    degree: Float | None = None,
    blocked: tuple[str, ...] = ("cannula",),
) -> SolidCement:
    """Cement in the pores of each cell of `solid` and in its cavities, conserving that inside the bone.

    A voxel on a cavity's wall gives the cavity what it holds of it. Each cell takes the mean saturation of its
    samples (of the voxel at its centroid where it holds no sample), times its porosity, times one factor for all;
    what a full cell cannot hold goes to the others that hold cement. ``degree`` of cure, by voxel, is averaged
    over the cement.
    """
    inside = np.where(np.isin(grid.kind, INSIDE), saturation, 0.0)
    cured = inside * (0.0 if degree is None else degree)
    mean, carried = _means(grid, solid, inside, cured)
    cure = np.divide(carried, mean, out=np.zeros_like(mean), where=mean > 0.0)
    room = (1.0 - solid.present_fraction()) * solid.volumes()
    room[solid.in_regions(blocked)] = 0.0
    in_cavities = float((inside * _cavity_pores(grid, solid)).sum())
    expected = max(float((inside * grid.pore_volume()).sum()) - in_cavities, 0.0)
    held = mean * room
    found = float(held.sum())
    factor = expected / found if found > 0.0 else 1.0
    held = _within(held * factor, room, expected)
    filling = np.divide(held, room, out=np.zeros_like(held), where=room > 0.0)
    lost = abs(float(held.sum()) - expected)
    error = lost / expected if expected > 0.0 else 0.0
    return SolidCement(held / solid.volumes(), filling, cure, expected, in_cavities, factor, error)


def _cavity_pores(grid: FlowGrid, solid: DeformedSolid) -> Float:
    """Pore volume, mm³, of each voxel that lies in a cavity; together the volume that the surfaces enclose."""
    share, volume = cavity_share(solid, Lattice(grid.origin, grid.spacing, grid.shape))
    counted = float(share.sum()) * grid.cell_volume
    scale = volume / counted if counted > 0.0 else 0.0
    return np.minimum(scale * share * grid.cell_volume, grid.pore_volume())


def _means(grid: FlowGrid, solid: DeformedSolid, *fields: Float) -> tuple[Float, ...]:
    """Mean of voxel ``fields`` over the samples of each cell, (m,) each."""
    lattice = Lattice(grid.origin, grid.spacing, grid.shape)
    owner = owners(solid, lattice)
    held = owner >= 0
    cells, n = owner[held], lattice.per_side
    count = np.bincount(cells, minlength=len(solid.cells))
    home = grid.cell_at(solid.points[solid.cells].mean(axis=1))
    on_grid = ((home >= 0) & (home < grid.shape)).all(axis=1)
    place = tuple(np.clip(home, 0, np.array(grid.shape) - 1).T)
    found = []
    for field in fields:
        fine = field.repeat(n, axis=0).repeat(n, axis=1).repeat(n, axis=2)
        total = np.bincount(cells, weights=fine[held], minlength=len(solid.cells))
        there = np.where(on_grid, field[place], 0.0)
        found.append(np.where(count > 0, total / np.maximum(count, 1), there))
    return tuple(found)


def _within(held: Float, room: Float, wanted: float) -> Float:
    """Volumes (m,) of at most ``room`` each that sum to ``wanted`` as near as those with cement can hold it."""
    for _ in range(_ROUNDS):
        held = np.minimum(held, room)
        missing = wanted - float(held.sum())
        free = np.where(held > 0.0, room - held, 0.0)
        if missing <= 1e-14 * wanted or not free.any():
            break
        held = held + free * min(1.0, missing / float(free.sum()))
    return held


def field_at(grid: FlowGrid, field: Float, kind: Kind, points: Float) -> Float:
    """Values (n,) at ``points`` (n, 3) mm, linear between the middles of voxels of one kind.

    Voxels of other kinds take the value of the nearest of that kind first; without any, all is 0.
    """
    there = grid.kind == kind
    if not there.any():
        return np.zeros(len(points))
    nearest = distance_transform_edt(~there, return_distances=False, return_indices=True)
    spread = field[tuple(nearest)]
    index = (np.asarray(points) - grid.origin) / grid.spacing - 0.5
    return np.asarray(map_coordinates(spread, index.T, order=1, mode="nearest"))
