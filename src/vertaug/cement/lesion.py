# SPDX-License-Identifier: BSD-3-Clause
"""Where tumour stands on the flow grid: in the pores of the solid's regions named so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.solid_view import DeformedSolid
from vertaug.cement.voxelise import Lattice, owners
from vertaug.grid.flow_grid import FlowGrid, Kind
from vertaug_kernels import voxel

__all__ = ["REGION", "Lesion", "lay_tumour"]

Float = NDArray[np.float64]
REGION = ("tumour",)
"""Starts of the names of regions whose pores hold tumour in the place of marrow."""
_PER_SIDE = 3


@dataclass(frozen=True)
class Lesion:
    """Tumour laid on a grid.

    `saturation` share of each cell's pores, (nx, ny, nz); `volume` mm³ that the mesh holds, pores alone, and
    `error` of what the grid holds against it, relative.
    """

    saturation: Float
    volume: float
    error: float


def lay_tumour(solid: DeformedSolid, grid: FlowGrid) -> Lesion | None:
    """Tumour in the cells of bone that the solid's tumour regions reach; None where it has no such region.

    Bone that is left in the lesion keeps its place: tumour fills the pores beside it. Cavities hold none.
    """
    chosen = solid.in_regions(REGION)
    if not chosen.any():
        return None
    lattice = Lattice(grid.origin, grid.spacing, grid.shape, _PER_SIDE)
    owner = owners(solid, lattice)
    pores = 1.0 - solid.present_fraction()
    shares = []
    for marked in (chosen, ~chosen):
        share, mean = np.zeros(grid.shape), np.zeros(grid.shape)
        voxel.sample_means(owner, pores, np.asarray(marked, dtype=np.uint8), _PER_SIDE, share, mean)
        shares.append(share * mean)
    whole = shares[0] + shares[1]
    part = np.divide(shares[0], whole, out=np.zeros(grid.shape), where=whole > 0.0)
    saturation = np.where(grid.kind == Kind.BONE, np.clip(part, 0.0, 1.0), 0.0)
    volume = float(solid.volumes()[chosen] @ pores[chosen])
    found = float((saturation * grid.pore_volume()).sum())
    return Lesion(saturation, volume, abs(found - volume) / volume if volume > 0.0 else 0.0)
