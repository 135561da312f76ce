# SPDX-License-Identifier: BSD-3-Clause
"""Closed forms of expanding cavities against quadratures, balances and limits."""

import math

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq

from vertaug.verification.closed_forms.cavity_expansion import (
    FoamSphere,
    LockingFoam,
    MohrCoulombCavity,
    gibson_anderson,
    hill_limit,
    incompressible_limit,
    incompressible_pressure,
)

SHEAR = 200.0 / 3.0


def test_incompressible_cavity_equals_its_quadrature():
    for stretch in (1.001, 1.05, 2.0):
        knee = min(2.0 / (6.0 * SHEAR), math.log(stretch))

        def integrand(s):
            return 2.0 * min(2.0, 6.0 * SHEAR * s) / math.expm1(3.0 * s)

        parts = quad(integrand, 1e-14, knee)[0] + quad(integrand, knee, math.log(stretch))[0]
        assert incompressible_pressure(SHEAR, 2.0, stretch) == pytest.approx(parts, rel=1e-9)


def test_incompressible_cavity_has_its_limits():
    small = incompressible_pressure(SHEAR, 2.0, 1.0 + 1e-6)
    assert small == pytest.approx(4.0 * SHEAR * 1e-6, rel=1e-5)
    assert incompressible_limit(SHEAR, 2.0) == pytest.approx(
        gibson_anderson(SHEAR, 2.0, math.inf), rel=1e-3
    )
    assert hill_limit(200.0, 0.5, 2.0) == pytest.approx(
        gibson_anderson(SHEAR, 2.0, math.inf), rel=1e-12
    )
    assert gibson_anderson(SHEAR, 2.0, 2.0, "cylinder") < gibson_anderson(SHEAR, 2.0, 2.0)


@pytest.mark.parametrize("shape", ["sphere", "cylinder"])
def test_cavity_of_friction_is_continuous_and_invertible(shape):
    cavity = MohrCoulombCavity(200.0, 0.3, 1.0, 25.0, 5.0, shape, 0.4)
    p = cavity.first_yield
    assert cavity.stretch(p * (1.0 + 1e-9)) == pytest.approx(cavity.stretch(p), rel=2e-3)
    for stretch in (1.002, 1.1, 3.0, 50.0):
        assert cavity.stretch(cavity.pressure(stretch)) == pytest.approx(stretch, rel=1e-7)
    assert math.isinf(cavity.stretch(cavity.limit() * 1.001))
    assert cavity.plastic_radius(p) == 1.0
    assert cavity.plastic_radius(0.9 * cavity.limit()) > 2.0


def test_cavity_without_friction_is_hills():
    almost = MohrCoulombCavity(2000.0, 0.3, 1.0, 0.2, 0.0)
    assert almost.limit() == pytest.approx(hill_limit(2000.0, 0.3, 2.0), rel=0.03)


def test_balance_of_the_plastic_zone_of_a_cavity_of_friction():
    """Cauchy stresses α σ_θ - σ_r = -Y in balance from the plastic radius to the wall."""
    cavity = MohrCoulombCavity(200.0, 0.3, 1.0, 30.0, 0.0)
    p = 0.8 * cavity.limit()
    alpha = 3.0
    strength = 2.0 * math.cos(math.radians(30.0)) / 0.5

    def slope(r, s):
        return -2.0 * (s - (s - strength) / alpha) / r

    answer = solve_ivp(slope, (1.0, cavity.plastic_radius(p)), [p], rtol=1e-10, atol=1e-12)
    assert answer.y[0, -1] == pytest.approx(cavity.first_yield, rel=1e-6)


