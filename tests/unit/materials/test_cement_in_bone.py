# SPDX-License-Identifier: BSD-3-Clause
"""Cement, cured in part, and its mixture with bone: bounds, limits, strengths."""

import numpy as np
import pytest

from vertaug.errors import InputError
from vertaug.materials.bogetti_gillespie_1992 import FULL, GEL, cured_share
from vertaug.materials.hill_1965 import self_consistent
from vertaug.materials.lewis_1997 import CODE, BoneCement
from vertaug.verification.closed_forms.inclusion import MixtureBounds
from vertaug.verification.problems.law_points import beside


def moduli(young, poisson):
    return young / (3.0 * (1.0 - 2.0 * poisson)), young / (2.0 * (1.0 + poisson))


def young_of(bulk, shear):
    return 9.0 * bulk * shear / (3.0 * bulk + shear)


@pytest.mark.parametrize("contrast", [2.0, 12.5, 400.0])
def test_mixture_lies_within_the_bounds_of_hashin_and_shtrikman(contrast):
    share = np.linspace(0.0, 1.0, 41)
    soft, stiff = moduli(2500.0 / contrast, 0.3), moduli(2500.0, 0.33)
    bulk, shear = self_consistent(*(np.full(41, m) for m in soft), *stiff, share)
    for f, k, g in zip(share, bulk, shear, strict=True):
        mixture = MixtureBounds(2500.0 / contrast, 0.3, 2500.0, 0.33, f)
        low, high = mixture.lower_moduli, mixture._hashin_shtrikman(swapped=True)
        assert low[0] * (1 - 1e-9) <= k <= high[0] * (1 + 1e-9)
        assert low[1] * (1 - 1e-9) <= g <= high[1] * (1 + 1e-9)
    assert np.all(np.diff(young_of(bulk, shear)) > 0.0)


def test_mixture_of_equal_phases_and_ends_are_the_phases():
    share = np.array([0.0, 0.3, 1.0])
    bulk, shear = self_consistent(np.full(3, 90.0), np.full(3, 40.0), 90.0, 40.0, share)
    assert bulk == pytest.approx([90.0] * 3, rel=1e-12)
    assert shear == pytest.approx([40.0] * 3, rel=1e-12)
    bulk, shear = self_consistent(np.full(3, 90.0), np.full(3, 40.0), 900.0, 600.0, share)
    assert (bulk[0], shear[0]) == pytest.approx((90.0, 40.0), rel=1e-12)
    assert (bulk[2], shear[2]) == pytest.approx((900.0, 600.0), rel=1e-12)


def test_rigid_spheres_in_an_incompressible_matrix_at_small_share():
    """Einstein (1906): G = G_m (1 + 5/2 f); the self-consistent scheme has the same first order."""
    share = np.array([1e-4])
    _, shear = self_consistent(np.array([1e8]), np.array([1.0]), 1e8, 1e8, share)
    assert (shear[0] - 1.0) / share[0] == pytest.approx(2.5, rel=2e-3)


@pytest.mark.parametrize(("shear", "share"), [(0.0, 0.5), (40.0, 1.2)])
def test_phases_without_stiffness_and_odd_shares_are_refused(shear, share):
    with pytest.raises(InputError, match="E-MATERIAL-010"):
        self_consistent(np.array([90.0]), np.array([shear]), 900.0, 600.0, np.array([share]))


def test_cured_share_rises_from_the_gel_point():
    degree = np.array([0.0, GEL, 0.5 * (GEL + FULL), FULL, 1.0])
    assert cured_share(degree) == pytest.approx([1e-3, 1e-3, 0.5005, 1.0, 1.0], rel=1e-12)


def test_cement_has_its_strengths_and_its_modulus():
    cement = BoneCement()
    row = cement.row()
    assert young_of(*cement.moduli) == pytest.approx(1937.0, rel=1e-12)
    assert beside(CODE, row, -0.2, 0.0) == pytest.approx(-85.0, rel=1e-8)
    assert beside(CODE, row, 0.2, 0.0) == pytest.approx(35.0, rel=1e-8)
    assert beside(CODE, row, 1e-6, 0.0) == pytest.approx(1937.0e-6, rel=1e-9)
    # Pressure on the sides hardly strengthens it: von Mises' cylinder, where the ellipse ends far away.
    assert beside(CODE, row, -0.2, 30.0) == pytest.approx(-115.0, rel=0.02)


def test_half_cured_cement_is_half_as_stiff_and_half_as_strong():
    cement = BoneCement()
    half = cement.rows(np.array([0.5 * (GEL + FULL)]))[0]
    assert beside(CODE, half, 1e-6, 0.0) == pytest.approx(0.5005 * 1937.0e-6, rel=1e-9)
    assert beside(CODE, half, -0.2, 0.0) == pytest.approx(-0.5005 * 85.0, rel=1e-8)
