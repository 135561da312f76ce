# SPDX-License-Identifier: BSD-3-Clause
"""Displacement kernels against NumPy, an ODE solver and many small explicit steps."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from vertaug.materials.relative_permeability import corey_1954
from vertaug_kernels import fractional

SHAPE = (6, 5, 7)
STRIDES = (SHAPE[1] * SHAPE[2], SHAPE[2], 1)


def _network(seed: int):
    """Random conductances and pressures: flows that do not balance, which `network` must mend."""
    rng = np.random.default_rng(seed)
    inside = np.zeros(SHAPE, dtype=bool)
    inside[1:-1, 1:-1, 1:-1] = True
    cells = np.flatnonzero(inside.ravel()).astype(np.int32)
    faces = []
    for axis in range(3):
        face = np.zeros(SHAPE)
        line, mask = np.moveaxis(face, axis, 0), np.moveaxis(inside, axis, 0)
        line[:-1] = rng.random(line[:-1].shape) * (mask[:-1] & mask[1:])
        faces.append(face.ravel())
    centre = np.array([3, 2, 3])[:, None, None, None]
    apart = np.linalg.norm(np.indices(SHAPE) - centre, axis=0)
    pressure = np.where(inside, 10.0 - apart + 0.1 * rng.random(SHAPE), 0.0).ravel()
    rim = np.zeros(SHAPE)
    rim[1, 1:-1, 1:-1] = rim[-2, 1:-1, 1:-1] = rim[1:-1, 1, 1:-1] = rim[1:-1, -2, 1:-1] = 1.0
    rim[1:-1, 1:-1, 1] = rim[1:-1, 1:-1, -2] = 1.0
    source = np.zeros(SHAPE)
    source[3, 2, 3] = 2.0
    total, count = pressure.size, cells.size
    work = (np.zeros(total, np.int32), np.zeros(total, np.int32), np.zeros(total))
    out = (
        np.zeros(count, np.int32), np.zeros(count + 1, np.int32), np.zeros(3 * count, np.int32),
        np.zeros(3 * count), np.zeros(count), np.zeros(count),
    )  # fmt: skip
    fields = (*faces, rim.ravel(), pressure, source.ravel())
    stuck = fractional.network(cells, *STRIDES[:2], *fields, *work, *out)
    return stuck, cells, source.ravel(), out


def test_network_orders_cells_and_balances_each() -> None:
    for seed in range(5):
        stuck, cells, source, (order, start, upstream, inflow, outflow, gone) = _network(seed)
        assert stuck == 0.0
        assert np.array_equal(np.sort(order), cells)
        received = np.zeros(cells.size)
        for place in range(cells.size):
            entries = slice(start[place], start[place + 1])
            assert (upstream[entries] < place).all()
            received[place] = source[order[place]] + inflow[entries].sum()
        np.testing.assert_allclose(outflow, received, rtol=1e-13)
        passed = np.zeros(cells.size)
        np.add.at(passed, upstream[: start[-1]], inflow[: start[-1]])
        np.testing.assert_allclose(passed + gone, outflow, rtol=1e-12, atol=1e-15)
        assert gone.sum() == pytest.approx(2.0, rel=1e-13)


def test_network_tells_of_flow_into_a_cell_without_a_way_out() -> None:
    tx = np.zeros((5, 3, 3))
    tx[1, 1, 1] = tx[2, 1, 1] = 1.0
    pressure, source, anchor = np.zeros((5, 3, 3)), np.zeros((5, 3, 3)), np.zeros((5, 3, 3))
    pressure[1:4, 1, 1] = 2.0, 3.0, 1.0
    source[2, 1, 1], anchor[3, 1, 1] = 1.0, 1.0
    cells = np.array([13, 22, 31], dtype=np.int32)
    empty = np.zeros((5, 3, 3)).ravel()
    out = (
        np.zeros(3, np.int32), np.zeros(4, np.int32), np.zeros(9, np.int32), np.zeros(9), np.zeros(3), np.zeros(3),
    )  # fmt: skip
    stuck = fractional.network(
        cells, 9, 3, tx.ravel(), empty, empty, anchor.ravel(), pressure.ravel(), source.ravel(),
        np.zeros(45, np.int32), np.zeros(45, np.int32), np.zeros(45), *out,
    )  # fmt: skip
    assert stuck == pytest.approx(1.0 / 3.0)


@pytest.mark.parametrize(("powers", "ratio"), [((1.0, 1.0), 1000.0), ((2.0, 3.0), 0.3)])
def test_cell_follows_its_differential_equation(powers, ratio) -> None:
    nodes, shares = corey_1954.nodes(2001, 0.9, powers, ratio)
    slopes = np.diff(shares) / np.diff(nodes)
    for before, gain, rate, step in (
        (0.0, 0.8, 1.0, 0.5), (0.0, 0.9, 1.0, 30.0), (0.85, 0.1, 1.0, 2.0), (0.3, 3.0, 3.0, 0.4),
        (0.6, 0.0, 2.0, 1.0),
    ):  # fmt: skip
        exact = solve_ivp(
            lambda _, s, gain=gain, rate=rate: gain - rate * corey_1954.displacing_share(s, 0.9, powers, ratio),
            (0.0, step), [before], rtol=1e-10, atol=1e-12, method="LSODA",
        ).y[0, -1]  # fmt: skip
        found, piece = fractional.cell_after(before, gain, rate, step, nodes, shares, slopes, 0)
        assert found == pytest.approx(exact, abs=3e-5)
        again, _ = fractional.cell_after(before, gain, rate, step, nodes, shares, slopes, piece)
        assert again == found


def test_a_cell_at_rest_stays_and_a_long_step_ends_at_rest() -> None:
    nodes, shares = corey_1954.nodes(400, 1.0, (2.0, 2.0), 5.0)
    slopes = np.diff(shares) / np.diff(nodes)
    rest = float(np.interp(0.37, shares, nodes))
    for before in (0.0, rest, 1.0):
        found, _ = fractional.cell_after(before, 0.37, 1.0, 1e4, nodes, shares, slopes, 200)
        assert found == pytest.approx(rest, abs=1e-12)
    assert fractional.cell_after(1.0, 1.0, 1.0, 5.0, nodes, shares, slopes, 0)[0] == 1.0


def test_advance_agrees_with_many_small_explicit_steps() -> None:
    _, cells, source, network = _network(3)
    order, start, upstream, inflow, outflow, _ = network
    nodes, shares = corey_1954.nodes(400, 0.95, (2.0, 2.0), 4.0)
    slopes = np.diff(shares) / np.diff(nodes)
    pore = np.full(source.size, 0.7)
    saturation, share = np.zeros(source.size), np.zeros(cells.size)
    piece = np.zeros(source.size, np.int32)
    left = 0.0
    for _ in range(40):
        more, no_room = fractional.advance(
            *network, source, pore, nodes, shares, slopes, 0.05, piece, saturation, share
        )
        assert no_room == 0.0
        left += more
    explicit, steps = np.zeros(cells.size), 8000
    for _ in range(steps):
        flowing = np.interp(explicit, nodes, shares)
        entering = source[order].copy()
        for place in range(cells.size):
            entries = slice(start[place], start[place + 1])
            entering[place] += inflow[entries] @ flowing[upstream[entries]]
        explicit += 2.0 / steps * (entering - outflow * flowing) / 0.7
    assert saturation.sum() * 0.7 + left == pytest.approx(4.0, rel=1e-13)
    assert saturation.max() <= 0.95
    np.testing.assert_allclose(saturation[order], explicit, atol=2e-3)


def test_mobility_and_upstream_conductances() -> None:
    rng = np.random.default_rng(7)
    saturation, pressure, static = rng.random(SHAPE), rng.random(SHAPE), rng.random(SHAPE)
    for powers in ((1.0, 1.0), (2.0, 1.5)):
        out = np.zeros(SHAPE)
        viscosities = np.array([3.0, 0.5])
        fractional.total_mobility(
            saturation.ravel(), 0.8, np.array(powers), viscosities, out.ravel()
        )
        share = np.minimum(saturation / 0.8, 1.0)
        expected = share ** powers[0] / 3.0 + (1.0 - share) ** powers[1] / 0.5
        np.testing.assert_allclose(out, expected, rtol=1e-14)
    faces = np.zeros(SHAPE)
    stride = STRIDES[1]
    moved = fractional.upstream_conductances(
        static.ravel(), stride, out.ravel(), pressure.ravel(), faces.ravel()
    )
    p, m = pressure.ravel(), out.ravel()
    upstream = np.where(p[:-stride] >= p[stride:], m[:-stride], m[stride:])
    expected = static.ravel()[:-stride] * upstream
    np.testing.assert_allclose(faces.ravel()[:-stride], expected, rtol=1e-14)
    assert moved == pytest.approx(np.abs(expected * (p[:-stride] - p[stride:])).sum(), rel=1e-12)
