# SPDX-License-Identifier: BSD-3-Clause
"""Injection into a small body: balances, leaks, limits, refusals."""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.cement.cannula import Cannula
from vertaug.cement.cement import Cement, cement_of_class
from vertaug.cement.from_solid import GridOptions, lay_grid
from vertaug.cement.inject import inject
from vertaug.cement.options import InjectionOptions, LeakRule, Push
from vertaug.cement.pressure import PressureSystem
from vertaug.errors import InputError, NotConvergedError
from vertaug.grid.flow_grid import FlowGrid, Kind
from vertaug.materials.rheology.cement_classes import curve_of_class
from vertaug.materials.rheology.flow_curve import of_ages
from vertaug.materials.rheology.newton_1687 import Newtonian
from vertaug.materials.rheology.ostwald_1925 import PowerLaw

COARSE = GridOptions(spacing=1.0, reach=6.0)
TIP = Cannula("left", (3.0, 0.0, 0.0), 11, 125.0)


@pytest.fixture(scope="module")
def grid(make_solid, sites) -> FlowGrid:
    return lay_grid(make_solid(), sites, COARSE)[0]


@pytest.fixture(scope="module")
def leaking(grid):
    return inject(grid, cement_of_class("low", 300.0), [TIP], [Push("left", 11000.0, 100.0, 2.0)])


def test_balances_and_bounds(leaking, grid) -> None:
    assert leaking.stopped == "schedule"
    assert leaking.balance_error < 1e-10
    assert leaking.saturation.min() >= -1e-12
    assert leaking.saturation.max() <= 1.0 + 1e-12
    outside = leaking.volume_in(Kind.EXTERIOR) + leaking.left_grid
    outside += sum(leaking.in_vessels.values())
    assert sum(leaking.leaked.values()) == pytest.approx(outside, rel=1e-9)
    assert outside > 10.0
    found = leaking.volume_in(Kind.BONE, Kind.CAVITY) + outside
    assert found == pytest.approx(leaking.injected, rel=1e-10)
    history = leaking.history
    assert np.abs(history.balance).max() < 1e-10
    assert np.abs(history.marrow_balance).max() < 1e-10
    assert history.lowest.min() >= -1e-12
    assert history.highest.max() <= 1.0 + 1e-12
    out = history.marrow_out[-1] + leaking.left_grid
    assert out == pytest.approx(leaking.injected, rel=1e-10)
    assert (np.diff(history.time) > 0.0).all()
    assert leaking.pore_fill < 1.0


def test_first_leak_is_the_time_of_one_cubic_millimetre(leaking) -> None:
    for pathway, first in leaking.first_leak_s.items():
        curve = leaking.history.leaked[pathway]
        if first is None:
            assert curve.max() < 1.0
        else:
            assert np.interp(first, leaking.history.time, curve) == pytest.approx(1.0, rel=1e-9)


def test_uncalibrated_class_warns(leaking) -> None:
    assert any("uncalibrated" in text for text in leaking.warnings)


def test_sealed_cortex_leaks_nothing(grid) -> None:
    closed = replace(grid, openings=grid.openings[:1])
    result = inject(closed, cement_of_class("medium"), [TIP], [Push("left", 1500.0, 100.0)])
    assert set(result.leaked) == {"basivertebral"}
    reached = result.volume_in(Kind.EXTERIOR) + sum(result.in_vessels.values())
    assert reached == pytest.approx(result.leaked["basivertebral"], abs=1e-12)


def test_no_way_out_is_refused(grid) -> None:
    with pytest.raises(InputError, match="incompressible"):
        inject(replace(grid, openings=()), cement_of_class("low"), [TIP], [Push("left", 1.0, 1.0)])


def test_tip_outside_is_refused(grid) -> None:
    lost = replace(TIP, tip=(0.0, 60.0, 0.0))
    with pytest.raises(InputError, match=r"cannula\.left\.tip"):
        inject(grid, cement_of_class("low"), [lost], [Push("left", 1.0, 1.0)])


@pytest.mark.parametrize(
    "push", [Push("right", 1.0, 1.0), Push("left", -1.0, 1.0), Push("left", 1.0, float("nan"))]
)
def test_bad_schedule_is_refused(grid, push) -> None:
    with pytest.raises(InputError, match="schedule"):
        inject(grid, cement_of_class("low"), [TIP], [push])


