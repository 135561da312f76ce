# SPDX-License-Identifier: BSD-3-Clause
"""What a run of the solid is driven by: loads, prescribed displacements, a measure of the shape, a volume.

Each control turns a target into items and start positions, and reads the load factor off at equilibrium: the load
itself, or the force that is work-conjugate to the target. Past a limit point the load cannot be prescribed, its
conjugate can.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.cavity import CavityItem, Derivatives, syringe_energy, zero_energy
from vertaug.solid.item import Contribution, Item, RankOne

__all__ = ["Control", "DisplacementControl", "LoadControl", "MeasureControl", "Tether", "VolumeControl"]  # fmt: skip

Float = NDArray[np.float64]
Int = NDArray[np.int32]
Bool = NDArray[np.bool_]

_APART = 1e-6


class Control(Protocol):
    """How a path is driven; `quantity` names its load factor in messages."""

    @property
    def quantity(self) -> str:
        """Name of the load factor."""
        ...

    def items(self, target: float, factor: float) -> Sequence[Item]:
        """Items that hold ``target``; ``factor`` is the load factor at the step's start."""
        ...

    def held(self, points: Float) -> Bool:
        """Unknowns (n_nodes, 3) that are prescribed."""
        ...

    def place(self, points: Float, target: float) -> Float:
        """``points`` (n_nodes, 3) with what is prescribed put in place."""
        ...

    def factor(self, target: float, items: Sequence[Item], points: Float, forces: Float) -> float:
        """Load factor where ``items`` hold ``target``; ``forces`` (n_nodes, 3) are those of the body."""
        ...


@dataclass(frozen=True)
class LoadControl:
    """Loads that depend on a factor: dead loads, pressures. Ends at the limit load, if there is one."""

    loads: Callable[[float], Sequence[Item]]
    quantity: str = "load factor"

    def items(self, target: float, factor: float) -> Sequence[Item]:
        """Loads at ``target``."""
        return self.loads(target)

    def held(self, points: Float) -> Bool:
        """Nothing is prescribed."""
        return np.zeros(points.shape, dtype=np.bool_)

    def place(self, points: Float, target: float) -> Float:
        """Nothing is moved."""
        return points

    def factor(self, target: float, items: Sequence[Item], points: Float, forces: Float) -> float:
        """Return the target itself."""
        return target


@dataclass(frozen=True)
class DisplacementControl:
    """Coordinates `moved` (n_nodes, 3) that go to `positions` (target -> (n_nodes, 3) mm).

    The load factor is the reaction that does the work of the motion, N for a target in mm.
    """

    moved: Bool
    positions: Callable[[float], Float]
    quantity: str = "reaction"

    def items(self, target: float, factor: float) -> Sequence[Item]:
        """No items: reactions hold the body."""
        return ()

    def held(self, points: Float) -> Bool:
        """Return the moved coordinates."""
        return self.moved

    def place(self, points: Float, target: float) -> Float:
        """Move them."""
        return np.where(self.moved, self.positions(target), points)

    def factor(self, target: float, items: Sequence[Item], points: Float, forces: Float) -> float:
        """Sum of the reactions times the motion for a unit of the target."""
        way = self.positions(target + _APART) - self.positions(target - _APART)
        return float((forces * np.where(self.moved, way, 0.0)).sum()) / (2.0 * _APART)


@dataclass(frozen=True)
class Tether:
    """A stiff spring on one number: energy ½ k (P·x - target)².

    `nodes` (m,), `direction` P (m, 3) on them, `target` mm, `stiffness` k.
    """

    nodes: Int
    direction: Float
    target: float
    stiffness: float

    @property
    def connectivity(self) -> Int:
        """One node an element, (m, 1): what couples them is a rank-one term."""
        return self.nodes[:, None]

    def gap(self, points: Float) -> float:
        """P·x less its target."""
        return float((self.direction * points[self.nodes]).sum()) - self.target

    def energy(self, points: Float) -> float:
        """Energy, mJ."""
        return 0.5 * self.stiffness * self.gap(points) ** 2

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (m, 1, 3) and one rank-one term."""
        gap = self.gap(points)
        vector = np.zeros_like(points)
        np.add.at(vector, self.nodes, self.direction)
        force = self.stiffness * gap * self.direction[:, None]
        return Contribution(
            0.5 * self.stiffness * gap * gap, force, None, (RankOne(self.stiffness, vector),)
        )


@dataclass(frozen=True)
class MeasureControl:
    """Holds the measure P·x of the shape at its target by a stiff tether; the factor is its multiplier.

    Loads λ P are thereby controlled through the displacement they do work on. `nodes` (m,), `direction` P (m, 3);
    `stiffness` well above the body's: its error, the growth of λ in a step over the stiffness, is made
    good in the next step.
    """

    nodes: Int
    direction: Float
    stiffness: float
    quantity: str = "load factor"

    def measure(self, points: Float) -> float:
        """P·x."""
        return float((self.direction * points[self.nodes]).sum())

    def items(self, target: float, factor: float) -> Sequence[Item]:
        """Return the tether, stretched by the multiplier at the step's start."""
        goal = target + factor / self.stiffness
        return (Tether(self.nodes, self.direction, goal, self.stiffness),)

    def held(self, points: Float) -> Bool:
        """Nothing is prescribed."""
        return np.zeros(points.shape, dtype=np.bool_)

    def place(self, points: Float, target: float) -> Float:
        """Nothing is moved."""
        return points

    def factor(self, target: float, items: Sequence[Item], points: Float, forces: Float) -> float:
        """Force in the tether."""
        return sum(-i.stiffness * i.gap(points) for i in items if isinstance(i, Tether))


@dataclass(frozen=True)
class VolumeControl:
    """Fills an enclosed cavity with a given volume, mm³; the factor is its pressure, MPa.

    `facets` (m, 3) with normals out of the solid, `bulk` MPa of the filling, `of_area` the wall's energy.
    """

    facets: Int
    bulk: float = 1e3
    of_area: Callable[[float], Derivatives] = zero_energy
    quantity: str = "p"

    def items(self, target: float, factor: float) -> Sequence[Item]:
        """Cavity and filling, compressed by the pressure at the step's start."""
        delivered = target * (1.0 + factor / self.bulk)
        return (CavityItem(self.facets, syringe_energy(delivered, self.bulk), self.of_area),)

    def held(self, points: Float) -> Bool:
        """Nothing is prescribed."""
        return np.zeros(points.shape, dtype=np.bool_)

    def place(self, points: Float, target: float) -> Float:
        """Nothing is moved."""
        return points

    def factor(self, target: float, items: Sequence[Item], points: Float, forces: Float) -> float:
        """Pressure of the filling, MPa."""
        return sum(i.pressure(points) for i in items if isinstance(i, CavityItem))
