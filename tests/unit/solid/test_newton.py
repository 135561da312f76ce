# SPDX-License-Identifier: BSD-3-Clause
"""What Newton answers where a step cannot be solved, and under displacements alone."""

import numpy as np
import pytest

from vertaug.solid.cells import SolidItem
from vertaug.solid.item import Contribution
from vertaug.solid.linear import LinearSolver, build_pattern
from vertaug.solid.load import NodalLoad
from vertaug.solid.newton import TIGHT, NewtonOptions, minimise
from vertaug.solid.support import GroundBed
from vertaug_kernels import laws

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def cube(cases):
    points, cells = cases.grid(2)
    corner = points[cells]
    volume = np.linalg.det(corner[:, 1:] - corner[:, :1]) / 6.0
    n = len(cells)
    item = SolidItem.start(
        points, cells, volume, np.tile(np.eye(3), (n, 1, 1)), np.ones(n),
        np.full(n, laws.HENCKY, dtype=np.int32), np.tile(cases.row(200.0, 0.3), (n, 1)),
    )  # fmt: skip
    fixed = np.repeat(np.abs(points[:, 2:] - 0.5) > 0.49, 3, axis=1)
    pattern = build_pattern(len(points), item.connectivity)
    return points, item, LinearSolver(pattern, points, fixed, method="direct")


def test_points_are_left_as_they_are(cube):
    points, item, solver = cube
    start = points * [1.0, 1.0, 0.9]
    kept = start.copy()
    result = minimise(start, [item], solver, NewtonOptions())
    assert np.array_equal(start, kept)
    assert result.points is not start


def test_displaced_ends_alone_reach_equilibrium(cube):
    """One body, no load: the scale of its forces includes the reactions."""
    points, item, solver = cube
    result = minimise(points * [1.0, 1.0, 0.9], [item], solver, NewtonOptions(tolerance=1e-10))
    assert result.converged, result.reason
    assert 0 < result.iterations < 10
    assert result.residuals[-1] <= 1e-10
    assert np.array_equal(result.points[solver.fixed], (points * [1.0, 1.0, 0.9])[solver.fixed])
    assert result.energy == pytest.approx(item.energy(result.points), rel=1e-12)


def test_body_at_rest_needs_no_iteration(cube):
    points, item, solver = cube
    result = minimise(points, [item], solver, NewtonOptions())
    assert result.converged
    assert result.iterations == 0


def test_inverted_start_is_said(cube):
    points, item, solver = cube
    result = minimise(points * [1.0, 1.0, -1.0], [item], solver, NewtonOptions())
    assert not result.converged
    assert "inverted" in result.reason


def test_not_a_number_is_never_converged(cube):
    points, item, solver = cube
    points = points.copy()
    points[13, 0] = np.nan
    result = minimise(points, [item], solver, NewtonOptions())
    assert not result.converged


def test_too_few_iterations_are_said(cube):
    points, item, solver = cube
    result = minimise(
        points * [1.0, 1.0, 0.7], [item], solver, NewtonOptions(tolerance=1e-12, max_iterations=1)
    )
    assert not result.converged
    assert "1 iterations" in result.reason


def test_an_expected_way_saves_iterations_and_changes_nothing(cube):
    points, item, solver = cube
    start, options = points * [1.0, 1.0, 0.8], NewtonOptions(tolerance=1e-10)
    cold = minimise(start, [item], solver, options)
    near = minimise(start, [item], solver, options, 0.95 * (cold.points - start))
    assert near.converged
    assert near.iterations < cold.iterations
    assert near.points == pytest.approx(cold.points, abs=1e-9)
    there = minimise(start, [item], solver, options, cold.points - start)
    assert there.iterations == 0


@pytest.mark.parametrize("wrong", [-50.0, np.nan], ids=["inverting", "no number"])
def test_an_expected_way_that_leads_nowhere_is_not_gone(cube, wrong):
    points, item, solver = cube
    start, options = points * [1.0, 1.0, 0.8], NewtonOptions(tolerance=1e-10)
    cold = minimise(start, [item], solver, options)
    result = minimise(start, [item], solver, options, wrong * (cold.points - start))
    assert result.iterations == cold.iterations
    assert np.array_equal(result.points, cold.points)


class _Wall:
    """A bound at half of every step, as of a contact, without forces."""

    connectivity = np.zeros((0, 1), dtype=np.int32)

    def __init__(self):
        self.asked = []

    def largest_step(self, points, step):
        self.asked.append(step)
        return 0.5

    def energy(self, points):
        return 0.0

    def evaluate(self, points, *, with_matrix):
        return Contribution(0.0, np.zeros((0, 1, 3)), np.zeros((0, 3, 3)))