def test_pressure_limit_slows_the_flow(grid) -> None:
    cement = cement_of_class("medium", 420.0)
    pushes = [Push("left", 1500.0, 100.0)]
    free = inject(grid, cement, [TIP], pushes)
    limit = 0.6 * float(free.history.syringe.max())
    held = inject(grid, cement, [TIP], pushes, InjectionOptions(pressure_limit=limit))
    assert held.history.limited.any()
    assert held.limited_s > 0.0
    assert held.history.syringe.max() <= limit * 1.011
    assert held.history.rate.min() < 100.0
    assert held.history.time[-1] > free.history.time[-1]


def test_limit_below_need_stops_the_injection(grid) -> None:
    options = InjectionOptions(pressure_limit=2e-3)
    cement = cement_of_class("high", 900.0)
    result = inject(grid, cement, [TIP], [Push("left", 500.0, 100.0)], options)
    assert result.stopped == "pressure"
    assert result.injected < 500.0


def test_leak_limit_stops_the_injection(grid) -> None:
    options = InjectionOptions(leak=LeakRule(1.0))
    result = inject(grid, cement_of_class("low"), [TIP], [Push("left", 9000.0, 100.0)], options)
    assert result.stopped == "leak"
    assert sum(result.leaked.values()) >= 1.0
    assert result.injected < 9000.0


def test_compacted_rim_holds_cement_back(make_solid, sites) -> None:
    """A denser rim raises the pressure in the cavity; cement that left it stays nearer."""
    cement = Cement("plain", of_ages({0.0: Newtonian(1e-4)}, calibrated=True))
    pushes = [Push("left", 1200.0, 100.0)]
    tips = []
    for ratio in (1.0, 0.3):
        grid, _ = lay_grid(make_solid(rim_ratio=ratio), sites, COARSE)
        tips.append(float(inject(grid, cement, [TIP], pushes).history.tip[-1]))
    assert tips[1] > 2.0 * tips[0]


def test_left_then_right_continue_and_the_same_twice(grid) -> None:
    cannulas = [TIP, Cannula("right", (-14.0, 0.0, 0.0), 11, 125.0)]
    pushes = [Push("left", 600.0, 100.0, 3.0), Push("right", 600.0, 100.0)]
    seen = []
    one = inject(
        grid, cement_of_class("low"), cannulas, pushes, progress=lambda t, done: seen.append(done)
    )
    two = inject(grid, cement_of_class("low"), cannulas, pushes)
    assert np.array_equal(one.saturation, two.saturation)
    assert seen[-1] == pytest.approx(1.0)
    assert one.injected == pytest.approx(1200.0, rel=1e-9)
    right = grid.cell_at(np.array([[-14.0, 0.0, 0.0]]))[0]
    assert one.saturation[tuple(right)] > 0.9


def test_injection_continues_from_given_cement(grid) -> None:
    cement = Cement("plain", of_ages({0.0: Newtonian(1e-4)}, calibrated=True))
    first = inject(grid, cement, [TIP], [Push("left", 600.0, 100.0)])
    more = inject(grid, cement, [TIP], [Push("left", 300.0, 100.0)], saturation=first.saturation)
    assert more.cement_volume().sum() == pytest.approx(900.0, rel=1e-9)
    assert more.balance_error < 1e-10


def test_classes_reach_a_thousand_pascal_seconds_in_order() -> None:
    for name, age in (("low", 730.0), ("medium", 547.0), ("high", 345.0)):
        assert curve_of_class(name).viscosity(10.0, age) == pytest.approx(1e-3, rel=0.01)
    with pytest.raises(InputError, match=r"cement\.class"):
        curve_of_class("thick")


def test_body_heat_hastens_ageing() -> None:
    cement = cement_of_class("low")
    assert cement.age_in_cannula(100.0) == pytest.approx(400.0, rel=1e-9)
    assert cement.ageing_in_body == pytest.approx(2.257, rel=5e-3)


