# SPDX-License-Identifier: BSD-3-Clause
"""Cannulas, outlets and stop rules of a plan: what they become, and what is refused."""

import tomllib
from types import SimpleNamespace

import numpy as np
import pytest

from vertaug.anatomy.disc_height import disc_heights
from vertaug.cement.options import LeakRule
from vertaug.errors import InputError, InputErrors
from vertaug.grid.flow_grid import FlowGrid, Kind
from vertaug.materials.outside_spaces import properties_of
from vertaug.procedure.build import build_vertebra, plan_openings
from vertaug.procedure.case import make_case
from vertaug.procedure.flow_setup import (
    plan_cannulas,
    plan_options,
    plan_probes,
    plan_schedule,
)
from vertaug.procedure.flow_surroundings import plan_surroundings
from vertaug.procedure.plan import Plan, plan_from_dict
from vertaug.procedure.reporter import Silent
from vertaug.procedure.run import run_stages
from vertaug.procedure.summarise import summarise

VERTEBROPLASTY = """
[anatomy]
source = "parametric"
level = "L1"
[outlets]
usual = true
pressure = "2 kPa"
[[vein]]
name = "basivertebral"
radius = "2 mm"
[spaces.canal]
permeability = "2e-8 m^2"
[spaces.disc_superior]
condition = "intact"
height = "9 mm"
[[cannula]]
name = "left"
tip = ["6 mm", "-4 mm", "0 mm"]
entry = ["16 mm", "25 mm", "4 mm"]
opening = "side"
facing = "anterior"
[[cannula]]
name = "right"
tip = ["-6 mm", "-4 mm", "0 mm"]
inner_diameter = "2.5 mm"
[cement]
compliance = "0.05 mL/MPa"
[cement.stop]
seen = "0.1 mL"
pathways = ["basivertebral", "disc"]
delay = "3 s"
time = "10 min"
[[cement.injection]]
cannula = "left"
volume = "0.6 mL"
[[cement.injection]]
cannula = "right"
volume = "0.6 mL"
with_previous = true
[[cement.injection]]
cannula = "left"
volume = "0.3 mL"
retract = "4 mm"
pause = "10 s"
[mesh]
size = "4 mm"
[flow]
spacing = "1.5 mm"
[procedure]
stages = ["access", "inject"]
"""


def plan(text: str = VERTEBROPLASTY, **changes: str) -> Plan:
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new, 1)
    return plan_from_dict(tomllib.loads(text))


def test_cannulas_stand_where_the_plan_puts_them() -> None:
    case = SimpleNamespace(plan=plan(), approaches=())
    left, right = plan_cannulas(case, SimpleNamespace())
    assert left.tip == (6.0, -4.0, 0.0)
    assert left.direction == pytest.approx((-10.0, -29.0, -4.0))
    assert (left.opening, left.facing) == ("side", (0.0, -1.0, 0.0))
    assert left.radius == pytest.approx(0.5 * 2.692)
    assert right.radius == pytest.approx(1.25)
    assert right.direction is None


def test_schedule_and_rules_are_those_of_the_plan() -> None:
    case = SimpleNamespace(plan=plan())
    first, second, third = plan_schedule(case)
    assert (second.with_previous, first.with_previous) == (True, False)
    assert (third.retract, third.pause) == (4.0, 10.0)
    options = plan_options(case, {"basivertebral", "segmental_vein"})
    assert options.leak == LeakRule(100.0, 3.0, ("basivertebral",))
    assert options.compliance == pytest.approx(50.0)
    assert options.time_limit == pytest.approx(600.0)
    assert options.settle == 60.0
    assert options.set_viscosity == pytest.approx(7.5e-2)
    assert plan_options(case, {"segmental_vein"}).leak is None
    unseen = plan(seen=('seen = "0.1 mL"\n', ""))
    assert plan_options(SimpleNamespace(plan=unseen), {"disc"}).leak is None


