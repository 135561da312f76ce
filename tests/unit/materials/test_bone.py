# SPDX-License-Identifier: BSD-3-Clause
"""Bone from density: published points, monotony, bounds. Defaults may change; forms may not."""

import math

import numpy as np
import pytest

from vertaug.materials import deshpande_fleck_2000 as foam
from vertaug.materials import wolfram_2011
from vertaug.materials.bone import BoneLaw, bone_fraction
from vertaug.materials.card import card_table
from vertaug.materials.density import stiffness_law, strength_law
from vertaug_kernels import laws

DENSITY = np.array([20.0, 80.0, 150.0, 400.0])


def rows(density=DENSITY, ratio=1.0, damage=0.0, **options):
    n = len(density)
    return BoneLaw(**options).parameters(density, np.full(n, ratio), np.full(n, damage))


def column(name, **options):
    return rows(**options)[:, laws.FIRST_COLUMN + laws.PARAMETERS[laws.CLOSING].index(name)]


def test_damage_at_its_published_point_and_back():
    assert wolfram_2011.damage(np.array([0.12])) == pytest.approx(0.525, abs=5e-3)
    assert wolfram_2011.damage(np.zeros(1)) == 0.0
    assert wolfram_2011.damage(np.array([10.0])) == pytest.approx(wolfram_2011.CRITICAL)
    value = np.linspace(0.0, 0.8, 9)
    np.testing.assert_allclose(
        wolfram_2011.damage(wolfram_2011.accumulated_strain(value)), value, atol=1e-12
    )
    assert np.isfinite(wolfram_2011.accumulated_strain(np.array([2.0]))).all()


@pytest.mark.parametrize("k", [0.3, 0.9, 1.5, 2.5])
def test_ellipse_factor_gives_the_wanted_hydrostatic_strength(k):
    """p_c = Y √(1 + α²/9)/α = Y/k."""
    alpha = foam.ellipse_factor(k)
    assert math.sqrt(1.0 + alpha**2 / 9.0) / alpha == pytest.approx(1.0 / k, rel=1e-12)


def test_moduli_are_those_of_the_isotropic_density_law():
    bulk, shear = column("bulk"), column("shear")
    law = BoneLaw()
    modulus = 9.0 * bulk * shear / (3.0 * bulk + shear)
    expected = law.stiffness_factor * stiffness_law("kopperdahl_2002").value(DENSITY)
    np.testing.assert_allclose(modulus, expected, rtol=1e-12)
    poisson = (3.0 * bulk - 2.0 * shear) / (6.0 * bulk + 2.0 * shear)
    np.testing.assert_allclose(poisson, law.poisson, rtol=1e-12)


def test_strength_of_uncrushed_bone_is_the_density_law():
    law = strength_law("kopperdahl_2002", stiffness_law("kopperdahl_2002"))
    expected = BoneLaw().strength_factor * law.value(DENSITY)
    np.testing.assert_allclose(column("yield"), expected, rtol=1e-12)


@pytest.mark.parametrize("name", ["bulk", "shear", "yield"])
def test_denser_bone_is_stiffer_and_stronger(name):
    assert np.all(np.diff(column(name)) > 0.0)


def test_damage_lowers_stiffness_and_less_of_the_strength():
    np.testing.assert_allclose(column("bulk", damage=0.4), 0.6 * column("bulk"), rtol=1e-12)
    np.testing.assert_allclose(column("shear", damage=0.4), 0.6 * column("shear"), rtol=1e-12)
    lost = BoneLaw().strength_loss * 0.4 / wolfram_2011.CRITICAL
    expected = (1.0 - lost) * column("yield")
    np.testing.assert_allclose(column("yield", damage=0.4), expected, rtol=1e-12)
    assert 0.0 < lost < 0.4


def test_crushed_bone_is_stronger_in_cauchy_stress():
    """Cauchy strength τ/J rises as bone is crushed."""
    ratios = (1.0, 0.8, 0.6, 0.4)
    cauchy = [column("yield", ratio=ratio) / ratio for ratio in ratios]
    assert np.all(np.diff(cauchy, axis=0) > 0.0)


def tension(opened, **options):
    damage, opened = np.full(4, 0.5), np.full(4, opened)
    found = BoneLaw(**options).parameters(DENSITY, np.ones(4), damage, damage, opened)
    return found[:, laws.FIRST_COLUMN + laws.PARAMETERS[laws.CLOSING].index("cut_off")]


def test_opened_bone_lets_go():
    """Crushed bone holds on to its neighbours; what has opened keeps next to nothing, at once or in the end."""
    crushed = tension(0.0)
    np.testing.assert_allclose(crushed, BoneLaw().residual_tension * column("cut_off"), rtol=1e-12)
    torn = [tension(opened) / crushed for opened in (0.02, 0.1, 0.3, 1.0, 5.0)]
    assert np.all(np.diff(torn, axis=0) < 0.0)
    np.testing.assert_allclose(torn[-1], BoneLaw().torn_tension, rtol=1e-9)
    np.testing.assert_allclose(
        tension(BoneLaw().tearing, torn_tension=1e-3)[0] / crushed[0], np.exp(-1.0), rtol=0.01
    )


@pytest.mark.parametrize("ratio", [0.3, 1.0, 1.5, 2.5])
@pytest.mark.parametrize("damage", [0.0, 0.84])
def test_the_cut_off_lies_inside_the_ellipse(ratio, damage):
    """Tension on all sides up to the cut-off leaves the ellipse alone: αT < √(1 + α²/9) Y."""
    found = rows(ratio=ratio, damage=damage)
    names = laws.PARAMETERS[laws.CLOSING]
    strength, alpha, cut_off = (
        found[:, laws.FIRST_COLUMN + names.index(name)] for name in ("yield", "alpha", "cut_off")
    )
    assert np.all(alpha * cut_off < np.sqrt(1.0 + alpha**2 / 9.0) * strength)


def test_every_row_is_fit_for_the_kernel():
    for density in (DENSITY, np.array([0.0, -50.0, 1e-9, 2000.0])):
        for ratio in (0.2, 1.0, 1.5):
            for damage in (0.0, 0.3, 0.84):
                found = rows(density, ratio, damage)
                assert found.shape == (4, 7)
                assert np.all(np.isfinite(found))
                assert np.all(found > 0.0)
                assert np.all(found[:, 0] < 1.0)


def test_the_floor_of_the_density_holds():
    law = BoneLaw()
    floor = np.full(2, law.minimum_density)
    np.testing.assert_array_equal(rows(np.array([0.0, -5.0])), rows(floor))


def test_bone_fraction_stays_between_its_bounds():
    found = bone_fraction(np.array([-10.0, 0.0, 100.0, 200.0, 5000.0]))
    assert found.min() == pytest.approx(0.01)
    assert found.max() == pytest.approx(0.95)
    assert found[3] == pytest.approx(2.0 * found[2])


def test_crushed_bone_follows_the_power_of_its_strength_law():
    """Kirchhoff strength of crushed bone, J Y(ρ/J) = Y(ρ) J^(1 - 1.39)."""
    for ratio in (0.9, 0.6, 0.3):
        expected = column("yield") * ratio ** (1.0 - 1.39)
        np.testing.assert_allclose(column("yield", ratio=ratio), expected, rtol=1e-12)


@pytest.mark.parametrize("module", [wolfram_2011, foam])
def test_cards_hold_values_within_their_ranges(module):
    for line in card_table(module.CARD):
        assert line["low"] <= line["value"] <= line["high"], line["symbol"]
        assert line["mark"] in ("found", "recalled", "derived", "assumed")
        assert line["source"]
