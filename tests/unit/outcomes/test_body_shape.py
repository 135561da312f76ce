# SPDX-License-Identifier: BSD-3-Clause
"""Shape of a body in its own frame: known shapes, and motions that change nothing."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from vertaug.outcomes import body_shape, own_points

pytestmark = pytest.mark.usefixtures("one_thread")

HALF = 8.0
MARKS = SimpleNamespace(anterior_wall=-5.0, posterior_wall=5.0, width=10.0, depth=10.0)
"""Walls within the block, whose edges are blunt."""


def moved(state, points):
    return replace(state, mesh=state.mesh.with_points(np.ascontiguousarray(points)))


def turned(points):
    a, b = 0.3, -0.5
    one = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    two = np.array([[np.cos(b), -np.sin(b), 0], [np.sin(b), np.cos(b), 0], [0, 0, 1]])
    return points @ (one @ two).T + np.array([40.0, -7.0, 12.0])


def numbers(shape):
    return np.array([*shape.heights, shape.wedge, *shape.rim, shape.mean_rim, shape.volume])


def test_of_a_block(loaded):
    _, state = loaded
    shape = body_shape(moved(state, state.reference), MARKS)
    np.testing.assert_allclose([*shape.heights, *shape.rim], 2.0 * HALF, rtol=1e-6)
    assert shape.wedge == pytest.approx(0.0, abs=1e-6)
    assert shape.cobb is None
    whole = body_shape(state, replace_marks(posterior_wall=HALF)).volume
    assert whole == pytest.approx((2.0 * HALF) ** 3, rel=0.05)
    assert shape.volume == pytest.approx(whole * 13.0 / 16.0, rel=0.1)


def replace_marks(**changes):
    return SimpleNamespace(**{**vars(MARKS), **changes})


def test_a_wedge_is_low_in_front(loaded):
    """Both endplates come closer towards the front, alike, by a tenth of the depth."""
    _, state = loaded
    points = state.reference.copy()
    points[:, 2] *= 1.0 + 0.1 * points[:, 1] / HALF
    shape = body_shape(moved(state, points), MARKS)
    places = 10.0 / 3.0 * np.array([-1.0, 0.0, 1.0])
    np.testing.assert_allclose(
        list(shape.heights), 2.0 * HALF * (1.0 + 0.1 * places / HALF), rtol=2e-3
    )
    assert shape.wedge == pytest.approx(np.degrees(2.0 * np.arctan(0.1)), rel=1e-2)
    around = 0.75 * 5.0 * np.cos(np.radians(60.0 * np.arange(6)))
    np.testing.assert_allclose(shape.rim, 2.0 * HALF * (1.0 - 0.1 * around / HALF), rtol=2e-3)
    assert shape.mean_rim == pytest.approx(2.0 * HALF, rel=1e-3)


def test_a_rigid_motion_changes_nothing(loaded):
    _, state = loaded
    points = state.mesh.points + 0.3 * np.sin(state.reference[:, [1, 2, 0]])
    shape, again = (body_shape(moved(state, p), MARKS) for p in (points, turned(points)))
    np.testing.assert_allclose(numbers(again), numbers(shape), atol=1e-9, rtol=1e-12)


def test_what_has_not_deformed_is_where_it_was(loaded):
    _, state = loaded
    points = own_points(moved(state, turned(state.reference)))
    np.testing.assert_allclose(points, state.reference, atol=1e-11)


def test_a_place_without_endplate_has_no_height(loaded):
    _, state = loaded
    shape = body_shape(state, replace_marks(width=6.0 * HALF))
    assert None in shape.rim
    assert shape.mean_rim is None
