# SPDX-License-Identifier: BSD-3-Clause
"""A body that is crushed at a point: the drive, the rules that end it, and what it leaves."""

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest

from vertaug.outcomes import FractureRule, fracture
from vertaug.solid import rotation
from vertaug.solid.crushing_rig import (
    CrushingRig,
    FrameDrive,
    PointDrive,
    SegmentCrushingRig,
    crusher,
)
from vertaug.solid.energy_balance import StepEnergy
from vertaug.solid.frame import Frames
from vertaug.solid.model import first_state
from vertaug.solid.newton import NewtonOptions
from vertaug.solid.remeshing import RemeshRule
from vertaug.solid.rig import MACHINE
from vertaug.solid.segment_rig import SEGMENT, SegmentRig
from vertaug.solid.support import GroundBed
from vertaug.state import RigState

pytestmark = pytest.mark.usefixtures("one_thread")

LEVER = 15.0
REMESH = RemeshRule(fine=1.2, bulk=4.0, growth=0.5)


def frame_drive(position):
    """A push on a frame that has turned before."""
    half = np.array([[0.15, 0.02, -0.01]])
    frames = Frames(
        np.array([1]), np.array([2]), LEVER, np.array([[0.4, 0.1, -0.2]]),
        rotation.exponential(half)[0],
    )  # fmt: skip
    arm = np.array([0.0, -7.0, 2.0])
    return FrameDrive(frames, arm, (-0.1, 3.9), (0.0, 0.3), position, 40.0)


@pytest.mark.parametrize("position", [None, -0.3])
@pytest.mark.parametrize("kind", ["platen", "frame"])
def test_drive_is_the_derivative_of_its_energy(kind, position):
    platen = PointDrive(1, -7.0, LEVER, position, 40.0, aside=0.05)
    drive = platen if kind == "platen" else frame_drive(position)
    points = np.array([[1.0, 2.0, 3.0], [-0.2, 4.0, -0.02], [0.3, -0.1, 1.5]])
    part = drive.evaluate(points, with_matrix=True)
    slope, stiffness, step = np.zeros(6), np.zeros((6, 6)), 1e-6
    for unknown in range(6):
        moved = [points.copy(), points.copy()]
        for sign, copy in zip((-1.0, 1.0), moved, strict=True):
            copy[1:].flat[unknown] += sign * step
        slope[unknown] = (drive.energy(moved[1]) - drive.energy(moved[0])) / (2.0 * step)
        change = [drive.evaluate(copy, with_matrix=False).forces.ravel() for copy in moved]
        stiffness[:, unknown] = (change[1] - change[0]) / (2.0 * step)
    scale = np.abs(part.matrices).max()
    np.testing.assert_allclose(slope, part.forces.ravel(), atol=1e-8 * scale)
    np.testing.assert_allclose(stiffness, part.matrices[0], atol=1e-7 * scale)


def test_a_push_at_a_point_is_a_force_and_a_moment():
    """A load at a place in front of the middle lowers the front by as much as its moment says."""
    drive = PointDrive(0, -6.0, LEVER, None, 50.0)
    flat = [50.0, 50.0 * -6.0 / LEVER, 0.0, 0.0, 0.0, 0.0]
    np.testing.assert_allclose(drive.force(np.zeros((2, 3))), flat, atol=1e-12)
    tilted = np.array([[0.0, 0.4 * LEVER, 0.0], np.zeros(3)])
    assert drive.height(tilted) == pytest.approx(-6.0 * np.sin(0.4))


def edge_height(state, sign):
    """Mean height of the block's edge at front (-1) or back (1)."""
    points, reference = state.mesh.points, state.reference
    upper, lower = (
        points[(sign * reference[:, 1] > 4.0) & (side * reference[:, 2] > 6.0), 2].mean()
        for side in (1.0, -1.0)
    )
    return upper - lower


def crushed(loaded, offset, rule=None, options=None):
    """Crush the block of the tests in its discs; the result, and the states on the way."""
    model, start = loaded
    if options is not None:
        model = replace(model, newton=options)
    whole, seen = edge_height(start, -1.0), []
    rule = rule or FractureRule(-offset, 0.5, 4.0, 0.9, at_failure=False)
    result = fracture(
        start, model, rule, REMESH,
        lambda state: 1.0 - edge_height(state, -1.0) / whole,
        lambda *step: seen.append(step),
    )  # fmt: skip
    return result, seen


