# SPDX-License-Identifier: BSD-3-Clause
from dataclasses import replace

import numpy as np
import pytest

from vertaug.errors import InputError
from vertaug.solid.linear import MatrixError
from vertaug.solid.poroelastic import PorousBody, PorousMaterial
from vertaug.solid.poroelastic_mesh import add_middles, boundary_facets, facet_forces
from vertaug.solid.poroelastic_steps import Consolidation
from vertaug.solid.poroelastic_supports import Loading, Plate, Supports
from vertaug.verification.porous_bodies import box, column, eighth_ball, quarter_slab

pytestmark = pytest.mark.usefixtures("one_thread")

MATERIAL = PorousMaterial.of(200.0, 0.3, 10.0)


def overshoot(share, across):
    """Largest pressure after one step over its limit, less one; step as a share of the smallest."""
    case = column(MATERIAL, 10.0, 1.0, 12, across)
    run = Consolidation(case.body, case.supports)
    assert run.smallest_step() == pytest.approx(MATERIAL.smallest_step(np.sqrt(3.0) * case.size))
    state, _ = run.advance(run.start(), share * run.smallest_step(), case.loading)
    return float(state.pressure.max()) - 1.0


@pytest.mark.parametrize("across", [1, 2])
def test_first_step_oscillates_below_the_smallest_step_only(across):
    assert overshoot(1.0, across) < 0.001
    assert overshoot(0.5, across) < 0.05
    assert overshoot(0.01, across) > 0.3


def test_factorisation_is_kept_while_the_step_stays():
    case = column(MATERIAL, 10.0, 1.0, 4)
    run = Consolidation(case.body, case.supports, "backward_euler")
    state = run.start()
    for step in (0.1, 0.1, 0.1, 0.2, 0.2):
        state, _ = run.advance(state, step, case.loading)
    assert run.factorisations == 2
    run = Consolidation(case.body, case.supports, "bdf2")
    state = run.start()
    for _ in range(6):
        state, _ = run.advance(state, 0.1, case.loading)
    assert run.factorisations == 2


def test_expelled_fluid_is_the_lost_volume_and_reactions_carry_the_load():
    case = eighth_ball(MATERIAL, 10.0, 1.0, 3)
    run = Consolidation(case.body, case.supports)
    state = run.start()
    for step in (1e-3, 1e-3, 2e-3, 3e-3):
        state, balance = run.advance(state, step, case.loading)
        lost = -case.body.volume_change(state.displacement)
        assert state.expelled.sum() == pytest.approx(lost, rel=1e-10)
        assert balance.fluid_error < 1e-10
        load = case.loading.forces.sum(axis=0)
        np.testing.assert_allclose(balance.reaction, -load, rtol=1e-10)


def test_plate_carries_its_force_and_moves_as_one():
    case = quarter_slab(MATERIAL, 10.0, 2.0, 1.0, 6, 2)
    run = Consolidation(case.body, case.supports)
    state, balance = run.advance(run.start(), 0.1, case.loading)
    top = case.supports.plates[0].nodes
    np.testing.assert_array_equal(state.displacement[top, 2], state.plates[0])
    assert balance.reaction[2] == pytest.approx(1.0 * 1.0, rel=1e-10)


def test_plate_with_prescribed_displacement_equals_plate_with_its_force():
    case = quarter_slab(MATERIAL, 10.0, 2.0, 1.0, 6, 2)
    run = Consolidation(case.body, case.supports)
    state, _ = run.advance(run.start(), 0.1, case.loading)
    top = case.supports.plates[0].nodes
    held = case.supports.held.copy()
    held[top, 2] = True
    moved = np.zeros_like(case.body.points)
    moved[top, 2] = state.plates[0]
    other = Consolidation(case.body, Supports(held, case.supports.drained))
    again, _ = other.advance(other.start(), 0.1, Loading(displacement=moved))
    np.testing.assert_allclose(again.pressure, state.pressure, rtol=1e-9)


