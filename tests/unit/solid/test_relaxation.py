# SPDX-License-Identifier: BSD-3-Clause
"""Bone at rest: the same stress, more strain, nothing created."""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.materials.bone import BoneLaw
from vertaug.materials.wolfram_2011 import CRITICAL, damage
from vertaug.solid.relaxation import changed_stiffness
from vertaug_kernels import laws

FAST = BoneLaw()
SLOW = replace(FAST, rested=1.0)


def test_sound_bone_does_not_creep():
    assert SLOW.stiffness_left(np.zeros(1)) == FAST.stiffness_left(np.zeros(1)) == 1.0


def test_delay_is_that_of_the_card_at_the_largest_damage():
    ratio = FAST.stiffness_left(np.array([CRITICAL])) / SLOW.stiffness_left(np.array([CRITICAL]))
    assert ratio == pytest.approx(1.0 + FAST.delayed_compliance)


@pytest.mark.parametrize(("minutes", "share"), [(0.0, 0.0), (10.0, 0.9), (30.0, 0.999)])
def test_delay_comes_with_time(minutes, share):
    """90 % within ten minutes (Joo 2007)."""
    assert FAST.after(60.0 * minutes).rested == pytest.approx(share, abs=2e-3)


def stress(law, density, ratio, harm, strain, opened=0.0):
    """Principal stresses of one point."""
    values = (np.array([value]) for value in (density, ratio, harm, harm, opened))
    row = law.parameters(*values)[0]
    out, tangent, elastic = np.empty(3), np.empty((3, 3)), np.empty(3)
    laws.respond(laws.CLOSING, strain, ratio, 0.0, row, out, tangent, elastic)
    return out


@pytest.mark.parametrize("harm", [0.1, 0.53, 0.8])
def test_change_of_stiffness_keeps_the_stress(loaded, harm):
    _, state = loaded
    n = state.mesh.n_cells
    strain = np.array([-3e-4, -5e-4, -1e-3])
    metric = np.tile(np.diag(np.exp(2.0 * strain)), (n, 1, 1))
    bone = replace(state.bone, metric=metric, damage=np.full(n, harm))
    slow = changed_stiffness(replace(state, bone=bone), FAST, SLOW)
    longer = 0.5 * np.log(np.diag(slow.bone.metric[0]))
    assert np.all(longer < strain)
    np.testing.assert_allclose(
        stress(SLOW, 90.0, 1.0, harm, longer), stress(FAST, 90.0, 1.0, harm, strain), rtol=1e-10
    )
    np.testing.assert_array_equal(slow.mesh.points, state.mesh.points)
    back = changed_stiffness(slow, SLOW, FAST)
    np.testing.assert_allclose(back.bone.metric, metric, rtol=1e-12)


def test_open_cracks_stay_as_they_are(loaded):
    """A gap along x, pressed on its side along y: only what the side carries creeps."""
    _, state = loaded
    n = state.mesh.n_cells
    gap, side = 0.3, -1e-3
    strain = np.array([gap - FAST.poisson * side, side, -FAST.poisson * side])
    metric = np.tile(np.diag(np.exp(2.0 * strain)), (n, 1, 1))
    opened = np.full(n, 5.0)  # long since torn
    bone = replace(state.bone, metric=metric, damage=np.full(n, 0.5), opened=opened)
    slow = changed_stiffness(replace(state, bone=bone), FAST, SLOW)
    after = 0.5 * np.log(np.diagonal(slow.bone.metric, axis1=1, axis2=2))
    factor = FAST.stiffness_left(np.array([0.5])) / SLOW.stiffness_left(np.array([0.5]))
    np.testing.assert_allclose(after[:, 1], float(factor[0]) * side, rtol=1e-6)
    np.testing.assert_allclose(after[:, 0], gap, rtol=0.02)
    np.testing.assert_allclose(
        stress(SLOW, 90.0, 1.3, 0.5, after[0], 5.0),
        stress(FAST, 90.0, 1.3, 0.5, strain, 5.0),
        atol=1e-6,
    )


@pytest.mark.parametrize("density", [30.0, 90.0, 200.0])
def test_less_comes_back_than_was_crushed(density):
    """Elastic and delayed strain at the plateau stay below the crush strain: dissipation is positive."""
    kappa = np.linspace(0.005, 1.2, 400)
    harm = damage(kappa)
    ratio = np.exp(-kappa)
    row = SLOW.parameters(np.full(400, density), ratio, harm)
    plateau = row[:, laws.FIRST_COLUMN + laws.PARAMETERS[laws.CLOSING].index("yield")]
    sound = FAST.modulus(np.array([density]))
    delayed = plateau / sound * (1.0 / SLOW.stiffness_left(harm) - 1.0)
    assert np.all(np.diff(delayed) > 0.0)
    assert np.all(delayed < 0.8 * kappa)
