# SPDX-License-Identifier: BSD-3-Clause
"""Averages over a length: constants, totals, borders of regions, width, and no length at all."""

import numpy as np
import pytest

from vertaug.solid.regional_average import RegionalAverage
from vertaug.verification.meshes import box

SIDE = 12.0


def cube(n):
    """Points, cells and volumes of a cube of side 12 mm in n divisions, a little disturbed inside."""
    body = box("tet4", (n, n, n))
    inside = np.all((body.points > 1e-9) & (body.points < 1.0 - 1e-9), axis=1)
    shift = 0.15 / n * np.random.default_rng(n).uniform(-1.0, 1.0, body.points.shape)
    points = SIDE * (body.points + inside[:, None] * shift)
    edges = points[body.cells[:, 1:]] - points[body.cells[:, :1]]
    return points, body.cells, np.linalg.det(edges) / 6.0


def whole(average, n):
    """The operator as a full matrix (n, n)."""
    return np.column_stack([average(column) for column in np.eye(n)])


@pytest.fixture(scope="module", params=[1.0, 3.0, 8.0], ids=["cut", "as they are", "together"])
def halves(request):
    """Cube of two regions; cells are cut, or stand for themselves, or share places, by the length."""
    points, cells, volume = cube(5)
    region = (points[cells].mean(axis=1)[:, 0] > 0.5 * SIDE).astype(np.int32)
    average = RegionalAverage.of(points, cells, volume, region, request.param)
    return average, volume, region


def test_constant_stays_constant(halves):
    average, volume, _ = halves
    np.testing.assert_allclose(average(np.full(len(volume), 0.37)), 0.37, rtol=1e-12)


def test_total_is_kept_and_bounds_too(halves):
    average, volume, _ = halves
    values = np.random.default_rng(1).random(len(volume))
    found = average(values)
    assert volume @ found == pytest.approx(volume @ values, rel=1e-12)
    assert values.min() <= found.min() < found.max() <= values.max()
    assert np.ptp(found) < 0.9 * np.ptp(values)


def test_operator_is_symmetric_and_never_negative(halves):
    average, volume, _ = halves
    matrix = whole(average, len(volume))
    product = volume[:, None] * matrix
    np.testing.assert_allclose(product, product.T, atol=1e-14 * volume.max())
    assert matrix.min() >= -1e-9


def test_nothing_leaks_into_another_region(halves):
    average, _, region = halves
    found = average((region == 1).astype(float))
    np.testing.assert_allclose(found[region == 1], 1.0, rtol=1e-12)
    np.testing.assert_array_equal(found[region == 0], 0.0)


@pytest.mark.parametrize("length", [0.0, 1e-3])
def test_without_length_values_are_their_own(length):
    points, cells, volume = cube(4)
    average = RegionalAverage.of(points, cells, volume, np.zeros(len(cells), np.int32), length)
    values = np.random.default_rng(2).random(len(cells))
    np.testing.assert_allclose(average(values), values, rtol=1e-12)


def test_agrees_with_plain_arrays():
    """Full matrices: means in boxes of a quarter of the length, bell weights, scaled from both sides."""
    points, cells, volume = cube(5)
    length = 3.0
    average = RegionalAverage.of(points, cells, volume, np.zeros(len(cells), np.int32), length)
    centre = points[cells].mean(axis=1)
    box_of = np.floor((centre - centre.min(axis=0)) / (0.25 * length))
    same = (box_of[:, None] == box_of[None]).all(axis=2)
    place = np.unique(same, axis=0)
    held = place @ volume
    mean = place * volume / held[:, None]
    between = ((mean @ centre)[:, None] - (mean @ centre)[None]) ** 2
    square = between.sum(axis=2) / length**2
    weight = np.where(square < 1.0, (1.0 - square) ** 2, 0.0) * np.outer(held, held)
    for _ in range(200):
        root = np.sqrt(held / weight.sum(axis=1))
        weight *= np.outer(root, root)
    expected = mean.T @ weight @ mean / volume[:, None]
    np.testing.assert_allclose(whole(average, len(cells)), expected, atol=1e-9)


def test_width_does_not_shrink_with_the_cells():
    """A spike spreads by the bell's σ² = l²/9 an axis and twice that of a box, where cells are far smaller."""
    length, widths = 4.0, []
    for n in (4, 6, 9, 14):
        points, cells, volume = cube(n)
        average = RegionalAverage.of(points, cells, volume, np.zeros(len(cells), np.int32), length)
        centre = points[cells].mean(axis=1)
        spike = np.exp(-((centre - 0.5 * SIDE) ** 2).sum(axis=1) / 2.0)
        moments = []
        for values in (spike, average(spike)):
            weight = volume * values / (volume @ values)
            middle = weight @ centre
            moments.append(float(weight @ ((centre - middle) ** 2).sum(axis=1)) / 3.0)
        widths.append(moments[1] - moments[0])
    assert widths[-1] == pytest.approx(length**2 * (1.0 / 9.0 + 1.0 / 96.0), rel=0.05)
    assert widths[1] == pytest.approx(widths[-1], rel=0.25)
