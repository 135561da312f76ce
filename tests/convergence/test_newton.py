# SPDX-License-Identifier: BSD-3-Clause
"""Newton converges quadratically on a small problem with exact linear solves."""

import numpy as np
import pytest

from vertaug.solid.cavity import CavityItem, syringe_energy
from vertaug.solid.cells import SolidItem
from vertaug.verification.rubber_wall import RubberWall
from vertaug_kernels import laws

pytestmark = pytest.mark.usefixtures("one_thread")


def order(residuals):
    """Largest order seen in the last iterations, whose residuals are still above round-off."""
    logs = np.log([r for r in residuals if r > 1e-14])
    return ((logs[2:] - logs[1:-1]) / (logs[1:-1] - logs[:-2]))[-2:].max()


@pytest.mark.parametrize(
    ("law", "options"),
    [
        (laws.HENCKY, {}),
        (laws.NEO_HOOKE, {}),
        (laws.CRUSHABLE, {"strength": 2.0, "alpha": (1.0, 2.0)}),
    ],
)
def test_residual_falls_quadratically_in_a_sheared_cube(cases, law, options):
    points, cells = cases.grid(2)
    corner = points[cells]
    volume = np.linalg.det(corner[:, 1:] - corner[:, :1]) / 6.0
    n = len(cells)
    item = SolidItem.start(
        points, cells, volume, np.tile(np.eye(3), (n, 1, 1)), np.ones(n),
        np.full(n, law, dtype=np.int32), np.tile(cases.row(200.0, 0.3, **options), (n, 1)),
    )  # fmt: skip
    fixed = np.repeat((np.abs(points[:, 2:] - 0.5) > 0.49), 3, axis=1)
    start = points.copy()
    start[:, 0] += 0.3 * points[:, 2] ** 2
    start[:, 2] -= 0.1 * points[:, 2]
    result = cases.solve(start, [item], fixed, 1e-12, points)
    assert result.converged, result.reason
    assert order(result.residuals) > 1.8, result.residuals


def test_residual_falls_quadratically_with_syringe_and_wall(cases):
    """Their tangents are Hessians of volume and area with two rank-one terms."""
    body = cases.ball(cases.sphere(2), np.linspace(2.0, 3.0, 3))
    item = body.item(laws.HENCKY, cases.row(20.0, 0.3))
    rest = CavityItem(body.inner, syringe_energy(1.0, 1.0))
    volume, area = rest.volume(body.points), rest.area(body.points)
    cavity = CavityItem(
        body.inner, syringe_energy(1.3 * volume, 200.0), RubberWall(0.5, area, 20.0).energy
    )
    result = cases.solve(body.points, [item, cavity], body.fixed(), 1e-12)
    assert result.converged, result.reason
    assert order(result.residuals) > 1.8, result.residuals
