# SPDX-License-Identifier: BSD-3-Clause
"""The rim around a ball: an even shell must be measured as thick as it is."""

import numpy as np
import pytest

from vertaug.outcomes import distance_to_facets, rim_density


def sphere(radius, n=48):
    """Triangulated sphere from latitude and longitude."""
    theta, phi = np.linspace(0, np.pi, n), np.linspace(0, 2 * np.pi, 2 * n)
    t, p = np.meshgrid(theta, phi, indexing="ij")
    points = radius * np.stack([np.sin(t) * np.cos(p), np.sin(t) * np.sin(p), np.cos(t)], -1)
    index = np.arange(n * 2 * n).reshape(n, 2 * n)
    a, b, c, d = (
        block.ravel() for block in (index[:-1, :-1], index[1:, :-1], index[1:, 1:], index[:-1, 1:])
    )
    return points.reshape(-1, 3), np.vstack([np.c_[a, b, c], np.c_[a, c, d]]).astype(np.int32)


@pytest.fixture(scope="module")
def shell():
    """Voxels of bone outside a ball of 7 mm: compacted threefold for 1.2 mm, then untouched."""
    axis = np.arange(-12.0, 12.0, 0.4) + 0.2
    at = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), -1).reshape(-1, 3)
    radius = np.linalg.norm(at, axis=1)
    at, radius = at[(radius > 7) & (radius < 12)], radius[(radius > 7) & (radius < 12)]
    return at, np.full(len(at), 0.4**3), np.where(radius < 8.2, 1 / 3, 1.0), *sphere(7.0, 40)


def test_distance_to_a_ball(shell):
    at, *_, points, facets = shell
    expected = np.linalg.norm(at, axis=1) - 7.0
    assert np.abs(distance_to_facets(at, points, facets) - expected)[expected > 0.5].max() < 0.02


def test_rim_of_a_ball(shell):
    rim = rim_density(*shell)
    assert rim.thickness_mm == pytest.approx(1.2, abs=0.03)
    assert rim.within["1"] == pytest.approx(3.0)
    inner = (8.2**3 - 7**3) / (9**3 - 7**3)
    assert rim.within["2"] == pytest.approx(3 * inner + (1 - inner), rel=0.02)
    assert rim.within["3"] < rim.within["2"]
    assert rim.peak == pytest.approx(3.0)


def test_untouched_bone_has_no_rim(shell):
    at, volume, ratio, points, facets = shell
    rim = rim_density(at, volume, np.ones_like(ratio), points, facets)
    assert rim.thickness_mm == pytest.approx(0.0, abs=1e-12)
    assert rim.within == {"1": pytest.approx(1.0), "2": pytest.approx(1.0), "3": pytest.approx(1.0)}


def test_no_cell_near_the_cavity_says_so(shell):
    at, volume, ratio, points, facets = shell
    far = np.linalg.norm(at, axis=1) > 9.5
    rim = rim_density(at[far], volume[far], ratio[far], points, facets)
    assert rim.within["1"] is None
    assert rim.within["2"] is None
