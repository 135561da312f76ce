# SPDX-License-Identifier: BSD-3-Clause
"""Lay the flow grid over the deformed solid.

The cortex is the set of faces between bone voxels and the rest; it lets nothing through but at
openings. Space outside the bone is followed within some millimetres of each opening, canal and discs
farther where one leads there: `vertaug.cement.spaces`. The arch behind the canal takes no part in the flow.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vertaug.cement.exterior import boundary_faces, lay_openings, lay_outside
from vertaug.cement.solid_view import DeformedSolid, OpeningSite
from vertaug.cement.surroundings import Surroundings
from vertaug.cement.vessel_cells import vessel_permeability, vessel_share
from vertaug.cement.voxelise import Lattice, Shares, count_shares
from vertaug.errors import InputError
from vertaug.grid.flow_grid import FlowGrid, Kind
from vertaug.materials.outside_spaces import SpaceProperties
from vertaug.materials.permeability import baroud_2004, carman_1937

__all__ = ["GridOptions", "GridReport", "lay_grid"]

Float = NDArray[np.float64]
_LEAST_POROSITY, _LEAST_FILLED = 1e-3, 1e-3
_ROUNDING = 1e-9

_OFF_AXIS = 0.1
"""Share of permeability off the diagonal from which a grid warns."""


@dataclass(frozen=True)
class GridOptions:
    """How the grid is laid.

    Parameters
    ----------
    spacing : edge of a voxel, mm
    reach : how far the grid follows leaked cement beyond an opening, mm
    per_side : samples along a voxel's edge
    permeability_factor : multiplies the permeability of bone
    anisotropy, axis : permeability along the vertebra's superior-inferior axis over across it; that axis on the grid
    surface : bone surface per bone volume, 1/mm
    cavity_permeability : of a free cavity, mm²: a square of its radius over 8, here for 8 mm
    tissue_permeability, tissue_porosity : of soft tissue outside, mm², 1 (assumed)
    posterior : region names that start so do not enlarge the grid
    blocked : region names that start so are filled by a cannula and sealed
    cleft : region names that start so are gaps of a fracture, as free as a cavity
    """

    spacing: float = 0.6
    reach: float = 8.0
    per_side: int = 3
    permeability_factor: float = 1.0
    anisotropy: float = baroud_2004.RATIO
    axis: tuple[float, float, float] = (0.0, 0.0, 1.0)
    surface: float = carman_1937.SURFACE
    cavity_permeability: float = 8.0
    tissue_permeability: float = 1e-2
    tissue_porosity: float = 0.5
    posterior: tuple[str, ...] = ("posterior",)
    blocked: tuple[str, ...] = ("cannula",)
    cleft: tuple[str, ...] = ("cleft",)


@dataclass(frozen=True)
class GridReport:
    """What the transfer to the grid kept, relative errors against the mesh.

    `bone_mass_error`, `cavity_error` of the grid as it is used; `counted_bone_error`,
    `counted_cavity_error` of the bare count, before porosity was rescaled to the mesh's volumes;
    `off_axis` the share of permeability that joins axes of the grid, which two-point fluxes leave out.
    """

    bone_mass_error: float
    cavity_error: float
    counted_bone_error: float
    counted_cavity_error: float
    off_axis: float = 0.0

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the reader of results must know of the grid."""
        if self.off_axis <= _OFF_AXIS:
            return ()
        return (
            f"the grid is turned against the vertebra: {self.off_axis:.2f} of its permeability joins axes of the "
            "grid and is left out; lay the grid along the vertebra",
        )


def _lattice(
    solid: DeformedSolid,
    sites: Sequence[OpeningSite],
    options: GridOptions,
    around: Surroundings | None,
) -> Lattice:
    """The voxels around all that is not posterior, with room for leaks; the canal's where an opening is near it."""
    kept = ~solid.in_regions(options.posterior) & ~solid.in_regions(options.blocked)
    used = solid.points[np.unique(solid.cells[kept])]
    room = options.reach + options.spacing
    low, high = used.min(axis=0) - room, used.max(axis=0) + room
    for corner in [] if around is None else _ends(around, sites, 0.5 * (low + high), options):
        low, high = np.minimum(low, corner), np.maximum(high, corner)
    # about the middle, so that the mirror image of a body has the mirror image of its grid
    nx, ny, nz = np.ceil((high - low) / options.spacing - _ROUNDING).astype(int)
    low = 0.5 * (low + high) - 0.5 * options.spacing * np.array([nx, ny, nz])
    return Lattice(low, options.spacing, (int(nx), int(ny), int(nz)), options.per_side)


