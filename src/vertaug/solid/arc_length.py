# SPDX-License-Identifier: BSD-3-Clause
"""Paths past limit points and turns of any kind: arc length with bordered Newton steps.

Points and load factor are both unknown; the step's way is given instead: |Δx|² + ψ² Δλ² = Δs² (ψ = 0: cylinder). The
residual is driven to zero, stable or not, so tangents may be indefinite; systems are solved directly
(Crisfield 1981, Comput Struct 13:55; linearised constraint: Ramm 1981).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
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
from vertaug.solid.linear import BlockPattern, MatrixError, build_pattern
from vertaug.solid.linear.direct import factorize
from vertaug.solid.linear.rank_one import corrected, rank_ones
from vertaug.solid.newton import LEAST_FORCE
from vertaug.solid.step_result import Cut, Ending, PathResult, StepResult
from vertaug.solid.stepping import following_items

__all__ = ["ArcOptions", "follow_arc"]

Float = NDArray[np.float64]
Bool = NDArray[np.bool_]

_PLACE = "solid.arc_length.follow_arc"


@dataclass(frozen=True)
class ArcOptions:
    """Lengths Δs of steps in mm (norm over all nodes), and when a step is solved.

    `weight` ψ in mm turns the load factor into a length; `tolerance` is on the norm of the residual over that
    of the largest item's forces; `iterations` aimed at; at most `steps` steps.
    """

    first: float
    smallest: float
    largest: float
    weight: float = 0.0
    iterations: int = 5
    max_iterations: int = 15
    tolerance: float = 1e-9
    steps: int = 500

    def __post_init__(self) -> None:
        if not 0.0 < self.smallest <= self.first <= self.largest < math.inf:
            raise InputError(
                _PLACE,
                "options",
                f"lengths {self.smallest:g}, {self.first:g}, {self.largest:g}",
                "0 < smallest <= first <= largest",
                "give lengths in mm",
                "E-SOLID-002",
            )


@dataclass(frozen=True)
class _Point:
    """An equilibrium: points, load factor, and the last increments of both."""

    points: Float
    factor: float
    way: Float
    gain: float


class _Failed(Exception):
    """An attempt came to nothing; carries the reason and the points it stopped at."""

    def __init__(self, reason: str, points: Float) -> None:
        super().__init__(reason)
        self.reason, self.points = reason, points


class _Arc:
    """Bordered Newton on one pattern."""

    def __init__(
        self,
        pattern: BlockPattern,
        load: Callable[[float], Sequence[Item]],
        fixed: Bool,
        options: ArcOptions,
    ) -> None:
        self.pattern, self.load, self.fixed, self.options = pattern, load, fixed, options

    def pushed(self, points: Float) -> Float:
        """Load for a unit of the factor (n_nodes, 3), N."""
        unit = nodal_forces(self.load(0.0), points) - nodal_forces(self.load(1.0), points)
        return np.where(self.fixed, 0.0, unit)

    def solve(
        self, items: Sequence[Item], points: Float, factor: float
    ) -> tuple[Float, float, Float, Float]:
        """Residual, its relative norm, and the answers of points to the residual and to the load."""
        parts = [i.evaluate(points, with_matrix=True) for i in (*items, *self.load(factor))]
        if not all(math.isfinite(part.energy) for part in parts):
            raise _Failed("a cell is inverted", points)
        residual, scale = np.zeros_like(points), LEAST_FORCE
        for position, part in enumerate(parts):
            chosen: list[Float | None] = [None] * len(parts)
            chosen[position] = part.forces.reshape(len(part.forces), 3 * part.forces.shape[1])
            force = self.pattern.assemble_vector(*chosen)
            scale = max(scale, float(np.linalg.norm(force)))
            residual += force
        residual[self.fixed] = 0.0
        blocks = self.pattern.assemble_matrix(*(part.matrices for part in parts))
        self.pattern.constrain(blocks, self.fixed)
        terms = [(rank.scale, rank.vector) for part in parts for rank in part.rank_ones]
        pairs = rank_ones(terms, len(points), self.fixed)
        try:
            apply = factorize(self.pattern, blocks).apply
        except MatrixError as error:
            raise _Failed(f"the tangent is singular: {error.found}", points) from None
        apply = apply if pairs is None else corrected(apply, pairs)
        answers = []
        for right in (-residual, self.pushed(points)):
            out = np.empty(points.size)
            apply(np.ascontiguousarray(right).ravel(), out)
            answers.append(np.where(self.fixed, 0.0, out.reshape(points.shape)))
        return residual, float(np.linalg.norm(residual)) / scale, answers[0], answers[1]

    def attempt(
        self, items: Sequence[Item], last: _Point, length: float
    ) -> tuple[_Point, list[float]]:
        """Go ``length`` along the path from ``last``; raises where that does not converge."""
        options, norms = self.options, list[float]()
        weight = options.weight**2
        _, _, _, along = self.solve(items, last.points, last.factor)
        gain = length / math.sqrt(float((along * along).sum()) + weight)
        forward = gain * (float((along * last.way).sum()) + weight * last.gain)
        gain = -gain if forward < 0.0 else gain
        way = gain * along
        for _ in range(options.max_iterations):
            points, factor = last.points + way, last.factor + gain
            _, norm, correction, along = self.solve(items, points, factor)
            norms.append(norm)
            miss = float((way * way).sum()) + weight * gain * gain - length * length
            if norm <= options.tolerance and abs(miss) <= 1e-6 * length * length:
                return _Point(points, factor, way, gain), norms
            slope = 2.0 * (float((way * along).sum()) + weight * gain)
            if slope == 0.0 or not math.isfinite(norm) or norm > 1e6:
                raise _Failed(f"the iteration diverges (residual {norm:.1e})", last.points)
            change = (-miss - 2.0 * float((way * correction).sum())) / slope
            way = way + correction + change * along
            gain += change
        raise _Failed(
            f"no convergence in {options.max_iterations} iterations (residual {norms[-1]:.1e})",
            points,
        )


def follow_arc(
    points: Float,
    items: Sequence[Item],
    load: Callable[[float], Sequence[Item]],
    fixed: Bool,
    options: ArcOptions,
    until: Callable[[Float, float], bool],
    *,
    names: Names | None = None,
    progress: Callable[[StepResult, Float], None] | None = None,
) -> PathResult:
    """Follow equilibria from load factor 0, first along the load, until a rule of points and factor is met.

    Parameters
    ----------
    points : (n_nodes, 3), mm, equilibrium without load; never written to
    items : the body; those with a method `after` carry a history
    load : items for a load factor, in which their forces are linear
    fixed : (n_nodes, 3), unknowns held
    until : ends the run, from points (n_nodes, 3) and load factor
    progress : called after each step with its result and points

    Raises
    ------
    InputError
        The input holds values that are no numbers.
    """
    refuse_not_finite(points, items, _PLACE)
    body = tuple(items)
    lists = [item.connectivity for item in (*items, *load(0.0))]
    arc = _Arc(build_pattern(len(points), *lists), load, fixed, options)
    last = _Point(points.copy(), 0.0, np.zeros_like(points), 1.0)
    if options.weight == 0.0:
        last = _start_along_load(arc, body, last)
    steps, balance, size, travelled = list[StepResult](), EnergyBalance(), options.first, 0.0
    viscous: Float | None = None

    def ended(how: Ending, why: str) -> PathResult:
        return PathResult(
            last.points, body, travelled, last.factor, tuple(steps), balance, how, why
        )

    while len(steps) < options.steps:
        begun = time.perf_counter()
        reached, norms, cuts = _taken(arc, body, last, size, names or Names())
        if cuts:
            size = max(0.5 * cuts[-1].size, options.smallest)
        if reached is None:
            steps.append(_failed(len(steps), travelled, last, cuts, begun))
            return ended("smallest step", f"the smallest step, {size:g}, fails: {cuts[-1]}")
        limited = f"cut: {cuts[-1]}" if cuts else "step size"
        resisted = viscous_forces(body, reached.points)
        energy, viscous = _energy(arc, body, last, reached, (viscous, resisted)), resisted
        body, last = following_items(body, reached.points), reached
        travelled += size
        balance = balance.plus(energy)
        steps.append(
            StepResult(
                len(steps) + 1, travelled, last.factor, True, len(norms), tuple(norms), energy, tuple(cuts),
                0, time.perf_counter() - begun, limited,
            )
        )  # fmt: skip
        if progress is not None:
            progress(steps[-1], last.points)
        if until(last.points, last.factor):
            return ended("stop rule", "the end of the path is reached")
        ratio = math.sqrt(options.iterations / max(len(norms), 1))
        size = min(max(size * min(max(ratio, 0.5), 1.5), options.smallest), options.largest)
    return ended("stop rule", f"{options.steps} steps are taken")


def _taken(
    arc: _Arc, body: Sequence[Item], last: _Point, size: float, names: Names
) -> tuple[_Point | None, list[float], list[Cut]]:
    """Step of ``size`` or, after cuts, less; None where even the smallest fails."""
    cuts = list[Cut]()
    while True:
        try:
            return *arc.attempt(body, last, size), cuts
        except _Failed as failure:
            everything = (*body, *arc.load(last.factor))
            nodes = worst_nodes(failure.points, everything, arc.fixed, names)
            cells = worst_cells(failure.points, body, names)
            cuts.append(Cut(size, arc.options.max_iterations, failure.reason, nodes, cells))
        if size <= arc.options.smallest:
            return None, [], cuts
        size = max(0.5 * size, arc.options.smallest)


def _start_along_load(arc: _Arc, body: Sequence[Item], last: _Point) -> _Point:
    """The same point with the answer to a growing load as its way, which gives the path its direction."""
    _, _, _, along = arc.solve(body, last.points, last.factor)
    return _Point(last.points, last.factor, along, 1.0)


def _failed(
    count: int, travelled: float, last: _Point, cuts: Sequence[Cut], begun: float
) -> StepResult:
    """Result of a step that could not be taken."""
    seconds = time.perf_counter() - begun
    return StepResult(
        count + 1, travelled, last.factor, False, cuts[-1].iterations, (), StepEnergy(), tuple(cuts), 0,
        seconds, str(cuts[-1]),
    )  # fmt: skip


def _energy(
    arc: _Arc,
    body: Sequence[Item],
    last: _Point,
    reached: _Point,
    viscous: tuple[Float | None, Float],
) -> StepEnergy:
    """Energies of a step; the load's work by the trapezoidal rule. ``viscous`` forces of both ends."""
    before, after = (
        last.factor * arc.pushed(last.points),
        reached.factor * arc.pushed(reached.points),
    )
    energy = StepEnergy(external=0.5 * float(((before + after) * reached.way).sum()))
    energy += artificial_work(*viscous, reached.way)
    jump = nodal_forces(body, last.points) - before
    energy += lag_work(jump, viscous[0], reached.way)
    for item in body:
        energy += item_energy(item, last.points, reached.points)
    return energy
