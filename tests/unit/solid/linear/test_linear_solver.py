# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse.linalg import spsolve

from vertaug.errors import InputError
from vertaug.solid.linear import LinearSolver, MatrixError, build_pattern
from vertaug.solid.linear.multigrid import build_multigrid
from vertaug_kernels._threads import few_threads


def error(system, x, exact):
    return np.linalg.norm(x.reshape(-1) - exact) / np.linalg.norm(exact)


@pytest.mark.parametrize("method", ["direct", "multigrid"])
def test_solution_is_that_of_scipy(elasticity, method):
    system = elasticity.make_system(6)
    solver = LinearSolver(system.pattern, system.points, system.fixed, method=method)
    result = solver.solve(system.blocks, system.rhs, tolerance=1e-12)
    exact = spsolve(system.scipy(system.constrained()), system.rhs.reshape(-1))
    assert result.status == "converged"
    assert error(system, result.x, exact) < 1e-8


@pytest.mark.parametrize("method", ["direct", "multigrid"])
def test_rank_ones_are_exact(elasticity, method):
    system = elasticity.make_system(5)
    rng = np.random.default_rng(1)
    terms = [(1e6, rng.normal(size=system.points.shape)), (-0.1, np.eye(len(system.points), 3))]
    solver = LinearSolver(system.pattern, system.points, system.fixed, method=method)
    result = solver.solve(system.blocks, system.rhs, terms, tolerance=1e-12)
    matrix = system.scipy(system.constrained()).toarray()
    for scale, vector in terms:
        free = np.where(system.fixed, 0.0, vector).reshape(-1)
        matrix += scale * np.outer(free, free)
    assert result.status == "converged"
    assert error(system, result.x, np.linalg.solve(matrix, system.rhs.reshape(-1))) < 1e-6


@pytest.mark.parametrize("n", [6, 12])
@pytest.mark.parametrize(("contrast", "stretch"), [(1e4, 1.0), (1.0, 1.0), (1e2, 10.0)])
def test_multigrid_takes_few_iterations(elasticity, n, contrast, stretch):
    system = elasticity.make_system(n, contrast, stretch)
    solver = LinearSolver(system.pattern, system.points, system.fixed, method="multigrid")
    result = solver.solve(system.blocks, system.rhs, tolerance=1e-8)
    rest = system.pattern.multiply(system.constrained(), result.x) - system.rhs
    assert result.status == "converged"
    assert result.iterations < 60
    assert np.linalg.norm(rest) < 2e-8 * np.linalg.norm(system.rhs)


def test_dense_platen_row_is_served(elasticity):
    system = elasticity.make_system(13, 100.0)
    top = np.flatnonzero(system.points[:, 2] > 1.0 - 1e-9).astype(np.int32)
    n = len(system.points)
    platen = np.stack([np.full(top.size, n, np.int32), top], axis=1)
    pattern = build_pattern(n + 1, system.cells, platen)
    spring = np.kron(np.array([[1.0, -1.0], [-1.0, 1.0]]), np.eye(3))
    elements = elasticity.stiffness(system.points, system.cells, np.ones(len(system.cells)))
    blocks = pattern.assemble_matrix(elements, np.repeat(spring[None], top.size, axis=0))
    points = np.vstack([system.points, [0.5, 0.5, 1.0]])
    fixed = np.vstack([system.fixed, [False, False, False]])
    rhs = np.zeros_like(points)
    rhs[-1, 2] = 1.0
    result = LinearSolver(pattern, points, fixed, method="multigrid").solve(blocks, rhs)
    assert result.status == "converged"
    assert result.iterations < 60


@pytest.mark.parametrize("method", ["direct", "multigrid"])
def test_negative_curvature_is_told_with_a_descent_direction(elasticity, method):
    system = elasticity.make_system(5)
    blocks = system.blocks.copy()
    blocks[system.pattern.diagonal] -= 0.9 * blocks[system.pattern.diagonal] * np.eye(3)
    solver = LinearSolver(system.pattern, system.points, system.fixed, method=method)
    result = solver.solve(blocks, system.rhs, setup=system.blocks)
    assert result.status == "negative_curvature"
    assert np.sum(result.x * system.rhs) > 0.0
    assert solver.report.negative_curvature == 1


@pytest.mark.parametrize("method", ["direct", "multigrid"])
def test_free_body_is_refused(elasticity, method):
    system = elasticity.make_system(5, 1.0)
    solver = LinearSolver(system.pattern, system.points, method=method)
    with pytest.raises(MatrixError, match="singular"):
        solver.solve(system.blocks, system.rhs)


def test_missing_stiffness_is_refused_with_its_node(elasticity):
    system = elasticity.make_system(5)
    blocks = system.blocks.copy()
    blocks[system.pattern.diagonal[100]] = 0.0
    solver = LinearSolver(system.pattern, system.points, system.fixed, method="multigrid")
    with pytest.raises(MatrixError, match="node 100"):
        solver.solve(blocks, system.rhs)


def test_hierarchy_is_kept_and_renewed(elasticity):
    system = elasticity.make_system(8, 1.0)
    solver = LinearSolver(system.pattern, system.points, system.fixed, method="multigrid")
    for _ in range(3):
        solver.solve(system.blocks, system.rhs, tolerance=1e-6)
    assert solver.report.setups == 1
    other = elasticity.make_system(8, 1e4)
    for _ in range(2):
        assert solver.solve(other.blocks, system.rhs, tolerance=1e-6).status == "converged"
    assert solver.report.setups == 2
    assert solver.report.solves == 5


def test_threads_do_not_change_a_bit(elasticity):
    system = elasticity.make_system(19, 10.0)
    results = []
    for threads in (1, 2):
        with few_threads(threads):
            hierarchy = build_multigrid(
                system.pattern, system.constrained(), system.points, system.fixed
            )
            out = np.empty(system.rhs.size)
            hierarchy.apply(system.rhs.reshape(-1), out)
        results.append(out)
    assert hierarchy.levels[0].chunk_ptr.size > 2
    np.testing.assert_array_equal(results[0], results[1])


def test_cycle_is_symmetric_and_positive(elasticity):
    system = elasticity.make_system(10)
    hierarchy = build_multigrid(system.pattern, system.constrained(), system.points, system.fixed)
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, system.rhs.size))
    solved_x, solved_y = np.empty_like(x), np.empty_like(y)
    hierarchy.apply(x, solved_x)
    hierarchy.apply(y, solved_y)
    scale = np.sqrt((x @ solved_x) * (y @ solved_y))
    assert x @ solved_x > 0.0
    assert abs(y @ solved_x - x @ solved_y) < 1e-5 * scale


def test_fixed_of_wrong_shape_is_refused(elasticity):
    system = elasticity.make_system(2)
    with pytest.raises(InputError, match="E-MESH-022"):
        LinearSolver(system.pattern, system.points, system.fixed[1:])
