# SPDX-License-Identifier: BSD-3-Clause
"""The two fluids on the grid: viscosity by cell, one time step, what crossed the openings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.cement import Cement
from vertaug.cement.portions import Portions
from vertaug.cement.pressure import PressureSystem, pad, unpad
from vertaug.cement.source import Source
from vertaug.cement.tumour import Tumour, TumourPhase
from vertaug.cement.ways import apparent_viscosity, followed_rate
from vertaug.grid.flow_grid import FlowGrid
from vertaug.materials.rheology import christopher_middleman_1965 as bed
from vertaug_kernels import flow, transport

__all__ = ["FlowState", "Inflow"]

Float = NDArray[np.float64]

_LEAST_SHARE = 1e-3
"""Share of its pores that a cell keeps where a cannula's mouth fills it."""
_FIRST_SHEAR = 40.0
"""Rate of shear, 1/s, with which the viscosity in the ways is begun."""


class Inflow(NamedTuple):
    """Cement that comes in at `rate` mm³/s as one `portion` through a source."""

    source: Source
    rate: float
    portion: int


class FlowState:
    """Saturation, portions and pressure that move together; all fields padded.

    A step is tried from `before` with `try_step`, any number of times, and kept with `accept`.

    Parameters
    ----------
    grid, cement, hold : where, what, and the saturation below which a cell lets no cement go
    saturation : cement already there, (nx, ny, nz); where a cell does not drain it stays
    taken : share of each cell that a cannula's mouth takes up, (nx, ny, nz)
    portions : how many portions are told apart, with what was there before
    tumour : a third phase, which cement and inflation press out; None where there is none
    """

    def __init__(
        self,
        grid: FlowGrid,
        cement: Cement,
        hold: float,
        saturation: Float,
        taken: Float,
        portions: int,
        tumour: Tumour | None = None,
    ) -> None:
        self.grid, self.cement, self.hold = grid, cement, hold
        self.system = PressureSystem(grid)
        active = self.system.active
        free = grid.pore_volume() * np.maximum(1.0 - taken, _LEAST_SHARE)
        self.pore = np.asarray(pad(np.where(active, free, 0.0)))
        self.still = np.where(active, 0.0, saturation * grid.pore_volume())
        self.flat = np.flatnonzero(self.pore > 0.0)
        self.before = np.asarray(pad(np.where(active, saturation, 0.0)))
        self.saturation = self.before.copy()
        self.flowing, self.speed = np.zeros_like(self.pore), np.zeros_like(self.pore)
        self.source = np.zeros_like(self.pore)
        self._thick, self.viscosity = np.zeros_like(self.pore), np.zeros_like(self.pore)
        self._shear_length = self._lengths()
        self.tumour = None
        if tumour is not None:
            self.tumour = TumourPhase(tumour, self.system, self.pore, self._shear_length)
        self._age, self._cure = np.zeros_like(self.pore), np.zeros_like(self.pore)
        self._temperature = np.full_like(self.pore, cement.body)
        ways = self.system.ways
        self._gates = ways.gates(self.pore.shape)
        self.filled_before = np.zeros(len(ways.owner))
        self.filled, self.crossed = (
            np.zeros_like(self.filled_before),
            np.zeros_like(self.filled_before),
        )
        self.portions = Portions(self.pore.shape, len(ways.owner), portions)
        self.portions.place(self.before * self.pore, cement.age_in_cannula(0.0))
        self.way_flows = np.pi * ways.radius**3 * _FIRST_SHEAR / (4.0 * ways.share)
        self.leaked = dict.fromkeys(ways.by_pathway(self.filled), 0.0)
        self.leaked |= {
            item.pathway: 0.0 for item in grid.openings if item.name in self.system.dropped
        }
        self.expelled = dict.fromkeys(self.leaked, 0.0)
        self.left_by_space = np.zeros(len(grid.compartments))
        self.leaked_by_opening = np.zeros(len(ways.openings))
        self.left_grid = self.marrow_out = self.no_room = 0.0
        self._step_left = self._step_no_room = 0.0

    def _lengths(self) -> Float:
        """Darcy speed over shear rate of each cell, mm; ones on the ghosts."""
        isotropic = self.grid.permeability.prod(axis=0) ** (1.0 / 3.0)
        return np.asarray(pad(bed.shear_length(isotropic, self.grid.porosity)))

    def set_source(self, inflows: Sequence[Inflow]) -> None:
        """Let cement in, spread over the sources' cells."""
        self.source[:] = 0.0
        for inflow in inflows:
            cells = tuple(inflow.source.cells.T + 1)
            np.add.at(self.source, cells, inflow.rate * inflow.source.weights)

    def update_viscosity(self, time: float, inflows: Sequence[Inflow]) -> None:
        """Viscosity of every cell and way at `time` from saturation, speed and the cement's own age."""
        age_in = self.cement.age_in_cannula(time)
        for inflow in inflows:
            if not inflow.source.in_cavity:
                size = max(inflow.source.radius, 0.5 * self.grid.spacing)
                cells = tuple(inflow.source.cells.T + 1)
                self.speed[cells] = inflow.rate / (4.0 * np.pi * size**2)
        held = self.saturation > 0.0
        for inflow in inflows:
            held[tuple(inflow.source.cells.T + 1)] = True
        filled = np.flatnonzero(held)
        self._age.ravel()[filled] = self.portions.age_of(filled, age_in)
        if self.cement.curve.depends_on_cure:
            self._cure.ravel()[filled] = self.cement.curve.cure_at(self._age.ravel()[filled])
        state = (self.speed, self._shear_length, self._age, self._cure, self._temperature)
        self.cement.curve.in_bed(filled, *state, self._thick)
        marrow = self.cement.marrow_viscosity
        flow.front_viscosity(self.saturation, self._thick, marrow, self.viscosity)
        if self.tumour is not None:
            self.tumour.thicken(self.speed, marrow, self.viscosity)
        self._update_ways(age_in)

    def _update_ways(self, age_in: float) -> None:
        """Resistance of the ways from what stands in them, at their own rates of shear."""
        ways, marrow = self.system.ways, self.cement.marrow_viscosity
        mouth_share = self.saturation[tuple(ways.inner.T)]
        inner = np.ravel_multi_index(tuple(ways.inner.T), self.pore.shape)
        mouth_age = self.portions.age_of(inner, age_in)
        tube_age = self.portions.age_of_ways(age_in)
        mouth, tube = np.full(len(inner), marrow), np.full(len(inner), marrow)
        plug = np.divide(
            self.filled, ways.capacity, out=np.zeros_like(self.filled), where=ways.capacity > 0.0
        ) * ways.length  # fmt: skip
        for n in np.flatnonzero((mouth_share > 0.0) | (self.filled > 0.0)):
            radius, share = float(ways.radius[n]), float(ways.share[n])
            flow_here = float(abs(self.way_flows[n]))
            drop, rate = flow_here * float(ways.inside[n]), flow_here * share
            length = float(plug[n] + mouth_share[n] * 3.0 * np.pi * radius / 8.0)
            fluid = self.cement.in_vessel(float(tube_age[n]))
            rate = max(rate, followed_rate(fluid, radius, length, drop))
            tube[n] = apparent_viscosity(fluid, radius, rate)
            at_mouth = apparent_viscosity(self.cement.in_vessel(float(mouth_age[n])), radius, rate)
            mouth[n] = mouth_share[n] * at_mouth + (1.0 - mouth_share[n]) * marrow
        ways.plug(mouth, tube, marrow, self.filled)
        if self.tumour is not None:
            self.tumour.resist(ways, self.way_flows, marrow)

    def tip_viscosity(self, source: Source) -> float:
        """Viscosity, MPa s, that the tip's correction is computed with.

        What the correction adds within a cell is cement's; what it takes off was computed
        with the viscosity of the source's cells, which hold marrow too in the first steps.
        """
        field = self._thick if source.gap >= 0.0 else self.viscosity
        return float(source.weights @ field[tuple(source.cells.T + 1)])

    def update_speed(self) -> None:
        """Speeds of the present pressure, in the cells and through the ways."""
        system = self.system
        flow.speeds(*system.faces, system.pressure, self.grid.spacing, self.speed)
        self.way_flows = system.ways.flows(system.pressure)

    def try_step(self, step: float, time: float, inflows: Sequence[Inflow]) -> None:
        """Move cement for `step` s from `before`, by the present pressure, into `saturation`.

        `time` is that of the step's start.
        """
        system, ways = self.system, self.system.ways
        falling = np.argsort(-system.pressure.ravel()[self.flat], kind="stable")
        order = self.flat[falling]
        self.flowing[:] = 0.0
        self._step_left, self._step_no_room = transport.sweep(
            order, system.faces, self._gates, ways.bone_low, system.anchor, system.outer,
            system.pressure, self.pore, self.source, self.before, ways.capacity,
            self.filled_before, step, self.hold, self.saturation, self.flowing, self.filled,
            self.crossed,
        )  # fmt: skip
        if self.tumour is not None:
            cement = (self.saturation, self.flowing, self.filled_before)
            self.tumour.move(order, system, self._gates, cement, step, self.hold)
        self._carry(order, step, time, inflows)

    def _carry(
        self, order: NDArray[np.intp], step: float, time: float, inflows: Sequence[Inflow]
    ) -> None:
        """Portions and ages of the step just tried; what comes in has aged half of it in the body."""
        portions, system, cement = self.portions, self.system, self.cement
        ways = system.ways
        portions.begin()
        gained = step * cement.ageing_in_body
        age = cement.age_in_cannula(time + 0.5 * step) - 0.5 * gained
        for inflow in inflows:
            cells = tuple(inflow.source.cells.T + 1)
            portions.inject(cells, step * inflow.rate * inflow.source.weights, inflow.portion, age)
        now = portions.now
        transport.carry(
            order, system.faces, self._gates, ways.bone_low, system.anchor, system.outer,
            system.pressure, self.flowing, ways.capacity, self.filled_before, step, now.held,
            now.aged, portions.leaving, portions.leaving_aged, now.way_held, now.way_aged,
        )  # fmt: skip
        portions.grow_older(gained, gained)

    def accept(self, step: float) -> None:
        """Keep the last tried step and book what it moved."""
        ways = self.system.ways
        flows = ways.flows(self.system.pressure)
        for name, moved in ways.by_pathway(self.crossed).items():
            self.leaked[name] += moved
        for name, moved in ways.by_pathway(step * flows - self.crossed).items():
            self.expelled[name] += moved
        self.leaked_by_opening += np.bincount(ways.owner, self.crossed, len(ways.openings))
        self.left_by_space += self._over_rim(step)
        self.left_grid += self._step_left
        self.no_room += self._step_no_room
        self.marrow_out += step * self.system.outflow() - self._step_left
        if self.tumour is not None:
            self.marrow_out -= self.tumour.step_left
            for name, moved in self.tumour.accept(ways).items():
                self.expelled[name] -= moved
        self.before[:] = self.saturation
        self.filled_before[:] = self.filled
        self.portions.accept()

    def _over_rim(self, step: float) -> Float:
        """Cement of the last tried step that left through the rim of each space, mm³, (k,)."""
        system = self.system
        cells = system.outlet
        gone = np.maximum(
            system.anchor[cells] * (system.pressure[cells] - system.outer[cells]), 0.0
        )
        space = self.grid.compartment[tuple(index - 1 for index in cells)]
        left = np.bincount(space, step * gone * self.flowing[cells], len(self.left_by_space))
        return np.asarray(left, dtype=np.float64)

    def go_back(self) -> None:
        """Forget a step that was tried."""
        self.saturation[:] = self.before
        self.filled[:] = self.filled_before
        if self.tumour is not None:
            self.tumour.go_back()
        self.portions.begin()

    def cement_volume(self) -> Float:
        """Cement in each cell, mm³, (nx, ny, nz)."""
        return unpad(self.before * self.pore) + self.still

    @property
    def tumour_out(self) -> float:
        """Tumour that went through the rim of the grid so far, mm³."""
        return 0.0 if self.tumour is None else self.tumour.left_grid

    def front_capacity(self) -> float:
        """Pore volume, mm³, of the cells just ahead of the front."""
        return float(transport.front_capacity(self.before, self.pore, *self.system.faces))
