# SPDX-License-Identifier: BSD-3-Clause
"""A testing machine that pushes on one point of the platen, which tilts forwards and backwards beneath it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.energy_balance import StepEnergy
from vertaug.solid.item import Contribution, Item
from vertaug.solid.platen import turn_of
from vertaug.solid.rig import MACHINE, SpecimenRig, imbalance, mean_work, platen_guide
from vertaug.solid.support import GroundBed
from vertaug.state import RigState

__all__ = ["CrushingRig", "PointDrive"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class PointDrive:
    """Drives the platen's point at `y` mm (forwards is negative) to `position` mm, or loads it with `load` N.

    `platen` is the first of its nodes and `lever` as in `solid.support`. Its tilt to the side is held at
    `aside` (times the lever, mm), its tilt forwards is free.
    """

    platen: int
    y: float
    lever: float
    position: float | None
    load: float = 0.0
    aside: float = 0.0

    @property
    def connectivity(self) -> NDArray[np.int32]:
        """The platen's two nodes, (1, 2)."""
        return np.array([[self.platen, self.platen + 1]], dtype=np.int32)

    def _rise(self, points: Float) -> tuple[float, Float, Float]:
        """Height of the point by the platen's six unknowns, with its derivatives."""
        return turn_of(points[self.platen : self.platen + 2], self.lever).rise(0.0, self.y)

    def height(self, points: Float) -> float:
        """Height of the point, mm."""
        return self._rise(points)[0]

    def push(self, points: Float) -> float:
        """Compressive force at the point, N."""
        if self.position is None:
            return self.load
        return MACHINE * (self.height(points) - self.position)

    def force(self, points: Float) -> Float:
        """Gradient (6,) of the energy, N."""
        held = np.zeros(6)
        held[2] = MACHINE * (points[self.platen, 2] - self.aside)
        return np.asarray(self.push(points) * self._rise(points)[1] + held)

    def energy(self, points: Float) -> float:
        """Energy of the machine, mJ."""
        aside = 0.5 * MACHINE * float(points[self.platen, 2] - self.aside) ** 2
        if self.position is None:
            return aside + self.load * self.height(points)
        return aside + 0.5 * self.push(points) ** 2 / MACHINE

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, force (1, 2, 3) and stiffness (1, 6, 6)."""
        forces = self.force(points).reshape(1, 2, 3)
        if not with_matrix:
            return Contribution(self.energy(points), forces, None)
        _, slope, curve = self._rise(points)
        matrix = self.push(points) * curve
        matrix[2, 2] += MACHINE
        if self.position is not None:
            matrix += MACHINE * np.outer(slope, slope)
        return Contribution(self.energy(points), forces, matrix[None])


@dataclass(frozen=True)
class CrushingRig:
    """What holds a body in the `SpecimenRig`, pushed at a point of the platen by a machine.

    The point lies at `y` mm. The platen neither slides nor tilts to the side: it is held in its `place`, its tilt
    to the side, displacements across and torsion (rotations times the lever, mm). The load is the
    point's height in mm where it is `driven`, else a compressive force in N.
    """

    lever: float
    y: float
    place: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    driven: bool = True

    def drive(self, first: int, load: float) -> PointDrive:
        """The machine at a ``load``, on the platen the first of whose nodes is ``first``."""
        if self.driven:
            return PointDrive(first, self.y, self.lever, load, aside=self.place[0])
        return PointDrive(first, self.y, self.lever, None, load, self.place[0])

    def _guide(self, first: int) -> GroundBed:
        return platen_guide(first, self.place[1:])

    def springs(self, data: RigState, first: int) -> list[Item]:
        """The discs."""
        return SpecimenRig(self.lever).springs(data, first)

    def drives(self, data: RigState, first: int, load: float) -> list[Item]:
        """The machine, and what keeps the platen from sliding."""
        return [self.drive(first, load), self._guide(first)]

    def work(
        self, data: RigState, first: int, loads: tuple[float, float], start: Float, end: Float
    ) -> StepEnergy:
        """Mean force and moments of the machine on the way of the platen."""
        before, after = (self.drive(first, load) for load in loads)
        way = (end[first : first + 2] - start[first : first + 2]).ravel()
        return mean_work((before.force(start), after.force(end)), way)

    def reaction_error(self, data: RigState, first: int, load: float, points: Float) -> float:
        """Forces of ground and machine over the ground's forces."""
        across = self._guide(first).reaction(points)
        outside = np.array([across[0], across[1], self.drive(first, load).push(points)])
        return imbalance(self.springs(data, first), outside, points)

    def committed(self, data: RigState, points: Float) -> RigState:
        """The platen has moved, nothing else."""
        return replace(data, points=points.copy())
