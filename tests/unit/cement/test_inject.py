# SPDX-License-Identifier: BSD-3-Clause
"""Injection into a small body: balances, leaks, limits, refusals."""

from dataclasses import replace

import numpy as np
import pytest

from vertaug.cement.cannula import Cannula
from vertaug.cement.cement import Cement, cement_of_class
from vertaug.cement.from_solid import GridOptions, lay_grid
from vertaug.cement.inject import inject
from vertaug.cement.options import InjectionOptions, Push
from vertaug.errors import InputError
from vertaug.grid.flow_grid import FlowGrid, Kind
from vertaug.materials.rheology.cement_classes import curve_of_class
from vertaug.materials.rheology.flow_curve import of_ages
from vertaug.materials.rheology.newton_1687 import Newtonian

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
    assert sum(leaking.leaked.values()) == pytest.approx(outside, rel=1e-9)
    assert outside > 10.0
    found = leaking.volume_in(Kind.BONE, Kind.CAVITY) + outside
    assert found == pytest.approx(leaking.injected, rel=1e-10)
    history = leaking.history
    out = history.marrow_out[-1] + leaking.left_grid
    assert out == pytest.approx(leaking.injected, rel=1e-4)
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
    reached = result.cement_volume()[(grid.kind == Kind.EXTERIOR)]
    assert reached.sum() == pytest.approx(result.leaked["basivertebral"], abs=1e-12)


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
    options = InjectionOptions(leak_limit=1.0)
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
    gained = [cement.equivalent_age(100.0, in_body=inside) for inside in (False, True)]
    assert gained[0] == pytest.approx(400.0, rel=1e-9)
    assert gained[1] - 300.0 == pytest.approx(225.7, rel=5e-3)


def test_compacted_rim_leaks_less_and_later(make_solid, sites) -> None:
    """The rim spreads cement before it goes on: less reaches an opening for the same volume."""
    near = replace(TIP, tip=(0.0, 0.0, 4.5))
    results = []
    for ratio in (1.0, 0.3):
        grid, _ = lay_grid(make_solid(rim_ratio=ratio), sites, COARSE)
        results.append(inject(grid, cement_of_class("low"), [near], [Push("left", 8000.0, 50.0)]))
    loose, tight = results
    assert tight.leaked["disc"] < 0.9 * loose.leaked["disc"]
    assert tight.first_leak_s["disc"] > loose.first_leak_s["disc"]
