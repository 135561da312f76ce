# SPDX-License-Identifier: BSD-3-Clause
"""From one lasting load to another: force and moments on a specimen or a segment change together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.chain import Chain
from vertaug.solid.energy_balance import Drive, EnergyBalance, StepEnergy
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.item import Item
from vertaug.solid.linear import RigidBodies
from vertaug.solid.model import SolidModel, empty_cavities
from vertaug.solid.newton import TIGHT
from vertaug.solid.rig import LoadedRig, rig_bodies, rig_chain, rig_places
from vertaug.state import RigState, State

__all__ = ["LastingLoad", "Ramp", "RampedRig", "ramped"]

Float = NDArray[np.float64]

_SMALLEST = 1.0 / 64.0
"""Smallest step, as a share of the first."""


@dataclass(frozen=True)
class LastingLoad:
    """What a platen or the top of a segment bears for long.

    `axial` N, and moments, N mm, that bend it `forwards` and to the `left`, and turn it by `torque` to the left.
    """

    axial: float
    forwards: float = 0.0
    left: float = 0.0
    torque: float = 0.0

    def towards(self, other: LastingLoad, share: float) -> LastingLoad:
        """Return the load a ``share`` of the way to another."""
        return LastingLoad(
            self.axial + share * (other.axial - self.axial),
            self.forwards + share * (other.forwards - self.forwards),
            self.left + share * (other.left - self.left),
            self.torque + share * (other.torque - self.torque),
        )


@dataclass(frozen=True)
class RampedRig:
    """A `rig` on the way from the load `begin` to the load `end`; its load is the share of that way."""

    rig: LoadedRig
    begin: LastingLoad
    end: LastingLoad

    def _at(self, share: float) -> tuple[LoadedRig, float]:
        """Rig with the moments at a ``share`` of the way, and the axial force there."""
        load = self.begin.towards(self.end, share)
        return self.rig.under(load.forwards, load.left, load.torque), load.axial

    def springs(self, data: RigState, first: int) -> list[Item]:
        """What of the rig holds the body."""
        return self.rig.springs(data, first)

    def drives(self, data: RigState, first: int, load: float) -> list[Item]:
        """Force and moments at the share ``load``, and what guides a platen."""
        rig, axial = self._at(load)
        return rig.drives(data, first, axial)

    def work(
        self, data: RigState, first: int, loads: tuple[float, float], start: Float, end: Float
    ) -> StepEnergy:
        """Work of the mean of force and moments."""
        rig, axial = self._at(0.5 * (loads[0] + loads[1]))
        return rig.work(data, first, (axial, axial), start, end)

    def reaction_error(self, data: RigState, first: int, load: float, points: Float) -> float:
        """Forces of ground, load and guide over the load."""
        rig, axial = self._at(load)
        return rig.reaction_error(data, first, axial, points)

    def committed(self, data: RigState, points: Float) -> RigState:
        """Data of the rig after a step."""
        return self.rig.committed(data, points)

    def places(self, data: RigState) -> Float:
        """Where the rig's nodes are, (k, 3) mm; zeros where they are no places."""
        return rig_places(self.rig, data)

    def bodies(self, data: RigState, first: int) -> RigidBodies | None:
        """Rigid bodies of the rig."""
        return rig_bodies(self.rig, data, first)

    def chain(self, data: RigState, first: int) -> Chain | None:
        """Bodies that stand one on the other."""
        return rig_chain(self.rig, data, first)


@dataclass(frozen=True)
class Ramp:
    """Outcome: the `state` at rest under its new load, or the last that converged and why (`failure`)."""

    state: State
    energy: EnergyBalance
    reaction_error: float
    steps: int
    failure: str = ""


def ramped(state: State, model: SolidModel, begin: LastingLoad, steps: int = 4) -> Ramp:
    """Bring ``state``, at rest under the load ``begin`` with empty cavities, to rest under that of ``model``.

    Force and moments change by equal shares in ``steps``, and by smaller ones where such a step does not converge.
    Never raises for a step that fails: the result says what limited it.
    """
    around = model.surroundings
    end = LastingLoad(around.axial_load, around.forwards, around.left)
    rig = RampedRig(around.rig(state.rig), begin, end)
    equilibrium = Equilibrium(state, model, rig)
    empty = empty_cavities(state.mesh)
    drive, balance = Drive.start(len(empty), 0.0), EnergyBalance()
    share, length, count, error = 0.0, 1.0 / steps, 0, 0.0
    settled = False
    while not settled:
        last = share >= 1.0 - 1e-12
        target = min(share + length, 1.0)
        step = equilibrium.step(state, empty, target, TIGHT if last else None, drive)
        if not step.newton.converged:
            length *= 0.5
            if last or length < _SMALLEST / steps:
                return Ramp(state, balance, error, count, step.newton.reason)
            continue
        state, drive, share, settled = step.state, step.drive, target, last
        balance, error, count = balance.plus(step.energy), step.reaction_error, count + 1
    return Ramp(state, balance, error, count)
