# SPDX-License-Identifier: BSD-3-Clause
"""Inflation of one or several balloons under volume control, together or in turns, with its stop rules.

A step is solved with a viscosity of its own (`solid/cells`), which raises the pressure by its power over the
volume won. Records tell the pressure without it: slow as a syringe is screwed, bone does not feel the step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.balloon.balloon import Balloon, BalloonRecord, share_to_limit, stop_of
from vertaug.balloon.device import DEVICES, left_in_place
from vertaug.balloon.gaps import gap_to_cortex, gap_to_endplates
from vertaug.balloon.rest import come_to_rest
from vertaug.balloon.wall import BalloonWall
from vertaug.errors import NotConvergedError
from vertaug.solid.cavity import CavityItem, pressure_energy, syringe_energy
from vertaug.solid.energy_balance import Drive, EnergyBalance, StepEnergy
from vertaug.solid.equilibrium import Equilibrium, SolidStep
from vertaug.solid.model import SolidModel, cavity_facets, outer_facets
from vertaug.solid.newton import TIGHT, NewtonOptions
from vertaug.solid.remeshing import MeshWear, RemeshRule, mesh_wear, needs_remesh, remeshed
from vertaug.solid.way import Way
from vertaug.state import State

__all__ = ["NOT_CONVERGED", "InflationOptions", "InflationResult", "inflate"]

Float = NDArray[np.float64]

NOT_CONVERGED = "not_converged"
"""Stop of a balloon that no rule ended: no further step could be solved."""
_FINER = 1e-3
"""Steps that only serve to meet the pressure limit may be smaller: stiff bone is pressed up quickly."""
_STILL = 0.01
"""Largest motion (mm) of a step at constant volume in which the bone counts as settled."""
_STEADY = 1e-3
"""Largest relative change of a pressure in such a step in which it counts as settled."""
_SETTLING = 60
"""Most steps it is given for that."""
_OVER = 1.01
"""Pressure over its limit up to which a step is taken."""
_RISE = 5.0
"""Motion (mm) of the outer surface in a step, over `volume_step`, beyond which the next step is smaller."""
_CALMEST = 0.25
"""Least share of `volume_step` that steps are cut to for that: a surface may creep whatever the step."""


@dataclass(frozen=True)
class InflationOptions:
    """`volume_step` largest relative growth of a balloon in a step; `bulk` MPa of the contrast line.

    `first_step` is the growth of the first one: trabecular bone yields at 0.7 to 1 %, and until then
    pressure rises steeply. `height` tells a state's height over the intact one, where a balloon has a rule for it.
    """

    volume_step: float = 0.07
    first_step: float = 0.01
    bulk: float = 200.0
    smallest_step: float = 2e-3
    remesh: RemeshRule = field(default_factory=RemeshRule)
    height: Callable[[State], float] | None = None


@dataclass(frozen=True)
class InflationResult:
    """Final state, the record of every step, the walls and stops by cavity, and what it took.

    `state` is the last one that converged. `energies` has one entry a step, those to rest before the first included;
    `energy` is their balance. Where no rule ended the inflation, `failure` says what did and the stop of the balloons
    concerned is `NOT_CONVERGED`; else it is empty. `cuts` counts the attempts at a step that were given up.
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
        self.turn = min(balloon.order for balloon in balloons)
        self.equilibrium = Equilibrium(state, model)
        facets = cavity_facets(state.mesh)
        self.drive = Drive.start(len(facets), model.surroundings.axial_load)
        self.energies: list[StepEnergy] = []
        self.balance = EnergyBalance()
        self.walls = {name: self.balloons[name].wall for name in facets}
        self.delivered = dict.fromkeys(facets, 0.0)
        self.pressures = dict.fromkeys(facets, 0.0)
        self.stops = dict.fromkeys(facets, "")
        self.records: list[BalloonRecord] = []
        self.growth = options.first_step
        self.viscous = (0.0, 0.0)
        self.way: Way | None = None
        self.steps = self.newton = self.linear = self.cuts = 0
        self.reaction_error = 0.0
        self.min_quality = 1.0
        self.renewed = False
        self.fresh: MeshWear | None = None

    def begin(self) -> None:
        """Begin the turn: its balloons fill their cavities as these are, walls at rest or stretched."""
        self.growth, self.way = min(self.options.first_step, self.options.volume_step), None
        for name, triangles in cavity_facets(self.state.mesh).items():
            if self.balloons[name].order == self.turn:
                cavity = CavityItem(triangles, pressure_energy(0.0))
                area, wall = cavity.area(self.state.mesh.points), self.balloons[name].wall
                self.walls[name] = replace(wall, rest_area=min(wall.rest_area, area))
                self.delivered[name] = cavity.volume(self.state.mesh.points)

    @property
    def growing(self) -> list[str]:
        """Cavities of the balloons that are being filled."""
        turn = [name for name, balloon in self.balloons.items() if balloon.order == self.turn]
        return [name for name in turn if not self.stops[name]]

    def items(self, delivered: Mapping[str, float]) -> list[CavityItem]:
        """Cavities of the present mesh, filled with ``delivered`` mm³ each; those of later turns are slack."""
        return [
            CavityItem(f, pressure_energy(0.0))
            if self.balloons[n].order > self.turn
            else CavityItem(
                f, syringe_energy(delivered[n], self.options.bulk), self.walls[n].energy
            )
            for n, f in cavity_facets(self.state.mesh).items()
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
            result[name] = min(value * (1.0 + growth), full) if name in self.growing else value
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

    def quasi_static(self, step: SolidStep, target: Mapping[str, float]) -> dict[str, float]:
        """Pressures (MPa) at the end of a ``step``, those of growing balloons without the viscosity's share.

        Its forces do the work f·way on the step; the balloons' pressure times the volume they win is as much higher.
        """
        start, end, items = self.state.mesh.points, step.newton.points, self.items(target)
        growing, found, won = self.growing, {}, 0.0
        for name, item in zip(target, items, strict=True):
            found[name] = item.pressure(end)
            if name in growing and target[name] > self.delivered[name]:
                won += item.volume(end) - item.volume(start)
        if won > 0.0 and step.drive.viscous is not None:
            share = self.viscous_share(float((step.drive.viscous * step.way).sum()), won)
            found |= {name: found[name] - share for name in growing}
        return found

    def viscous_share(self, power: float, won: float) -> float:
        """Pressure (MPa) that a viscous ``power`` (mJ) adds where ``won`` mm³ are won.

        In a step that is smaller than the last one bone still follows that one, which this step's volume does not
        drive: no more is taken off than there.
        """
        share, (last, most) = power / won, self.viscous
        return min(share, most) if won < last else share

    def loads(self, pressures: Mapping[str, float]) -> dict[str, float]:
        """Pressure over its limit of each balloon still growing."""
        growing = [name for name in self.growing if name in pressures]
        return {name: pressures[name] / self.balloons[name].pressure for name in growing}

    def advance(self) -> str:
        """Take one step as large as converges and keeps below the pressure limits.

        Returns what limited it where not even the smallest can be taken; the state is then as before.
        """
        growth, before = self.growth, self.loads(self.pressures)
        while True:
            target = self.wanted(growth)
            step = self.try_step(target)
            found = self.quasi_static(step, target) if step.newton.converged else {}
            after = self.loads(found)
            if step.newton.converged and max(after.values()) <= _OVER:
                break
            self.cuts += 1
            growth *= share_to_limit(before, after) if after else 0.5
            if after and growth < self.options.smallest_step * _FINER:
                self.stops |= {name: "pressure" for name, load in after.items() if load > _OVER}
                return ""
            if not after and growth < self.options.smallest_step:
                return f"{step.newton.reason}; the step is at its smallest"
        self.accept(step, target, found)
        rise = self.way.largest(np.unique(outer_facets(self.state.mesh))) if self.way else 0.0
        largest = self.options.volume_step
        calm = max(_RISE * largest / max(rise, 1e-9) * growth, _CALMEST * largest)
        self.growth = min(1.5 * growth, largest, calm)
        return ""

    def accept(
        self, step: SolidStep, target: Mapping[str, float], pressures: dict[str, float]
    ) -> None:
        """Commit a converged step to `target` with its quasi-static `pressures` (MPa), and record it."""
        added = self.added(target)
        self.pressures = pressures
        if added > 0.0 and step.drive.viscous is not None:
            power = float((step.drive.viscous * step.way).sum())
            self.viscous = added, self.viscous_share(power, added)
        self.way = Way(step.way, added)
        self.state, self.delivered = step.state, dict(target)
        self.reaction_error = step.reaction_error
        self.drive, self.balance = step.drive, self.balance.plus(step.energy)
        self.energies.append(step.energy)
        self.renewed = False
        self.steps += 1
        points, mesh, growing = self.state.mesh.points, self.state.mesh, self.growing
        height = self.options.height(self.state) if self.options.height else 0.0
        for name, item in zip(target, self.items(target), strict=True):
            gaps = gap_to_endplates(mesh, item.facets), gap_to_cortex(mesh, item.facets)
            volume, stop = item.volume(points), self.stops[name]
            record = BalloonRecord(
                self.steps, name, volume, self.pressures[name], gaps[0], stop, gaps[1]
            )
            if name in growing:
                self.stops[name] = stop_of(self.balloons[name], record, height)
            self.records.append(replace(record, stop=self.stops[name]))

    def settle(self, told: Callable[[], None], watch: Watch) -> str:
        """Solve again at the volumes reached until nothing moves or presses less, then closely: viscosity fades.

        It holds up an endplate that rises quickly, so that one solution more is not enough.
        Returns why it failed, or nothing.
        """
        options: NewtonOptions | None = None
        for _ in range(_SETTLING):
            step = self.try_step(self.delivered, options)
            if not step.newton.converged:
                return f"{step.newton.reason} while settling"
            before = np.array(list(self.pressures.values()))
            self.accept(step, self.delivered, self.quasi_static(step, self.delivered))
            fallen = float(np.abs(np.array(list(self.pressures.values())) - before).max())
            told()
            watch(self.state)
            if options is TIGHT:
                return ""
            still = float(np.abs(step.way).max()) < _STILL or fallen < _STEADY * before.max()
            options = TIGHT if still else None
        return f"the bone still moves after {_SETTLING} steps at its volume"

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

    def fill(self, told: Callable[[], None], watch: Watch) -> str:
        """Fill the balloons of the turn until all have stopped, and settle; returns what ended it, or nothing."""
        while self.growing:
            count = self.steps
            reason = self.advance()
            if reason and (self.renewed or not self.renew_mesh()):
                return reason
            if self.steps > count:
                told()
                self.keep_mesh_good()
            watch(self.state)
        return self.settle(told, watch) or self.leave_devices(told, watch)

    def leave_devices(self, told: Callable[[], None], watch: Watch) -> str:
        """Let the turn's devices carry, and settle: the balloons must press against them too."""
        found = self.balloons.items()
        devices = {n: b.device for n, b in found if b.order == self.turn and b.device in DEVICES}
        if not devices:
            return ""
        before = self.equilibrium.stored(self.state)
        self.state = left_in_place(self.state, devices)
        self.equilibrium = Equilibrium(self.state, self.model)
        self.drive = replace(self.drive, viscous=None)
        self.balance = self.balance.transferred(self.equilibrium.stored(self.state) - before)
        return self.settle(told, watch)

    def go(self, told: Callable[[], None], watch: Watch) -> str:
        """Inflate turn after turn; returns what ended it before, or nothing."""
        load = self.model.surroundings.axial_load
        rest = come_to_rest(self.equilibrium, self.state, self.drive, load, self.growth, watch)
        self.state, self.drive, self.energies = rest.state, rest.drive, [*rest.energies]
        self.newton, self.linear, self.balance = rest.newton, rest.linear, rest.balance
        if rest.reason:
            return rest.reason
        self.begin()
        while True:
            reason = self.fill(told, watch)
            later = [b.order for b in self.balloons.values() if b.order > self.turn]
            if reason or not later:
                return reason
            self.turn = min(later)
            self.begin()


def inflate(
    state: State,
    model: SolidModel,
    balloons: tuple[Balloon, ...],
    options: InflationOptions,
    progress: Progress,
    watch: Watch = lambda _: None,
) -> InflationResult:
    """Inflate all balloons, order after order, until each has met one of its stop rules.

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
