# SPDX-License-Identifier: BSD-3-Clause
"""Terzaghi's column, Cryer's ball and Mandel's slab on Taylor-Hood tetrahedra."""

import numpy as np
import pytest

from vertaug.solid.poroelastic import PorousBody, PorousMaterial
from vertaug.solid.poroelastic_mesh import add_middles, facet_volume
from vertaug.solid.poroelastic_steps import Consolidation
from vertaug.solid.poroelastic_supports import Loading, Supports
from vertaug.verification.closed_forms import consolidation as exact
from vertaug.verification.porous_bodies import box, column, eighth_ball, quarter_slab, times

pytestmark = pytest.mark.usefixtures("one_thread")

TIMES = times((20, 0.01), (40, 0.05), (25, 0.1), (25, 0.2), (37, 0.5))
WANTED = (0.01, 0.05, 0.1, 0.2, 0.5)


def wanted(case, ends=TIMES):
    """States of a history at the times wanted; fluid is balanced at every step."""
    for end, state, balance in case.history(ends):
        assert balance.fluid_error < 1e-10
        assert balance.residual < 1e-12
        if min(abs(end - t) for t in WANTED) < 1e-9:
            yield end, state


@pytest.mark.parametrize(("biot", "storage"), [(1.0, 0.0), (0.8, 2e-3)])
def test_terzaghi_pressure_and_settlement(biot, storage):
    material = PorousMaterial.of(200.0, 0.3, 10.0, biot, storage)
    oedometric = material.oedometric
    start = biot / (storage * oedometric + biot**2)
    loaded = start * biot
    case = column(material, 10.0, 1.0, 32)
    height = case.body.points[case.body.vertices, 2] / 10.0
    top = case.node((0.0, 0.0, 10.0))
    for time, state in wanted(case):
        series = start * exact.terzaghi_pressure(height, time)
        assert np.abs(state.pressure - series).max() < 0.01 * start
        share = exact.terzaghi_consolidation(time)
        settled = 10.0 / oedometric * (1.0 - loaded * (1.0 - share))
        assert -state.displacement[top, 2] == pytest.approx(settled, rel=3e-3)


def ball_errors(poisson, n, biot=1.0, storage=0.0):
    """Largest error of the centre's pressure over its undrained value, the peak and its reference."""
    material = PorousMaterial.of(200.0, poisson, 10.0, biot, storage)
    skempton, _ = exact.undrained(material.bulk, material.shear, biot, storage)
    ratio = exact.cryer_poisson(material.bulk, material.shear, biot, storage)
    case = eighth_ball(material, 10.0, 1.0, n)
    centre = case.vertex((0.0, 0.0, 0.0))
    ends = times((10, 0.01), (20, 0.05), (25, 0.1), (25, 0.2))
    error, peak = 0.0, (0.0, 0.0)
    for end, state, balance in case.history(ends):
        assert balance.fluid_error < 1e-10
        value = float(state.pressure[centre]) / skempton
        peak = max(peak, (value, float(end)))
        if min(abs(end - t) for t in WANTED) < 1e-9:
            error = max(error, abs(value - float(exact.cryer_pressure(ratio, end))))
    return error, peak, exact.cryer_peak(ratio)


@pytest.mark.parametrize(
    ("poisson", "biot", "storage"), [(0.0, 1.0, 0.0), (0.3, 1.0, 0.0), (0.1, 0.8, 1e-3)]
)
def test_cryer_overshoot(poisson, biot, storage):
    errors = []
    for n in (4, 8):
        error, peak, (when, height) = ball_errors(poisson, n, biot, storage)
        errors.append(error)
    assert errors[1] < 0.025
    assert errors[1] < 0.4 * errors[0]
    assert peak[0] == pytest.approx(height, rel=0.015)
    assert peak[1] == pytest.approx(when, rel=0.1)


@pytest.mark.parametrize(("poisson", "biot", "storage"), [(0.2, 1.0, 0.0), (0.25, 0.7, 1e-3)])
def test_mandel(poisson, biot, storage):
    material = PorousMaterial.of(200.0, poisson, 10.0, biot, storage)
    skempton, undrained = exact.undrained(material.bulk, material.shear, biot, storage)
    slab = exact.Mandel(1.0, 10.0, poisson, undrained, skempton)
    case = quarter_slab(material, 10.0, 2.0, 1.0, 24, 2)
    place = case.body.points[case.body.vertices, 0]
    side = case.node((10.0, 0.0, 0.0))
    highest = 0.0
    for time, state in wanted(case):
        series = slab.pressure(place, time)
        assert np.abs(state.pressure - series).max() < 0.01 * slab.initial_pressure
        outwards = slab.side_displacement(material.shear, time)
        assert state.displacement[side, 0] == pytest.approx(outwards, rel=1e-3)
        approach = slab.plate_displacement(material.shear, 2.0, time)
        assert -state.plates[0] == pytest.approx(approach, rel=1e-3)
        highest = max(highest, state.pressure.max())
    assert highest > 1.03 * slab.initial_pressure


