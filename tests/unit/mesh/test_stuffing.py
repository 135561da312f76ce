# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import numpy as np
import pytest

from vertaug.mesh._stuffing import cut, lattice_cells, make_manifold
from vertaug.mesh.quality import minimum_dihedral, shape_quality
from vertaug.mesh.surface import boundary_facets, enclosed_volume, is_closed


@pytest.fixture(scope="module")
def lattice() -> tuple[np.ndarray, np.ndarray]:
    return lattice_cells(np.full(3, -12.0), np.full(3, 12.0), 2.0)


def test_lattice_cells_are_congruent(lattice: tuple[np.ndarray, np.ndarray]) -> None:
    quality = shape_quality(*lattice)
    assert np.ptp(quality) < 1e-12
    assert quality[0] == pytest.approx(0.9524, abs=1e-4)
    assert is_closed(boundary_facets(lattice[1])[0])


def test_cut_gives_the_ball(lattice: tuple[np.ndarray, np.ndarray]) -> None:
    points, cells, on_cut = cut(*lattice, lambda x: np.linalg.norm(x, axis=1) - 10.0)
    facets, _ = boundary_facets(cells)
    assert is_closed(facets)
    np.testing.assert_array_equal(np.flatnonzero(on_cut), np.unique(facets))
    np.testing.assert_allclose(np.linalg.norm(points[on_cut], axis=1), 10.0, atol=1e-3)
    assert enclosed_volume(points, facets) == pytest.approx(4.0 / 3.0 * np.pi * 1000.0, rel=0.02)
    assert minimum_dihedral(points, cells).min() > 10.0


def test_cut_through_lattice_points_is_exact(lattice: tuple[np.ndarray, np.ndarray]) -> None:
    points, cells, _ = cut(*lattice, lambda x: x[:, 2])
    facets, _ = boundary_facets(cells)
    assert is_closed(facets)
    assert points[:, 2].max() == pytest.approx(0.0, abs=1e-9)


def test_cut_leaves_frozen_points(lattice: tuple[np.ndarray, np.ndarray]) -> None:
    frozen = np.ones(len(lattice[0]), dtype=bool)
    points, cells, _ = cut(*lattice, lambda x: np.linalg.norm(x, axis=1) - 9.7, frozen)
    old = {tuple(row) for row in lattice[0].tolist()}
    inner = np.setdiff1d(np.arange(len(points)), np.unique(boundary_facets(cells)[0]))
    assert all(tuple(row) in old for row in points[inner].tolist())


def test_a_contact_in_a_point_is_taken_apart() -> None:
    points = np.array(
        [[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [-2, 0, 0], [0, -2, 0], [0, 0, -2]],
        dtype=float,
    )
    cells = np.array([[0, 1, 2, 3], [0, 5, 4, 6]], dtype=np.int32)
    assert make_manifold(points, cells).tolist() == [1]
