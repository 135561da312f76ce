# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vertaug.errors import NotConvergedError
from vertaug.mesh import Mesh, containing_cells, shape_quality
from vertaug.mesh.remesh import remesh, size_field, volume_changes
from vertaug.mesh.surface import is_closed


@pytest.fixture(scope="module")
def inflated(hollow: Mesh) -> Mesh:
    """The capsule blown up from 1.75 to 2.75 mm, which squashes the cells around it."""
    axis = np.clip(hollow.points[:, :1], -4.0, 4.0) * [1.0, 0.0, 0.0]
    away = hollow.points - axis
    radius = np.linalg.norm(away, axis=1)
    further = 1.0 * np.exp(-(radius - 1.75) / 1.5)
    return hollow.with_points(hollow.points + (further / radius)[:, None] * away)


@pytest.fixture(scope="module")
def renewed(inflated: Mesh) -> Mesh:
    return remesh(inflated, size_field(inflated, {"balloon"}, 0.8, 2.2, 0.25), {"balloon"})


def _triangles(mesh: Mesh, name: str) -> set[tuple[tuple[float, ...], ...]]:
    corner = mesh.points[mesh.facets[mesh.facets_of(name)]]
    return {tuple(sorted(map(tuple, triangle))) for triangle in corner.tolist()}


def test_cells_are_good_again(inflated: Mesh, renewed: Mesh) -> None:
    assert 0.0 < shape_quality(inflated.points, inflated.cells).min() < 0.25
    assert shape_quality(renewed.points, renewed.cells).min() > 0.3


def test_outer_triangles_are_exactly_the_same(inflated: Mesh, renewed: Mesh) -> None:
    assert _triangles(renewed, "outer") == _triangles(inflated, "outer")


def test_cavity_keeps_its_volume_and_is_closed(inflated: Mesh, renewed: Mesh) -> None:
    assert abs(volume_changes(inflated, renewed, {"balloon"})["balloon"]) < 1e-6
    assert is_closed(renewed.facets[renewed.facets_of("balloon")])


def test_regions_stay_where_they_are(inflated: Mesh, renewed: Mesh) -> None:
    assert renewed.region_names == inflated.region_names
    before = inflated.volumes()[inflated.cells_of("right")].sum()
    assert renewed.volumes()[renewed.cells_of("right")].sum() == pytest.approx(before, rel=0.03)


def test_result_is_the_same_each_time(inflated: Mesh, renewed: Mesh) -> None:
    again = remesh(inflated, size_field(inflated, {"balloon"}, 0.8, 2.2, 0.25), {"balloon"})
    np.testing.assert_array_equal(again.points, renewed.points)
    np.testing.assert_array_equal(again.cells, renewed.cells)


def test_inverted_cells_are_refused(hollow: Mesh) -> None:
    cells = hollow.cells.copy()
    cells[3] = cells[3][[0, 1, 3, 2]]
    with pytest.raises(NotConvergedError, match="inverted"):
        remesh(replace(hollow, cells=cells), np.ones(hollow.n_points), {"balloon"})


@pytest.mark.parametrize("size", [0.0, np.nan])
def test_a_size_that_is_no_length_is_refused(hollow: Mesh, size: float) -> None:
    with pytest.raises(NotConvergedError, match="size"):
        remesh(hollow, np.full(hollow.n_points, size), {"balloon"})


def test_size_grows_from_fine_to_bulk(hollow: Mesh) -> None:
    size = size_field(hollow, {"balloon"}, 0.8, 2.2, 0.25)
    inner = np.unique(hollow.facets[hollow.facets_of("balloon")])
    np.testing.assert_allclose(size[inner], 0.8)
    assert size.max() == 2.2
    np.testing.assert_allclose(size_field(hollow, (), 0.8, 2.2, 0.25), 2.2)


def test_each_centroid_lies_in_its_own_cell(hollow: Mesh) -> None:
    np.testing.assert_array_equal(
        containing_cells(hollow, hollow.centroids()), np.arange(hollow.n_cells)
    )


def test_random_points_lie_in_the_cell_found(hollow: Mesh) -> None:
    rng = np.random.default_rng(0)
    weight = rng.dirichlet(np.ones(4), size=2000)
    cell = rng.integers(0, hollow.n_cells, 2000)
    points = np.einsum("ij,ijk->ik", weight, hollow.points[hollow.cells[cell]])
    found = containing_cells(hollow, points)
    assert found.dtype == np.int32
    corner = hollow.points[hollow.cells[found]]
    edges = (corner[:, 1:] - corner[:, :1]).transpose(0, 2, 1)
    inner = np.linalg.solve(edges, (points - corner[:, 0])[..., None])[..., 0]
    assert inner.min() > -1e-9
    assert inner.sum(axis=1).max() < 1.0 + 1e-9


def test_a_point_outside_takes_the_nearest_centroid(hollow: Mesh) -> None:
    far = np.array([[100.0, 1.0, 2.0]])
    nearest = np.argmin(np.linalg.norm(hollow.centroids() - far, axis=1))
    assert containing_cells(hollow, far)[0] == nearest
