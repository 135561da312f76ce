# SPDX-License-Identifier: BSD-3-Clause
"""Laws of rheology and the stress integral of a tube against NumPy and closed forms."""

import math

import numba
import numpy as np
import pytest
from scipy.integrate import quad

from vertaug_kernels import rheology, tube

HEAD = (0.0, 1e3, 0.0, 296.15)
ROWS = {
    rheology.NEWTONIAN: (2e-4,),
    rheology.POWER_LAW: (2e-4, 0.6, 1e-2, 1e3),
    rheology.CARREAU_YASUDA: (3e-4, 0.4, math.log(0.2), 1.3, 0.02),
    rheology.CROSS: (3e-4, 0.4, math.log(3e-3)),
    rheology.CASTRO_MACOSKO: (1e-4, 0.5, 1.5, 1.0),
    rheology.HERSCHEL_BULKLEY: (2e-4, 0.6, 1e-2, 1e3, 0.5, 100.0),
    rheology.CROSS_WLF: (3e-4, 0.4, math.log(3e-3), 8.0, 120.0, 295.0),
}
every_code = pytest.mark.parametrize("law", ROWS)


def table(law):
    return np.array([(*HEAD, *ROWS[law])])


def by_hand(law, rate, cure):
    """The laws as they stand in their papers."""
    scale, *more = ROWS[law]
    if law == rheology.NEWTONIAN:
        return scale * np.ones_like(rate)
    if law == rheology.CARREAU_YASUDA:
        n, log_time, bend, floor = more
        low = floor * scale
        return low + (scale - low) * (1 + (math.exp(log_time) * rate) ** bend) ** ((n - 1) / bend)
    if law == rheology.CROSS:
        n, log_stress = more
        return scale / (1 + (scale * rate / math.exp(log_stress)) ** (1 - n))
    if law == rheology.CROSS_WLF:
        n, log_stress, first, second, standard = more
        scale *= math.exp(-first * (300.0 - standard) / (second + 300.0 - standard))
        return scale / (1 + (scale * rate / math.exp(log_stress)) ** (1 - n))
    if law == rheology.CASTRO_MACOSKO:
        gel, first, second = more
        return scale * (gel / (gel - cure)) ** (first + second * cure)
    held = np.clip(rate, more[1], more[2])
    eta = scale * held ** (more[0] - 1)
    if law == rheology.HERSCHEL_BULKLEY:
        eta += scale * more[3] * (1 - np.exp(-more[4] * rate)) / rate
    return eta


def test_every_code_has_a_row_here():
    named = {
        value for key, value in vars(rheology).items()
        if key[0] != "_" and key.isupper() and type(value) is int and key != "FIRST_COLUMN"
    }  # fmt: skip
    assert named == set(rheology.PARAMETERS) == set(ROWS)
    for law, row in ROWS.items():
        assert len(row) == len(rheology.PARAMETERS[law])


@every_code
@pytest.mark.parametrize("count", [0, 1, 500])
def test_viscosities_are_those_of_the_papers(law, count):
    rng = np.random.default_rng(3)
    rate, cure = 10.0 ** rng.uniform(-4, 4, count), rng.uniform(0, 0.4, count)
    out = np.zeros(count)
    age, warm = np.zeros(count), np.full(count, 300.0)
    rheology.viscosities(law, table(law), rate, age, cure, warm, out)
    np.testing.assert_allclose(out, by_hand(law, rate, cure), rtol=1e-12)


@every_code
def test_zero_rate_and_cap(law):
    at_rest = rheology.viscosity(law, table(law), 0.0, 0.0, 0.2, 300.0)
    assert 0.0 < at_rest < math.inf
    assert rheology.bed_viscosity(law, table(law), 0.7, 0.0, 0.0, 0.2, 300.0) > 0.0
    low = table(law)
    low[0, 1] = 0.5 * at_rest
    assert rheology.viscosity(law, low, 0.0, 0.0, 0.2, 300.0) == 0.5 * at_rest
    assert rheology.viscosity(rheology.CASTRO_MACOSKO, table(4), 1.0, 0.0, 0.5, 300.0) == 1e3


