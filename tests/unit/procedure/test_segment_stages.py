# SPDX-License-Identifier: BSD-3-Clause
"""A treatment between neighbours: loads, fracture and posture in a segment, kept, read back, and told."""

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
    "anatomy": {"source": "parametric", "level": "L1"},
    "boundary": {"situation": "segment", "neighbour_size": "7 mm"},
    "balloon": [{"name": "left", "side": "left", "volume": "1 mL"}],
    "mesh": {"size": "5 mm", "cavity_size": "2 mm"},
    "output": {"pictures": False},
    "procedure": {
        "stage": [
            {"kind": "load", "name": "turned", "case": "rotation", "force": "300 N"},
            {"kind": "fracture", "anterior_loss": 0.3, "depth": "40 mm"},
            {"kind": "load", "name": "broken", "force": "250 N"},
            {"kind": "posture", "axial_load": "60 N", "extension_moment": "5 N*m"},
            {"kind": "access"},
        ],
    },
}


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    """Summary, folder and stages of a run."""
    path = tmp_path_factory.mktemp("segment") / "out"
    plan = plan_from_dict(PLAN)
    with RunFolder(path, plan) as folder:
        summary = json.loads(json.dumps(run_plan(plan, folder, Silent()).to_dict()))
        kept = {
            stage["name"]: StageResult.unpack(
                stage["name"], *folder.checkpoints.load(stage["name"])
            )
            for stage in summary["stages"]
        }
    return summary, path, kept


def test_the_summary_keeps_its_contract_and_a_page_shows_it(out):
    summary, path, _ = out
    jsonschema.validate(summary, summary_schema())
    page = write_report(path).read_text()
    assert "<h2>Loads</h2>" in page
    assert "<h2>Neighbours</h2>" in page


def test_it_breaks_through_its_discs_and_extension_opens_it(out):
    summary, _, kept = out
    stages = {stage["name"]: stage for stage in summary["stages"]}
    broken, prone = stages["fracture"], stages["posture"]
    assert kept["fracture"].facts["stop"] == "anterior_loss"
    assert kept["fracture"].arrays["curve"][-1, 2] == pytest.approx(0.3, abs=0.01)
    assert broken["heights_mm"]["anterior"] < 0.85 * stages["turned"]["heights_mm"]["anterior"]
    assert broken["wedge_deg"] > 5.0
    assert broken["cobb_deg"] > stages["turned"]["cobb_deg"] + 3.0
    assert prone["heights_mm"]["anterior"] > broken["heights_mm"]["anterior"] + 0.5
    assert prone["cobb_deg"] < broken["cobb_deg"]
    assert prone["restoration"]["anterior"]["gain_mm"] > 0.5
    error = [result.facts["reactions"] for result in kept.values()]
    assert max(error) < 1e-3


def test_a_torque_is_borne_by_facets_and_discs(out):
    summary, _, _ = out
    loads = {load["stage"]: load for load in summary["loads"]}
    turned = loads["turned"]
    assert turned["torque_Nm"] == pytest.approx(5.5)
    taken = turned["surroundings"]
    assert 1.0 < taken["top_turned_deg"] < 10.0
    sides = sorted((taken["facets_left_N"], taken["facets_right_N"]))
    assert sides[1] > 2.0 * sides[0]
    assert loads["broken"]["stiffness_N_mm"] < turned["stiffness_N_mm"]


def test_a_run_goes_on_after_its_fracture_as_if_it_had_not_been_broken_off(out):
    summary, path, kept = out
    plan = plan_from_dict(PLAN)
    later = [*path.glob("checkpoint/posture*"), *path.glob("checkpoint/access*")]
    assert len(later) >= 2
    for file in later:
        file.unlink()
    with RunFolder(path, plan) as folder:
        again = run_plan(plan, folder, Silent())
        state = StageResult.unpack("access", *folder.checkpoints.load("access")).state
    assert again.to_dict()["stages"][-1]["heights_mm"] == summary["stages"][-1]["heights_mm"]
    assert np.array_equal(state.mesh.points, kept["access"].state.mesh.points)
