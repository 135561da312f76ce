# SPDX-License-Identifier: BSD-3-Clause
"""Geometry kernels against NumPy."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from vertaug_kernels import geometry, lattice, surface_distance


def _cells(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(4 * count, 3))
    return points, np.arange(4 * count, dtype=np.int32).reshape(count, 4)


def _volumes(points: np.ndarray, cells: np.ndarray) -> np.ndarray:
    corner = points[cells]
    return np.asarray(np.linalg.det(corner[:, 1:] - corner[:, :1]) / 6.0)


@pytest.mark.parametrize("count", [0, 1, 50])
def test_shape_quality(count: int) -> None:
    points, cells = _cells(count, 1)
    out = np.zeros(count)
    geometry.shape_quality(points, cells, out)
    squares = sum(
        np.sum((points[cells[:, i]] - points[cells[:, j]]) ** 2, axis=1)
        for i, j in itertools.combinations(range(4), 2)
    )
    volume = _volumes(points, cells)
    expected = np.sign(volume) * 12.0 * (3.0 * np.abs(volume)) ** (2.0 / 3.0) / squares
    np.testing.assert_allclose(out, expected, rtol=1e-10)


def test_regular_tetrahedron() -> None:
    points = np.array([[1, 1, 1], [-1, 1, -1], [1, -1, -1], [-1, -1, 1]], dtype=float)
    cells = np.array([[0, 1, 2, 3], [0, 2, 1, 3]], dtype=np.int32)
    quality, angle = np.zeros(2), np.zeros(2)
    geometry.shape_quality(points, cells, quality)
    geometry.minimum_dihedral(points, cells, angle)
    np.testing.assert_allclose(sorted(quality), [-1.0, 1.0])
    np.testing.assert_allclose(angle, np.arccos(1.0 / 3.0))


def test_a_flat_cell_has_no_quality() -> None:
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]], dtype=float)
    out = np.ones(1)
    geometry.shape_quality(points, np.array([[0, 1, 2, 3]], dtype=np.int32), out)
    assert out[0] == 0.0


@pytest.mark.parametrize("count", [1, 40])
def test_minimum_dihedral(count: int) -> None:
    points, cells = _cells(count, 2)
    out = np.zeros(count)
    geometry.minimum_dihedral(points, cells, out)
    angles = []
    for a, b in itertools.combinations(range(4), 2):
        c, d = (k for k in range(4) if k not in (a, b))
        corner = points[cells]
        axis = corner[:, b] - corner[:, a]
        axis /= np.linalg.norm(axis, axis=1, keepdims=True)
        sides = []
        for k in (c, d):
            side = corner[:, k] - corner[:, a]
            side = side - np.sum(side * axis, axis=1, keepdims=True) * axis
            sides.append(side / np.linalg.norm(side, axis=1, keepdims=True))
        angles.append(np.arccos(np.clip(np.sum(sides[0] * sides[1], axis=1), -1.0, 1.0)))
    np.testing.assert_allclose(out, np.min(angles, axis=0), rtol=1e-8)


def test_enclosed_volume_of_a_tetrahedron() -> None:
    points = np.array([[0, 0, 0], [2, 0, 0], [0, 3, 0], [0, 0, 4]], dtype=float) + 100.0
    facets = np.array([[1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]], dtype=np.int32)
    assert geometry.enclosed_volume(points, facets) == pytest.approx(4.0)
    assert geometry.enclosed_volume(points, facets[:0]) == 0.0


def test_containing_cell_prefers_the_one_that_holds_the_query() -> None:
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]], dtype=float)
    cells = np.array([[0, 1, 2, 3], [4, 2, 1, 3]], dtype=np.int32)
    cells = np.where(_volumes(points, cells)[:, None] > 0, cells, cells[:, [0, 2, 1, 3]])
    queries = np.array([[0.1, 0.1, 0.1], [0.5, 0.5, 0.5], [-1.0, -1.0, -1.0]])
    candidates = np.array([[1, 0], [0, 1], [1, 0]], dtype=np.int32)
    cell, weight = np.zeros(3, dtype=np.int32), np.zeros(3)
    geometry.containing_cell(points, cells.astype(np.int32), queries, candidates, cell, weight)
    assert cell.tolist() == [0, 1, 0]
    assert weight[0] == pytest.approx(0.1)
    assert weight[2] == pytest.approx(-1.0)


@pytest.mark.parametrize("signs", list(itertools.product((-1, 0, 1), repeat=4)))
def test_split_of_one_cell_keeps_the_negative_volume(signs: tuple[int, ...]) -> None:
    points = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], dtype=float)
    cells = np.array([[0, 1, 2, 3]], dtype=np.int32)
    edge_point = np.full((1, 6), -1, dtype=np.int32)
    new = []
    for k, (a, b) in enumerate(itertools.combinations(range(4), 2)):
        if signs[a] * signs[b] < 0:
            edge_point[0, k] = 4 + len(new)
            new.append(0.5 * (points[a] + points[b]))
    out = np.zeros((3, 4), dtype=np.int32)
    count = lattice.split_cells(cells, np.array(signs, dtype=np.int8), edge_point, out)
    everything = np.concatenate([points, np.array(new).reshape(-1, 3)])
    rng = np.random.default_rng(5)
    sample = rng.dirichlet(np.ones(4), size=20000)
    inside = sample @ np.array(signs, dtype=float) < 0.0
    expected = inside.mean() / 6.0 if -1 in signs else 0.0
    volume = np.abs(_volumes(everything, out[:count])).sum()
    assert volume == pytest.approx(expected, abs=0.003)


def test_scattered_distance_is_that_to_the_triangle() -> None:
    corner = np.array([[[2.0, 2.0, 3.0], [6.0, 2.0, 3.0], [2.0, 6.0, 3.0]]])
    square = np.full((9, 9, 9), np.inf)
    nearest = np.full((9, 9, 9), -1, dtype=np.int32)
    surface_distance.scatter_distance(corner, 0, 1, 20.0, square, nearest)
    assert square[3, 3, 7] == pytest.approx(16.0)
    assert square[0, 2, 3] == pytest.approx(4.0)
    assert square[6, 6, 3] == pytest.approx(8.0)
    assert np.all(nearest == 0)


def test_sweeps_reach_every_node() -> None:
    corner = np.array([[[1.0, 1.0, 1.0], [1.5, 1.0, 1.0], [1.0, 1.5, 1.0]]])
    square = np.full((7, 6, 5), np.inf)
    nearest = np.full((7, 6, 5), -1, dtype=np.int32)
    surface_distance.scatter_distance(corner, 0, 1, 0.9, square, nearest)
    full, owner = np.full((7, 6, 5), np.inf), np.full((7, 6, 5), -1, dtype=np.int32)
    surface_distance.scatter_distance(corner, 0, 1, 20.0, full, owner)
    for x, y, z in itertools.product((1, -1), repeat=3):
        surface_distance.sweep_nearest(corner, x, y, z, square, nearest)
    np.testing.assert_allclose(square, full)


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_winding_is_one_inside_a_tetrahedron(axis: int) -> None:
    points = np.array([[0.3, 0.4, 0.2], [7.6, 0.3, 0.4], [0.2, 7.7, 0.3], [0.4, 0.1, 7.8]])
    facets = np.array([[1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]])
    change = np.zeros((9, 9, 9), dtype=np.int16)
    surface_distance.scatter_winding(np.ascontiguousarray(points[facets]), axis, change)
    winding = np.cumsum(change, axis=axis)
    nodes = np.argwhere(np.ones((9, 9, 9)))
    weight = np.linalg.solve((points[1:] - points[0]).T, (nodes - points[0]).T).T
    inside = (weight.min(axis=1) > 0.0) & (weight.sum(axis=1) < 1.0)
    np.testing.assert_array_equal(winding.ravel(), inside.astype(int))
