# SPDX-License-Identifier: BSD-3-Clause
"""Near things have near numbers."""

from __future__ import annotations

import numpy as np
import pytest

from vertaug.mesh import Mesh
from vertaug.mesh.ordering import curve_order


def test_a_grid_is_walked_block_by_block() -> None:
    grid = np.stack(np.meshgrid(*3 * [np.arange(8.0)], indexing="ij"), axis=-1).reshape(-1, 3)
    order = curve_order(np.random.default_rng(3).permutation(grid))
    assert sorted(order) == list(range(512))
    walked = np.random.default_rng(3).permutation(grid)[order]
    for side in (2, 4):
        blocks = walked.reshape(-1, side**3, 3)
        np.testing.assert_array_equal(np.ptp(blocks, axis=1), side - 1)


def test_points_in_one_place_keep_their_order() -> None:
    np.testing.assert_array_equal(curve_order(np.ones((5, 3))), np.arange(5))
    assert len(curve_order(np.empty((0, 3)))) == 0


@pytest.mark.parametrize("part", ["cells", "facets"])
def test_a_mesh_is_numbered_along_the_curve(hollow: Mesh, part: str) -> None:
    corners = getattr(hollow, part)
    centre = hollow.points[corners].mean(axis=1)
    step = np.linalg.norm(np.diff(centre, axis=0), axis=1)
    aside = np.linalg.norm(centre - np.roll(centre, len(centre) // 2, axis=0), axis=1)
    assert np.median(step) < 0.2 * np.median(aside)
    reach = np.ptp(corners, axis=1)
    assert np.median(reach) < 0.25 * hollow.n_points
