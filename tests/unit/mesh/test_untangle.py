# SPDX-License-Identifier: BSD-3-Clause
"""Cells that are turned the right way round."""

import numpy as np

from vertaug.mesh.untangle import _Shape, smooth_start, untangle
from vertaug.verification.meshes import cut_cubes


def cube(n=4):
    """Cells of a cube of unit edges, and which points lie on its surface."""
    lattice = np.stack(np.indices([n + 1] * 3), axis=-1).reshape(-1, 3)
    stride = np.array([(n + 1) ** 2, n + 1, 1])
    cells = cut_cubes(lattice[(lattice < n).all(axis=1)], stride)
    return lattice / n, cells, ((lattice == 0) | (lattice == n)).any(axis=1)


def test_the_gradient_is_that_of_the_energy():
    points, cells, held = cube(2)
    shape = _Shape(points, cells, held, 1.0)
    shape.rounding = 0.3
    place = np.array([0.9, -0.2, 1.3])
    _, gradient = shape(place)
    step = 1e-6
    differences = [
        (shape(place + step * way)[0] - shape(place - step * way)[0]) / (2.0 * step)
        for way in np.eye(3)
    ]
    np.testing.assert_allclose(gradient, differences, rtol=1e-6)


def test_points_thrown_at_random_are_put_in_order():
    points, cells, held = cube()
    thrown = np.where(held[:, None], points, np.random.default_rng(3).random(points.shape))
    found, least = untangle(thrown, cells, held, 1.0)
    corner = found[cells]
    volumes = np.linalg.det(corner[:, 1:] - corner[:, :1]) / 6.0
    assert volumes.min() > 0.0
    assert least > 0.0
    np.testing.assert_array_equal(found[held], points[held])


def test_a_smooth_start_of_a_straight_lattice_is_the_lattice():
    points, cells, held = cube()
    thrown = np.where(held[:, None], points, 0.5)
    np.testing.assert_allclose(smooth_start(thrown, cells, held), points, atol=1e-12)
