# SPDX-License-Identifier: BSD-3-Clause
"""A hollow elastic sphere under pressure, whole and by one eighth; its size is a benchmark's."""

import numpy as np
import pytest

from vertaug.solid.support import nodal_areas
from vertaug_kernels import laws

pytestmark = pytest.mark.usefixtures("one_thread")

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


def test_whole_and_eighth_agree(cases):
    whole = displacements(cases, cases.sphere(3), 6)
    eighth = displacements(cases, cases.octant(3), 6)
    assert whole[0] == pytest.approx(eighth[0], rel=0.01)
    assert whole[1] == pytest.approx(eighth[1], rel=0.01)
