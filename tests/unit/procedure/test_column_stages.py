# SPDX-License-Identifier: BSD-3-Clause
"""A whole treatment in a short column: broken, raised, filled, and loaded as in daily life."""

import json

import jsonschema
import numpy as np
import pytest

from vertaug.procedure.folder import RunFolder
from vertaug.procedure.plan import plan_from_dict
from vertaug.procedure.reporter import Silent
from vertaug.procedure.run import run_plan
from vertaug.procedure.stage import StageResult
from vertaug.procedure.summary import summary_schema
from vertaug.report import write_report

pytestmark = pytest.mark.slow

PLAN = {
    "anatomy": {"source": "parametric", "level": "L1", "density": "75 mg/cm^3"},
    "boundary": {
        "situation": "column", "column_top": "T11", "column_bottom": "L3", "neighbour_size": "7 mm",
    },
    "balloon": [
        {"name": side, "side": side, "volume": "1 mL"} for side in ("left", "right")
    ],
    "outlets": {"usual": True},
    "cement": {
        "class": "low",
        "injection": [{"cannula": side, "volume": "2 mL"} for side in ("left", "right")],
    },
    "mesh": {"size": "5 mm", "cavity_size": "2 mm"},
    "flow": {"spacing": "2 mm"},
    "numerics": {"volume_step": 0.25, "deflation_steps": 3},
    "cure": {"duration": "12 min"},
    "output": {"pictures": False},
    "procedure": {
        "stage": [
            {"kind": "load", "name": "whole", "case": "to_failure"},
            {"kind": "load", "name": "standing"},
            {"kind": "fracture", "anterior_loss": 0.3, "depth": "40 mm", "step": "1 mm"},
            {"kind": "load", "name": "broken"},
            {"kind": "access"},
            {"kind": "inflate"},
            {"kind": "deflate"},
            {"kind": "inject"},
            {"kind": "cure"},
            {"kind": "load", "name": "treated"},
            {"kind": "load", "name": "flexed", "case": "flexion", "force": "400 N", "moment": "4 N*m"},
            {"kind": "load", "name": "extended", "case": "extension", "force": "400 N", "moment": "4 N*m"},
            {"kind": "load", "name": "bent", "case": "lateral", "force": "400 N", "moment": "4 N*m"},
            {"kind": "load", "name": "turned", "case": "rotation", "force": "400 N", "moment": "4 N*m"},
        ],
    },
}  # fmt: skip


def run(path, plan):
    """Summary of a run, as its file has it, and its stages."""
    plan = plan_from_dict(plan)
    with RunFolder(path, plan) as folder:
        summary = json.loads(json.dumps(run_plan(plan, folder, Silent()).to_dict()))
        kept = {
            stage["name"]: StageResult.unpack(
                stage["name"], *folder.checkpoints.load(stage["name"])
            )
            for stage in summary["stages"]
        }
    return summary, kept


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """Summary, folder and stages of the treatment."""
    path = tmp_path_factory.mktemp("column") / "out"
    summary, kept = run(path, PLAN)
    return summary, path, kept


def test_the_summary_keeps_its_contract_and_a_page_shows_it(out):
    summary, path, _ = out
    jsonschema.validate(summary, summary_schema())
    page = write_report(path).read_text()
    for heading in ("Loads", "Neighbours"):
        assert f"<h2>{heading}</h2>" in page
    assert page.count("T11/T12") == 1


def test_heights_fall_with_the_fracture_and_come_back_with_the_balloons(out):
    summary, _, kept = out
    stages = {stage["name"]: stage for stage in summary["stages"]}
    whole, broken, full, empty, set_ = (
        stages[name]["heights_mm"]["anterior"]
        for name in ("standing", "fracture", "inflate", "deflate", "cure")
    )
    assert kept["fracture"].facts["stop"] == "anterior_loss"
    assert kept["fracture"].arrays["curve"][-1, 2] == pytest.approx(0.3, abs=0.01)
    assert broken < 0.85 * whole
    assert broken + 0.5 < empty < full <= 1.1 * whole
    assert set_ == pytest.approx(empty, abs=0.05)
    angles = [stages[name]["cobb_deg"] for name in ("standing", "deflate", "fracture")]
    assert angles[0] < angles[1] < angles[2]


