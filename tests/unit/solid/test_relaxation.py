# SPDX-License-Identifier: BSD-3-Clause
"""Bone at rest: the same stress, more strain, nothing created."""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.materials.bone import BoneLaw
from vertaug.materials.wolfram_2011 import CRITICAL, damage
from vertaug.solid.relaxation import changed_stiffness, soften
from vertaug_kernels import laws

FAST = BoneLaw()
SLOW = replace(FAST, relaxed=True)


def test_sound_bone_does_not_creep():
    assert SLOW.stiffness_left(np.zeros(1)) == FAST.stiffness_left(np.zeros(1)) == 1.0


def test_delay_is_that_of_the_card_at_the_largest_damage():
    ratio = FAST.stiffness_left(np.array([CRITICAL])) / SLOW.stiffness_left(np.array([CRITICAL]))
    assert ratio == pytest.approx(1.0 + FAST.delayed_compliance)


def test_soften_multiplies_the_logarithmic_strain():
    rng = np.random.default_rng(3)
    strain = rng.normal(scale=0.02, size=(4, 3, 3))
    strain += strain.transpose(0, 2, 1)
    values, vectors = np.linalg.eigh(strain)
    metric = np.einsum("nik,nk,njk->nij", vectors, np.exp(2.0 * values), vectors)
    factor = np.array([1.0, 1.7, 4.0, 0.25])
    found = np.linalg.eigvalsh(soften(metric, factor))
    np.testing.assert_allclose(np.log(found) / 2.0, factor[:, None] * values, atol=1e-12)


def stress(law, density, ratio, harm, strain):
    """Principal stresses of one point."""
    row = law.parameters(np.array([density]), np.array([ratio]), np.array([harm]))[0]
    out, tangent, elastic = np.empty(3), np.empty((3, 3)), np.empty(3)
    laws.respond(laws.CUT_OFF, strain, ratio, 0.0, row, out, tangent, elastic)
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


@pytest.mark.parametrize("density", [30.0, 90.0, 200.0])
def test_less_comes_back_than_was_crushed(density):
    """Elastic and delayed strain at the plateau stay below the crush strain: dissipation is positive."""
    kappa = np.linspace(0.005, 1.2, 400)
    harm = damage(kappa)
    ratio = np.exp(-kappa)
    row = SLOW.parameters(np.full(400, density), ratio, harm)
    plateau = row[:, laws.FIRST_COLUMN + laws.PARAMETERS[laws.CUT_OFF].index("yield")]
    sound = FAST.modulus(np.array([density]))
    delayed = plateau / sound * (1.0 / SLOW.stiffness_left(harm) - 1.0)
    assert np.all(np.diff(delayed) > 0.0)
    assert np.all(delayed < 0.8 * kappa)
