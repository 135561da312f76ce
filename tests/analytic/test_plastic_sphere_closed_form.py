# SPDX-License-Identifier: BSD-3-Clause
"""Hill's sphere and Tresca's cylinder: balance, flow and energies checked by other means."""

import math

import numpy as np
import pytest
from scipy.integrate import quad

from vertaug.verification.closed_forms.thick_sphere import HillSphere, TrescaCylinder
from vertaug.verification.meshes import graded

PERFECT = HillSphere(200.0, 0.3, 2.0, 5.0, 15.0)
HARD = HillSphere(200.0, 0.3, 2.0, 5.0, 15.0, 20.0)


@pytest.mark.parametrize("body", [PERFECT, HARD], ids=["perfect", "hardening"])
def test_balance_yield_and_elastic_volume(body):
    zone, h = 10.0, 1e-5
    for r in (5.5, 7.0, 9.9, 10.1, 12.0, 14.5):
        slope = (body.radial_stress(r + h, zone) - body.radial_stress(r - h, zone)) / (2.0 * h)
        difference = body.hoop_stress(r, zone) - body.radial_stress(r, zone)
        assert slope == pytest.approx(2.0 * difference / r, rel=1e-7)
        strength = body.strength + body.hardening * body.plastic_strain(r, zone)
        assert difference <= strength * (1.0 + 1e-12)
        if r < zone:
            assert difference == pytest.approx(strength, rel=1e-12)
        stretch = (body.displacement(r + h, zone) - body.displacement(r - h, zone)) / (2.0 * h)
        volume = stretch + 2.0 * body.displacement(r, zone) / r
        trace = body.radial_stress(r, zone) + 2.0 * body.hoop_stress(r, zone)
        assert volume == pytest.approx((1.0 - 2.0 * body.poisson) / body.young * trace, abs=1e-10)
        hoop = body.displacement(r, zone) / r
        elastic = (1.0 + body.poisson) / body.young * difference
        assert hoop - stretch - elastic == pytest.approx(
            1.5 * body.plastic_strain(r, zone), abs=1e-9
        )
    assert body.radial_stress(15.0, zone) == pytest.approx(0.0, abs=1e-15)
    assert body.zone(body.pressure(zone)) == pytest.approx(zone, rel=1e-10)


def test_first_yield_and_limit_of_the_perfect_sphere():
    assert PERFECT.first_yield == pytest.approx(4.0 / 3.0 * (1.0 - 27.0**-1))
    assert PERFECT.limit == pytest.approx(4.0 * math.log(3.0))
    assert HARD.limit > PERFECT.limit


def test_energies_equal_quadratures():
    zone, found = 10.0, PERFECT.energy(10.0)
    h = 1e-6

    def power(c):
        rise = (PERFECT.displacement(5.0, c + h) - PERFECT.displacement(5.0, c - h)) / (2.0 * h)
        return PERFECT.pressure(c) * 100.0 * np.pi * rise

    first = PERFECT.first_yield * 50.0 * np.pi * PERFECT.displacement(5.0, 5.0)
    assert found.work == pytest.approx(first + quad(power, 5.0, zone)[0], rel=1e-8)

    def density(r):
        s, t = PERFECT.radial_stress(r, zone), PERFECT.hoop_stress(r, zone)
        energy = s * s + 2.0 * t * t - 2.0 * 0.3 * (2.0 * s * t + t * t)
        return energy / 400.0 * 4.0 * np.pi * r**2

    stored = quad(density, 5.0, zone)[0] + quad(density, zone, 15.0)[0]
    assert found.stored == pytest.approx(stored, rel=1e-10)
    lost = quad(lambda r: 2.0 * PERFECT.plastic_strain(r, zone) * 4.0 * np.pi * r**2, 5.0, zone)[0]
    assert found.dissipated == pytest.approx(lost, rel=1e-10)
    assert (found.work, found.stored) == pytest.approx((212.21368, 70.94939), rel=1e-7)
    with pytest.raises(ValueError, match="perfect"):
        HARD.energy(zone)


