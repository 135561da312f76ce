# SPDX-License-Identifier: BSD-3-Clause
"""Hollow sphere under internal pressure, Lamé: E = 200, ν = 0.3, radii 5 and 15.

u(r) = (1-2ν) A r/E + (1+ν) B/(E r²): 0.017259615 at 5 mm and 0.003028846 at 15 mm per MPa. The
pressure is 0.01 MPa, so that finite strains change displacements by some 1e-5 of themselves.
"""

import numpy as np
import pytest

from vertaug.solid.support import nodal_areas
from vertaug_kernels import laws

pytestmark = pytest.mark.usefixtures("one_thread")

INSIDE, OUTSIDE = 0.017259615384615387, 0.003028846153846154
PRESSURE = 0.01


def displacements(cases, surface, layers):
    """Mean radial displacement per MPa of the inner and of the outer sphere."""
    body = cases.ball(surface, np.geomspace(5.0, 15.0, layers + 1))
    fixed = body.fixed()
    item = body.item(laws.HENCKY, cases.row(200.0, 0.3))
    load = cases.pressure_load(body, PRESSURE)
    result = cases.solve(body.points, [item, load], fixed, 1e-8)
    assert result.converged, result.reason
    radial = np.linalg.norm(result.points, axis=1) - np.linalg.norm(body.points, axis=1)
    found = []
    for facets in (body.inner, body.outer):
        nodes, area = nodal_areas(body.points, facets)
        found.append(float(area @ radial[nodes] / area.sum() / PRESSURE))
    return found


def test_displacements_converge_at_second_order(cases):
    found = np.array([displacements(cases, cases.octant(n), 2 * n) for n in (3, 6, 12)])
    errors = np.abs(found / (INSIDE, OUTSIDE) - 1.0)
    assert errors[-1].max() < 0.02
    for k in range(2):
        orders = cases.order(errors[:, k])
        assert np.all((orders > 1.6) & (orders < 2.3)), orders
        assert orders[1] > orders[0] - 0.05
    extrapolated = cases.refined(found[1], found[2])
    np.testing.assert_allclose(extrapolated, (INSIDE, OUTSIDE), rtol=3e-3)


def test_whole_and_eighth_agree(cases):
    whole = displacements(cases, cases.sphere(3), 6)
    eighth = displacements(cases, cases.octant(3), 6)
    assert whole[0] == pytest.approx(eighth[0], rel=0.01)
    assert whole[1] == pytest.approx(eighth[1], rel=0.01)
