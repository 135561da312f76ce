# SPDX-License-Identifier: BSD-3-Clause
"""Pixels of single triangles, and a ball, against what geometry says."""

import numpy as np
import pytest

from vertaug.viz._camera import ANTERIOR, AXIAL, LATERAL, SUPERIOR, Window
from vertaug.viz._render import render
from vertaug.viz._section import cut_cells, cut_facets
from vertaug.viz._surface import Surface, contour, tube
from vertaug_kernels.raster import blend_clear, paint_opaque

TRIANGLE = np.array([[0, 1, 2]], dtype=np.int32)


def corners(depth):
    return np.array([[-1.0, -1.0, depth], [30.0, -1.0, depth], [-1.0, 30.0, depth]])


def colour(r, g, b, a=1.0):
    return np.tile([r, g, b, a], (3, 1)).astype(float)


def canvas(n=10):
    return np.ones((n, n, 3)), np.full((n, n), -np.inf)


def test_the_nearer_triangle_hides_the_farther_in_either_order():
    for order in ((1.0, 2.0), (2.0, 1.0)):
        image, depth = canvas()
        for z in order:
            paint_opaque(corners(z), TRIANGLE, colour(z - 1, 0, 0), image, depth)
        assert np.array_equal(image[0, 0], [1.0, 0.0, 0.0])
        assert depth[0, 0] == 2.0


def test_coverage_is_the_area_of_the_triangle():
    image, depth = canvas(200)
    vertices = np.array([[10.2, 20.3, 0.0], [180.7, 40.1, 0.0], [60.4, 190.6, 0.0]])
    paint_opaque(vertices, TRIANGLE, colour(0, 0, 0), image, depth)
    one, two = vertices[1, :2] - vertices[0, :2], vertices[2, :2] - vertices[0, :2]
    area = 0.5 * abs(one[0] * two[1] - one[1] * two[0])
    assert (depth > -np.inf).sum() == pytest.approx(area, rel=5e-3)


def test_depth_and_colour_are_interpolated_linearly():
    image, depth = canvas(64)
    vertices = np.array([[0.0, 0.0, 0.0], [63.0, 0.0, 63.0], [0.0, 63.0, 0.0]])
    colours = np.array([[0.0, 0, 0, 1], [1.0, 0, 0, 1], [0.0, 0, 0, 1]])
    paint_opaque(vertices, TRIANGLE, colours, image, depth)
    assert depth[10, 21] == pytest.approx(21.0)
    assert image[10, 21, 0] == pytest.approx(21.0 / 63.0)


def test_clear_triangles_blend_in_order_and_hide_behind_opaque_ones():
    image, depth = canvas()
    blend_clear(corners(0.0), TRIANGLE, colour(0, 0, 0, 0.5), depth, image)
    blend_clear(corners(1.0), TRIANGLE, colour(1, 0, 0, 0.25), depth, image)
    assert image[0, 0] == pytest.approx([0.625, 0.375, 0.375])
    depth[0, 0] = 5.0
    before = image.copy()
    blend_clear(corners(2.0), TRIANGLE, colour(0, 0, 1, 0.5), depth, image)
    assert np.array_equal(image[0, 0], before[0, 0])
    assert not np.array_equal(image[1, 1], before[1, 1])


def test_triangles_outside_the_picture_leave_it_alone():
    image, depth = canvas()
    paint_opaque(corners(0.0) + np.array([50.0, 0, 0]), TRIANGLE, colour(0, 0, 0), image, depth)
    paint_opaque(corners(0.0)[[0, 0, 1]], TRIANGLE, colour(0, 0, 0), image, depth)
    assert (image == 1.0).all()


def test_letters_are_where_the_patient_is():
    assert LATERAL.letters == ("A", "P", "I", "S")
    assert ANTERIOR.letters == ("R", "L", "I", "S")
    assert SUPERIOR.letters == ("L", "R", "P", "A")
    assert AXIAL.letters == ("R", "L", "P", "A")
    for view, toward in (
        (LATERAL, [1, 0, 0]), (ANTERIOR, [0, -1, 0]), (SUPERIOR, [0, 0, 1]), (AXIAL, [0, 0, -1])
    ):  # fmt: skip
        assert view.axes[2] == pytest.approx(toward)
        assert np.linalg.det(view.axes) == pytest.approx(1.0)


def test_the_nearer_of_two_tubes_is_seen():
    left = tube(np.array([8.0, -5, 0]), np.array([8.0, 5, 0]), 2.0, "#ff0000")
    right = tube(np.array([-8.0, -5, 0]), np.array([-8.0, 5, 0]), 2.0, "#0000ff")
    image = render([left, right], LATERAL, Window(-10, 10, -10, 10), 40)
    red, blue = (image[..., 0] > image[..., 2] + 0.2), (image[..., 2] > image[..., 0] + 0.2)
    assert red.sum() * 0.25 == pytest.approx(40.0, rel=0.1)
    assert blue.sum() == 0


def test_a_cut_through_cells_has_the_area_of_the_body(before):
    mesh = before.mesh
    polygons, owner = cut_cells(mesh.points, mesh.cells, axis=2, level=0.3)
    a, b, c, d = (polygons[:, k, :2] for k in range(4))
    one, two = c - a, d - b
    area = 0.5 * np.abs(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]).sum()
    z = mesh.points[mesh.cells][:, :, 2]
    assert ((z[owner].min(1) <= 0.3) & (z[owner].max(1) >= 0.3)).all()
    # Its outline, cut from the facets, is closed and lies on the plane.
    segments = cut_facets(mesh.points, mesh.facets, axis=2, level=0.3)
    _, count = np.unique(np.round(segments.reshape(-1, 3), 7), axis=0, return_counts=True)
    assert (count % 2 == 0).all()
    assert segments[..., 2] == pytest.approx(0.3)
    assert 500.0 < area < np.pi * 21 * 15.5 + 2 * 8.4 * 12


def test_cut_of_one_tetrahedron_by_hand():
    points = np.array([[0.0, 0, 0], [2, 0, 0], [0, 2, 0], [0, 0, 2]])
    polygons, owner = cut_cells(points, np.array([[0, 1, 2, 3]], dtype=np.int32), 2, 1.0)
    assert owner.tolist() == [0]
    corners_found = {tuple(p) for p in polygons[0].tolist()}
    assert corners_found == {(0.0, 0.0, 1.0), (1.0, 0.0, 1.0), (0.0, 1.0, 1.0)}


def test_contour_of_a_ball_has_its_size_and_nothing_gives_none():
    axis = np.arange(-8, 8.1, 0.5)
    radius = np.sqrt(sum(a**2 for a in np.meshgrid(axis, axis, axis, indexing="ij")))
    share = np.clip((5.0 - radius) / 0.5 + 0.5, 0, 1)
    surface = contour(np.full(3, -8.0), 0.5, share, "#888888")
    assert isinstance(surface, Surface)
    assert np.linalg.norm(surface.points, axis=1) == pytest.approx(5.0, abs=0.15)
    assert contour(np.zeros(3), 0.5, np.zeros_like(share), "#888888") is None
