# SPDX-License-Identifier: BSD-3-Clause
"""Our side of the J2 cavity job, in a process of its own."""

from __future__ import annotations

import time
from dataclasses import asdict
from typing import Any, ClassVar

import harness
import numpy as np
from cavity import cavity, edge_nodes, symmetry
from floor import JobBytes, cell_bytes, iteration_bytes, setup_bytes, solve_bytes
from j2_problem import CONSTANTS, INCREMENTS, PRESSURE, pressure_forces
from numpy.typing import NDArray

from vertaug.materials.j2 import J2
from vertaug.solid import newton
from vertaug.solid.assembly import order_of
from vertaug.solid.cells import SMALL, SolidItem
from vertaug.solid.item import Contribution
from vertaug.solid.linear import LinearSolver, build_pattern
from vertaug.solid.newton import NewtonOptions, minimise
from vertaug_kernels import laws
from vertaug_kernels import solid as kernels

TOLERANCE, FORCING = 1e-6, 3e-2
_WARM = 5


class NodalForces:
    """Forces on nodes that do not change with the motion."""

    def __init__(self, nodes: NDArray[np.int32], forces: NDArray[np.float64]) -> None:
        self._nodes, self._forces = nodes, forces

    @property
    def connectivity(self) -> NDArray[np.int32]:
        """One node a row."""
        return self._nodes[:, None]

    def energy(self, points: NDArray[np.float64]) -> float:
        """Potential of the forces, mJ."""
        return -float((self._forces * points[self._nodes]).sum())

    def evaluate(self, points: NDArray[np.float64], *, with_matrix: bool) -> Contribution:
        """Energy and forces; the tangent is zero."""
        del with_matrix
        return Contribution(self.energy(points), -self._forces[:, None], None)


def run(problem: Any) -> dict[str, Any]:
    """Do the job; starts at the arrays of the problem, ends at the last increment."""
    with Passes() as passes:
        answer = _run(problem, passes.counts)
    return answer


def _run(problem: Any, counted: dict[str, int]) -> dict[str, Any]:
    begun, begun_cpu = time.perf_counter(), harness.cpu_seconds()
    points, cells, fixed = problem["points"], problem["cells"], problem["fixed"]
    nodes, forces = problem["loaded"], problem["forces"]
    row = J2(**CONSTANTS, rise=0.0, rate=0.0).row()
    item = SolidItem.at_rest(points, cells, laws.J2_TENSOR, row, kinematics=SMALL)
    pattern = build_pattern(len(points), cells, nodes[:, None])
    solver = LinearSolver(pattern, points, fixed, edge_nodes=problem["edges"])
    ready = time.perf_counter()
    at = before = points
    iterations = linear = 0
    ends: list[tuple[SolidItem, NDArray[np.float64]]] = []
    for increment in range(1, INCREMENTS + 1):
        load = NodalForces(nodes, increment / INCREMENTS * forces)
        guess = at + (at - before)
        options = NewtonOptions(tolerance=TOLERANCE, forcing=FORCING)
        result = minimise(guess, [item, load], solver, options)
        if not result.converged:
            raise RuntimeError(f"increment {increment}: {result.reason}")
        iterations += result.iterations
        linear += result.linear_iterations
        ends.append((item, result.points))
        before, at = at, result.points
        item = item.after(at)
    seconds = time.perf_counter() - begun
    cpu_seconds = harness.cpu_seconds() - begun_cpu
    passes = dict(counted)
    limits = [TOLERANCE * _force_scale(*end, pattern) for end in ends]
    vertex = int(problem["vertex"])
    report = solver.report
    return {
        "seconds": seconds, "cpu_seconds": cpu_seconds, "before_steps": ready - begun,
        "newton": iterations, "linear": linear, "u": float(at[vertex, 0] - points[vertex, 0]),
        "residual_limits": limits, "solve_seconds": report.solve_seconds, "setup_seconds": report.setup_seconds,
        "setups": report.setups, "solves": report.solves, "method": report.method,
        "bytes": asdict(_bytes(solver, item, pattern, points, _flowing(ends))), "flowing": _flowing(ends),
        "counts": {"iteration": linear, "solve": report.solves, "setup": report.setups, **passes},
    }  # fmt: skip


class Passes:
    """Counts of passes over the cells, by the names of `floor.JobBytes`."""

    _TASKS: ClassVar = {
        kernels.BLOCKS: "rest", kernels.CHANGES: "tangent", kernels.FORCES: "forces",
        kernels.ENERGIES: "energy", kernels.HISTORY: "history",
    }  # fmt: skip

    def __init__(self) -> None:
        self.counts = dict.fromkeys(self._TASKS.values(), 0)
        self._respond = kernels.cell_response

    def __enter__(self) -> Passes:
        kernels.cell_response = self._counted
        return self

    def __exit__(self, *_: object) -> None:
        kernels.cell_response = self._respond

    def _counted(self, task: int, *arguments: Any) -> None:
        self.counts[self._TASKS[task]] += 1
        self._respond(task, *arguments)


def _flowing(ends: list[tuple[SolidItem, NDArray[np.float64]]]) -> float:
    """Share of the cells that flow, mean of the increments."""
    shares = []
    for item, points in ends:
        growth = item.history(points).growth.reshape(len(item.cells), -1)
        shares.append(float((growth > 0.0).any(axis=1).mean()))
    return float(np.mean(shares))


def _force_scale(item: SolidItem, points: NDArray[np.float64], pattern: Any) -> float:
    """Norm (N) that Newton's residual was measured against: that of the cells' forces."""
    forces = item.evaluate(points, with_matrix=False).forces
    total = pattern.assemble_vector(forces.reshape(len(forces), -1), None)
    return float(np.linalg.norm(total))


def _bytes(
    solver: LinearSolver, item: SolidItem, pattern: Any, points: Any, flowing: float
) -> JobBytes:
    hierarchy = solver._hierarchy
    if hierarchy is None:
        raise RuntimeError("the mesh is too small for multigrid: nothing to count")
    cells = cell_bytes(item, pattern, order_of(pattern, 0, item.cells, points), flowing)
    return JobBytes(
        iteration_bytes(hierarchy, pattern, single="float32" in solver.report.method),
        solve_bytes(hierarchy, pattern), setup_bytes(hierarchy, pattern), **cells,
    )  # fmt: skip


def small_problem() -> dict[str, Any]:
    """The same job on the smallest mesh that uses every kernel."""
    points, cells = cavity("tet10", _WARM, _WARM)
    nodes, forces = pressure_forces(points, cells)
    vertex = int(np.argmin(np.linalg.norm(points - [8.0, 0.0, 0.0], axis=1)))
    return {
        "points": points, "cells": cells, "fixed": symmetry(points), "edges": edge_nodes(cells), "loaded": nodes,
        "forces": PRESSURE * forces, "vertex": vertex,
    }  # fmt: skip


def work(job: dict[str, Any]) -> dict[str, Any]:
    """Warm up (compile or load from the cache), then do the job with a clock on its parts."""
    begun = time.perf_counter()
    run(small_problem())
    warm = time.perf_counter() - begun
    clock = harness.Clock()
    clock.watch(newton, "_assemble", "assembly")
    clock.watch(newton, "_search", "line search")
    with np.load(job["problem"]) as file:
        problem = dict(file)
    result = run(problem)
    return result | {"warm_up_seconds": warm, "parts": clock.seconds}


if __name__ == "__main__":
    harness.answer(work)
