# SPDX-License-Identifier: BSD-3-Clause
"""A vertebra under a load of daily life: loaded in steps, left to settle, and let go where that is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.outcomes.endplates import endplate_distance, endplate_slopes
from vertaug.outcomes.load_cases import LoadCase
from vertaug.outcomes.own_frame import own_points
from vertaug.solid.energy_balance import Drive, EnergyBalance
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.model import SolidModel, cavity_facets, empty_cavities
from vertaug.solid.newton import TIGHT, NewtonOptions
from vertaug.solid.ramped_rig import LastingLoad, RampedRig
from vertaug.state import State

__all__ = ["LoadTest", "load_test"]

Float = NDArray[np.float64]
Progress = Callable[[float, float], None]

_STEPS = 5
"""Equal steps to the whole load."""
_SMALLEST = 1.0 / 64.0
"""Smallest step, as a share of the first."""
_SOFTER = 10.0
"""Times as soft as at its stiffest: a vertebra gives way, as in the rule that reads failure loads."""
_BACK = (0.6, 0.3, 0.1, 0.0)
"""Shares of the load on the way back."""


@dataclass(frozen=True)
class LoadTest:
    """Outcome of a load.

    `curve` (n, 4) holds the axial force (N), the approach of the endplates (mm), and the angles (degrees) by which
    they are bent forwards and to the left, all but the force from the first row on; `loaded` is the state under the
    last load. `share` is how much of the load it bore, 1 for all; `failure` says why it bore no more, or is empty.
    `released` is the state when the load was taken off again, None where that was not asked for or not found.
    """

    curve: Float
    loaded: State
    share: float
    failure: str
    energy: EnergyBalance
    reaction_error: float
    released: State | None = None

    @property
    def stiffness(self) -> float | None:
        """Axial force gained over the approach of the endplates, N/mm; None where they did not come closer."""
        force, approach = self.curve[-1, 0] - self.curve[0, 0], self.curve[-1, 1]
        return float(force / approach) if force > 0.0 and approach > 0.0 else None

    @property
    def gave_way(self) -> float | None:
        """Axial force from which a step brought the endplates closer ten times as much as the stiffest, or None.

        The force is N; loads grow on to the whole case, which crushed and then packed bone may bear.
        """
        force, approach = np.diff(self.curve[:, 0]), np.diff(self.curve[:, 1])
        softness = np.divide(approach, force, out=np.zeros_like(approach), where=force > 0.0)
        if not len(softness) or softness.max() <= 0.0:
            return None
        soft = np.flatnonzero(softness > _SOFTER * softness[softness > 0.0].min())
        return float(self.curve[soft[0], 0]) if len(soft) else None


class _Loading:
    """The loop over steps; holds what changes from step to step."""

    def __init__(self, state: State, model: SolidModel, rig: RampedRig) -> None:
        self.state = state
        self.equilibrium = Equilibrium(state, model, rig)
        self.drive = Drive.start(len(cavity_facets(state.mesh)), 0.0)
        self.balance, self.error = EnergyBalance(), 0.0

    def go(self, share: float, options: NewtonOptions | None = None) -> str:
        """One step to a ``share`` of the load; returns why it failed, or nothing."""
        empty = empty_cavities(self.state.mesh)
        step = self.equilibrium.step(self.state, empty, share, options, self.drive)
        if not step.newton.converged:
            return step.newton.reason
        self.state, self.drive, self.error = step.state, step.drive, step.reaction_error
        self.balance = self.balance.plus(step.energy)
        return ""


def load_test(
    state: State, model: SolidModel, case: LoadCase, *, release: bool = False, told: Progress | None = None
) -> LoadTest:  # fmt: skip
    """Load a specimen or a segment from its axial load to a ``case`` and let it settle.

    Parameters
    ----------
    state : at rest in its rig under the model's axial load, with empty cavities or cement
    model, case : laws and surroundings; what is laid on, with a torque in a segment alone
    release : take the load off again
    told : called after each step with the share of the load and the axial force (N)

    Never raises for a step that fails: the result says how much was borne.
    """
    around = model.surroundings
    idle = LastingLoad(around.axial_load)
    whole = LastingLoad(case.force, case.forwards, case.left, case.torque)
    run = _Loading(state, model, RampedRig(around.rig(state.rig), idle, whole))
    height, slopes = _shape(state)
    rows = [(idle.axial, 0.0, 0.0, 0.0)]
    share, length, failure = 0.0, 1.0 / _STEPS, ""
    while share < 1.0 - 1e-9:
        target = min(share + length, 1.0)
        failure = run.go(target)
        if failure:
            length *= 0.5
            if length < _SMALLEST / _STEPS:
                break
            continue
        share = target
        if share >= 1.0 - 1e-9:  # once more, so that the step's viscosity bears nothing of it
            failure = run.go(1.0, TIGHT)
        (now, bent), force = _shape(run.state), idle.towards(whole, share).axial
        rows.append((force, height - now, bent[0] - slopes[0], bent[1] - slopes[1]))
        if told is not None:
            told(share, force)
    loaded = run.state
    released = _released(run, share) if release and not failure else None
    curve = np.array(rows)
    return LoadTest(curve, loaded, share, failure, run.balance, run.error, released)


def _shape(state: State) -> tuple[float, tuple[float, float]]:
    """Distance (mm) and slopes (degrees) of the endplates, in the body's own frame: it may turn as a whole."""
    mesh = state.mesh.with_points(own_points(state))
    return endplate_distance(mesh), endplate_slopes(mesh)


def _released(run: _Loading, share: float) -> State | None:
    """State with the load taken off from a ``share`` of it; None where a step fails."""
    for part in _BACK:
        if run.go(part * share, TIGHT if part == 0.0 else None):
            return None
    return run.state
