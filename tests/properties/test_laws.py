# SPDX-License-Identifier: BSD-3-Clause
"""Foams at any strain: what they dissipate and that flow is normal (the rest: `test_every_law`)."""

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
