# SPDX-License-Identifier: BSD-3-Clause
"""Membranes: plane-stress plasticity, forces and tangents against differences, objectivity."""

import math

import numpy as np
import pytest

from vertaug.solid.shell import ShellItem, membrane_parameters
from vertaug_kernels.membrane import plane_stress

YOUNG, POISSON, STRENGTH = 200.0, 0.3, 2.0
ROWS = membrane_parameters(np.array([YOUNG]), POISSON, np.array([STRENGTH]))[0]


def answer(strain, rows=ROWS):
    stress, tangent, elastic = np.empty(2), np.empty((2, 2)), np.empty(2)
    energy, norm = plane_stress(np.asarray(strain, float), rows, stress, tangent, elastic)
    return energy, norm, stress, tangent, elastic


@pytest.mark.parametrize(
    "strain", [(0.003, -0.002), (0.05, -0.02), (0.05, 0.05), (-0.2, 0.01), (0.0, 0.0)]
)
def test_stress_from_energy_and_tangent_from_stress(strain):
    _, _, stress, tangent, _ = answer(strain)
    h = 1e-6
    for k in range(2):
        up, down = np.array(strain), np.array(strain)
        up[k] += h
        down[k] -= h
        above, below = answer(up), answer(down)
        assert (above[0] - below[0]) / (2 * h) == pytest.approx(stress[k], abs=1e-6)
        np.testing.assert_allclose((above[2] - below[2]) / (2 * h), tangent[:, k], atol=2e-4)


def test_elastic_stress_is_plane_stress():
    _, norm, stress, _, elastic = answer((0.001, 0.0))
    factor = YOUNG / (1.0 - POISSON**2)
    np.testing.assert_allclose(stress, [0.001 * factor, 0.001 * POISSON * factor], rtol=1e-12)
    np.testing.assert_allclose(elastic, [0.001, 0.0], atol=1e-17)
    assert norm == 0.0


@pytest.mark.parametrize(
    ("direction", "strength"),
    [((1.0, 0.0), 2.0), ((0.0, -1.0), 2.0), ((1.0, 1.0), 2.0), ((1.0, -1.0), 2.0 / math.sqrt(3.0))],
)
def test_yield_of_von_mises(direction, strength):
    for factor, yields in ((1.0 - 1e-9, False), (1.0 + 1e-9, True)):
        stress = factor * strength * np.array(direction)
        strain = (stress - POISSON * stress[::-1]) / YOUNG
        assert (answer(strain)[1] > 0.0) == yields


@pytest.mark.parametrize("strain", [(0.1, 0.0), (0.1, 0.1), (0.1, -0.1), (-0.3, 0.05)])
def test_return_ends_on_the_ellipse_and_dissipates(strain):
    energy, norm, s, _, elastic = answer(strain)
    assert s[0] ** 2 - s[0] * s[1] + s[1] ** 2 == pytest.approx(STRENGTH**2, rel=1e-12)
    stored, none, same, _, _ = answer(0.999999999 * elastic)
    assert none == 0.0
    np.testing.assert_allclose(same, s, rtol=1e-8)
    assert energy > stored
    assert norm > 0.0


def sheet():
    points = np.array(
        [[0.0, 0.0, 0.1], [1.0, 0.1, 0.0], [1.1, 0.9, 0.3], [0.1, 1.0, 0.2], [0.5, 0.4, 0.8]]
    )
    facets = np.array([[0, 1, 4], [1, 2, 4], [2, 3, 4], [3, 0, 4]], dtype=np.int32)
    corner = points[facets]
    area = 0.5 * np.linalg.norm(
        np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]), axis=1
    )
    return points, facets, 0.3 * area


def sheet_item(points, facets, volume, metric=None):
    metric = np.tile(np.eye(2), (len(facets), 1, 1)) if metric is None else metric
    return ShellItem.start(points, facets, volume, metric, np.tile(ROWS, (len(facets), 1)))


@pytest.mark.parametrize(("size", "plastic"), [(2e-4, False), (0.1, True)])
def test_forces_from_energy_and_tangent_from_forces(cases, size, plastic):
    points, facets, volume = sheet()
    item = sheet_item(points, facets, volume)
    moved = points + size * np.random.default_rng(3).normal(size=points.shape)
    assert np.all((item.history(moved)[1] > 0.0) == plastic)
    along = np.random.default_rng(4).normal(size=points.shape)
    h = 1e-6
    slope = (item.energy(moved + h * along) - item.energy(moved - h * along)) / (2.0 * h)
    work = float((cases.forces_of(item, moved) * along).sum())
    assert slope == pytest.approx(work, rel=1e-6, abs=1e-8)
    product = cases.tangent_times(item, moved, along)
    error = product - cases.difference_tangent(item, moved, along, h)
    assert np.linalg.norm(error) <= 1e-6 * np.linalg.norm(product)


def test_rigid_motion_after_a_plastic_step_changes_nothing(cases):
    points, facets, volume = sheet()
    item = sheet_item(points, facets, volume)
    moved = points + 0.1 * np.random.default_rng(3).normal(size=points.shape)
    metric, _, stress = item.history(moved)
    turned = moved @ cases.rotation(2).T + np.array([1.0, -2.0, 3.0])
    following = sheet_item(moved, facets, volume, np.ascontiguousarray(metric))
    again, plastic, same = following.history(turned)
    np.testing.assert_allclose(np.sort(same), np.sort(stress), rtol=1e-10)
    np.testing.assert_allclose(again, metric, atol=1e-10)
    np.testing.assert_allclose(plastic, 0.0, atol=1e-12)


def test_a_facet_pulled_to_a_line_has_no_finite_energy(cases):
    points, facets, volume = sheet()
    item = sheet_item(points, facets, volume)
    for value in (points[0], np.full(3, np.nan)):
        flat = points.copy()
        flat[4] = value
        assert not np.isfinite(item.energy(flat))