def test_cavity_with_its_rim_leaks_less_and_later_than_bone(make_solid, sites) -> None:
    """The same cement at the same tip near an endplate's defect: a cavity takes it up and spreads it."""
    near = replace(TIP, tip=(0.0, 0.0, 4.5))
    results = []
    for body in (make_solid(cavity_radius=0.0), make_solid(rim_ratio=0.3)):
        grid, _ = lay_grid(body, sites, COARSE)
        results.append(inject(grid, cement_of_class("low"), [near], [Push("left", 8000.0, 50.0)]))
    bone, cavity = results
    assert cavity.leaked["disc"] < 0.5 * bone.leaked["disc"]
    assert cavity.first_leak_s["disc"] > 2.0 * bone.first_leak_s["disc"]


def test_pause_comes_before_its_push(grid) -> None:
    pushes = [Push("left", 100.0, 100.0, 3.0), Push("left", 100.0, 50.0, 7.0)]
    history = inject(grid, cement_of_class("low"), [TIP], pushes).history
    moving = history.rate > 0.0
    assert history.time[~moving].max() == pytest.approx(11.0)
    assert history.time[moving].min() > 3.0
    assert history.time[-1] == pytest.approx(13.0)
    assert np.interp(11.0, history.time, history.injected) == pytest.approx(100.0)


def test_each_vein_has_its_own_outlet_pressure(make_solid, sites) -> None:
    """Two veins that lead into one space: the pressure behind each is its own."""
    named = [
        replace(site, pressure=5e-3) if site.name == "vein_left" else replace(site, pressure=0.0)
        for site in sites
    ]
    grid, _ = lay_grid(make_solid(), named, COARSE)
    behind = grid.outer_pressure()
    for opening, site in zip(grid.openings, named, strict=True):
        rim = np.argwhere(grid.outlet)
        apart = np.linalg.norm(rim - opening.outer.mean(axis=0), axis=1)
        assert behind[tuple(rim[apart.argmin()])] == site.pressure
    at_rest = inject(grid, cement_of_class("low"), [TIP], [Push("left", 1.0, 1.0, 1.0)])
    assert at_rest.history.expelled["segmental_vein"][0] == pytest.approx(
        -sum(at_rest.history.expelled[name][0] for name in ("basivertebral", "disc")), rel=1e-6
    )
    flows = at_rest.history.expelled
    assert flows["basivertebral"][0] > 0.0


def test_opening_that_leads_nowhere_is_told(grid) -> None:
    outlet = grid.outlet.copy()
    disc = next(n for n, item in enumerate(grid.compartments) if item.name == "disc")
    outlet[grid.compartment == disc] = False
    result = inject(
        replace(grid, outlet=outlet), cement_of_class("low"), [TIP], [Push("left", 10.0, 10.0)]
    )
    assert any("defect_superior leads nowhere" in text for text in result.warnings)
    assert result.leaked["disc"] == 0.0


@pytest.mark.parametrize("index", [1.0, 0.5, 0.3])
def test_pressure_limit_is_met_for_any_index(grid, index) -> None:
    """A limit far below the pressure at the asked rate slows the flow; it does not end it."""
    cement = Cement("plain", of_ages({0.0: PowerLaw(2e-4 * 10.0 ** (1.0 - index), index)}))
    pushes = [Push("left", 700.0, 100.0)]
    free = float(inject(grid, cement, [TIP], pushes).history.syringe.max())
    limit = 0.45 * free
    held = inject(grid, cement, [TIP], pushes, InjectionOptions(pressure_limit=limit))
    assert held.stopped == "schedule"
    assert held.injected == pytest.approx(700.0, rel=1e-6)
    assert held.history.syringe.max() <= limit * (1.0 + 1e-9)
    assert held.history.syringe[held.history.limited].min() >= limit * (1.0 - 1e-6)


@pytest.mark.parametrize(
    "start",
    [np.full((2, 2, 2), 0.5), "above", "below", "nan"],
    ids=["shape", "above", "below", "nan"],
)
def test_impossible_saturation_is_refused(grid, start) -> None:
    if isinstance(start, str):
        start = np.full(grid.shape, {"above": 1.1, "below": -0.1, "nan": np.nan}[start])
    with pytest.raises(InputError, match="saturation"):
        inject(grid, cement_of_class("low"), [TIP], [Push("left", 1.0, 1.0)], saturation=start)


