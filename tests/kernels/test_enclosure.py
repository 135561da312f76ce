# SPDX-License-Identifier: BSD-3-Clause
"""Volume and area of triangles: values against NumPy, derivatives against differences."""

import numpy as np
import pytest

from vertaug_kernels.enclosure import enclosure_gradients, enclosure_hessians


def patch(cases):
    """A closed surface, distorted, with a centre that is not its own."""
    directions, facets = cases.sphere(2)
    noise = 0.1 * np.random.default_rng(1).normal(size=directions.shape)
    return directions * np.array([1.0, 2.0, 3.0]) + noise, facets, np.array([0.3, -0.2, 0.7])


def gradients(points, facets, centre):
    m = len(facets)
    volume, area = np.zeros(m), np.zeros(m)
    of_volume, of_area = np.zeros((m, 3, 3)), np.zeros((m, 3, 3))
    enclosure_gradients(points, facets, centre, volume, area, of_volume, of_area)
    return volume, area, of_volume, of_area


def test_values_are_those_of_numpy(cases):
    points, facets, centre = patch(cases)
    volume, area, _, _ = gradients(points, facets, centre)
    corner = points[facets]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    np.testing.assert_allclose(volume, np.linalg.det(corner - centre) / 6.0, atol=1e-14)
    np.testing.assert_allclose(area, 0.5 * np.linalg.norm(normal, axis=1), rtol=1e-13)


def test_volume_of_a_closed_surface_does_not_depend_on_the_centre(cases):
    points, facets, centre = patch(cases)
    here = gradients(points, facets, centre)[0].sum()
    there = gradients(points, facets, centre + 5.0)[0].sum()
    assert here == pytest.approx(there, rel=1e-12)


def single(cases):
    points, facets, centre = patch(cases)
    return points[facets[:1]].reshape(3, 3), np.array([[0, 1, 2]], dtype=np.int32), centre


def test_gradients_are_differences_of_values(cases):
    points, facets, centre = single(cases)
    _, _, of_volume, of_area = gradients(points, facets, centre)
    h = 1e-6
    for k in range(9):
        up, down = points.copy(), points.copy()
        up.flat[k] += h
        down.flat[k] -= h
        above, below = gradients(up, facets, centre), gradients(down, facets, centre)
        assert (above[0] - below[0]) / (2 * h) == pytest.approx(of_volume.flat[k], abs=1e-9)
        assert (above[1] - below[1]) / (2 * h) == pytest.approx(of_area.flat[k], abs=1e-9)


@pytest.mark.parametrize("factors", [(1.0, 0.0), (0.0, 1.0), (-2.0, 3.0)])
def test_hessians_are_differences_of_gradients(cases, factors):
    points, facets, centre = single(cases)
    out = np.full((1, 9, 9), np.nan)
    enclosure_hessians(points, facets, centre, *factors, out)
    h = 1e-6
    for k in range(9):
        up, down = points.copy(), points.copy()
        up.flat[k] += h
        down.flat[k] -= h
        above, below = gradients(up, facets, centre), gradients(down, facets, centre)
        slope = sum(f * (above[2 + i] - below[2 + i]) for i, f in enumerate(factors)) / (2 * h)
        np.testing.assert_allclose(out[0, :, k], slope.ravel(), atol=1e-8)
    np.testing.assert_allclose(out[0], out[0].T, atol=1e-14)
