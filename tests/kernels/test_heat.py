# SPDX-License-Identifier: BSD-3-Clause
"""Kernels of conduction, cure, damage and transport of heat against NumPy and closed forms."""

import math

import numpy as np
import pytest
from scipy.integrate import quad, solve_ivp

from vertaug_kernels import advection, cure, damage, heat
from vertaug_kernels._threads import few_threads

SHAPE = (6, 7, 9)


def padded(rng, low=0.5):
    return np.pad(low + rng.random(SHAPE), 1)


def flows(faces, value):
    """Heat that flows into each cell, by differences along each axis."""
    total = np.zeros_like(value)
    for axis, face in enumerate(faces):
        flow = face * (np.roll(value, -1, axis) - value)
        total += flow - np.roll(flow, 1, axis)
    return total


@pytest.fixture
def fields():
    rng = np.random.default_rng(3)
    conductivity, inverse, value = padded(rng), padded(rng), padded(rng, 300.0)
    faces = [np.empty_like(conductivity) for _ in range(3)]
    for axis, face in enumerate(faces):
        heat.conductances(conductivity, axis, 0.5, face)
    return conductivity, faces, inverse, value


def test_conductances_are_half_cells_in_series(fields):
    conductivity, faces, _, _ = fields
    for axis, face in enumerate(faces):
        here, there = conductivity, np.roll(conductivity, -1, axis)
        product = here * there
        expected = np.divide(2.0 * 0.5 * product, here + there, where=product > 0.0, out=0.0 * here)
        np.testing.assert_allclose(face, expected, rtol=1e-14)


def test_stages_are_those_of_numpy(fields):
    _, faces, inverse, value = fields
    first = np.zeros_like(value)
    heat.first_increment(*faces, inverse, 0.1, value, first)
    np.testing.assert_allclose(first, 0.1 * inverse * flows(faces, value), atol=1e-11)
    rng = np.random.default_rng(4)
    newest, out = padded(rng), padded(rng)
    factors = np.array([0.3, -0.2, 0.05, 0.7])
    expected = 0.3 * newest - 0.2 * out + 0.05 * inverse * flows(faces, newest) + 0.7 * first
    heat.next_increment(*faces, inverse, first, factors, newest, out)
    inside = (slice(1, -1),) * 3
    np.testing.assert_allclose(out[inside], expected[inside], rtol=1e-13, atol=1e-13)


def test_rows_longer_than_the_work_array():
    rng = np.random.default_rng(5)
    value = np.pad(rng.random((2, 2, 300)), 1)
    faces = [np.ones_like(value) for _ in range(3)]
    out = np.zeros_like(value)
    heat.first_increment(*faces, np.pad(np.ones((2, 2, 300)), 1), 1.0, value, out)
    inside = (slice(1, -1),) * 3
    np.testing.assert_allclose(out[inside], flows(faces, value)[inside], atol=1e-13)
    planes = np.zeros(4)
    heat.largest(-value, planes)
    np.testing.assert_array_equal(planes, value.max(axis=(1, 2)))
    warm = value.copy()
    heat.relax(value, value, 2.0, 0.5, warm, planes)
    change = (2.0 - value) * 0.5 * value / (1.0 + 0.25 * value)
    np.testing.assert_allclose(warm, value + change, rtol=1e-14)
    np.testing.assert_allclose(planes, (value * change).sum(axis=(1, 2)), rtol=1e-13)


def test_surface_adds_what_it_books():
    cells = np.array([3, 3, 5], dtype=np.int64)
    conductance, outer = np.array([2.0, 1.0, 4.0]), np.array([10.0, 20.0, 5.0])
    flow, inverse = np.array([0.0, 3.0, 0.0]), np.full(8, 0.5)
    value, out = np.arange(8.0), np.zeros(8)
    gained = heat.anchor_rate(cells, conductance, outer, flow, inverse, 0.1, value, out)
    assert gained == pytest.approx(0.1 * (2.0 * 7.0 + 17.0 + 3.0 + 0.0))
    assert out[3] == pytest.approx(0.1 * 0.5 * 34.0)
    out[:] = 0.0
    assert heat.anchor_stage(cells, conductance, inverse, 0.1, value, out) == pytest.approx(-29.0)
    assert out[3] == pytest.approx(-0.1 * 0.5 * 9.0)


