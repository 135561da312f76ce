# SPDX-License-Identifier: BSD-3-Clause
"""Result objects of a run of the solid: what every step took, and what ended the run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.diagnosis import Place
from vertaug.solid.energy_balance import EnergyBalance, StepEnergy
from vertaug.solid.item import Item

__all__ = ["Cut", "Ending", "PathResult", "StepResult"]

Float = NDArray[np.float64]
Ending = Literal["end", "limit", "smallest step", "stop rule"]


@dataclass(frozen=True)
class Cut:
    """An attempt that failed: its `size`, `iterations`, the reason and the worst places."""

    size: float
    iterations: int
    reason: str
    nodes: tuple[Place, ...] = ()
    cells: tuple[Place, ...] = ()

    def __str__(self) -> str:
        places = "; ".join(str(place) for place in (*self.nodes[:1], *self.cells[:1]))
        return f"{self.reason}{f' ({places})' if places else ''}"


@dataclass(frozen=True)
class StepResult:
    """One step.

    =================== =======================================================================
    field               meaning
    =================== =======================================================================
    number, target      count from 1; control value aimed at (arc length: its sum)
    factor              load factor at the end: load, reaction, multiplier or pressure
    converged           False only in the last step of a run that could not go on
    iterations          Newton iterations of the attempt that counts
    residuals           its relative residual norms
    energy              energies of the step, mJ
    cuts                attempts that failed before
    linear_iterations   of all attempts
    seconds             wall time of all attempts
    limited_by          what set the size of the step
    =================== =======================================================================
    """

    number: int
    target: float
    factor: float
    converged: bool
    iterations: int
    residuals: tuple[float, ...]
    energy: StepEnergy
    cuts: tuple[Cut, ...]
    linear_iterations: int
    seconds: float
    limited_by: str


@dataclass(frozen=True)
class PathResult:
    """A run: last equilibrium (`points` (n_nodes, 3), `items` of the next step), steps and what ended it.

    `limit` holds the largest target at equilibrium and the smallest that failed, where a limit load was met.
    """

    points: Float
    items: tuple[Item, ...]
    target: float
    factor: float
    steps: tuple[StepResult, ...]
    balance: EnergyBalance
    ended: Ending
    limited_by: str
    limit: tuple[float, float] | None = None

    @property
    def converged(self) -> tuple[StepResult, ...]:
        """Steps that ended at equilibrium."""
        return tuple(step for step in self.steps if step.converged)