def test_two_layers_let_the_same_fluid_through():
    """Steady flow through a soft and a tight layer: fluxes are equal, pressure drops as 1 : 9."""
    lines = np.linspace(0.0, 1.0, 2)
    points, cells = box((lines, lines, np.linspace(0.0, 2.0, 9)))
    points, cells, _ = add_middles(points, cells)
    upper = (points[cells[:, :4], 2].mean(axis=1) > 1.0).astype(np.int32)
    tight = replace(MATERIAL, mobility=MATERIAL.mobility / 9.0)
    body = PorousBody(points, cells, (MATERIAL, tight), upper)
    ends = np.abs(points[body.vertices, 2] - 1.0) > 0.99
    held = np.zeros(points.shape, dtype=bool)
    held[np.abs(points[:, 2]) < 1e-9] = True
    run = Consolidation(body, Supports(held, ends), "backward_euler")
    pressure = np.where(points[body.vertices, 2] > 1.5, 1.0, 0.0)
    state, _ = run.advance(run.start(), 1e9, Loading(pressure=pressure))
    middle = np.abs(points[body.vertices, 2] - 1.0) < 1e-9
    np.testing.assert_allclose(state.pressure[middle], 0.1, rtol=1e-6)
    flux = body.fields(state.displacement, state.pressure).flux
    np.testing.assert_allclose(flux[:, 2], -1.0, rtol=1e-6)


def test_boundary_is_closed_and_a_pressure_on_it_balances():
    lines = np.linspace(0.0, 1.0, 3)
    points, cells, _ = add_middles(*box((lines, lines, lines)))
    facets = boundary_facets(cells)
    assert len(facets) == 6 * 2 * 4
    points = points + 0.02 * np.sin(3.0 * points[:, [1, 2, 0]])
    force = facet_forces(points, facets, pressure=2.0)
    np.testing.assert_allclose(force.sum(axis=0), 0.0, atol=1e-12)
    np.testing.assert_allclose(np.cross(points, force).sum(axis=0), 0.0, atol=1e-12)
    top = facets[(np.abs(points[facets, 2] - 1.0) < 0.1).all(axis=1)]
    pull = facet_forces(points, top, traction=np.array([1.0, 2.0, 3.0]))
    np.testing.assert_allclose(pull.sum(axis=0) / pull.sum(axis=0)[0], [1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    ("name", "value"),
    [("bulk", 0.0), ("shear", -1.0), ("mobility", np.nan), ("biot", 1.2), ("storage", -1e-9)],
)
def test_material_out_of_range_is_refused(name, value):
    with pytest.raises(InputError, match=name):
        replace(MATERIAL, **{name: value})


def test_bad_bodies_are_refused():
    lines = np.linspace(0.0, 1.0, 2)
    points, cells = box((lines, lines, lines))
    with pytest.raises(InputError, match="10 nodes"):
        PorousBody(points, cells, (MATERIAL,))
    points, cells, _ = add_middles(points, cells)
    with pytest.raises(InputError, match="folded"):
        PorousBody(points, np.ascontiguousarray(cells[:, [0, 2, 1, *range(3, 10)]]), (MATERIAL,))
    points[3, 1] = np.nan
    with pytest.raises(InputError, match="not finite"):
        PorousBody(points, cells, (MATERIAL,))


def test_bad_supports_steps_and_loads_are_refused():
    case = quarter_slab(MATERIAL, 10.0, 2.0, 1.0, 3, 1)
    body, supports = case.body, case.supports
    with pytest.raises(InputError, match="shape"):
        Consolidation(body, replace(supports, drained=supports.drained[1:]))
    held = supports.held.copy()
    held[supports.plates[0].nodes[0], 2] = True
    with pytest.raises(InputError, match=r"plates\[0\]"):
        Consolidation(body, replace(supports, held=held))
    twice = (*supports.plates, Plate(supports.plates[0].nodes[:2], 2))
    with pytest.raises(InputError, match=r"plates\[1\]"):
        Consolidation(body, replace(supports, plates=twice))
    run = Consolidation(body, supports)
    state, _ = run.advance(run.start(), 0.1, case.loading)
    for step, words in ((0.0, "positive"), (np.inf, "positive"), (0.3, "slowly")):
        with pytest.raises(InputError, match=words):
            run.advance(state, step, case.loading)
    with pytest.raises(InputError, match="not finite"):
        run.advance(state, 0.1, Loading(plate_forces=np.array([np.nan])))
    again, _ = run.advance(state, 0.1, case.loading)
    assert np.isfinite(again.pressure).all()


def test_a_body_that_nothing_holds_is_told():
    case = column(MATERIAL, 10.0, 1.0, 3)
    run = Consolidation(case.body, replace(case.supports, held=np.zeros_like(case.supports.held)))
    with pytest.raises(MatrixError, match="hold"):
        run.advance(run.start(), 0.1, case.loading)
