# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

import numpy as np
import pytest

from vertaug.errors import InputError
from vertaug.mesh import Capsule, Mesh, MeshSize, SignedDistance, generate_mesh, quality_table
from vertaug.mesh.surface import boundary_facets, components, enclosed_volume, is_closed

CAPSULE = Capsule(np.array([-4.0, 0.0, 0.0]), np.array([4.0, 0.0, 0.0]), 1.75)
RADIUS = 11.0


def test_cells_are_good(hollow: Mesh) -> None:
    table = quality_table(hollow)
    assert table.n_inverted == 0
    assert table.minimum_quality > 0.2
    assert table.median_quality > 0.8
    assert components(hollow.cells).max() == 0


def test_facets_are_the_whole_boundary(hollow: Mesh) -> None:
    facets, _ = boundary_facets(hollow.cells)
    wanted = {tuple(row) for row in np.sort(facets).tolist()}
    assert {tuple(row) for row in np.sort(hollow.facets).tolist()} == wanted
    assert len(facets) == len(hollow.facets)


def test_normals_point_out_of_the_solid(hollow: Mesh) -> None:
    assert enclosed_volume(hollow.points, hollow.facets) == pytest.approx(hollow.volumes().sum())
    assert enclosed_volume(hollow.points, hollow.facets[hollow.facets_of("balloon")]) < 0.0


@pytest.mark.parametrize("name", ["outer", "balloon"])
def test_each_surface_is_closed(hollow: Mesh, name: str) -> None:
    assert is_closed(hollow.facets[hollow.facets_of(name)])


def test_surface_points_lie_on_the_exact_surfaces(hollow: Mesh, ball: SignedDistance) -> None:
    outer = np.unique(hollow.facets[hollow.facets_of("outer")])
    inner = np.unique(hollow.facets[hollow.facets_of("balloon")])
    assert np.abs(ball.at(hollow.points[outer])).mean() < 0.02
    assert np.abs(CAPSULE.distance(hollow.points[inner])).max() < 1e-6


def test_volume_is_that_of_the_ball_less_the_capsule(hollow: Mesh) -> None:
    exact = 4.0 / 3.0 * np.pi * RADIUS**3 - CAPSULE.volume
    assert hollow.volumes().sum() == pytest.approx(exact, rel=0.03)


def test_edges_are_fine_at_the_cavity_and_coarse_away(hollow: Mesh) -> None:
    corner = hollow.points[hollow.cells]
    edge = np.linalg.norm(corner - np.roll(corner, 1, axis=1), axis=2).mean(axis=1)
    distance = CAPSULE.distance(hollow.centroids())
    assert np.median(edge[distance < 1.0]) == pytest.approx(0.9, abs=0.25)
    assert np.median(edge[distance > 6.0]) == pytest.approx(2.7, abs=0.5)


def test_region_of_a_cell_is_that_of_its_centroid(hollow: Mesh) -> None:
    right = np.zeros(hollow.n_cells, dtype=bool)
    right[hollow.cells_of("right")] = True
    np.testing.assert_array_equal(right, hollow.centroids()[:, 0] > 0.0)


def test_result_is_the_same_each_time(hollow: Mesh, ball: SignedDistance) -> None:
    again = generate_mesh(ball, {"balloon": CAPSULE}, MeshSize())
    np.testing.assert_array_equal(again.points, hollow.points)
    np.testing.assert_array_equal(again.cells, hollow.cells)


def test_nothing_inside_is_refused() -> None:
    empty = SignedDistance(np.zeros(3), 1.0, np.ones((5, 5, 5), dtype=np.float32))
    with pytest.raises(InputError, match="E-MESH-002"):
        generate_mesh(empty, {}, MeshSize())


def test_a_cavity_through_the_surface_is_refused(ball: SignedDistance) -> None:
    capsule = Capsule(np.array([4.0, 0.0, 0.0]), np.array([14.0, 0.0, 0.0]), 1.75)
    with pytest.raises(InputError, match="E-MESH-004"):
        generate_mesh(ball, {"balloon": capsule}, MeshSize(cavity=1.5))


def test_two_cavities_that_meet_are_refused(ball: SignedDistance) -> None:
    crossing = Capsule(np.array([0.0, -4.0, 0.0]), np.array([0.0, 4.0, 0.0]), 1.75)
    with pytest.raises(InputError, match="E-MESH-004"):
        generate_mesh(ball, {"a": CAPSULE, "b": crossing}, MeshSize(cavity=1.5))


def test_a_size_of_zero_is_refused() -> None:
    with pytest.raises(InputError, match=r"mesh\.bulk"):
        MeshSize(bulk=0.0)


def test_two_balls_that_touch_in_a_point_leave_one_manifold_solid() -> None:
    axis = np.arange(-12.0, 24.0, 0.8)
    x, y, z = np.meshgrid(axis, axis, axis, indexing="ij")
    values = np.minimum(
        np.sqrt(x**2 + y**2 + z**2) - 6.5, np.sqrt((x - 11.5) ** 2 + y**2 + z**2) - 5.0
    )
    two = SignedDistance(np.full(3, -12.0), 0.8, values.astype(np.float32))
    mesh = generate_mesh(two, {}, MeshSize(bulk=1.6))
    assert is_closed(mesh.facets)
    assert components(mesh.cells).max() == 0


def test_a_noisy_surface_gives_a_manifold_mesh() -> None:
    rng = np.random.default_rng(3)
    axis = np.arange(-13.0, 13.1, 1.0)
    x, y, z = np.meshgrid(axis, axis, axis, indexing="ij")
    values = np.sqrt(x**2 + y**2 + z**2) - 9.0 + rng.normal(scale=0.8, size=x.shape)
    noisy = SignedDistance(np.full(3, -13.0), 1.0, values.astype(np.float32))
    mesh = generate_mesh(
        noisy, {"balloon": Capsule(np.array([-2.0, 0, 0]), np.array([2.0, 0, 0]), 1.75)}, MeshSize()
    )
    assert is_closed(mesh.facets)
    assert quality_table(mesh).minimum_quality > 0.05
