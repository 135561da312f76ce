# SPDX-License-Identifier: BSD-3-Clause
"""A vertebral body in a testing machine: crushed to a depth, unloaded, left to rest, loaded again.

Both endplates are potted; the upper platen keeps its tilt and is driven up and down, as by a machine
with parallel platens. While the body is crushed it answers with the stiffness of a test; over the rest
it takes the rested one, so that strain comes back which the bone holds for minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import NotConvergedError
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.machine import MachineRig
from vertaug.solid.model import SolidModel, Surroundings, empty_cavities
from vertaug.solid.newton import NewtonOptions
from vertaug.solid.relaxation import changed_stiffness
from vertaug.solid.rig import ground_force
from vertaug.state import State

__all__ = ["POTTING", "Crush", "crush_test", "failure", "failure_place", "potted", "slope"]

Float = NDArray[np.float64]
Progress = Callable[[float, float], None]

POTTING = 300.0
"""Stiffness per area of the resin under an endplate, N/mm³: about 2.5 GPa over 8 mm (assumed)."""
_NEWTON = NewtonOptions(tolerance=1e-5, max_iterations=80)
_RISE = 0.06
"""Share of the depth that is taken in short steps."""
_WINDOW = 0.02
"""Length over which a slope is taken, of the depth of the crush."""
_REST = 1800.0
"""Time (s) that a crushed specimen is left alone."""


@dataclass(frozen=True)
class Crush:
    """Outcome of a crush test.

    `first` and `second` (n, 2) are displacement (mm, from the unloaded length of the specimen before
    the first loading) and force (N); `residual` mm is the loss of length left after the rest, `elastic`
    mm that right after unloading; `rested` the specimen after the rest, `state` after the second loading.
    """

    first: Float
    second: Float
    elastic: float
    residual: float
    rested: State
    state: State

    @property
    def depth(self) -> float:
        """How far the specimen was crushed, mm."""
        return float(self.first[:, 0].max())

    @property
    def recovery(self) -> float:
        """Share of the deformation that came back after unloading and rest."""
        return 1.0 - self.residual / self.depth

    @property
    def instant_recovery(self) -> float:
        """Share of the deformation that came back at once."""
        return 1.0 - self.elastic / self.depth

    @property
    def strength(self) -> tuple[float, float]:
        """Failure load of the first and the second loading, N."""
        window = _WINDOW * self.depth
        return failure(self.first, window), failure(self.second, window)

    @property
    def stiffness(self) -> tuple[float, float]:
        """Slope of the first and the second loading in their elastic part, N/mm."""
        first, second = self.strength
        return slope(self.first, first), slope(self.second, second)


def failure(curve: Float, window: float) -> float:
    """Failure load (N) of a loading ``curve`` (n, 2): where its slope has fallen to a tenth.

    Slopes are secants over ``window`` mm, compared with the steepest of them, so that a peak and a knee
    before slow hardening are read alike. A curve that does not fail has its last load.
    """
    end = failure_place(curve, window)
    return float(curve[-1, 1] if end is None else np.interp(end, curve[:, 0], curve[:, 1]))


def failure_place(curve: Float, window: float) -> float | None:
    """Displacement (mm) at which a loading ``curve`` (n, 2) fails, as in `failure`; None where it does not."""
    if curve[-1, 0] - curve[0, 0] <= window:
        return None
    position, force = curve[:, 0] - curve[0, 0], curve[:, 1]
    middle = np.linspace(0.5 * window, position[-1] - 0.5 * window, 4000)
    before, after = (np.interp(middle + side * window, position, force) for side in (-0.5, 0.5))
    rise = after - before
    steepest = int(np.argmax(rise))
    flat = np.flatnonzero(rise[steepest:] < 0.1 * rise[steepest])
    return float(curve[0, 0] + middle[steepest + flat[0]]) if len(flat) else None


def slope(curve: Float, top: float) -> float:
    """Slope (N/mm) of a loading ``curve`` (n, 2) between a fifth and a half of its failure load ``top``."""
    rise = curve[: int(np.argmax(curve[:, 1] >= 0.8 * top)) + 1]
    ends = [float(np.interp(share * top, rise[:, 1], rise[:, 0])) for share in (0.2, 0.5)]
    return 0.3 * top / (ends[1] - ends[0])


def potted(model: SolidModel, stiffness: float = POTTING) -> SolidModel:
    """Return ``model`` with resin of ``stiffness`` N/mm³ on its endplates in place of discs."""
    around = Surroundings(0.0, stiffness, stiffness / 3.0, model.surroundings.lever)
    return replace(model, surroundings=around)


def crush_test(
    state: State,
    model: SolidModel,
    depth: float,
    steps: int = 40,
    reload: float = 0.35,
    progress: Progress | None = None,
    options: NewtonOptions = _NEWTON,
) -> Crush:
    """Crush a potted specimen by ``depth`` mm, unload it, let it rest, and load it to failure.

    Parameters
    ----------
    state : stress-free specimen from `first_state` with a model from `potted`
    depth : displacement of the platen, mm
    steps : steps of the crush beyond yield; the rise takes 0.3 of them, the second loading 0.8
    reload : length of the second loading over ``depth``
    progress : called with displacement (mm) and force (N) after each step
    options : of Newton's iteration in each step

    Raises
    ------
    NotConvergedError
        A step fails.
    """
    origin = float(state.rig.points[0, 0])
    rise = np.linspace(0.0, _RISE, max(steps * 3 // 10, 4) + 1)[1:]
    crush = np.linspace(_RISE, 1.0, steps + 1)[1:]
    first, state = _load(
        state, model, depth * np.concatenate([rise, crush]), origin, progress, options
    )
    top = first[-1, 1]
    elastic = origin - float(_unload(state, model, top, options).rig.points[0, 0])
    rested = _rested(state, model, top, options)
    residual = origin - float(rested.rig.points[0, 0])
    further = residual + np.linspace(0.0, reload, max(steps * 8 // 10, 8) + 1)[1:] * depth
    second, last = _load(rested, model, further, origin, progress, options)
    return Crush(first, second, elastic, residual, rested, last)


def _rested(state: State, model: SolidModel, top: float, options: NewtonOptions) -> State:
    """Unloaded from ``top`` N and left alone for half an hour."""
    law = model.law.after(_REST)
    slow = changed_stiffness(state, model.law, law)
    return changed_stiffness(_unload(slow, replace(model, law=law), top, options), law, model.law)


def _load(
    state: State,
    model: SolidModel,
    depths: Float,
    origin: float,
    progress: Progress | None,
    options: NewtonOptions,
) -> tuple[Float, State]:
    """Drive the platen to ``depths`` (n,) mm below ``origin``: displacement and force, and the state."""
    machine = Equilibrium(state, model, MachineRig(model.surroundings.lever))
    rows = [(origin - float(state.rig.points[0, 0]), _force(state))]
    for number, depth in enumerate(depths):
        state = _step(machine, state, origin - float(depth), number, options)
        rows.append((float(depth), _force(state)))
        if progress is not None:
            progress(*rows[-1])
    return np.array(rows), state


def _unload(state: State, model: SolidModel, top: float, options: NewtonOptions) -> State:
    """Take the load off in steps from ``top`` N."""
    machine = Equilibrium(state, model, MachineRig(model.surroundings.lever, driven=False))
    for number, share in enumerate((0.75, 0.5, 0.25, 0.1, 0.0)):
        state = _step(machine, state, share * top, number, options)
    return state


def _step(
    machine: Equilibrium, state: State, load: float, number: int, options: NewtonOptions
) -> State:
    """One step to the machine's ``load``, with every cavity empty; raises where it fails."""
    empty = empty_cavities(state.mesh)
    step = machine.step(state, empty, load, options)
    if not step.newton.converged:
        raise NotConvergedError("crush test", number, step.newton.reason)
    return step.state


def _force(state: State) -> float:
    """Compressive force (N) on the ground."""
    return ground_force(state.rig, state.mesh.points)
