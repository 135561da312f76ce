# SPDX-License-Identifier: BSD-3-Clause
"""Bodies one above the other that turn by finite angles along a trial step."""

import numpy as np
import pytest

from vertaug.solid import rotation
from vertaug.solid.chain import Chain

BODIES = 4
EACH = 30


@pytest.fixture
def column():
    """Blocks with nodes between them and a node that turns; its chain, and what each node is, from the top down."""
    generator = np.random.default_rng(11)
    points, upper, lower, share = [], [], [], []
    for body in range(BODIES):
        points.append(generator.uniform(-15.0, 15.0, (EACH, 3)) - [0.0, 0.0, 40.0 * body])
        upper += [body] * EACH
        lower += [body] * EACH
        share += [1.0] * EACH
        if body + 1 < BODIES:
            heights = np.linspace(0.2, 0.8, 7)
            spot = np.array([5.0, 0.0, -16.0 - 40.0 * body])
            points.append(spot - 8.0 * (1.0 - heights[:, None]) * [0.0, 0.0, 1.0])
            upper += [body] * len(heights)
            lower += [body + 1] * len(heights)
            share += heights.tolist()
    points.append(np.zeros((1, 3)))
    chain = Chain(
        np.array([*upper, -1], dtype=np.int32), np.array([*lower, -1], dtype=np.int32), np.array([*share, 1.0])
    )  # fmt: skip
    return chain, np.vstack(points)


def stretch(chain, points, moved):
    """Largest change of a distance within a body, and across the joints between nodes next to them, mm."""
    own = [np.flatnonzero((chain.upper == b) & (chain.share == 1.0)) for b in range(BODIES)]

    def distances(at):
        return np.concatenate(
            [np.linalg.norm(at[nodes][:, None] - at[nodes][None], axis=2).ravel() for nodes in own]
        )

    return np.abs(distances(moved) - distances(points)).max()


def turned(chain, points, angles):
    """Velocity of bodies that turn by ``angles`` (b, 3) rad against the one below, each about its joint."""
    motion = np.zeros_like(points)
    for body in range(BODIES - 2, -1, -1):
        joint = points[(chain.upper == body) & (chain.lower == body + 1)].mean(axis=0)
        above = (chain.upper >= 0) & (chain.upper <= body)
        # nodes between two bodies go with the upper one by their share
        part = np.where(chain.upper[above] == body, chain.share[above], 1.0)
        motion[above] += part[:, None] * np.cross(angles[body], points[above] - joint)
    motion[-1] = [1.0, 2.0, 3.0]
    return motion


def test_bodies_keep_their_shape_where_a_straight_step_stretches_them(column):
    chain, points = column
    motion = turned(chain, points, np.full((BODIES, 3), [0.08, 0.02, -0.03]))
    moved = chain.moved(points, motion, 1.0)
    assert stretch(chain, points, points + motion) > 0.3
    assert stretch(chain, points, moved) < 1e-10
    # joints do not open: the correction of both bodies is the same there
    for body in range(BODIES - 1):
        between = (chain.upper == body) & (chain.lower == body + 1)
        gaps = np.diff(points[between], axis=0), np.diff(moved[between], axis=0)
        before, after = (np.linalg.norm(gap, axis=1) for gap in gaps)
        np.testing.assert_allclose(after, before, rtol=0.01)


def test_one_body_on_another_turns_about_its_joint(column):
    """Only the uppermost turns: its nodes go along circles about the middle of the joint below it."""
    chain, points = column
    angles = np.zeros((BODIES, 3))
    angles[0] = [0.0, 0.0, 0.4]
    moved = chain.moved(points, turned(chain, points, angles), 1.0)
    own = np.flatnonzero((chain.upper == 0) & (chain.share == 1.0))
    joint = points[(chain.upper == 0) & (chain.lower == 1)].mean(axis=0)
    axes = rotation.matrix(rotation.exponential(angles[:1])[0])[0]
    np.testing.assert_allclose(moved[own], joint + (points[own] - joint) @ axes.T, atol=1e-9)
    still = np.flatnonzero(chain.upper > 0)
    np.testing.assert_allclose(moved[still], points[still], atol=1e-12)


def test_the_motion_is_the_tangent_and_nodes_that_are_turns_go_straight(column):
    chain, points = column
    motion = np.random.default_rng(12).normal(size=points.shape)
    beyond = [chain.moved(points, motion, h) - points - h * motion for h in (1e-2, 5e-3)]
    # of second order: a quarter at half the length
    np.testing.assert_allclose(
        4.0 * beyond[1][:-1], beyond[0][:-1], atol=2e-2 * np.abs(beyond[0]).max()
    )
    assert np.abs(beyond[0][-1]).max() < 1e-15
    assert np.abs(beyond[0]).max() > 0.0
