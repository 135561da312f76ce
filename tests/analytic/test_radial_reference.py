# SPDX-License-Identifier: BSD-3-Clause
"""The radial reference against closed forms, and its own convergence."""

import numpy as np
import pytest

from vertaug.verification.closed_forms.cavity_expansion import (
    MohrCoulombCavity,
    incompressible_pressure,
)
from vertaug.verification.radial import RadialCavity, converged
from vertaug_kernels import laws, radial


def crushable(strength=2.0, alpha=0.0, poisson=0.3, young=200.0):
    """Named parameters; without ellipse it is J2."""
    bulk, shear = young / (3.0 * (1.0 - 2.0 * poisson)), young / (2.0 * (1.0 + poisson))
    values = {"bulk": bulk, "shear": shear, "alpha_compression": alpha, "alpha_tension": alpha}
    return {**values, "yield": strength}


def pressures(stretches, shells=200, growth=0.02, **fields):
    """Pressures of a cavity, J2 unless other values are given."""
    fields.setdefault("values", crushable())
    cavity = RadialCavity(laws.CRUSHABLE, shells=shells, growth=growth, **fields)
    return np.array([state.pressure for state in cavity.expand(stretches)])


def test_small_growth_is_that_of_lame():
    found = pressures((1.0 + 1e-6,), shells=400, values=crushable(1e9))
    assert found[0] == pytest.approx(4.0 * (200.0 / 2.6) * 1e-6, rel=1e-3)
    thick = pressures(
        (1.0 + 1e-6,), shells=400, values=crushable(1e9), outer=3.0, surroundings="free"
    )
    mean, slope = 1.0 / 26.0, 27.0 / 52.0
    assert thick[0] == pytest.approx(1e-6 * 200.0 / (0.4 * mean + 1.3 * slope), rel=1e-3)


def test_nearly_incompressible_cavity_is_the_quadrature():
    stretches = (1.02, 1.2, 2.0)
    values = crushable(poisson=0.4995)
    found = pressures(stretches, shells=400, values=values, outer=200.0)
    exact = [incompressible_pressure(values["shear"], 2.0, s) for s in stretches]
    np.testing.assert_allclose(found, exact, rtol=2e-3)


def test_shells_converge_at_second_order():
    """Perfect J2 along one path: no error of the steps."""
    fine = pressures((1.5,), shells=3200, growth=0.02)[0]
    errors = [abs(pressures((1.5,), shells=n, growth=0.02)[0] - fine) for n in (100, 400)]
    assert np.log(errors[0] / errors[1]) / np.log(4.0) > 1.5


def test_steps_of_a_hardening_foam_converge():
    values = {"values": crushable(alpha=1.0), "strength": "yield", "hardening": 10.0, "outer": 20.0}
    found = [pressures((1.3,), 100, growth, **values)[0] for growth in (0.04, 0.02, 0.01, 0.005)]
    gaps = np.abs(np.diff(found))
    assert np.all(gaps[1:] < 0.75 * gaps[:-1]), found


def test_free_sphere_softens_after_its_peak():
    found = pressures((1.1, 1.3), outer=3.0, surroundings="free", growth=0.01)
    assert found[1] < 0.9 * found[0]


def test_tangent_is_the_derivative_of_the_forces():
    rng = np.random.default_rng(0)
    n = 6
    rest = np.linspace(1.0, 2.0, n + 1)
    moved = 0.05 / rest**2 + 1e-3 * rng.normal(size=n + 1)
    names = laws.PARAMETERS[laws.CRUSHABLE]
    row = np.zeros(laws.FIRST_COLUMN + len(names))
    row[laws.FIRST_COLUMN :] = [crushable(alpha=1.2)[name] for name in names]
    column = laws.FIRST_COLUMN + names.index("yield")

    def forces(u):
        out = [np.zeros(s) for s in ((n, 2), (n, 2, 2), (n, 2), (n, 3), (n,))]
        zero = np.zeros((n, 2)), np.zeros((n, 3)), np.zeros(n)
        assert radial.shells(u, rest, *zero, laws.CRUSHABLE, row, column, 10.0, True, *out)
        assert (out[4] > 0.0).all()
        return out[0], out[1]

    along = rng.normal(size=n + 1)
    h = 1e-6
    slope = (forces(moved + h * along)[0] - forces(moved - h * along)[0]) / (2.0 * h)
    product = np.einsum("nij,nj->ni", forces(moved)[1], np.stack([along[:-1], along[1:]], axis=1))
    np.testing.assert_allclose(product, slope, rtol=1e-5, atol=1e-5 * np.abs(slope).max())


def friction(angle, dilation, young=200.0, cohesion=1.0):
    """Named parameters of Mohr-Coulomb with Poisson's ratio 0.3."""
    sine = np.sin(np.radians(angle))
    return {
        "bulk": young / 1.2, "shear": young / 2.6,
        "strength": 2.0 * cohesion * np.cos(np.radians(angle)), "sin_friction": sine,
        "sin_dilation": np.sin(np.radians(dilation)),
    }  # fmt: skip


