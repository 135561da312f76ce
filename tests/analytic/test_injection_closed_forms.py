# SPDX-License-Identifier: BSD-3-Clause
"""Closed forms of injection against numbers computed elsewhere, in mm, MPa and s.

Q = 50 mm³/s, k = 1e-2 mm², porosity 0.9, cement 1e-4 and marrow 1e-7 MPa s, a = 1.5 mm, rim 20 mm; the cylinder is
20 mm high. The last table: Q = 100, k = 5e-3, porosity 0.8, a = 1.2, cement 2e-4, marrow 1.5e-7.
"""

import math

import pytest

from vertaug.verification.closed_forms.injection import (
    CylindricalInjection,
    PlanarInjection,
    SphericalInjection,
)

SPHERE = SphericalInjection(1e-2, 0.9, 1.5, 20.0, 1e-7)
CYLINDER = CylindricalInjection(1e-2, 0.9, 1.5, 20.0, 1e-7)
PLAN = SphericalInjection(5e-3, 0.8, 1.2, 20.0, 1.5e-7)


def volume_of(radius: float) -> float:
    return 4.0 / 3.0 * math.pi * 0.9 * (radius**3 - 1.5**3)


@pytest.mark.parametrize(("time", "radius"), [(60.0, 9.27989), (80.0, 10.21024)])
def test_spherical_front(time: float, radius: float) -> None:
    assert SPHERE.front(50.0 * time) == pytest.approx(radius, rel=1e-6)


@pytest.mark.parametrize(("time", "pressure"), [(60.0, 22240.49e-6), (30.0, 21134.74e-6)])
def test_pressure_of_two_fluids_in_a_sphere(time: float, pressure: float) -> None:
    assert SPHERE.pressure(50.0, 50.0 * time, 1e-4) == pytest.approx(pressure, rel=1e-6)


def test_cylinder() -> None:
    assert CYLINDER.front(150.0) == pytest.approx(7.43651, rel=1e-6)
    assert CYLINDER.pressure(2.5, 150.0, 1e-4) == pytest.approx(6373.859e-6, rel=1e-6)


def test_bar_under_a_constant_pressure() -> None:
    bar = PlanarInjection(1e-2, 0.9, 50.0, 1e-7)
    assert bar.front(60.0, 1e-2, 1e-4) == pytest.approx(11.50284, rel=1e-6)


def test_sphere_under_a_constant_pressure() -> None:
    dry = SphericalInjection(1e-2, 0.9, 1.5, 20.0, 0.0)
    assert dry.front_under_pressure(60.0, 2e-2, 1e-4) == pytest.approx(9.247093, rel=1e-6)
    assert PLAN.time(5.0, 0.2, 2e-4) == pytest.approx(3.595122611555557, rel=1e-12)


def test_power_law() -> None:
    sphere = SPHERE.power_law_pressure(50.0, volume_of(10.0), 200e-6, 0.6)
    assert sphere == pytest.approx(28743.26e-6, rel=1e-6)
    disc = CYLINDER.power_law_pressure(2.5, math.pi * 0.9 * (100.0 - 1.5**2), 200e-6, 0.6)
    assert disc == pytest.approx(16562.743e-6, rel=1e-7)


@pytest.mark.parametrize("form", [SPHERE, CYLINDER])
def test_index_one_is_newtonian_and_no_index_is_special(
    form: SphericalInjection | CylindricalInjection,
) -> None:
    thick = form.pressure(50.0, 1000.0, 1e-4) - form.pressure(50.0, 1000.0, 0.0)
    assert form.power_law_pressure(50.0, 1000.0, 1e-4, 1.0) == pytest.approx(thick, rel=1e-12)
    near = form.power_law_pressure(50.0, 1000.0, 1e-4, 0.5 + 1e-9)
    assert form.power_law_pressure(50.0, 1000.0, 1e-4, 0.5) == pytest.approx(near, rel=1e-7)


@pytest.mark.parametrize(
    ("time", "radius", "newtonian", "root", "third"),
    [
        (1.0, 3.160503, 0.16460687719007538, 0.03103961222381304, 0.015982811723045446),
        (5.0, 5.324319, 0.2055069871458907, 0.047756534179318716, 0.027527579168757622),
        (20.0, 8.427569, 0.22750455881185058, 0.06247564144574976, 0.039890545924395567),
    ],
)
def test_sphere_at_constant_flow(
    time: float, radius: float, newtonian: float, root: float, third: float
) -> None:
    volume = 100.0 * time
    assert PLAN.front(volume) == pytest.approx(radius, rel=1e-6)
    assert PLAN.pressure(100.0, volume, 2e-4) == pytest.approx(newtonian, rel=1e-12)
    for index, known in ((0.5, root), (0.3, third)):
        found = PLAN.power_law_pressure(100.0, volume, 2e-4, index)
        assert found == pytest.approx(known, rel=1e-10)
