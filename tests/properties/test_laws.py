# SPDX-License-Identifier: BSD-3-Clause
"""Laws at any strain and parameters: energy, yield, dissipation, flow, splitting."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from vertaug_kernels import laws

quick = settings(max_examples=150, deadline=None, derandomize=True)
strains = st.tuples(*[st.floats(-0.5, 0.5) for _ in range(3)])
young, poisson = st.floats(10.0, 2000.0), st.floats(0.05, 0.45)
relative_strength, alpha = st.floats(2e-3, 5e-2), st.floats(0.0, 2.1)
plastic_laws = st.sampled_from([laws.CRUSHABLE, laws.CUT_OFF])


@st.composite
def materials(draw):
    """A law and its parameters."""
    law = draw(plastic_laws)
    modulus, ratio = draw(young), draw(poisson)
    strength, factor = draw(relative_strength) * modulus, draw(alpha)
    fifth = draw(st.floats(1.0, 4.0)) * factor
    if law == laws.CUT_OFF:
        fifth = draw(st.floats(0.05, 0.9)) * strength * _smallest_tension(factor)
    return law, np.array(
        [0.0, 0.0, modulus / (3 - 6 * ratio), modulus / (2 + 2 * ratio), strength, factor, fifth]
    )


def _smallest_tension(factor):
    """Equal tensions inside the ellipse are below √D/α, single ones below 1, in units of Y."""
    return min(1.0, math.sqrt(1.0 + factor**2 / 9.0) / max(factor, 1e-3))


def answer(law, strain, rows):
    stress, tangent, elastic = np.empty(3), np.empty((3, 3)), np.empty(3)
    value = np.asarray(strain, dtype=np.float64)
    energy, norm = laws.respond(law, value, 1.0, 0.0, rows, stress, tangent, elastic)
    return energy, norm, stress, tangent, elastic


def stored(elastic, rows):
    mean = elastic.mean()
    return 4.5 * rows[2] * mean**2 + rows[3] * ((elastic - mean) ** 2).sum()


def measures(stress, rows, law):
    """Mean stress, q, and the factor of the ellipse."""
    p = stress.mean()
    q = math.sqrt(1.5 * ((stress - p) ** 2).sum())
    return p, q, rows[6] if law == laws.CRUSHABLE and p > 0.0 else rows[5]


@quick
@given(materials(), strains)
def test_yield_is_never_exceeded(material, strain):
    law, rows = material
    stress = answer(law, strain, rows)[2]
    p, q, factor = measures(stress, rows, law)
    limit = (1.0 + rows[5] ** 2 / 9.0) * rows[4] ** 2
    assert q * q + (factor * p) ** 2 <= limit * (1.0 + 1e-9)
    if law == laws.CUT_OFF:
        assert stress.max() <= rows[6] + 1e-9 * rows[4]


@quick
@given(materials(), strains)
def test_a_step_dissipates_and_its_energy_says_how_much(material, strain):
    law, rows = material
    energy, norm, stress, _, elastic = answer(law, strain, rows)
    flow = np.asarray(strain) - elastic
    dissipated = energy - stored(elastic, rows)
    scale = max(energy, 1e-12)
    assert dissipated >= -1e-10 * scale
    assert dissipated == pytest.approx(stress @ flow, abs=1e-9 * scale)
    assert norm == pytest.approx(np.linalg.norm(flow), abs=1e-12)


@quick
@given(materials(), strains)
def test_stress_is_the_derivative_of_the_energy(material, strain):
    law, rows = material
    _, _, stress, _, _ = answer(law, strain, rows)
    h = 1e-6
    for k in range(3):
        up, down = np.array(strain), np.array(strain)
        up[k] += h
        down[k] -= h
        slope = (answer(law, up, rows)[0] - answer(law, down, rows)[0]) / (2.0 * h)
        assert slope == pytest.approx(stress[k], abs=1e-5 * rows[4] + 2.0 * h * rows[2:4].sum())


@quick
@given(materials(), strains)
def test_tangent_is_symmetric_and_energy_convex_along_it(material, strain):
    law, rows = material
    tangent = answer(law, strain, rows)[3]
    scale = rows[2] + 2.0 * rows[3]
    np.testing.assert_allclose(tangent, tangent.T, atol=1e-10 * scale)
    assert np.linalg.eigvalsh(0.5 * (tangent + tangent.T)).min() >= -1e-8 * scale


@quick
@given(materials(), strains)
def test_flow_is_normal_to_what_yields(material, strain):
    """Flow = γ n + Σ c_i e_i with γ, c_i ≥ 0 on the ellipse and on stresses at the cut-off."""
    law, rows = material
    _, _, stress, _, elastic = answer(law, strain, rows)
    p, _, factor = measures(stress, rows, law)
    columns = [1.5 * (stress - p) + factor**2 * p / 3.0]
    if law == laws.CUT_OFF:
        columns += [np.eye(3)[i] for i in range(3) if stress[i] > rows[6] - 1e-9 * rows[4]]
    flow = np.asarray(strain) - elastic
    _, rest = nnls(np.stack(columns, axis=1), flow)
    assert rest <= 1e-7 * max(np.linalg.norm(flow), 1e-6)


@quick
@given(materials(), strains)
def test_a_second_step_of_no_strain_changes_nothing(material, strain):
    law, rows = material
    _, _, stress, _, elastic = answer(law, strain, rows)
    _, norm, same, _, again = answer(law, elastic, rows)
    np.testing.assert_allclose(same, stress, atol=1e-8 * rows[4])
    np.testing.assert_allclose(again, elastic, atol=1e-10)
    assert norm <= 1e-9


@quick
@given(materials(), strains, st.permutations(range(3)))
def test_principal_axes_have_no_order(material, strain, order):
    law, rows = material
    one, other = answer(law, strain, rows), answer(law, np.array(strain)[order], rows)
    assert one[0] == pytest.approx(other[0], rel=1e-9, abs=1e-14)
    np.testing.assert_allclose(one[2][order], other[2], atol=1e-8 * rows[4])