@pytest.mark.parametrize("alpha", [0.5, 1.0, 1.35])
def test_foam_sphere_equals_integrated_balance(alpha):
    body = FoamSphere(2.0, alpha)
    size = 4.0 * (1.0 + alpha**2 / 9.0)

    def difference(radial):
        """The larger hoop minus radial stress on the ellipse."""

        def ellipse(q):
            return q * q + alpha**2 * (radial + 2.0 * q / 3.0) ** 2 - size

        a, b, c = (
            1.0 + 4.0 * alpha**2 / 9.0,
            4.0 * alpha**2 * radial / 3.0,
            alpha**2 * radial**2 - size,
        )
        root = (-b + math.sqrt(max(b * b - 4.0 * a * c, 0.0))) / (2.0 * a)
        assert abs(ellipse(root)) < 1e-6
        return root

    ratio = 0.5 * (1.0 + min(body.saturation_ratio, 3.0))
    answer = solve_ivp(
        lambda x, s: [-2.0 * difference(float(s[0]))], (0.0, math.log(ratio)), [0.0],
        rtol=1e-10, atol=1e-12,
    )  # fmt: skip
    assert body.pressure(ratio) == pytest.approx(-answer.y[0, -1], rel=1e-8)
    assert body.pressure(1.01 * body.saturation_ratio) == body.largest_pressure
    assert body.pressure(0.999 * body.saturation_ratio) == pytest.approx(
        body.largest_pressure, rel=3e-3
    )


def test_locking_foam_keeps_its_mass():
    foam = LockingFoam(2.0, 0.7, 2.0)
    for stretch in (1.1, 2.0, 10.0):
        front = foam.front(stretch) * stretch
        assert front**3 - stretch**3 == pytest.approx(0.3 * (front**3 - 1.0), rel=1e-12)
    assert foam.pressure(1e5) == pytest.approx(foam.limit, rel=1e-9)


def test_tables_of_cavities(reference_rows):
    for row in reference_rows("d_sphere_j2_incompressible.csv"):
        stretch = float(row["a_over_a0"])
        expected = float(row["p_exact_hencky_quadrature"]), float(row["p_gibson_anderson"])
        found = incompressible_pressure(SHEAR, 2.0, stretch), gibson_anderson(SHEAR, 2.0, stretch)
        assert found == pytest.approx(expected, rel=1e-9)
    for shape, name in (("sphere", "d_sphere_mohr_coulomb"), ("cylinder", "d_cyl_mohr_coulomb")):
        for row in reference_rows(f"{name}.csv"):
            angles = float(row["phi_deg"]), float(row["psi_deg"])
            cavity = MohrCoulombCavity(200.0, 0.3, 1.0, *angles, shape)
            found = cavity.pressure(float(row["a_over_a0"]))
            assert found == pytest.approx(float(row["p_YuHoulsby"]), rel=1e-8)
        for row in reference_rows(f"{name}_limit.csv"):
            angles = float(row["phi_deg"]), float(row["psi_deg"])
            cavity = MohrCoulombCavity(200.0, 0.3, 1.0, *angles, shape)
            limit = float(row.get("p_limit") or row["p_limit_YuHoulsby"])
            expected = float(row["p_first_yield"]), limit
            assert (cavity.first_yield, cavity.limit()) == pytest.approx(expected, rel=1e-9)


def test_tables_of_foam(reference_rows):
    for row in reference_rows("d_foam_df_sphere_limit.csv"):
        body = FoamSphere(2.0, float(row["alpha"]))
        found = body.plastic_poisson, body.pressure(float(row["b_over_a"])), body.saturation_ratio
        keys = ("nu_plastic", "p_limit", "b_over_a_saturation")
        assert found == pytest.approx([float(row[k]) for k in keys], rel=1e-9, abs=1e-15)
        assert body.largest_pressure == pytest.approx(float(row["p_max_uniaxial_crush"]), rel=1e-12)
    for row in reference_rows("d_foam_locking_closed_form.csv"):
        foam = LockingFoam(2.0, float(row["eps_D_volumetric"]), float(row["Y_dense"]))
        stretch = float(row["a_over_a0"])
        expected = float(row["front_s_over_a"]), float(row["p"])
        assert (foam.front(stretch), foam.pressure(stretch)) == pytest.approx(expected, rel=1e-10)


def test_hill_limit_of_the_plan():
    assert hill_limit(200.0, 0.3, 2.0) == pytest.approx(6.484310455011618, rel=1e-12)
    assert np.isfinite(brentq(lambda y: hill_limit(200.0, 0.3, y) - 6.0, 0.5, 4.0))
