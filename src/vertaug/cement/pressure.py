# SPDX-License-Identifier: BSD-3-Clause
"""The pressure of one moment: conductances from viscosities, then one solve."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from vertaug.cement.multigrid import Hierarchy, Operator, SolveReport
from vertaug.cement.ways import Ways
from vertaug.errors import NotConvergedError
from vertaug.grid.flow_grid import FlowGrid, Kind
from vertaug_kernels import flow, flow_order

_LARGEST_RESIDUAL = 1e-6

__all__ = ["PressureSystem", "blind", "drained", "pad", "unpad"]

Float = NDArray[np.float64]


def pad(array: NDArray[np.generic], fill: float = 0.0) -> NDArray[np.generic]:
    """Add one ghost layer of `fill` around a field of shape (nx, ny, nz)."""
    return np.ascontiguousarray(np.pad(array, 1, constant_values=fill))


def unpad(field: NDArray[np.float64]) -> Float:
    """Take the ghost layer off."""
    return np.ascontiguousarray(field[1:-1, 1:-1, 1:-1])


def blind(grid: FlowGrid) -> tuple[str, ...]:
    """Names of the openings behind which no outlet can be reached but back through the bone."""
    out = drained(replace(grid, openings=()))
    return tuple(item.name for item in grid.openings if not out[tuple(item.outer.T)].any())


def drained(grid: FlowGrid) -> NDArray[np.bool_]:
    """Cells from which fluid can reach an outlet, shape (nx, ny, nz)."""
    number = np.arange(grid.kind.size).reshape(grid.shape)
    pairs = []
    for axis in range(3):
        line = np.moveaxis(number, axis, 0)
        passable = np.moveaxis(grid.passable(axis), axis, 0)
        pairs.append(np.stack([line[:-1][passable], line[1:][passable]]))
    for opening in grid.openings:
        ends = (opening.inner, opening.outer)
        pairs.append(np.stack([number[tuple(end.T)] for end in ends]))
    first, second = np.concatenate(pairs, axis=1)
    shape = (grid.kind.size, grid.kind.size)
    graph = coo_array((np.ones(len(first), dtype=np.int8), (first, second)), shape=shape)
    _, group = connected_components(graph, directed=False)
    groups = group[number[grid.outlet]]
    found = np.isin(group, groups).reshape(grid.shape)
    return np.asarray(found & (grid.kind != Kind.SEALED))


class PressureSystem:
    """Darcy pressure on a grid for any field of viscosity; keeps the last pressure as its start.

    Padded fields: `pressure`
    MPa, `tx`, `ty`, `tz`, `anchor` mm³/(s MPa), `outer` the pressure behind `anchor`.
    `outlet` are the padded indices of the cells that drain out of the grid, three arrays.
    `ways` are the openings that drain, `dropped` the names of those that do not.
    """

    def __init__(self, grid: FlowGrid) -> None:
        self.grid = grid
        self.active = drained(grid)
        shape = tuple(n + 2 for n in grid.shape)
        place = np.where(self.active, grid.place(), -1)
        self._hierarchy = Hierarchy(np.asarray(pad(place, -1), dtype=np.int16))
        self.tx, self.ty, self.tz, self.anchor = (np.zeros(shape) for _ in range(4))
        self.pressure, self.outer = np.zeros(shape), np.zeros(shape)
        self._permeability = [np.asarray(pad(k, 1.0), np.float64) for k in grid.permeability]
        self._waiting = np.zeros(self.pressure.size, dtype=np.int32)
        self._passable = [self._faces(axis) for axis in range(3)]
        self._channels: list[tuple[int, tuple[int, ...], tuple[int, ...], float]] = []
        drains = [
            bool(self.active[tuple(item.inner.T)].all() and self.active[tuple(item.outer.T)].all())
            for item in grid.openings
        ]
        pairs = list(zip(grid.openings, drains, strict=True))
        self.ways = Ways([item for item, open_ in pairs if open_], grid)
        self.dropped = tuple(item.name for item, open_ in pairs if not open_)
        self.outlet = tuple(np.argwhere(grid.outlet & self.active).T + 1)
        self._rim = grid.rim_shape()[tuple(index - 1 for index in self.outlet)]
        self._set_outer()

    def _set_outer(self) -> None:
        """Pressure behind each outlet cell, and its mean: the level that no flow depends on."""
        inside = tuple(index - 1 for index in self.outlet)
        behind = self.grid.outer_pressure()[inside]
        self.outer[self.outlet] = behind
        self._level = float(behind.mean()) if len(behind) else 0.0

    def _faces(self, axis: int) -> NDArray[np.uint8]:
        """Padded mask of the faces along `axis` that let fluid through."""
        mask = np.zeros(tuple(n + 2 for n in self.grid.shape), dtype=np.uint8)
        along = np.moveaxis(mask[1:-1, 1:-1, 1:-1], axis, 0)
        active = np.moveaxis(self.active, axis, 0)
        along[:-1] = np.moveaxis(self.grid.passable(axis), axis, 0) & active[1:] & active[:-1]
        return mask

    def open_channel(self, cells: NDArray[np.intp], conductance: float) -> None:
        """Let liquid also run along a chain of `cells` (m, 3), each a neighbour of the next.

        `conductance` is that of the channel from the first to the last, mm³: flow times viscosity over pressure.
        """
        for one, other in pairwise(cells + 1):
            axis = int(np.abs(other - one).argmax())
            low, high = sorted((tuple(one.tolist()), tuple(other.tolist())))
            if self._passable[axis][low]:
                self._channels.append((axis, low, high, conductance * (len(cells) - 1)))

    @property
    def faces(self) -> tuple[Float, Float, Float]:
        """Conductances of the faces along x, y, z."""
        return self.tx, self.ty, self.tz

    @property
    def grouped(self) -> bool:
        """Whether coarse cells of the solver are groups that strong faces join, not all of them cubes of cells."""
        return self._hierarchy.grouped

    def assemble(self, viscosity: Float) -> None:
        """Take a padded field of viscosity, MPa s (positive everywhere, ghosts included).

        What stands in the ways is set before, by their `Ways.fill` or `Ways.plug`.
        """
        spacing = self.grid.spacing
        for axis, out in enumerate(self.faces):
            fields = (self._permeability[axis], viscosity, self._passable[axis])
            flow.conductances(*fields, axis, spacing, out)
        for axis, low, high, shape in self._channels:
            self.faces[axis][low] += 2.0 * shape / (viscosity[low] + viscosity[high])
        self.ways.update(viscosity, self.faces)
        self.anchor[self.outlet] = self._rim / viscosity[self.outlet]
        self._hierarchy.update(Operator(self.tx, self.ty, self.tz, self.anchor))

    def solve(self, source: Float, tolerance: float) -> SolveReport:
        """Solve for `pressure` with a padded source, mm³/s, to a relative residual `tolerance`.

        What it is relative to is the source and the outlets' differences, not their common level.

        Raises
        ------
        NotConvergedError
            where the residual does not fall that far.
        """
        return self._above_level(source, self.pressure, tolerance)

    def _above_level(self, source: Float, pressure: Float, tolerance: float) -> SolveReport:
        """Solve into `pressure` with the outlets' level taken off meanwhile."""
        inner = pressure[1:-1, 1:-1, 1:-1]
        level = np.where(self.active, self._level, 0.0)
        inner -= level
        report = self._solve(source + self._drawn(), pressure, tolerance)
        inner += level
        return report

    def _drawn(self) -> Float:
        """What the outlets' differences from their level drive in, mm³/s."""
        drawn = np.zeros_like(self.outer)
        at = self.outlet
        drawn[at] = self.anchor[at] * (self.outer[at] - self._level)
        return drawn

    @property
    def even(self) -> bool:
        """Whether all outlets stand against one pressure, so that without a source nothing flows."""
        return float(np.ptp(self.outer[self.outlet])) == 0.0

    def rest(self, tolerance: float, out: Float) -> int:
        """Pressure with no source, into `out`, which it starts from; returns the iterations."""
        if self.even:
            out[1:-1, 1:-1, 1:-1] = np.where(self.active, self._level, 0.0)
            return 0
        return self._above_level(np.zeros_like(self.outer), out, tolerance).iterations

    def answer(self, source: Float, tolerance: float, out: Float) -> int:
        """Rise of pressure by a source alone, mm³/s, into `out`, which it starts from; returns the iterations."""
        return self._solve(source, out, tolerance).iterations

    def _solve(self, right: Float, pressure: Float, tolerance: float) -> SolveReport:
        """Solve into `pressure`, which it starts from."""
        report = self._hierarchy.solve(right, pressure, tolerance)
        if not report.residual <= max(tolerance, _LARGEST_RESIDUAL):
            raise NotConvergedError(
                "inject", 0, f"pressure residual {report.residual:.1e} after {report.iterations}"
            )
        return report

    def order(self, cells: NDArray[np.intp], source: Float) -> NDArray[np.intp]:
        """Flat padded `cells` (m,), each after all that flow into it, with flows that balance to rounding.

        Conductances are changed until the next `assemble`, by as much as the pressure's residual is.
        """
        order = np.empty_like(cells)
        _, ny, nz = self.pressure.shape
        faces = (self.tx.reshape(-1), self.ty.reshape(-1), self.tz.reshape(-1))
        found = flow_order.balance(
            cells, ny * nz, nz, faces, self.anchor.reshape(-1), self.outer.reshape(-1),
            self.pressure.reshape(-1), source.reshape(-1), self._waiting, order,
        )  # fmt: skip
        if found != len(cells):
            raise ValueError(f"{found} of {len(cells)} cells can be put in the order of flow")
        self.ways.follow(self.faces)
        return order

    def over_rim(self, step: float, flowing: Float) -> Float:
        """Of a liquid with the share `flowing` of what leaves each cell: mm³ out through the rim by space, (k,)."""
        cells = self.outlet
        gone = np.maximum(self.anchor[cells] * (self.pressure[cells] - self.outer[cells]), 0.0)
        space = self.grid.compartment[tuple(index - 1 for index in cells)]
        left = np.bincount(space, step * gone * flowing[cells], len(self.grid.compartments))
        return np.asarray(left, dtype=np.float64)

    def outflow(self) -> float:
        """Net flow out of the grid through its outlets, mm³/s."""
        return float(np.sum(self.anchor * (self.pressure - self.outer)))
