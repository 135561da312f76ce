# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import numpy as np
import pytest

from vertaug.mesh import Mesh, quality_table
from vertaug.mesh.surface import (
    area,
    boundary_facets,
    components,
    enclosed_volume,
    facet_normals,
    is_closed,
    non_manifold_points,
    vertex_normals,
)


def test_boundary_of_a_cube(cube: Mesh) -> None:
    facets, owner = boundary_facets(cube.cells)
    assert len(facets) == 12
    assert area(cube.points, facets) == pytest.approx(6 * 900.0)
    assert enclosed_volume(cube.points, facets) == pytest.approx(27000.0)
    outward = cube.points[facets].mean(axis=1) - cube.centroids()[owner]
    assert np.all(np.einsum("ij,ij->i", outward, facet_normals(cube.points, facets)) > 0.0)


def test_volume_does_not_depend_on_the_origin(cube: Mesh) -> None:
    far = cube.points + np.array([1e5, -2e5, 3e5])
    assert enclosed_volume(far, cube.facets) == pytest.approx(27000.0)


def test_vertex_normals_of_a_cube_point_along_its_diagonals(cube: Mesh) -> None:
    normal = vertex_normals(cube.points, cube.facets)
    assert np.all(np.sign(normal) == np.sign(cube.points - 15.0))


def test_an_open_surface_is_not_closed(cube: Mesh) -> None:
    assert is_closed(cube.facets)
    assert not is_closed(cube.facets[1:])
    assert not is_closed(cube.facets[:0])


def test_two_shells_that_share_a_point_are_not_manifold(cube: Mesh) -> None:
    other = cube.facets + 8
    other[other == 8] = 6
    both = np.concatenate([cube.facets, other])
    assert non_manifold_points(both).tolist() == [6]
    assert not is_closed(both)
    assert components(both).max() == 0
    assert components(np.concatenate([cube.facets, cube.facets + 8])).max() == 1


def test_quality_table(cube: Mesh) -> None:
    table = quality_table(cube)
    assert (table.n_points, table.n_cells, table.n_inverted) == (8, 6, 0)
    assert table.volume == pytest.approx(27000.0)
    assert table.minimum_dihedral == pytest.approx(45.0)
    assert dict(table.rows())["cells"] == "6"
    mirrored = cube.with_points(cube.points * [-1.0, 1.0, 1.0])
    assert quality_table(mirrored).n_inverted == 6
