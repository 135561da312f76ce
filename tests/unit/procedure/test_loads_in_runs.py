# SPDX-License-Identifier: BSD-3-Clause
"""What stages of load leave in a run and its summary, and whole procedures that hold some."""

import json
import tomllib
from dataclasses import replace
from types import SimpleNamespace

import jsonschema
import numpy as np
import pytest

from vertaug.anatomy import HeightProfile
from vertaug.outcomes import Heights
from vertaug.procedure.folder import RunFolder
from vertaug.procedure.plan import load_plan
from vertaug.procedure.reporter import Silent
from vertaug.procedure.run import run_plan
from vertaug.procedure.spine_load import intact_strength, spine_summary
from vertaug.procedure.stage import StageResult
from vertaug.procedure.summarise import _balance, _fracture, _stages
from vertaug.procedure.summary import summary_schema
from vertaug.report import write_report
from vertaug.report.pictures import draw_pictures
from vertaug.solid.energy_balance import EnergyBalance, StepEnergy

WHOLE = Heights(25.0, 24.0, 26.0)


def balance(work, error):
    return EnergyBalance().plus(StepEnergy(external=work, stored=work - error)).to_dict()


def result(kind, name, heights, **facts):
    own = {"heights": list(heights), "wedge": 3.0, "shape": {}, "surroundings": None}
    return StageResult(kind, None, own | facts, name=name)


def results(*stages):
    return {stage.name: stage for stage in stages}


def case(level="L1"):
    y = np.linspace(-12.0, 12.0, 25)
    profile = HeightProfile(y, np.full(25, 12.0), np.full(25, -13.0))
    vertebra = SimpleNamespace(reference=profile, reference_doubt=0.0, name=level)
    return SimpleNamespace(intact=WHOLE, vertebra=vertebra)


BROKEN, RAISED = Heights(18.0, 20.0, 25.5), Heights(21.0, 22.0, 25.6)
DONE = results(
    result("access", "access", WHOLE),
    result("load", "before", WHOLE, load={"case": "to_failure", "strength_N": 2000.0}),
    result("fracture", "fracture", BROKEN, energy=balance(1000.0, 1.0)),
    result("load", "broken", BROKEN, load={"case": "to_failure", "strength_N": 900.0}),
    result("inflate", "inflate", Heights(22.0, 23.0, 25.7), energy=balance(600.0, 3.0)),
    result("deflate", "deflate", RAISED, energy=balance(500.0, 3.0)),
    result("load", "treated", RAISED, load={"case": "standing", "strength_N": None}),
)  # fmt: skip


def test_energy_holds_the_fracture_and_the_inflation():
    """A deflation's balance holds that of its inflation; what began anew is added."""
    whole = _balance(DONE)
    assert whole.total.external == pytest.approx(1500.0)
    assert whole.total.stored == pytest.approx(1496.0)
    assert whole.largest_work == pytest.approx(1500.0)
    assert whole.relative_error == pytest.approx(3.0 / 1500.0)
    assert _balance(results(result("access", "access", WHOLE))) is None


def test_a_fracture_tells_how_it_stood_before_its_rest():
    facts = {"stop": "anterior_loss", "peak_N": 800.0, "heights_at_once": [17.0, 19.5, 25.4]}
    broken = replace(
        result("fracture", "fracture", BROKEN, **facts),
        arrays={"curve": np.array([[9.0, 700.0, 0.4]])},
    )
    told = _fracture(broken)
    assert told["heights_at_once_mm"] == {"anterior": 17.0, "middle": 19.5, "posterior": 25.4}
    known = summary_schema()["properties"]["fractures"]["items"]
    assert set(told) == set(known["required"]) == set(known["properties"])


def test_restoration_is_told_from_the_treatment_on_and_without_loads():
    stages = {stage.name: stage for stage in _stages(case(), DONE)}
    for name in ("access", "before", "fracture", "broken"):
        assert stages[name].restoration is None
    assert stages["inflate"].restoration.anterior.gain_mm == pytest.approx(4.0)
    assert stages["treated"].restoration == stages["deflate"].restoration
    assert stages["treated"].restoration.anterior.of_lost_percent == pytest.approx(300.0 / 7.0)


def test_strength_is_that_before_the_fracture():
    assert intact_strength(case(), DONE) == 2000.0
    later = {name: stage for name, stage in DONE.items() if name != "before"}
    assert intact_strength(case(), later) is None
    low = results(result("access", "access", BROKEN), DONE["before"])
    assert intact_strength(case(), low) is None


