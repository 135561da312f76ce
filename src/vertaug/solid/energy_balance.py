# SPDX-License-Identifier: BSD-3-Clause
"""Balance of energy over a run: what loads put in is stored, dissipated or spent on the step's viscosity.

External work is taken by the trapezoidal rule from forces at both ends of a step, the rest from the energies that
the step minimised, so the two are independent and their difference measures the error of the steps, of second
order. Between two steps the body's forces jump: strengths, stiffnesses and mesh are renewed there, and the step's
viscosity starts anew. The trapezoidal rule counts half of each jump as work; that half has its own place (`lag`, and
`artificial` for the viscosity), so that what is left is the error of the rule alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.cavity import CavityItem, Derivatives, pressure_energy, zero_energy
from vertaug.solid.cells import SolidItem
from vertaug.solid.item import Item, scatter

__all__ = [
    "Drive",
    "EnergyBalance",
    "StepEnergy",
    "artificial_work",
    "cavity_work",
    "item_energy",
    "lag_work",
    "nodal_forces",
    "viscous_forces",
]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class StepEnergy:
    """Energies of one step or of several together, mJ.

    ============ ==============================================================================
    field        meaning
    ============ ==============================================================================
    external     work of loads, pressures, prescribed displacements and of a wall that is let go
    stored       growth of what could be given back, `renewed` included
    dissipated   lost by plastic flow and damage
    artificial   spent on the step's viscosity
    contact      growth of the energy of contacts and what friction takes
    lag          work of forces that the body at the step's start no longer has: what strengths and stiffnesses
                 renewed there, or a new mesh, took from those of the last step's end; fades with the step
    renewed      part of `stored` that came as stiffness and strength were renewed at the step's end; damage at
                 constant stress turns plastic strain into elastic strain, and dissipation is less by as much
    transfer     jump of the stored energy by remeshing, no work of anything
    ============ ==============================================================================
    """

    external: float = 0.0
    stored: float = 0.0
    dissipated: float = 0.0
    artificial: float = 0.0
    contact: float = 0.0
    renewed: float = 0.0
    transfer: float = 0.0
    lag: float = 0.0

    @property
    def internal(self) -> float:
        """What the body took up, mJ."""
        return self.stored + self.dissipated + self.artificial + self.contact + self.lag

    @property
    def error(self) -> float:
        """External work that is found nowhere, mJ."""
        return self.external - self.internal

    def __add__(self, other: StepEnergy) -> StepEnergy:
        return StepEnergy(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))


@dataclass(frozen=True)
class EnergyBalance:
    """Energies since a run began; relative figures are over the largest external work so far.

    `total` is the sum of all steps, `largest_work` and `largest_error` mJ the largest size either sum has had.
    """

    total: StepEnergy = field(default_factory=StepEnergy)
    largest_work: float = 0.0
    largest_error: float = 0.0
    steps: int = 0

    def plus(self, step: StepEnergy) -> EnergyBalance:
        """Return the balance after one more step."""
        total = self.total + step
        return EnergyBalance(
            total,
            max(self.largest_work, abs(total.external)),
            max(self.largest_error, abs(total.error)),
            self.steps + 1,
        )

    def transferred(self, jump: float) -> EnergyBalance:
        """Return the balance after a remeshing that changed the stored energy by ``jump`` mJ."""
        return replace(self, total=self.total + StepEnergy(transfer=jump))

    def renewed(self, jump: float) -> EnergyBalance:
        """Return the balance after strain held for permanent, of ``jump`` mJ, was found to be elastic."""
        gained = StepEnergy(stored=jump, renewed=jump, dissipated=-jump)
        return replace(self, total=self.total + gained)

    def followed_by(self, later: EnergyBalance) -> EnergyBalance:
        """Return the balance of two runs of steps, one after the other, of which ``later`` began anew."""
        return EnergyBalance(
            self.total + later.total,
            max(self.largest_work, abs(self.total.external + later.total.external), later.largest_work),
            max(self.largest_error, later.largest_error),
            self.steps + later.steps,
        )  # fmt: skip

    @property
    def relative_error(self) -> float:
        """Largest error so far over the largest external work; zero where nothing has moved."""
        return self.largest_error / self.largest_work if self.largest_work > 0.0 else 0.0

    @property
    def artificial_share(self) -> float:
        """Energy spent on viscosity over the largest external work."""
        return abs(self.total.artificial) / self.largest_work if self.largest_work > 0.0 else 0.0

    def to_dict(self) -> dict[str, float]:
        """Numbers that `from_dict` reads; mJ, the last two relative."""
        return {
            **vars(self.total),
            "largest_work": self.largest_work,
            "largest_error": self.largest_error,
            "steps": float(self.steps),
            "error": self.relative_error,
            "artificial_share": self.artificial_share,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> EnergyBalance:
        """Read what `to_dict` wrote."""
        total = StepEnergy(**{f.name: float(values[f.name]) for f in fields(StepEnergy)})
        return cls(
            total,
            float(values["largest_work"]),
            float(values["largest_error"]),
            int(values["steps"]),
        )


@dataclass(frozen=True, eq=False)
class Drive:
    """What drives a body with cavities at the end of a step.

    `pressures` MPa and energies of the `walls` by cavity, axial `load` N, and the part `viscous` of the body's
    forces (n_nodes, 3) that the step's viscosity had; None where there was none, or the mesh is another.
    """

    pressures: tuple[float, ...] = ()
    walls: tuple[Callable[[float], Derivatives], ...] = ()
    load: float = 0.0
    viscous: Float | None = None

    @classmethod
    def of(
        cls,
        cavities: Sequence[CavityItem],
        points: Float,
        load: float,
        viscous: Float | None = None,
    ) -> Drive:
        """Read pressures and walls of ``cavities`` at ``points`` (n_nodes, 3)."""
        return cls(
            tuple(cavity.pressure(points) for cavity in cavities),
            tuple(cavity.of_area for cavity in cavities),
            load,
            viscous,
        )

    @classmethod
    def start(cls, count: int, load: float) -> Drive:
        """No pressure and no walls in ``count`` cavities, under ``load`` N."""
        return cls((0.0,) * count, (zero_energy,) * count, load)

    def items(self, cavities: Sequence[CavityItem]) -> list[CavityItem]:
        """The same surfaces under these pressures and walls."""
        triples = zip(cavities, self.pressures, self.walls, strict=True)
        return [CavityItem(c.facets, pressure_energy(p), wall) for c, p, wall in triples]


def cavity_work(
    before: Drive, after: Drive, cavities: Sequence[CavityItem], start: Float, end: Float
) -> StepEnergy:
    """Work of the fillings and change of the walls from points ``start`` to ``end`` (n_nodes, 3).

    A wall that changes by itself is let go from outside: half of its change at the old area, half at the new one.
    """
    external = stored = 0.0
    for i, cavity in enumerate(cavities):
        volume = cavity.volume(end) - cavity.volume(start)
        external += 0.5 * (before.pressures[i] + after.pressures[i]) * volume
        old, new = before.walls[i], after.walls[i]
        areas = cavity.area(start), cavity.area(end)
        external += 0.5 * sum(new(area)[0] - old(area)[0] for area in areas)
        stored += new(areas[1])[0] - old(areas[0])[0]
    return StepEnergy(external=external, stored=stored)


def nodal_forces(items: Sequence[Item], points: Float) -> Float:
    """Gradient (n_nodes, 3) in N of the items' energy at ``points`` (n_nodes, 3)."""
    total = np.zeros_like(points)
    for item in items:
        part = item.evaluate(points, with_matrix=False)
        total += scatter(len(points), item.connectivity, part.forces)
    return total


