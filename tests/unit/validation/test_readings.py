# SPDX-License-Identifier: BSD-3-Clause
"""How numbers are read off the experiments."""

from types import SimpleNamespace

import numpy as np
import pytest

from vertaug.validation.v01_bone_column import yield_point
from vertaug.validation.v11_cement_dose import cement_in_middle, crossing


def test_yield_is_read_at_the_offset():
    """An elastic line of 200 MPa up to 1.2 MPa and level bone behind it: 0.6 % and the offset of 0.2 %."""
    strain = np.linspace(0.0, 0.02, 41)
    curve = np.stack([strain, np.minimum(200.0 * strain, 1.2)], axis=1)
    assert yield_point(curve) == pytest.approx((200.0, 0.008, 1.2))
    with pytest.raises(ValueError, match="does not meet"):
        yield_point(curve[:10])


def test_crossing_of_a_curve_of_stiffness():
    fills = np.array([0.0, 0.1, 0.2, 0.3])
    assert crossing(fills, np.array([0.2, 0.6, 1.4, 2.0])) == pytest.approx(0.15)
    assert crossing(fills, np.array([0.2, 0.3, 0.4, 0.5])) == 0.3
    assert crossing(fills, np.array([1.1, 1.3, 1.4, 1.5])) == 0.0


def test_cement_lies_in_the_middle_and_holds_its_share():
    grid = np.stack(np.meshgrid(*3 * [np.arange(10.0)], indexing="ij"), axis=-1).reshape(-1, 3)
    volumes = np.ones(len(grid))
    mesh = SimpleNamespace(points=grid, centroids=lambda: grid, volumes=lambda: volumes)
    filling = cement_in_middle(SimpleNamespace(mesh=mesh), 0.2)
    assert filling.sum() == 200.0
    distance = np.linalg.norm(grid - 4.5, axis=1)
    assert distance[filling == 1.0].max() <= distance[filling == 0.0].min() + 1e-9
