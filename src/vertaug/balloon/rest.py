# SPDX-License-Identifier: BSD-3-Clause
"""Bone that still moves, as after a fracture, comes to rest around slack balloons before they are filled.

The power of its own motion would be taken for that of the first step of filling, and off that step's pressure: by
thousands of psi.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from vertaug.solid.energy_balance import Drive, EnergyBalance, StepEnergy
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.model import empty_cavities
from vertaug.state import State

__all__ = ["Rest", "come_to_rest"]

_QUIET = 0.01
"""Viscosity's share (MPa) in the pressure of the first step up to which bone counts as at rest."""
_MOST = 60
"""Most steps it is given for that."""


@dataclass(frozen=True)
class Rest:
    """The `state` at rest, what drove it there, energies of each step and their balance, iterations it took.

    `reason` says that the bone had not come to rest in the steps it was given, or is empty.
    """

    state: State
    drive: Drive
    energies: tuple[StepEnergy, ...]
    balance: EnergyBalance
    newton: int
    linear: int
    reason: str = ""


def come_to_rest(
    equilibrium: Equilibrium,
    state: State,
    drive: Drive,
    load: float,
    growth: float,
    watch: Callable[[State], None],
) -> Rest:
    """Solve with slack cavities until the bone's motion would not be felt in a first step.

    Parameters
    ----------
    equilibrium, state, drive, load : steps on the state's mesh, and what drives it
    growth : relative growth of the cavities in that step
    watch : called with every state that is gone on from

    A step that fails leaves the state as it is: the filling will tell whether it can be gone on from.
    """
    rest = Rest(state, drive, (), EnergyBalance(), 0, 0)
    for _ in range(_MOST):
        slack = empty_cavities(rest.state.mesh)
        step = equilibrium.step(rest.state, slack, load, None, rest.drive)
        newton = rest.newton + step.newton.iterations
        linear = rest.linear + step.newton.linear_iterations
        if not step.newton.converged:
            return replace(rest, newton=newton, linear=linear)
        rest = Rest(
            step.state, step.drive, (*rest.energies, step.energy), rest.balance.plus(step.energy),
            newton, linear,
        )  # fmt: skip
        watch(rest.state)
        volume = sum(item.volume(step.newton.points) for item in slack)
        viscous = step.drive.viscous
        power = 0.0 if viscous is None else float((viscous * step.way).sum())
        if abs(power) <= _QUIET * growth * volume:
            return rest
    return replace(rest, reason=f"the bone still moves after {_MOST} steps around slack balloons")
