# SPDX-License-Identifier: BSD-3-Clause
"""The two fluids on the grid: viscosity by cell, one time step, what crossed the openings."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.cement import Cement
from vertaug.cement.pressure import PressureSystem, pad, unpad
from vertaug.cement.source import Source
from vertaug.grid.flow_grid import FlowGrid
from vertaug.materials.rheology import christopher_middleman_1965 as bed
from vertaug_kernels import flow, transport

__all__ = ["FlowState"]

Float = NDArray[np.float64]


class FlowState:
    """Saturation and pressure that move together; all fields padded.

    A step is tried from `before` with `try_step`, any number of times, and kept with `accept`.
    """

    def __init__(self, grid: FlowGrid, cement: Cement, hold: float, saturation: Float) -> None:
        self.grid, self.cement, self.hold = grid, cement, hold
        self.system = PressureSystem(grid)
        self.pore = np.asarray(pad(np.where(self.system.active, grid.pore_volume(), 0.0)))
        self.flat = np.flatnonzero(self.pore > 0.0)
        self.before = np.asarray(pad(np.where(self.system.active, saturation, 0.0)))
        self.saturation = self.before.copy()
        self.flowing, self.speed = np.zeros_like(self.pore), np.zeros_like(self.pore)
        self.source = np.zeros_like(self.pore)
        self._thick, self._viscosity = np.zeros_like(self.pore), np.zeros_like(self.pore)
        self._shear_length = self._lengths()
        self._age, self._cure = np.zeros_like(self.pore), np.zeros_like(self.pore)
        self._temperature = np.full_like(self.pore, cement.body)
        self.leaked = {item.pathway: 0.0 for item in grid.openings}
        self.left_grid = self.marrow_out = self.no_room = 0.0
        self._step_left = self._step_no_room = 0.0

    def _lengths(self) -> Float:
        """Darcy speed over shear rate of each cell, mm; ones on the ghosts."""
        isotropic = self.grid.permeability.prod(axis=0) ** (1.0 / 3.0)
        return np.asarray(pad(bed.shear_length(isotropic, self.grid.porosity)))

    def set_source(self, source: Source, rate: float) -> None:
        """Let cement in at `rate` mm³/s, spread over the source's cells."""
        self.source[:] = 0.0
        self.source[tuple(source.cells.T + 1)] = rate * source.weights

    def update_viscosity(self, time: float, source: Source, rate: float) -> float:
        """Viscosity of every cell at `time` from saturation and speed; returns that at the tip, MPa s.

        What the tip's correction adds within a cell is cement's; what it takes off was computed
        with the viscosity of the source's cells, which hold marrow too in the first steps.
        """
        curve = self.cement.curve
        self._age[:] = self.cement.equivalent_age(time, in_body=True)
        if curve.depends_on_rate:
            outside = self.system.grid.spacing
            tip_speed = rate / (4.0 * np.pi * max(source.radius, 0.5 * outside) ** 2)
            self.speed[tuple(source.cells.T + 1)] = tip_speed
        state = (self.speed, self._shear_length, self._age, self._cure, self._temperature)
        curve.in_bed(self.flat, *state, self._thick)
        marrow = self.cement.marrow_viscosity
        flow.front_viscosity(self.saturation, self._thick, marrow, self._viscosity)
        at_tip = self._thick if source.gap >= 0.0 else self._viscosity
        return float(source.weights @ at_tip[tuple(source.cells.T + 1)])

    def solve(self, tolerance: float) -> int:
        """Pressure for the present viscosity and source; returns the iterations."""
        self.system.assemble(self._viscosity)
        return self.resolve(tolerance)

    def resolve(self, tolerance: float) -> int:
        """Pressure for another source with the same viscosity; returns the iterations."""
        return self.system.solve(self.source, tolerance).iterations

    def update_speed(self) -> None:
        """Darcy speeds of the present pressure."""
        if self.cement.curve.depends_on_rate:
            flow.speeds(*self.system.faces, self.system.pressure, self.grid.spacing, self.speed)

    def try_step(self, step: float) -> None:
        """Move cement for `step` s from `before`, by the present pressure, into `saturation`."""
        system = self.system
        falling = np.argsort(-system.pressure.ravel()[self.flat], kind="stable")
        self.flowing[:] = 0.0
        self._step_left, self._step_no_room = transport.sweep(
            self.flat[falling],
            *system.faces,
            system.anchor,
            system.outer,
            system.pressure,
            self.pore,
            self.source,
            self.before,
            step,
            self.hold,
            self.saturation,
            self.flowing,
        )

    def accept(self, step: float) -> None:
        """Keep the last tried step and book what it moved."""
        for opening in self.system.openings:
            flows = opening.flows(self.system.pressure)
            inner, outer = (
                self.flowing[tuple(opening.inner.T)],
                self.flowing[tuple(opening.outer.T)],
            )
            moved = flows * np.where(flows > 0.0, inner, outer)
            self.leaked[opening.pathway] += step * float(moved.sum())
        self.left_grid += self._step_left
        self.no_room += self._step_no_room
        self.marrow_out += step * self.system.outflow() - self._step_left
        self.before[:] = self.saturation

    def cement_volume(self) -> Float:
        """Cement in each cell, mm³, (nx, ny, nz)."""
        return unpad(self.before * self.pore)

    def front_capacity(self) -> float:
        """Pore volume, mm³, of the cells just ahead of the front."""
        return float(transport.front_capacity(self.before, self.pore, *self.system.faces))
