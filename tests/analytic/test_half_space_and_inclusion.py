# SPDX-License-Identifier: BSD-3-Clause
"""Boussinesq's half space and Eshelby's sphere: balance, continuity, limits."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from vertaug.verification.closed_forms.half_space import Boussinesq
from vertaug.verification.closed_forms.inclusion import MixtureBounds, SphericalInclusion

HALF = Boussinesq(200.0, 0.3, 100.0)


def test_load_is_carried_through_every_plane():
    for depth in (1.0, 4.0):
        total = quad(lambda r, z=depth: HALF.stress(r, z)[2] * 2.0 * np.pi * r, 0.0, np.inf)[0]
        assert total == pytest.approx(-100.0, rel=1e-8)
    assert HALF.stress(3.0, 0.0)[2:] == (0.0, -0.0)


def test_half_space_is_in_balance_and_elastic():
    r, z, h = 3.0, 4.0, 1e-4
    by_r = (np.array(HALF.stress(r + h, z)) - HALF.stress(r - h, z)) / (2.0 * h)
    by_z = (np.array(HALF.stress(r, z + h)) - HALF.stress(r, z - h)) / (2.0 * h)
    rr, tt, zz, rz = HALF.stress(r, z)
    assert by_r[0] + by_z[3] + (rr - tt) / r == pytest.approx(0.0, abs=1e-7)
    assert by_r[3] + by_z[2] + rz / r == pytest.approx(0.0, abs=1e-7)
    u_r = (np.array(HALF.displacement(r + h, z)) - HALF.displacement(r - h, z)) / (2.0 * h)
    u_z = (np.array(HALF.displacement(r, z + h)) - HALF.displacement(r, z - h)) / (2.0 * h)
    strains = np.array([u_r[0], HALF.displacement(r, z)[0] / r, u_z[1]])
    expected = np.array([rr, tt, zz]) * 1.3 / 200.0 - 0.3 / 200.0 * (rr + tt + zz)
    np.testing.assert_allclose(strains, expected, rtol=1e-6)
    assert 0.5 * (u_z[0] + u_r[1]) == pytest.approx(1.3 / 200.0 * rz, rel=1e-6)


def sphere(young_inside=2500.0, far=None):
    far = np.diag([0.0, 0.0, -1.0]) if far is None else far
    return SphericalInclusion(200.0, 0.3, young_inside, 0.33, far, 2.0)


FAR = np.array([[1.0, 0.3, -0.2], [0.3, -0.5, 0.4], [-0.2, 0.4, 0.7]])


@pytest.mark.parametrize("young", [0.0, 50.0, 2500.0])
def test_tractions_pass_the_face_of_the_sphere(young):
    body = sphere(young, FAR)
    for direction in np.random.default_rng(0).normal(size=(6, 3)):
        normal = direction / np.linalg.norm(direction)
        outside = body.stress(2.0 * normal) @ normal
        np.testing.assert_allclose(outside, body.stress_inside @ normal, atol=1e-12)
        # Along the face the strains are the same on both sides.
        flat = np.eye(3) - np.outer(normal, normal)
        jump = flat @ (body.strain(2.0 * normal) - body.strain_inside) @ flat
        np.testing.assert_allclose(jump, 0.0, atol=1e-14)


def test_body_around_the_sphere_is_in_balance_and_ends_in_the_far_stress():
    body, h = sphere(far=FAR), 1e-4
    for place in np.array([[2.5, 0.3, 0.4], [-1.0, 2.0, 2.0], [0.1, 0.2, -4.0]]):
        slopes = [
            (body.stress(place + h * e) - body.stress(place - h * e)) / (2.0 * h) for e in np.eye(3)
        ]
        rest = sum(slopes[j][:, j] for j in range(3))
        np.testing.assert_allclose(rest, 0.0, atol=1e-7)
    np.testing.assert_allclose(body.stress(np.array([0.0, 2000.0, 0.0])), FAR, atol=1e-8)


def test_sphere_of_the_same_stuff_is_not_there():
    body = SphericalInclusion(200.0, 0.3, 200.0, 0.3, FAR)
    np.testing.assert_allclose(body.stress_inside, FAR, atol=1e-14)
    np.testing.assert_allclose(body.stress(np.array([1.0, 1.0, 0.0])), FAR, atol=1e-14)


def test_hole_concentrates_stress_as_known():
    body = sphere(0.0)
    factor = (27.0 - 15.0 * 0.3) / (2.0 * (7.0 - 5.0 * 0.3))
    assert body.stress(np.array([2.0, 0.0, 0.0]))[2, 2] == pytest.approx(-factor, rel=1e-12)


@given(
    stiff=st.floats(1.01, 1e4), inside=st.floats(0.0, 0.45), outside=st.floats(0.0, 0.45),
    fraction=st.floats(0.01, 0.99),
)  # fmt: skip
def test_bounds_are_in_order(stiff, inside, outside, fraction):
    """For equal Poisson's ratios all four; else bulk and shear moduli of the phases must be in order."""
    bounds = MixtureBounds(1.0, outside, stiff, outside, fraction)
    chain = (bounds.reuss, bounds.lower, bounds.upper, bounds.voigt)
    for low, high in pairwise(chain):
        assert low <= high * (1.0 + 1e-12)
    mixed = MixtureBounds(1.0, outside, stiff, inside, fraction)
    bulk, shear = mixed.lower_moduli
    assert min(bulk, shear) > 0.0


