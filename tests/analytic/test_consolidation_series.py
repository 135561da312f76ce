# SPDX-License-Identifier: BSD-3-Clause
"""Series of consolidation against other solutions of the same problems."""

import numpy as np
import pytest
from scipy.special import erfc

from vertaug.verification.closed_forms import consolidation as exact


def images(depth, time, count=30):
    """Terzaghi's pressure from images of the half space."""
    k = np.arange(count)
    sign = np.where(k % 2 == 0, 1.0, -1.0)
    root = 2.0 * np.sqrt(time)
    near, far = (2 * k + 1 - depth) / root, (2 * k + 1 + depth) / root
    return 1.0 - (sign * (erfc(near) + erfc(far))).sum()


@pytest.mark.parametrize("time", [1e-4, 0.01, 0.3, 2.0])
def test_terzaghi_equals_images(time):
    for depth in (0.0, 0.5, 0.9):
        assert float(exact.terzaghi_pressure(depth, time)) == pytest.approx(
            images(depth, time), abs=1e-13
        )


def test_terzaghi_settles_as_the_root_of_time_at_first():
    for time in (1e-4, 1e-2):
        assert exact.terzaghi_consolidation(time) == pytest.approx(
            2.0 * np.sqrt(time / np.pi), rel=1e-10
        )


def radial_differences(poisson, end, cells=400, steps=800):
    """Cryer's centre pressure from dε/dt = c div grad ε with total stress at the surface.

    M ε - p is even in the ball and follows from the surface: M ε(a) = -p₀ + 4G/3 mean ε. M = c = a = 1.
    """
    shear = (1.0 - 2.0 * poisson) / (2.0 * (1.0 - poisson))
    edges = np.linspace(0.0, 1.0, cells + 1)
    volume = (edges[1:] ** 3 - edges[:-1] ** 3) / 3.0
    gap = edges[1] - edges[0]
    matrix = np.zeros((cells + 1, cells + 1))
    for k in range(cells):
        width = gap if k < cells - 1 else 0.5 * gap
        flow = edges[k + 1] ** 2 / width
        matrix[k, k] -= flow / volume[k]
        matrix[k, k + 1] += flow / volume[k]
        if k < cells - 1:
            matrix[k + 1, k + 1] -= flow / volume[k + 1]
            matrix[k + 1, k] += flow / volume[k + 1]
    step = end / steps
    surface = np.zeros(cells + 1)
    surface[:cells] = -4.0 * shear * volume
    surface[cells] = 1.0

    def system(weight):
        out = np.eye(cells + 1) - weight * matrix
        out[cells] = surface
        return np.linalg.inv(out)

    first, later = system(step), system(2.0 * step / 3.0)
    old = now = np.zeros(cells + 1)
    for k in range(steps):
        known = now.copy() if k == 0 else (4.0 * now - old) / 3.0
        known[cells] = -1.0
        old, now = now, (first if k == 0 else later) @ known
    return now[0] - now[cells]


@pytest.mark.parametrize(("poisson", "time"), [(0.0, 0.05), (0.3, 0.05), (0.3, 0.3)])
def test_cryer_equals_differences(poisson, time):
    series = float(exact.cryer_pressure(poisson, time))
    assert radial_differences(poisson, time) == pytest.approx(series, abs=3e-4)


def test_cryer_takes_storage_as_another_ratio():
    bulk, shear = 200.0 / 1.2, 200.0 / 2.6
    assert exact.cryer_poisson(bulk, shear, 1.0, 0.0) == pytest.approx(0.3, rel=1e-12)
    assert exact.cryer_poisson(bulk, shear, 0.5, 0.0) == pytest.approx(0.3, rel=1e-12)
    stored = [exact.cryer_poisson(bulk, shear, 0.8, s) for s in (1e-4, 1e-3, 1e-2, 1.0)]
    assert np.all(np.diff([0.3, *stored, 0.5]) > 0.0)


def test_cryer_starts_at_one_and_roots_are_roots():
    x = exact.cryer_roots(0.3, 50)
    eta = 0.7 / 0.4
    np.testing.assert_allclose((1.0 - 0.5 * eta * x**2) * np.sin(x), x * np.cos(x), atol=1e-9)
    assert np.all(np.diff(x) > 2.0)
    assert float(exact.cryer_pressure(0.3, 1e-5, 1000)) == pytest.approx(1.0, abs=0.01)


