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
from vertaug.materials.mohr_coulomb import MohrCoulomb
from vertaug.materials.mooney_rivlin import MooneyRivlin
from vertaug.materials.neo_hooke import NeoHooke
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


def with_even_sides(code, row, axial, side_stress):
    """Axial stress at ``axial`` strain where both sides are free to reach ``side_stress``."""

    def gap(free):
        return answer(code, [axial, free, free], row)[2][1] - side_stress

    free = brentq(gap, -2.0, 2.0, xtol=1e-15)
    return answer(code, [axial, free, free], row)[2][0]


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


@pytest.mark.parametrize("code", [laws.J2, laws.J2_TENSOR])
def test_j2_in_uniaxial_strain(code):
    """Yield at Y (1-ν)/(1-2ν) = 3.5, then slope K: 4.666667 at 2 %, 9.666667 at 5 %."""
    row = J2(YOUNG, POISSON, YIELD, 0.0, 0.0, 0.0).row()
    n = 6 if code >= laws.FIRST_TENSOR else 3
    for strain, stress in ((0.013, 3.5), (0.02, 4.6666667), (0.05, 9.6666667)):
        found = answer(code, [strain] + [0.0] * (n - 1), row)[2][0]
        assert found == pytest.approx(stress, rel=1e-7)


def test_j2_saturates():
    """Voce: σ = Y + ΔY (1 - e^(-δ ε_p)), ε_p = ε - σ/E."""
    row = J2(YOUNG, POISSON, YIELD, 5.0, 1.5, 40.0).row()
    for strain in (0.02, 0.05, 0.2):

        def gap(s, strain=strain):
            plastic = strain - s / YOUNG
            return YIELD + 5.0 * plastic + 1.5 * -math.expm1(-40.0 * plastic) - s

        expected = brentq(gap, 0.0, 10.0, xtol=1e-14)
        assert uniaxial_stress(laws.J2, row, strain) == pytest.approx(expected, rel=1e-9)


TABLE = {
    10.0: (
        0.3686338897,
        2.0906266769,
        2.3835071852,
        1.6781992624,
        1.8618467414,
        9.4848903125,
        5.6712818196,
    ),
    20.0: (
        0.7720603506,
        2.1212183796,
        2.8562960135,
        1.4004150764,
        1.6870501921,
        13.0543296593,
        2.7474774194,
    ),
    30.0: (
        1.2,
        2.0784609691,
        3.4641016151,
        1.1547005384,
        1.4846149779,
        18.4641016151,
        1.7320508076,
    ),
    40.0: (
        1.6361383785,
        1.9498737906,
        4.2890138410,
        0.9326153163,
        1.2617443428,
        27.2835635016,
        1.1917535926,
    ),
}
"""φ: M, d of the compression cone, strengths of both, σ₁ of Mohr-Coulomb at 5 MPa, apex; c = 1."""


@pytest.mark.parametrize("phi", TABLE)
@pytest.mark.parametrize("dilation", [0.0, 1.0])
def test_mohr_coulomb_strengths(phi, dilation):
    _, _, compression, tension, _, confined, apex = TABLE[phi]
    row = MohrCoulomb(YOUNG, POISSON, 1.0, phi, dilation * phi).row()
    strain = isotropic_strain(row)
    assert proportional_strength(laws.MOHR_COULOMB, row, (-1, 0, 0), strain) == pytest.approx(
        compression
    )
    assert proportional_strength(laws.MOHR_COULOMB, row, (0, 1, 0), strain) == pytest.approx(
        tension
    )
    assert proportional_strength(laws.MOHR_COULOMB, row, (1, 1, 1), strain) == pytest.approx(apex)
    np.testing.assert_allclose(answer(laws.MOHR_COULOMB, [0.3, 0.3, 0.3], row)[2], apex, rtol=1e-9)
    for axial, pressure, expected in (
        (-0.1, 0.0, -compression), (0.1, 0.0, tension), (-0.5, 5.0, -confined),
    ):  # fmt: skip
        found = with_even_sides(laws.MOHR_COULOMB, row, axial, -pressure)
        assert found == pytest.approx(expected, rel=1e-7)


@pytest.mark.parametrize("phi", TABLE)
def test_drucker_prager_on_the_compression_meridian(phi):
    """The same in compression; in tension it is stronger than Mohr-Coulomb."""
    slope, start, compression, tension, cone_tension, _, apex = TABLE[phi]
    law = DruckerPrager.matching_mohr_coulomb(YOUNG, POISSON, 1.0, phi, 0.0, 1e4)
    assert law.friction == pytest.approx(slope)
    assert law.cohesion == pytest.approx(start)
    assert law.cut_off == pytest.approx(apex)
    row = law.row()
    strain = isotropic_strain(row)
    found = proportional_strength(laws.DRUCKER_PRAGER, row, (-1, 0, 0), strain)
    assert found == pytest.approx(compression)
    found = proportional_strength(laws.DRUCKER_PRAGER, row, (1, 0, 0), strain)
    assert found == pytest.approx(cone_tension)
    assert found > tension
    np.testing.assert_allclose(
        answer(laws.DRUCKER_PRAGER, [0.3, 0.3, 0.3], row)[2], apex, rtol=1e-9
    )


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


