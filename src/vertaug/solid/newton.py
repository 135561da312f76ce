# SPDX-License-Identifier: BSD-3-Clause
"""Minimise the energy of a step: inexact Newton with exact tangent and a search on the energy."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.assembly import order_of
from vertaug.solid.item import AssemblingItem, Contribution, Item, RankOne
from vertaug.solid.linear import BlockPattern, LinearResult, LinearSolver, MatrixError
from vertaug.solid.linear.norm import euclidean_norm

__all__ = ["TIGHT", "NewtonOptions", "NewtonResult", "minimise", "straight"]

Float = NDArray[np.float64]
Going = Callable[[Float, Float, float], Float]
"""Where points (n_nodes, 3) are after a length of a motion (n_nodes, 3)."""
Bool = NDArray[np.bool_]


@dataclass(frozen=True)
class NewtonOptions:
    """How far and how long to iterate.

    `tolerance` is on the norm of the residual over that of the largest item's forces; `forcing`
    the loosest relative tolerance of a linear solve.
    """

    tolerance: float = 1e-5
    max_iterations: int = 40
    forcing: float = 3e-2
    max_halvings: int = 12


_LATER = Contribution(0.0, np.empty((0, 1, 3)), None)

LEAST_FORCE = 1.0
"""Force (N) the residual is measured against where nothing pushes harder."""
LEAST_STIFFNESS = 1.0
"""Stiffness (N/mm) of a shift where most nodes have none of their own."""
_SHIFT = 3e-4
"""First shift over the usual stiffness: torn bone has a little curvature below zero; large shifts go short ways."""
_ROUNDING = 1e-10
"""Share of the energy of all items below which a change may be rounding."""
TIGHT = NewtonOptions(tolerance=1e-9, max_iterations=80)
"""For the end of a stage, whose balances are reported."""


@dataclass(frozen=True)
class NewtonResult:
    """Where the iteration ended: `points` (n_nodes, 3), and why."""

    points: Float
    converged: bool
    iterations: int
    residuals: tuple[float, ...]
    energy: float
    linear_iterations: int
    reason: str


@dataclass(frozen=True)
class _Assembled:
    """Energy, energy scale, residual (n_nodes, 3), force scale; blocks and rank-one terms of the tangent, if any."""

    energy: float
    energy_scale: float
    residual: Float
    force_scale: float
    blocks: Float | None
    ranks: tuple[RankOne, ...]


def _assemble(points: Float, items: Sequence[Item], solver: LinearSolver) -> _Assembled:
    """Sum what the items add at ``points``, with the tangent.

    Items with an `assemble` of their own add their tangents to the blocks themselves.
    """
    pattern = solver.pattern
    parts: list[Contribution] = [
        _LATER if isinstance(item, AssemblingItem) else item.evaluate(points, with_matrix=True)
        for item in items
    ]
    blocks = pattern.assemble_matrix(*(part.matrices for part in parts))
    for position, item in enumerate(items):
        if isinstance(item, AssemblingItem):
            order = order_of(pattern, position, item.connectivity, solver.points)
            parts[position] = item.assemble(points, order, blocks)
    return _sum(points, parts, blocks, solver)


def _forces(points: Float, items: Sequence[Item], solver: LinearSolver) -> _Assembled:
    """Sum what the items add at ``points``, without the tangent."""
    parts = [item.evaluate(points, with_matrix=False) for item in items]
    return _sum(points, parts, None, solver)


def _sum(
    points: Float, parts: Sequence[Contribution], blocks: Float | None, solver: LinearSolver
) -> _Assembled:
    """Sum energies and forces."""
    pattern, fixed = solver.pattern, solver.fixed
    residual = np.zeros_like(points)
    force_scale = 0.0
    for position, part in enumerate(parts):
        selected: list[Float | None] = [None] * len(parts)
        selected[position] = part.forces.reshape(len(part.forces), 3 * part.forces.shape[1])
        force = pattern.assemble_vector(*selected)
        force_scale = max(force_scale, euclidean_norm(force))
        force[fixed] = 0.0
        residual += force
    ranks = tuple(
        RankOne(rank.scale, np.where(fixed, 0.0, rank.vector))
        for part in parts
        for rank in part.rank_ones
    )
    energies = [part.energy for part in parts]
    return _Assembled(
        sum(energies), sum(abs(e) for e in energies), residual, force_scale, blocks, ranks
    )


def _tangent(system: _Assembled) -> Float:
    """Blocks of a system that was assembled whole."""
    if system.blocks is None:
        raise ValueError("a system of forces has no tangent")
    return system.blocks


def _forcing(norm: float, options: NewtonOptions) -> float:
    """Relative tolerance of the next linear solve: as the residual falls, but no more than the end needs."""
    return min(options.forcing, max(0.3 * norm, 0.2 * options.tolerance / norm, 1e-6))


def _expected(residuals: Sequence[float], forcing: float) -> float:
    """Residual after a full step: what the linear solve leaves and what curvature left last time."""
    if len(residuals) < 2:
        return math.inf
    before, norm = residuals[-2:]
    return forcing * norm + norm**3 / before**2


def _conservative(items: Sequence[Item]) -> bool:
    """Whether all forces are the gradient of an energy."""
    return all(getattr(item, "conservative", True) for item in items)


def _longest(points: Float, step: Float, items: Sequence[Item]) -> float:
    """Share of ``step`` that no item forbids: contact lets no surface pass through another."""
    length = 1.0
    for item in items:
        bound = getattr(item, "largest_step", None)
        if bound is not None:
            length = min(length, float(bound(points, step)))
    return length


def _residual_norm(
    points: Float, items: Sequence[Item], pattern: BlockPattern, fixed: Bool
) -> float:
    """Norm of the residual (N) at ``points``; infinite where a cell is inverted."""
    parts = [item.evaluate(points, with_matrix=False) for item in items]
    if not all(math.isfinite(part.energy) for part in parts):
        return math.inf
    vectors = [part.forces.reshape(len(part.forces), 3 * part.forces.shape[1]) for part in parts]
    force = pattern.assemble_vector(*vectors)
    force[fixed] = 0.0
    norm = euclidean_norm(force)
    return norm if math.isfinite(norm) else math.inf


def _search_residual(
    points: Float,
    step: Float,
    items: Sequence[Item],
    start: _Assembled,
    solver: LinearSolver,
    halvings: int,
) -> float:
    """Largest trial length along ``step`` that lowers the residual's norm; 0 where none does."""
    before = euclidean_norm(start.residual)
    length = _longest(points, step, items)
    for _ in range(halvings):
        after = _residual_norm(points + length * step, items, solver.pattern, solver.fixed)
        if after <= (1.0 - 1e-4 * length) * before:
            return length
        length *= 0.5
    return 0.0