def test_ages_are_interpolated_geometrically_in_the_scale():
    one, two = table(rheology.POWER_LAW)[0], table(rheology.POWER_LAW)[0]
    two[[0, 4, 5]] = 100.0, 8e-4, 0.4
    both = np.array([one, two])

    def at(age, rate):
        return rheology.viscosity(rheology.POWER_LAW, both, rate, age, 0.0, 300.0)

    assert at(50.0, 1.0) == pytest.approx(4e-4, rel=1e-14)
    assert at(50.0, 10.0) == pytest.approx(4e-4 * 10**-0.5, rel=1e-14)
    assert at(-5.0, 1.0) == at(0.0, 1.0) == pytest.approx(2e-4)
    assert at(1e9, 1.0) == at(100.0, 1.0) == pytest.approx(8e-4)


def test_heat_thins_the_scale():
    warm = table(rheology.CARREAU_YASUDA)
    warm[0, 2] = 4000.0
    cold = rheology.viscosity(rheology.CARREAU_YASUDA, warm, 5.0, 0.0, 0.0, 296.15)
    hot = rheology.viscosity(rheology.CARREAU_YASUDA, warm, 5.0, 0.0, 0.0, 310.15)
    assert hot / cold == pytest.approx(math.exp(4000.0 * (1 / 310.15 - 1 / 296.15)), rel=1e-12)


def test_free_volume_stops_a_liquid_that_is_too_cold():
    law, rows = rheology.CROSS_WLF, table(rheology.CROSS_WLF)
    warmths = (150.0, 175.0, 176.0, 200.0, 350.0)
    at = [float(rheology.viscosity(law, rows, 5.0, 0.0, 0.0, warm)) for warm in warmths]
    assert np.isfinite(at).all()
    assert at[0] == at[1] == at[2] == rows[0, 1]
    assert at[2] >= at[3] > at[4] > 0.0


@every_code
def test_bed_loop_is_the_point_function_for_any_number_of_threads(law):
    rng = np.random.default_rng(4)
    n = 1000
    speed, length, age, cure = (rng.random(n) for _ in range(4))
    cure *= 0.4
    warm, cells = 300.0 + rng.random(n), np.sort(rng.permutation(n)[: n // 2])
    before = numba.get_num_threads()
    answers = []
    try:
        for threads in (1, 2):
            numba.set_num_threads(min(threads, before))
            out = np.full(n, -1.0)
            state = (speed, length, age, cure, warm)
            rheology.bed_viscosities(law, table(law), 0.7, cells, *state, out)
            answers.append(out)
    finally:
        numba.set_num_threads(before)
    np.testing.assert_array_equal(*answers)
    assert (np.delete(answers[0], cells) == -1.0).all()
    for c in cells[:20]:
        point = rheology.bed_viscosity(
            law, table(law), 0.7, speed[c] / length[c], age[c], cure[c], warm[c]
        )
        assert answers[0][c] == point


@every_code
@pytest.mark.parametrize("wall", [1e-3, 1.0, 500.0])
def test_stress_integral_is_that_of_an_adaptive_rule(law, wall):
    """4 Q / (pi a^3) = 4 / s_w^3 * integral of s^2 g ds, in its form by parts."""

    def stress(rate):
        return rheology.viscosity(law, table(law), rate, 0.0, 0.2, 300.0) * rate

    edges = [wall * 10.0**-k for k in range(9, -1, -1)]
    whole = sum(
        quad(lambda g: (stress(g) / stress(wall)) ** 3, a, b, epsabs=1e-14, epsrel=1e-12)[0]
        for a, b in zip([0.0, *edges[:-1]], edges, strict=True)
    )
    expected = 4.0 / 3.0 * (wall - whole)
    got = tube.apparent_rate(law, table(law), wall, 0.0, 0.2, 300.0)
    assert got == pytest.approx(expected, rel=1e-7)


@every_code
def test_rate_at_the_wall_inverts_the_integral(law):
    for apparent in (1e-3, 3.0, 700.0):
        wall = tube.wall_rate(law, table(law), apparent, 0.0, 0.2, 300.0)
        back = tube.apparent_rate(law, table(law), wall, 0.0, 0.2, 300.0)
        assert back == pytest.approx(apparent, rel=1e-12)
    assert tube.wall_rate(law, table(law), 0.0, 0.0, 0.2, 300.0) == 0.0