def _arch(
    solid: DeformedSolid, lattice: Lattice, options: GridOptions, around: Surroundings | None
) -> NDArray[np.bool_]:
    """Voxels behind the canal's middle, farther than room for leaks behind the body: marrow there does not matter."""
    found = np.zeros(lattice.shape, dtype=bool)
    if around is None:
        return found
    back = around.axes[1]
    kept = ~solid.in_regions(options.posterior) & ~solid.in_regions(options.blocked)
    last = float((solid.points[np.unique(solid.cells[kept])] @ back).max())
    axes = [
        lattice.origin[n] + lattice.spacing * (np.arange(lattice.shape[n]) + 0.5) for n in range(3)
    ]
    place = sum(np.moveaxis(back[n] * axes[n][:, None, None], 0, n) for n in range(3))
    found |= place > last + options.reach
    return found


def _ends(
    around: Surroundings, sites: Sequence[OpeningSite], middle: Float, options: GridOptions
) -> list[Float]:
    """Points (3,) that the voxels must reach where an opening is near: back and sides of the canal, tops of discs."""
    if not sites:
        return []
    places = np.array([site.points.mean(axis=0) for site in sites])
    left, back, up = around.axes
    found: list[Float] = []
    canal = around.canal
    if canal is not None:
        apart = places - canal.centre
        near = np.abs(apart @ left) < canal.radius + options.reach
        if (near & (apart @ back > -canal.wall - options.reach)).any():
            centre = canal.centre + ((middle - canal.centre) @ up) * up
            found += [
                centre + (canal.radius + options.spacing) * way for way in (left, -left, back)
            ]
    for disc in around.discs:
        flat = disc.corners.reshape(-1, 3)
        near = cKDTree(flat).query(places)[0] < options.reach
        if bool(np.any(near)) and not disc.closed:
            found += list(flat + disc.sign * (disc.height + options.spacing) * up)
    return found


def _relative(found: float, expected: float) -> float:
    """Relative error; zero where nothing was expected nor found."""
    return abs(found - expected) / expected if expected > 0.0 else abs(found)


def _scale(expected: float, found: float) -> float:
    """Factor that carries what was found to what was expected."""
    return expected / found if found > 0.0 else 1.0


def _solid(filled: Float, cannula: Float) -> NDArray[np.bool_]:
    """Voxels that stand for the bone: those at least half filled, and more where these could not hold all of it."""
    usable = np.where(cannula < 0.5, filled, 0.0)
    number = int(np.ceil(usable.sum()))
    falling = np.sort(usable.ravel())[::-1]
    least = min(0.5, float(falling[min(number, falling.size) - 1])) if number else 0.5
    return np.asarray(usable >= max(least, _LEAST_FILLED))


def _made_up(share: Float, room: Float, missing: float) -> Float:
    """Shares with `missing` voxels' worth more, put where there is `room`, or less, taken where there was room.

    What a staircase surface leaves out is made up for in the voxels that it cuts; full voxels stay full.
    """
    cut = np.where((room > 0.0) & (share > 0.0), room if missing > 0.0 else share, 0.0)
    able = float(cut.sum())
    part = min(abs(missing) / able, 1.0) if able > 0.0 else 0.0
    return np.asarray(share + math.copysign(part, missing) * cut)


def _spaces(shares: Shares, solid: NDArray[np.bool_], voxel: float) -> tuple[Float, Float]:
    """Shares of bone and cavity in the voxels of the solid, at most one together, with the mesh's volumes."""
    filled = np.where(solid, np.minimum(shares.bone + shares.cavity, 1.0), 0.0)
    room = np.where(solid, 1.0 - filled - shares.cannula, 0.0)
    wanted = (shares.volume + shares.cavity_volume) / voxel
    whole = _made_up(filled, np.maximum(room, 0.0), wanted - float(filled.sum()))
    of_cavity = shares.cavity / np.maximum(shares.bone + shares.cavity, 1e-12)
    void = whole * np.where(solid, of_cavity, 0.0)
    missing = shares.cavity_volume / voxel - float(void.sum())
    void = _made_up(void, np.where(void > 0.0, whole - void, 0.0), missing)
    return whole - void, void


@dataclass(frozen=True)
class _Interior:
    """Kind, porosity and isotropic permeability of the bone and its cavities."""

    kind: NDArray[np.uint8]
    porosity: Float
    permeability: Float
    report: GridReport


def _interior(shares: Shares, options: GridOptions) -> _Interior:
    """Decide what each voxel is; its porosity is such that volumes and mass are the mesh's, and at most one."""
    filled = shares.bone + shares.cavity
    solid = _solid(filled, shares.cannula)
    cavity = solid & (shares.cavity >= 0.5 * filled)
    cleft = solid & ~cavity & (shares.cleft >= 0.5 * filled)
    kind = np.where(solid, Kind.BONE, Kind.SEALED).astype(np.uint8)
    kind[cavity], kind[cleft] = Kind.CAVITY, Kind.CLEFT
    voxel = options.spacing**3
    counted_cavity = float(np.where(solid, shares.cavity, 0.0).sum()) * voxel
    counted_mass = float(np.where(solid, shares.bone * shares.fraction, 0.0).sum()) * voxel
    space, void = _spaces(shares, solid, voxel)
    matrix = space * shares.fraction
    matrix = matrix * _scale(shares.mass, float(matrix.sum()) * voxel)
    report = GridReport(
        _relative(float(matrix.sum()) * voxel, shares.mass),
        _relative(float(void.sum()) * voxel, shares.cavity_volume),
        _relative(counted_mass, shares.mass),
        _relative(counted_cavity, shares.cavity_volume),
    )
    porosity = np.where(solid, np.maximum(void + space - matrix, _LEAST_POROSITY), 0.0)
    dense = shares.fraction * shares.bone / np.maximum(filled, 1e-9)
    bone = options.permeability_factor * carman_1937.permeability(dense, options.surface)
    bone = np.minimum(bone, options.cavity_permeability)
    permeability = np.where(cavity | cleft, options.cavity_permeability, bone)
    return _Interior(kind, porosity, permeability, report)


