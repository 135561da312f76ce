# SPDX-License-Identifier: BSD-3-Clause
"""Rows, JSON and document of a validation."""

import json
import math

import pytest

from vertaug.validation.experiment import Experiment
from vertaug.validation.parameters import Frozen
from vertaug.validation.record import merged, read_record
from vertaug.validation.report import markdown, records, rows, table, write_report
from vertaug.validation.running import Outcome, Run
from vertaug.validation.targets import Target

FROZEN = Frozen(b'reason = "first"\n')
TARGETS = (
    Target("A", "gain, mm", "someone 2001", "found", 2.0, (1.0, 3.0), "validation"),
    Target("A", "pressure, psi", "someone 2001", "recalled", 175.0, (138.0, 212.0), "calibration"),
    Target("B", "share, %", "other 2002", "found", 97.0, (80.0, None), "validation"),
    Target("C", "load, N", "third 2003", "found", 97.0, (80.0, 100.0), "validation"),
)
OUTCOMES = (
    Outcome(
        Experiment("A", "first"), {"gain, mm": 5.0, "pressure, psi": 150.0}, seconds=2.0,
        run=Run("coarse", "e1", "p1"),
    ),
    Outcome(Experiment("B", "second"), {}, {"share, %": "balloons stopped early"}),
    Outcome(Experiment("C", "third"), lacking="no column"),
)  # fmt: skip


@pytest.fixture
def found():
    return rows(TARGETS, OUTCOMES)


def test_records_have_exactly_the_keys_that_were_promised(found):
    keys = {"id", "source", "quantity", "target", "band", "value", "in_band", "role"}
    told = records(found)
    assert [set(row) for row in told] == [keys] * 4
    assert [row["in_band"] for row in told] == [False, True, None, None]
    assert [row["value"] for row in told] == [5.0, 150.0, None, None]
    assert told[2]["band"] == [80.0, None]


def test_a_miss_and_what_was_not_run_are_printed(found):
    lines = table(found)
    assert "1 to 3" in lines[1]
    assert "MISSED" in lines[1]
    assert "in band" in lines[2]
    assert lines[3].endswith("balloons stopped early")
    assert lines[4].endswith("no column")


def test_a_number_that_is_none_is_no_value():
    (row,) = rows(TARGETS[:1], [Outcome(OUTCOMES[0].experiment, {"gain, mm": math.nan})])
    assert row.value is None
    assert row.why


def test_document_parts_calibration_from_validation_and_says_why(found):
    text = markdown(found, OUTCOMES, FROZEN, {("A", "gain, mm"): "The load was too small."})
    calibration, validation = text.split("## Validation")
    assert "pressure, psi" in calibration.split("## Calibration")[1]
    assert "gain, mm" not in calibration
    assert "0 of 1 in their bands, 2 not run" in validation
    assert "(5): The load was too small." in validation
    assert "**B**: balloons stopped early (share, %)." in text
    assert FROZEN.digest[:12] in text
    assert "| coarse | `e1` | `p1` | A |" in text
    assert "No reason is known yet" in markdown(found, OUTCOMES, FROZEN, {})


def test_files_are_written(found, tmp_path):
    file = write_report(found, OUTCOMES, FROZEN, tmp_path / "out")
    assert json.loads(file.read_text()) == records(found)
    run = json.loads((tmp_path / "out" / "validation_run.json").read_text())
    assert run["parameters_sha256"] == FROZEN.digest
    assert run["experiments"][0]["seconds"] == 2.0


def test_a_record_keeps_what_is_not_run_again(found, tmp_path):
    experiments = [outcome.experiment for outcome in OUTCOMES]
    assert read_record(tmp_path, experiments) == []
    write_report(found, OUTCOMES, FROZEN, tmp_path)
    known = read_record(tmp_path, experiments)
    assert [outcome.values for outcome in known] == [outcome.values for outcome in OUTCOMES]
    assert known[0].run == Run("coarse", "e1", "p1")
    assert known[2].lacking == "no column"
    again = Outcome(experiments[1], {"share, %": 90.0}, run=Run("default", "e2", "p2"))
    not_run = Outcome(experiments[0], lacking="not run yet")
    now = merged(known, [again, not_run], experiments)
    assert [outcome.experiment.id for outcome in now] == ["A", "B", "C"]
    assert now[0].values["gain, mm"] == 5.0
    assert now[1].run == Run("default", "e2", "p2")
    text = markdown(rows(TARGETS, now), now, FROZEN, {})
    assert "| coarse | `e1` | `p1` | A |" in text
    assert "| default | `e2` | `p2` | B |" in text
    assert len(read_record(tmp_path, experiments[1:])) == 2
