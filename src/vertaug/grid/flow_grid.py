# SPDX-License-Identifier: BSD-3-Clause
"""The regular grid that cement and heat flow on: cells, permeability, openings, outlets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

__all__ = ["HOLLOW", "INSIDE", "Compartment", "FlowGrid", "Kind", "Opening", "Side"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
Side = Literal["inner", "outer"]


class Kind(IntEnum):
    """What a cell is."""

    SEALED = 0
    BONE = 1
    CAVITY = 2
    EXTERIOR = 3
    CLEFT = 4


INSIDE = (Kind.BONE, Kind.CAVITY, Kind.CLEFT)
"""Cells within the bone's surface."""
HOLLOW = (Kind.CAVITY, Kind.CLEFT)
"""Cells without bone: what a balloon left, and clefts of the fracture."""


@dataclass(frozen=True)
class Opening:
    """A way through the cortex: a hole or a short tube between bone cells and exterior cells.

    =========== ======== =====================================================================
    field       shape    meaning
    =========== ======== =====================================================================
    name                 such as ``vein_basivertebral`` or ``defect_1``
    pathway              where leaked cement is booked: ``basivertebral``, ``segmental_vein``, ...
    radius               mm, of the circle of equal area
    length               mm, of the tube; 0 for a hole in a thin wall
    inner       (n, 3)   indices of the bone or cavity cells
    outer       (n, 3)   indices of the exterior cells, each sharing a face with its inner cell
    share       (n,)     share of the flow that passes each face; None: the same for all
    gaps                 of bone and outside: resistance of spreading that the cells do not take, times
                         permeability and spacing; None: that of half a cell
    =========== ======== =====================================================================

    The resistance over viscosity is ``3 / a^3 + 8 L / (pi a^4)`` (Sampson's hole and Poiseuille's
    tube in series, Dagan et al. 1982), shared by the faces in parallel, plus the spreading on
    either side: ``gap / (k h)`` of all faces together, or without gaps ``1 / (4 k a)`` where the
    opening is smaller than the cell, else half a cell.
    """

    name: str
    pathway: str
    radius: float
    length: float
    inner: Int
    outer: Int
    share: Float | None = None
    gaps: tuple[float, float] | None = None

    def shares(self) -> Float:
        """Share of the flow through each face, (n,), sums to one."""
        number = len(self.inner)
        return np.full(number, 1.0 / max(number, 1)) if self.share is None else self.share

    def hole_shape(self) -> float:
        """Resistance of hole and tube over viscosity, 1/mm³."""
        a = self.radius
        return 3.0 / a**3 + 8.0 * self.length / (np.pi * a**4)

    def side_shape(self, permeability: Float, spacing: float, side: Side) -> Float:
        """Resistance over viscosity of spreading on one side, per face, 1/mm³; permeability (n,) mm²."""
        if self.gaps is not None:
            gap = self.gaps[0 if side == "inner" else 1]
            return np.asarray(gap / (permeability * spacing * self.shares()))
        half_cell = 1.0 / (2.0 * permeability * spacing)
        if len(self.inner) > 1:
            return half_cell
        return np.maximum(half_cell, 1.0 / (4.0 * permeability * self.radius))


@dataclass(frozen=True)
class Compartment:
    """A space outside the bone (``canal``, ``disc_superior``, ``paravertebral``, ...).

    Its pressure, MPa, is held at the rim of the part of it that lies on the grid. It is open towards the
    spaces that it `joins`.
    """

    name: str
    pressure: float
    joins: tuple[str, ...] = ()


