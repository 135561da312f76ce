# SPDX-License-Identifier: BSD-3-Clause
"""Laws at a point: stress from energy, tangent from stress, yield, dissipation, known points."""

import math

import numpy as np
import pytest

from vertaug_kernels import laws
from vertaug_kernels.return_map import return_two_part

BULK, SHEAR = 200.0 / 1.2, 200.0 / 2.6


def parameters(strength=2.0, alpha_c=1.0, alpha_t=1.0, lock=0.0, lock_bulk=0.0):
    return np.array([lock, lock_bulk, BULK, SHEAR, strength, alpha_c, alpha_t])


def answer(law, strain, rows, before=1.0):
    strain = np.asarray(strain, dtype=np.float64)
    stress, tangent, elastic = np.empty(3), np.empty((3, 3)), np.empty(3)
    ratio = before * math.exp(strain.sum())
    energy, norm = laws.respond(law, strain, ratio, 0.0, rows, stress, tangent, elastic)
    return energy, norm, stress, tangent, elastic


POINTS = {
    "hencky": (laws.HENCKY, (0.3, -0.2, 0.1), parameters()),
    "neo_hooke": (laws.NEO_HOOKE, (0.3, -0.2, 0.1), parameters()),
    "crushable elastic": (laws.CRUSHABLE, (0.004, -0.003, 0.001), parameters()),
    "crushable compression": (laws.CRUSHABLE, (0.05, -0.2, -0.11), parameters(alpha_t=2.0)),
    "crushable tension": (laws.CRUSHABLE, (0.2, -0.05, 0.09), parameters(alpha_t=2.0)),
    "crushable hydrostatic": (laws.CRUSHABLE, (-0.1, -0.1, -0.1), parameters()),
    "J2": (laws.CRUSHABLE, (0.2, -0.1, 0.03), parameters(alpha_c=0.0, alpha_t=0.0)),
    "cut off elastic": (laws.CUT_OFF, (0.004, -0.003, 0.001), parameters(alpha_t=1.0)),
    "cut off compression": (laws.CUT_OFF, (0.05, -0.2, -0.11), parameters(alpha_t=0.5)),
    "cut off one crack": (laws.CUT_OFF, (0.02, -0.002, -0.001), parameters(alpha_t=0.5)),
    "cut off two cracks": (laws.CUT_OFF, (0.01, 0.012, -0.002), parameters(alpha_t=0.5)),
    "cut off apex": (laws.CUT_OFF, (0.02, 0.03, 0.04), parameters(alpha_t=0.5)),
    "cut off crack and crush": (laws.CUT_OFF, (0.06, -0.03, -0.02), parameters(alpha_t=0.5)),
    "locked": (laws.CRUSHABLE, (-0.6, -0.5, -0.4), parameters(lock=0.3, lock_bulk=50.0)),
    "locked elastic": (laws.HENCKY, (-0.6, -0.5, -0.4), parameters(lock=0.3, lock_bulk=50.0)),
}


@pytest.mark.parametrize("name", POINTS)
def test_stress_is_derivative_of_energy_and_tangent_of_stress(name):
    law, strain, rows = POINTS[name]
    _, _, stress, tangent, _ = answer(law, strain, rows)
    h = 1e-6
    for k in range(3):
        up, down = np.array(strain), np.array(strain)
        up[k] += h
        down[k] -= h
        above, below = answer(law, up, rows), answer(law, down, rows)
        scale = max(np.abs(stress).max(), 1e-3)
        assert (above[0] - below[0]) / (2 * h) == pytest.approx(stress[k], abs=1e-7 * scale + 1e-8)
        slope = (above[2] - below[2]) / (2 * h)
        np.testing.assert_allclose(
            slope, tangent[:, k], atol=1e-6 * max(np.abs(tangent).max(), 1.0)
        )
    np.testing.assert_allclose(tangent, tangent.T, atol=1e-12 * max(np.abs(tangent).max(), 1.0))


