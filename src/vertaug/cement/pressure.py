# SPDX-License-Identifier: BSD-3-Clause
"""The pressure of one moment: conductances from viscosities, then one solve."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from vertaug.cement.multigrid import Hierarchy, Operator, SolveReport
from vertaug.errors import NotConvergedError
from vertaug.grid.flow_grid import FlowGrid, Opening
from vertaug_kernels import flow

_LARGEST_RESIDUAL = 1e-6

__all__ = ["OpeningFaces", "PressureSystem", "drained", "pad", "unpad"]

Float = NDArray[np.float64]


def pad(array: NDArray[np.generic], fill: float = 0.0) -> NDArray[np.generic]:
    """Add one ghost layer of `fill` around a field of shape (nx, ny, nz)."""
    return np.ascontiguousarray(np.pad(array, 1, constant_values=fill))


def unpad(field: NDArray[np.float64]) -> Float:
    """Take the ghost layer off."""
    return np.ascontiguousarray(field[1:-1, 1:-1, 1:-1])


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
    return np.asarray(np.isin(group, groups).reshape(grid.shape))


class OpeningFaces:
    """One opening on the padded grid: where its faces lie and what they resist."""

    def __init__(self, opening: Opening, grid: FlowGrid) -> None:
        self.pathway = opening.pathway
        self.inner = np.ascontiguousarray(opening.inner + 1, dtype=np.int32)
        self.outer = np.ascontiguousarray(opening.outer + 1, dtype=np.int32)
        step = opening.outer - opening.inner
        self.axis = np.abs(step).argmax(axis=1)
        self.lower = np.minimum(self.inner, self.outer)
        rows = np.arange(len(step))
        sides = []
        for cells in (opening.inner, opening.outer):
            along = grid.permeability[(self.axis, *cells.T)]
            sides.append(opening.side_shape(along, grid.spacing))
        self._inner_shape, self._outer_shape = sides
        self._hole_shape = np.full(len(rows), opening.hole_shape() * len(rows))
        self.conductance = np.zeros(len(rows))

    def update(self, viscosity: Float, faces: tuple[Float, Float, Float]) -> None:
        """Set this opening's conductances in the face arrays."""
        shapes = (self._inner_shape, self._hole_shape, self._outer_shape)
        flow.opening_conductances(self.inner, self.outer, *shapes, viscosity, self.conductance)
        for axis in range(3):
            here = self.axis == axis
            faces[axis][tuple(self.lower[here].T)] = self.conductance[here]

    def flows(self, pressure: Float) -> Float:
        """Flow out of the bone through each face, mm³/s."""
        drop = pressure[tuple(self.inner.T)] - pressure[tuple(self.outer.T)]
        return np.asarray(self.conductance * drop, dtype=np.float64)


class PressureSystem:
    """Darcy pressure on a grid for any field of viscosity; keeps the last pressure as its start.

    Padded fields: `pressure`
    MPa, `tx`, `ty`, `tz`, `anchor` mm³/(s MPa), `outer` the pressure behind `anchor`.
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
        self._passable = [self._faces(axis) for axis in range(3)]
        openings = [item for item in grid.openings if self.active[tuple(item.inner.T)].all()]
        self.openings = [OpeningFaces(item, grid) for item in openings]
        self._outlet = tuple(np.argwhere(grid.outlet & self.active).T + 1)
        self._set_outer()

    def _set_outer(self) -> None:
        """Pressure behind each outlet cell."""
        pressures = np.array([item.pressure for item in self.grid.compartments])
        inside = tuple(index - 1 for index in self._outlet)
        self.outer[self._outlet] = pressures[self.grid.compartment[inside]]

    def _faces(self, axis: int) -> NDArray[np.uint8]:
        """Padded mask of the faces along `axis` that let fluid through."""
        mask = np.zeros(tuple(n + 2 for n in self.grid.shape), dtype=np.uint8)
        along = np.moveaxis(mask[1:-1, 1:-1, 1:-1], axis, 0)
        active = np.moveaxis(self.active, axis, 0)
        along[:-1] = np.moveaxis(self.grid.passable(axis), axis, 0) & active[1:] & active[:-1]
        return mask

    @property
    def faces(self) -> tuple[Float, Float, Float]:
        """Conductances of the faces along x, y, z."""
        return self.tx, self.ty, self.tz

    def assemble(self, viscosity: Float) -> None:
        """Take a padded field of viscosity, MPa s (positive everywhere, ghosts included)."""
        spacing = self.grid.spacing
        for axis, out in enumerate(self.faces):
            fields = (self._permeability[axis], viscosity, self._passable[axis])
            flow.conductances(*fields, axis, spacing, out)
        for opening in self.openings:
            opening.update(viscosity, self.faces)
        mean = sum(k[self._outlet] for k in self._permeability) / 3.0
        self.anchor[self._outlet] = 2.0 * spacing * mean / viscosity[self._outlet]
        self._hierarchy.update(Operator(self.tx, self.ty, self.tz, self.anchor))

    def solve(self, source: Float, tolerance: float) -> SolveReport:
        """Solve for `pressure` with a padded source, mm³/s, to a relative residual `tolerance`.

        Raises
        ------
        NotConvergedError
            where the residual does not fall that far.
        """
        right = source + self.anchor * self.outer
        report = self._hierarchy.solve(right, self.pressure, tolerance)
        if not report.residual <= max(tolerance, _LARGEST_RESIDUAL):
            raise NotConvergedError(
                "inject", 0, f"pressure residual {report.residual:.1e} after {report.iterations}"
            )
        return report

    def outflow(self) -> float:
        """Net flow out of the grid through its outlets, mm³/s."""
        return float(np.sum(self.anchor * (self.pressure - self.outer)))
