# SPDX-License-Identifier: BSD-3-Clause
"""A fracture: a machine pushes a body down through its discs until it has given way, and lets it go again.

The point at which it pushes lies in front of the body's middle for a wedge. The body keeps its damage, the bone
that was crushed, and the shape it has once the machine has let go and it has been left alone: over a rest crushed
bone creeps back further than it springs at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import NotConvergedError
from vertaug.materials.bone import BoneLaw
from vertaug.solid.crushing_rig import MachineDrive, crusher
from vertaug.solid.energy_balance import Drive, EnergyBalance
from vertaug.solid.equilibrium import Equilibrium, SolidStep
from vertaug.solid.model import SolidModel, cavity_facets, empty_cavities
from vertaug.solid.newton import TIGHT, NewtonOptions
from vertaug.solid.relaxation import at_rate
from vertaug.solid.remeshing import MeshWear, RemeshRule, mesh_wear, needs_remesh, remeshed
from vertaug.solid.rig import MACHINE, Rig
from vertaug.solid.way import Way
from vertaug.state import State

__all__ = ["FractureResult", "FractureRule", "fracture"]

Float = NDArray[np.float64]
Loss = Callable[[State], float]
Progress = Callable[[int, float, float, float, State], None]

_SMALLEST = 1.0 / 64.0
"""Smallest step, as a share of the first."""
_RELEASE = (0.75, 0.5, 0.25, 0.1, 0.0)
"""Loads of the unloading, as shares of the way from the last to the residual one."""
_FALLEN = 0.9
"""A load below this share of the highest one counts as failure."""


@dataclass(frozen=True)
class FractureRule:
    """How a body is crushed.

    `y` mm place of the machine's point on the platen, or behind the middle of a segment's top (forwards is negative),
    `step` mm of its way in one step, `depth` mm the farthest it goes; it ends before at a `loss` of anterior height
    (share of that at the start), or, where `at_failure`, once the load has fallen by a tenth. Then it is left alone
    for `rest` s.
    """

    y: float
    step: float
    depth: float
    loss: float
    at_failure: bool
    rest: float = 0.0


@dataclass(frozen=True)
class FractureResult:
    """Outcome: the `state` at rest under the residual load, and how it got there.

    `sprung` is how it stood at once, before its rest. `curve` (n, 3) is the way of the machine's point (mm), its
    force (N), and the loss of anterior height (share); `stop` the rule that ended it: ``anterior_loss``, ``failure``
    or ``depth``. `failure` says what ended it before its end, or is empty; `state` is then the last that converged.
    """

    state: State
    sprung: State
    curve: Float
    stop: str
    energy: EnergyBalance
    reaction_error: float
    min_quality: float
    failure: str = ""


class _Fracture:
    """The loop over steps; holds what changes from step to step."""

    def __init__(
        self, state: State, model: SolidModel, rule: FractureRule, remesh: RemeshRule
    ) -> None:
        self.state, self.model, self.rule, self.remesh = state, model, rule, remesh
        around = model.surroundings
        self.own = around.rig(state.rig)
        self.rig = crusher(state.rig, self.own, around.lever, rule.y, around.axial_load)
        # So far below the point the machine stands that it pushes as the load does at rest.
        self.position = 0.0
        self.origin = self.position = self.height() - self.rig.idle / MACHINE
        self.drive = Drive.start(len(cavity_facets(state.mesh)), self.origin)
        self.balance = EnergyBalance()
        self.rows: list[tuple[float, float, float]] = []
        self.error, self.min_quality = 0.0, 1.0
        self.way: Way | None = None
        self.fresh: MeshWear | None = None
        self.equilibrium = Equilibrium(state, model, self.rig)

    def points(self) -> Float:
        """Nodes of mesh and rig."""
        return np.vstack([self.state.mesh.points, self.state.rig.points])

    def height(self) -> float:
        """Where the machine's point is, mm."""
        return self._machine().height(self.points())

    def _machine(self) -> MachineDrive:
        return self.rig.drive(self.state.rig, self.state.mesh.n_points, self.position)

    def force(self) -> float:
        """Push of the machine, N."""
        return self._machine().push(self.points())

    def take(self, step: SolidStep) -> None:
        """Go on from a step that converged."""
        self.state, self.drive, self.error = step.state, step.drive, step.reaction_error
        self.balance = self.balance.plus(step.energy)
        self.min_quality = min(self.min_quality, mesh_wear(step.state.mesh).worst)

    def advance(self, length: float) -> str:
        """Push the point ``length`` mm on; returns why that failed, or nothing."""
        ahead = None if self.way is None else self.way.ahead(length)
        target = self.position - length
        step = self.equilibrium.step(
            self.state, empty_cavities(self.state.mesh), target, None, self.drive, ahead
        )
        if not step.newton.converged:
            return step.newton.reason
        self.take(step)
        self.position, self.way = target, Way(step.way, length)
        return ""

    def renew_mesh(self) -> bool:
        """Give the state a new mesh; False where the mesher could not, the old one is then kept."""
        before, old = self.equilibrium.stored(self.state), self.state.mesh
        try:
            self.state = remeshed(self.state, self.remesh)
        except NotConvergedError:
            return False
        self.way = self.way and self.way.on(old, self.state.mesh)
        self.equilibrium = Equilibrium(self.state, self.model, self.rig)
        self.drive = replace(self.drive, viscous=None)
        self.balance = self.balance.transferred(self.equilibrium.stored(self.state) - before)
        self.fresh = mesh_wear(self.state.mesh)
        return True

    def stop(self) -> str:
        """Rule that ends the crushing now, or nothing."""
        way, force, loss = self.rows[-1]
        if loss >= self.rule.loss:
            return "anterior_loss"
        if self.rule.at_failure and force < _FALLEN * max(row[1] for row in self.rows):
            return "failure"
        return "depth" if way >= self.rule.depth - 1e-9 else ""

    def crush(self, lost: Loss, told: Progress) -> tuple[str, str]:
        """Push until a rule ends it; returns the rule, and what ended it before, one of them empty."""
        length, renewed = self.rule.step, False
        while True:
            left = self.rule.depth - (self.origin - self.position)
            reason = self.advance(min(length, self._to_target(length), left))
            if reason:
                length *= 0.5
                if length >= _SMALLEST * self.rule.step:
                    continue
                if renewed or not self.renew_mesh():
                    return "", reason
                length, renewed = self.rule.step, True
                continue
            renewed = False
            self.rows.append((self.origin - self.position, self.force(), lost(self.state)))
            told(len(self.rows), *self.rows[-1], self.state)
            rule = self.stop()
            if rule:
                return rule, ""
            length = min(1.5 * length, self.rule.step)
            if needs_remesh(mesh_wear(self.state.mesh), self.remesh, self.fresh):
                self.renew_mesh()

    def _to_target(self, length: float) -> float:
        """Way up to the loss that is asked for, if it goes on as in the last step; at least a tenth of ``length``."""
        if len(self.rows) < 2:
            return length
        (before, _, old), (now, _, new) = self.rows[-2:]
        if new <= old:
            return length
        return max((self.rule.loss - new) * (now - before) / (new - old), 0.1 * length) + 1e-6

    def let_go(self, load: float) -> tuple[State, str]:
        """Unload to ``load`` N: at once, and again as bone answers once it has rested, which the run goes on from.

        Returns the state at once, and why it failed, or nothing.
        """
        crushed = self.state, self.drive, self.balance
        reason = self.release(load)
        sprung = self.state
        if reason or self.rule.rest == 0.0:
            return sprung, reason
        self.state, self.drive, self.balance = crushed
        quick = self.model.law
        self.at_rate(quick.after(self.rule.rest), self.rig)
        reason = self.release(load)
        self.at_rate(quick, self.own)
        return sprung, reason

    def at_rate(self, law: BoneLaw, rig: Rig) -> None:
        """Go on in a ``rig`` with ``law``, which has another stiffness."""
        before = Equilibrium(self.state, self.model, rig).stored(self.state)
        self.state, self.model = at_rate(self.state, self.model, law)
        self.equilibrium = Equilibrium(self.state, self.model, rig)
        self.balance = self.balance.renewed(self.equilibrium.stored(self.state) - before)

    def release(self, load: float) -> str:
        """Take the machine's force back, then leave the body in its own rig under ``load`` N."""
        top, idle = self.force(), self.rig.idle
        freed = self.rig.let_go()
        self.equilibrium, self.drive = (
            Equilibrium(self.state, self.model, freed),
            replace(self.drive, load=top),
        )
        for share in _RELEASE:
            reason = self._let(idle + share * (top - idle), None)
            if reason:
                return f"{reason} while the machine let go"
        self.equilibrium, self.drive = (
            Equilibrium(self.state, self.model, self.own),
            replace(self.drive, load=load),
        )
        reason = self._let(load, TIGHT)
        return f"{reason} at rest" if reason else ""

    def _let(self, load: float, options: NewtonOptions | None) -> str:
        """One step to ``load`` N; returns why it failed, or nothing."""
        step = self.equilibrium.step(
            self.state, empty_cavities(self.state.mesh), load, options, self.drive
        )
        if not step.newton.converged:
            return step.newton.reason
        self.take(step)
        return ""


def fracture(
    state: State,
    model: SolidModel,
    rule: FractureRule,
    remesh: RemeshRule,
    lost: Loss,
    progress: Progress,
) -> FractureResult:
    """Crush the body of ``state`` by ``rule`` and unload it to the model's axial load.

    Parameters
    ----------
    state : at rest under the axial load, with empty cavities or none
    model, rule, remesh : laws and surroundings; how it is crushed; when its mesh is renewed
    lost : returns the loss of anterior height of a state, share of that at the start
    progress : called after each step with its number, way (mm), force (N), loss and state

    Never raises for a step that fails: the result says what limited it.
    """
    run = _Fracture(state, model, rule, remesh)
    stop, failure = run.crush(lost, progress)
    sprung = run.state
    if not failure:
        sprung, failure = run.let_go(model.surroundings.axial_load)
    curve = np.array(run.rows, dtype=np.float64).reshape(-1, 3)
    return FractureResult(
        run.state, sprung, curve, stop, run.balance, run.error, run.min_quality, failure
    )