def lag_work(jump: Float, before: Float | None, way: Float) -> StepEnergy:
    """Work of what the body's forces lost between two steps, by the rule that external work is taken by.

    ``jump`` (n_nodes, 3) are the forces out of balance where the step starts, ``before`` (n_nodes, 3) or None the
    viscous ones of the step before, which are told apart, ``way`` (n_nodes, 3) goes to the step's end.
    """
    lost = -0.5 * float((jump * way).sum())
    return StepEnergy(lag=lost - (0.0 if before is None else 0.5 * float((before * way).sum())))


def viscous_forces(items: Sequence[Item], points: Float) -> Float:
    """Part (n_nodes, 3) of the items' forces in N that the step's viscosity has."""
    thick = [i for i in items if isinstance(i, SolidItem) and i.viscosity != 0.0]
    return nodal_forces([item.without_stiffness() for item in thick], points)


def item_energy(
    item: Item,
    start: Float,
    end: Float,
    following: Item | None = None,
    left: Item | None = None,
) -> StepEnergy:
    """Energies of one item in a step from points ``start`` to ``end`` (n_nodes, 3), without `artificial`.

    Items with a history have a method `after`, of which ``left`` is the result at ``end`` where it is known;
    ``following`` is their item of the next step where that has other parameters. An attribute
    `energy_term` = "contact" of an item without history books it there.
    """
    first = item.energy(start)
    succeed = getattr(item, "after", None)
    if succeed is None:
        change = item.energy(end) - first
        contact = getattr(item, "energy_term", "stored") == "contact"
        return StepEnergy(contact=change) if contact else StepEnergy(stored=change)
    bare = replace(item, viscosity=0.0) if isinstance(item, SolidItem) else item
    last = bare.energy(end)
    kept = (left or succeed(end)).energy(end)
    renewed = 0.0 if following is None else following.energy(end) - kept
    if not all(math.isfinite(v) for v in (first, last, kept, renewed)):
        return StepEnergy(stored=math.nan)
    return StepEnergy(
        stored=kept + renewed - first, dissipated=last - kept - renewed, renewed=renewed
    )


def artificial_work(before: Float | None, after: Float, way: Float) -> StepEnergy:
    """Work on the step's viscosity, whose forces (n_nodes, 3) are ``before`` and ``after`` along ``way``.

    The stress grows with the strain of the step, as that of a fluid strained at constant rate is there throughout:
    the work is about twice the potential, which is none of the body's energy.
    """
    mean = 0.5 * after if before is None else 0.5 * (before + after)
    return StepEnergy(artificial=float((mean * way).sum()))
