# SPDX-License-Identifier: BSD-3-Clause
"""Where tumour stands on the flow grid: in the pores of the solid's regions named so."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

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

    `saturation` share of each cell's pores, (nx, ny, nz); `volume` mm³ that there is, `displaced` what of it the
    compaction of its region has driven into the bone around; `error` of what the grid holds, relative.
    """

    saturation: Float
    volume: float
    displaced: float
    error: float


def _shares(solid: DeformedSolid, grid: FlowGrid, chosen: NDArray[np.bool_]) -> Float:
    """Part of each cell's pores that lies in the chosen cells of the solid, (nx, ny, nz)."""
    lattice = Lattice(grid.origin, grid.spacing, grid.shape, _PER_SIDE)
    owner = owners(solid, lattice)
    pores = 1.0 - solid.present_fraction()
    parts = []
    for marked in (chosen, ~chosen):
        share, mean = np.zeros(grid.shape), np.zeros(grid.shape)
        mask = np.asarray(marked, dtype=np.uint8)
        voxel.sample_means(owner, pores, mask, _PER_SIDE, share, mean)
        parts.append(share * mean)
    whole = parts[0] + parts[1]
    part = np.divide(parts[0], whole, out=np.zeros(grid.shape), where=whole > 0.0)
    return np.where(grid.kind == Kind.BONE, np.clip(part, 0.0, 1.0), 0.0)


def _spread(saturation: Float, grid: FlowGrid, volume: float) -> None:
    """Put a volume, mm³, into the free pores of bone nearest to the tumour, in place."""
    pore = np.where(grid.kind == Kind.BONE, grid.pore_volume(), 0.0)
    held = np.argwhere(saturation > 0.5)
    if len(held) == 0:
        held = np.argwhere(saturation > 0.0)
    cells = np.argwhere((pore > 0.0) & (saturation < 1.0))
    if len(held) == 0 or len(cells) == 0:
        return
    apart, _ = cKDTree(held).query(cells)
    cells = cells[np.argsort(apart, kind="stable")]
    place = tuple(cells.T)
    room = (1.0 - saturation[place]) * pore[place]
    filled = np.clip(volume - (np.cumsum(room) - room), 0.0, room)
    saturation[place] += filled / pore[place]


def lay_tumour(solid: DeformedSolid, grid: FlowGrid, pressed_out: float = 0.0) -> Lesion | None:
    """Tumour on a grid over a deformed solid; None where the solid has no tumour region.

    Tumour fills the pores of the bone that is left in its region. It keeps its volume: what compaction has taken from
    those pores since the start, less what was `pressed_out` of the bone, mm³, stands in the nearest pores around.
    Cavities hold none.
    """
    chosen = solid.in_regions(REGION)
    if not chosen.any():
        return None
    saturation = _shares(solid, grid, chosen)
    now, pores = solid.volumes()[chosen], 1.0 - solid.present_fraction()[chosen]
    inside = float(now @ pores)
    lost = float(now @ (1.0 / solid.volume_ratio[chosen] - 1.0))
    volume = max(inside + lost - pressed_out, 0.0)
    pore = grid.pore_volume()
    if volume < inside:
        saturation *= volume / inside
    displaced = max(volume - inside, 0.0)
    _spread(saturation, grid, displaced)
    found = float((saturation * pore).sum())
    error = abs(found - volume) / volume if volume > 0.0 else 0.0
    return Lesion(np.minimum(saturation, 1.0), volume, displaced, error)
