# SPDX-License-Identifier: BSD-3-Clause
"""The solver Newton's method calls: picks the method, keeps the hierarchy while it serves."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.solid.linear._errors import MatrixError
from vertaug.solid.linear.conjugate_gradient import LinearResult, conjugate_gradient
from vertaug.solid.linear.direct import factorize, solve_direct
from vertaug.solid.linear.multigrid import Multigrid, build_multigrid
from vertaug.solid.linear.ordering import order_rows
from vertaug.solid.linear.pattern import BlockPattern
from vertaug.solid.linear.rank_one import RankOnes, rank_ones
from vertaug_kernels._threads import few_threads

__all__ = ["LinearSolver", "Method", "SolverReport"]

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Method = Literal["auto", "direct", "multigrid"]

_DIRECT_NODES = 700
_GROWTH = 1.6
_SLACK = 4
_NODES_PER_THREAD = 10_000
_PLACE = "solid.linear.LinearSolver"


@dataclass
class SolverReport:
    """Counts and seconds of all solves so far.

    Attributes
    ----------
    solves, iterations, setups : counts; a setup is a hierarchy or a factorisation
    kept_after_failure : solves that used an older hierarchy since a new one could not be set up
    negative_curvature, not_converged : counts of solves that ended so
    setup_seconds, solve_seconds : wall-clock seconds
    method : "direct" or "multigrid", of the latest solve
    """

    solves: int = 0
    iterations: int = 0
    setups: int = 0
    kept_after_failure: int = 0
    negative_curvature: int = 0
    not_converged: int = 0
    setup_seconds: float = 0.0
    solve_seconds: float = 0.0
    method: str = ""


class LinearSolver:
    """Solves a sequence of similar symmetric systems on one pattern.

    Parameters
    ----------
    pattern : block pattern
    points : (n_nodes, 3) float64, mm, for the rigid-body modes
    fixed : (n_nodes, 3) bool, unknowns held at zero; none by default
    method : "auto" takes "direct" for small systems
    max_iterations : limit of conjugate-gradient iterations in one solve
    """

    def __init__(
        self,
        pattern: BlockPattern,
        points: Floats,
        fixed: Bools | None = None,
        *,
        method: Method = "auto",
        max_iterations: int = 300,
    ) -> None:
        self.pattern = pattern
        self.points = np.ascontiguousarray(points, dtype=np.float64)
        self.method: Method = method
        self.max_iterations = max_iterations
        self.report = SolverReport()
        self._ordering = order_rows(pattern.indptr, pattern.indices)
        self._hierarchy: Multigrid | None = None
        self._stale = False
        self._expected: tuple[float, int] | None = None
        self.fix(np.zeros((pattern.n_nodes, 3), np.bool_) if fixed is None else fixed)

    def fix(self, fixed: Bools) -> None:
        """Change which unknowns are held at zero, (n_nodes, 3) bool; drops the hierarchy."""
        shape = (self.pattern.n_nodes, 3)
        if fixed.shape != shape or self.points.shape != shape:
            raise InputError(
                _PLACE,
                "fixed, points",
                f"shapes {fixed.shape} and {self.points.shape}",
                f"{shape} for both",
                "pass one row for each node of the pattern",
                "E-MESH-022",
            )
        self.fixed = np.ascontiguousarray(fixed, dtype=np.bool_)
        self.refresh()

    def refresh(self) -> None:
        """Forget the hierarchy; the next solve sets up a new one."""
        self._hierarchy = None
        self._expected = None

    def solve(
        self,
        blocks: Floats,
        rhs: Floats,
        terms: Sequence[tuple[float, Floats]] = (),
        tolerance: float = 1e-8,
        *,
        setup: Floats | None = None,
    ) -> LinearResult:
        """Solve (A + sum of s g g^T) x = b with x = 0 at fixed unknowns.

        Parameters
        ----------
        blocks : (n_blocks, 3, 3) float64, A as assembled; not changed
        rhs : (n_nodes, 3) float64
        terms : pairs (s, g), g of shape (n_nodes, 3)
        tolerance : relative residual to stop at
        setup : (n_blocks, 3, 3), positive definite stand-in for A to precondition with

        Raises
        ------
        MatrixError : nothing could be set up and no older hierarchy is there
        """
        most = max(1, self.pattern.n_nodes // _NODES_PER_THREAD)
        with few_threads(most):
            return self._solve(blocks, rhs, terms, tolerance, setup)

    def _solve(
        self,
        blocks: Floats,
        rhs: Floats,
        terms: Sequence[tuple[float, Floats]],
        tolerance: float,
        setup: Floats | None,
    ) -> LinearResult:
        matrix = self._constrained(blocks)
        load = np.where(self.fixed, 0.0, rhs)
        pairs = rank_ones(terms, self.pattern.n_nodes, self.fixed)
        self.report.solves += 1
        if self.method == "direct" or (
            self.method == "auto" and self.pattern.n_nodes <= _DIRECT_NODES
        ):
            result = self._direct(matrix, load, pairs)
        else:
            stand_in = matrix if setup is None else self._constrained(setup)
            result = self._multigrid(matrix, load, pairs, tolerance, stand_in)
        self.report.negative_curvature += result.status == "negative_curvature"
        self.report.not_converged += result.status == "max_iterations"
        return result

    def _constrained(self, blocks: Floats) -> Floats:
        matrix = np.array(blocks, dtype=np.float64, order="C")
        self.pattern.constrain(matrix, self.fixed)
        return matrix

    def _direct(self, matrix: Floats, load: Floats, pairs: RankOnes | None) -> LinearResult:
        self.report.method = "direct"
        start = time.perf_counter()
        factor = factorize(self.pattern, matrix)
        self.report.setups += 1
        middle = time.perf_counter()
        self.report.setup_seconds += middle - start
        result = solve_direct(self.pattern, matrix, load, factor, pairs)
        self.report.solve_seconds += time.perf_counter() - middle
        return result

    def _multigrid(
        self,
        matrix: Floats,
        load: Floats,
        pairs: RankOnes | None,
        tolerance: float,
        stand_in: Floats,
    ) -> LinearResult:
        self.report.method = "multigrid"
        fresh = (self._hierarchy is None or self._stale) and self._set_up(stand_in)
        limit = self.max_iterations if fresh else self._limit(tolerance)
        result = self._iterate(matrix, load, pairs, tolerance, limit)
        if result.status == "max_iterations" and not fresh and self._set_up(stand_in):
            fresh = True
            result = self._iterate(matrix, load, pairs, tolerance, self.max_iterations)
        elif result.status == "max_iterations" and limit < self.max_iterations:
            result = self._iterate(matrix, load, pairs, tolerance, self.max_iterations)
        if fresh and result.status == "converged":
            self._expected = (_digits(tolerance), result.iterations)
        elif result.status == "converged" and result.iterations > self._worth(tolerance):
            self._stale = True
        return result

    def _iterate(
        self, matrix: Floats, load: Floats, pairs: RankOnes | None, tolerance: float, limit: int
    ) -> LinearResult:
        assert self._hierarchy is not None
        start = time.perf_counter()
        result = conjugate_gradient(
            self.pattern, matrix, load, self._hierarchy.apply, pairs, tolerance, limit
        )
        self.report.iterations += result.iterations
        self.report.solve_seconds += time.perf_counter() - start
        return result

    def _set_up(self, matrix: Floats) -> bool:
        """Set up a hierarchy; False where that failed and an older one is kept."""
        start = time.perf_counter()
        try:
            self._hierarchy = build_multigrid(
                self.pattern, matrix, self.points, self.fixed, self._ordering
            )
        except MatrixError:
            if self._hierarchy is None:
                raise
            self.report.kept_after_failure += 1
            return False
        finally:
            self.report.setup_seconds += time.perf_counter() - start
        self.report.setups += 1
        self._expected, self._stale = None, False
        return True

    def _worth(self, tolerance: float) -> float:
        """Iterations above which the next solve deserves a new hierarchy."""
        if self._expected is None:
            return float(self.max_iterations)
        digits, iterations = self._expected
        return _GROWTH * iterations * max(_digits(tolerance) / digits, 0.1) + _SLACK

    def _limit(self, tolerance: float) -> int:
        """Iterations at which a solve with an old hierarchy is broken off."""
        return int(min(self.max_iterations, 3.0 * self._worth(tolerance)))


def _digits(tolerance: float) -> float:
    """Digits asked for, at least a half."""
    return max(-float(np.log10(max(tolerance, 1e-15))), 0.5)
