# SPDX-License-Identifier: BSD-3-Clause
"""Deflation: the balloons let go of the bone, which springs back under the axial load and rests.

Gaps that the balloons opened carry next to nothing, so the roofs of the cavities come down until they have closed
or something else carries the load. With a rest the bone answers throughout as it does after that time: it has stood
under the balloons for minutes, and what it held for permanent comes back, or gives way, within minutes more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from vertaug.balloon.balloon import BalloonRecord
from vertaug.balloon.wall import BalloonWall
from vertaug.errors import NotConvergedError
from vertaug.materials.bone import BoneLaw
from vertaug.solid.cavity import CavityItem, Derivatives, pressure_energy
from vertaug.solid.energy_balance import Drive, EnergyBalance, StepEnergy
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.model import SolidModel, cavity_facets
from vertaug.solid.newton import TIGHT, NewtonOptions
from vertaug.solid.relaxation import at_rate
from vertaug.solid.remeshing import (
    MeshWear,
    RemeshRule,
    mesh_wear,
    needs_remesh,
    remeshed,
)
from vertaug.solid.way import Way
from vertaug.state import State

__all__ = ["DeflationResult", "deflate"]

Watch = Callable[[State], None]
Progress = Callable[[int, float, tuple[BalloonRecord, ...], State], None]
_SMALLEST = 1.0 / 256.0
_STILL = 0.01
"""Largest motion (mm) of a step at no pressure in which the bone counts as settled."""
_SETTLING = 60
"""Most steps it is given for that."""


@dataclass(frozen=True)
class DeflationResult:
    """Final state, records of every step, steps taken and the force balance at the end.

    `energies` has one entry a step, `energy` is their balance, gone on with from the one given.
    `state` is the last one that converged. `failure` says what ended the deflation before its end,
    or is empty; `cuts` counts the attempts at a step that were given up.
    """

    state: State
    records: tuple[BalloonRecord, ...]
    steps: int
    newton_iterations: int
    reaction_error: float
    energies: tuple[StepEnergy, ...]
    energy: EnergyBalance
    cuts: int = 0
    failure: str = ""


def _fading(wall: BalloonWall, share: float) -> Callable[[float], Derivatives]:
    """Energy of a wall whose tension has fallen to ``share`` of its own."""

    def energy(area: float) -> Derivatives:
        value, slope, curve = wall.energy(area)
        return share * value, share * slope, share * curve

    return energy


def _items(
    state: State, pressures: Mapping[str, float], walls: Mapping[str, BalloonWall], share: float
) -> list[CavityItem]:
    """Cavities with pressure and wall tension at ``share`` of what they were."""
    return [
        CavityItem(facets, pressure_energy(share * pressures[name]), _fading(walls[name], share))
        for name, facets in cavity_facets(state.mesh).items()
    ]


class _Deflation:
    """The loop over steps; holds what changes from step to step."""

    def __init__(
        self,
        state: State,
        model: SolidModel,
        pressures: Mapping[str, float],
        walls: Mapping[str, BalloonWall],
        remesh: RemeshRule,
        energy: EnergyBalance,
        rest: float,
    ) -> None:
        self.model, self.pressures, self.walls = model, pressures, walls
        self.rule, self.balance, self.energies = remesh, energy, list[StepEnergy]()
        self.equilibrium = Equilibrium(state, model)
        self.state = self.at_rate(state, model.law.after(rest))
        full = _items(state, pressures, walls, 1.0)
        self.drive = Drive.of(full, state.mesh.points, model.surroundings.axial_load)
        self.share, self.error, self.moved = 1.0, math.inf, math.inf
        self.steps = self.newton = self.cuts = 0
        self.renewed = False
        self.fresh: MeshWear | None = None
        self.way: Way | None = None
        self.records: list[BalloonRecord] = []

    def at_rate(self, state: State, law: BoneLaw) -> State:
        """Go on with ``law``, which has another stiffness: the same stresses and shape, seen by it."""
        if law == self.model.law:
            return state
        before = self.equilibrium.stored(state)
        changed, self.model = at_rate(state, self.model, law)
        self.equilibrium = Equilibrium(changed, self.model)
        self.balance = self.balance.renewed(self.equilibrium.stored(changed) - before)
        return changed

    def attempt(self, share: float, options: NewtonOptions | None = None) -> str:
        """Go to ``share`` of the pressure; returns why that failed, or nothing."""
        items = _items(self.state, self.pressures, self.walls, share)
        load = self.model.surroundings.axial_load
        less = self.share - share
        way = None if self.way is None else self.way.ahead(less)
        step = self.equilibrium.step(self.state, items, load, options, self.drive, way)
        self.newton += step.newton.iterations
        if not step.newton.converged:
            self.cuts += 1
            return step.newton.reason
        self.way = Way(step.way, less) if less > 0.0 else None
        self.moved = float(np.abs(step.way).max())
        self.state, self.share, self.error = step.state, share, step.reaction_error
        self.drive, self.balance = step.drive, self.balance.plus(step.energy)
        self.energies.append(step.energy)
        self.renewed = False
        return ""

    def record(self) -> tuple[BalloonRecord, ...]:
        """Count and record the step taken."""
        self.steps += 1
        points = self.state.mesh.points
        items = _items(self.state, self.pressures, self.walls, self.share)
        new = tuple(
            BalloonRecord(
                self.steps, name, item.volume(points), self.share * self.pressures[name], 0.0, ""
            )
            for name, item in zip(self.pressures, items, strict=True)
        )
        self.records.extend(new)
        return new

    def renew_mesh(self) -> bool:
        """Give the state a new mesh; False where the mesher could not, the old one is then kept."""
        before, old = self.equilibrium.stored(self.state), self.state.mesh
        try:
            self.state = remeshed(self.state, self.rule)
        except NotConvergedError:
            return False
        self.way = self.way and self.way.on(old, self.state.mesh)
        self.equilibrium = Equilibrium(self.state, self.model)
        self.drive = replace(self.drive, viscous=None)
        self.balance = self.balance.transferred(self.equilibrium.stored(self.state) - before)
        self.renewed, self.fresh = True, mesh_wear(self.state.mesh)
        return True

    def go(self, steps: int, told: Progress, watch: Watch) -> str:
        """Deflate in about ``steps`` steps; returns what ended it before its end, or nothing."""
        decrement = 1.0 / steps
        while self.share > 0.0:
            target = self.share - decrement if self.share - decrement > 1e-12 else 0.0
            reason = self.attempt(target)
            if reason:
                decrement *= 0.5
                if decrement >= _SMALLEST:
                    continue
                if self.renewed or not self.renew_mesh():
                    return reason
                decrement = 1.0 / steps
            else:
                new = self.record()
                told(self.steps, self.share, new, self.state)
                wear = mesh_wear(self.state.mesh)
                if self.share > 0.0 and needs_remesh(wear, self.rule, self.fresh):
                    self.renew_mesh()
            watch(self.state)
        reason = self.settle(watch)
        return f"{reason} while settling" if reason else ""

    def settle(self, watch: Watch) -> str:
        """Solve at no pressure until nothing moves, then closely: the viscosity lets gaps close step by step."""
        for _ in range(_SETTLING):
            reason = self.attempt(0.0)
            if reason:
                return reason
            watch(self.state)
            if self.moved < _STILL:
                reason = self.attempt(0.0, TIGHT)
                watch(self.state)
                return reason
            if needs_remesh(mesh_wear(self.state.mesh), self.rule, self.fresh):
                self.renew_mesh()
                watch(self.state)
        return f"the bone still moves by {self.moved:.2g} mm a step"


def deflate(
    state: State,
    model: SolidModel,
    pressures: Mapping[str, float],
    walls: Mapping[str, BalloonWall],
    steps: int,
    remesh: RemeshRule,
    progress: Progress,
    watch: Watch = lambda _: None,
    energy: EnergyBalance | None = None,
    rest: float = 0.0,
) -> DeflationResult:
    """Take pressures (MPa, by cavity) and wall tensions down to nothing in about ``steps`` steps, and let bone rest.

    ``progress`` is called with the step, the share of the pressure left, the records and the state;
    ``watch`` with every state that is gone on from, also after its mesh was renewed; ``energy`` is the
    balance of the run so far; ``rest`` (s) how long the bone is left alone once the pressure is gone. Never
    raises for a step that fails: the result says what limited it.
    """
    run = _Deflation(state, model, pressures, walls, remesh, energy or EnergyBalance(), rest)
    failure = run.go(steps, progress, watch)
    last = run.at_rate(run.state, model.law)
    return DeflationResult(
        last, tuple(run.records), run.steps, run.newton, run.error, tuple(run.energies),
        run.balance, run.cuts, failure,
    )  # fmt: skip
