# SPDX-License-Identifier: BSD-3-Clause
"""A cavity under pressure: energies, forces and tangents."""

import numpy as np
import pytest

from vertaug.solid.cavity import CavityItem, pressure_energy, syringe_energy, zero_energy
from vertaug.verification.rubber_wall import RubberWall

PRESSURE = 2.5


@pytest.fixture(scope="module")
def body(cases):
    """A thick hollow ball, squeezed and dented."""
    solid = cases.ball(cases.sphere(2), np.array([2.0, 3.0]))
    noise = 0.1 * np.random.default_rng(1).normal(size=solid.points.shape)
    points = solid.points * np.array([1.0, 1.3, 0.8]) + noise + np.array([4.0, -3.0, 9.0])
    return solid, points


WALL = RubberWall(0.45, 40.0, 8.0)
ENERGIES = {
    "pressure": (pressure_energy(PRESSURE), zero_energy),
    "syringe": (syringe_energy(30.0, 200.0), zero_energy),
    "wall": (zero_energy, WALL.energy),
    "syringe and wall": (syringe_energy(30.0, 200.0), WALL.energy),
}


@pytest.mark.parametrize("name", ENERGIES)
def test_forces_from_energy_and_tangent_from_forces(body, cases, name):
    solid, points = body
    item = CavityItem(solid.inner, *ENERGIES[name])
    assert np.isfinite(item.energy(points))
    along = np.random.default_rng(4).normal(size=points.shape)
    force, h = cases.forces_of(item, points), 1e-6
    slope = (item.energy(points + h * along) - item.energy(points - h * along)) / (2.0 * h)
    assert slope == pytest.approx((force * along).sum(), rel=1e-6)
    product = cases.tangent_times(item, points, along)
    error = product - cases.difference_tangent(item, points, along, h)
    assert np.linalg.norm(error) <= 1e-6 * np.linalg.norm(product)
    ranks = item.evaluate(points, with_matrix=True).rank_ones
    assert len(ranks) == {"pressure": 0, "syringe and wall": 2}.get(name, 1)


def test_pressure_of_the_syringe(body):
    solid, points = body
    volume = CavityItem(solid.inner, zero_energy).volume(points)
    cavity = CavityItem(solid.inner, syringe_energy(1.1 * volume, 200.0))
    assert cavity.pressure(points) == pytest.approx(200.0 * 0.1 / 1.1, rel=1e-9)


def test_a_wall_past_its_limit_has_infinite_energy(body):
    solid, points = body
    item = CavityItem(solid.inner, zero_energy, RubberWall(0.45, 1.0, 8.0).energy)
    assert item.energy(points) == np.inf
    assert item.evaluate(points, with_matrix=True).energy == np.inf