def test_each_balance_is_closed(out):
    summary, _, kept = out
    assert summary["balances"]["energy"] < 0.01
    assert max(result.facts["reactions"] for result in kept.values()) < 1e-3
    assert summary["cement"]["injected_mL"] == pytest.approx(4.0, rel=1e-6)


def test_a_follower_load_presses_all_discs_and_the_rest_is_moments(out):
    """Discs bear the cable's load, less what facets and ligaments take; those further off are never drawn apart."""
    summary, _, _ = out
    loads = {load["stage"]: load for load in summary["loads"]}
    for name, load in loads.items():
        if name == "whole":
            continue
        assert load["share_borne"] == pytest.approx(1.0)
        taken = load["surroundings"]
        assert set(taken["further_discs_MPa"]) == {"T11/T12", "L2/L3"}
        assert min(taken["further_discs_MPa"].values()) > 0.1
    for name in ("standing", "broken", "treated"):
        taken = loads[name]["surroundings"]
        for side in ("superior", "inferior"):
            assert taken[side]["load_N"] == pytest.approx(500.0, rel=0.1)
        assert min(taken[side]["pressure_MPa"] for side in ("superior", "inferior")) > 0.1


def test_moments_bend_and_turn_it_their_way(out):
    summary, _, _ = out
    loads = {load["stage"]: load.get("surroundings") for load in summary["loads"]}
    standing, flexed, extended, bent, turned = (
        loads[name] for name in ("treated", "flexed", "extended", "bent", "turned")
    )
    assert flexed["top_forwards_deg"] > standing["top_forwards_deg"] + 3.0
    assert extended["top_forwards_deg"] < standing["top_forwards_deg"] - 3.0
    assert bent["top_left_deg"] > 3.0
    assert turned["top_turned_deg"] > 1.0
    assert flexed["ligaments_N"] > 3.0 * standing["ligaments_N"]
    assert extended["facets_N"] > 3.0 * flexed["facets_N"]
    # turned to the left it rests on the joints of the right, bent to the left on those of the left
    assert turned["facets_right_N"] > 2.0 * turned["facets_left_N"]
    assert bent["facets_left_N"] > 2.0 * bent["facets_right_N"]


def test_the_neighbours_risk_rises_with_the_kyphosis(out):
    summary, _, _ = out
    factors = summary["adjacent_fracture"]["factors"]
    assert {row["level"] for row in factors} == {"T12", "L2"}
    for level in ("T12", "L2"):
        rows = {row["stage"]: row for row in factors if row["level"] == level}
        assert rows["fracture"]["not_compensated"] > rows["deflate"]["not_compensated"] > 0.0
        assert rows["fracture"]["not_compensated"] > rows["fracture"]["compensated"]


def test_the_machine_grips_the_neighbours_so_that_the_column_breaks_as_its_segment_does(
    out, tmp_path
):
    kinds = ("load", "fracture")
    stages = [
        stage for stage in PLAN["procedure"]["stage"]
        if stage["kind"] in kinds and stage.get("name") not in ("whole", "broken")
    ][:2]  # fmt: skip
    around = {"situation": "segment", "neighbour_size": "7 mm"}
    _, kept = run(tmp_path / "out", PLAN | {"boundary": around, "procedure": {"stage": stages}})
    alone, within = (each["fracture"].arrays["curve"] for each in (kept, out[2]))
    count = min(len(alone), len(within))
    np.testing.assert_allclose(within[:count, 1], alone[:count, 1], rtol=0.02)
    assert within[-1, 0] == pytest.approx(alone[-1, 0], rel=0.02)


def test_a_run_goes_on_after_its_injection_as_if_it_had_not_been_broken_off(out):
    summary, path, kept = out
    names = [stage["name"] for stage in summary["stages"]]
    for name in names[names.index("cure") :]:
        (path / f"checkpoint/{name}.npz").unlink()
    again, states = run(path, PLAN)
    assert again["stages"][-1]["heights_mm"] == summary["stages"][-1]["heights_mm"]
    assert again["loads"] == summary["loads"]
    assert np.array_equal(states["cure"].state.mesh.points, kept["cure"].state.mesh.points)
