# SPDX-License-Identifier: BSD-3-Clause
"""Load to failure of a vertebra as it is: taken out of its discs, potted, and pushed down by a machine.

One rule reads every curve: the failure load is where the slope over 0.5 % of the body's height has fallen to a
tenth of the steepest, so that a peak and a knee before slow hardening are read alike; stiffness is the slope
between a fifth and a half of it. Steps are those of the crush test that was held against Wegrzyn (2011).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.outcomes.crush_test import POTTING, failure, failure_place, slope
from vertaug.outcomes.specimen import body_height
from vertaug.solid.equilibrium import Equilibrium, SolidStep
from vertaug.solid.machine import MachineRig
from vertaug.solid.model import ENDPLATES, SolidModel, empty_cavities
from vertaug.solid.newton import TIGHT, NewtonOptions
from vertaug.solid.rig import ground_force, specimen_rig_state
from vertaug.state import State

__all__ = ["StrengthTest", "repotted", "strength_test"]

Float = NDArray[np.float64]
Progress = Callable[[float, float], None]

WINDOW = 0.005
"""Length over which a slope is read, of the body's height."""
_RISE, _SHORT, _LONG = 0.015, 0.00125, 0.006
"""Way that is taken in short steps, the short and the long step, of the body's height."""
_SMALLEST = 1.0 / 32.0
"""Smallest step, as a share of the one meant."""
_NEWTON = NewtonOptions(tolerance=1e-5, max_iterations=80)


@dataclass(frozen=True)
class StrengthTest:
    """Outcome: `curve` (n, 2) of way (mm) and force (N), the `state` at its end, and why it `ended`.

    It ended by ``failure``, at its ``depth``, or, where no further step was found, as ``not_converged``. `window` mm
    is the length over which slopes are read.
    """

    curve: Float
    state: State
    ended: str
    window: float

    @property
    def strength(self) -> float | None:
        """Failure load, N; None where the body did not fail on this way."""
        return failure(self.curve, self.window) if self.ended == "failure" else None

    @property
    def highest(self) -> float:
        """Highest force, N."""
        return float(self.curve[:, 1].max())

    @property
    def stiffness(self) -> float | None:
        """Slope between a fifth and a half of the failure load, or of the highest one, N/mm."""
        return slope(self.curve, self.strength or self.highest) if len(self.curve) > 2 else None


def repotted(state: State, model: SolidModel) -> State | None:
    """Return ``state`` without load and with resin on its endplates in place of discs; None if no step is found."""
    free = Equilibrium(state, model)
    load, drive = model.surroundings.axial_load, None
    for share in (0.5, 0.0) if load > 0.0 else (0.0,):
        step = free.step(state, empty_cavities(state.mesh), share * load, TIGHT, drive)
        if not step.newton.converged:
            return None
        state, drive = step.state, step.drive
    return replace(state, rig=specimen_rig_state(state.mesh, ENDPLATES, POTTING, POTTING / 3.0))


def strength_test(
    state: State, model: SolidModel, depth: float, told: Progress | None = None
) -> StrengthTest:
    """Push a potted body down until it fails, or by ``depth`` mm; ``state`` is from `repotted` or stress-free.

    ``told`` is called with way (mm) and force (N) after each step. Never raises for a step that fails.
    """
    height = body_height(state.mesh)
    machine = Equilibrium(state, model, MachineRig(model.surroundings.lever))
    origin = float(state.rig.points[0, 0])
    rows = [(0.0, ground_force(state.rig, state.mesh.points))]
    window, length, ended = WINDOW * height, _SHORT * height, ""
    while not ended:
        way = rows[-1][0]
        meant = (_SHORT if way < _RISE * height - 1e-9 else _LONG) * height
        length = min(2.0 * length, meant)
        step, length = _down(machine, state, origin - way, length, min(meant, depth - way))
        if step is None:
            ended = "not_converged"
            break
        state = step.state
        rows.append((way + length, ground_force(state.rig, state.mesh.points)))
        if told is not None:
            told(*rows[-1])
        if failure_place(np.array(rows), window) is not None:
            ended = "failure"
        elif rows[-1][0] >= depth - 1e-9:
            ended = "depth"
    return StrengthTest(np.array(rows), state, ended, window)


def _down(
    machine: Equilibrium, state: State, place: float, length: float, most: float
) -> tuple[SolidStep | None, float]:
    """Step down from ``place`` by ``length`` mm, at ``most`` so many, halved where it fails; None if it ever does."""
    length, least = min(length, most), _SMALLEST * most
    while length >= least:
        step = machine.step(state, empty_cavities(state.mesh), place - length, _NEWTON)
        if step.newton.converged:
            return step, length
        length *= 0.5
    return None, length
