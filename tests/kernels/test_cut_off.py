# SPDX-License-Identifier: BSD-3-Clause
"""The crushable law with tension cut-off, against a general minimiser and finite differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from vertaug_kernels.cut_off import crushable_closing, crushable_cut_off

PARAMETERS = np.array([0.1, 20.0, 100.0, 60.0, 1.0, 0.943, 0.2])
BULK, SHEAR, STRENGTH, ALPHA, CUT = PARAMETERS[2:]
RADIUS = STRENGTH * np.sqrt(1.0 + ALPHA**2 / 9.0)


def respond(strain, law=crushable_cut_off):
    stress, tangent, elastic = np.zeros(3), np.zeros((3, 3)), np.zeros(3)
    energy, norm = law(np.asarray(strain), PARAMETERS, stress, tangent, elastic)
    return energy, norm, stress, tangent, elastic


def ellipse(stress):
    mean = stress.mean()
    return np.sqrt(1.5 * ((stress - mean) ** 2).sum() + ALPHA**2 * mean**2)


def elastic_stress(strain):
    return BULK * strain.sum() + 2.0 * SHEAR * (strain - strain.mean())


strains = st.lists(st.floats(-0.3, 0.3), min_size=3, max_size=3).map(np.array)


@given(strains)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_stress_is_admissible_and_work_is_dissipated(strain):
    energy, norm, stress, _, elastic = respond(strain)
    assert ellipse(stress) <= RADIUS * (1.0 + 1e-9)
    assert stress.max() <= CUT * (1.0 + 1e-9)
    np.testing.assert_allclose(elastic_stress(elastic), stress, atol=1e-9)
    assert (strain - elastic) @ stress >= -1e-12
    stored = 0.5 * stress @ elastic
    assert energy == pytest.approx(stored + (strain - elastic) @ stress, abs=1e-10)
    assert norm == pytest.approx(np.linalg.norm(strain - elastic), abs=1e-12)


@pytest.mark.parametrize(
    "strain",
    [
        [0.1, 0.02, -0.3],
        [0.2, 0.2, 0.2],
        [0.2, 0.15, -0.01],
        [-0.2, -0.1, -0.15],
        [0.001, 0.0005, -0.001],
        [0.05, -0.02, -0.03],
    ],
)
def test_is_the_closest_point(strain):
    strain = np.array(strain)
    trial = elastic_stress(strain)

    def distance(stress):
        gap = stress - trial
        mean = gap.mean()
        return ((gap - mean) ** 2).sum() / (4.0 * SHEAR) + 0.5 * mean**2 / BULK

    constraints = [
        {"type": "ineq", "fun": lambda s: RADIUS**2 - ellipse(s) ** 2},
        {"type": "ineq", "fun": lambda s: CUT - s},
    ]
    best = minimize(
        distance, np.zeros(3), method="SLSQP", constraints=constraints, options={"ftol": 1e-14}
    )
    np.testing.assert_allclose(respond(strain)[2], best.x, atol=2e-5)


@given(strains)
@settings(max_examples=100, deadline=None, derandomize=True)
def test_energy_gives_stress_and_stress_gives_tangent(strain):
    strain = strain + np.array([1e-3, -2e-3, 3e-3])
    step = 1e-7
    _, _, stress, tangent, _ = respond(strain)
    slopes, columns = np.zeros(3), np.zeros((3, 3))
    kinks = []
    for i in range(3):
        up, down = strain.copy(), strain.copy()
        up[i] += step
        down[i] -= step
        plus, minus = respond(up), respond(down)
        slopes[i] = (plus[0] - minus[0]) / (2 * step)
        columns[:, i] = (plus[2] - minus[2]) / (2 * step)
        kinks.append(np.abs(plus[3] - minus[3]).max())
    np.testing.assert_allclose(slopes, stress, atol=1e-5)
    if max(kinks) < 1.0:
        np.testing.assert_allclose(tangent, columns, atol=2e-4)
    np.testing.assert_allclose(tangent, tangent.T, atol=1e-9)


@given(strains)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_closing_cracks_answer_the_step_alike_and_are_kept(strain):
    """Same energy, stress and tangent as the law whose cracks stay; the opening is in what is handed back."""
    energy, norm, stress, tangent, elastic = respond(strain)
    other = respond(strain, crushable_closing)
    assert (other[0], other[2].tolist(), other[3].tolist()) == (
        energy,
        stress.tolist(),
        tangent.tolist(),
    )
    cracks = other[4] - elastic
    assert cracks.min() >= -1e-14
    assert np.all((cracks < 1e-13) | (stress > CUT - 1e-9))
    flow = np.linalg.norm(strain - other[4])
    assert other[1] == pytest.approx(flow, abs=1e-13)
    assert norm == pytest.approx(np.linalg.norm(strain - elastic), abs=1e-12)


@given(strains, strains)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_no_cycle_of_strain_makes_energy(away, back):
    """Stress is the gradient of a convex energy, so any closed path at constant strengths takes work."""
    held, work, last = np.zeros(3), 0.0, np.zeros(3)
    path = np.concatenate(
        [np.linspace(0.0, 1.0, 20)[:, None] * away, away + np.linspace(0.0, 1.0, 20)[:, None] * (back - away),
         (1.0 - np.linspace(0.0, 1.0, 20))[:, None] * back]
    )  # fmt: skip
    for strain in path:
        _, _, stress, _, held = respond(held + strain - last, crushable_closing)
        work += stress @ (strain - last)
        last = strain
    rest = respond(held, crushable_closing)[0]
    assert work >= rest - 1e-9
