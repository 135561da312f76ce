# SPDX-License-Identifier: BSD-3-Clause
"""Heights and wedge angle against closed forms."""

import numpy as np
import pytest

from vertaug.anatomy import Endplate, HeightProfile, Landmarks
from vertaug.anatomy.band import find_crush
from vertaug.anatomy.profile import (
    heights,
    mean_profile,
    profile_from_distance,
    profile_from_triangles,
    wedge_angle,
)
from vertaug.mesh import SignedDistance

UP = np.array([0.0, 0.0, 1.0])


def landmarks():
    top, bottom = Endplate(12.0 * UP, UP), Endplate(-12.0 * UP, -UP)
    return Landmarks(top, bottom, -15.0, 15.0, 40.0, 30.0, np.array([0, 25.0, 0]), None, None)


def block():
    """Block of 40 x 30 x 24 mm with a hole from behind, like the basivertebral foramen."""
    grid = SignedDistance(np.full(3, -30.0), 0.75, np.zeros((81, 81, 81), np.float32))
    place = grid.coordinates()
    box = (np.abs(place) - np.array([20.0, 15.0, 12.0])).max(axis=-1)
    hole = np.hypot(place[..., 0], place[..., 2]) - 3.0
    values = np.where(place[..., 1] > 5.0, np.maximum(box, -hole), box)
    return SignedDistance(grid.origin, grid.spacing, values.astype(np.float32))


def wedge(slope=0.2):
    y = np.linspace(-15.0, 15.0, 61)
    return HeightProfile(y, 12.0 + slope * y, np.full_like(y, -12.0))


def test_block_with_a_foramen():
    profile = profile_from_distance(block(), landmarks())
    np.testing.assert_allclose(heights(profile), 24.0, atol=0.05)
    assert wedge_angle(profile) == pytest.approx(0.0, abs=0.1)


def test_thirds_of_a_wedge():
    # Middles of the thirds lie at y = -10, 0, 10.
    np.testing.assert_allclose(heights(wedge()), [22.0, 24.0, 26.0], atol=1e-9)
    assert wedge_angle(wedge()) == pytest.approx(np.degrees(np.arctan(0.2)))


def test_triangles_of_a_wedge():
    x, y = np.array([-20.0, 20.0, 20.0, -20.0]), np.array([-15.0, -15.0, 15.0, 15.0])
    top = np.stack([x, y, 12.0 + 0.2 * y], axis=1)
    points = np.vstack([top, np.stack([x, y, np.full(4, -12.0)], axis=1)])
    upper = np.array([[0, 1, 2], [0, 2, 3]], dtype=np.int32)
    lower = np.array([[4, 6, 5], [4, 7, 6]], dtype=np.int32)
    profile = profile_from_triangles(points, upper, lower, landmarks())
    np.testing.assert_allclose(heights(profile), [22.0, 24.0, 26.0], atol=1e-9)
    some = profile_from_triangles(points, upper, lower, landmarks(), np.array([0.0, 5.0, 30.0]))
    np.testing.assert_allclose(some.superior, [12.0, 13.0])


def test_mean_of_neighbours():
    short = HeightProfile(np.linspace(-10.0, 10.0, 9), np.full(9, 10.0), np.full(9, -10.0))
    mean = mean_profile(wedge(), (short, wedge()))
    np.testing.assert_allclose(heights(mean), [21.0, 22.0, 23.0], atol=1e-9)
    np.testing.assert_array_equal(mean.y, wedge().y)


def test_damage_where_height_was_lost():
    before = wedge(0.0)
    now = HeightProfile(before.y, np.where(before.y < 0.0, 2.4, 12.0), before.inferior)
    field, warnings = find_crush(now, before, 40.0)
    place = np.array([[0, -10.0, -5.0], [0, 10.0, 0], [0, -10.0, 2.3], [25.0, -10.0, -5.0]])
    damage = field(place)
    assert damage[0] == pytest.approx(0.53)
    assert damage[1] == 0.0
    assert damage[2] < 0.05
    assert damage[3] == 0.0
    assert "40 %" in warnings[0]
    assert find_crush(before, before, 40.0) == (None, ())
