# SPDX-License-Identifier: BSD-3-Clause
"""Rubber balloons: the thin neo-Hookean sphere of the wall's energy, a thick one of cells.

Thin, μ = 1.1, t = 0.1, R = 5: p = (2 μ t/R)(1/λ - 1/λ⁷), largest at λ = 7^(1/6). Thick, radii 5
and 8, compressible neo-Hooke with ν = 0.3: at λ_a = 1.5 the radial boundary-value problem gives
p = 0.5549732 and λ_b = 1.1986036.
"""

import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from vertaug.balloon.wall import BalloonWall
from vertaug.solid.cavity import CavityItem, syringe_energy
from vertaug_kernels import laws

pytestmark = pytest.mark.usefixtures("one_thread")

SHEAR, THICKNESS, RADIUS = 1.1, 0.1, 5.0
WALL = BalloonWall(SHEAR * THICKNESS, 4.0 * math.pi * RADIUS**2)


def pressure(stretch, wall=WALL):
    """p = dE/dV of the sphere."""
    radius = stretch * RADIUS
    _, tension, _ = wall.energy(4.0 * math.pi * radius**2)
    return 2.0 * tension / radius


@pytest.mark.parametrize(
    ("stretch", "expected"),
    [(1.1, 0.01742104280), (1.5, 0.02675811614), (2.0, 0.02165625), (3.0, 0.01464654778)],
)
def test_thin_sphere(stretch, expected):
    assert pressure(stretch) == pytest.approx(expected, rel=1e-9)


def test_limit_point_of_the_thin_sphere():
    top = minimize_scalar(lambda s: -pressure(s), bounds=(1.1, 2.0), options={"xatol": 1e-9})
    assert top.x == pytest.approx(7.0 ** (1.0 / 6.0), rel=1e-6)


def test_energy_of_the_thin_sphere():
    """∫ p dV from 1 to 1.5 = 29.33122771 mJ."""
    energy = WALL.energy(4.0 * math.pi * (1.5 * RADIUS) ** 2)[0]
    assert energy == pytest.approx(29.33122771, rel=1e-9)
    assert WALL.energy(WALL.rest_area) == pytest.approx((0.0, 0.0, 3.0 * 0.11 / WALL.rest_area))


@pytest.mark.parametrize("limit", [math.inf, 5.0])
def test_derivatives_of_the_wall(limit):
    wall, h = BalloonWall(0.45, 40.0, limit), 1e-4
    for area in (30.0, 40.0, 70.0, 110.0):
        value, tension, curve = wall.energy(area)
        above, below = wall.energy(area + h), wall.energy(area - h)
        assert math.isfinite(value)
        assert tension == pytest.approx((above[0] - below[0]) / (2 * h), abs=1e-8)
        assert curve == pytest.approx((above[1] - below[1]) / (2 * h), abs=1e-8)


def test_the_limited_wall_locks():
    """Tension grows without bound where 2 s + s⁻² - 3 nears the limit, infinite energy past it."""
    wall = BalloonWall(0.45, 1.0, 5.0)
    near, nearer = wall.energy(3.9), wall.energy(3.96)
    assert nearer[1] > 3.0 * near[1] > 0.0
    assert wall.energy(4.0) == (math.inf, math.inf, math.inf)


def test_wall_on_a_mesh_converges_to_the_sphere(cases):
    """Pressure 2 A T / 3 V of a polyhedron; its error falls with the square of its edges."""
    errors = []
    for n in (4, 8, 16):
        points, facets = cases.sphere(n)
        points = 1.5 * RADIUS * points
        cavity = CavityItem(facets[:, [0, 2, 1]].copy(), syringe_energy(1.0, 1.0), WALL.energy)
        wall_only = cases.forces_of(
            CavityItem(cavity.facets, lambda volume: (0.0, 0.0, 0.0), WALL.energy), points
        )
        found = (wall_only * points).sum() / (3.0 * cavity.volume(points))
        errors.append(found / pressure(1.5) - 1.0)
    assert abs(errors[-1]) < 0.004
    assert cases.order(errors) == pytest.approx(2.0, abs=0.1)


def thick_row(cases):
    bulk = 2.0 * SHEAR * 1.3 / (3.0 * 0.4)
    return np.array([0.0, 0.0, bulk, SHEAR])


def test_thick_sphere_converges_at_second_order(cases):
    found = []
    for n in (2, 4, 8):
        body = cases.ball(cases.octant(n), np.linspace(5.0, 8.0, n + n // 2 + 1))
        item = body.item(laws.NEO_HOOKE, thick_row(cases))
        ((_, _, points),) = cases.expand(body, item, [], np.array([1.5]))
        outside = np.linalg.norm(points[-len(body.directions) :], axis=1).mean() / 8.0
        found.append((cases.cavity_pressure(body, item, points), outside))
    errors = np.array(found) / (0.5549732, 1.1986036) - 1.0
    assert cases.order(errors[:, 0]) == pytest.approx(2.0, abs=0.3)
    assert abs(errors[-1, 0]) < 0.02
    assert abs(errors[-1, 1]) < 1e-3
    assert cases.refined(found[1][0], found[2][0]) == pytest.approx(0.5549732, rel=3e-3)


def test_syringe_goes_past_the_limit_point(cases):
    """A stiff syringe inflates a closed sphere over its pressure maximum, steps all converge."""
    body = cases.ball(cases.sphere(2), np.linspace(5.0, 5.5, 2))
    item = body.item(laws.NEO_HOOKE, thick_row(cases))
    points, found = body.points, []
    first = CavityItem(body.inner, syringe_energy(1.0, 1.0)).volume(points)
    stretches = np.array([1.1, 1.2, 1.3, 1.4, 1.6, 1.8, 2.0])
    for stretch in stretches:
        cavity = CavityItem(body.inner, syringe_energy(first * stretch**3, 50.0))
        result = cases.solve(points, [item, cavity], body.fixed(), 1e-8, body.points)
        assert result.converged, result.reason
        points = result.points
        found.append(cavity.pressure(points))
        assert cavity.volume(points) == pytest.approx(first * stretch**3, rel=0.01)
        assert (cases.forces_of(item, points) * points).sum() == pytest.approx(
            3.0 * found[-1] * cavity.volume(points), rel=1e-6
        )
    top = int(np.argmax(found))
    assert 0 < top < len(found) - 1
    assert np.all(np.diff(found[: top + 1]) > 0.0)
    assert np.all(np.diff(found[top:]) < 0.0)