def test_sums_of_planes(fields):
    conductivity, _, _, value = fields
    planes = np.zeros(value.shape[0])
    heat.plane_sums(conductivity, value, planes)
    np.testing.assert_allclose(planes, (conductivity * value).sum(axis=(1, 2)), rtol=1e-13)


AUTOCATALYTIC = np.array([9.2064e8, 62866.0 / 8.314, 0.98, 1.064, 0.85, 0.0022, 310.15])
KAMAL = np.array([300.0, 4e4 / 8.314, 1.2e6, 5e4 / 8.314, 0.9, 1.1])


def rate(law, row, c, temperature):
    """The two laws in plain Python."""
    if law == cure.AUTOCATALYTIC:
        left = max(min(1.0, row[4] + row[5] * (temperature - row[6])) - c, 0.0)
        return row[0] * math.exp(-row[1] / temperature) * c ** row[2] * left ** row[3]
    start = row[0] * math.exp(-row[1] / temperature)
    return (start + row[2] * math.exp(-row[3] / temperature) * c ** row[4]) * max(
        1.0 - c, 0.0
    ) ** row[5]


@pytest.mark.parametrize(
    ("law", "row", "start"), [(cure.AUTOCATALYTIC, AUTOCATALYTIC, 1e-3), (cure.KAMAL, KAMAL, 0.0)]
)
@pytest.mark.parametrize("drift", [0.0, -0.2])
def test_cure_follows_its_equation(law, row, start, drift):
    def slope(t, c):
        return [rate(law, row, c[0], 310.15 + 80.0 * (c[0] - start) + drift * t)]

    exact = solve_ivp(slope, (0.0, 60.0), [start], rtol=1e-11, atol=1e-13).y[0, -1]
    degree, warm = np.full(3, start), np.full(3, 310.15)
    cells = np.array([0, 2], dtype=np.int64)
    rise, by = np.full(2, 80.0), np.full(2, drift)
    cure.advance(law, row, cells, rise, by, 60.0, 1e-8, degree, warm)
    assert degree[0] == degree[2] == pytest.approx(exact, rel=1e-6)
    assert degree[1] == start
    assert warm[2] == pytest.approx(310.15 + 80.0 * (degree[2] - start) + 60.0 * drift, rel=1e-14)
    out = np.zeros(2)
    cure.rates(law, row, cells, degree, warm, out)
    assert out[0] == pytest.approx(rate(law, row, degree[0], warm[0]), rel=1e-12)


def test_cure_stops_at_its_limit():
    degree, warm = np.array([0.9, 1.0, 0.0]), np.full(3, 310.15)
    out = np.ones(3)
    cure.rates(cure.AUTOCATALYTIC, AUTOCATALYTIC, np.arange(3), degree, warm, out)
    assert out.tolist() == [0.0, 0.0, 0.0]


RAMPS = [
    (312.0, 314.0),
    (314.0, 330.0),
    (330.0, 310.0),
    (320.0, 320.0),
    (316.15, 316.15),
    (300.0, 316.15),
]


@pytest.mark.parametrize(("start", "end"), RAMPS)
def test_damage_of_a_ramp(start, end):
    length, pair = 30.0, np.array([math.log(3.1e98), 75000.0])
    shape = (1, 1, 2)
    before, after = np.full(shape, start), np.full(shape, end)
    peak, above, minutes, omega = (
        np.zeros(shape),
        np.zeros((2, *shape)),
        np.zeros(shape),
        np.zeros(shape),
    )
    marks = np.array([318.15, 323.15])
    damage.accumulate(before, after, length, 0.0, marks, pair, peak, above, minutes, omega)

    def warm(t):
        return start + (end - start) * t / length

    def dose(t):
        over = warm(t) - 316.15
        return (2.0 if over >= 0.0 else 4.0) ** over / 60.0

    knee = [length * (316.15 - start) / (end - start)] if start != end else []
    knee = [t for t in knee if 0.0 < t < length] or None
    assert minutes[0, 0, 1] == pytest.approx(
        quad(dose, 0.0, length, points=knee, epsrel=1e-12)[0], rel=1e-9
    )
    known = quad(lambda t: math.exp(pair[0] - pair[1] / warm(t)), 0.0, length, epsrel=1e-12)[0]
    assert omega[0, 0, 1] == pytest.approx(known, rel=1e-5)
    assert peak[0, 0, 0] == end
    times = np.linspace(0.0, length, 200001)
    for mark, found in zip(marks, above[:, 0, 0, 0], strict=True):
        assert found == pytest.approx(length * np.mean(warm(times) > mark), abs=1e-3)
    accumulated = minutes.copy()
    damage.accumulate(before, after, length, 400.0, marks, pair, peak, above, minutes, omega)
    np.testing.assert_array_equal(minutes, accumulated)