def test_usual_outlets_are_added_less_those_that_are_named() -> None:
    openings = plan_openings(plan(), build_vertebra(plan()))
    names = [item.name for item in openings]
    assert names == ["basivertebral", *(f"segmental_{n}" for n in range(1, 7))]
    assert openings[0].radius == 2.0


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('facing = "anterior"\n', "", "facing"),
        ('opening = "side"', 'opening = "end"', "facing"),
        ('entry = ["16 mm", "25 mm", "4 mm"]\n', "", "entry"),
        ('tip = ["-6 mm", "-4 mm", "0 mm"]\n', "", "tip"),
        ('tip = ["-6 mm", "-4 mm", "0 mm"]\n', 'balloon = "right"\n', "balloon"),
        ("with_previous = true", 'with_previous = true\npause = "2 s"', "with_previous"),
        ("usual = true", "usual = false", None),
        ('cannula = "right"', 'cannula = "middle"', "cannula"),
        ('name = "right"', 'name = "left"', "cannula"),
        ('retract = "4 mm"', 'retract = "-4 mm"', "retract"),
        ('permeability = "2e-8 m^2"', 'permeability = "2e-8 m"', "permeability"),
        ('condition = "intact"', 'condition = "worn"', "condition"),
        ("[spaces.canal]", "[spaces.chanel]", "canal"),
        ('height = "9 mm"', 'height = "9 mm"\nporosity = 1.5', "porosity"),
        ('delay = "3 s"', 'delay = "-3 s"', "delay"),
        ('pathways = ["basivertebral", "disc"]', 'pathways = ["lung"]', "pathways"),
        ('stages = ["access", "inject"]', 'stages = ["access", "inflate", "inject"]', "balloon"),
    ],
)
def test_contradictions_are_named(old: str, new: str, field: str | None) -> None:
    text = VERTEBROPLASTY
    if field is None:
        text = text.replace('[[vein]]\nname = "basivertebral"\nradius = "2 mm"\n', "")
    assert old in text
    with pytest.raises((InputError, InputErrors)) as caught:
        plan(text.replace(old, new, 1))
    assert (field or "vein") in str(caught.value)


def test_spaces_are_those_of_the_plan() -> None:
    asked = plan()
    vertebra = build_vertebra(asked)
    corners = np.array([[0.0, 0.0, 12.0], [1.0, 0.0, 12.0], [0.0, 1.0, 12.0]])
    mesh = SimpleNamespace(
        points=corners, facets=np.array([[0, 1, 2]]), facets_of=lambda name: np.array([0])
    )
    case = SimpleNamespace(plan=asked, vertebra=vertebra)
    around = plan_surroundings(case, SimpleNamespace(mesh=mesh))
    assert around.properties("canal").permeability == pytest.approx(2e-2)
    assert around.properties("canal").porosity == properties_of("canal").porosity
    upper, lower = around.discs
    assert (upper.closed, upper.height, upper.sign) == (True, 9.0, 1)
    assert (lower.closed, lower.sign) == (False, -1)
    assert lower.height == pytest.approx(disc_heights("L1")[1])
    canal = around.canal
    marks = vertebra.landmarks
    assert canal.centre[1] - canal.wall == pytest.approx(marks.posterior_wall)
    assert 6.0 < canal.radius < 13.0


def test_usual_veins_keep_clear_of_what_is_named() -> None:
    hole = """[[defect]]
name = "hole"
site = "anterolateral_left"
[[cannula]]
name = "left"
"""
    asked = plan(hole=('[[cannula]]\nname = "left"\n', hole))
    openings = {item.name: item for item in plan_openings(asked, build_vertebra(asked))}
    apart = openings["hole"].centre - openings["segmental_3"].centre
    assert 4.0 < np.linalg.norm(apart) < 8.0
    assert openings["segmental_4"].centre[2] == pytest.approx(openings["hole"].centre[2], abs=0.5)


def test_a_basivertebral_vein_reaches_into_the_bone() -> None:
    openings = plan_openings(plan(), build_vertebra(plan()))
    depth = build_vertebra(plan()).landmarks.depth
    assert openings[0].inside == pytest.approx(0.17 * depth)
    assert [item.inside for item in openings[1:]] == [0.0] * 6