def test_cement_where_nothing_drains_stays(grid) -> None:
    """Cement beyond a closed opening is neither lost nor moved."""
    disc = next(n for n, item in enumerate(grid.compartments) if item.name == "disc")
    closed = replace(grid, openings=tuple(o for o in grid.openings if o.pathway != "disc"))
    away = (grid.compartment == disc) & (grid.kind == Kind.EXTERIOR)
    outlet = np.where(away, False, grid.outlet)
    start = np.where(away, 0.7, 0.0)
    result = inject(
        replace(closed, outlet=outlet), cement_of_class("low"), [TIP], [Push("left", 50.0, 50.0)],
        saturation=start,
    )  # fmt: skip
    there = float((start * grid.pore_volume()).sum())
    assert result.cement_volume().sum() == pytest.approx(50.0 + there, rel=1e-10)
    np.testing.assert_allclose(result.saturation[away], 0.7)
    assert result.balance_error < 1e-10


def test_failure_keeps_what_was_reached(grid, monkeypatch) -> None:
    calls, solve = [0], PressureSystem.solve

    def fail_later(self, source, tolerance):
        calls[0] += 1
        if calls[0] > 20:
            raise NotConvergedError("inject", 0, "pressure residual 1e-3")
        return solve(self, source, tolerance)

    monkeypatch.setattr(PressureSystem, "solve", fail_later)
    monkeypatch.setattr(PressureSystem, "even", False)
    result = inject(grid, cement_of_class("low"), [TIP], [Push("left", 9000.0, 100.0)])
    assert result.stopped == "failure"
    assert "residual" in result.failure
    assert 0.0 < result.injected < 9000.0
    assert result.cement_volume().sum() == pytest.approx(result.injected, rel=1e-10)
    assert len(result.history.time) >= 3


@pytest.mark.parametrize("tolerance", [1e-7, 1e-3])
def test_volumes_close_however_loosely_the_pressure_is_solved(grid, tolerance) -> None:
    """Full cells pass on what they receive, at any residual; so does cement left at rest after its injection."""
    options = InjectionOptions(tolerance=tolerance, rough_tolerance=1e-2, settle=30.0)
    result = inject(grid, cement_of_class("low"), [TIP], [Push("left", 6000.0, 100.0)], options)
    assert result.stopped == "schedule"
    assert result.balance_error < 1e-14
    assert np.abs(result.history.marrow_balance).max() < 1e-13
    assert result.history.highest.max() <= 1.0


def test_marrow_at_rest_stays_at_rest(grid) -> None:
    """With one pressure behind all outlets nothing flows when the piston stands, whatever that pressure is."""
    level = replace(grid, outlet_pressure=np.where(grid.outlet, 5e-3, 0.0))
    options = InjectionOptions(settle=30.0)
    result = inject(level, cement_of_class("low"), [TIP], [Push("left", 500.0, 100.0)], options)
    pushed = result.history.rate > 0.0
    out = sum(result.history.expelled.values())
    assert (~pushed).any()
    np.testing.assert_allclose(out[~pushed], out[pushed][-1], rtol=1e-12)
    np.testing.assert_allclose(result.pressure[result.pressure != 0.0], 5e-3, rtol=1e-12)


def test_a_pressure_limit_held_to_the_end_may_be_followed_by_rest(grid) -> None:
    """The piston stands after a push that the limit slowed to its end."""
    cement, pushes = cement_of_class("medium", 420.0), [Push("left", 300.0, 100.0)]
    free = float(inject(grid, cement, [TIP], pushes).history.syringe.max())
    options = InjectionOptions(pressure_limit=0.8 * free, settle=10.0)
    result = inject(grid, cement, [TIP], pushes, options)
    assert result.limited_s > 0.0
    assert result.stopped == "schedule"
    assert result.history.rate[-1] == 0.0


def test_endless_injections_end(grid) -> None:
    options = InjectionOptions(most_steps=5)
    result = inject(grid, cement_of_class("low"), [TIP], [Push("left", 9000.0, 100.0)], options)
    assert "5 time steps" in result.failure
    assert len(result.history.time) == 5
