# SPDX-License-Identifier: BSD-3-Clause
"""Inflation of one or several balloons under volume control, with its stop rules."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.balloon.gaps import gap_to_cortex, gap_to_endplates
from vertaug.balloon.wall import BalloonWall
from vertaug.errors import NotConvergedError
from vertaug.solid.cavity import CavityItem, syringe_energy
from vertaug.solid.energy_balance import Drive, EnergyBalance, StepEnergy
from vertaug.solid.equilibrium import Equilibrium, SolidStep
from vertaug.solid.model import SolidModel, cavity_facets
from vertaug.solid.newton import TIGHT, NewtonOptions
from vertaug.solid.remeshing import (
    MeshWear,
    RemeshRule,
    mesh_wear,
    needs_remesh,
    remeshed,
)
from vertaug.solid.way import Way
from vertaug.state import State

__all__ = [
    "NOT_CONVERGED",
    "Balloon",
    "BalloonRecord",
    "InflationOptions",
    "InflationResult",
    "inflate",
]

Float = NDArray[np.float64]

NOT_CONVERGED = "not_converged"
"""Stop of a balloon that no rule ended: no further step could be solved."""
_FINER = 1e-3
"""Steps that only serve to meet the pressure limit may be smaller: stiff bone is pressed up quickly."""
_OVER = 1.01
"""Pressure over its limit up to which a step is taken."""


@dataclass(frozen=True)
class Balloon:
    """One balloon: `cavity` is the name of its facets.

    `volume` mm³ and `pressure` MPa end its inflation, as do an `endplate_gap` and a `cortex_gap`, mm of
    bone left up to the endplates and to the rest of the outer surface; `wall` is that of the balloon alone,
    whose rest area is smaller where the cavity is.
    """

    cavity: str
    volume: float
    pressure: float
    endplate_gap: float
    wall: BalloonWall
    cortex_gap: float = 0.0


@dataclass(frozen=True)
class BalloonRecord:
    """State of one balloon after a step: volume mm³, pressure MPa, stop, gaps mm.

    `gap` is the bone left up to the endplates, `cortex_gap` that up to the rest of the surface.
    """

    step: int
    cavity: str
    volume: float
    pressure: float
    gap: float
    stop: str
    cortex_gap: float = math.inf


@dataclass(frozen=True)
class InflationOptions:
    """`volume_step` largest relative growth of a balloon in a step; `bulk` MPa of the contrast line.

    `first_step` is the growth of the first one: trabecular bone yields at 0.7 to 1 %, and until then
    pressure rises steeply.
    """

    volume_step: float = 0.07
    first_step: float = 0.01
    bulk: float = 200.0
    smallest_step: float = 2e-3
    remesh: RemeshRule = field(default_factory=RemeshRule)


@dataclass(frozen=True)
class InflationResult:
    """Final state, the record of every step, the walls and stops by cavity, and what it took.

    `state` is the last one that converged. `energies` has one entry a step,
    `energy` is their balance. Where no rule ended the inflation, `failure` says what did and
    the stop of the balloons concerned is `NOT_CONVERGED`; else it is empty. `cuts` counts the attempts
    at a step that were given up.
    """

    state: State
    records: tuple[BalloonRecord, ...]
    stops: Mapping[str, str]
    walls: Mapping[str, BalloonWall]
    steps: int
    newton_iterations: int
    linear_iterations: int
    reaction_error: float
    min_quality: float
    energies: tuple[StepEnergy, ...]
    energy: EnergyBalance
    cuts: int = 0
    failure: str = ""


Watch = Callable[[State], None]
Progress = Callable[[int, tuple[BalloonRecord, ...], State], None]


def _stop(balloon: Balloon, record: BalloonRecord) -> str:
    """Rule that ends a balloon's inflation, or an empty string."""
    if record.pressure >= 0.999 * balloon.pressure:
        return "pressure"
    if record.volume >= 0.999 * balloon.volume:
        return "volume"
    if record.gap <= balloon.endplate_gap:
        return "endplate_gap"
    if record.cortex_gap <= balloon.cortex_gap:
        return "cortex_gap"
    return ""


