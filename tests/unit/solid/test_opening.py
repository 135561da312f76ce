# SPDX-License-Identifier: BSD-3-Clause
"""Histories taken apart into what is elastic and what is open."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vertaug.solid.opening import crack_strains, split
from vertaug_kernels.cut_off import crushable_closing, crushable_cut_off
from vertaug_kernels.laws import CLOSING, HENCKY

ROW = np.array([0.1, 20.0, 100.0, 60.0, 1.0, 0.943, 0.2])
strains = st.lists(st.floats(-0.4, 0.4), min_size=3, max_size=3).map(np.array)


def kept(strain, law):
    """Strain that a law hands back after a step from rest."""
    stress, tangent, elastic = np.zeros(3), np.zeros((3, 3)), np.zeros(3)
    law(strain, ROW, stress, tangent, elastic)
    return elastic


def turned(strain, seed=4):
    """History (3, 3) of principal strains along axes of their own."""
    axes = np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]
    return axes @ np.diag(np.exp(2.0 * strain)) @ axes.T


@given(strains)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_cracks_are_what_the_kernel_left_open(strain):
    held = kept(strain, crushable_closing)
    found = crack_strains(held[None], *(ROW[[i]] for i in (2, 3, 6)))[0]
    np.testing.assert_allclose(held - found, kept(strain, crushable_cut_off), atol=1e-12)
    assert found.min() >= 0.0


def test_an_open_history_is_split_and_put_together_again():
    strain = kept(np.array([0.3, -0.02, 0.1]), crushable_closing)
    metric = np.stack([turned(strain), np.eye(3), turned(strain)])
    law = np.array([CLOSING, CLOSING, HENCKY], dtype=np.int32)
    parts = split(metric, law, np.tile(ROW, (3, 1)))
    assert parts.opening[0] > 0.2
    assert parts.opening[1] == pytest.approx(0.0, abs=1e-15)
    assert parts.opening[2] == 0.0
    np.testing.assert_allclose(parts.metric(np.ones(3)), metric, rtol=0.0, atol=1e-12)
    longer = split(parts.metric(np.array([1.0, 1.0, 2.0])), law, np.tile(ROW, (3, 1)))
    np.testing.assert_allclose(longer.elastic[2], 2.0 * parts.elastic[2], atol=1e-12)


def test_creep_leaves_the_cracks():
    strain = kept(np.array([0.3, -0.02, 0.1]), crushable_closing)
    law = np.array([CLOSING], dtype=np.int32)
    parts = split(turned(strain)[None], law, ROW[None])
    softer = ROW[None].copy()
    softer[:, 2:4] /= 3.0
    after = split(parts.metric(np.array([3.0])), law, softer)
    np.testing.assert_allclose(after.cracks, parts.cracks, atol=1e-12)
    np.testing.assert_allclose(after.elastic, 3.0 * parts.elastic, atol=1e-12)
