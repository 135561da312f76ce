# SPDX-License-Identifier: BSD-3-Clause
"""Inflation of one or several balloons under volume control, with its stop rules."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vertaug.balloon.wall import BalloonWall
from vertaug.errors import NotConvergedError
from vertaug.mesh.quality import shape_quality
from vertaug.solid.cavity import CavityItem, syringe_energy
from vertaug.solid.energy_balance import Drive, EnergyBalance, StepEnergy
from vertaug.solid.equilibrium import Equilibrium, SolidStep
from vertaug.solid.model import ENDPLATES, SolidModel, cavity_facets
from vertaug.solid.newton import TIGHT
from vertaug.solid.remeshing import RemeshRule, needs_remesh, remeshed
from vertaug.state import State

__all__ = ["Balloon", "BalloonRecord", "InflationOptions", "InflationResult", "inflate"]

Float = NDArray[np.float64]

_FINER = 1e-3
"""Steps that only serve to meet the pressure limit may be smaller: stiff bone is pressed up quickly."""


@dataclass(frozen=True)
class Balloon:
    """One balloon: `cavity` is the name of its facets.

    `volume` mm³ and `pressure` MPa end its inflation, as does an `endplate_gap` mm; `tension` is
    the wall's μt in N/mm, `limit_area` mm² the area at which the wall locks.
    """

    cavity: str
    volume: float
    pressure: float
    endplate_gap: float
    tension: float
    limit_area: float


@dataclass(frozen=True)
class BalloonRecord:
    """State of one balloon after a step: volume mm³, pressure MPa, gap to the endplates mm, stop."""

    step: int
    cavity: str
    volume: float
    pressure: float
    gap: float
    stop: str


@dataclass(frozen=True)
class InflationOptions:
    """`volume_step` largest relative growth of a balloon in a step; `bulk` MPa of the contrast line."""

    volume_step: float = 0.07
    bulk: float = 200.0
    smallest_step: float = 2e-3
    remesh: RemeshRule = field(default_factory=RemeshRule)


@dataclass(frozen=True)
class InflationResult:
    """Final state, the record of every step, the walls and stops by cavity, and what it took.

    `energies` has one entry a step, `energy` is their balance.
    """

    state: State
    records: tuple[BalloonRecord, ...]
    stops: Mapping[str, str]
    walls: Mapping[str, BalloonWall]
    steps: int
    newton_iterations: int
    linear_iterations: int
    reaction_error: float
    min_quality: float
    energies: tuple[StepEnergy, ...]
    energy: EnergyBalance


Progress = Callable[[int, tuple[BalloonRecord, ...], State], None]


def _gap(state: State, facets: NDArray[np.int32]) -> float:
    """Smallest distance (mm) from a cavity's points to those of the endplates."""
    mesh = state.mesh
    ends = [mesh.facets[mesh.facets_of(name)].ravel() for name in ENDPLATES]
    tree = cKDTree(mesh.points[np.unique(np.concatenate(ends))])
    return float(np.min(tree.query(mesh.points[np.unique(facets)])[0]))


def _stop(balloon: Balloon, volume: float, pressure: float, gap: float) -> str:
    """Rule that ends a balloon's inflation, or an empty string."""
    if pressure >= 0.999 * balloon.pressure:
        return "pressure"
    if volume >= 0.999 * balloon.volume:
        return "volume"
    if gap <= balloon.endplate_gap:
        return "endplate_gap"
    return ""