POINTS = {
    0.5: (-1.925, -17.325, -2.1), 0.8: (-0.671, -1.981546875, -0.68625),
    1.2: (0.6673333333, 1.0535216049, 0.6572222222), 1.5: (1.7416666667, 2.2577160494, 1.6888888889),
    2.0: (3.85, 4.33125, 3.675), 3.0: (9.5333333333, 9.8864197531, 8.9555555556),
}  # fmt: skip
"""λ: Cauchy stress in uniaxial and equibiaxial tension (μ = 1.1), uniaxial Mooney (0.5, 0.05)."""


def free_stress(code, row, stretch, pulled):
    """Stress of the ``pulled`` axes of one stretch, the others free."""
    rest = [k for k in range(3) if k not in pulled]
    guess = -len(pulled) * math.log(stretch) / len(rest)

    def strain(free):
        out = np.full(3, math.log(stretch))
        out[rest] = free
        return out

    free = brentq(
        lambda f: answer(code, strain(f), row)[2][rest[0]], guess - 0.1, guess + 0.1, xtol=1e-15
    )
    return answer(code, strain(free), row)[2][pulled[0]]


@pytest.mark.parametrize("stretch", POINTS)
def test_rubbers_near_the_incompressible_closed_forms(stretch):
    """The differences to ν = ½ halve with 1 - 2ν: extrapolated they vanish."""
    uniaxial, biaxial, mooney = POINTS[stretch]
    found = []
    for poisson in (0.4999, 0.49995):
        rows = (
            NeoHooke(2.2 * (1.0 + poisson), poisson).row(),
            MooneyRivlin(0.5, 0.05, poisson).row(),
        )
        found.append([
            free_stress(laws.NEO_HOOKE, rows[0], stretch, (0,)),
            free_stress(laws.NEO_HOOKE, rows[0], stretch, (0, 1)),
            free_stress(laws.MOONEY_RIVLIN, rows[1], stretch, (0,)),
        ])  # fmt: skip
    expected = np.array([uniaxial, biaxial, mooney])
    np.testing.assert_allclose(found[1], expected, rtol=5e-3)
    limit = 2.0 * np.array(found[1]) - np.array(found[0])
    np.testing.assert_allclose(limit, expected, rtol=5e-5)


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


QUADRIC = {
    0.06: (33, 75, 0.69, 0.33, 0.54, 0.38, 0.22, 45, 0.44, 0.48, 0.26),
    0.08: (58, 130, 1.16, 0.56, 0.92, 0.64, 0.36, 78, 0.74, 0.82, 0.43),
    0.10: (88, 200, 1.74, 0.84, 1.37, 0.96, 0.55, 120, 1.11, 1.23, 0.65),
    0.12: (125, 283, 2.43, 1.17, 1.91, 1.34, 0.76, 170, 1.54, 1.71, 0.91),
    0.15: (192, 433, 3.64, 1.76, 2.87, 2.01, 1.15, 260, 2.31, 2.57, 1.36),
    0.20: (332, 750, 6.14, 2.97, 4.85, 3.40, 1.93, 451, 3.91, 4.33, 2.29),
}
"""BV/TV: E₁, E₃, ultimate compression axial and transverse, tension axial, hydrostatic compression and tension
at m = 0.87, 0.87, 1.26; E, compression, hydrostatic compression and tension at m = 1."""


def quadric_points(law):
    """E1, E3, strengths: compression 3 and 1, tension 3, hydrostatic compression and tension."""
    row = law.row()
    c = np.array([[row[2], row[7], row[6]], [row[7], row[3], row[5]], [row[6], row[5], row[4]]])
    young = 1.0 / np.diag(np.linalg.inv(c))

    def strain(stress):
        return np.concatenate([np.linalg.solve(c, stress), np.zeros(3)])

    directions = ((0, 0, -1), (-1, 0, 0), (0, 0, 1), (-1, -1, -1), (1, 1, 1))
    strengths = [proportional_strength(laws.FABRIC_QUADRIC, row, d, strain) for d in directions]
    return [young[0], young[2], *strengths]


@pytest.mark.parametrize("fraction", QUADRIC)
def test_fabric_quadric_table(fraction):
    """Ultimate strengths, with R = 1; first yield is at 0.7 of them."""
    table = QUADRIC[fraction]
    fabric = quadric_points(FabricQuadric(fraction, residual=1.0))
    np.testing.assert_allclose(fabric, table[:7], rtol=0.012, atol=0.006)
    even = quadric_points(FabricQuadric(fraction, 1.0, 1.0, 1.0, residual=1.0))
    np.testing.assert_allclose(
        [even[1], even[2], even[5], even[6]], table[7:], rtol=0.012, atol=0.006
    )
    first = quadric_points(FabricQuadric(fraction))
    np.testing.assert_allclose(first[2:], 0.7 * np.array(fabric[2:]), rtol=1e-8)


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
