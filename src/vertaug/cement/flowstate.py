# SPDX-License-Identifier: BSD-3-Clause
"""The two fluids on the grid: viscosity by cell, one time step, what crossed the openings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.cement import Cement
from vertaug.cement.portions import AGE, CURE, Portions
from vertaug.cement.pressure import PressureSystem, pad, unpad
from vertaug.cement.provenance import Provenance
from vertaug.cement.source import Source
from vertaug.cement.track import Channel
from vertaug.cement.tumour import Tumour, TumourPhase
from vertaug.cement.warmth import Warmth
from vertaug.cement.ways import apparent_viscosity, followed_rate
from vertaug.grid.flow_grid import FlowGrid
from vertaug.grid.moved import Brought, Moved, Stay
from vertaug.materials.rheology import christopher_middleman_1965 as bed
from vertaug.materials.rheology.flow_curve import Fluid
from vertaug_kernels import flow, transport

__all__ = ["FlowState", "Inflow"]

Float = NDArray[np.float64]

_LEAST_SHARE = 1e-3
"""Share of its pores that a cell keeps where a cannula's mouth fills it."""
_FIRST_SHEAR = 40.0
"""Rate of shear, 1/s, with which the viscosity in the ways is begun."""


class Inflow(NamedTuple):
    """Cement that comes in at `rate` mm³/s as one `portion` through a source of a `cannula`."""

    source: Source
    rate: float
    portion: int
    cannula: str


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
    warmth : follows temperature and cure; None: all is at body temperature, cure a function of age
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
        warmth: Warmth | None = None,
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
        self.warmth = warmth
        self._body = np.full_like(self.pore, cement.body)
        self.pace: Float | float = cement.ageing_in_body
        self.quickest = cement.ageing_in_body
        ways = self.system.ways
        self._gates = ways.gates(self.pore.shape)
        self.filled_before = np.zeros(len(ways.owner))
        self.filled, self.crossed = (
            np.zeros_like(self.filled_before),
            np.zeros_like(self.filled_before),
        )
        self._age_pace()
        self.portions = Portions(
            self.pore.shape, len(ways.owner), portions, 1 + (warmth is not None)
        )
        self.portions.place(
            self.before * self.pore, self._entering(cement.age_in_cannula(0.0), 0.0)
        )
        self.way_flows = np.pi * ways.radius**3 * _FIRST_SHEAR / (4.0 * ways.share)
        self.leaked = dict.fromkeys(ways.by_pathway(self.filled), 0.0)
        self.leaked |= {
            item.pathway: 0.0 for item in grid.openings if item.name in self.system.dropped
        }
        self.expelled = dict.fromkeys(self.leaked, 0.0)
        self.left_by_space = np.zeros(len(grid.compartments))
        self.leaked_by_opening = np.zeros(len(ways.openings))
        self.provenance = Provenance(self.system)
        self.left_grid = self.marrow_out = self.no_room = 0.0
        self._step_left = self._step_no_room = 0.0

    def _lengths(self) -> Float:
        """Darcy speed over shear rate of each cell, mm; ones on the ghosts."""
        isotropic = self.grid.permeability.prod(axis=0) ** (1.0 / 3.0)
        return np.asarray(pad(bed.shear_length(isotropic, self.grid.porosity)))

    def open_channel(self, channel: Channel) -> None:
        """Let liquid run along a channel through the bone from now on, and shear as in a tube of its width."""
        self.system.open_channel(channel.cells, channel.conductance)
        cells = tuple(channel.cells.T + 1)
        tube = 0.25 * np.pi * channel.radius**3 / self.grid.spacing**2
        self._shear_length[cells] = np.maximum(self._shear_length[cells], tube)

    @property
    def temperature(self) -> Float:
        """Temperature, K."""
        return self._body if self.warmth is None else self.warmth.temperature

    def _age_pace(self) -> None:
        """Seconds of age that cement gains each second: `pace`, by cell where temperatures are followed."""
        if self.warmth is not None:
            self.pace = self.cement.curve.ageing_rates(self.temperature)

    def _entering(self, age: Float | float, time: float, cannula: str = "") -> list[Float | float]:
        """Marks of cement that comes in at an age, s."""
        return [age] if self.warmth is None else [age, self.warmth.entering(time, cannula)]

    def _aged_by(self, stay: Stay | None) -> float:
        """Equivalent age, s, that a stay in a warm cannula gives beyond that of the room."""
        if stay is None:
            return 0.0
        curve = self.cement.curve
        return stay.seconds * (curve.ageing_rate(stay.mean) - curve.ageing_rate(self.cement.room))

    def _age_at_mouth(self, time: float, cannula: str) -> float:
        """Equivalent age, s, of cement that leaves a cannula."""
        stay = None if self.warmth is None else self.warmth.at_mouth(cannula)
        return self.cement.age_in_cannula(time) + self._aged_by(stay)

    def in_cannula(self, time: float, cannula: str) -> Fluid:
        """The liquid in a cannula, by its mean age and temperature there."""
        stay = None if self.warmth is None else self.warmth.in_cannula(cannula)
        if stay is None:
            return self.cement.in_cannula(time)
        age = self.cement.age_in_cannula(time) + self._aged_by(stay)
        return self.cement.curve.at(age, temperature=stay.now)

    def _fresh_cure(self, time: float) -> float:
        """Degree of cure of cement in the cannula."""
        if self.warmth is not None:
            return self.warmth.entering(time)
        return float(self.cement.curve.cure_at(self.cement.age_in_cannula(time)))

    def set_source(self, inflows: Sequence[Inflow]) -> None:
        """Let cement in, spread over the sources' cells."""
        self.source[:] = 0.0
        for inflow in inflows:
            cells = tuple(inflow.source.cells.T + 1)
            np.add.at(self.source, cells, inflow.rate * inflow.source.weights)

    def update_viscosity(self, time: float, inflows: Sequence[Inflow], share: float = 1.0) -> None:
        """Viscosity of every cell and way at `time` from saturation, speed and the cement's own age.

        With a `share` below 1 cells go that far only, of logarithms, from the viscosity they have.
        """
        age_in, before = self.cement.age_in_cannula(time), self.viscosity.copy()
        for inflow in inflows:
            if not inflow.source.in_cavity:
                size = max(inflow.source.radius, 0.5 * self.grid.spacing)
                cells = tuple(inflow.source.cells.T + 1)
                self.speed[cells] = inflow.rate / (4.0 * np.pi * size**2)
        held = self.saturation > 0.0
        for inflow in inflows:
            held[tuple(inflow.source.cells.T + 1)] = True
        filled = np.flatnonzero(held)
        self._age.ravel()[filled] = self.portions.mean(AGE, filled, age_in)
        if self.cement.curve.depends_on_cure:
            self._cure.ravel()[filled] = self._cures(filled, self._age.ravel()[filled], time)
        state = (self.speed, self._shear_length, self._age, self._cure, self.temperature)
        self.cement.curve.in_bed(filled, *state, self._thick)
        if not isinstance(self.pace, float):
            # cement as stiff as it gets stands still, however fast its heat would age it
            soft = self._thick.ravel()[filled] < self.cement.curve.table[0, 1]
            self.quickest = float(self.pace.ravel()[filled[soft]].max(initial=0.0))
            self.quickest = max(self.quickest, self.cement.ageing_in_body)
        marrow = self.cement.marrow_viscosity
        flow.front_viscosity(self.saturation, self._thick, marrow, self.viscosity)
        if self.tumour is not None:
            self.tumour.thicken(self.speed, marrow, self.viscosity)
        if share < 1.0:
            self.viscosity *= (before / self.viscosity) ** (1.0 - share)
        self._update_ways(age_in, time)

    def _cures(self, cells: NDArray[np.intp], age: Float, time: float) -> Float:
        """Degree of cure of the cement in flat padded `cells`: its own, or that of its age."""
        if self.portions.follows_cure:
            return self.portions.mean(CURE, cells, self._fresh_cure(time))
        return self.cement.curve.cure_at(age)

    def tip_fluid(self, inflow: Inflow, time: float) -> Fluid:
        """Cement at a cannula's tip: no younger than that which leaves it."""
        source = inflow.source
        cells = np.ravel_multi_index(tuple(source.cells.T + 1), self.pore.shape)
        fresh = self._age_at_mouth(time, inflow.cannula)
        age = self.portions.mean(AGE, cells, fresh)
        cure = self._cures(cells, age, time)
        warm = float(source.weights @ self.temperature.ravel()[cells])
        return self.cement.curve.at(
            max(float(source.weights @ age), fresh), float(source.weights @ cure), warm
        )

    def _update_ways(self, age_in: float, time: float) -> None:
        """Resistance of the ways from what stands in them, at their own rates of shear."""
        ways, marrow = self.system.ways, self.cement.marrow_viscosity
        mouth_share = self.saturation[tuple(ways.inner.T)]
        inner = np.ravel_multi_index(tuple(ways.inner.T), self.pore.shape)
        mouth_age = self.portions.mean(AGE, inner, age_in)
        tube_age = self.portions.mean_of_ways(AGE, age_in)
        mouth_cure, tube_cure = self._cures(inner, mouth_age, time), self._way_cures(tube_age, time)
        warm = self.temperature.ravel()[inner]
        mouth, tube = np.full(len(inner), marrow), np.full(len(inner), marrow)
        plug = np.divide(
            self.filled, ways.capacity, out=np.zeros_like(self.filled), where=ways.capacity > 0.0
        ) * ways.length  # fmt: skip
        for n in np.flatnonzero((mouth_share > 0.0) | (self.filled > 0.0)):
            radius, share = float(ways.radius[n]), float(ways.share[n])
            flow_here = float(abs(self.way_flows[n]))
            drop, rate = flow_here * float(ways.inside[n]), flow_here * share
            length = float(plug[n] + mouth_share[n] * 3.0 * np.pi * radius / 8.0)
            fluid = self.cement.curve.at(float(tube_age[n]), float(tube_cure[n]), float(warm[n]))
            rate = max(rate, followed_rate(fluid, radius, length, drop))
            tube[n] = apparent_viscosity(fluid, radius, rate)
            inlet = self.cement.curve.at(float(mouth_age[n]), float(mouth_cure[n]), float(warm[n]))
            at_mouth = apparent_viscosity(inlet, radius, rate)
            mouth[n] = mouth_share[n] * at_mouth + (1.0 - mouth_share[n]) * marrow
        ways.plug(mouth, tube, marrow, self.filled)
        if self.tumour is not None:
            self.tumour.resist(ways, self.way_flows, marrow)

    def _way_cures(self, age: Float, time: float) -> Float:
        """Degree of cure of the cement in the ways."""
        if self.portions.follows_cure:
            return self.portions.mean_of_ways(CURE, self._fresh_cure(time))
        return self.cement.curve.cure_at(age)

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
        order = system.order(self.flat, self.source)
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
        self._order, self._began, self._inflows = order, time, tuple(inflows)
        self._carry(order, step, time, inflows)

    def _carry(
        self, order: NDArray[np.intp], step: float, time: float, inflows: Sequence[Inflow]
    ) -> None:
        """Portions and ages of the step just tried; what comes in has aged half of it where it came in."""
        portions, system = self.portions, self.system
        ways = system.ways
        portions.begin()
        gained = step * self.pace
        for inflow in inflows:
            cells = tuple(inflow.source.cells.T + 1)
            fresh = self._age_at_mouth(time + 0.5 * step, inflow.cannula)
            age = fresh - 0.5 * (gained if isinstance(gained, float) else gained[cells])
            marks = self._entering(age, time, inflow.cannula)
            volume = step * inflow.rate * inflow.source.weights
            portions.inject(cells, volume, inflow.portion, marks)
        now = portions.now
        transport.carry(
            order, system.faces, self._gates, ways.bone_low, system.anchor, system.outer,
            system.pressure, self.flowing, ways.capacity, self.filled_before, step, now.held,
            now.marks, portions.leaving, portions.leaving_marks, now.way_held, now.way_marks,
        )  # fmt: skip
        mouth = gained if isinstance(gained, float) else gained[tuple(ways.inner.T)]
        portions.grow(AGE, gained, mouth)

    def accept(self, step: float) -> None:
        """Keep the last tried step and book what it moved."""
        ways = self.system.ways
        flows = ways.flows(self.system.pressure)
        for name, moved in ways.by_pathway(self.crossed).items():
            self.leaked[name] += moved
        for name, moved in ways.by_pathway(step * flows - self.crossed).items():
            self.expelled[name] += moved
        self.leaked_by_opening += np.bincount(ways.owner, self.crossed, len(ways.openings))
        self.left_by_space += self.system.over_rim(step, self.flowing)
        outward = np.where(flows > 0.0, self.crossed - (self.filled - self.filled_before), 0.0)
        held = self.before * self.pore
        self.provenance.follow(self._order, self._gates, outward, held, self.flowing, step)
        self.left_grid += self._step_left
        self.no_room += self._step_no_room
        self.marrow_out += step * self.system.outflow() - self._step_left
        if self.tumour is not None:
            self.tumour.find_room(self.saturation, self._step_no_room)
            self.marrow_out -= self.tumour.step_left
            self.tumour.left_by_space += self.system.over_rim(step, self.tumour.flowing)
            for name, moved in self.tumour.accept(ways).items():
                self.expelled[name] -= moved
        if self.warmth is not None:
            self._warm(self.warmth, step, flows, outward)
        self.before[:] = self.saturation
        self.filled_before[:] = self.filled
        self.portions.accept()

    def _warm(self, warmth: Warmth, step: float, flows: Float, outward: Float) -> None:
        """Let heat and cure go along with the step that is kept; cement in ways cures like that at their mouths.

        `outward` is the cement that came out of each way outside, mm³.
        """
        system, ways, portions = self.system, self.system.ways, self.portions
        inward = np.where(flows < 0.0, -self.crossed, 0.0)
        held, degree = np.flatnonzero(self.saturation > 0.0), np.zeros_like(self.pore)
        degree.ravel()[held] = portions.mean(CURE, held, 0.0)
        gained = warmth.advance(
            Moved(
                time=self._began, length=step, order=self._order, faces=system.faces, gates=self._gates,
                passed=inward + outward, anchor=system.anchor, outer=system.outer, pressure=system.pressure,
                flowing=self.flowing, source=self.source, brought=self._brought(),
                cement=unpad(self.saturation * self.pore) + self.still, degree=degree,
            )
        )  # fmt: skip
        portions.grow(CURE, gained, gained[tuple(ways.inner.T)])
        self._age_pace()

    def _brought(self) -> tuple[Brought, ...]:
        """What each cannula put in over the last tried step."""
        return tuple(
            Brought(
                item.cannula,
                np.ravel_multi_index(tuple(item.source.cells.T + 1), self.pore.shape),
                item.rate * item.source.weights,
            )
            for item in self._inflows
        )

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
