# SPDX-License-Identifier: BSD-3-Clause
import numpy as np
import pytest

from vertaug.verification.closed_forms.contact import (
    HertzSphere,
    contact_modulus,
    hertz_displacement,
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
