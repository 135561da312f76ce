# SPDX-License-Identifier: BSD-3-Clause
"""A lumbar disc between rigid endplates: pressure in the nucleus, compression, bending; gaps of joints."""

import numpy as np
import pytest
from tests.solid_cases import difference_tangent, tangent_times
from tests.spine_cases import disc_between

from vertaug.anatomy.curvature import disc_spaces
from vertaug.errors import InputError
from vertaug.materials.disc import DEGENERATED, SOUND
from vertaug.solid.controls import LoadControl
from vertaug.solid.disc import disc_items
from vertaug.solid.frame import add_frames
from vertaug.solid.gap import GapItem
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
