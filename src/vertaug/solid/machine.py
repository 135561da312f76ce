# SPDX-License-Identifier: BSD-3-Clause
"""A testing machine as a rig: it keeps the platen from tilting and sliding, and drives or loads it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.energy_balance import StepEnergy
from vertaug.solid.item import Contribution, Item
from vertaug.solid.rig import MACHINE, SpecimenRig, imbalance, mean_work, platen_guide
from vertaug.state import RigState

__all__ = ["MachineRig", "PlatenDrive"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class PlatenDrive:
    """Holds the platen's tilts at zero and drives it to `position` mm, or loads it with `load` N.

    `platen` is the first of its nodes, as in `solid.support`.
    """

    platen: int
    position: float | None
    load: float = 0.0

    @property
    def connectivity(self) -> NDArray[np.int32]:
        """The platen's node, (1, 1)."""
        return np.array([[self.platen]], dtype=np.int32)

    def _gap(self, points: Float) -> tuple[Float, Float]:
        """Distances (3,) from where the machine holds the platen, and its stiffness (3,)."""
        stiffness = np.full(3, MACHINE)
        gap = points[self.platen].copy()
        if self.position is None:
            stiffness[0] = 0.0
        else:
            gap[0] -= self.position
        return gap, stiffness

    def force(self, points: Float) -> Float:
        """Compressive force and moments over the lever (3,) in N that the machine exerts."""
        gap, stiffness = self._gap(points)
        return np.asarray(stiffness * gap + np.array([self.load, 0.0, 0.0]))

    def energy(self, points: Float) -> float:
        """Energy of the machine, mJ."""
        gap, stiffness = self._gap(points)
        return float(0.5 * stiffness @ gap**2 + self.load * points[self.platen, 0])

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, force (1, 1, 3) and stiffness (1, 3, 3)."""
        _, stiffness = self._gap(points)
        matrix = np.diag(stiffness)[None] if with_matrix else None
        return Contribution(self.energy(points), self.force(points)[None, None], matrix)


@dataclass(frozen=True)
class MachineRig:
    """A testing machine with parallel platens on what holds a body in the `SpecimenRig`.

    Its load is the platen's position in mm where it is `driven`, else a compressive force in N.
    """

    lever: float
    driven: bool = True

    def _specimen(self) -> SpecimenRig:
        return SpecimenRig(self.lever)

    def _drive(self, first: int, load: float) -> PlatenDrive:
        return PlatenDrive(first, load) if self.driven else PlatenDrive(first, None, load)

    def springs(self, data: RigState, first: int) -> list[Item]:
        """Potting below and above."""
        return self._specimen().springs(data, first)

    def drives(self, data: RigState, first: int, load: float) -> list[Item]:
        """The machine: its drive, and what holds the platen beside it."""
        return [self._drive(first, load), platen_guide(first)]

    def work(
        self, data: RigState, first: int, loads: tuple[float, float], start: Float, end: Float
    ) -> StepEnergy:
        """Mean force and moments of the machine on the way of the platen."""
        before, after = (self._drive(first, load) for load in loads)
        return mean_work((before.force(start), after.force(end)), end[first] - start[first])

    def reaction_error(self, data: RigState, first: int, load: float, points: Float) -> float:
        """Forces of ground and machine over the springs' forces."""
        across = platen_guide(first).reaction(points)
        outside = np.array([across[0], across[1], self._drive(first, load).force(points)[0]])
        return imbalance(self.springs(data, first), outside, points)

    def committed(self, data: RigState, points: Float) -> RigState:
        """The platen has moved, nothing else."""
        return replace(data, points=points.copy())
