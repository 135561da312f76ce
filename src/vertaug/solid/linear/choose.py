# SPDX-License-Identifier: BSD-3-Clause
"""The solver Newton's method calls: picks the method, keeps the hierarchy while it serves."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.solid.linear import direct
from vertaug.solid.linear._errors import MatrixError
from vertaug.solid.linear.conjugate_gradient import LinearResult
from vertaug.solid.linear.iterate import solve_double, solve_general, solve_single
from vertaug.solid.linear.level import Rows, make_rows
from vertaug.solid.linear.multigrid import Multigrid, build_multigrid
from vertaug.solid.linear.pattern import BlockPattern
from vertaug.solid.linear.rank_one import RankOnes, rank_ones
from vertaug.solid.linear.rigid import RigidBodies
from vertaug_kernels._threads import few_threads

__all__ = ["LinearSolver", "Method", "SolverReport"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int32]
Bools = NDArray[np.bool_]
Method = Literal["auto", "direct", "superlu", "pardiso", "multigrid"]

_DIRECT_NODES = 700
_RESCUE_NODES = {"superlu": 6_000, "pardiso": 100_000}
_TURNED = 0.05
"""Turn (rad) of a rigid body from which modes taken before it are too far off."""
_GROWTH = 1.6
_SLACK = 4
_NODES_PER_THREAD = 5_000
_SINGLE = 1e-5
_PLACE = "solid.linear.LinearSolver"


@dataclass
class SolverReport:
    """Counts and seconds of all solves so far.

    Attributes
    ----------
    solves, iterations, setups : counts; a setup is a hierarchy or a factorisation
    rebuilds : setups that kept the groups of nodes of an older hierarchy
    kept_after_failure : solves that used an older hierarchy since a new one could not be set up
    negative_curvature, not_converged : counts of solves that ended so
    setup_seconds, solve_seconds : wall-clock seconds
    method : what the latest solve was done with
    reason : why
    choices : number of solves for each method and reason
    """

    solves: int = 0
    iterations: int = 0
    setups: int = 0
    rebuilds: int = 0
    kept_after_failure: int = 0
    negative_curvature: int = 0
    not_converged: int = 0
    setup_seconds: float = 0.0
    solve_seconds: float = 0.0
    method: str = ""
    reason: str = ""
    choices: dict[str, int] = field(default_factory=dict)

    def choose(self, method: str, reason: str) -> None:
        """Note what a solve is done with, and why."""
        self.method, self.reason = method, reason
        key = f"{method}: {reason}"
        self.choices[key] = self.choices.get(key, 0) + 1


@dataclass(frozen=True, eq=False)
class _Task:
    """One system, as asked for."""

    blocks: Floats
    load: Floats
    terms: RankOnes | None
    tolerance: float
    setup: Floats | None
    symmetric: bool


class LinearSolver:
    """Solves a sequence of similar systems on one pattern.

    Parameters
    ----------
    pattern : block pattern
    points : (n_nodes, 3) float64, mm, for the rigid-body modes
    fixed : (n_nodes, 3) bool, unknowns held at zero; none by default
    method : "auto" takes a direct one for small systems and where multigrid fails; "direct" takes
        Pardiso where it is installed, else SuperLU
    max_iterations : limit of Krylov iterations in one solve
    edge_nodes : (m, 3) int32, middle and end nodes of the edges of quadratic elements, through which
        multigrid then goes to the linear mesh on the vertices
    symmetric : False for systems that are not symmetric
    bodies : rigid bodies among the nodes, for multigrid
    """

    def __init__(
        self,
        pattern: BlockPattern,
        points: Floats,
        fixed: Bools | None = None,
        *,
        method: Method = "auto",
        max_iterations: int = 300,
        edge_nodes: Ints | None = None,
        symmetric: bool = True,
        bodies: RigidBodies | None = None,
    ) -> None:
        self.pattern = pattern
        self.points = np.ascontiguousarray(points, dtype=np.float64)
        self.method: Method = method
        self.max_iterations = max_iterations
        self.symmetric = symmetric
        self.bodies = bodies
        self._turns = np.zeros((0, 3)) if bodies is None else self.points[bodies.turns]
        self.report = SolverReport()
        self.edge_nodes = None if edge_nodes is None else _edges(edge_nodes, pattern.n_nodes)
        self._rows: Rows | None = None
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
        self._free = (~self.fixed).astype(np.float64)
        self.refresh()

    def follow(self, points: Floats) -> None:
        """Take the modes at ``points`` (n_nodes, 3), where a rigid body has turned since by more than 0.05 rad.

        What turns is read off the nodes that turn, so that systems without rigid bodies keep their modes.
        """
        if self.bodies is None or not len(self.bodies):
            return
        turns = self.bodies.turns
        if float(np.abs(points[turns] - self._turns).max()) > _TURNED * self.bodies.lever:
            self._turns = points[turns]
            self.points = points.copy()
            self.points[turns] = 0.0
            self.refresh()

    @property
    def hierarchy(self) -> Multigrid | None:
        """Hierarchy of the latest multigrid solve, where there is one."""
        return self._hierarchy

    @property
    def unknowns(self) -> tuple[int, ...]:
        """Unknowns of each level of the hierarchy."""
        return () if self._hierarchy is None else self._hierarchy.unknowns

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
        symmetric: bool | None = None,
    ) -> LinearResult:
        """Solve (A + sum of s g g^T) x = b with x = 0 at fixed unknowns.

        Parameters
        ----------
        blocks : (n_blocks, 3, 3) float64, A as assembled; not changed
        rhs : (n_nodes, 3) float64
        terms : pairs (s, g), g of shape (n_nodes, 3)
        tolerance : relative residual to stop at
        setup : (n_blocks, 3, 3), positive definite stand-in for A to precondition with
        symmetric : whether A is symmetric, where this differs from what the solver was made for

        Raises
        ------
        MatrixError : nothing could be set up and no older hierarchy is there
        """
        most = max(1, self.pattern.n_nodes // _NODES_PER_THREAD)
        task = _Task(
            np.ascontiguousarray(blocks, dtype=np.float64),
            np.where(self.fixed, 0.0, rhs),
            rank_ones(terms, self.pattern.n_nodes, self.fixed),
            tolerance,
            setup,
            self.symmetric if symmetric is None else symmetric,
        )
        self.report.solves += 1
        with few_threads(most):
            result = self._solve(task)
        self.report.negative_curvature += result.status == "negative_curvature"
        self.report.not_converged += result.status == "max_iterations"
        return result

    def _solve(self, task: _Task) -> LinearResult:
        """Choose, and go on to the direct method where multigrid fails on a system of fair size."""
        if self.method in ("direct", "superlu", "pardiso"):
            library = direct.library(self.method)
            return self._direct(task, library, "asked for")
        if self.method == "multigrid":
            return self._multigrid(task, "asked for")
        library = direct.library("direct")
        if self.pattern.n_nodes <= _DIRECT_NODES:
            return self._direct(task, library, "small system")
        rescue = self.pattern.n_nodes <= _RESCUE_NODES[library]
        result = self._multigrid(task, "large system")
        if result.status != "max_iterations" or not rescue:
            return result
        return self._direct(task, library, "multigrid did not converge")

    def _direct(self, task: _Task, library: str, reason: str) -> LinearResult:
        self.report.choose(library, reason)
        matrix = np.array(task.blocks, order="C")
        self.pattern.constrain(matrix, self.fixed)
        start = time.perf_counter()
        factor = direct.factorize(self.pattern, matrix, library, symmetric=task.symmetric)
        self.report.setups += 1
        middle = time.perf_counter()
        self.report.setup_seconds += middle - start
        result = direct.solve_direct(
            self.pattern, matrix, task.load, factor, task.terms, symmetric=task.symmetric
        )
        self.report.solve_seconds += time.perf_counter() - middle
        return result

    def _multigrid(self, task: _Task, reason: str) -> LinearResult:
        single = task.symmetric and task.setup is None and task.terms is None
        single = single and task.tolerance >= _SINGLE
        accelerator = "cg" if task.symmetric else "bicgstab"
        precision = "float32" if single else "float64"
        self.report.choose(f"multigrid {accelerator} {precision}", reason)
        stand_in = task.blocks if task.setup is None else task.setup
        if not task.symmetric:
            stand_in = self.pattern.symmetric_part(stand_in)
        fresh = (self._hierarchy is None or self._stale) and self._set_up(stand_in)
        if not fresh and not self._smooth_with(stand_in):
            return self._indefinite(task)
        limit = self.max_iterations if fresh else self._limit(task.tolerance)
        result = self._iterate(task, limit, single=single)
        if result.status == "max_iterations" and not fresh and self._set_up(stand_in):
            fresh = True
            result = self._iterate(task, self.max_iterations, single=single)
        elif result.status == "max_iterations" and limit < self.max_iterations:
            result = self._iterate(task, self.max_iterations, single=single)
        if fresh and result.status == "converged":
            self._expected = (_digits(task.tolerance), result.iterations)
        elif result.status == "converged" and result.iterations > self._worth(task.tolerance):
            self._stale = True
        return result

    def _iterate(self, task: _Task, limit: int, *, single: bool) -> LinearResult:
        assert self._hierarchy is not None
        start = time.perf_counter()
        method = solve_single if single else solve_double if task.symmetric else solve_general
        result = method(
            self.pattern, task.blocks, self._free, self._hierarchy, task.load, task.terms,
            task.tolerance, limit,
        )  # fmt: skip
        self.report.iterations += result.iterations
        self.report.solve_seconds += time.perf_counter() - start
        return result

    def _smooth_with(self, matrix: Floats) -> bool:
        """Smooth with the newest matrix; False where it is not positive definite."""
        assert self._hierarchy is not None
        start = time.perf_counter()
        try:
            self._hierarchy.take(matrix)
        except MatrixError:
            return False
        finally:
            self.report.setup_seconds += time.perf_counter() - start
        return True

    def _indefinite(self, task: _Task) -> LinearResult:
        """Result for a matrix of which a diagonal block is not positive definite."""
        blocks = task.blocks[self.pattern.diagonal]
        blocks = 0.5 * (blocks + blocks.transpose(0, 2, 1))
        free = self._free[:, :, None] * self._free[:, None, :]
        values, vectors = np.linalg.eigh(np.where(free > 0.0, blocks, 0.0))
        node = int(values[:, 0].argmin())
        curved = np.zeros_like(task.load)
        curved[node] = vectors[node, :, 0] * self._free[node]
        descent = task.load / max(float(np.abs(blocks).max()), 1e-300)
        return LinearResult(descent, 0, 1.0, "negative_curvature", curved)

    def _set_up(self, matrix: Floats) -> bool:
        """Set up a hierarchy; False where that failed and an older one is kept."""
        start = time.perf_counter()
        try:
            if self._hierarchy is None:
                self._build(matrix)
            else:
                self._hierarchy.rebuild(matrix)
                self.report.rebuilds += 1
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

    def _build(self, matrix: Floats) -> None:
        if self._rows is None:
            self._rows = make_rows(self.pattern.indptr, self.pattern.indices, self.points)
        self._hierarchy = build_multigrid(
            self.pattern,
            matrix,
            self.points,
            self.fixed,
            self._rows,
            self.edge_nodes,
            self.bodies,
        )

    def _worth(self, tolerance: float) -> float:
        """Iterations above which the next solve deserves a new hierarchy."""
        if self._expected is None:
            return float(self.max_iterations)
        digits, iterations = self._expected
        return _GROWTH * iterations * max(_digits(tolerance) / digits, 0.1) + _SLACK

    def _limit(self, tolerance: float) -> int:
        """Iterations at which a solve with an old hierarchy is broken off."""
        return int(min(self.max_iterations, 3.0 * self._worth(tolerance)))


def _edges(edge_nodes: Ints, n_nodes: int) -> Ints:
    """Edges as given, checked."""
    edges = np.ascontiguousarray(edge_nodes, dtype=np.int32)
    middles = np.unique(edges[:, 0]) if edges.ndim == 2 else edges
    if (
        edges.ndim != 2
        or edges.shape[1] != 3
        or (edges.size and (edges.min() < 0 or edges.max() >= n_nodes))
        or middles.size != len(edges)
        or np.isin(edges[:, 1:], middles).any()
    ):
        raise InputError(
            _PLACE,
            "edge_nodes",
            f"an array of shape {edges.shape}, or a node outside, twice in the middle, or both "
            "middle and end",
            "(m, 3) nodes: middle, end, end",
            "pass every edge of the quadratic elements once",
            "E-MESH-024",
        )
    return edges


def _digits(tolerance: float) -> float:
    """Digits asked for, at least a half."""
    return max(-float(np.log10(max(tolerance, 1e-15))), 0.5)
