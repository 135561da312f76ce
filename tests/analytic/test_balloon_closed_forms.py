# SPDX-License-Identifier: BSD-3-Clause
"""Closed forms of rubber balloons against quadratures of their energies."""

import math

import pytest
from scipy.integrate import quad

from vertaug.verification.closed_forms.rubber_balloon import (
    CompressibleSphere,
    ThickCylinder,
    ThickSphere,
    ThinCylinder,
    ThinSphere,
)

SPHERE = ThickSphere(0.5, 0.05, 5.0, 8.0)


def density(one, two, *stretches):
    """Mooney's energy of three stretches, MPa."""
    squares = [s**2 for s in stretches]
    first = sum(squares) - 3.0
    return one * first + two * (sum(1.0 / s for s in squares) - 3.0)


def test_work_in_the_thick_sphere_is_its_energy():
    end = 1.6
    work = quad(lambda s: SPHERE.pressure(s) * 4.0 * math.pi * 125.0 * s**2, 1.0, end)[0]

    def shell(r):
        s = math.cbrt(1.0 + (end**3 - 1.0) * (5.0 / r) ** 3)
        return density(0.5, 0.05, s, s, s**-2) * 4.0 * math.pi * r**2

    assert work == pytest.approx(quad(shell, 5.0, 8.0)[0], rel=1e-9)


@pytest.mark.parametrize("axial", [1.0, 1.2])
def test_work_in_the_thick_cylinder_is_its_energy(axial):
    body = ThickCylinder(0.5, 0.05, 5.0, 8.0, axial)
    start, end = 1.0 / math.sqrt(axial), 1.6

    def power(s):
        return body.pressure(s) * 2.0 * math.pi * 25.0 * s * axial

    def energy(stretch):
        def ring(r):
            s = math.sqrt((1.0 + (stretch**2 * axial - 1.0) * (5.0 / r) ** 2) / axial)
            return density(0.5, 0.05, s, axial, 1.0 / (s * axial)) * 2.0 * math.pi * r

        return quad(ring, 5.0, 8.0)[0]

    work = quad(power, start, end, epsrel=1e-8)[0]
    assert work == pytest.approx(energy(end) - energy(start), rel=1e-7)


def test_thin_walls_are_the_limit_of_thick_ones():
    for stretch in (1.05, 1.5, 2.5):
        thin = ThinSphere(0.5, 0.05, 5.0, 1e-4).pressure(stretch)
        thick = ThickSphere(0.5, 0.05, 5.0, 5.0001).pressure(stretch)
        assert thick == pytest.approx(thin, rel=1e-3)
        thin = ThinCylinder(0.5, 0.05, 5.0, 1e-4, 1.1).pressure(stretch)
        thick = ThickCylinder(0.5, 0.05, 5.0, 5.0001, 1.1).pressure(stretch)
        assert thick == pytest.approx(thin, rel=1e-3)


def test_thin_sphere_energy_and_limit_point():
    membrane = ThinSphere(0.55, 0.0, 5.0, 0.1)
    work = quad(lambda s: membrane.pressure(s) * 3.0 * membrane.volume(1.0) * s**2, 1.0, 1.5)[0]
    assert work == pytest.approx(membrane.energy(1.5), rel=1e-10)
    assert membrane.energy(1.5) == pytest.approx(29.33122771, rel=1e-9)
    assert membrane.limit_point() == pytest.approx(7.0 ** (1.0 / 6.0), rel=1e-6)
    assert ThickSphere(0.55, 0.0, 1.0, 1e4).pressure(40.0) == pytest.approx(
        ThickSphere(0.55, 0.0, 1.0, 1e4).cavitation, rel=0.05
    )
    with pytest.raises(ValueError, match="no limit"):
        _ = SPHERE.cavitation


def test_compressible_sphere_has_its_limits():
    almost = CompressibleSphere(1.1, 0.4999, 5.0, 8.0)
    rubber = ThickSphere(0.55, 0.0, 5.0, 8.0)
    assert almost.pressure(1.3) == pytest.approx(rubber.pressure(1.3), rel=1e-3)
    assert almost.outer_stretch(1.3) == pytest.approx(rubber.outer_stretch(1.3), rel=1e-4)
    soft = CompressibleSphere(1.1, 0.3, 5.0, 8.0)
    young = 2.0 * 1.1 * 1.3
    mean, slope = 125.0 / (512.0 - 125.0), 125.0 * 512.0 / (2.0 * (512.0 - 125.0))
    per_pressure = (0.4 * mean * 5.0 + 1.3 * slope / 25.0) / young
    assert soft.pressure(1.0001) == pytest.approx(5e-4 / per_pressure, rel=1e-3)


def test_tables(reference_rows):
    hooke = ThickSphere(0.55, 0.0, 5.0, 8.0)
    for row in reference_rows("e_balloon_thick.csv"):
        s = float(row["lambda_a"])
        found = SPHERE.outer_stretch(s), hooke.pressure(s), SPHERE.pressure(s)
        keys = ("lambda_b", "p_neoHookean_mu1.1", "p_mooney_C1_.5_C2_.05")
        assert found == pytest.approx([float(row[k]) for k in keys], rel=1e-10)
    for row in reference_rows("e_balloon_thick_compressible.csv"):
        body, s = CompressibleSphere(1.1, float(row["nu"]), 5.0, 8.0), float(row["lambda_a"])
        expected = float(row["p"]), float(row["lambda_b"])
        assert (body.pressure(s), body.outer_stretch(s)) == pytest.approx(expected, rel=1e-7)
    neo, mooney = ThinSphere(0.55, 0.0, 5.0, 0.1), ThinSphere(0.5, 0.05, 5.0, 0.1)
    tube = ThinCylinder(0.55, 0.0, 5.0, 0.1)
    for row in reference_rows("e_balloon_thin.csv"):
        s = float(row["lambda"])
        found = neo.pressure(s), mooney.pressure(s), tube.pressure(s), neo.volume(s)
        keys = ("p_sphere_NH", "p_sphere_Mooney", "p_cylinder_NH_fixed_length", "V_sphere")
        assert found == pytest.approx([float(row[k]) for k in keys], rel=1e-10)
