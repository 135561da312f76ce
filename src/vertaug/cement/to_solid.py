# SPDX-License-Identifier: BSD-3-Clause
"""Carry cement from the grid back to the solid's cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.solid_view import DeformedSolid
from vertaug.cement.voxelise import Lattice, owners
from vertaug.grid.flow_grid import FlowGrid, Kind

__all__ = ["SolidCement", "saturation_to_solid"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class SolidCement:
    """Cement in the solid.

    `fraction` (m,) is cement volume over cell volume; its sum over the cells is the cement in
    bone voxels, mm³. `factor` is what the interpolated field was multiplied by to conserve it.
    """

    fraction: Float
    factor: float


def saturation_to_solid(
    grid: FlowGrid, saturation: Float, solid: DeformedSolid, blocked: tuple[str, ...] = ("cannula",)
) -> SolidCement:
    """Cement volume fraction of each cell of `solid`, conserving the cement in bone voxels.

    Each cell takes the mean saturation of its samples in bone voxels (of the voxel at its centroid
    where it holds no sample), times its porosity, times one factor for all.
    """
    lattice = Lattice(grid.origin, grid.spacing, grid.shape)
    owner = owners(solid, lattice)
    bone = np.where(grid.kind == Kind.BONE, saturation, 0.0)
    n = lattice.per_side
    fine = bone.repeat(n, axis=0).repeat(n, axis=1).repeat(n, axis=2)
    held = owner >= 0
    count = np.bincount(owner[held], minlength=len(solid.cells))
    total = np.bincount(owner[held], weights=fine[held], minlength=len(solid.cells))
    home = grid.cell_at(solid.points[solid.cells].mean(axis=1))
    on_grid = ((home >= 0) & (home < grid.shape)).all(axis=1)
    home = np.clip(home, 0, np.array(grid.shape) - 1)
    there = np.where(on_grid, bone[tuple(home.T)], 0.0)
    mean = np.where(count > 0, total / np.maximum(count, 1), there)
    fraction = mean * (1.0 - solid.present_fraction())
    fraction[solid.in_regions(blocked)] = 0.0
    expected = float((bone * grid.pore_volume()).sum())
    found = float(fraction @ solid.volumes())
    factor = expected / found if found > 0.0 else 1.0
    return SolidCement(fraction * factor, factor)
