# SPDX-License-Identifier: BSD-3-Clause
"""Least distances of facets against closed forms."""

import numpy as np
import pytest

from vertaug.balloon.gaps import gap_to_cortex, gap_to_endplates, least_distance
from vertaug.mesh import Mesh

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
