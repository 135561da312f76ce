# SPDX-License-Identifier: BSD-3-Clause
"""What holds for any frames, bonds and bands: objectivity, derivatives, limits, dissipation."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vertaug.solid import rotation
from vertaug.solid.axial import LigamentItem
from vertaug.solid.beam import PairItem
from vertaug.solid.frame import add_frames
from vertaug.solid.tie import BondLaw

quick = settings(max_examples=60, deadline=None, derandomize=True)

numbers = st.floats(-1.0, 1.0, allow_nan=False, width=32)
vectors = arrays(np.float64, (3,), elements=numbers)
paths = arrays(np.float64, (6, 3), elements=numbers)
UNIT = np.array([[1.0, 0.0, 0.0, 0.0]])


def pair(first, second, centre):
    """Two frames turned by two rotation vectors, an elastic pair between them, and its points."""
    points, frames = add_frames(np.zeros((0, 3)), np.array([np.zeros(3), [2.0, 0.0, 0.0]]), 2.0)
    axes = np.tile(UNIT, (1, 2, 1))
    rest, stiffness = np.array([[2.0, 0.0, 0.0]]), np.array([[7.0, 3.0, 2.0, 5.0, 1.0, 4.0]])
    item = PairItem(frames, np.array([[0, 1]], dtype=np.int32), axes, rest, stiffness)
    points[1] += centre
    points[frames.rotations] = 2.0 * np.stack([first, second])
    return item, points


@quick
@given(vectors, vectors, vectors, vectors, vectors)
def test_strains_of_a_pair_do_not_feel_a_rigid_motion(first, second, centre, turn, shift):
    item, points = pair(first, second, centre)
    whole = rotation.exponential(turn[None])[0]
    frames = item.frames.committed(points)
    item = PairItem(frames, item.pairs, item.axes, item.rest, item.stiffness)
    moved = points.copy()
    moved[:2] = points[:2] @ rotation.matrix(whole)[0].T + shift
    moved[2:] += frames.lever * turn
    np.testing.assert_allclose(item.strains(moved), item.strains(points), atol=1e-11)


@quick
@given(vectors, vectors, vectors, arrays(np.float64, (4, 3), elements=numbers))
def test_pair_forces_and_tangents_are_derivatives(first, second, centre, along):
    item, points = pair(first, second, centre)
    h = 1e-5
    part = item.evaluate(points, with_matrix=True)
    up, down = (item.evaluate(points + s * along, with_matrix=False) for s in (h, -h))
    slope = (up.energy - down.energy) / (2.0 * h)
    # the element's order of nodes: centre, rotation, centre, rotation
    local = along[item.connectivity[0]].ravel()
    scale = 1.0 + np.abs(part.matrices).max()
    assert slope == pytest.approx(float(part.forces.ravel() @ local), abs=1e-6 * scale)
    change = (up.forces - down.forces).ravel() / (2.0 * h)
    np.testing.assert_allclose(part.matrices[0] @ local, change, atol=1e-6 * scale)


def bond():
    one = np.ones(1)
    normal = np.array([[0.6, 0.8, 0.0]])
    return BondLaw(normal, 40.0 * one, 30.0 * one, 2.0 * one, np.zeros((1, 3)), np.zeros(1))


@quick
@given(paths)
def test_a_bond_never_exceeds_its_limit_nor_gives_work_for_nothing(path):
    law, work, before = bond(), 0.0, np.zeros(3)
    for gap in path:
        energy, force, _ = law.respond(gap[None])
        across = (force @ law.normal[0]) * law.normal[0]
        assert np.linalg.norm(force - across) <= 2.0 * (1.0 + 1e-12)
        after = law.committed(gap[None])
        lost = float((after.dissipated - law.dissipated)[0])
        assert lost >= 0.0
        # the step's energy is what is stored at its end and what is lost in it
        assert energy[0] == pytest.approx(float(after.respond(gap[None])[0][0]) + lost, abs=1e-12)
        # backward steps overestimate the work: it covers what is stored and lost
        work += float(force[0] @ (gap - before))
        assert work >= float(after.respond(gap[None])[0][0] + after.dissipated[0]) - 1e-9
        law, before = after, gap


@quick
@given(vectors, st.integers(2, 9))
def test_one_step_of_a_bond_is_as_good_as_many_along_a_line(gap, steps):
    once = bond().committed(gap[None])
    many = bond()
    for step in range(1, steps + 1):
        many = many.committed(gap[None] * step / steps)
    np.testing.assert_allclose(many.slip, once.slip, atol=1e-12)
    assert many.dissipated[0] == pytest.approx(once.dissipated[0], abs=1e-12)


@quick
@given(st.floats(0.1, 3.0), st.floats(0.0, 0.4), st.floats(0.0, 0.5), st.floats(0.1, 50.0))
def test_a_ligament_never_pushes_and_never_goes_slack_while_pulled(length, toe, more, second):
    one = np.ones(1)
    nodes = np.array([[0, 1]], dtype=np.int32)
    item = LigamentItem(nodes, one, toe * one, 10.0 * one, (toe + more) * one, second * one)
    points = np.array([[0.0, 0, 0], [0.0, 0, length]])
    further = points * 1.01
    assert item.tension(points)[0] >= 0.0
    assert item.tension(further)[0] >= item.tension(points)[0]
    assert (item.tension(points)[0] > 0.0) == (length > 1.0 and item.energy(points) > 0.0)


def test_what_is_not_a_number_gives_no_finite_energy():
    item, points = pair(np.zeros(3), np.zeros(3), np.zeros(3))
    points[1, 0] = math.nan
    assert not math.isfinite(item.energy(points))