@pytest.fixture(scope="module")
def even(loaded):
    mesh = loaded[1].mesh
    n, m = mesh.n_cells, len(mesh.facets)
    model = replace(loaded[0], surroundings=replace(loaded[0].surroundings, axial_load=10.0))
    return model, first_state(mesh, model, np.full(n, 60.0), np.zeros(n), np.zeros(m))


@pytest.fixture(scope="module")
def straight(even):
    return crushed(even, 0.0)


@pytest.fixture(scope="module")
def forward(even):
    return crushed(even, 4.0)


def test_pushed_in_the_middle_it_sinks_evenly(even, straight):
    result, seen = straight
    assert (result.stop, result.failure) == ("depth", "")
    assert result.curve[-1, 0] == pytest.approx(4.0, abs=1e-9)
    state = seen[-1][4]
    sunk = [edge_height(even[1], s) - edge_height(state, s) for s in (-1.0, 1.0)]
    assert sunk[0] == pytest.approx(sunk[1], rel=0.2)  # the mesh is not symmetric
    assert sunk[0] > 0.3


def test_pushed_in_front_it_becomes_a_wedge(even, forward):
    result, seen = forward
    state = seen[-1][4]
    front, back = (edge_height(even[1], s) - edge_height(state, s) for s in (-1.0, 1.0))
    assert front > 2.0 * back
    np.testing.assert_allclose(state.rig.points[0, 2], 0.0, atol=1e-3)
    assert result.state.bone.damage.max() > 0.1


def test_it_keeps_a_part_of_what_it_lost(even, forward):
    """Let go under the residual load it comes back in part, stands in its own rig, and its forces balance."""
    result, seen = forward
    start, end, last = (edge_height(s, -1.0) for s in (even[1], result.state, seen[-1][4]))
    assert last < end < start
    assert result.reaction_error < 1e-6


@pytest.fixture(scope="module")
def left_alone(even):
    return crushed(even, 4.0, FractureRule(-4.0, 0.5, 4.0, 0.9, at_failure=False, rest=1800.0))


def test_crushed_bone_creeps_back_over_a_rest(forward, left_alone):
    """It springs back at once as without a rest, then further, and stands unloaded with the law it had before."""
    at_once, (result, _) = forward[0], left_alone
    np.testing.assert_array_equal(at_once.sprung.mesh.points, at_once.state.mesh.points)
    np.testing.assert_array_equal(result.sprung.mesh.points, at_once.state.mesh.points)
    assert edge_height(result.state, -1.0) > edge_height(result.sprung, -1.0) + 0.01
    assert result.reaction_error < 1e-6


@pytest.mark.parametrize("which", ["straight", "forward", "left_alone"])
def test_the_balance_of_energy_closes(which, request):
    result, _ = request.getfixturevalue(which)
    assert result.energy.relative_error < 0.02
    assert result.energy.total.dissipated > 0.1 * result.energy.total.external


def test_a_loss_of_height_ends_it_where_it_is_reached(even):
    rule = FractureRule(-4.0, 0.5, 8.0, 0.03, at_failure=False)
    result, _ = crushed(even, 4.0, rule)
    assert result.stop == "anterior_loss"
    assert result.curve[-1, 2] == pytest.approx(0.03, abs=0.005)
    assert (result.curve[:-1, 2] < 0.03).all()


def test_a_step_that_fails_is_said_and_nothing_is_raised(even):
    result, seen = crushed(even, 0.0, options=NewtonOptions(tolerance=1e-15, max_iterations=1))
    assert result.failure
    assert result.stop == ""
    assert seen == []
    assert np.array_equal(result.state.rig.points, even[1].rig.points)


def test_items_are_always_as_many_on_the_same_nodes(even):
    rig, data = CrushingRig(LEVER, -5.0), even[1].rig
    for form in (rig, replace(rig, driven=False)):
        nodes = [
            [item.connectivity.tolist() for item in (*form.springs(data, 9), *form.drives(data, 9, load))]
            for load in (0.0, 37.0)
        ]  # fmt: skip
        assert nodes[0] == nodes[1]