def test_a_cannula_is_taken_out_by_the_plan() -> None:
    last = 'volume = "0.3 mL"\nretract = "4 mm"'
    asked = plan(last=(last, f"{last}\nremove = true"))
    assert [push.remove for push in plan_schedule(SimpleNamespace(plan=asked))] == [
        False,
        False,
        True,
    ]
    case = SimpleNamespace(plan=asked, approaches=())
    left, right = plan_cannulas(case, SimpleNamespace())
    assert left.within == pytest.approx(np.sqrt(10.0**2 + 29.0**2 + 4.0**2))
    assert right.within is None
    first = 'cannula = "left"\nvolume = "0.6 mL"'
    with pytest.raises((InputError, InputErrors), match="taken out before"):
        plan(first=(first, f"{first}\nremove = true"))
    other = 'cannula = "right"\nvolume = "0.6 mL"'
    with pytest.raises((InputError, InputErrors), match="entry"):
        plan(other=(other, f"{other}\nremove = true"))


def test_aimless_cannula_cannot_be_drawn_back() -> None:
    text = VERTEBROPLASTY.replace(
        'cannula = "left"\nvolume = "0.3 mL"', 'cannula = "right"\nvolume = "0.3 mL"'
    )
    with pytest.raises((InputError, InputErrors), match="direction"):
        plan(text)


def test_probes_lie_beneath_the_walls() -> None:
    shape = (50, 40, 30)
    grid = FlowGrid(
        origin=np.array([-25.0, -20.0, -15.0]), spacing=1.0, kind=np.full(shape, Kind.BONE, dtype=np.uint8),
        compartment=np.full(shape, -1, dtype=np.int16), porosity=np.ones(shape),
        permeability=np.ones((3, *shape)), outlet=np.zeros(shape, dtype=bool), openings=(), compartments=(),
    )  # fmt: skip
    vertebra = build_vertebra(plan())
    probes = plan_probes(SimpleNamespace(vertebra=vertebra), grid)
    middle = {name: grid.centres(cells).mean(axis=0) for name, cells in probes.items()}
    marks = vertebra.landmarks
    assert middle["posterior_wall"][1] == pytest.approx(marks.posterior_wall - 2.0, abs=0.6)
    height = marks.superior.centre[2] - marks.inferior.centre[2]
    apart = middle["endplate_superior"][2] - middle["endplate_inferior"][2]
    assert apart == pytest.approx(height - 4.0, abs=1.0)
    assert all(len(cells) == 8 for cells in probes.values())


@pytest.mark.slow
def test_vertebroplasty_runs_from_its_plan() -> None:
    """No balloon, two syringes at once that give, a tip drawn back, usual outlets."""
    asked = plan()
    case = make_case(asked)
    done = run_stages(asked, case, Silent())
    summary = summarise(case, done, (), 1.0, {}, "").to_dict()
    cement = summary["cement"]
    assert cement["stopped"] == "schedule"
    assert cement["injected_mL"] == pytest.approx(1.5, rel=0.01)
    expelled = sum(cement["marrow_expelled_mL"].values()) + sum(cement["leaked_mL"].values())
    assert expelled == pytest.approx(cement["injected_mL"], rel=1e-4)
    assert all(value > 1.0 for value in cement["intravertebral_kPa"].values())
    assert summary["balances"]["cement"] < 1e-10
    assert sum(cement["leaked_by_space_mL"].values()) + cement["in_vessels_mL"] == pytest.approx(
        sum(cement["leaked_mL"].values()), abs=1e-9
    )
    led = cement["leaked_by_pathway_and_space_mL"]
    for pathway, volume in cement["leaked_mL"].items():
        assert sum(led[pathway].values()) == pytest.approx(volume, abs=1e-9)
    for space, volume in cement["leaked_by_space_mL"].items():
        assert sum(row.get(space, 0.0) for row in led.values()) == pytest.approx(volume, abs=1e-9)
    time = done["inject"].arrays["time"]
    assert 12.0 + 10.0 + 6.0 < time[-1] <= 12.0 + 10.0 + 6.0 + 60.0 + 1e-6
