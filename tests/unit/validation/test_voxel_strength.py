# SPDX-License-Identifier: BSD-3-Clause
"""Bodies of voxels against closed forms."""

import numpy as np
import pytest

from vertaug.validation.voxel_strength import (
    CAP,
    YIELDING_TOLERANCE,
    forces,
    stiffness,
    voxel_body,
)

SIDE, HEIGHT, DENSITY = 3, 5, 120.0
YOUNG, STRENGTH = 2980.0 * 0.12**1.05, 37.4 * 0.12**1.39


def block(spacing=1.0, caps=0):
    """A uniform block, with caps of some layers."""
    shape = (round(SIDE / spacing), round(SIDE / spacing), round(HEIGHT / spacing))
    bone, cap = np.ones(shape, dtype=bool), np.zeros(shape, dtype=bool)
    if caps:
        cap[:, :, :caps] = cap[:, :, -caps:] = True
    return voxel_body(bone & ~cap, cap, np.full(shape, DENSITY), spacing)


@pytest.mark.parametrize("spacing", [1.0, 0.5])
def test_uniform_block_is_as_stiff_as_a_bar(spacing):
    assert stiffness(block(spacing)) == pytest.approx(YOUNG * SIDE**2 / HEIGHT, rel=1e-6)


def test_uniform_block_yields_as_a_bar():
    """Elastic up to 0.61 %, then at its strength, by Tresca in uniaxial stress."""
    elastic, before, after, later = forces(block(), (0.01, 0.025, 0.06, 0.2))
    assert elastic == pytest.approx(0.01 * YOUNG * SIDE**2 / HEIGHT, rel=1e-6)
    assert before == pytest.approx(0.025 * YOUNG * SIDE**2 / HEIGHT, rel=1e-6)
    assert after == pytest.approx(STRENGTH * SIDE**2, rel=YIELDING_TOLERANCE)
    assert later == pytest.approx(STRENGTH * SIDE**2, rel=YIELDING_TOLERANCE)


def test_caps_are_in_series_and_do_not_yield():
    """Between the bounds of free and of no lateral strain, and stronger than free bone where caps hold it."""
    body = block(caps=1)
    assert body.height == 3.0
    found = stiffness(body)
    free = SIDE**2 / (3.0 / YOUNG + 2.0 / CAP)
    assert free < found < 1.35 * free
    assert forces(body, (0.3,))[0] > STRENGTH * SIDE**2


def test_density_below_the_least_counts_as_that():
    bone = np.ones((2, 2, 2), dtype=bool)
    body = voxel_body(bone, ~bone, np.full(bone.shape, -50.0), 1.0)
    assert body.young == pytest.approx(2980.0 * 0.01**1.05)


def test_what_stands_out_beyond_the_caps_is_free():
    """A spur beside the upper cap reaches higher than it, and takes no force."""
    bone, cap = np.zeros((4, 3, 7), dtype=bool), np.zeros((4, 3, 7), dtype=bool)
    bone[:3, :, 1:4] = True
    cap[:3, :, [0, 4]] = True
    bare = voxel_body(bone, cap, np.full(bone.shape, DENSITY), 1.0)
    bone[3, 1, 3:] = True
    spur = voxel_body(bone, cap, np.full(bone.shape, DENSITY), 1.0)
    assert spur.points[:, 2].max() > spur.points[spur.ends[1], 2].max()
    assert stiffness(spur) == pytest.approx(stiffness(bare), rel=0.05)
    assert stiffness(spur) > stiffness(bare)
