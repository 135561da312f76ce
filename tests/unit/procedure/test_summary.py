# SPDX-License-Identifier: BSD-3-Clause
import json
import math
from dataclasses import replace

import jsonschema
import numpy as np
import pytest

from vertaug.outcomes import BodyShape, Heights, SurroundingsTaken, restoration
from vertaug.outcomes.surroundings import DiscTaken
from vertaug.procedure.summary import (
    Balances,
    BalloonSummary,
    CementSummary,
    EnergySummary,
    MeshSummary,
    StageSummary,
    Summary,
    summary_schema,
)

BEFORE, AFTER = Heights(18.0, 20.0, 25.0), Heights(21.0, 22.0, 25.5)
SHAPE = BodyShape(BEFORE, 12.0, (18.0, None, 22.0, 25.0, 22.0, 20.0), 31000.0).to_dict()
DISC = DiscTaken(0.1, 0.2, 3.0, 0.0)
TAKEN = SurroundingsTaken(DISC, DISC, 0.3, 1.0, 0.0).to_dict()
LOADS = [
    {
        "stage": "walk",
        "case": "standing",
        "ended": "load",
        "force_N": 500.0,
        "share_borne": 1.0,
        "strength_N": None,
        "loaded_heights_mm": BEFORE.to_dict(),
        "loaded_wedge_deg": 12.0,
        "shell_share": 0.4,
        "endplates": {"endplate_superior": {"mean_MPa": 1.0, "high_MPa": 3.0, "bulge_mm": 0.1}},
        "interface": None,
        "surroundings": TAKEN,
    },
]
FULL = Summary(
    stages=(
        StageSummary("access", BEFORE, 12.0, "access", SHAPE, None, TAKEN),
        StageSummary("inject", AFTER, 8.0, "inject", SHAPE, restoration(BEFORE, AFTER, None), None),
    ),
    restoration=restoration(BEFORE, AFTER, Heights(26.0, 25.0, 26.0)),
    balloons=(BalloonSummary("left", 2.9, 180.0, 150.0, "volume"),),
    cement=CementSummary(
        5.0, 4.9, 0.2, {"basivertebral": 0.1, "cortical_defect": 0.0},
        {"basivertebral": 31.0, "cortical_defect": None},
    ),
    balances=Balances(1e-12, 2e-4, 3e-4, 1e-8, 4e-3),
    energy=EnergySummary(900.0, 80.0, 800.0, 16.0, 0.2, 3.0, -0.5, 0.018),
    mesh=MeshSummary(9000, 45000, 0.12, 2),
    total_seconds=120.0,
    compile_seconds=20.0,
    stage_seconds={"access": 5.0, "inject": 60.0},
    warnings=("balloon right stopped early",),
    extra={"frame": {"origin": np.zeros(3)}, "loads": LOADS},
)  # fmt: skip
EMPTY = replace(
    FULL, restoration=None, balloons=(), cement=None, energy=None, balances=Balances(*[None] * 5)
)


@pytest.mark.parametrize("summary", [FULL, EMPTY])
def test_summary_keeps_its_schema(summary):
    jsonschema.Draft202012Validator.check_schema(summary_schema())
    jsonschema.validate(json.loads(json.dumps(summary.to_dict())), summary_schema())


def test_names_are_those_of_the_contract():
    data = FULL.to_dict()
    assert set(data) == {
        "schema", "version", "stages", "restoration", "balloons", "cement", "balances", "energy", "mesh",
        "timings_s", "warnings", "frame", "loads",
    }  # fmt: skip
    assert set(data["stages"][0]) == {
        "name", "kind", "heights_mm", "wedge_deg", "rim_heights_mm", "mean_rim_mm", "volume_mL", "cobb_deg",
        "restoration", "surroundings",
    }  # fmt: skip
    assert set(data["restoration"]["middle"]) == {"gain_mm", "of_lost_percent", "ratio_percent"}
    assert set(data["balances"]) == {
        "cement",
        "cavity_identity",
        "bone_mass",
        "reactions",
        "energy",
        "heat",
        "cement_in_solid",
    }
    assert set(data["timings_s"]) == {"total", "compile", "access", "inject"}
    assert set(data["mesh"]) == {"nodes", "cells", "min_quality", "remeshes"}


def test_numbers_that_are_not_finite_become_null():
    summary = replace(FULL, stages=(StageSummary("access", BEFORE, math.nan, "access"),))
    assert summary.to_dict()["stages"][0]["wedge_deg"] is None


def test_extra_entries_cannot_hide_results():
    with pytest.raises(ValueError, match="cement"):
        replace(FULL, extra={"cement": None}).to_dict()


def test_schema_refuses_a_summary_without_balances():
    data = FULL.to_dict()
    del data["balances"]["bone_mass"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, summary_schema())
