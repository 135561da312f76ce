# SPDX-License-Identifier: BSD-3-Clause
"""Energy of a balloon's wall: derivatives and limit. Its pressures are benchmarks."""

import math

import pytest

from vertaug.verification.rubber_wall import RubberWall


@pytest.mark.parametrize("limit", [math.inf, 5.0])
def test_derivatives_of_the_wall(limit):
    wall, h = RubberWall(0.45, 40.0, limit), 1e-4
    for area in (30.0, 40.0, 70.0, 110.0):
        value, tension, curve = wall.energy(area)
        above, below = wall.energy(area + h), wall.energy(area - h)
        assert math.isfinite(value)
        assert tension == pytest.approx((above[0] - below[0]) / (2 * h), abs=1e-8)
        assert curve == pytest.approx((above[1] - below[1]) / (2 * h), abs=1e-8)


def test_the_limited_wall_locks():
    """Tension grows without bound where 2 s + s⁻² - 3 nears the limit, infinite energy past it."""
    wall = RubberWall(0.45, 1.0, 5.0)
    near, nearer = wall.energy(3.9), wall.energy(3.96)
    assert nearer[1] > 3.0 * near[1] > 0.0
    assert wall.energy(4.0) == (math.inf, math.inf, math.inf)