@dataclass(frozen=True)
class FlowGrid:
    """A vertebra-aligned grid of cubic cells; never changed in place.

    ============= =============== ==========================================================
    field         shape           meaning
    ============= =============== ==========================================================
    origin        (3,)            lower corner of cell (0, 0, 0), mm, vertebral frame
    spacing                       edge of a cell, mm
    kind          (nx, ny, nz)    `Kind` of each cell, uint8
    compartment   (nx, ny, nz)    index into `compartments` of exterior cells, else -1; int16
    porosity      (nx, ny, nz)    pore volume over cell volume
    permeability  (3, nx, ny, nz) components along x, y, z, mm²; positive in active cells
    outlet        (nx, ny, nz)    True where the cell stands against its compartment's pressure
    openings                      the ways between bone and exterior
    compartments                  the spaces outside
    outlet_pressure (nx, ny, nz)  MPa behind outlet cells; None: that of their compartment
    outlet_faces  (3, nx, ny, nz) number of an outlet cell's faces along x, y, z that stand against that
                                  pressure; None: one of mean permeability
    ============= =============== ==========================================================

    Fluid passes a face between two active cells within the bone (cavities and clefts are part of
    it), within a compartment, or of compartments that join. Every other face is sealed, so the cortex
    is the set of faces between bone and exterior; only openings cross it.
    """

    origin: Float
    spacing: float
    kind: NDArray[np.uint8]
    compartment: NDArray[np.int16]
    porosity: Float
    permeability: Float
    outlet: NDArray[np.bool_]
    openings: tuple[Opening, ...]
    compartments: tuple[Compartment, ...]
    outlet_pressure: Float | None = None
    outlet_faces: NDArray[np.uint8] | None = None

    @property
    def shape(self) -> tuple[int, int, int]:
        """Number of cells along x, y, z."""
        nx, ny, nz = self.kind.shape
        return nx, ny, nz

    @property
    def cell_volume(self) -> float:
        """Volume of a cell, mm³."""
        return self.spacing**3

    def pore_volume(self) -> Float:
        """Pore volume of each active cell, mm³, zero in sealed ones; shape (nx, ny, nz)."""
        active = self.kind != Kind.SEALED
        return np.where(active, self.porosity * self.cell_volume, 0.0)

    def outer_pressure(self) -> Float:
        """Pressure, MPa, behind each outlet cell, zero elsewhere; shape (nx, ny, nz)."""
        if self.outlet_pressure is not None:
            return np.where(self.outlet, self.outlet_pressure, 0.0)
        pressures = np.array([item.pressure for item in self.compartments])
        return np.where(self.outlet, pressures[self.compartment], 0.0)

    def rim_shape(self) -> Float:
        """Conductance times viscosity, mm³, from the middle of each outlet cell to its rim; (nx, ny, nz)."""
        if self.outlet_faces is None:
            found = self.permeability.mean(axis=0)
        else:
            found = (self.outlet_faces * self.permeability).sum(axis=0)
        return np.where(self.outlet, 2.0 * self.spacing * found, 0.0)

    def place(self) -> NDArray[np.int16]:
        """-1 where sealed, 0 within the bone, 1 outside; shape (nx, ny, nz)."""
        place = np.where(self.kind == Kind.SEALED, -1, 0).astype(np.int16)
        place[self.kind == Kind.EXTERIOR] = 1
        return place

    def joined(self) -> NDArray[np.bool_]:
        """Whether fluid passes between two compartments, (k, k)."""
        names = [item.name for item in self.compartments]
        joins = np.eye(len(names), dtype=bool)
        for n, item in enumerate(self.compartments):
            for name in item.joins:
                m = names.index(name)
                joins[n, m] = joins[m, n] = True
        return joins

    def passable(self, axis: int) -> NDArray[np.bool_]:
        """Whether fluid passes the face between a cell and the next along `axis`; n - 1 along it."""
        place = np.moveaxis(self.place(), axis, 0)
        space = np.moveaxis(self.compartment, axis, 0)
        same = (place[:-1] == place[1:]) & (place[:-1] >= 0)
        joins = np.pad(self.joined(), (0, 1), constant_values=True)
        same &= (place[:-1] == 0) | joins[space[:-1], space[1:]]
        return np.asarray(np.moveaxis(same, 0, axis))

    def centres(self, index: NDArray[np.integer]) -> Float:
        """Centres, mm, of the cells of `index` (n, 3)."""
        return np.asarray(self.origin + self.spacing * (np.asarray(index) + 0.5), dtype=np.float64)

    def cell_at(self, points: Float) -> Int:
        """Index (n, 3) of the cell that holds each point (n, 3), mm; may lie outside the grid."""
        return np.floor((np.asarray(points) - self.origin) / self.spacing).astype(np.int32)
