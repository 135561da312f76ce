# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from vertaug.verification.closed_forms.contact import (
    HertzLine,
    HertzSphere,
    contact_modulus,
    hertz_displacement,
    hertz_line_displacement,
    line_load_displacement,
    point_load_displacement,
)


@pytest.mark.parametrize("away", [3.0, 6.0])
def test_surface_sinks_beside_a_sphere_as_hertz_says(away):
    """Johnson, Contact Mechanics (1985), equation 3.42b."""
    exact = HertzSphere(contact_modulus((200.0, 0.3)), 10.0, 0.001)
    a, r = exact.contact, away * exact.contact
    turn = np.arcsin(a / r)
    inside = (2.0 * a * a - r * r) * turn + r * a * np.sqrt(1.0 - (a / r) ** 2)
    sunk = exact.peak / (2.0 * a * exact.modulus) * inside
    moved = hertz_displacement(200.0, 0.3, exact, np.array([[r, 0.0, 0.0], [0.0, -r, 0.0]]))
    np.testing.assert_allclose(moved[:, 2], -sunk, rtol=1e-8)


def test_far_from_a_sphere_its_pressure_is_a_point_load():
    exact = HertzSphere(contact_modulus((200.0, 0.3)), 10.0, 0.001)
    places = 200.0 * exact.contact * np.array([[0.6, 0.0, -0.8], [0.0, 1.0, -1.0]])
    near = hertz_displacement(200.0, 0.3, exact, places)
    single = point_load_displacement(200.0, 0.3, exact.force, places)
    np.testing.assert_allclose(near, single, rtol=0.0, atol=1e-4 * np.abs(single).max())


@pytest.mark.parametrize("away", [3.0, 6.0])
def test_surface_rises_beside_a_cylinder_as_hertz_says(away):
    """Slopes of Johnson, Contact Mechanics (1985), section 4.2, integrated from the middle."""
    exact = HertzLine(contact_modulus((200.0, 0.3)), 10.0, 0.1)
    b, x = exact.half_width, away * exact.half_width
    root = np.sqrt(x * x - b * b)
    rise = (x * x - x * root + b * b * np.arccosh(away)) / (2.0 * 10.0)
    moved = hertz_line_displacement(200.0, 0.3, exact, np.array([[x, 0.0, 0.0], [-x, 1.0, 0.0]]))
    np.testing.assert_allclose(moved[:, 2], rise, rtol=1e-10)
    assert moved[0, 0] == pytest.approx(-moved[1, 0])


def test_a_line_load_is_in_equilibrium_below_the_surface():
    """Navier's equations by central differences, and the whole load on a half circle around it."""
    young, poisson, load, h = 200.0, 0.3, 2.0, 1e-3
    shear, ratio = young / (2.0 * (1.0 + poisson)), 1.0 / (1.0 - 2.0 * poisson)
    angle = np.pi * (np.arange(400) + 0.5) / 400
    places = np.stack([np.cos(angle), np.zeros(400), -np.sin(angle)], axis=1)

    def at(i: int, k: int) -> np.ndarray:
        off = h * np.array([i, 0.0, k])
        return line_load_displacement(young, poisson, load, places + off)[:, [0, 2]]

    xx, zz = at(1, 0) - 2.0 * at(0, 0) + at(-1, 0), at(0, 1) - 2.0 * at(0, 0) + at(0, -1)
    xz = 0.25 * (at(1, 1) - at(1, -1) - at(-1, 1) + at(-1, -1))
    push = np.stack([xx[:, 0] + xz[:, 1], xz[:, 0] + zz[:, 1]], axis=1)
    residual = xx + zz + ratio * push
    assert np.abs(residual).max() < 1e-5 * np.abs(xx).max()
    dx, dz = (at(1, 0) - at(-1, 0)) / (2.0 * h), (at(0, 1) - at(0, -1)) / (2.0 * h)
    lame = 2.0 * shear * poisson * ratio
    trace = dx[:, 0] + dz[:, 1]
    stress_zz, stress_xz = lame * trace + 2.0 * shear * dz[:, 1], shear * (dx[:, 1] + dz[:, 0])
    traction = stress_xz * places[:, 0] + stress_zz * places[:, 2]
    assert traction.mean() * np.pi == pytest.approx(load, rel=1e-4)
