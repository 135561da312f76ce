# SPDX-License-Identifier: BSD-3-Clause
"""One solve of a bone-like elasticity system: ours against SuperLU and pyamg, same matrix, same run.

Run ``python benchmarks/linear_solver.py [divisions]``. Prints, for each solver, seconds of set-up and
solve, iterations, the true relative residual and the time as a ratio to ours. The first call, which
compiles, is made before the clock starts.
"""

import json
import sys
import time

import numpy as np
import pyamg
from scipy.sparse import bsr_matrix
from scipy.sparse.linalg import cg, splu
from scipy.spatial import Delaunay

from vertaug.solid.cells import SolidItem
from vertaug.solid.linear import LinearSolver, build_pattern
from vertaug_kernels.laws import HENCKY


def block(divisions: int) -> tuple[np.ndarray, np.ndarray]:
    """Jittered points of a 30 mm cube and its Delaunay tetrahedra of positive volume."""
    axis = np.linspace(0.0, 30.0, divisions + 1)
    points = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1).reshape(-1, 3)
    inner = ((points > 0.0) & (points < 30.0)).all(axis=1)
    rng = np.random.default_rng(1)
    points[inner] += 6.0 / divisions * (rng.random((int(inner.sum()), 3)) - 0.5)
    cells = Delaunay(points).simplices.astype(np.int32)
    corner = points[cells]
    volume = np.linalg.det(corner[:, 1:] - corner[:, :1]) / 6.0
    cells[volume < 0.0] = cells[volume < 0.0][:, [0, 2, 1, 3]]
    return points, np.ascontiguousarray(cells[np.abs(volume) > 1e-6])


def system(divisions: int):
    """Matrix, right side and solver of the cube, clamped below, with moduli over three decades."""
    points, cells = block(divisions)
    n = len(cells)
    modulus = 10.0 ** np.random.default_rng(2).uniform(0.5, 3.5, n)
    rows = np.zeros((n, 7))
    rows[:, 2], rows[:, 3] = modulus / 1.5, modulus / 2.5
    corner = points[cells]
    volume = np.linalg.det(corner[:, 1:] - corner[:, :1]) / 6.0
    metric = np.tile(np.eye(3), (n, 1, 1))
    law = np.full(n, HENCKY, dtype=np.int32)
    item = SolidItem.start(points, cells, volume, metric, np.ones(n), law, rows)
    pattern = build_pattern(len(points), cells)
    blocks = pattern.assemble_matrix(item.evaluate(points, with_matrix=True).matrices)
    fixed = np.repeat(points[:, 2:] < 1e-9, 3, axis=1)
    pattern.constrain(blocks, fixed)
    rhs = np.where(fixed, 0.0, np.random.default_rng(3).standard_normal(points.shape))
    return points, pattern, blocks, fixed, rhs


def main(divisions: int = 19) -> dict[str, dict[str, float]]:
    """Time the three solvers to 1e-8."""
    points, pattern, blocks, fixed, rhs = system(6)
    LinearSolver(pattern, points, fixed, method="multigrid").solve(blocks, rhs)
    points, pattern, blocks, fixed, rhs = system(divisions)
    matrix = bsr_matrix((blocks, pattern.indices, pattern.indptr)).tocsc()
    flat = rhs.ravel()
    results: dict[str, dict[str, float]] = {}

    def note(name: str, begun: float, x: np.ndarray, iterations: int) -> None:
        seconds = time.perf_counter() - begun
        residual = float(np.linalg.norm(matrix @ x - flat) / np.linalg.norm(flat))
        results[name] = {"seconds": seconds, "iterations": iterations, "residual": residual}

    begun = time.perf_counter()
    ours = LinearSolver(pattern, points, fixed, method="multigrid").solve(blocks, rhs)
    note("vertaug multigrid", begun, ours.x.ravel(), ours.iterations)
    begun = time.perf_counter()
    note("scipy SuperLU", begun, splu(matrix, permc_spec="MMD_AT_PLUS_A").solve(flat), 1)
    begun = time.perf_counter()
    count = [0]

    def tick(_: np.ndarray) -> None:
        count[0] += 1

    hierarchy = pyamg.smoothed_aggregation_solver(
        matrix.tobsr((3, 3)),
        np.tile(np.eye(3), (len(points), 1)),
        strength=("symmetric", {"theta": 0.02}),
    )
    x, _ = cg(matrix, flat, rtol=1e-8, M=hierarchy.aspreconditioner(), callback=tick)
    note("pyamg", begun, x, count[0])
    base = results["vertaug multigrid"]["seconds"]
    for row in results.values():
        row["ratio"] = row["seconds"] / base
    print(f"{len(points)} nodes, {pattern.n_blocks} blocks")
    print(json.dumps(results, indent=1))
    return results


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 19)
