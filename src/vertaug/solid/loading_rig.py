# SPDX-License-Identifier: BSD-3-Clause
"""A specimen under a load of daily life: an axial force and moments that tilt its platen grow together."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.energy_balance import StepEnergy
from vertaug.solid.item import Item
from vertaug.solid.rig import SpecimenRig, imbalance, platen_guide
from vertaug.solid.support import AxialLoad
from vertaug.state import RigState

__all__ = ["LoadingRig"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class LoadingRig:
    """What holds a body in the `SpecimenRig`, under a load that grows from an `idle` axial force to a whole case.

    The case has the axial force `full`, N, and the moments `forwards` and `left`, N mm, by which the platen is bent
    to the front and to the left. Its load is the share of the way from idle to the case, 0 to 1.
    """

    lever: float
    idle: float
    full: float
    forwards: float = 0.0
    left: float = 0.0
    guided: bool = False

    def force(self, share: float) -> float:
        """Axial force at a share of the way, N."""
        return self.idle + share * (self.full - self.idle)

    def load(self, data: RigState, first: int, share: float) -> AxialLoad:
        """Force in the middle of the upper bed, and moments, at a ``share`` of the way."""
        axial, rest = data.arrays["platen_stiffness"][:, 2], data.arrays["platen_rest"]
        x, y = axial @ rest[:, :2] / axial.sum()
        return AxialLoad(
            first, self.force(share), float(x), float(y), self.lever, share * self.forwards,
            share * self.left,
        )  # fmt: skip

    def springs(self, data: RigState, first: int) -> list[Item]:
        """The two discs."""
        return SpecimenRig(self.lever).springs(data, first)

    def drives(self, data: RigState, first: int, load: float) -> list[Item]:
        """The load, and what guides the platen."""
        guide = [platen_guide(first)] if self.guided else []
        return [self.load(data, first, load), *guide]

    def work(
        self, data: RigState, first: int, loads: tuple[float, float], start: Float, end: Float
    ) -> StepEnergy:
        """Work of the mean of the two loads."""
        mean = self.load(data, first, 0.5 * (loads[0] + loads[1]))
        return StepEnergy(external=mean.energy(start) - mean.energy(end))

    def reaction_error(self, data: RigState, first: int, load: float, points: Float) -> float:
        """Forces of ground, load and guide over the axial force."""
        across = platen_guide(first).reaction(points)[:2] if self.guided else np.zeros(2)
        force = self.force(load)
        return imbalance(self.springs(data, first), np.array([*across, force]), points, force)

    def committed(self, data: RigState, points: Float) -> RigState:
        """Beds are elastic: the platen has moved, nothing else."""
        return replace(data, points=points.copy())