def test_cryer_peaks():
    for row in ((0.0, 0.0627053988, 1.5754250560), (0.3, 0.0463820535, 1.2490230152)):
        when, height = exact.cryer_peak(row[0])
        assert height == pytest.approx(row[2], rel=1e-9)
        assert when == pytest.approx(row[1], rel=1e-4)


SLAB = exact.Mandel(1.0, 10.0, 0.2, 0.4, 0.8)


def test_mandel_solves_the_diffusion_of_its_slab():
    """p_t - c p_xx is the same everywhere: what the total stress, linear in x, leaves over."""
    x, h, dt = np.array([0.0, 3.0, 7.0]), 0.05, 1e-5
    curve = SLAB.pressure(x + h, 0.1) - 2.0 * SLAB.pressure(x, 0.1) + SLAB.pressure(x - h, 0.1)
    rate = (SLAB.pressure(x, 0.1 + dt) - SLAB.pressure(x, 0.1 - dt)) / (2.0 * dt)
    rest = rate - curve / h**2 * SLAB.half_width**2
    np.testing.assert_allclose(rest, rest[0], rtol=2e-4)
    assert float(SLAB.pressure(10.0, 0.1)) == pytest.approx(0.0, abs=1e-15)


def test_mandel_starts_undrained_and_ends_drained():
    shear = 80.0
    assert float(SLAB.pressure(0.0, 1e-4)) == pytest.approx(SLAB.initial_pressure, rel=0.01)
    start = SLAB.plate_displacement(shear, 2.0, 1e-5, 4000)
    assert start == pytest.approx(2.0 * (1.0 - 0.4) / (2.0 * shear * 10.0), rel=0.01)
    end = SLAB.plate_displacement(shear, 2.0, 20.0)
    assert end == pytest.approx(2.0 * (1.0 - 0.2) / (2.0 * shear * 10.0), rel=1e-9)
    assert SLAB.side_displacement(shear, 20.0) == pytest.approx(0.2 / (2.0 * shear), rel=1e-9)
    assert SLAB.side_displacement(shear, 1e-5, 4000) == pytest.approx(0.4 / (2.0 * shear), rel=0.01)


def test_too_early_times_are_refused():
    for call in (
        lambda: exact.terzaghi_consolidation(0.0),
        lambda: exact.terzaghi_pressure(0.5, 1e-9, 100),
        lambda: exact.cryer_pressure(0.2, 1e-6),
        lambda: SLAB.pressure(0.0, 1e-6),
    ):
        with pytest.raises(ValueError, match="series"):
            call()


def test_tables_of_terzaghi(reference_rows):
    for row in reference_rows("i_terzaghi.csv"):
        time = float(row["T"])
        assert float(exact.terzaghi_pressure(0.0, time)) == pytest.approx(
            float(row["p_base"]), rel=1e-9
        )
        assert float(exact.terzaghi_pressure(0.5, time)) == pytest.approx(
            float(row["p_mid"]), rel=1e-9
        )
        assert exact.terzaghi_consolidation(time) == pytest.approx(float(row["U"]), rel=1e-9)


def test_tables_of_cryer(reference_rows):
    for row in reference_rows("i_cryer_center.csv"):
        found = float(exact.cryer_pressure(float(row["nu"]), float(row["T=cv*t/a^2"])))
        assert found == pytest.approx(float(row["p_c/p0"]), rel=1e-9)
    for row in reference_rows("i_cryer_peak.csv"):
        when, height = exact.cryer_peak(float(row["nu"]))
        assert (when, height) == pytest.approx(
            (float(row["T_peak"]), float(row["p_peak/p0"])), rel=1e-4
        )


def test_tables_of_mandel(reference_rows):
    slab = exact.Mandel(1.0, 10.0, 0.2, 0.5, 1.0)
    for row in reference_rows("i_mandel.csv"):
        found = float(slab.pressure(float(row["x"]), float(row["T=c*t/a^2"])))
        assert found == pytest.approx(float(row["p"]), rel=1e-9)
