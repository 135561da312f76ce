# SPDX-License-Identifier: BSD-3-Clause
"""Small solids that many tests share."""

from __future__ import annotations

import numpy as np
import pytest

from vertaug.mesh import Capsule, Mesh, MeshSize, SignedDistance, generate_mesh

CAPSULE = Capsule(np.array([-4.0, 0.0, 0.0]), np.array([4.0, 0.0, 0.0]), 1.75)
RADIUS = 11.0


def ball_distance(radius: float = RADIUS, spacing: float = 0.8) -> SignedDistance:
    """Signed distance of a ball at the origin."""
    count = int(np.ceil((radius + 3.0) / spacing))
    axis = spacing * np.arange(-count, count + 1)
    x, y, z = np.meshgrid(axis, axis, axis, indexing="ij")
    values = np.sqrt(x**2 + y**2 + z**2) - radius
    return SignedDistance(np.full(3, axis[0]), spacing, values.astype(np.float32))


@pytest.fixture(scope="session")
def ball() -> SignedDistance:
    return ball_distance()


@pytest.fixture(scope="session")
def hollow(ball: SignedDistance) -> Mesh:
    """A ball with one capsule and a region for x > 0."""
    half = SignedDistance(
        np.array([-20.0, -20.0, -20.0]),
        20.0,
        -np.broadcast_to(np.array([-20.0, 0.0, 20.0])[:, None, None], (3, 3, 3)).astype(np.float32),
    )
    return generate_mesh(ball, {"balloon": CAPSULE}, MeshSize(), [("right", half)])


@pytest.fixture
def cube() -> Mesh:
    """A cube of 30 mm in six cells."""
    points = 30.0 * np.array(
        [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1], [1, 1, 1], [0, 1, 1]],
        dtype=np.float64,
    )
    cells = np.array(
        [[0, 1, 2, 6], [0, 2, 3, 6], [0, 3, 7, 6], [0, 7, 4, 6], [0, 4, 5, 6], [0, 5, 1, 6]],
        dtype=np.int32,
    )
    from vertaug.mesh.surface import boundary_facets

    facets, _ = boundary_facets(cells)
    up = (points[facets][:, :, 2] == 30.0).all(axis=1)
    return Mesh(
        points, cells, np.array([0, 0, 0, 1, 1, 1], dtype=np.int32), ("trabecular", "posterior"),
        facets, up.astype(np.int32), ("outer", "endplate_superior"),
    )  # fmt: skip