def test_the_locked_points_are_locked():
    free = answer(laws.HENCKY, (-0.6, -0.5, -0.4), parameters())
    locked = answer(laws.HENCKY, (-0.6, -0.5, -0.4), parameters(lock=0.3, lock_bulk=50.0))
    barrier = 50.0 * (-1.5 - math.log(0.3))
    np.testing.assert_allclose(locked[2] - free[2], barrier, rtol=1e-12)
    assert locked[0] - free[0] == pytest.approx(0.5 * barrier**2 / 50.0, rel=1e-12)


def test_locking_looks_at_the_total_volume_ratio():
    rows = parameters(lock=0.3, lock_bulk=50.0)
    strain = (-0.1, -0.1, -0.1)
    free, near = answer(laws.HENCKY, strain, rows), answer(laws.HENCKY, strain, rows, before=0.2)
    expected = 50.0 * (math.log(0.2) - 0.3 - math.log(0.3))
    np.testing.assert_allclose(near[2] - free[2], expected, rtol=1e-12)


def elastic_strain(stress):
    stress = np.asarray(stress, dtype=np.float64)
    mean = stress.mean()
    return (stress - mean) / (2.0 * SHEAR) + mean / (3.0 * BULK)


UNIAXIAL, SHEARING, HYDROSTATIC = (-1.0, 0.0, 0.0), (1.0, -1.0, 0.0), (-1.0, -1.0, -1.0)


@pytest.mark.parametrize(
    ("alpha", "direction", "strength"),
    [
        (0.5, UNIAXIAL, 2.0), (1.0, UNIAXIAL, 2.0), (1.35, UNIAXIAL, 2.0),
        (0.5, HYDROSTATIC, 4.055175020), (1.0, HYDROSTATIC, 2.108185107),
        (1.35, HYDROSTATIC, 1.624571274), (1.0, (1.0, 1.0, 1.0), 2.108185107),
        (0.5, SHEARING, 1.170628195), (1.0, SHEARING, 1.217161239), (1.35, SHEARING, 1.266227994),
        (0.0, UNIAXIAL, 2.0), (0.0, (1.0, 0.0, 0.0), 2.0), (0.0, SHEARING, 2.0 / math.sqrt(3.0)),
    ],
)  # fmt: skip
def test_yield_strengths(alpha, direction, strength):
    """Uniaxial Y, hydrostatic Y √D / α, shear Y √(D/3) with D = 1 + α²/9, Y = 2."""
    rows = parameters(alpha_c=alpha, alpha_t=alpha)
    for factor, yields in ((1.0 - 1e-8, False), (1.0 + 1e-8, True)):
        strain = elastic_strain(strength * factor * np.array(direction))
        assert (answer(laws.CRUSHABLE, strain, rows)[1] > 0.0) == yields


def test_tension_side_has_its_own_hydrostatic_strength():
    rows = parameters(alpha_c=1.0, alpha_t=2.0)
    _, _, stress, _, _ = answer(laws.CRUSHABLE, (0.1, 0.1, 0.1), rows)
    np.testing.assert_allclose(stress, 0.5 * 2.0 * math.sqrt(10.0 / 9.0), rtol=1e-12)
    _, _, stress, _, _ = answer(laws.CRUSHABLE, (-0.1, -0.1, -0.1), rows)
    np.testing.assert_allclose(stress, -2.0 * math.sqrt(10.0 / 9.0), rtol=1e-12)


def uniaxial_strain(rows, end, steps):
    elastic = np.zeros(3)
    for _ in range(steps):
        elastic = elastic + np.array([end / steps, 0.0, 0.0])
        _, _, stress, _, elastic = answer(laws.CRUSHABLE, elastic, rows)
    return stress


@pytest.mark.parametrize(
    ("alpha", "plateau"), [(0.5, 4.2745298), (1.0, 2.5337232), (1.35, 2.1856371)]
)
def test_crushing_in_uniaxial_strain_ends_on_the_plateau(alpha, plateau):
    """Y √D √(1/α² + 4/9), Y = 2."""
    stress = uniaxial_strain(parameters(alpha_c=alpha, alpha_t=alpha), -1.0, 20)
    assert -stress[0] == pytest.approx(plateau, rel=1e-6)


