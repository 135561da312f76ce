# SPDX-License-Identifier: BSD-3-Clause
"""How an injection is controlled: openings of the tip, retraction, several syringes, and rules that stop it."""

import math
from dataclasses import replace

import numpy as np
import pytest

from vertaug.cement.cannula import Cannula
from vertaug.cement.cement import Cement, cement_of_class
from vertaug.cement.from_solid import GridOptions, lay_grid
from vertaug.cement.inject import inject
from vertaug.cement.options import InjectionOptions, LeakRule, Push
from vertaug.cement.result import InjectionResult
from vertaug.errors import InputError
from vertaug.grid.flow_grid import FlowGrid
from vertaug.materials.rheology.flow_curve import of_ages
from vertaug.materials.rheology.newton_1687 import Newtonian
from vertaug.verification.problems.injection import ball

WATER = Cement("plain", of_ages({0.0: Newtonian(1e-4)}, calibrated=True))
AHEAD, ASIDE = (0.0, -1.0, 0.0), (1.0, 0.0, 0.0)
NEEDLE = Cannula("left", (0.0, 0.0, 0.0), 11, 125.0, direction=AHEAD)


@pytest.fixture(scope="module")
def bone(make_solid, sites) -> FlowGrid:
    """Bone without a cavity."""
    return lay_grid(make_solid(cavity_radius=0.0), sites, GridOptions(spacing=1.0, reach=6.0))[0]


def centroid(result: InjectionResult) -> np.ndarray:
    """Middle of the cement, mm."""
    cement = result.cement_volume()
    cells = np.argwhere(cement > 0.0)
    weight = cement[tuple(cells.T)]
    return np.asarray(weight @ result.grid.centres(cells) / weight.sum())


def test_cement_comes_out_where_the_opening_looks() -> None:
    grid = ball(16, 12.0, 5e-3, 0.8)
    push = [Push("left", 60.0, 50.0)]
    around = centroid(inject(grid, WATER, [NEEDLE], push))
    end = centroid(inject(grid, WATER, [replace(NEEDLE, opening="end")], push))
    side = centroid(inject(grid, WATER, [replace(NEEDLE, opening="side", facing=ASIDE)], push))
    assert np.abs(around).max() < 0.05
    assert end == pytest.approx(np.array([0.0, -NEEDLE.radius, 0.0]), abs=0.15)
    assert side[0] == pytest.approx(NEEDLE.outer_radius, abs=0.15)
    assert side[1] == pytest.approx(NEEDLE.radius, abs=0.15)


@pytest.mark.parametrize(
    ("cannula", "push"),
    [
        (replace(NEEDLE, direction=None), Push("left", 1.0, 1.0, retract=2.0)),
        (replace(NEEDLE, direction=None, opening="end"), Push("left", 1.0, 1.0)),
        (replace(NEEDLE, opening="side"), Push("left", 1.0, 1.0)),
        (replace(NEEDLE, opening="side", facing=(0.0, 0.0, 0.0)), Push("left", 1.0, 1.0)),
        (NEEDLE, Push("left", 1.0, 1.0, retract=-1.0)),
        (NEEDLE, Push("left", 1.0, 1.0, pause=math.inf)),
        (NEEDLE, Push("left", 1.0, 1.0, with_previous=True)),
        (NEEDLE, Push("left", 1.0, 1.0, retract=60.0)),
    ],
)
def test_what_cannot_be_done_is_refused(bone, cannula, push) -> None:
    with pytest.raises(InputError):
        inject(bone, WATER, [cannula], [push])


def test_tip_is_drawn_back_between_pushes(bone) -> None:
    """The second half comes out 6 mm behind the first; all of it is found."""
    pushes = [Push("left", 200.0, 50.0), Push("left", 200.0, 50.0, retract=6.0)]
    result = inject(bone, WATER, [NEEDLE], pushes)
    cells = np.argwhere(result.saturation > 0.0)
    middle = []
    for portion in result.portions[1:]:
        weight = portion[tuple(cells.T)]
        assert weight.sum() == pytest.approx(200.0, rel=1e-10)
        middle.append(weight @ bone.centres(cells) / weight.sum())
    assert middle[1][1] - middle[0][1] > 4.0
    assert result.balance_error < 1e-10


def test_two_syringes_at_once_are_mirror_images(make_solid, sites) -> None:
    even = [site for site in sites if site.name != "defect_superior"]
    grid, _ = lay_grid(make_solid(cavity_radius=0.0), even, GridOptions(spacing=1.0, reach=6.0))
    tips = [
        Cannula("left", (8.0, 0.0, 0.0), 11, 125.0), Cannula("right", (-8.0, 0.0, 0.0), 11, 125.0)
    ]  # fmt: skip
    pushes = [Push("left", 400.0, 40.0, 2.0), Push("right", 400.0, 40.0, with_previous=True)]
    both = inject(grid, WATER, tips, pushes)
    assert both.history.time[-1] == pytest.approx(12.0)
    assert both.injected == pytest.approx(800.0, rel=1e-9)
    np.testing.assert_allclose(both.saturation, both.saturation[::-1], atol=1e-3)
    np.testing.assert_allclose(both.history.rates["left"], both.history.rates["right"], rtol=1e-9)
    limit = 0.5 * float(both.history.syringe.max())
    held = inject(grid, WATER, tips, pushes, InjectionOptions(pressure_limit=limit))
    assert held.stopped == "schedule"
    assert held.history.syringe.max() <= limit * (1.0 + 1e-9)
    # one of the two ends a rounding before the other
    left, right = (held.history.rates[name][:-1] for name in ("left", "right"))
    np.testing.assert_allclose(left, right, rtol=1e-3)