def test_carry_keeps_amounts_and_makes_no_extreme():
    """A random network of flow: potentials at random, one source, rims at random."""
    rng = np.random.default_rng(8)
    pressure = np.pad(rng.random(SHAPE), 1)
    inside = np.pad(np.ones(SHAPE, dtype=bool), 1)
    faces = []
    for axis in range(3):
        joined = inside & np.roll(inside, -1, axis)
        faces.append(np.where(joined, rng.random(inside.shape), 0.0))
    anchor, outer = np.where(inside, rng.random(inside.shape), 0.0), np.full(inside.shape, 0.5)
    held, flowing = padded(rng), padded(rng)
    amounts, brought = np.array([3.0, 2.0]), np.array([301.0, 300.2])
    leaving = 2.0 + flowing
    source = np.where(inside, rng.random(inside.shape) < 0.1, 0.0)
    value, out, step = padded(rng, 300.0), np.zeros(inside.shape), 0.7
    order = np.flatnonzero(inside.ravel())
    order = order[np.argsort(-pressure.ravel()[order], kind="stable")]
    gates = [np.full(inside.shape, -1, dtype=np.int32) for _ in range(3)]
    gates[0][2, 2, 2] = 0
    through = step * faces[0][2, 2, 2] * (pressure[3, 2, 2] - pressure[2, 2, 2])
    passed = np.array([0.4 * abs(through)])
    came, went, stayed = advection.carry(
        order, tuple(faces), tuple(gates), passed, anchor, outer, pressure, flowing, source, amounts, brought,
        held, step, value, out,
    )  # fmt: skip
    assert out[inside].min() >= min(value[inside].min(), 300.2)
    assert out[inside].max() <= max(value[inside].max(), 301.0)
    weight, gone = held + 3.0 * step * source, step * anchor * (pressure - outer)
    content = held * value + 3.0 * step * source * 301.0
    weight += 2.0 * np.maximum(-gone, 0.0)
    content += 2.0 * 300.2 * np.maximum(-gone, 0.0)
    drained = np.maximum(gone, 0.0)
    for axis, face in enumerate(faces):
        there = np.roll(pressure, -1, axis)
        for flow, neighbour in (
            (face * (there - pressure), -1),
            (np.roll(face * (pressure - there), 1, axis), 1),
        ):
            enters = step * np.maximum(flow, 0.0) * np.roll(leaving, neighbour, axis)
            gate = (2, 2, 2) if through > 0.0 else (3, 2, 2)
            if axis == 0 and enters[gate] > 0.0 and (neighbour == -1) == (through > 0.0):
                kept = enters[gate] - (2.0 * abs(through) + passed[0])
                enters[gate] -= kept
                assert stayed == pytest.approx(
                    kept * np.roll(out, neighbour, axis)[gate], rel=1e-12
                )
            weight += enters
            content += enters * np.roll(out, neighbour, axis)
            drained += step * np.maximum(-flow, 0.0)
    np.testing.assert_allclose(
        out[inside], (content / np.where(inside, weight, 1.0))[inside], rtol=1e-12
    )
    assert went == pytest.approx((np.maximum(gone, 0.0) * leaving * out).sum(), rel=1e-12)
    assert came == pytest.approx(2.0 * 300.2 * np.maximum(-gone, 0.0)[inside].sum(), rel=1e-12)


def test_threads_give_the_same_bits(fields):
    _, faces, inverse, value = fields
    results = []
    for threads in (1, 2, 4):
        with few_threads(threads):
            out, planes, warm = np.zeros_like(value), np.zeros(value.shape[0]), value.copy()
            heat.first_increment(*faces, inverse, 0.1, value, out)
            heat.relax(inverse, inverse, 310.0, 0.3, warm, planes)
        results.append((out.tobytes(), warm.tobytes(), planes.tobytes()))
    assert results[0] == results[1] == results[2]