def test_spine_is_told_where_the_intact_shape_is_known():
    found = spine_summary(case(), DONE)
    changed = ["access", "fracture", "inflate", "deflate"]
    assert [row["stage"] for row in found["upper_body"]] == changed
    assert found["upper_body"][0]["kyphosis_deg"] == 0.0  # the run begins with the whole vertebra
    broken = results(result("access", "access", BROKEN))
    assert spine_summary(case(), broken)["upper_body"][0]["kyphosis_deg"] == pytest.approx(3.0)
    assert {row["level"] for row in found["adjacent_fracture"]["factors"]} == {"T12", "L2"}
    assert "Hayes" in found["adjacent_fracture"]["basis"]
    nobody = SimpleNamespace(intact=None, vertebra=SimpleNamespace(reference=None, name="L1"))
    assert spine_summary(nobody, DONE) == {}


ONE_SIDE = """
[anatomy]
source = "parametric"
level = "L1"
density = "80 mg/cm^3"
[outlets]
usual = true
{tools}
[mesh]
size = "5 mm"
cavity_size = "2 mm"
[numerics]
volume_step = 0.2
deflation_steps = 3
[flow]
spacing = "1.5 mm"
heat = false
[[procedure.stage]]
kind = "access"
[[procedure.stage]]
kind = "load"
name = "intact"
case = "to_failure"
depth = "0.6 mm"
[[procedure.stage]]
kind = "fracture"
anterior_loss = 0.2
[[procedure.stage]]
kind = "load"
name = "broken"
{treatment}
[[procedure.stage]]
kind = "inject"
[[procedure.stage]]
kind = "cure"
[[procedure.stage]]
kind = "load"
name = "treated"
"""
NEEDLE = """
[[cannula]]
name = "needle"
tip = ["0 mm", "0 mm", "0 mm"]
[[cement.injection]]
cannula = "needle"
volume = "2 mL"
"""
BALLOON = """
[[balloon]]
name = "left"
side = "left"
volume = "0.6 mL"
[[cement.injection]]
cannula = "left"
volume = "1.5 mL"
"""
BY_BALLOON = '[[procedure.stage]]\nkind = "inflate"\n[[procedure.stage]]\nkind = "deflate"\n'


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tools", "treatment"),
    [(NEEDLE, ""), (BALLOON, BY_BALLOON)],
    ids=["vertebroplasty", "one_sided"],
)
def test_from_the_fracture_to_the_loaded_vertebra(tmp_path, tools, treatment):
    file = tmp_path / "plan.toml"
    text = ONE_SIDE.format(tools=tools, treatment=treatment)
    assert tomllib.loads(text)
    file.write_text(text)
    plan = load_plan(file)
    with RunFolder(tmp_path / "out", plan) as folder:
        summary = json.loads(json.dumps(run_plan(plan, folder, Silent()).to_dict()))
        draw_pictures(folder)
    jsonschema.validate(summary, summary_schema())
    stages = {stage["name"]: stage for stage in summary["stages"]}
    loads = {load["stage"]: load for load in summary["loads"]}
    # loads leave the vertebra as it was
    for name, before in (("intact", "access"), ("broken", "fracture"), ("treated", "cure")):
        assert stages[name]["heights_mm"] == stages[before]["heights_mm"]
        assert loads[name]["loaded_heights_mm"]["anterior"] < stages[name]["heights_mm"]["anterior"]
    gained = summary["restoration"]["anterior"]["gain_mm"]
    assert gained == pytest.approx(stages["treated"]["restoration"]["anterior"]["gain_mm"])
    assert loads["intact"]["strength_N"] == summary["adjacent_fracture"]["strength_N"]
    if (
        not treatment
    ):  # a small balloon on one side opens bone that carries nothing until it has closed
        assert loads["treated"]["stiffness_N_mm"] > loads["broken"]["stiffness_N_mm"]
    assert loads["treated"]["share_borne"] == 1.0
    assert (loads["treated"]["interface"] is not None) == bool(treatment)  # without a cavity, none
    assert 0.0 < loads["treated"]["shell_share"] < 1.0
    assert summary["energy"]["dissipated_mJ"] > 500.0
    assert stages["fracture"]["volume_mL"] < stages["access"]["volume_mL"]
    for name in ("intact", "broken", "treated"):
        assert folder.path("curves", f"{name}.csv").read_text().count("\n") > 4
    assert list(folder.path("fields").glob("bone_*_treated.vtu"))
    kinds = {
        picture["kind"] for picture in json.loads(folder.path("pictures", "index.json").read_text())
    }
    assert {"cement", "set_cement"} <= kinds
    page = write_report(folder.path()).read_text()
    assert "<h2>Loads</h2>" in page
