# SPDX-License-Identifier: BSD-3-Clause
"""Runs of the solid along a path of targets, with steps that size themselves.

A step minimises the energy of the body with the control's items at a new target. Easy steps let the next one
grow, a failed one is cut and tried again from the last equilibrium, which is never written to. Where the
stiffness against the load has all but gone, failed targets are closed in on, and the result is a limit load.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.solid.controls import Control, LoadControl
from vertaug.solid.diagnosis import Names, refuse_not_finite, worst_cells, worst_nodes
from vertaug.solid.energy_balance import (
    EnergyBalance,
    StepEnergy,
    artificial_work,
    item_energy,
    lag_work,
    nodal_forces,
    viscous_forces,
)
from vertaug.solid.item import Item
from vertaug.solid.linear import LinearSolver, Method, build_pattern
from vertaug.solid.newton import NewtonOptions, NewtonResult, minimise
from vertaug.solid.step_result import Cut, Ending, PathResult, StepResult

__all__ = ["PathOptions", "Stage", "follow", "following_items"]

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

_PLACE = "solid.stepping.follow"


@dataclass(frozen=True)
class PathOptions:
    """Sizes of steps in units of the target, and how a step is solved.

    `first`, `smallest`, `largest` size; Newton `iterations` to aim at; `growth` after easier steps, `cut` after
    failures. Under load control a failure at the smallest step is a limit load where the load gained per
    work-conjugate way has fallen below `limit_stiffness` of its first value, or the failed attempt ran away as if.
    """

    first: float
    smallest: float
    largest: float
    iterations: int = 8
    growth: float = 1.5
    cut: float = 0.5
    limit_stiffness: float = 0.1
    newton: NewtonOptions = field(default_factory=lambda: NewtonOptions(tolerance=1e-8))
    method: Method = "auto"

    def __post_init__(self) -> None:
        sizes = 0.0 < self.smallest <= self.first <= self.largest < math.inf
        if not (sizes and self.growth >= 1.0 and 0.0 < self.cut < 1.0 and self.iterations > 0):
            raise InputError(
                _PLACE,
                "options",
                f"sizes {self.smallest:g}, {self.first:g}, {self.largest:g}, growth {self.growth:g}, "
                f"cut {self.cut:g}, {self.iterations} iterations",
                "0 < smallest <= first <= largest, growth >= 1, 0 < cut < 1, iterations > 0",
                "give sizes in units of the target",
                "E-SOLID-002",
            )


@dataclass(frozen=True)
class Stage:
    """Last equilibrium of a run.

    `points` (n_nodes, 3), `items` of the body for the next step, `target`, load `factor`, `outer` (n_nodes, 3)
    forces from outside in N, the `way` of the last step (n_nodes, 3) for a unit of the target, and the part `viscous`
    of its forces at its end (n_nodes, 3).
    """

    points: Float
    items: tuple[Item, ...]
    target: float
    factor: float
    outer: Float
    way: Float | None = None
    viscous: Float | None = None


Progress = Callable[[StepResult, Stage], None]


def following_items(items: Sequence[Item], points: Float) -> tuple[Item, ...]:
    """Items of the next step: what has a history takes it over at converged ``points``."""
    return tuple(item.after(points) if hasattr(item, "after") else item for item in items)


def _outer(body: Sequence[Item], loads: Sequence[Item], fixed: Bool, points: Float) -> Float:
    """Forces (n_nodes, 3) of loads and reactions on the body."""
    pushed = nodal_forces(loads, points)
    return np.asarray(np.where(fixed, nodal_forces(body, points), -pushed))


class _Path:
    """The loop over steps; holds what changes from step to step."""

    def __init__(
        self, stage: Stage, control: Control, fixed: Bool, options: PathOptions, names: Names
    ) -> None:
        self.stage, self.control, self.options, self.names = stage, control, options, names
        self.fixed = fixed | control.held(stage.points)
        loads = control.items(stage.target, stage.factor)
        lists = [item.connectivity for item in (*stage.items, *loads)]
        pattern = build_pattern(len(stage.points), *lists)
        self.solver = LinearSolver(pattern, stage.points, self.fixed, method=options.method)
        self.size, self.balance = options.first, EnergyBalance()
        self.steps: list[StepResult] = []
        self.failed = math.inf
        self.stiffness: list[float] = []
        self.pace = self.runaway = 0.0

    def attempt(self, target: float) -> tuple[NewtonResult, tuple[Item, ...]]:
        """Solve for ``target``, from where it goes on as in the last step; the stage is not touched."""
        stage = self.stage
        loads = tuple(self.control.items(target, stage.factor))
        placed, way = self.control.place(stage.points, target), None
        if stage.way is not None:
            ahead = (target - stage.target) * np.where(self.fixed, 0.0, stage.way)
            way = self.control.place(stage.points + ahead, target) - placed
        result = minimise(placed, (*stage.items, *loads), self.solver, self.options.newton, way)
        return result, loads

    def failure(self, size: float, result: NewtonResult, loads: Sequence[Item]) -> Cut:
        """What an attempt failed of, and where."""
        items = (*self.stage.items, *loads)
        moved = float(np.linalg.norm(result.points - self.stage.points)) / size
        self.runaway = moved / self.pace if self.pace > 0.0 else 0.0
        return Cut(
            size,
            result.iterations,
            result.reason,
            worst_nodes(result.points, items, self.fixed, self.names),
            worst_cells(result.points, self.stage.items, self.names),
        )

    def softened(self) -> float:
        """Present over first stiffness against the load factor."""
        return self.stiffness[-1] / self.stiffness[0] if self.stiffness else 1.0

    def at_limit(self) -> bool:
        """Whether the load finds hardly any stiffness, in the last step or in the last attempt."""
        share = self.options.limit_stiffness
        gone = self.softened() < share or self.runaway > 1.0 / share
        return gone and isinstance(self.control, LoadControl)

    def wanted(self, station: float) -> tuple[float, str]:
        """Size of the next step towards ``station`` and what sets it."""
        ahead = abs(station - self.stage.target)
        size, reason = self.size, "step size"
        if size >= self.options.largest:
            size, reason = self.options.largest, "largest step"
        gap = abs(self.failed - self.stage.target)
        if self.at_limit() and 0.5 * gap < size:
            size, reason = max(0.5 * gap, self.options.smallest), "closing in on a failed target"
        if ahead <= size * (1.0 + 1e-9):
            return ahead, "station"
        # Two even steps rather than a sliver before the station.
        return (0.5 * ahead, "station") if ahead < 1.5 * size else (size, reason)

    def advance(self, station: float) -> Cut | None:
        """Take one step towards ``station``; returns the last failure where even the smallest fails."""
        begun, cuts, linear = time.perf_counter(), list[Cut](), 0
        sign = math.copysign(1.0, station - self.stage.target)
        size, reason = self.wanted(station)
        while True:
            target = (
                station
                if reason == "station" and size >= abs(station - self.stage.target)
                else self.stage.target + sign * size
            )
            result, loads = self.attempt(target)
            linear += result.linear_iterations
            if result.converged:
                break
            cuts.append(self.failure(size, result, loads))
            self.failed = target
            smaller = max(self.options.cut * size, self.options.smallest)
            if smaller >= size:
                self.record(target, result, StepEnergy(), cuts, linear, begun, str(cuts[-1]))
                return cuts[-1]
            size, reason = smaller, f"cut: {cuts[-1].reason}"
        energy = self.accept(target, result, loads)
        self.record(target, result, energy, cuts, linear, begun, reason)
        easy = not cuts and result.iterations <= self.options.iterations
        wished = self.options.growth * max(size, 0.0 if cuts else self.size) if easy else size
        if not cuts and result.iterations > 2 * self.options.iterations:
            wished = self.options.cut * size
        self.size = min(max(wished, self.options.smallest), self.options.largest)
        if sign * (self.stage.target - self.failed) >= 0.0:
            self.failed = math.inf
        return None

    def accept(self, target: float, result: NewtonResult, loads: tuple[Item, ...]) -> StepEnergy:
        """Commit a converged step; returns its energies."""
        stage, points = self.stage, result.points
        outer = _outer(stage.items, loads, self.fixed, points)
        way = points - stage.points
        energy = StepEnergy(external=0.5 * float(((stage.outer + outer) * way).sum()))
        viscous = viscous_forces(stage.items, points)
        energy += artificial_work(stage.viscous, viscous, way)
        jump = nodal_forces(stage.items, stage.points) - stage.outer
        energy += lag_work(jump, stage.viscous, way)
        for item in stage.items:
            energy += item_energy(item, stage.points, points)
        factor = self.control.factor(target, loads, points, outer)
        step = target - stage.target
        self.pace = self.pace or float(np.linalg.norm(way)) / abs(step)
        conjugate = energy.external / max(0.5 * abs(factor + stage.factor), 1e-300)
        if conjugate > 0.0:
            self.stiffness.append((abs(factor) - abs(stage.factor)) / conjugate)
        items = following_items(stage.items, points)
        self.stage = Stage(points, items, target, factor, outer, way / step, viscous)
        self.balance = self.balance.plus(energy)
        return energy

    def record(
        self, target: float, result: NewtonResult, energy: StepEnergy, cuts: Sequence[Cut], linear: int,
        begun: float, reason: str,
    ) -> None:  # fmt: skip
        """Append the step's result."""
        self.steps.append(
            StepResult(
                len(self.steps) + 1, target, self.stage.factor, result.converged, result.iterations,
                result.residuals, energy, tuple(cuts), linear, time.perf_counter() - begun, reason,
            )
        )  # fmt: skip

    def ended(self, how: Ending, why: str, limit: tuple[float, float] | None = None) -> PathResult:
        """Result of the run."""
        stage = self.stage
        return PathResult(
            stage.points, stage.items, stage.target, stage.factor, tuple(self.steps), self.balance, how,
            why, limit,
        )  # fmt: skip

    def given_up(self, cut: Cut) -> PathResult:
        """Result of a run whose smallest step fails."""
        target, name = self.stage.target, self.control.quantity
        if self.at_limit():
            text = (
                f"limit load reached at {name} = {self.stage.factor:.6g}: no equilibrium found at "
                f"{self.failed:.6g}; the last step met {self.softened():.1e} of the first stiffness, the failed "
                f"one moved {self.runaway:.1e} times as far for its load as the first; {cut}"
            )
            return self.ended("limit", text, (target, self.failed))
        text = f"the smallest step, {cut.size:g} from target {target:.6g}, fails: {cut}"
        return self.ended("smallest step", text)


