# SPDX-License-Identifier: BSD-3-Clause
"""Least distances of facets against closed forms."""

import numpy as np
import pytest

from vertaug.balloon.gaps import gap_to_cortex, gap_to_endplates, least_distance
from vertaug.mesh import Mesh
from vertaug_kernels import contact_pairs

pytestmark = pytest.mark.usefixtures("one_thread")

LARGE = np.array([[-30.0, -30.0, 0.0], [30.0, -30.0, 0.0], [0.0, 40.0, 0.0]])


def facet(*numbers):
    """One facet."""
    return np.array([numbers], dtype=np.int32)


@pytest.mark.parametrize("turn", range(3))
def test_corner_above_a_large_facet_is_as_far_as_it_is_high(turn):
    small = np.array([[1.0, 2.0, 0.7], [1.5, 2.0, 2.0], [1.0, 2.5, 2.0]])
    points = np.roll(np.concatenate([LARGE, small]), turn, axis=1)
    assert least_distance(points, facet(3, 4, 5), facet(0, 1, 2)) == pytest.approx(0.7)
    assert least_distance(points, facet(0, 1, 2), facet(3, 4, 5)) == pytest.approx(0.7)


def test_crossed_edges():
    points = np.array(
        [[-5.0, 0.0, 0.0], [5.0, 0.0, 0.0], [0.0, 0.0, -5.0],
         [0.0, -5.0, 0.3], [0.0, 5.0, 0.3], [0.0, 0.0, 5.0]]
    )  # fmt: skip
    assert least_distance(points, facet(0, 1, 2), facet(3, 4, 5)) == pytest.approx(0.3)


def test_nothing_is_far_away():
    empty = np.zeros((0, 3), dtype=np.int32)
    assert least_distance(LARGE, facet(0, 1, 2), empty) == np.inf


def test_walls_are_told_apart_by_name():
    names = (
        "endplate_superior", "endplate_inferior", "cortex", "vein_a", "cannula_x", "balloon_x",
    )  # fmt: skip
    heights = (4.0, -3.0, 2.0, -1.5, 0.5, 0.0)
    points = np.concatenate([LARGE + np.array([0.0, 0.0, height]) for height in heights])
    facets = np.arange(18, dtype=np.int32).reshape(6, 3)
    mesh = Mesh(
        points=points, cells=np.array([[0, 1, 2, 3]], dtype=np.int32),
        cell_region=np.zeros(1, dtype=np.int32), region_names=("trabecular",),
        facets=facets, facet_set=np.arange(6, dtype=np.int32), facet_names=names,
    )  # fmt: skip
    assert gap_to_endplates(mesh, facets[5:]) == pytest.approx(3.0)
    assert gap_to_cortex(mesh, facets[5:]) == pytest.approx(1.5)


def test_what_is_left_out_before_the_search_is_farther():
    """Two rough surfaces, one facet of which is large: as near as the nearest of all pairs."""
    rng = np.random.default_rng(5)
    x, y = np.meshgrid(np.arange(12.0), np.arange(12.0))
    flat = np.stack([x.ravel(), y.ravel(), np.zeros(144)], axis=1)
    corner = (np.arange(11)[:, None] * 12 + np.arange(11)).ravel()
    quads = np.stack([corner, corner + 1, corner + 13, corner + 12], axis=1)
    facets = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)
    for tilt in (0.0, 0.2):
        below = flat + rng.uniform(-0.3, 0.3, flat.shape)
        above = flat + rng.uniform(-0.3, 0.3, flat.shape) + [0.4, 0.3, 1.5]
        above[:, 2] += tilt * above[:, 0]
        large = LARGE * 3.0 + [0.0, 0.0, 1.2]
        points = np.concatenate([below, above, large])
        other = np.concatenate([facets + 144, facet(288, 289, 290)])
        pairs = np.stack(np.meshgrid(np.arange(len(facets)), np.arange(len(other))), axis=-1)
        pairs = pairs.reshape(-1, 2).astype(np.int32) + np.array([0, len(facets)], dtype=np.int32)
        gap, least = np.zeros((len(pairs), 3)), np.full(len(pairs), np.inf)
        every = np.concatenate([facets, other])
        contact_pairs.separations(points, every, np.ascontiguousarray(pairs), gap, least)
        assert least_distance(points, facets, other) == pytest.approx(float(least.min()), rel=1e-12)