def _check_axis(axis: tuple[float, float, float]) -> None:
    """Refuse what is no direction."""
    length = float(np.linalg.norm(axis))
    if not (np.isfinite(length) and length > 0.0):
        raise InputError(
            "plan", "flow.axis", f"{axis}", "a direction: three numbers, not all zero",
            "give the superior-inferior axis, such as (0, 0, 1)", "E-CEMENT-014",
        )  # fmt: skip


def _crop(grid: FlowGrid) -> FlowGrid:
    """The same grid without the sealed layers around it."""
    cells = [np.argwhere(grid.kind != Kind.SEALED)]
    index = np.concatenate(cells + [item.outer for item in grid.openings])
    low, high = index.min(axis=0), index.max(axis=0) + 1
    box = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    shift = low.astype(np.int32)
    openings = tuple(
        replace(item, inner=item.inner - shift, outer=item.outer - shift) for item in grid.openings
    )
    return replace(
        grid,
        origin=grid.origin + grid.spacing * low,
        kind=np.ascontiguousarray(grid.kind[box]),
        compartment=np.ascontiguousarray(grid.compartment[box]),
        porosity=np.ascontiguousarray(grid.porosity[box]),
        permeability=np.ascontiguousarray(grid.permeability[(slice(None), *box)]),
        outlet=np.ascontiguousarray(grid.outlet[box]),
        openings=openings,
        outlet_pressure=None if grid.outlet_pressure is None else grid.outlet_pressure[box],
        outlet_faces=None if grid.outlet_faces is None else grid.outlet_faces[(slice(None), *box)],
    )


def lay_grid(
    solid: DeformedSolid,
    sites: Sequence[OpeningSite],
    options: GridOptions | None = None,
    around: Surroundings | None = None,
) -> tuple[FlowGrid, GridReport]:
    """Flow grid over the deformed solid, with its openings and what is `around`, and what the transfer kept.

    Bone fraction is ``bone_fraction / J``, permeability Carman's from it, along the grid's axes with
    the superior-inferior one favoured. Voxels at least half bone or cavity are inside.

    Raises
    ------
    InputError
        for an opening farther than 3 mm from the bone's surface, or a cavity that does not close.
    """
    options = options or GridOptions()
    _check_axis(options.axis)
    lattice = _lattice(solid, sites, options, around)
    shares = count_shares(solid, lattice, options.blocked, options.cleft)
    inside = _interior(shares, options)
    kind = inside.kind.copy()
    outside = (kind == Kind.SEALED) & (shares.cannula == 0.0)
    inner, outer = boundary_faces(kind != Kind.SEALED, outside)
    filled = np.minimum(shares.bone + shares.cavity + shares.cannula, 1.0)
    openings = lay_openings(sites, inner, outer, lattice, filled)
    kind[_arch(solid, lattice, options, around)] = Kind.SEALED
    tissue = SpaceProperties(options.tissue_permeability, options.tissue_porosity, 0.0)
    permeability = inside.permeability
    for site in sites:
        if site.inside is not None:
            share = np.where(
                kind == Kind.BONE, vessel_share(lattice, site.inside, site.radius), 0.0
            )
            permeability = vessel_permeability(permeability, share, site.radius)
    out = lay_outside(sites, openings, outside, lattice, around, tissue, options.reach)
    kind[out.tissue] = Kind.EXTERIOR
    isotropic = np.where(out.tissue, out.permeability, permeability)
    along = baroud_2004.along_axes(isotropic, options.anisotropy, options.axis)
    along[:, kind != Kind.BONE] = isotropic[kind != Kind.BONE]
    grid = FlowGrid(
        origin=lattice.origin,
        spacing=lattice.spacing,
        kind=kind,
        compartment=out.compartment,
        porosity=np.where(out.tissue, out.porosity, inside.porosity),
        permeability=along,
        outlet=np.asarray(out.outlet_faces.any(axis=0)),
        openings=openings,
        compartments=out.compartments,
        outlet_pressure=out.outlet_pressure,
        outlet_faces=out.outlet_faces,
    )
    turned = baroud_2004.off_axis(options.anisotropy, options.axis)
    return _crop(grid), replace(inside.report, off_axis=turned)
