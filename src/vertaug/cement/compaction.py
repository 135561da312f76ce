# SPDX-License-Identifier: BSD-3-Clause
"""Marrow that bone presses out as it is compacted, and the pressure that this takes.

The matrix of bone keeps its volume, so each cell of the solid gives off as much marrow as it loses volume.
That is a source of Darcy flow at every moment; a balloon is a wall that nothing passes.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vertaug.cement.pressure import PressureSystem, drained, pad, unpad
from vertaug.cement.solid_view import DeformedSolid
from vertaug.cement.tumour import Tumour, TumourPhase
from vertaug.cement.voxelise import Lattice, owners
from vertaug.errors import InputError
from vertaug.grid.flow_grid import FlowGrid, Kind
from vertaug.materials.rheology import christopher_middleman_1965 as bed
from vertaug_kernels import flow

__all__ = ["MarrowFlow", "compaction", "marrow_flow", "tumour_flow", "walled"]

Float = NDArray[np.float64]
_PER_SIDE = 3
_TOLERANCE = 1e-9
_PASSES, _CHANGE, _HOLD = 30, 1e-3, 0.6


@dataclass(frozen=True)
class MarrowFlow:
    """Pressure in the pores, MPa, (nx, ny, nz), what flows out by pathway, mm³/s, and `tumour` pressed out, mm³."""

    pressure: Float
    outflow: dict[str, float]
    tumour: dict[str, float] = field(default_factory=dict)


def walled(grid: FlowGrid) -> FlowGrid:
    """The same grid with its cavities closed, as by balloons that fill them."""
    kind = np.where(grid.kind == Kind.CAVITY, Kind.SEALED, grid.kind).astype(np.uint8)
    return replace(grid, kind=kind)


def _usable(grid: FlowGrid) -> NDArray[np.bool_]:
    """Cells of bone and clefts that drain."""
    return np.asarray(drained(grid) & np.isin(grid.kind, (Kind.BONE, Kind.CLEFT)), dtype=np.bool_)


def compaction(before: Float, after: DeformedSolid, grid: FlowGrid) -> Float:
    """Marrow, mm³, that each voxel of the grid gives off between two shapes of one mesh; (nx, ny, nz).

    `before` (n, 3) are the mesh's points at the start, mm. A cell's share goes to the drained bone it lies in, or
    the nearest. The sum is what all cells lost to rounding: the growth of cavities less that of the outer surface.

    Raises
    ------
    InputError
        where no bone drains to an outlet, or the points are those of another mesh.
    """
    if before.shape != after.points.shape:
        raise InputError(
            "state", "points", f"shape {before.shape}", f"{after.points.shape}, those of one mesh",
            "compare two states between which the mesh was not renewed", "E-CEMENT-013",
        )  # fmt: skip
    usable = _usable(grid)
    if not usable.any():
        raise InputError(
            "plan", "openings", "none joins the bone to an outlet", "a way out for the marrow",
            "add a basivertebral or segmental foramen, or another opening", "E-CEMENT-006",
        )  # fmt: skip
    given = replace(after, points=before).volumes() - after.volumes()
    lattice = Lattice(grid.origin, grid.spacing, grid.shape, _PER_SIDE)
    owner = owners(after, lattice)
    sample = np.argwhere(owner >= 0)
    cell = owner[tuple(sample.T)]
    voxel = sample // _PER_SIDE
    inside = usable[tuple(voxel.T)]
    cell, voxel = cell[inside], voxel[inside]
    number = np.bincount(cell, minlength=len(given))
    source = np.zeros(grid.shape)
    np.add.at(source, tuple(voxel.T), given[cell] / number[cell])
    lost = np.flatnonzero(number == 0)
    if len(lost):
        places = np.argwhere(usable)
        middle = after.points[after.cells[lost]].mean(axis=1)
        _, nearest = cKDTree(grid.centres(places)).query(middle)
        np.add.at(source, tuple(places[nearest].T), given[lost])
    return source


def marrow_flow(grid: FlowGrid, source: Float, viscosity: float) -> MarrowFlow:
    """Pressure and flow of marrow of a viscosity, MPa s, for sources, mm³/s, (nx, ny, nz) in drained cells.

    Raises
    ------
    NotConvergedError
        where the pressure does not converge.
    """
    system = PressureSystem(grid)
    system.ways.fill(viscosity)
    system.assemble(np.full(system.pressure.shape, viscosity))
    system.solve(np.asarray(pad(source), dtype=np.float64), _TOLERANCE)
    outflow = system.ways.by_pathway(system.ways.flows(system.pressure))
    return MarrowFlow(unpad(system.pressure), outflow)


def tumour_flow(
    grid: FlowGrid, source: Float, viscosity: float, tumour: Tumour, duration: float
) -> MarrowFlow:
    """The same where some pores hold tumour, which yields and moves for a `duration`, s.

    Each cell gives off what its pores hold. Passes take the tumour's viscosity at the speed of the one before.

    Raises
    ------
    NotConvergedError
        where the pressure does not converge.
    InputError
        for a tumour that cannot be on the grid.
    """
    tumour.check(grid, np.zeros(grid.shape))
    system = PressureSystem(grid)
    pore = np.asarray(pad(np.where(system.active, grid.pore_volume(), 0.0)), dtype=np.float64)
    isotropic = grid.permeability.prod(axis=0) ** (1.0 / 3.0)
    length = np.asarray(pad(bed.shear_length(isotropic, grid.porosity)), dtype=np.float64)
    phase = TumourPhase(tumour, system, pore, length)
    given = np.asarray(pad(source), dtype=np.float64)
    phase.given[:] = given * phase.before
    ways, flows = system.ways, np.zeros(len(system.ways.owner))
    speed = np.zeros_like(pore)
    for _ in range(_PASSES):
        resistance = np.full(pore.shape, viscosity)
        phase.thicken(speed, viscosity, resistance)
        ways.fill(viscosity)
        phase.resist(ways, flows, viscosity)
        system.assemble(resistance)
        system.solve(given, _TOLERANCE)
        flow.speeds(*system.faces, system.pressure, grid.spacing, speed)
        last, flows = flows, ways.flows(system.pressure)
        if np.abs(flows - last).max(initial=0.0) <= _CHANGE * np.abs(given).sum():
            break
    cells = np.flatnonzero(pore > 0.0)
    order = cells[np.argsort(-system.pressure.ravel()[cells], kind="stable")]
    none = np.zeros_like(pore)
    phase.move(
        order, system, ways.gates(pore.shape), (none, none, np.zeros(len(flows))), duration, _HOLD
    )
    return MarrowFlow(unpad(system.pressure), ways.by_pathway(flows), phase.accept(ways))