def test_tables(reference_rows):
    for row in reference_rows("f_boussinesq.csv"):
        r, z = float(row["r"]), float(row["z"])
        found = (*HALF.displacement(r, z), HALF.stress(r, z)[2])
        expected = [float(row[k]) for k in ("u_r", "u_z", "s_zz")]
        assert found == pytest.approx(expected, rel=1e-10, abs=1e-15)
    for row in reference_rows("f_eshelby_sphere_uniaxial.csv"):
        body = sphere(float(row["E_inclusion"]))
        pole, equator = (
            body.stress(np.array([0.0, 0.0, 2.0])),
            body.stress(np.array([2.0, 0.0, 0.0])),
        )
        inside = body.stress_inside
        found = inside[2, 2], inside[0, 0], pole[2, 2], pole[0, 0], equator[2, 2], equator[1, 1]
        keys = (
            "s_zz_in", "s_xx_in", "matrix_pole_s_rr", "matrix_pole_s_tt", "matrix_equator_s_zz",
            "matrix_equator_s_phiphi",
        )  # fmt: skip
        assert found == pytest.approx([float(row[k]) for k in keys], rel=1e-8, abs=1e-9)
    body = sphere()
    for row in reference_rows("f_eshelby_matrix_profile.csv"):
        r = 2.0 * float(row["r_over_a"])
        pole, equator = body.stress(np.array([0.0, 0.0, r])), body.stress(np.array([r, 0.0, 0.0]))
        found = pole[2, 2], pole[0, 0], equator[0, 0], equator[2, 2], equator[1, 1]
        keys = ("axis_srr", "axis_stt", "equator_srr", "equator_stt(=zz)", "equator_spp")
        assert found == pytest.approx([float(row[k]) for k in keys], rel=1e-9, abs=1e-12)
    for row in reference_rows("f_composite_bounds.csv"):
        bounds = MixtureBounds(200.0, 0.3, 2500.0, 0.33, float(row["volume_fraction"]))
        found = bounds.reuss, bounds.lower, bounds.upper, bounds.voigt, *bounds.lower_moduli
        keys = (
            "E_reuss", "E_HS_lower(=Mori-Tanaka spheres)", "E_HS_upper", "E_voigt", "K_HSl", "G_HSl",
        )  # fmt: skip
        assert found == pytest.approx([float(row[k]) for k in keys], rel=1e-10)
