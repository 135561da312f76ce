# SPDX-License-Identifier: BSD-3-Clause
"""A lumbar disc between rigid endplates: pressure in the nucleus, compression, bending; gaps of joints."""

import numpy as np
import pytest
from tests.solid_cases import difference_tangent, tangent_times
from tests.spine_cases import disc_between

from vertaug.anatomy.curvature import disc_spaces
from vertaug.errors import InputError
from vertaug.materials.disc import DEGENERATED, SOUND
from vertaug.solid import rotation
from vertaug.solid.controls import LoadControl
from vertaug.solid.disc import disc_items
from vertaug.solid.frame import Frames, add_frames
from vertaug.solid.gap import GapItem, turning_gaps
from vertaug.solid.load import frame_load
from vertaug.solid.stepping import PathOptions, follow
from vertaug.solid.tie import rigid_tie

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def mesh():
    return disc_between("L4", "L5", disc_spaces(("L4", "L5"))[0])


def loaded(mesh, tissue, force=0.0, moment=(0.0, 0.0, 0.0), steps=3):
    """Disc under a force (N) down and a moment (N mm): the disc, points, sinking (mm), turn (degrees)."""
    upper = np.unique(mesh.upper)
    points, frames = add_frames(mesh.points, mesh.points[upper].mean(axis=0)[None], 20.0)
    disc = disc_items(mesh, points, 0, tissue)
    fixed = np.zeros(points.shape, dtype=np.bool_)
    fixed[np.unique(mesh.lower)] = True

    def loads(share):
        return (
            frame_load(frames, 0, (0.0, 0.0, -force * share), tuple(share * m for m in moment)),
        )

    tie = rigid_tie(points, frames, 0, upper, 1e5)
    run = follow(
        points, [*disc.items, tie], LoadControl(loads), [1.0], fixed,
        PathOptions(1.0 / steps, 1.0 / 64.0, 1.0 / steps),
    )  # fmt: skip
    assert run.target == 1.0
    sunk = points[frames.centres[0], 2] - run.points[frames.centres[0], 2]
    return disc, run.points, sunk, np.degrees(run.points[frames.rotations[0]] / 20.0)


def test_pressure_in_the_nucleus_at_500_N_is_that_of_standing(mesh):
    disc, points, sunk, _ = loaded(mesh, SOUND, 500.0)
    assert 0.40 < disc.pressure(points) < 0.60
    assert 0.3 < sunk < 1.0
    area = 0.25 * np.pi * np.prod(np.ptp(mesh.points[np.unique(mesh.upper)], axis=0)[:2])
    assert 1.0 < disc.pressure(points) / (500.0 / area) < 1.6
    assert (disc.fibres.tension(points) >= 0.0).all()
    # what the fluid pushes with is what its volume has lost
    fluid = disc.fluid
    lost = 1.0 - fluid.volume(points) / fluid.volume(mesh.points)
    assert fluid.pressure(points) == pytest.approx(SOUND.bulk * lost, rel=1e-6)


def test_a_degenerated_disc_has_less_pressure_and_sinks_more(mesh):
    sound, worn = (loaded(mesh, tissue, 500.0) for tissue in (SOUND, DEGENERATED))
    assert worn[0].fluid is None
    assert worn[0].pressure(worn[1]) < 0.85 * sound[0].pressure(sound[1])
    assert worn[2] > 1.3 * sound[2]


@pytest.mark.parametrize(
    ("moment", "axis", "low", "high"),
    [((7500.0, 0, 0), 0, 5.0, 11.0), ((0, 7500.0, 0), 1, 3.0, 9.0), ((0, 0, 7500.0), 2, 2.0, 6.0)],
)
def test_a_disc_alone_bends_a_few_degrees_at_7500_N_mm(mesh, moment, axis, low, high):
    _, _, _, turn = loaded(mesh, SOUND, moment=moment, steps=2)
    assert low < turn[axis] < high


