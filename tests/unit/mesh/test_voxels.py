# SPDX-License-Identifier: BSD-3-Clause
"""Cubes as hexahedra."""

import numpy as np

from vertaug.mesh.voxels import voxel_mesh


def test_neighbours_share_points():
    points, voxels = voxel_mesh(np.array([[0.5, 1.0, 2.0], [1.0, 1.0, 2.0]]), 0.5)
    assert voxels.shape == (2, 8)
    assert len(points) == 12
    corner = points[voxels]
    np.testing.assert_allclose(corner.mean(axis=1), [[0.75, 1.25, 2.25], [1.25, 1.25, 2.25]])
    np.testing.assert_allclose(corner.max(axis=1) - corner.min(axis=1), 0.5)


def test_nothing_gives_nothing():
    points, voxels = voxel_mesh(np.zeros((0, 3)), 0.5)
    assert points.shape == (0, 3)
    assert voxels.shape == (0, 8)