def test_residual_stresses_balance():
    for zone in (7.0, 10.0):
        assert PERFECT.residual(5.0, zone)[0] == pytest.approx(0.0, abs=1e-12)
        assert PERFECT.residual(5.0, zone)[1] < 0.0
        assert PERFECT.residual(15.0, zone)[0] == pytest.approx(0.0, abs=1e-12)
        through = sum(
            quad(lambda r, z=zone: PERFECT.residual(r, z)[1] * r, low, high)[0]
            for low, high in ((5.0, zone), (zone, 15.0))
        )
        assert through == pytest.approx(0.0, abs=1e-10)


def test_cylinder_is_in_balance():
    body = TrescaCylinder(2.0, 5.0, 15.0)
    # Plastic to c, elastic outside where the hoop stress exceeds the radial by Y c²/r².
    inside, outside = (
        quad(lambda r: 2.0 / r, 5.0, 9.0)[0],
        quad(lambda r: 2.0 * 81.0 / r**3, 9.0, 15.0)[0],
    )
    assert body.pressure(9.0) == pytest.approx(inside + outside, rel=1e-12)
    assert body.mises_limit > body.limit


def test_tables(reference_rows):
    for row in reference_rows("c_plastic_sphere_p_vs_c.csv"):
        zone = float(row["c_plastic_radius"])
        found = (
            PERFECT.pressure(zone),
            PERFECT.displacement(5.0, zone),
            PERFECT.displacement(15.0, zone),
        )
        assert found == pytest.approx([float(row[k]) for k in ("p", "u_a", "u_b")], rel=1e-10)
    for row in reference_rows("c_plastic_sphere_field_c10.csv"):
        r = float(row["r"])
        found = (
            PERFECT.displacement(r, 10.0),
            PERFECT.radial_stress(r, 10.0),
            PERFECT.hoop_stress(r, 10.0),
        )
        expected = [float(row[k]) for k in ("u_r", "sigma_r", "sigma_t")]
        assert found == pytest.approx(expected, rel=1e-10, abs=1e-14)
    for row in reference_rows("c_plastic_sphere_residual_c10.csv"):
        expected = [float(row[k]) for k in ("res_sigma_r", "res_sigma_t", "res_u")]
        assert PERFECT.residual(float(row["r"]), 10.0) == pytest.approx(
            expected, rel=1e-9, abs=1e-13
        )
    cylinder = TrescaCylinder(2.0, 5.0, 15.0)
    for row in reference_rows("c_plastic_cylinder_tresca.csv"):
        assert cylinder.pressure(float(row["c"])) == pytest.approx(float(row["p"]), rel=1e-12)


def test_table_of_hardening(reference_rows):
    """The table is of finite elements: four digits; here the zone follows from u(a)."""
    for row in reference_rows("c_plastic_sphere_hardening_numeric.csv"):
        body = HillSphere(200.0, 0.3, 2.0, 5.0, 15.0, float(row["H"]))
        low, high = 5.0, 15.0
        for _ in range(60):
            zone = 0.5 * (low + high)
            low, high = (
                (zone, high) if body.displacement(5.0, zone) < float(row["u_a"]) else (low, zone)
            )
        found = body.pressure(zone), body.displacement(15.0, zone)
        assert found == pytest.approx((float(row["p"]), float(row["u_b"])), rel=2e-4)


def test_work_by_the_trapezoidal_rule_tends_to_the_closed_form_at_second_order():
    ends = np.array([PERFECT.displacement(5.0, c) for c in (5.0, 10.0)])
    errors = []
    for steps in (8, 16, 32):
        way = np.concatenate([[0.0], np.linspace(*ends, steps + 1)])
        errors.append(PERFECT.work_over(way) / PERFECT.energy(10.0).work - 1.0)
    assert np.log2(np.divide(errors[:-1], errors[1:])) == pytest.approx(2.0, abs=0.1)
    assert PERFECT.zone_at(ends[1]) == pytest.approx(10.0, rel=1e-12)
    assert PERFECT.work_over([0.0, 0.5 * ends[0]]) == pytest.approx(
        0.25 * PERFECT.work_over([0.0, ends[0]])
    )


def test_layers_are_as_thin_on_wider_bodies():
    usual, wide, narrow = (graded(2.0, 2.0 * ratio, 8, 3.0) for ratio in (3.0, 9.0, 1.5))
    assert usual == pytest.approx(np.geomspace(2.0, 6.0, 9))
    assert len(wide) == 17
    assert wide[1] / wide[0] == pytest.approx(usual[1] / usual[0])
    assert len(narrow) == 9