class _Inflation:
    """The loop over steps; holds what changes from step to step."""

    def __init__(
        self,
        state: State,
        model: SolidModel,
        balloons: tuple[Balloon, ...],
        options: InflationOptions,
    ) -> None:
        self.state = state
        self.model = model
        self.options = options
        self.balloons = {balloon.cavity: balloon for balloon in balloons}
        self.equilibrium = Equilibrium(state, model)
        facets = cavity_facets(state.mesh)
        self.drive = Drive.start(len(facets), model.surroundings.axial_load)
        self.energies: list[StepEnergy] = []
        self.balance = EnergyBalance()
        self.walls, self.delivered = {}, {}
        for name, triangles in facets.items():
            cavity = CavityItem(triangles, syringe_energy(1.0, 1.0))
            area = cavity.area(state.mesh.points)
            wall = self.balloons[name].wall
            self.walls[name] = replace(wall, rest_area=min(wall.rest_area, area))
            self.delivered[name] = cavity.volume(state.mesh.points)
        self.stops = dict.fromkeys(facets, "")
        self.records: list[BalloonRecord] = []
        self.growth = min(options.first_step, options.volume_step)
        self.way: Way | None = None
        self.steps = self.newton = self.linear = self.cuts = 0
        self.reaction_error = 0.0
        self.min_quality = 1.0
        self.renewed = False
        self.fresh: MeshWear | None = None

    def items(self, delivered: Mapping[str, float]) -> list[CavityItem]:
        """Cavities of the present mesh, filled with ``delivered`` mm³ each."""
        facets = cavity_facets(self.state.mesh)
        return [
            CavityItem(f, syringe_energy(delivered[n], self.options.bulk), self.walls[n].energy)
            for n, f in facets.items()
        ]

    def wanted(self, growth: float) -> dict[str, float]:
        """Volumes (mm³) the syringes have delivered after the next step."""
        result = {}
        points = self.state.mesh.points
        for (name, value), item in zip(
            self.delivered.items(), self.items(self.delivered), strict=True
        ):
            compressed = min(item.pressure(points) / self.options.bulk, 0.5)
            full = max(self.balloons[name].volume / (1.0 - compressed), value)
            result[name] = value if self.stops[name] else min(value * (1.0 + growth), full)
        return result

    def try_step(
        self, target: Mapping[str, float], options: NewtonOptions | None = None
    ) -> SolidStep:
        """Solve one step; the state is not touched."""
        load = self.model.surroundings.axial_load
        way = None if self.way is None else self.way.ahead(self.added(target))
        step = self.equilibrium.step(self.state, self.items(target), load, options, self.drive, way)
        self.newton += step.newton.iterations
        self.linear += step.newton.linear_iterations
        return step

    def added(self, target: Mapping[str, float]) -> float:
        """Volume (mm³) that all balloons together gain up to ``target``."""
        return sum(target.values()) - sum(self.delivered.values())

    def loads(self, points: Float, target: Mapping[str, float]) -> dict[str, float]:
        """Pressure over its limit of each balloon still growing, at ``points``."""
        pairs = zip(target, self.items(target), strict=True)
        return {
            name: item.pressure(points) / self.balloons[name].pressure
            for name, item in pairs
            if not self.stops[name]
        }

    def advance(self) -> str:
        """Take one step as large as converges and keeps below the pressure limits.

        Returns what limited it where not even the smallest can be taken; the state is then as before.
        """
        growth, before = self.growth, self.loads(self.state.mesh.points, self.delivered)
        while True:
            target = self.wanted(growth)
            step = self.try_step(target)
            after = self.loads(step.newton.points, target) if step.newton.converged else {}
            if step.newton.converged and max(after.values()) <= _OVER:
                break
            self.cuts += 1
            growth *= _share(before, after) if after else 0.5
            if after and growth < self.options.smallest_step * _FINER:
                self.stops |= {name: "pressure" for name, load in after.items() if load > _OVER}
                return ""
            if not after and growth < self.options.smallest_step:
                return f"{step.newton.reason}; the step is at its smallest"
        self.growth = min(1.5 * growth, self.options.volume_step)
        self.accept(step, target)
        return ""

    def accept(self, step: SolidStep, target: Mapping[str, float]) -> None:
        """Commit a converged step and record it."""
        self.way = Way(step.way, self.added(target))
        self.state, self.delivered = step.state, dict(target)
        self.reaction_error = step.reaction_error
        self.drive, self.balance = step.drive, self.balance.plus(step.energy)
        self.energies.append(step.energy)
        self.renewed = False
        self.steps += 1
        points = self.state.mesh.points
        for name, item in zip(target, self.items(target), strict=True):
            record = BalloonRecord(
                self.steps,
                name,
                item.volume(points),
                item.pressure(points),
                gap_to_endplates(self.state.mesh, item.facets),
                self.stops[name],
                gap_to_cortex(self.state.mesh, item.facets),
            )
            if not record.stop:
                self.stops[name] = _stop(self.balloons[name], record)
            self.records.append(replace(record, stop=self.stops[name]))

    def settle(self) -> str:
        """Solve once more at the volumes reached, closely: the step's viscosity fades.

        Returns why it failed, or nothing.
        """
        step = self.try_step(self.delivered, TIGHT)
        if not step.newton.converged:
            return f"{step.newton.reason} while settling"
        self.accept(step, self.delivered)
        return ""

    def renew_mesh(self) -> bool:
        """Give the state a new mesh; False where the mesher could not, the old one is then kept."""
        before, old = self.equilibrium.stored(self.state), self.state.mesh
        try:
            self.state = remeshed(self.state, self.options.remesh)
        except NotConvergedError:
            return False
        self.way = self.way and self.way.on(old, self.state.mesh)
        self.equilibrium = Equilibrium(self.state, self.model)
        self.drive = replace(self.drive, viscous=None)
        self.balance = self.balance.transferred(self.equilibrium.stored(self.state) - before)
        self.renewed, self.fresh = True, mesh_wear(self.state.mesh)
        return True

    def keep_mesh_good(self) -> None:
        """Remesh where the mesh needs it."""
        wear = mesh_wear(self.state.mesh)
        self.min_quality = min(self.min_quality, wear.worst)
        if needs_remesh(wear, self.options.remesh, self.fresh):
            self.renew_mesh()

    def go(self, told: Callable[[], None], watch: Watch) -> str:
        """Inflate until every balloon has stopped; returns what ended it before, or nothing."""
        while not all(self.stops.values()):
            count = self.steps
            reason = self.advance()
            if reason and (self.renewed or not self.renew_mesh()):
                return reason
            if self.steps > count:
                told()
                self.keep_mesh_good()
            watch(self.state)
        reason = self.settle()
        if not reason:
            told()
            watch(self.state)
        return reason