@pytest.mark.parametrize(("angle", "dilation"), [(20.0, 10.0), (30.0, 0.0)])
def test_cavity_of_friction_is_the_series(angle, dilation):
    """The series has small strains in the elastic zone: a stiff body leaves no difference."""
    stretches = (1.01, 1.2, 2.0)
    exact = MohrCoulombCavity(2e4, 0.3, 1.0, angle, dilation)
    cavity = RadialCavity(
        laws.MOHR_COULOMB, friction(angle, dilation, 2e4), outer=300.0, stress="cauchy", shells=500,
        growth=0.02,
    )  # fmt: skip
    found = [state.pressure for state in cavity.expand(stretches)]
    np.testing.assert_allclose(found, [exact.pressure(s) for s in stretches], rtol=5e-4)


def test_hardening_of_the_law_and_of_the_reference_agree():
    values = {k: v for k, v in crushable().items() if not k.startswith("alpha")}
    own = {**values, "hardening": 20.0, "saturation": 2.0, "rate": 0.0}
    law = [
        s.pressure for s in RadialCavity(laws.J2, own, shells=200, growth=0.02).expand((1.1, 1.5))
    ]
    outer = pressures((1.1, 1.5), strength="yield", hardening=20.0)
    np.testing.assert_allclose(law, outer, rtol=1e-8)


def test_wrong_names_are_told():
    with pytest.raises(ValueError, match="hardens"):
        RadialCavity(laws.CRUSHABLE, crushable(), hardening=1.0)
    with pytest.raises(ValueError, match="differ"):
        RadialCavity(laws.HENCKY, crushable()).expand((1.1,))


@pytest.mark.parametrize("stress", ["kirchhoff", "cauchy"])
def test_table_of_j2(reference_rows, stress):
    rows = reference_rows("d_sphere_j2_compressible.csv")
    stretches = [float(row["a_over_a0"]) for row in rows]
    found = pressures(stretches, 400, 0.02, stress=stress)
    np.testing.assert_allclose(found, [float(row[f"p_{stress}"]) for row in rows], rtol=2e-4)


def test_table_of_the_free_sphere(reference_rows):
    for outer in (3.0, 5.0):
        rows = [
            r
            for r in reference_rows("d_sphere_j2_finite_outer.csv")
            if float(r["b0_over_a0"]) == outer
        ]
        cavity = RadialCavity(
            laws.CRUSHABLE, crushable(), outer=outer, surroundings="free", shells=300, growth=0.01
        )
        for row, state in zip(
            rows, cavity.expand([float(r["a_over_a0"]) for r in rows]), strict=True
        ):
            expected = float(row["p"]), float(row["u_b/a0"])
            assert (state.pressure, state.outer_displacement) == pytest.approx(expected, rel=2e-4)


@pytest.mark.parametrize("stress", ["kirchhoff", "cauchy"])
@pytest.mark.parametrize("alpha", [1.0, 3.0 / np.sqrt(2.0)])
def test_table_of_foam(reference_rows, alpha, stress):
    rows = [
        row
        for row in reference_rows("d_foam_df_large_strain.csv")
        if row["yield_measure"] == stress and abs(float(row["alpha"]) - alpha) < 1e-9
    ]
    cavity = RadialCavity(
        laws.CRUSHABLE, crushable(alpha=alpha), outer=40.0, strength="yield", hardening=10.0,
        stress=stress, shells=150, growth=0.02,
    )  # fmt: skip
    wanted = [row for row in rows if float(row["a_over_a0"]) in (1.2, 1.5, 2.0, 3.0)]
    found = converged(cavity, [float(row["a_over_a0"]) for row in wanted])
    for row, (pressure, error) in zip(wanted, found, strict=True):
        assert pressure == pytest.approx(float(row["p_cauchy"]), rel=1e-3)
        assert error < 0.005 * pressure


@pytest.mark.parametrize("stress", ["kirchhoff", "cauchy"])
def test_table_of_friction(reference_rows, stress):
    rows = reference_rows("d_sphere_mohr_coulomb.csv")
    for angle, dilation in ((20, 10), (30, 30)):
        wanted = [
            row for row in rows if (int(row["phi_deg"]), int(row["psi_deg"])) == (angle, dilation)
        ]
        values = friction(angle, dilation)
        cavity = RadialCavity(laws.MOHR_COULOMB, values, stress=stress, shells=300, growth=0.02)
        found = [s.pressure for s in cavity.expand([float(row["a_over_a0"]) for row in wanted])]
        np.testing.assert_allclose(
            found, [float(row[f"p_fe_{stress}"]) for row in wanted], rtol=3e-4
        )