def test_gaps_push_once_closed_and_their_tangent_is_exact():
    points = np.random.default_rng(1).normal(size=(6, 3))
    nodes = np.array([[0, 1], [2, 3], [4, 5]], dtype=np.int32)
    normal = np.array([[0, 0, 1.0], [0, 1.0, 0], [0.6, 0.0, 0.8]])
    rest = ((points[nodes[:, 0]] - points[nodes[:, 1]]) * normal).sum(axis=1)
    item = GapItem(nodes, normal, rest, np.full(3, 0.4), np.array([10.0, 20.0, 30.0]))
    assert item.energy(points) == 0.0
    closed = points.copy()
    closed[nodes[:, 0]] -= 0.6 * normal
    np.testing.assert_allclose(item.forces(closed), 0.2 * item.stiffness)
    along = np.random.default_rng(2).normal(size=points.shape)
    expected = difference_tangent(item, closed, along, 1e-5)
    np.testing.assert_allclose(tangent_times(item, closed, along), expected, atol=1e-8)
    with pytest.raises(InputError, match="E-PART-060"):
        GapItem(nodes, normal, rest, np.full(3, -0.1), np.ones(3))


@pytest.fixture
def joint():
    """Gaps over a body below that turns: points, gaps, and the same gaps whose normals turn with it."""
    points = np.random.default_rng(3).normal(size=(8, 3)) * 20.0
    points[7] = [0.3, -0.2, 0.1]
    nodes = np.array([[0, 1], [2, 3], [4, 5]], dtype=np.int32)
    normal = np.array([[0, 0, 1.0], [0, 1.0, 0], [0.6, 0.0, 0.8]])
    rest = ((points[nodes[:, 0]] - points[nodes[:, 1]]) * normal).sum(axis=1)
    fixed = GapItem(nodes, normal, rest, np.full(3, 0.4), np.array([10.0, 20.0, 30.0]))
    frames = Frames.at_rest(points, [6], [7], 20.0)
    return points, fixed, turning_gaps(fixed, frames, np.zeros(3, dtype=np.int32))


def test_turning_gaps_are_fixed_ones_while_nothing_turns(joint):
    points, fixed, turning = joint
    closed = points.copy()
    closed[fixed.nodes[:, 0]] -= 0.6 * fixed.normal
    assert turning.energy(closed) == pytest.approx(fixed.energy(closed), rel=1e-12)
    _, force, _ = turning.law.respond(turning.gaps(closed))
    np.testing.assert_allclose(np.linalg.norm(force, axis=1), fixed.forces(closed), rtol=1e-12)


def test_turning_gaps_have_exact_tangents(joint):
    points, fixed, turning = joint
    turned = points.copy()
    turned[7] += [4.0, -2.0, 3.0]
    gap = turning.gaps(turned)
    # closed by 0.2 mm along the normals as they have turned
    way = (gap * fixed.normal).sum(axis=1) + 0.6
    axes = turning.frames.matrices(turned)
    turned[fixed.nodes[:, 0]] -= way[:, None] * np.einsum("mij,mj->mi", axes, fixed.normal)
    assert turning.energy(turned) == pytest.approx(0.5 * 0.2**2 * fixed.stiffness.sum())
    along = np.random.default_rng(4).normal(size=points.shape)
    expected = difference_tangent(turning, turned, along, 1e-6)
    np.testing.assert_allclose(tangent_times(turning, turned, along), expected, atol=1e-5)


def test_bodies_that_turn_together_keep_their_gaps(joint):
    """By 40 degrees, as the top of a column does: gaps of fixed normals close or open by millimetres."""
    points, fixed, turning = joint
    turn = np.radians([40.0, 0.0, 0.0])
    axes = rotation.matrix(rotation.exponential(turn[None])[0])[0]
    moved = points @ axes.T
    moved[7] = points[7] + 20.0 * turn
    opening = (turning.gaps(moved) * fixed.normal).sum(axis=1)
    np.testing.assert_allclose(opening, 0.0, atol=1e-12)
    assert np.abs(fixed.openings(moved) - 0.4).max() > 1.0