def straight(points: Float, motion: Float, length: float) -> Float:
    """Go along a straight line."""
    return points + length * motion


def _shorter(start: float, slope: float, energy: float) -> float:
    """Share of a failed length to try next: the minimum of the parabola, between a tenth and a half."""
    if not math.isfinite(energy):
        return 0.3
    return min(max(-0.5 * slope / (energy - start - slope), 0.1), 0.5)


def _energy(points: Float, items: Sequence[Item]) -> float:
    """Energy (mJ) at ``points``; infinite where one item's is."""
    total = 0.0
    for item in items:
        total += item.energy(points)
        if not math.isfinite(total):
            return math.inf
    return total


def _hidden(start: _Assembled, expected: float, energy: float) -> bool:
    """Whether the `expected` change of energy is lost in its rounding: stiff springs add far more than 1e-16."""
    return max(abs(expected), abs(energy - start.energy)) <= _ROUNDING * start.energy_scale


@dataclass(frozen=True)
class _Accepted:
    """Where a search ended: `length` along the step, 0 for none, and the system there if it is known."""

    length: float
    system: _Assembled | None = None


def _search(
    points: Float,
    step: Float,
    items: Sequence[Item],
    start: _Assembled,
    solver: LinearSolver,
    halvings: int,
    *,
    ahead: Callable[[Float, Sequence[Item], LinearSolver], _Assembled] | None,
    going: Going,
) -> _Accepted:
    """Largest trial length along ``step`` that lowers the energy enough.

    ``ahead`` sums the system at the first trial at once, for the next iteration to begin with.
    """
    slope = float((start.residual * step).sum())
    slack = 1e-13 * start.energy_scale
    length = _longest(points, step, items)
    for trial in range(halvings):
        at = going(points, step, length)
        system = ahead(at, items, solver) if ahead is not None and trial == 0 else None
        energy = _energy(at, items) if system is None else system.energy
        if math.isfinite(energy) and energy <= start.energy + 1e-4 * length * slope + slack:
            return _Accepted(length, system)
        if trial == 0 and _hidden(start, length * slope, energy):
            system = system or _forces(at, items, solver)
            if euclidean_norm(system.residual) < euclidean_norm(start.residual):
                return _Accepted(length, system)
        length *= _shorter(start.energy, length * slope, energy)
    return _Accepted(0.0)