def follow(
    points: Float,
    items: Sequence[Item],
    control: Control,
    stations: Sequence[float],
    fixed: Bool,
    options: PathOptions,
    *,
    start: float = 0.0,
    names: Names | None = None,
    progress: Progress | None = None,
    stop: Callable[[StepResult, Stage], str] | None = None,
) -> PathResult:
    """Lead a body from equilibrium at target ``start`` through all ``stations``, which are hit exactly.

    Parameters
    ----------
    points : (n_nodes, 3), mm, equilibrium under the control at ``start``; never written to
    items : body and constant loads; those with a method `after` carry a history
    control : what is driven
    stations : targets to go through, in order; the last one is the end
    fixed : (n_nodes, 3), unknowns held besides those of the control
    names : regions for reports of failures
    progress : called after each converged step with its result and the equilibrium
    stop : returns the name of a rule that ends the run, or an empty text

    Raises
    ------
    InputError
        The input holds values that are no numbers, or is no admissible start.
    """
    refuse_not_finite(points, items, _PLACE)
    loads = tuple(control.items(start, 0.0))
    _refuse_inadmissible(points, items)
    held = fixed | control.held(points)
    forces = _outer(items, loads, held, points)
    factor = control.factor(start, loads, points, forces)
    stage = Stage(points.copy(), tuple(items), start, factor, forces)
    path = _Path(stage, control, fixed, options, names or Names())
    for station in stations:
        while path.stage.target != station:
            cut = path.advance(station)
            if cut is not None:
                return path.given_up(cut)
            if progress is not None:
                progress(path.steps[-1], path.stage)
            rule = "" if stop is None else stop(path.steps[-1], path.stage)
            if rule:
                return path.ended("stop rule", rule)
    return path.ended("end", "the last station is reached")


def _refuse_inadmissible(points: Float, items: Sequence[Item]) -> None:
    """Refuse a start at which an item has no finite energy."""
    for position, item in enumerate(items):
        energy = item.energy(points)
        if not math.isfinite(energy):
            raise InputError(
                _PLACE,
                f"items[{position}] {type(item).__name__}",
                f"energy {energy} at the start",
                "a finite energy: no inverted cell, no overlap",
                "start from an admissible configuration",
                "E-SOLID-003",
            )
