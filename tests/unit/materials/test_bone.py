# SPDX-License-Identifier: BSD-3-Clause
"""Bone from density: published points, monotony, bounds. Defaults may change; forms may not."""

import math
from dataclasses import replace

import numpy as np
import pytest

from vertaug.materials import deshpande_fleck_2000 as foam
from vertaug.materials import wolfram_2011
from vertaug.materials.bone import FABRIC_BONE, BoneLaw, bone_fraction
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
    bare, least = rows(np.array([0.0, -5.0])), rows(floor)
    np.testing.assert_array_equal(bare[:, :6], least[:, :6])
    np.testing.assert_allclose(bare[:, 6], law.torn_tension * least[:, 6], rtol=1e-14)


def test_tension_falls_with_what_is_missing_of_the_least_mineral():
    law = BoneLaw()
    half = rows(np.array([0.5, 1.0]) * law.minimum_density)[:, 6]
    assert half[0] == pytest.approx(0.5 * half[1])


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


def fabric_rows(density=DENSITY, **options):
    n = len(density)
    return replace(FABRIC_BONE, **options).parameters(density, np.ones(n), np.zeros(n))


def test_bone_with_axes_has_the_density_laws_along_them():
    names = ("bulk", "shear", "yield", "scale3")
    at = [laws.FIRST_COLUMN + laws.PARAMETERS[laws.FABRIC_CLOSING].index(n) for n in names]
    bulk, shear, strength, scale = fabric_rows()[:, at].T
    along = scale**4 * 9.0 * bulk * shear / (3.0 * bulk + shear)
    stiffness = stiffness_law("kopperdahl_2002")
    np.testing.assert_allclose(along, stiffness.value(DENSITY), rtol=1e-12)
    yielded = strength_law("kopperdahl_2002", stiffness).value(DENSITY)
    np.testing.assert_allclose(scale**2 * strength, 0.82 * yielded, rtol=1e-12)
    np.testing.assert_allclose(scale**2, FABRIC_BONE.along)


@pytest.mark.parametrize("along", [1.0, 1.4, 1.8])
def test_cut_off_is_a_share_of_the_hydrostatic_strength(along):
    """Even pressure meets the scaled ellipse at k_t^-1 of the cut-off, which even tension meets."""
    (row,) = fabric_rows(np.array([90.0]), along=along + 1e-13)
    out, tangent, elastic = np.empty(6), np.empty((6, 6)), np.empty(6)
    compliance = np.linalg.inv(_answer(np.zeros(6), row, out, tangent, elastic).copy())
    even = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 0.0])
    limit = row[6] / FABRIC_BONE.tension_ratio
    flows = []
    for share in (0.999, 1.001):
        strain = -share * limit * compliance @ even
        flows.append(laws.respond_tensor(
            laws.FABRIC_CLOSING, strain, 1.0, 0.0, row, out, tangent, elastic
        )[1])  # fmt: skip
    assert flows[0] == 0.0 < flows[1]


def _answer(strain, row, out, tangent, elastic):
    laws.respond_tensor(laws.FABRIC_CLOSING, strain, 1.0, 0.0, row, out, tangent, elastic)
    return tangent


def test_crush_along_the_axis_widens_bone_as_without_axes():
    """ν_p = s (1/2 - α²/9)/(1 + α²/9) along the axis."""
    widening = []
    for law in (BoneLaw(), FABRIC_BONE):
        share = foam.ellipse_factor(law.uniaxial_over_hydrostatic) ** 2 / 9.0
        widening.append(law.along * (0.5 - share) / (1.0 + share))
    assert widening[1] == pytest.approx(widening[0], abs=1e-3)


def test_a_law_of_any_direction_is_the_mean_of_bone_with_axes():
    """Moduli E along and twice E/s² across: their geometric mean is what the law gives."""
    law = replace(FABRIC_BONE, stiffness_law="keyak_1998", strength_law="keyak_1998")
    plain = BoneLaw(stiffness_law="keyak_1998", strength_law="keyak_1998")
    stiff, strong = (law.along ** (-power / 3.0) for power in (4.0, 2.0))
    np.testing.assert_allclose(stiff * law.modulus(DENSITY), plain.modulus(DENSITY), rtol=1e-12)
    crush = strong * law.crush_strength(DENSITY)
    np.testing.assert_allclose(crush, plain.crush_strength(DENSITY), rtol=1e-3)


@pytest.mark.parametrize("law", [BoneLaw(), FABRIC_BONE], ids=["without axes", "with axes"])
@pytest.mark.parametrize("ratio", [0.9, 0.7, 0.5])
def test_a_fracture_given_and_one_made_by_crushing_are_the_same_bone(law, ratio):
    """Density ρ/J at rest against ρ crushed to J, per present volume: the two ways to a fractured vertebra."""
    density, harm = np.array([50.0, 75.0, 120.0]), np.full(3, 0.4)
    made = law.parameters(density, np.full(3, ratio), harm)
    given = law.parameters(density / ratio, np.ones(3), harm)
    names = [*laws.LOCK, *laws.PARAMETERS[law.code]]
    found, wanted = ({n: r[:, k] for k, n in enumerate(names)} for r in (made, given))
    np.testing.assert_allclose(found["yield"] / ratio, wanted["yield"], rtol=1e-12)
    np.testing.assert_allclose(found["lock_ratio"] / ratio, wanted["lock_ratio"], rtol=1e-12)
    for name in ("bulk", "shear"):
        # The density law's exponent is 1.05, the crushed one keeps its moduli per initial volume.
        np.testing.assert_allclose(found[name] / ratio, wanted[name] * ratio**0.05, rtol=1e-12)
    # Crushing adds nothing to tension but its smaller area; a density of ρ/J would add J^-0.39.
    np.testing.assert_allclose(
        found["cut_off"] / ratio, wanted["cut_off"] * ratio**0.39, rtol=1e-12
    )