class _Directions:
    """Newton directions, with a shift of the diagonal while the tangent is not positive definite."""

    def __init__(self, solver: LinearSolver, symmetric: bool) -> None:
        self._solver = solver
        self._symmetric = symmetric
        self._shift = 0.0
        self.linear = 0

    def _solve(self, system: _Assembled, tolerance: float) -> LinearResult | None:
        """Solve with the present shift; None where nothing could be set up."""
        solver = self._solver
        blocks = _tangent(system)
        if self._shift > 0.0:
            blocks = blocks.copy()
            blocks[solver.pattern.diagonal] += self._shift * np.eye(3)
        terms = [(rank.scale, rank.vector) for rank in system.ranks]
        try:
            result = solver.solve(
                blocks, -system.residual, terms, tolerance,
                symmetric=None if self._symmetric else False,
            )  # fmt: skip
        except MatrixError:
            return None
        self.linear += result.iterations
        return result

    def find(self, system: _Assembled, tolerance: float) -> Float:
        """Direction (n_nodes, 3); shifts more until the curvature along it is positive."""
        scale = float(np.median(np.abs(_tangent(system)[self._solver.pattern.diagonal, 2, 2])))
        scale = scale or LEAST_STIFFNESS
        self._shift = 0.3 * self._shift if self._shift > _SHIFT * scale else 0.0
        for _ in range(14):
            result = self._solve(system, tolerance)
            if result is not None and result.status != "negative_curvature":
                return result.x.reshape(system.residual.shape)
            # The preconditioner is positive whatever its age: the curvature is the matrix's own.
            self._shift = max(4.0 * self._shift, _SHIFT * scale)
        return -system.residual / scale


def _begin(
    points: Float, way: Float, items: Sequence[Item], solver: LinearSolver, going: Going
) -> tuple[Float, _Assembled | None]:
    """Where to begin, and the system there if it is known.

    That is the end of an expected ``way`` or half of it, the first that lowers the energy, else ``points``.
    """
    motion = np.where(solver.fixed, 0.0, way)
    length = _longest(points, motion, items)
    before = _energy(points, items)
    start = going(points, motion, length)
    system = _assemble(start, items, solver)
    if system.energy < before:
        return start, system
    start = going(points, motion, 0.5 * length)
    return (start if _energy(start, items) < before else points.copy()), None


def _rounding(points: Float, system: _Assembled, solver: LinearSolver) -> float:
    """Residual (N) that coordinates rounded to the last digit leave: where next to nothing pushes, it is the limit.

    A foot held by 1e6 N/mm 200 mm from the origin feels its last digit as 3e-8 N.
    """
    stiffness = np.einsum("nii->ni", _tangent(system)[solver.pattern.diagonal])
    forces = np.where(solver.fixed, 0.0, stiffness * points)
    return float(np.finfo(np.float64).eps) * euclidean_norm(forces)


def minimise(
    points: Float,
    items: Sequence[Item],
    solver: LinearSolver,
    options: NewtonOptions,
    way: Float | None = None,
    going: Going = straight,
) -> NewtonResult:
    """Find points of least energy near ``points`` (n_nodes, 3), which are left as they are.

    ``way`` (n_nodes, 3) is a motion that is expected: the iteration begins at its end, or half-way, if the energy
    is lower there. ``going`` says where a length of a motion leads: straight on unless bodies turn, and always with
    the motion as its tangent. The solver's pattern is built from the items' connectivities, in the same order, and
    its fixed unknowns keep their value. Never raises for a step that fails: the result says why.
    """
    current, known = points.copy(), None
    if way is not None:
        current, known = _begin(points, way, items, solver, going)
    residuals: list[float] = []
    conservative = _conservative(items)
    directions = _Directions(solver, conservative)
    energy = math.inf

    def ended(reason: str, *, converged: bool = False) -> NewtonResult:
        count = len(residuals) - 1 if converged else len(residuals)
        return NewtonResult(
            current, converged, count, tuple(residuals), energy, directions.linear, reason
        )

    whole = True
    for _ in range(options.max_iterations):
        system = known or _assemble(current, items, solver)
        energy = system.energy
        if not math.isfinite(energy):
            return ended("a cell is inverted at the start of the step")
        norm = euclidean_norm(system.residual) / max(system.force_scale, LEAST_FORCE)
        residuals.append(norm)
        if norm <= options.tolerance:
            return ended("converged", converged=True)
        if system.blocks is None:
            system = _assemble(current, items, solver)
        if euclidean_norm(system.residual) <= _rounding(current, system, solver):
            return ended("converged", converged=True)
        tolerance = _forcing(norm, options)
        step = directions.find(system, tolerance)
        if not conservative:
            length = _search_residual(current, step, items, system, solver, options.max_halvings)
            if length == 0.0:
                return ended(f"no length along the step lowers the residual ({norm:.1e})")
            current += length * step
            known = None
            continue
        if not float((system.residual * step).sum()) < 0.0:
            return ended("the tangent gives no direction of descent")
        last = _expected(residuals, tolerance) <= options.tolerance
        system = replace(system, blocks=None)  # its memory may serve for the next one
        ahead = (_forces if last else _assemble) if whole else None
        found = _search(
            current, step, items, system, solver, options.max_halvings, ahead=ahead, going=going
        )
        if found.length == 0.0:
            return ended(f"no length along the step lowers the energy (residual {norm:.1e})")
        current = going(current, step, found.length)
        known, whole = found.system, found.length == 1.0
    return ended(
        f"no convergence in {options.max_iterations} iterations (residual {residuals[-1]:.1e})"
    )
