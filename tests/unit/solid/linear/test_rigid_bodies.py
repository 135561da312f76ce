# SPDX-License-Identifier: BSD-3-Clause
"""A column of soft blocks between rigid bodies, each carried by a centre and a turn."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse.linalg import spsolve

from vertaug.solid.crushing_rig import CrushingRig, SegmentCrushingRig
from vertaug.solid.linear import LinearSolver, RigidBodies, build_pattern
from vertaug.solid.linear.multigrid import rigid_body_modes
from vertaug.solid.machine import MachineRig
from vertaug.solid.ramped_rig import RampedRig
from vertaug.solid.rig import SpecimenRig
from vertaug.solid.segment_rig import SegmentRig
from vertaug_kernels import coarsen

LEVER = 3.0
BLOCKS = 8


def tie(arm, stiffness):
    """Stiffness (9, 9) of a tie of a node to a centre and a turn, `arm` (3,) mm from the centre."""
    x, y, z = arm
    cross = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    jump = np.hstack([np.eye(3), -np.eye(3), cross / LEVER])
    return stiffness * jump.T @ jump


class Column:
    """Blocks of edge 1 mm, bodies of 1 mm between and above them."""

    def __init__(self, elasticity, n=5, stiffness=1e3):
        points, cells = elasticity.grid(n)
        size = len(points)
        self.points = np.vstack([points + np.array([0.0, 0.0, 2.0 * i]) for i in range(BLOCKS)])
        cells = np.vstack([cells + i * size for i in range(BLOCKS)]).astype(np.int32)
        first = len(self.points)
        centres = np.array([[0.5, 0.5, 2.0 * i + 1.5] for i in range(BLOCKS)])
        self.points = np.vstack([self.points, centres, np.zeros((BLOCKS, 3))])
        number = np.arange(BLOCKS, dtype=np.int32)
        self.bodies = RigidBodies(first + number, first + BLOCKS + number, LEVER)
        z = self.points[:first, 2]
        self.body = np.where(np.isclose(z % 2.0, 1.0), z // 2.0, -1)
        above = np.isclose(z % 2.0, 0.0) & (z > 0.5)
        self.body = np.where(above, z // 2.0 - 1.0, self.body).astype(int)
        tied = np.flatnonzero(self.body >= 0)
        of = self.body[tied]
        ties = np.stack([tied, first + of, first + BLOCKS + of], axis=1).astype(np.int32)
        arms = self.points[tied] - centres[of]
        self.pattern = build_pattern(len(self.points), cells, ties)
        self.blocks = self.pattern.assemble_matrix(
            elasticity.stiffness(self.points, cells, np.ones(len(cells))),
            np.array([tie(arm, stiffness) for arm in arms]),
        )
        self.fixed = np.zeros(self.points.shape, bool)
        self.fixed[:first] = z[:, None] < 1e-9
        self.load = np.zeros(self.points.shape)
        self.load[self.bodies.centres[-1]] = [1.0, 0.5, -2.0]


@pytest.fixture(scope="module")
def column(elasticity):
    return Column(elasticity)


def test_a_free_columns_modes_take_no_force(column):
    modes = rigid_body_modes(column.points, None, column.bodies)
    for mode in np.moveaxis(modes, 2, 0):
        force = column.pattern.multiply(column.blocks, np.ascontiguousarray(mode))
        assert np.abs(force).max() < 1e-9 * np.abs(column.blocks).max()
        assert np.linalg.norm(mode) > 0.1


def test_bodies_make_a_tall_column_cheap(column):
    with_bodies = LinearSolver(
        column.pattern, column.points, column.fixed, method="multigrid", bodies=column.bodies
    ).solve(column.blocks, column.load)
    without = LinearSolver(column.pattern, column.points, column.fixed, method="multigrid").solve(
        column.blocks, column.load
    )
    assert with_bodies.status == "converged"
    assert with_bodies.iterations <= 30
    assert without.iterations > 3 * with_bodies.iterations


def test_solution_is_that_of_scipy(column, elasticity):
    solver = LinearSolver(
        column.pattern, column.points, column.fixed, method="multigrid", bodies=column.bodies
    )
    result = solver.solve(column.blocks, column.load, tolerance=1e-11)
    blocks = column.blocks.copy()
    column.pattern.constrain(blocks, column.fixed)
    system = elasticity.System(
        column.points, None, column.pattern, blocks, column.fixed, column.load
    )
    exact = spsolve(system.scipy(blocks), column.load.reshape(-1))
    assert np.allclose(result.x.reshape(-1), exact, rtol=0.0, atol=1e-6 * np.abs(exact).max())


def test_held_nodes_are_those_that_are_tied(column):
    pattern = column.pattern
    norms = np.linalg.norm(column.blocks, axis=(1, 2))
    held = column.bodies.holding(pattern.indptr, pattern.indices, pattern.diagonal, norms)
    assert np.array_equal(held[: column.body.size], column.body)
    for nodes in (column.bodies.centres, column.bodies.turns):
        assert np.array_equal(held[nodes], np.arange(BLOCKS))
    loose = column.bodies.renumbered(np.arange(len(held), dtype=np.int32)[::-1].copy())
    assert np.array_equal(loose.centres, len(held) - 1 - column.bodies.centres)


def test_groups_keep_to_their_body(column):
    pattern = column.pattern
    norms = np.linalg.norm(column.blocks, axis=(1, 2))
    matrix = (pattern.indptr, pattern.indices, pattern.diagonal, norms)
    body = column.bodies.holding(*matrix)
    links = np.empty(norms.size, np.bool_)
    coarsen.strong_links(*matrix, 0.02, 100, body, links)
    rows = np.repeat(np.arange(len(body)), np.diff(pattern.indptr))
    limit = 0.02 * np.sqrt(norms[pattern.diagonal][rows] * norms[pattern.diagonal][pattern.indices])
    expected = (norms > limit) & (rows != pattern.indices)
    expected &= (body[rows] < 0) & (body[pattern.indices] < 0)
    assert np.array_equal(links, expected)
    owner = np.empty(len(body), np.int32)
    count = coarsen.aggregate(pattern.indptr, pattern.indices, links, norms, 100, body, owner)
    assert np.array_equal(owner[body >= 0], body[body >= 0])
    assert owner[body < 0].min() >= BLOCKS
    assert count == owner.max() + 1


def test_modes_follow_bodies_that_have_turned(column):
    """The column turned by 60 degrees takes as many iterations as upright once its modes have followed."""
    turn = np.radians(60.0)
    axes = np.array(
        [[1.0, 0.0, 0.0], [0.0, np.cos(turn), -np.sin(turn)], [0.0, np.sin(turn), np.cos(turn)]]
    )
    tilted = np.einsum("ij,bjk,lk->bil", axes, column.blocks, axes)
    points = column.points @ axes.T
    points[column.bodies.turns] = [turn * LEVER, 0.0, 0.0]

    def solved(solver, blocks, load):
        result = solver.solve(blocks, load, tolerance=1e-8)
        return result.status, result.iterations

    def made():
        return LinearSolver(
            column.pattern, column.points, column.fixed, method="multigrid", bodies=column.bodies
        )

    _, upright = solved(made(), column.blocks, column.load)
    left, followed = made(), made()
    followed.follow(points)
    (_, behind), (status, now) = (
        solved(solver, tilted, column.load @ axes.T) for solver in (left, followed)
    )
    assert status == "converged"
    assert now <= 1.25 * upright
    assert behind > 2.0 * now
    # a body that has hardly turned keeps what is known
    kept = followed.hierarchy
    points[column.bodies.turns[0]] += [0.04 * LEVER, 0.0, 0.0]
    followed.follow(points)
    assert followed.hierarchy is kept


def test_every_rig_with_places_names_its_bodies():
    rigs = (CrushingRig, MachineRig, RampedRig, SegmentCrushingRig, SegmentRig, SpecimenRig)
    placed = {rig for rig in rigs if hasattr(rig, "places")}
    assert placed == {rig for rig in rigs if hasattr(rig, "bodies")}
    assert placed >= {RampedRig, SegmentCrushingRig, SegmentRig}
    # a machine holds places in space, which bodies that turn would leave
    assert {rig for rig in rigs if hasattr(rig, "chain")} == {RampedRig, SegmentRig}
