# SPDX-License-Identifier: BSD-3-Clause
"""Solves of elasticity with a cavity: ours on one and two threads, pyamg and SuperLU, same run.

Run ``python benchmarks/linear_solver.py [--size 37 108] [--kind tet10] [--contrast 1e4] [--peers]``;
sizes are thousands of degrees of freedom. Prints for each: seconds of set-up and solve, iterations,
the true relative residual, the ratio to ours, the memory of the process, and what one product and one
cycle take on one and on two threads beside the least time their bytes take. Everything is compiled
before the clock starts.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass

import numba
import numpy as np
from cavity import cavity, edge_nodes, isotropic_stiffness, random_moduli, symmetry
from machine import Machine, describe, measure
from numpy.typing import NDArray
from scipy.sparse import bsr_matrix
from scipy.sparse.linalg import cg, splu

from vertaug.solid.linear import BlockPattern, LinearSolver, build_pattern
from vertaug.solid.linear.multigrid import Multigrid
from vertaug.solid.linear.operators import Single

Floats = NDArray[np.float64]

_PEER_LIMIT = 120_000
_NODES_PER_HEXAHEDRON = {"tet10": 16.0, "tet4": 2.0, "hex8": 1.0}


@dataclass(frozen=True)
class System:
    """One matrix, where it is held, and a load."""

    points: Floats
    pattern: BlockPattern
    blocks: Floats
    fixed: NDArray[np.bool_]
    rhs: Floats
    edges: NDArray[np.int32] | None


def system(kind: str, unknowns: float, contrast: float) -> System:
    """Eighth of a cube with a cavity, of about that many unknowns."""
    around = max(2, round((unknowns / 9.0 / _NODES_PER_HEXAHEDRON[kind]) ** (1.0 / 3.0)))
    points, cells = cavity(kind, around, around)
    elements = isotropic_stiffness(points, cells, random_moduli(points, cells, contrast))
    pattern = build_pattern(len(points), cells)
    blocks = pattern.assemble_matrix(elements)
    fixed = symmetry(points)
    rhs = np.where(fixed, 0.0, np.random.default_rng(3).standard_normal(points.shape))
    edges = edge_nodes(cells) if kind == "tet10" else None
    return System(points, pattern, blocks, fixed, rhs, edges)


def ours(task: System, tolerance: float) -> tuple[LinearSolver, Floats, int]:
    """Set up and solve from nothing."""
    solver = LinearSolver(
        task.pattern, task.points, task.fixed, method="multigrid", edge_nodes=task.edges
    )
    result = solver.solve(task.blocks, task.rhs, tolerance=tolerance)
    return solver, result.x, result.iterations


def peers(task: System, tolerance: float) -> dict[str, tuple[float, Floats, int]]:
    """Seconds, solution and iterations of pyamg and of SuperLU on the same matrix."""
    import pyamg

    blocks = task.blocks.copy()
    task.pattern.constrain(blocks, task.fixed)
    matrix = bsr_matrix((blocks, task.pattern.indices, task.pattern.indptr))
    found: dict[str, tuple[float, Floats, int]] = {}
    count = [0]

    def tick(_: Floats) -> None:
        count[0] += 1

    begun = time.perf_counter()
    hierarchy = pyamg.smoothed_aggregation_solver(
        matrix,
        np.tile(np.eye(3), (len(task.points), 1)),
        strength=("symmetric", {"theta": 0.02}),
        presmoother=("block_gauss_seidel", {"sweep": "symmetric"}),
        postsmoother=("block_gauss_seidel", {"sweep": "symmetric"}),
    )
    preconditioner = hierarchy.aspreconditioner()
    x, _ = cg(matrix, task.rhs.ravel(), rtol=tolerance, M=preconditioner, callback=tick)
    found["pyamg"] = (time.perf_counter() - begun, x, count[0])
    if task.rhs.size <= _PEER_LIMIT // 3:
        begun = time.perf_counter()
        x = splu(matrix.tocsc(), permc_spec="MMD_AT_PLUS_A").solve(task.rhs.ravel())
        found["SuperLU"] = (time.perf_counter() - begun, x, 1)
    return found


def residual(task: System, x: Floats) -> float:
    """True relative residual at free unknowns."""
    rest = np.where(task.fixed, 0.0, task.pattern.multiply(task.blocks, x) - task.rhs)
    return float(np.linalg.norm(rest) / np.linalg.norm(task.rhs))


def best(function: Callable[[], object], repeats: int = 9) -> float:
    """Least seconds of several calls."""
    seconds = []
    for _ in range(repeats + 1):
        begun = time.perf_counter()
        function()
        seconds.append(time.perf_counter() - begun)
    return min(seconds[1:])


def bytes_of(hierarchy: Multigrid) -> tuple[float, float]:
    """Bytes that one product and one cycle read at least: matrices, twice for a cycle."""
    levels = [level.blocks.nbytes + level.columns.nbytes for level in hierarchy.levels]
    return float(levels[0]), 2.0 * float(sum(levels))


def scaling(hierarchy: Multigrid, machine: Machine) -> None:
    """Print what one product and one cycle take on one and on two threads."""
    operator = Single(hierarchy)
    x = np.ones(hierarchy.levels[0].x.size, np.float32)
    out = np.empty_like(x)
    calls = (lambda: operator.multiply(x, out), lambda: operator.precondition(x, out))
    for name, call, read in zip(("product", "cycle"), calls, bytes_of(hierarchy), strict=True):
        seconds = []
        for threads in (1, min(2, numba.config.NUMBA_NUM_THREADS)):
            numba.set_num_threads(threads)
            seconds.append(best(call))
        print(
            f"  {name:8} {1e3 * seconds[0]:7.2f} ms one thread, {1e3 * seconds[1]:7.2f} ms two "
            f"({seconds[0] / seconds[1]:.2f}x); bytes take {1e3 * machine.seconds(read, 1):.2f} and "
            f"{1e3 * machine.seconds(read):.2f} ms"
        )


def run(kind: str, size: float, options: argparse.Namespace, machine: Machine) -> None:
    """Print the table of one size."""
    task = system(kind, 1000.0 * size, options.contrast)
    print(f"{kind}, {task.rhs.size} unknowns, {task.pattern.n_blocks} blocks")
    base = None
    for threads in (1, min(2, numba.config.NUMBA_NUM_THREADS)):
        numba.set_num_threads(threads)
        begun = time.perf_counter()
        solver, x, iterations = ours(task, options.tolerance)
        seconds = time.perf_counter() - begun
        base = min(base or seconds, seconds)
        report = solver.report
        print(
            f"  ours, {threads} threads: {seconds:.3f} s = {report.setup_seconds:.3f} set-up + "
            f"{report.solve_seconds:.3f}; {iterations} iterations; residual {residual(task, x):.1e};"
            f" {report.method}; levels {solver.unknowns}"
        )
    hierarchy = solver.hierarchy
    assert hierarchy is not None
    scaling(hierarchy, machine)
    if options.peers and task.rhs.size <= _PEER_LIMIT:
        for name, (seconds, x, iterations) in peers(task, options.tolerance).items():
            print(
                f"  {name}: {seconds:.3f} s, {seconds / base:.1f}x ours; {iterations} iterations; "
                f"residual {residual(task, x.reshape(-1, 3)):.1e}"
            )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0**2
    print(f"  peak memory of the process so far: {peak:.2f} GiB")


def main() -> None:
    """Read the options and print one table a size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=float, nargs="+", default=[37.0, 108.0])
    parser.add_argument("--kind", choices=sorted(_NODES_PER_HEXAHEDRON), default="tet10")
    parser.add_argument("--contrast", type=float, default=1e4)
    parser.add_argument("--tolerance", type=float, default=1e-8)
    parser.add_argument("--peers", action="store_true", help="also time pyamg and SuperLU")
    options = parser.parse_args()
    machine = measure()
    print(describe(machine))
    small = system(options.kind, 4000.0, options.contrast)
    for tolerance in (1e-3, options.tolerance):
        ours(small, tolerance)
    for size in options.size:
        run(options.kind, size, options, machine)


if __name__ == "__main__":
    main()
