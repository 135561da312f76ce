# SPDX-License-Identifier: BSD-3-Clause
"""Laws at one point against closed forms and published tables."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.optimize import brentq

from vertaug.materials.densification import Densification
from vertaug.materials.deshpande_fleck_2000 import CrushableFoam
from vertaug.materials.drucker_prager import DruckerPrager
from vertaug.materials.j2 import J2
from vertaug.materials.schwiedrzik_2013 import FabricQuadric
from vertaug.materials.shifted_ellipse import ShiftedEllipse, shifted_aspect
from vertaug_kernels import laws
from vertaug_kernels.densification import densification

YOUNG, POISSON, YIELD = 200.0, 0.3, 2.0


def answer(code, strain, row, plastic_ratio=1.0, kappa=0.0):
    """Energy, growth, stress, tangent, elastic strain."""
    n = 6 if code >= laws.FIRST_TENSOR else 3
    stress, tangent, elastic = np.empty(n), np.empty((n, n)), np.empty(n)
    strain = np.array(strain, dtype=np.float64)
    ratio = plastic_ratio * math.exp(strain[:3].sum())
    entry = laws.respond_tensor if n == 6 else laws.respond
    energy, growth = entry(code, strain, ratio, kappa, row, stress, tangent, elastic)
    return energy, growth, stress, tangent, elastic


def uniaxial_path(code, row, axial, steps, axis=0):
    """Stress along ``axis`` and κ while the sides are free, each of equal steps; Newton on the tangent."""
    n = 6 if code >= laws.FIRST_TENSOR else 3
    sides = [k for k in range(3) if k != axis]
    elastic, kappa, plastic_ratio, path = np.zeros(n), 0.0, 1.0, []
    for _ in range(steps):
        trial = elastic.copy()
        trial[axis] += axial / steps
        for _ in range(60):
            _, growth, stress, tangent, after = answer(code, trial, row, plastic_ratio, kappa)
            if np.abs(stress[sides]).max() <= 1e-12 * np.abs(tangent).max():
                break
            trial[sides] -= np.linalg.solve(tangent[np.ix_(sides, sides)], stress[sides])
        else:
            pytest.fail("the sides found no equilibrium")
        plastic_ratio *= math.exp((trial - after)[:3].sum())
        kappa, elastic = kappa + growth, after
        path.append((stress[axis], kappa))
    return np.array(path)


def uniaxial_stress(code, row, axial, steps=1):
    """Stress along the first axis at the end of the path."""
    return uniaxial_path(code, row, axial, steps)[-1, 0]


def proportional_strength(code, row, direction, elastic_of):
    """Factor of a stress direction at first yield, by bisection on the trial stress."""

    def past(factor):
        return answer(code, elastic_of(factor * np.asarray(direction, float)), row)[1] > 0.0

    low, high = 0.0, 1e-3
    while not past(high):
        low, high = high, 2.0 * high
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if past(middle) else (middle, high)
    return high


def isotropic_strain(row):
    def strain(stress):
        mean = stress.mean()
        return (stress - mean) / (2.0 * row[3]) + mean / (3.0 * row[2])

    return strain


@pytest.mark.parametrize("code", [laws.J2, laws.J2_TENSOR])
@pytest.mark.parametrize("steps", [1, 4])
@pytest.mark.parametrize(
    ("strain", "stress"),
    [(0.005, 1.0), (0.01, 2.0), (0.02, 2.1818182), (0.05, 2.7272727), (0.1, 3.6363636)],
)
def test_j2_in_uniaxial_stress(code, steps, strain, stress):
    """σ = Y + EH/(E+H) (ε - Y/E), exact in any number of steps."""
    row = J2(YOUNG, POISSON, YIELD, 20.0, 0.0, 0.0).row()
    assert uniaxial_stress(code, row, strain, steps) == pytest.approx(stress, rel=1e-7)


def test_j2_saturates():
    """Voce: σ = Y + ΔY (1 - e^(-δ ε_p)), ε_p = ε - σ/E."""
    row = J2(YOUNG, POISSON, YIELD, 5.0, 1.5, 40.0).row()
    for strain in (0.02, 0.05, 0.2):

        def gap(s, strain=strain):
            plastic = strain - s / YOUNG
            return YIELD + 5.0 * plastic + 1.5 * -math.expm1(-40.0 * plastic) - s

        expected = brentq(gap, 0.0, 10.0, xtol=1e-14)
        assert uniaxial_stress(laws.J2, row, strain) == pytest.approx(expected, rel=1e-9)


def test_drucker_prager_ends_at_its_cap_and_cut_off():
    law = DruckerPrager()
    row = law.row()
    strain = isotropic_strain(row)
    found = proportional_strength(laws.DRUCKER_PRAGER, row, (-1, -1, -1), strain)
    assert found == pytest.approx(law.crush, rel=1e-9)
    found = proportional_strength(laws.DRUCKER_PRAGER, row, (1, 1, 1), strain)
    assert found == pytest.approx(law.cut_off, rel=1e-9)
    crushed = answer(laws.DRUCKER_PRAGER, [-0.1, -0.1, -0.1], row, 0.5)[2]
    np.testing.assert_allclose(crushed, -law.crush * 0.5**-law.crush_exponent, rtol=1e-9)


@pytest.mark.parametrize(
    ("alpha", "flow", "hydrostatic", "shear", "plateau"),
    [(0.5, 0.459459459, 4.05517502, 1.170628195, 4.274529791), (1.0, 0.35, 2.108185107, 1.217161239, 2.533723167),
     (1.35, 0.247401247, 1.624571274, 1.266227994, 2.185637116),
     (3 / math.sqrt(2), 0.0, 1.154700538, 1.414213562, 2.0)],
)  # fmt: skip
def test_deshpande_fleck_yields(alpha, flow, hydrostatic, shear, plateau):
    """Uniaxial Y, hydrostatic Y√D/α, shear Y√(D/3), uniaxial-strain plateau, ν_p = (½-α²/9)/D."""
    k = 3.0 * alpha / math.sqrt(9.0 + alpha * alpha)
    row = CrushableFoam(YOUNG, POISSON, YIELD, k, 1.0).row()
    assert row[5] == pytest.approx(alpha)
    strain = isotropic_strain(row)
    for direction, value in (((-1, 0, 0), YIELD), ((-1, -1, -1), hydrostatic), ((1, -1, 0), shear)):
        found = proportional_strength(laws.CRUSHABLE, row, direction, strain)
        assert found == pytest.approx(value, rel=1e-8)
    elastic = np.zeros(3)
    for _ in range(40):
        stress, _, elastic = answer(laws.CRUSHABLE, elastic - [0.02, 0.0, 0.0], row)[2:]
    assert -stress[0] == pytest.approx(plateau, rel=1e-7)
    elastic = isotropic_strain(row)(np.array([-YIELD, 0.0, 0.0]))
    further = elastic + 1e-6 * np.array([-1.0, flow, flow])
    stress = answer(laws.CRUSHABLE, further, row)[2]
    np.testing.assert_allclose(stress, [-YIELD, 0.0, 0.0], atol=1e-7)


def test_shifted_ellipse_strengths():
    """σ_c = k p_c, p_t = k_t p_c, and α = 1.18 at k = 0.9, k_t = 0.53."""
    assert shifted_aspect(0.9, 0.53) == pytest.approx(1.18, abs=5e-3)
    row = ShiftedEllipse().row()
    strain = isotropic_strain(row)
    for direction, value in (
        ((-1, 0, 0), 0.9 * 1.23), ((-1, -1, -1), 1.23), ((1, 1, 1), 0.53 * 1.23),
    ):  # fmt: skip
        found = proportional_strength(laws.SHIFTED_ELLIPSE, row, direction, strain)
        assert found == pytest.approx(value, rel=1e-9)
    crushed = answer(laws.SHIFTED_ELLIPSE, [-0.1] * 3, row, 0.9)
    assert crushed[2][0] < -1.23
    opened = answer(laws.SHIFTED_ELLIPSE, [0.1] * 3, row, 1.5)
    np.testing.assert_allclose(opened[2], 0.53 * 1.23, rtol=1e-9)


def test_fabric_quadric_in_shear():
    """Shear strength τ₀ ρ^p (m_i m_j)^q and modulus μ₀ ρ^k (m_i m_j)^l."""
    law = FabricQuadric(residual=1.0)
    row = law.row()
    m = np.array([0.87, 0.87, 1.26])
    for k, (i, j) in enumerate(((1, 2), (0, 2), (0, 1))):
        modulus = 3117.0 * 0.1**1.91 * (m[i] * m[j]) ** 1.1
        expected = 29.61 * 0.1**1.82 * (m[i] * m[j]) ** 0.98
        assert row[8 + k] == pytest.approx(modulus)
        strain = np.zeros(6)
        for factor, yields in ((1.0 - 1e-8, False), (1.0 + 1e-8, True)):
            strain[3 + k] = math.sqrt(2.0) * factor * expected / (2.0 * modulus)
            assert (answer(laws.FABRIC_QUADRIC, strain, row)[1] > 0.0) == yields


def test_fabric_quadric_hardens_to_its_strength_and_softens_to_its_plateau():
    """Axial crush with free sides: r(κ) times the strength, plateau R of it; damage 0.53 at κ = 0.12."""
    law = FabricQuadric(densification=Densification(linear=0.0, power=0.0))
    row = law.row()
    strength = 73.1 * 0.1**1.82 * 1.26**1.96
    stress, kappa = uniaxial_path(laws.FABRIC_QUADRIC, row, -0.12, 480, axis=2).T
    hump = np.exp(-((kappa - 0.01) ** 2) / (8.0 * 0.01**2))
    expected = strength * (0.7 + 0.3 * (hump - np.exp(-0.125 - 1000.0 * kappa)))
    flowing = np.diff(kappa) > 0.0
    np.testing.assert_allclose(-stress[1:][flowing], expected[:-1][flowing], rtol=1e-9)
    assert flowing[-400:].all()
    assert -stress.min() == pytest.approx(strength, rel=2e-3)
    assert -stress[-1] == pytest.approx(0.7 * strength, rel=2e-3)
    damaged = answer(laws.FABRIC_QUADRIC, np.zeros(6), row, kappa=0.12)[3]
    sound = answer(laws.FABRIC_QUADRIC, np.zeros(6), row)[3]
    assert 1.0 - damaged[2, 2] / sound[2, 2] == pytest.approx(0.525, abs=5e-3)


def test_quadric_keeps_its_stress_when_damage_grows():
    row = FabricQuadric().row()
    _, growth, stress, _, elastic = answer(
        laws.FABRIC_QUADRIC, [0.0, 0.0, -0.02, 0.0, 0.01, 0.0], row
    )
    assert growth > 5e-3
    softer = answer(laws.FABRIC_QUADRIC, 1e-9 * elastic, row, kappa=growth)[3]
    np.testing.assert_allclose(softer @ elastic, stress, atol=1e-9)


def added(ratio):
    columns = Densification().columns(0.1)
    row = np.array([0.0, 0.0, *columns.values()])
    return densification(ratio, row, 2)


def test_published_densification_stress():
    """BV/TV 0.1: -0.39 MPa at tr E = -0.6, -0.82 MPa at -0.85, none above -0.3."""
    assert added(math.exp(-0.6))[1] == pytest.approx(-0.39, abs=6e-3)
    assert added(math.exp(-0.85))[1] == pytest.approx(-0.82, abs=8e-3)
    assert added(math.exp(-0.29)) == (0.0, 0.0, 0.0)


def test_no_finite_energy_packs_tissue_past_its_solid():
    packed = 1.05 * 0.1
    ratios = packed * (1.0 + np.geomspace(1.0, 1e-12, 200))
    found = np.array([added(r) for r in ratios])
    assert np.all(np.diff(found[:, 0]) > 0.0)
    assert np.all(np.diff(found[:, 1]) < 0.0)
    assert found[-1, 1] < -1e12
    assert added(packed)[0] == added(0.5 * packed)[0] == math.inf
    for above, below in pairwise(ratios[:120]):
        middle = math.exp(0.5 * (math.log(above) + math.log(below)))
        h = 1e-3 * (middle / packed - 1.0)
        up, down = added(middle * math.exp(h)), added(middle * math.exp(-h))
        _, stress, slope = added(middle)
        assert (up[0] - down[0]) / (2 * h) == pytest.approx(stress, rel=1e-3)
        assert (up[1] - down[1]) / (2 * h) == pytest.approx(slope, rel=1e-3)
