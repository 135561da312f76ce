# SPDX-License-Identifier: BSD-3-Clause
"""Multigrid on the meshes of the benchmarks, and the methods beside it."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from dataclasses import dataclass

import numpy as np
import pytest
from scipy.sparse import bsr_matrix
from scipy.sparse.linalg import spsolve

from vertaug.errors import InputError
from vertaug.solid.linear import LinearSolver, MatrixError, build_pattern


@dataclass(frozen=True)
class Case:
    points: np.ndarray
    cells: np.ndarray
    pattern: object
    blocks: np.ndarray
    fixed: np.ndarray
    rhs: np.ndarray
    edges: np.ndarray | None


@pytest.fixture(scope="module")
def make(cavity):
    kept = {}

    def build(kind, around=4, along=4, contrast=1e4):
        key = (kind, around, along, contrast)
        if key not in kept:
            points, cells = cavity.cavity(kind, around, along)
            moduli = cavity.random_moduli(points, cells, contrast)
            pattern = build_pattern(len(points), cells)
            blocks = pattern.assemble_matrix(cavity.isotropic_stiffness(points, cells, moduli))
            fixed = cavity.symmetry(points)
            rhs = np.where(fixed, 0.0, np.random.default_rng(0).normal(size=points.shape))
            edges = cavity.edge_nodes(cells) if kind == "tet10" else None
            kept[key] = Case(points, cells, pattern, blocks, fixed, rhs, edges)
        return kept[key]

    return build


def dense_free(case, blocks):
    n = 3 * case.pattern.n_nodes
    free = ~case.fixed.reshape(-1)
    matrix = bsr_matrix((blocks, case.pattern.indices, case.pattern.indptr), shape=(n, n)).tocsc()
    return matrix[free][:, free], free


def solver_of(case, **options):
    return LinearSolver(case.pattern, case.points, case.fixed, edge_nodes=case.edges, **options)


@pytest.mark.parametrize("kind", ["tet4", "tet10", "hex8"])
@pytest.mark.parametrize("tolerance", [1e-3, 1e-9])
def test_solution_is_that_of_scipy(make, kind, tolerance):
    case = make(kind)
    solver = solver_of(case, method="multigrid")
    result = solver.solve(case.blocks, case.rhs, tolerance=tolerance)
    matrix, free = dense_free(case, case.blocks)
    rest = matrix @ result.x.reshape(-1)[free] - case.rhs.reshape(-1)[free]
    assert result.status == "converged"
    assert np.linalg.norm(rest) <= 1.001 * tolerance * np.linalg.norm(case.rhs)
    assert result.iterations < 70
    assert ("float32" in solver.report.method) == (tolerance > 1e-5)
    if tolerance < 1e-6:
        exact = spsolve(matrix, case.rhs.reshape(-1)[free])
        np.testing.assert_allclose(result.x.reshape(-1)[free], exact, atol=1e-5 * abs(exact).max())


def test_edges_save_iterations_and_memory(make):
    case = make("tet10", 5, 5)
    plain = LinearSolver(case.pattern, case.points, case.fixed, method="multigrid")
    with_edges = solver_of(case, method="multigrid")
    many = plain.solve(case.blocks, case.rhs).iterations
    few = with_edges.solve(case.blocks, case.rhs).iterations
    assert few < 0.85 * many


def test_single_precision_leaves_to_double_what_it_cannot_reach(make):
    case = make("tet10", 4, 4, 1.0)
    blocks = case.blocks.copy()
    held = np.zeros_like(case.fixed)
    blocks[case.pattern.diagonal] += 1e-7 * np.abs(blocks).max() * np.eye(3)
    solver = LinearSolver(
        case.pattern, case.points, held, edge_nodes=case.edges, method="multigrid"
    )
    pushed = np.random.default_rng(3).normal(size=case.points.shape) + 1.0
    result = solver.solve(blocks, pushed, tolerance=1e-5)
    rest = case.pattern.multiply(blocks, result.x) - pushed
    assert result.status == "converged"
    assert np.linalg.norm(rest) <= 1.001e-5 * np.linalg.norm(pushed)


THREADS = """
import hashlib, importlib.util, sys
import numpy as np
from vertaug.solid.linear import build_pattern
from vertaug.solid.linear.iterate import solve_double, solve_single
from vertaug.solid.linear.multigrid import build_multigrid
from vertaug_kernels._threads import few_threads