def _share(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """Share of a step at which its first balloon meets its pressure limit, from a chord."""
    shares = [
        (1.0 - before[name]) / max(load - before[name], 1e-12)
        for name, load in after.items()
        if load > 1.0
    ]
    return min(max(min(shares, default=0.5), 0.05), 0.8)


def inflate(
    state: State,
    model: SolidModel,
    balloons: tuple[Balloon, ...],
    options: InflationOptions,
    progress: Progress,
    watch: Watch = lambda _: None,
) -> InflationResult:
    """Inflate all balloons together until each has met one of its stop rules.

    Parameters
    ----------
    state : equilibrium under the axial load, one cavity per balloon
    model : solid
    balloons : one per cavity of the mesh
    options : steps and remeshing
    progress : called after each step with its number, the balloons' records and the state
    watch : called with every state that is gone on from, also after its mesh was renewed

    Returns
    -------
    What was reached. Never raises for a step that fails: the result says what limited it.
    """
    run = _Inflation(state, model, balloons, options)

    def told() -> None:
        progress(run.steps, tuple(run.records[-len(run.stops) :]), run.state)

    failure = run.go(told, watch)
    stops = {name: stop or NOT_CONVERGED for name, stop in run.stops.items()}
    return InflationResult(
        run.state, tuple(run.records), stops, run.walls, run.steps, run.newton, run.linear,
        run.reaction_error, run.min_quality, tuple(run.energies), run.balance, run.cuts, failure,
    )  # fmt: skip