def test_surgeon_stops_some_time_after_the_leak_shows(bone) -> None:
    low, push = cement_of_class("low"), [Push("left", 9000.0, 100.0)]
    tip = [replace(NEEDLE, tip=(0.0, 12.0, 0.0))]
    seen = LeakRule(3.0, 3.0, ("basivertebral",))
    at_once = inject(bone, low, tip, push, InjectionOptions(leak=replace(seen, delay=0.0)))
    late = inject(bone, low, tip, push, InjectionOptions(leak=seen))
    other = inject(
        bone,
        low,
        tip,
        push,
        InjectionOptions(leak=replace(seen, pathways=("disc",)), time_limit=40.0),
    )
    assert at_once.stopped == late.stopped == "leak"
    shows = at_once.history.time[-1]
    assert late.history.time[-1] == pytest.approx(shows + 3.0, abs=1e-6)
    assert at_once.leaked["basivertebral"] >= 3.0
    assert (
        np.interp(shows - 3.0, at_once.history.time, at_once.history.leaked["basivertebral"]) < 3.0
    )
    assert late.leaked["basivertebral"] > at_once.leaked["basivertebral"]
    assert other.stopped == "time"
    with pytest.raises(InputError, match="pathways"):
        inject(bone, low, tip, push, InjectionOptions(leak=LeakRule(1.0, 0.0, ("foramen",))))


def test_set_cement_ends_the_injection(bone) -> None:
    """At body heat the cement at the tip sets in the pause, long before that in the cannula."""
    low = cement_of_class("low", 300.0)
    pushes = [Push("left", 200.0, 50.0), Push("left", 50.0, 50.0, 250.0)]
    free = inject(bone, low, [NEEDLE], pushes)
    assert free.stopped == "schedule"
    stiff = inject(bone, low, [NEEDLE], pushes, InjectionOptions(set_viscosity=1e-3))
    assert stiff.stopped == "set"
    assert stiff.injected == pytest.approx(200.0, rel=1e-9)
    cold = replace(low, body=low.room)
    assert (
        inject(bone, cold, [NEEDLE], pushes, InjectionOptions(set_viscosity=1e-3)).stopped
        == "schedule"
    )


def test_compliance_delays_the_flow_and_lets_it_go_on(bone) -> None:
    pushes = [Push("left", 150.0, 50.0), Push("left", 50.0, 50.0, 4.0)]
    stiff = inject(bone, WATER, [NEEDLE], pushes)
    give = 0.4 * 150.0 / float(stiff.history.syringe.max())
    soft = inject(bone, WATER, [NEEDLE], pushes, InjectionOptions(compliance=give))
    history = soft.history
    assert soft.balance_error < 1e-10
    assert soft.injected + soft.compressed == pytest.approx(200.0, rel=1e-10)
    assert soft.compressed == pytest.approx(give * history.syringe[-1], rel=1e-9)
    assert np.interp(3.0, history.time, history.injected) < 140.0
    assert history.rate[history.time <= 3.0].max() < 50.0
    resting = (history.time > 3.0 + 1e-9) & (history.time <= 7.0 + 1e-9)
    assert (history.rate[resting] > 0.0).all()
    assert (np.diff(history.rate[resting]) < 0.0).all()


def test_probes_read_the_pressure_of_their_cells(bone) -> None:
    tip = bone.cell_at(np.array([[0.0, 0.0, 0.0], [0.0, 12.0, 0.0]]))
    probes = {"tip": tip[:1].astype(np.intp), "wall": tip[1:].astype(np.intp)}
    history = inject(bone, WATER, [NEEDLE], [Push("left", 400.0, 50.0)], probes=probes).history
    assert set(history.probes) == {"tip", "wall"}
    assert (history.probes["tip"] > history.probes["wall"]).all()
    assert (history.probes["wall"] > 1e-3).all()


def test_expelled_marrow_and_leaks_are_all_that_was_injected(bone) -> None:
    result = inject(bone, cement_of_class("low"), [NEEDLE], [Push("left", 3000.0, 100.0)])
    out = sum(result.expelled.values()) + sum(result.leaked.values())
    assert out == pytest.approx(result.injected, rel=1e-6)
    assert all(volume > 0.0 for volume in result.expelled.values())


def test_cement_is_followed_until_it_stands_still(bone) -> None:
    """A syringe that gives goes on after the schedule; a stiff one has nothing left to give."""
    push = [Push("left", 150.0, 50.0)]
    stiff = inject(bone, WATER, [NEEDLE], push)
    give = 0.4 * 150.0 / float(stiff.history.syringe.max())
    even = replace(bone, outlet_pressure=np.zeros(bone.shape))
    soft = InjectionOptions(compliance=give, settle=300.0)
    settled = inject(even, WATER, [NEEDLE], push, soft)
    assert settled.stopped == "schedule"
    assert settled.injected == pytest.approx(150.0, rel=1e-3)
    assert settled.compressed < 0.1
    assert 3.0 < settled.history.time[-1] < 300.0
    short = inject(even, WATER, [NEEDLE], push, replace(soft, settle=0.5))
    assert short.history.time[-1] == pytest.approx(3.5)
    still = inject(even, WATER, [NEEDLE], push, InjectionOptions(settle=300.0))
    assert still.history.time[-1] <= 3.0 + 5.0
    assert still.injected == pytest.approx(150.0, rel=1e-9)
