# SPDX-License-Identifier: BSD-3-Clause
"""Distances, barrier and search of contact against plain NumPy by brute force."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vertaug.solid.contact_surface import near_pairs
from vertaug_kernels import contact, contact_pairs
from vertaug_kernels._threads import few_threads

coordinate = st.floats(-1.0, 1.0, width=32)
quick = settings(max_examples=60, deadline=None, derandomize=True)


def fine(count):
    """Points of the unit triangle, barycentric, on a grid of ``count`` steps."""
    i, j = np.meshgrid(np.arange(count + 1), np.arange(count + 1), indexing="ij")
    inside = i + j <= count
    a, b = i[inside] / count, j[inside] / count
    return np.stack([1.0 - a - b, a, b], axis=1)


FINE = fine(60)


@quick
@given(arrays(np.float64, (4, 3), elements=coordinate))
def test_point_to_triangle_is_the_least_of_all_its_points(points):
    share, free = np.empty(3), np.empty((2, 3))
    contact.closest_on_triangle(points[0], points[1:], contact.FACE, share, free)
    found = np.linalg.norm(points[0] - share @ points[1:])
    sampled = np.linalg.norm(points[0] - FINE @ points[1:], axis=1).min()
    size = np.ptp(points[1:], axis=0).max()
    assert share.min() >= -1e-12
    assert share.sum() == pytest.approx(1.0, abs=1e-12)
    assert sampled - 2.0 * size / 60 <= found <= sampled + 1e-9


@quick
@given(arrays(np.float64, (4, 3), elements=coordinate))
def test_edge_to_edge_is_the_least_of_all_their_points(points):
    share, free = np.empty(4), np.empty((2, 4))
    contact.closest_of_edges(*points, share, free)
    found = np.linalg.norm(share[:2] @ points[:2] - share[2:] @ points[2:])
    t = np.linspace(0.0, 1.0, 61)
    first = points[0] + t[:, None] * (points[1] - points[0])
    second = points[2] + t[:, None] * (points[3] - points[2])
    sampled = np.linalg.norm(first[:, None] - second[None], axis=2).min()
    size = np.ptp(points, axis=0).max()
    assert share.min() >= 0.0
    assert sampled - 2.0 * size / 60 <= found <= sampled + 1e-9


def test_barrier_has_its_derivatives_and_joins_zero_twice_smoothly():
    reach, stiffness, h = 0.2, 3.0, 1e-6
    for distance in (0.02, 0.1, 0.17, 0.1999):
        up, here, down = (
            contact.barrier(distance + k * h, reach, stiffness) for k in (1.0, 0.0, -1.0)
        )
        assert (up[0] - down[0]) / (2.0 * h) == pytest.approx(here[1], rel=1e-6, abs=1e-9)
        assert (up[1] - down[1]) / (2.0 * h) == pytest.approx(here[2], rel=1e-6, abs=1e-6)
    assert contact.barrier(reach, reach, stiffness) == (0.0, 0.0, 0.0)
    assert np.abs(contact.barrier(reach * (1.0 - 1e-9), reach, stiffness)).max() < 1e-5
    assert contact.barrier(0.0, reach, stiffness)[0] == np.inf
    assert -contact.barrier(0.5 * reach, reach, stiffness)[1] == pytest.approx(
        1.1931 * stiffness, rel=1e-4
    )


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.integers(2, 60), st.integers(0, 10_000), st.booleans())
def test_search_finds_every_overlap_once(count, seed, within):
    rng = np.random.default_rng(seed)
    low = rng.random((count, 3)) * [4.0, 1.0, 0.1]
    high = low + 0.7 * rng.random((count, 3)) ** 3
    body = rng.integers(0, 3, count).astype(np.int32)
    i, j = np.triu_indices(count, 1)
    overlap = ((low[i] <= high[j]) & (low[j] <= high[i])).all(axis=1)
    overlap &= within | (body[i] != body[j])
    expected = np.stack([i[overlap], j[overlap]], axis=1)
    assert np.array_equal(near_pairs(low, high, body, within=within), expected)


def random_pairs(seed, count=400):
    """Pairs of small triangles at random and a random motion."""
    rng = np.random.default_rng(seed)
    centre = np.repeat(rng.normal(size=(2 * count, 3)) * 0.4, 3, axis=0)
    points = centre + 0.3 * rng.normal(size=(6 * count, 3))
    facets = np.arange(6 * count, dtype=np.int32).reshape(-1, 3)
    pairs = np.arange(2 * count, dtype=np.int32).reshape(-1, 2)
    return points, facets, pairs, 0.7 * rng.normal(size=points.shape)


def crossing(one, two):
    """Whether an edge of either triangle passes through the other, exactly up to rounding."""
    for first, second in ((one, two), (two, one)):
        for k in range(3):
            p, q = first[k], first[(k + 1) % 3]
            volume = [
                np.linalg.det(np.array([q - p, second[m] - p, second[(m + 1) % 3] - p]))
                for m in range(3)
            ]
            normal = np.cross(second[1] - second[0], second[2] - second[0])
            sides = (normal @ (p - second[0])) * (normal @ (q - second[0]))
            if sides < 0.0 and (min(volume) > 0.0 or max(volume) < 0.0):
                return True
    return False


def test_safe_steps_never_lead_through():
    points, facets, pairs, motion = random_pairs(1)
    apart = np.array([not crossing(points[facets[a]], points[facets[b]]) for a, b in pairs])
    pairs = np.ascontiguousarray(pairs[apart])
    share = np.zeros(len(pairs))
    contact_pairs.safe_steps(points, motion, facets, pairs, 0.1, share)
    assert ((share > 0.0) & (share <= 1.0)).all()
    full = 0
    for (a, b), limit in zip(pairs, share, strict=True):
        for part in np.linspace(0.0, 1.0, 12):
            moved = points + part * limit * motion
            assert not crossing(moved[facets[a]], moved[facets[b]])
        moved = points + motion
        full += crossing(moved[facets[a]], moved[facets[b]]) and limit < 1.0
    assert full > 20, "the motions are large enough to cross"


def test_safe_step_of_a_head_on_approach_is_all_but_the_share_to_spare():
    points = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 0, 1.5], [0, 1, 1.5]])
    motion = np.zeros_like(points)
    motion[3:, 2] = -2.0
    facets = np.array([[0, 1, 2], [3, 5, 4]], dtype=np.int32)
    share = np.zeros(1)
    contact_pairs.safe_steps(points, motion, facets, np.array([[0, 1]], dtype=np.int32), 0.1, share)
    assert 0.44 < share[0] < 0.4501


def test_same_bits_for_any_number_of_threads():
    points, facets, pairs, motion = random_pairs(2)
    found = []
    for threads in (1, 2, 4):
        with few_threads(threads):
            gap, least = np.zeros((len(pairs), 3)), np.zeros(len(pairs))
            contact_pairs.separations(points, facets, pairs, gap, least)
            share = np.zeros(len(pairs))
            contact_pairs.safe_steps(points, motion, facets, pairs, 0.1, share)
        found.append(np.concatenate([gap.ravel(), least, share]).tobytes())
    assert found[0] == found[1] == found[2]