FIRST = 3
"""Nodes of a mesh before those of the rig."""


@dataclass(frozen=True)
class Bare:
    """In place of a segment: the frames of top and foot, and a sacrum, with nothing between them."""

    frames: Frames
    ground: GroundBed

    def parts(self, data, first):
        return SimpleNamespace(frames=self.frames, ground=self.ground)

    def drives(self, data, first, load):
        return []

    def work(self, data, first, loads, start, end):
        return StepEnergy()


def gripped(foot):
    """The machine on a frame of a column, which grips another one, or on that of a segment; and all points."""
    rest = np.array(
        [[0.1, 1.0, 30.0], [0.2, 0.3, 0.1], [0.4, 2.0, -30.0], [-0.3, 0.2, 0.1], [0.0, 0.0, -90.0]]
    )
    arrays = {"frame": np.array([[0.0, 1.0], [2.0, 3.0]]), "foot": np.array(foot, dtype=float)}
    data = RigState(SEGMENT, rest, {}, arrays)
    rig = crusher(data, SegmentRig(), LEVER, -6.0, 110.0)
    assert isinstance(rig, SegmentCrushingRig)
    centres = np.array([FIRST, FIRST + 2], dtype=np.int32)
    unit = np.tile([1.0, 0.0, 0.0, 0.0], (2, 1))
    frames = Frames(centres, centres + np.int32(1), LEVER, rest[[1, 3]], unit)
    sacrum = GroundBed(np.array([FIRST + 4], dtype=np.int32), rest[4:], np.full((1, 3), MACHINE))
    bare = Bare(frames, sacrum)
    return replace(rig, segment=bare, idle=0.0), data, np.vstack([np.zeros((FIRST, 3)), rest])


def test_in_a_column_the_machine_grips_the_foot_where_it_stands():
    """It holds all six unknowns of the foot; in a segment, whose foot is potted, there is no grip."""
    rig, data, points = gripped([1.0])
    _, grip = rig.drives(data, FIRST, 20.0)
    assert grip.nodes.tolist() == [FIRST + 2, FIRST + 3]
    assert grip.energy(points) == 0.0
    moved = points.copy()
    moved[FIRST + 2] += [1e-3, -2e-3, 3e-3]
    moved[FIRST + 3] += [0.0, 4e-3, -1e-3]
    forces = grip.evaluate(moved, with_matrix=False).forces[:, 0]
    np.testing.assert_allclose(forces, MACHINE * (moved - points)[FIRST + 2 : FIRST + 4])
    bare, held, _ = gripped([])
    assert bare.foot is None
    assert len(bare.drives(held, FIRST, 20.0)) == 1


def test_what_the_machine_pushes_down_its_grip_holds_and_the_sacrum_does_not_feel_it():
    rig, data, points = gripped([1.0])
    rig = rig.let_go()
    push, moved = 800.0, points.copy()
    moved[FIRST + 2, 2] -= push / MACHINE
    assert rig.reaction_error(data, FIRST, push, moved) < 1e-9 * push
    # without the grip's share nothing would take the push
    assert rig.reaction_error(data, FIRST, push, points) == pytest.approx(push)


def test_work_of_the_machine_is_that_of_its_push_and_of_its_grip():
    rig, data, points = gripped([1.0])
    rig, push, moved = rig.let_go(), 800.0, points.copy()
    moved[FIRST, 2] -= 0.5
    moved[FIRST + 2, 2] -= push / MACHINE
    work = rig.work(data, FIRST, (push, push), points, moved).external
    assert work == pytest.approx(0.5 * push - 0.5 * push**2 / MACHINE, rel=1e-9)


def test_a_gripped_column_has_always_as_many_items_on_the_same_nodes():
    rig, data, _ = gripped([1.0])
    for form in (rig, rig.let_go()):
        nodes = [
            [item.connectivity.tolist() for item in form.drives(data, FIRST, load)]
            for load in (0.0, 37.0)
        ]
        assert nodes[0] == nodes[1]