class _Inflation:
    """The loop over steps; holds what changes from step to step."""

    def __init__(
        self,
        state: State,
        model: SolidModel,
        balloons: tuple[Balloon, ...],
        options: InflationOptions,
    ) -> None:
        self.state = state
        self.model = model
        self.options = options
        self.balloons = {balloon.cavity: balloon for balloon in balloons}
        self.equilibrium = Equilibrium(state, model)
        facets = cavity_facets(state.mesh)
        self.drive = Drive.start(len(facets), model.surroundings.axial_load)
        self.energies: list[StepEnergy] = []
        self.balance = EnergyBalance()
        self.walls, self.delivered = {}, {}
        for name, triangles in facets.items():
            cavity = CavityItem(triangles, syringe_energy(1.0, 1.0))
            area = cavity.area(state.mesh.points)
            balloon = self.balloons[name]
            stretch = balloon.limit_area / area
            limit = 2.0 * stretch + stretch**-2 - 3.0 if stretch > 1.0 else math.inf
            self.walls[name] = BalloonWall(balloon.tension, area, limit)
            self.delivered[name] = cavity.volume(state.mesh.points)
        self.stops = dict.fromkeys(facets, "")
        self.records: list[BalloonRecord] = []
        self.growth = options.volume_step
        self.steps = self.newton = self.linear = 0
        self.reaction_error = 0.0
        self.min_quality = 1.0

    def items(self, delivered: Mapping[str, float]) -> list[CavityItem]:
        """Cavities of the present mesh, filled with ``delivered`` mm³ each."""
        facets = cavity_facets(self.state.mesh)
        return [
            CavityItem(f, syringe_energy(delivered[n], self.options.bulk), self.walls[n].energy)
            for n, f in facets.items()
        ]

    def wanted(self, growth: float) -> dict[str, float]:
        """Volumes (mm³) the syringes have delivered after the next step."""
        result = {}
        for name, value in self.delivered.items():
            balloon = self.balloons[name]
            full = balloon.volume * (1.0 + balloon.pressure / self.options.bulk)
            result[name] = value if self.stops[name] else min(value * (1.0 + growth), full)
        return result

    def try_step(self, growth: float) -> tuple[SolidStep, dict[str, float]]:
        """Solve one step; the state is not touched."""
        target = self.wanted(growth)
        load = self.model.surroundings.axial_load
        step = self.equilibrium.step(self.state, self.items(target), load, before=self.drive)
        self.newton += step.newton.iterations
        self.linear += step.newton.linear_iterations
        return step, target

    def excess(self, step: SolidStep, target: Mapping[str, float]) -> float:
        """Largest pressure over its limit among the balloons still growing."""
        points = step.newton.points
        pairs = zip(target, self.items(target), strict=True)
        return max(
            (
                item.pressure(points) / self.balloons[n].pressure
                for n, item in pairs
                if not self.stops[n]
            ),
            default=0.0,
        )

    def advance(self) -> None:
        """Take one step as large as converges and keeps below the pressure limits."""
        growth = self.growth
        while True:
            step, target = self.try_step(growth)
            if step.newton.converged and self.excess(step, target) <= 1.01:
                break
            growth *= 0.5
            converged = step.newton.converged
            if growth < self.options.smallest_step * (_FINER if converged else 1.0):
                reason = "pressure limit overshot" if converged else step.newton.reason
                raise NotConvergedError(
                    "inflate", self.steps, f"{reason}; the step is at its smallest"
                )
        self.growth = min(1.5 * growth, self.options.volume_step)
        self.accept(step, target)

    def accept(self, step: SolidStep, target: Mapping[str, float]) -> None:
        """Commit a converged step and record it."""
        self.state, self.delivered = step.state, dict(target)
        self.reaction_error = step.reaction_error
        self.drive, self.balance = step.drive, self.balance.plus(step.energy)
        self.energies.append(step.energy)
        self.steps += 1
        for name, item in zip(target, self.items(target), strict=True):
            points = self.state.mesh.points
            volume, pressure = item.volume(points), item.pressure(points)
            gap = _gap(self.state, item.facets)
            if not self.stops[name]:
                self.stops[name] = _stop(self.balloons[name], volume, pressure, gap)
            self.records.append(
                BalloonRecord(self.steps, name, volume, pressure, gap, self.stops[name])
            )

    def settle(self) -> None:
        """Solve once more at the volumes reached, closely: the step's viscosity fades."""
        load = self.model.surroundings.axial_load
        items = self.items(self.delivered)
        step = self.equilibrium.step(self.state, items, load, TIGHT, self.drive)
        if not step.newton.converged:
            raise NotConvergedError("inflate", self.steps, f"{step.newton.reason} while settling")
        self.newton += step.newton.iterations
        self.linear += step.newton.linear_iterations
        self.accept(step, self.delivered)

    def renew_mesh(self) -> None:
        """Remesh where the mesh needs it."""
        quality = shape_quality(self.state.mesh.points, self.state.mesh.cells)
        self.min_quality = min(self.min_quality, float(quality.min()))
        if needs_remesh(self.state.mesh, self.options.remesh):
            before = self.equilibrium.stored(self.state)
            self.state = remeshed(self.state, self.options.remesh)
            self.equilibrium = Equilibrium(self.state, self.model)
            jump = self.equilibrium.stored(self.state) - before
            self.balance = self.balance.transferred(jump)


def inflate(
    state: State,
    model: SolidModel,
    balloons: tuple[Balloon, ...],
    options: InflationOptions,
    progress: Progress,
) -> InflationResult:
    """Inflate all balloons together until each has met one of its stop rules.

    Parameters
    ----------
    state : equilibrium under the axial load, one cavity per balloon
    model : solid
    balloons : one per cavity of the mesh
    options : steps and remeshing
    progress : called after each step with its number, the balloons' records and the state

    Raises
    ------
    NotConvergedError : a step fails at the smallest size; the last converged state is lost to the
        caller only if it was not checkpointed
    """
    run = _Inflation(state, model, balloons, options)
    while not all(run.stops.values()):
        run.advance()
        progress(run.steps, tuple(run.records[-len(run.stops) :]), run.state)
        run.renew_mesh()
    run.settle()
    progress(run.steps, tuple(run.records[-len(run.stops) :]), run.state)
    return InflationResult(
        run.state, tuple(run.records), dict(run.stops), run.walls, run.steps, run.newton, run.linear,
        run.reaction_error, run.min_quality, tuple(run.energies), run.balance,
    )  # fmt: skip