@pytest.mark.parametrize("steps", [1, 10])
def test_j2_in_uniaxial_strain(steps):
    """Y (1-ν)/(1-2ν) = 3.5 at first yield, then slope K: 9.666667 at 5 %; exact in any steps."""
    rows = parameters(alpha_c=0.0, alpha_t=0.0)
    assert uniaxial_strain(rows, 0.05, steps)[0] == pytest.approx(9.6666667, rel=1e-7)
    assert uniaxial_strain(rows, 0.05, steps)[1] == pytest.approx(7.6666667, rel=1e-7)


def test_halves_of_the_egg_meet_at_zero_mean_stress():
    rows = parameters(alpha_c=1.0, alpha_t=4.0)
    strain = np.array([0.1, -0.06, -0.04])
    below = answer(laws.CRUSHABLE, strain - 1e-12, rows)
    above = answer(laws.CRUSHABLE, strain + 1e-12, rows)
    assert below[2].sum() < 0.0 < above[2].sum()
    np.testing.assert_allclose(below[2], above[2], atol=1e-8)
    assert below[0] == pytest.approx(above[0], abs=1e-10)
    assert below[1] == pytest.approx(above[1], abs=1e-10)


@pytest.mark.parametrize("name", POINTS)
def test_not_a_number_gives_no_finite_energy(name):
    law, strain, rows = POINTS[name]
    assert not math.isfinite(answer(law, (strain[0], math.nan, strain[2]), rows)[0])


@pytest.mark.parametrize(("x", "y"), [(0.9, 0.3), (0.0, 1.0), (1.0, 0.0)])
def test_no_return_from_inside_the_ellipse(x, y):
    assert return_two_part(x, y, 3.0, 5.0, 1.0) == 0.0


@pytest.mark.parametrize(("x", "y"), [(2.0, 0.3), (0.0, 1e3), (5.0, -4.0), (1.0 + 1e-12, 0.0)])
def test_return_ends_on_the_ellipse(x, y):
    gamma = return_two_part(x, y, 3.0, 5.0, 1.0)
    assert gamma > 0.0
    assert math.hypot(x / (1 + 3 * gamma), y / (1 + 5 * gamma)) == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize("name", POINTS)
def test_each_point_is_in_the_state_its_name_says(name):
    law, strain, rows = POINTS[name]
    _, norm, stress, _, _ = answer(law, strain, rows)
    elastic = law in (laws.HENCKY, laws.NEO_HOOKE) or "elastic" in name
    assert (norm == pytest.approx(0.0, abs=1e-15)) == elastic
    if law == laws.CUT_OFF:
        at_limit = int(np.isclose(stress, rows[6], atol=1e-9).sum())
        expected = {"one crack": 1, "two cracks": 2, "apex": 3, "crack and crush": 1}
        assert at_limit == next((n for key, n in expected.items() if name.endswith(key)), 0)


@pytest.mark.parametrize("direction", [(1.0, 0.0, 0.0), (1.0, 1.0, 0.0), (1.0, 1.0, 1.0)])
def test_tension_is_cut_off_at_the_fifth_parameter(direction):
    rows = parameters(alpha_t=0.5)
    for factor, cracks in ((1.0 - 1e-8, False), (1.0 + 1e-8, True)):
        strain = elastic_strain(0.5 * factor * np.array(direction))
        assert (answer(laws.CUT_OFF, strain, rows)[1] > 1e-15) == cracks
    stress = answer(laws.CUT_OFF, 0.01 * np.array(direction), rows)[2]
    np.testing.assert_allclose(stress[np.array(direction) > 0.0], 0.5, rtol=1e-10)


def test_cut_off_leaves_compression_to_the_ellipse():
    strain = (0.05, -0.2, -0.11)
    plain = answer(laws.CRUSHABLE, strain, parameters())
    cut = answer(laws.CUT_OFF, strain, parameters(alpha_t=1.9))
    for a, b in zip(plain, cut, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-12)