def test_an_expected_way_is_bound_by_contact_and_keeps_fixed_unknowns(cube):
    points, item, solver = cube
    wall = _Wall()
    start = points * [1.0, 1.0, 0.8]
    way = minimise(start, [item], solver, NewtonOptions()).points - start
    pattern = build_pattern(len(points), item.connectivity, wall.connectivity)
    solver = LinearSolver(pattern, points, solver.fixed, method="direct")
    anything = NewtonOptions(tolerance=np.inf)
    result = minimise(start, [item, wall], solver, anything, np.where(solver.fixed, 1.0, way))
    assert np.array_equal(wall.asked[0], way)
    assert result.points == pytest.approx(start + 0.5 * way, abs=1e-14)


class Wells:
    """Nodes in a row, tied to the next one by springs of 10 N/mm, each with two places of rest at x = -1 and 1 mm."""

    def __init__(self, count):
        self.connectivity = np.stack([np.arange(count - 1), np.arange(1, count)], axis=1).astype(
            np.int32
        )

    def energy(self, points):
        return self.evaluate(points, with_matrix=False).energy

    def evaluate(self, points, *, with_matrix):
        ends = points[self.connectivity]
        pull = 10.0 * (ends[:, 1] - ends[:, 0])
        x = ends[:, :, 0]
        forces = np.stack([-pull, pull], axis=1)
        forces[:, :, 0] += x**3 - x
        forces[:, :, 1:] += ends[:, :, 1:]
        well = 0.25 * (x**2 - 1.0) ** 2 + 0.5 * (ends[:, :, 1:] ** 2).sum(axis=2)
        energy = float(0.05 * (pull**2).sum() + well.sum())
        if not with_matrix:
            return Contribution(energy, forces, None)
        matrices = np.kron(np.array([[1.0, -1.0], [-1.0, 1.0]]), 10.0 * np.eye(3))[None].repeat(
            len(ends), 0
        )
        for end in (0, 1):
            matrices[:, 3 * end, 3 * end] += 3.0 * x[:, end] ** 2 - 1.0
            for axis in (1, 2):
                matrices[:, 3 * end + axis, 3 * end + axis] += 1.0
        return Contribution(energy, forces, matrices)


def test_curvature_below_zero_costs_no_set_ups():
    """Between the wells the row's common motion has negative curvature; one set-up more serves all shifts."""
    points = np.zeros((40, 3))
    item = Wells(len(points))
    pattern = build_pattern(len(points), item.connectivity)
    places = np.stack([np.arange(40.0), np.zeros(40), np.zeros(40)], axis=1)
    solver = LinearSolver(pattern, places, method="multigrid")
    right = np.tile([0.8, 0.0, 0.0], (40, 1))
    assert minimise(right, [item], solver, NewtonOptions(tolerance=1e-8)).converged
    before = solver.report.setups
    waves = 0.05 + 0.02 * np.sin(np.arange(40.0))
    result = minimise(
        points + waves[:, None] * [1.0, 0.0, 0.0], [item], solver, NewtonOptions(tolerance=1e-8)
    )
    assert result.converged, result.reason
    assert result.points[:, 0] == pytest.approx(1.0, abs=1e-6)
    assert solver.report.negative_curvature > 4
    assert solver.report.setups <= before + 1


def test_energy_of_the_start_is_kept_and_that_of_other_points_is_not(cube):
    points, item, _ = cube
    moved = points * [1.0, 1.0, 0.9]
    more = np.vstack([points, np.ones((2, 3))])
    assert item.energy(points) == float(item.cell_energies(points).sum())
    assert item.energy(more) == item.energy(points)
    assert item.energy(moved) == float(item.cell_energies(moved).sum()) > 1.0
    later = item.after(moved)
    assert later.energy(moved) == float(later.cell_energies(moved).sum()) > 1.0


def test_where_nothing_pushes_the_last_digit_of_coordinates_is_the_limit():
    """Stiff feet far from the origin: their last digit is 3e-8 N, and no iteration finds the nanonewton of TIGHT."""
    generator = np.random.default_rng(5)
    points = 200.0 + generator.random((6, 3))
    nodes = np.arange(6, dtype=np.int32)
    beds = [
        GroundBed(nodes, points + 1e-8 * generator.random((6, 3)), np.full((6, 3), stiffness))
        for stiffness in (1e6, 3e5)
    ]
    pattern = build_pattern(len(points), *(bed.connectivity for bed in beds))
    solver = LinearSolver(pattern, points, np.zeros(points.shape, dtype=np.bool_), method="direct")
    result = minimise(points, beds, solver, TIGHT)
    assert result.converged, result.reason
    assert result.iterations < 4
    assert result.residuals[-1] < 1e-6
    # what is loaded is held to its tolerance all the same
    pulled = NodalLoad(nodes, np.full((6, 3), 100.0))
    pattern = build_pattern(len(points), *(bed.connectivity for bed in (*beds, pulled)))
    solver = LinearSolver(pattern, points, np.zeros(points.shape, dtype=np.bool_), method="direct")
    loaded = minimise(points, [*beds, pulled], solver, TIGHT)
    assert loaded.residuals[-1] <= TIGHT.tolerance