@pytest.mark.parametrize(("biot", "storage"), [(1.0, 0.0), (0.6, 5e-3)])
def test_undrained_ball_takes_skemptons_pressure(biot, storage):
    material = PorousMaterial.of(200.0, 0.2, 10.0, biot, storage)
    case = eighth_ball(material, 10.0, 1.0, 3)
    run = Consolidation(case.body, case.supports)
    displacement, pressure = run.undrained(case.loading)
    skempton, _ = exact.undrained(material.bulk, material.shear, biot, storage)
    np.testing.assert_allclose(pressure, skempton, rtol=1e-3)
    shrink = (1.0 - biot * skempton) / material.bulk
    volume = facet_volume(case.body.points, case.body.facets, case.body.points) / 3.0
    assert volume == pytest.approx(np.pi * 1000.0 / 6.0, rel=4e-3)
    change = -case.body.volume_change(displacement) / volume
    assert change == pytest.approx(shrink, rel=1e-3, abs=1e-9)


def test_patch_of_quadratic_motion_and_linear_pressure():
    rng = np.random.default_rng(0)
    lines = np.linspace(0.0, 1.0, 4)
    points, cells = box((lines, lines, lines))
    inside = np.all((points > 0.01) & (points < 0.99), axis=1)
    points[inside] += 0.04 * rng.normal(size=(int(inside.sum()), 3))
    points, cells, _ = add_middles(points, cells)
    material = PorousMaterial.of(50.0, 0.3, 2.0, 0.9, 1e-3)
    body = PorousBody(points, cells, (material,))
    x, y, z = points.T
    # Each component balances its share of the pressure's gradient: M u'' = α dp/dx.
    bend = material.biot / (2.0 * material.oedometric)
    slopes = np.array([1.0, -2.0, 0.5])
    motion = np.stack([bend * s * c**2 for s, c in zip(slopes, (x, y, z), strict=True)], axis=1)
    pressure = points[body.vertices] @ slopes
    border = np.zeros(len(points), dtype=bool)
    border[body.facets] = True
    supports = Supports(np.repeat(border[:, None], 3, axis=1), border[body.vertices])
    run = Consolidation(body, supports, "backward_euler")
    state, loading = run.start(), Loading(displacement=motion, pressure=pressure)
    for _ in range(3):
        state, _ = run.advance(state, 1e6, loading)
    np.testing.assert_allclose(state.displacement, motion, atol=1e-9 * np.abs(motion).max())
    np.testing.assert_allclose(state.pressure, pressure, atol=1e-8)
    fields = body.fields(state.displacement, state.pressure)
    np.testing.assert_allclose(fields.flux, np.tile(-2.0 * slopes, (len(cells), 1)), atol=1e-7)
    np.testing.assert_allclose(fields.stress, fields.stress.transpose(0, 2, 1), atol=1e-12)


def test_turned_and_renumbered_ball_consolidates_alike():
    """Nothing depends on axes or numbers: a ball turned with its load, nodes shuffled."""
    case = eighth_ball(PorousMaterial.of(200.0, 0.2, 10.0), 10.0, 1.0, 3)
    body, held = case.body, case.supports.held
    every = held.any(axis=1) | (np.linalg.norm(body.points, axis=1) > 9.99)
    supports = Supports(np.repeat(every[:, None], 3, axis=1), case.supports.drained)
    squeeze = -0.01 * body.points
    rng = np.random.default_rng(3)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    turn *= np.linalg.det(turn)
    order = rng.permutation(len(body.points))
    place = np.argsort(order)
    other = PorousBody(
        np.ascontiguousarray((body.points @ turn.T)[order]),
        np.ascontiguousarray(place[body.cells].astype(np.int32)), body.materials,
    )  # fmt: skip
    rows = np.searchsorted(body.vertices, order[other.vertices])
    turned = Supports(supports.held[order], supports.drained[rows])
    one, two = Consolidation(body, supports), Consolidation(other, turned)
    first, second = one.start(), two.start()
    for _ in range(3):
        first, _ = one.advance(first, 0.01, Loading(displacement=squeeze))
        moved = np.ascontiguousarray((squeeze @ turn.T)[order])
        second, _ = two.advance(second, 0.01, Loading(displacement=moved))
    np.testing.assert_allclose(second.pressure, first.pressure[rows], rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(
        second.displacement, (first.displacement @ turn.T)[order], atol=1e-10
    )
