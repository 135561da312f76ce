# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import numpy as np

from vertaug.mesh import Mesh
from vertaug.mesh._stuffing import cut, lattice_cells
from vertaug.mesh.surface_distance import distance_from_surface, distance_from_tetrahedra


def _box_distance(points: np.ndarray, half: float) -> np.ndarray:
    outside = np.abs(points) - half
    beyond = np.linalg.norm(np.maximum(outside, 0.0), axis=-1)
    return np.asarray(beyond + np.minimum(outside.max(axis=-1), 0.0))


def test_cube_is_exact(cube: Mesh) -> None:
    distance = distance_from_surface(cube.points, cube.facets, 1.5, 5.0)
    exact = _box_distance(distance.coordinates() - 15.0, 15.0)
    np.testing.assert_allclose(distance.values, exact, atol=1e-4)


def test_ball_of_cells() -> None:
    lattice = lattice_cells(np.full(3, -12.0), np.full(3, 12.0), 2.0)
    points, cells, _ = cut(*lattice, lambda x: np.linalg.norm(x, axis=1) - 10.0)
    distance = distance_from_tetrahedra(points, cells, 0.7, 3.0)
    exact = np.linalg.norm(distance.coordinates(), axis=-1) - 10.0
    assert np.abs(distance.values - exact).max() < 0.12
    assert distance.values.min() < -9.5


def test_overlapping_shells_are_one_solid(cube: Mesh) -> None:
    points = np.concatenate([cube.points, cube.points + 10.0])
    facets = np.concatenate([cube.facets, cube.facets + 8])
    distance = distance_from_surface(points, facets, 1.0, 3.0)
    first = _box_distance(distance.coordinates() - 15.0, 15.0)
    second = _box_distance(distance.coordinates() - 25.0, 15.0)
    np.testing.assert_array_equal(distance.values < 0.0, np.minimum(first, second) < 0.0)