spec = importlib.util.spec_from_file_location("cavity", sys.argv[1])
cavity = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cavity)
points, cells = cavity.cavity("tet10", 5, 5)
moduli = cavity.random_moduli(points, cells, 1e4)
pattern = build_pattern(len(points), cells)
blocks = pattern.assemble_matrix(cavity.isotropic_stiffness(points, cells, moduli))
fixed = cavity.symmetry(points)
load = np.where(fixed, 0.0, np.random.default_rng(0).normal(size=points.shape))
for edges in (cavity.edge_nodes(cells), None):
    for threads in (1, 2, 4):
        with few_threads(threads):
            mine = build_multigrid(pattern, blocks, points, fixed, edges=edges)
            assert mine.levels[0].chunk_ptr.size > 4
            mine.rebuild(blocks)
            digest = hashlib.sha256()
            for solve, tolerance in ((solve_single, 1e-2), (solve_double, 1e-3)):
                free = (~fixed).astype(float)
                x = solve(pattern, blocks, free, mine, load, None, tolerance, 99).x
                digest.update(x.tobytes())
        print(digest.hexdigest())
"""


def test_same_bits_on_one_two_and_four_threads(cavity):
    environment = dict(os.environ, NUMBA_NUM_THREADS="4", OPENBLAS_NUM_THREADS="1")
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    run = subprocess.run(
        [sys.executable, "-c", THREADS, cavity.__file__],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    digests = run.stdout.split()
    assert len(digests) == 6
    assert len(set(digests[:3])) == 1
    assert len(set(digests[3:])) == 1


def test_rebuilt_hierarchy_serves_as_a_fresh_one(make):
    case = make("tet10", 5, 5)
    other = make("tet10", 5, 5, 1.0)
    kept = solver_of(case, method="multigrid")
    kept.solve(other.blocks, case.rhs, tolerance=1e-6)
    for _ in range(3):
        result = kept.solve(case.blocks, case.rhs, tolerance=1e-6)
    fresh = solver_of(case, method="multigrid").solve(case.blocks, case.rhs, tolerance=1e-6)
    assert kept.report.rebuilds >= 1
    assert result.iterations <= 1.3 * fresh.iterations + 3


def nonsymmetric(case, cavity):
    """Stresses that answer some strains more than others, not the same in every cell."""
    rng = np.random.default_rng(5)
    moduli = cavity.random_moduli(case.points, case.cells, 1e4)
    elements = cavity.isotropic_stiffness(case.points, case.cells, moduli)
    share = 1.0 + rng.uniform(0.0, 0.4, (len(elements), 1)) * np.array([1.0, -0.5, -0.5])
    return case.pattern.assemble_matrix(elements * np.tile(share, case.cells.shape[1])[:, None])


@pytest.mark.parametrize("method", ["multigrid", "superlu"])
def test_systems_without_symmetry(make, cavity, method):
    case = make("hex8")
    blocks = nonsymmetric(case, cavity)
    solver = solver_of(case, method=method, symmetric=False)
    result = solver.solve(blocks, case.rhs, tolerance=1e-9)
    matrix, free = dense_free(case, blocks)
    exact = spsolve(matrix, case.rhs.reshape(-1)[free])
    assert result.status == "converged"
    assert result.iterations < 60
    np.testing.assert_allclose(result.x.reshape(-1)[free], exact, atol=1e-6 * abs(exact).max())


@pytest.mark.parametrize("method", ["multigrid", "superlu"])
def test_rank_one_terms_without_symmetry(make, cavity, method):
    case = make("tet4")
    blocks = nonsymmetric(case, cavity)
    vector = np.random.default_rng(1).normal(size=case.points.shape)
    solver = solver_of(case, method=method)
    result = solver.solve(blocks, case.rhs, [(1e3, vector)], 1e-10, symmetric=False)
    matrix, free = dense_free(case, blocks)
    g = vector.reshape(-1)[free]
    exact = np.linalg.solve(matrix.toarray() + 1e3 * np.outer(g, g), case.rhs.reshape(-1)[free])
    np.testing.assert_allclose(result.x.reshape(-1)[free], exact, atol=1e-6 * abs(exact).max())


def test_symmetric_part_is_that_of_scipy(make):
    case = make("tet4")
    blocks = np.random.default_rng(0).normal(size=case.blocks.shape)
    n = 3 * case.pattern.n_nodes

    def wide(values):
        return bsr_matrix((values, case.pattern.indices, case.pattern.indptr), shape=(n, n))

    exact = 0.5 * (wide(blocks) + wide(blocks).T)
    assert abs(wide(case.pattern.symmetric_part(blocks)) - exact).max() < 1e-15


def test_report_says_what_was_chosen_and_why(make):
    case = make("hex8", 8, 8)
    solver = solver_of(case)
    solver.solve(case.blocks, case.rhs, tolerance=1e-2)
    assert solver.report.method == "multigrid cg float32"
    assert solver.report.reason == "large system"
    solver.solve(case.blocks, case.rhs, tolerance=1e-8)
    solver.solve(case.blocks, case.rhs, symmetric=False)
    assert list(solver.report.choices.values()) == [1, 1, 1]
    assert solver.report.method == "multigrid bicgstab float64"


def test_direct_method_takes_over_where_multigrid_fails(make):
    case = make("hex8", 8, 8)
    solver = solver_of(case, max_iterations=3)
    result = solver.solve(case.blocks, case.rhs)
    assert result.status == "converged"
    assert solver.report.reason == "multigrid did not converge"


def test_diagonal_that_is_not_positive_tells_a_direction(make):
    case = make("tet10")
    solver = solver_of(case, method="multigrid")
    solver.solve(case.blocks, case.rhs)
    blocks = case.blocks.copy()
    node = len(case.points) - 1
    blocks[case.pattern.diagonal[node]] -= 3.0 * np.abs(case.blocks).max() * np.eye(3)
    result = solver.solve(blocks, case.rhs)
    direction = result.curvature_direction
    assert result.status == "negative_curvature"
    assert np.sum(direction * case.pattern.multiply(blocks, direction)) < 0.0
    assert np.sum(result.x * case.rhs) > 0.0
    assert solver.solve(case.blocks, case.rhs).status == "converged"


def test_matrix_with_nan_is_refused(make):
    case = make("tet10")
    blocks = case.blocks.copy()
    blocks[case.pattern.diagonal[5], 0, 0] = np.nan
    with pytest.raises(MatrixError):
        solver_of(case, method="multigrid").solve(blocks, case.rhs)


@pytest.mark.parametrize("change", ["outside", "twice", "end is middle"])
def test_bad_edges_are_refused(make, change):
    case = make("tet10")
    edges = case.edges.copy()
    if change == "outside":
        edges[0, 0] = len(case.points)
    elif change == "twice":
        edges[0, 0] = edges[1, 0]
    else:
        edges[0, 1] = edges[1, 0]
    with pytest.raises(InputError, match="E-MESH-024"):
        LinearSolver(case.pattern, case.points, case.fixed, edge_nodes=edges)


PARDISO = importlib.util.find_spec("pypardiso") is not None


@pytest.mark.skipif(not PARDISO, reason="pypardiso is not installed")
@pytest.mark.parametrize("symmetric", [True, False])
def test_pardiso_gives_the_solution_of_superlu(make, cavity, symmetric):
    case = make("tet10")
    blocks = case.blocks if symmetric else nonsymmetric(case, cavity)
    found = [
        solver_of(case, method=method, symmetric=symmetric).solve(blocks, case.rhs).x
        for method in ("pardiso", "superlu")
    ]
    np.testing.assert_allclose(found[0], found[1], atol=1e-9 * abs(found[1]).max())


@pytest.mark.skipif(PARDISO, reason="pypardiso is installed")
def test_pardiso_that_is_not_installed_is_told(make):
    case = make("tet4")
    with pytest.raises(InputError, match="not installed"):
        solver_of(case, method="pardiso").solve(case.blocks, case.rhs)
