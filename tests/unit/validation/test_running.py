# SPDX-License-Identifier: BSD-3-Clause
"""Processes, what is kept, and failures."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from vertaug.cli.app import app
from vertaug.validation import running, worker
from vertaug.validation.experiment import Experiment, Findings, Setting
from vertaug.validation.running import Task, code_digest, run_experiments


def fake(name, values, *, fails=False, after=()):
    """An experiment that is no module."""

    class Fake(Experiment):
        def function(self):
            def run(setting):
                if fails:
                    raise ValueError("no\nequilibrium")
                return Findings(values, {}, {"seen": sorted(setting.facts)})

            return run

    return Fake(name, name, "experiment", after=after)


ALL = (
    fake("X1", {"a": 1.0}),
    fake("X2", {}, fails=True),
    fake("X3", {"b": 2.0}, after=("X1", "X9")),
)


@pytest.fixture
def counted(monkeypatch):
    """Run workers in this process and count them."""
    runs = []

    class Answer:
        returncode = 0

    def run(command, **_):
        job = Path(command[-1])
        runs.append(json.loads(job.read_text())["id"])
        worker.finish(job)
        return Answer()

    monkeypatch.setattr(worker, "RUNS", ALL)
    monkeypatch.setattr(running.subprocess, "run", run)
    return runs


def test_failures_are_told_and_others_go_on_and_what_was_run_is_kept(counted, tmp_path):
    task, heard = Task("coarse", tmp_path, None, "digest"), []
    first, failed, third = run_experiments(["X1", "X2", "X3"], task, heard.append, ALL)
    assert first.values == {"a": 1.0}
    assert failed.failure == "ValueError: no equilibrium"
    assert third.facts == {"seen": ["X1"]}
    assert [outcome.experiment.id for outcome in heard] == ["X1", "X2", "X3"]
    again = run_experiments(["X1", "X2", "X3"], task, lambda _: None, ALL)
    assert [outcome.kept for outcome in again] == [True, False, True]
    assert again[0].values == first.values
    assert counted == ["X1", "X2", "X3", "X2"]
    other = Task("coarse", tmp_path, None, "another digest", kept_only=True)
    (absent,) = run_experiments(["X1"], other, lambda _: None, ALL)
    assert "not run yet" in absent.lacking
    other = Task("coarse", tmp_path, None, "another digest")
    assert not run_experiments(["X1"], other, lambda _: None, ALL)[0].kept


def test_what_the_engine_lacks_is_told(counted, tmp_path):
    missing = Experiment("X4", "fourth", lacking="no column")
    (outcome,) = run_experiments(
        ["X4"], Task("coarse", tmp_path, None, ""), lambda _: None, [missing]
    )
    assert outcome.lacking == "no column"
    assert not counted


def test_a_process_that_dies_is_a_failure(monkeypatch, tmp_path):
    class Answer:
        returncode = -9

    monkeypatch.setattr(running.subprocess, "run", lambda *_, **__: Answer())
    (outcome,) = run_experiments(["X1"], Task("coarse", tmp_path, None, ""), lambda _: None, ALL)
    assert "ended with -9" in outcome.failure


def test_digest_follows_the_engine_and_the_experiment_alone():
    assert code_digest("v01_bone_column") == code_digest("v01_bone_column")
    assert code_digest("v01_bone_column") != code_digest("v02_crush")
    folder = Path(running.__file__).parent
    used = {file.stem for file in running._own_files(folder, "v03_strength")}
    assert used == {"v03_strength", "bodies", "experiment", "voxel_strength"}


def test_command_tells_what_has_not_been_run_and_ends_well(tmp_path):
    out = tmp_path / "out"
    answer = CliRunner().invoke(app, ["validate", "--only", "V12", "--kept", "--out", str(out)])
    assert answer.exit_code == 0, answer.output
    assert "not run yet" in answer.output
    (one, two) = json.loads((out / "validation.json").read_text())
    assert one["value"] is None
    assert two["in_band"] is None
    answer = CliRunner().invoke(app, ["validate", "--only", "V99", "--out", str(out)])
    assert answer.exit_code == 2


def test_command_fails_where_an_experiment_does(monkeypatch, tmp_path):
    class Answer:
        returncode = 1

    monkeypatch.setattr(running.subprocess, "run", lambda *_, **__: Answer())
    answer = CliRunner().invoke(app, ["validate", "--only", "V1", "--out", str(tmp_path / "out")])
    assert answer.exit_code == 1
    assert "without a result" in answer.output


def test_parts_of_an_experiment_are_found_once(tmp_path):
    setting = Setting("X1", "coarse", tmp_path)
    assert setting.remembered("part", lambda: [1.0, {"a": 2}]) == [1.0, {"a": 2}]
    assert setting.remembered("part", pytest.fail) == [1.0, {"a": 2}]
