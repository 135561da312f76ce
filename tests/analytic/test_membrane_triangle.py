# SPDX-License-Identifier: BSD-3-Clause
"""One constant-strain membrane triangle in space.

E = 100, ν = 0.3, t = 0.5, strain [[1e-3, 2e-4], [2e-4, -5e-4]] in the plane; closed form
f = t A σ g. Displacements are scaled down so that small and finite strains agree.
"""

import numpy as np
import pytest

from vertaug.solid.shell import ShellItem, membrane_parameters

POINTS = np.array(
    [[0.0, 0.0, 0.0], [-0.3265656438274464, 1.9311652572630287, 0.5039401049844968],
     [-1.0138063085304552, 0.1375666807316169, 1.4153699788876184]]
)  # fmt: skip
DISPLACEMENT = np.array(
    [[0.0, 0.0, 0.0], [-3.0223999265072533e-4, 1.998046139293443e-3, 4.7176542062454856e-4],
     [3.886966211575856e-4, 8.481135065319495e-4, -5.19729176339714e-4]]
)  # fmt: skip
FORCE = np.array(
    [[0.0010027099803344042, -0.03890921099723031, -0.0023867173157389714],
     [-0.007972963249929868, 0.036389244458052264, 0.012029643735894524],
     [0.006970253269595465, 0.002519966539178049, -0.009642926420155554]]
)  # fmt: skip
SMALL = 1e-5


@pytest.fixture
def item():
    facets = np.array([[0, 1, 2]], dtype=np.int32)
    normal = np.cross(POINTS[1] - POINTS[0], POINTS[2] - POINTS[0])
    volume = np.array([0.5 * 0.5 * np.linalg.norm(normal)])
    rows = membrane_parameters(np.array([100.0]), 0.3, np.array([np.inf]))
    return ShellItem.start(POINTS, facets, volume, np.eye(2)[None].copy(), rows)


def force_at(item, points):
    return item.evaluate(points, with_matrix=False).forces[0]


def test_nodal_forces(item):
    force = force_at(item, POINTS + SMALL * DISPLACEMENT) / SMALL
    np.testing.assert_allclose(force, FORCE, atol=1e-6 * np.abs(FORCE).max())


def test_forces_and_moments_vanish_in_sum(item):
    points = POINTS + 100.0 * DISPLACEMENT
    force = force_at(item, points)
    scale = np.abs(force).max()
    np.testing.assert_allclose(force.sum(axis=0), 0.0, atol=1e-13 * scale)
    np.testing.assert_allclose(np.cross(points, force).sum(axis=0), 0.0, atol=1e-13 * scale)


def test_rigid_motion_stresses_nothing(item, cases):
    turned = POINTS @ cases.rotation(1).T + np.array([3.0, -2.0, 1.0])
    np.testing.assert_allclose(force_at(item, turned), 0.0, atol=1e-12)


def test_forces_turn_with_the_triangle(item, cases):
    q, points = cases.rotation(2), POINTS + 100.0 * DISPLACEMENT
    expected = force_at(item, points) @ q.T
    np.testing.assert_allclose(force_at(item, points @ q.T), expected, atol=1e-12)
