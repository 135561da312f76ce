# SPDX-License-Identifier: BSD-3-Clause
import json
import math
from collections.abc import Iterator
from typing import Literal

import pytest
from typer.testing import CliRunner

from vertaug.cli import app
from vertaug.errors import InputError
from vertaug.verification import registry, regression
from vertaug.verification.check import Check, judge, observed_order, settling_order, study
from vertaug.verification.problem import Meshes, Positive, Problem, benchmark
from vertaug.verification.report import markdown, records, write_report
from vertaug.verification.running import run_problem, run_problems

RUNNER = CliRunner()


@benchmark("t.square", "SOLID", "A square", "Squares are squares.", quick={"meshes": (1, 2)})
def square(
    side: Positive = 2.0, meshes: Meshes = (2, 4, 8), way: Literal["up", "down"] = "up"
) -> Iterator[Check]:
    sign = 1.0 if way == "up" else -1.0
    values = [side**2 * (1.0 + sign / n**2) for n in meshes]
    yield study(
        "area", side**2, meshes, values, order=2.0, slack=0.2, tolerance=0.02, standard=8, why="so"
    )


@benchmark("t2.broken", "FLOW", "It breaks", "It ends early.")
def broken() -> Iterator[Check]:
    yield Check("first", 1.0, 1.0, 1e-9, "exact")
    raise RuntimeError("no way\nforward")


@benchmark("t3.none", "FLOW", "Nothing", "It checks nothing.")
def nothing() -> Iterator[Check]:
    return
    yield


ALL = (square, broken, nothing)


@pytest.fixture
def own(monkeypatch, tmp_path):
    """Only the problems above, and an empty file of stored values."""
    file = tmp_path / "regression.json"
    file.write_text('{"reasons": []}')
    monkeypatch.setattr(regression, "FILE", file)
    monkeypatch.setattr(registry, "all_problems", lambda: ALL)
    regression._stored.cache_clear()
    yield file
    regression._stored.cache_clear()


def test_a_study_judges_error_and_order():
    (entry,) = run_problem(square).entries
    assert entry.passed
    assert entry.check.error == pytest.approx(1.0 / 64.0)
    assert entry.check.order == pytest.approx(2.0)
    assert entry.to_dict()["study"] == {"meshes": [2, 4, 8], "values": [5.0, 4.25, 4.0625]}


def test_tolerance_follows_coarser_meshes_and_not_finer_ones():
    assert run_problem(square, "quick").entries[0].check.tolerance == pytest.approx(0.32)
    finer = run_problem(square, "full", {"meshes": (8, 16, 32)}).entries[0]
    assert finer.check.tolerance == 0.02


def test_order_too_low_fails():
    check = study(
        "x",
        1.0,
        (1, 2, 4),
        (1.4, 1.2, 1.1),
        order=2.0,
        slack=0.2,
        tolerance=1.0,
        standard=4,
        why="",
    )
    entry = judge("p", "SOLID", "ANALYTIC", check, None)
    assert not entry.passed
    assert "order 1.00 below 1.80" in entry.message


def test_errors_under_the_floor_show_no_order():
    values = (1.0001, 1.00005, 1.00006)
    check = study(
        "x",
        1.0,
        (1, 2, 4),
        values,
        order=2.0,
        slack=0.2,
        tolerance=1.0,
        standard=4,
        floor=1e-3,
        why="",
    )
    assert check.order is None
    assert judge("p", "SOLID", "ANALYTIC", check, None).passed
    assert observed_order((1,), (0.1,)) is None


def test_richardson_of_second_order_is_exact():
    values = [3.0 + 1.0 / n**2 for n in (2, 3, 5)]
    check = study(
        "x",
        3.0,
        (2, 3, 5),
        values,
        order=2.0,
        slack=0.2,
        tolerance=1e-9,
        standard=5,
        why="",
        limit=True,
    )
    assert check.computed == pytest.approx(3.0, rel=1e-12)


@pytest.mark.parametrize(
    ("kind", "computed", "error"),
    [("within", 9.0, 0.1), ("at least", 9.0, 0.1), ("at least", 12.0, 0.0), ("at most", 9.0, 0.0),
     ("at most", 12.0, 0.2)],
)  # fmt: skip
def test_error_of_each_kind(kind, computed, error):
    assert Check("x", 10.0, computed, 0.1, "", kind=kind).error == pytest.approx(error)


@pytest.mark.parametrize("kind", ["within", "at least", "at most"])
def test_nan_never_passes(kind):
    check = Check("x", 1.0, math.nan, 0.1, "", kind=kind)
    assert not judge("p", "SOLID", "ANALYTIC", check, None).passed


def test_drift_from_the_stored_value_fails():
    check = Check("x", 1.0, 1.001, 0.1, "")
    assert judge("p", "SOLID", "ANALYTIC", check, 1.001 + 1e-9).passed
    entry = judge("p", "SOLID", "ANALYTIC", check, 1.0)
    assert not entry.passed
    assert "drifted" in entry.message


def test_a_problem_that_breaks_keeps_its_checks_and_the_others_run():
    heard = []
    outcomes = run_problems((broken, nothing, square), tell=heard.append)
    assert [outcome.passed for outcome in heard] == [False, False, True]
    first, last = outcomes[0].entries
    assert first.passed
    assert last.message == "RuntimeError: no way forward"
    assert outcomes[1].entries[0].message == "it checked nothing"
    json.dumps(records(outcomes, "full"), allow_nan=False)


def test_report_depends_on_nothing_but_the_numbers(tmp_path):
    text = markdown({"full": run_problems(ALL)})
    assert text == markdown({"full": run_problems(ALL)})
    for part in ("## SOLID", "### t.square", "2.00 (≥ 1.80)", "**FAIL** RuntimeError", "2 of 4"):
        assert part in text
    files = write_report({"full": run_problems(ALL)}, tmp_path / "new")
    rows = json.loads(files[1].read_text())
    keys = {"id", "quantity", "reference", "computed", "error", "tolerance", "order", "passed"}
    assert all(keys <= set(row) for row in rows)
    assert [row["passed"] for row in rows] == [True, True, False, False]


def test_report_says_what_came_out_at_each_level(tmp_path):
    levels = {level: run_problems(ALL, level) for level in ("quick", "full")}
    text, data = (file.read_text() for file in write_report(levels, tmp_path))
    assert "Level full: 2 of 4 checks passed in 3 problems, 1 of them" in text
    assert "Level quick: 2 of 4 checks passed in 3 problems" in text
    assert "| group | problems | checks, quick | passed | checks, full | passed |" in text
    assert "Level quick, meshes = 1,2: 1 of 1 passed." in text
    assert text.count("RuntimeError: no way forward") == 2
    assert {row["level"] for row in json.loads(data)} == set(levels)


@pytest.mark.parametrize(
    ("line", "code", "word"),
    [("t.side", "E-VERIFY-004", "PROBLEM.PARAMETER"), ("side=3", "E-VERIFY-004", "PROBLEM"),
     ("x.side=3", "E-VERIFY-001", "SOLID"), ("t.sde=3", "E-VERIFY-002", "side, meshes, way"),
     ("t.side=-1", "E-VERIFY-003", "above 0"), ("t.side=big", "E-VERIFY-003", "above 0"),
     ("t.side=nan", "E-VERIFY-003", "above 0"), ("t.meshes=8,4", "E-VERIFY-003", "rising"),
     ("t.meshes=", "E-VERIFY-003", "whole number"), ("t.meshes=2.5", "E-VERIFY-003", "whole number"),
     ("t.way=left", "E-VERIFY-003", "up, down")],
)  # fmt: skip
def test_bad_settings_are_refused(own, line, code, word):
    with pytest.raises(InputError) as caught:
        registry.settings([line])
    assert caught.value.code == code
    assert word in caught.value.expected


def test_settings_reach_the_problems_that_have_them(own):
    given = registry.settings(["t.side=3", "t.square.meshes=2, 3", "SOLID.way=down"])
    assert given == {"t.square": {"side": 3.0, "meshes": (2, 3), "way": "down"}}
    assert run_problem(square, "full", given["t.square"]).entries[0].check.reference == 9.0


def test_selection_by_group_letter_and_id(own):
    assert registry.select([]) == ALL
    assert registry.select(["flow"]) == (broken, nothing)
    assert registry.select(["t"]) == ALL
    assert registry.select(["t.square,t3"]) == (square, nothing)
    assert registry.select(["T.Square", "Flow"]) == ALL
    assert registry.select(["T"]) == ALL
    assert registry.find("T.SQUARE") is square
    with pytest.raises(InputError, match="E-VERIFY-001"):
        registry.select(["t2.bro"])


def test_command_runs_stores_and_finds_drift(own, tmp_path):
    base = ["verify", "--only", "t.square", "--out", str(tmp_path / "out")]
    first = RUNNER.invoke(app, [*base, "--accept", "the first"])
    assert first.exit_code == 0, first.output
    stored = json.loads(own.read_text())
    assert stored["full"]["t.square"]["area"] == 4.0625
    assert stored["reasons"][0]["reason"] == "the first"
    assert RUNNER.invoke(app, base).exit_code == 0
    own.write_text(own.read_text().replace("4.0625", "4.0626"))
    regression._stored.cache_clear()
    drifted = RUNNER.invoke(app, base)
    assert drifted.exit_code == 1
    assert "drifted" in drifted.stdout
    other = RUNNER.invoke(app, [*base, "--set", "t.side=3"])
    assert other.exit_code == 0
    assert RUNNER.invoke(app, [*base, "--accept", " "]).exit_code == 2
    refused = RUNNER.invoke(app, [*base, "--set", "t.side=3", "--accept", "no"])
    assert refused.exit_code == 2
    assert "E-VERIFY-006" in refused.stderr


def test_command_lists_and_fails_with_a_code(own, tmp_path):
    listed = RUNNER.invoke(app, ["verify", "--list"])
    assert "t.square" in listed.stdout
    assert "meshes=2,4,8" in listed.stdout
    result = RUNNER.invoke(app, ["verify", "--out", str(tmp_path)])
    assert result.exit_code == 1
    assert "1 of 3 problems passed" in result.stdout


def test_a_failed_check_is_told_and_the_file_holds_all(own, tmp_path):
    out = tmp_path / "there"
    out.mkdir()
    (out / "verification.json").write_text("of an earlier run")
    result = RUNNER.invoke(app, ["verify", "--out", str(out)])
    assert result.exit_code == 1
    assert "RuntimeError: no way forward" in result.stdout
    rows = json.loads((out / "verification.json").read_text())
    assert [(row["id"], row["passed"]) for row in rows] == [
        ("t.square", True), ("t2.broken", True), ("t2.broken", False), ("t3.none", False),
    ]  # fmt: skip


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_folder_that_cannot_be_is_refused_before_anything_runs(own, tmp_path, place):
    (tmp_path / "file").write_text("not a folder")
    result = RUNNER.invoke(app, ["verify", "--out", str(tmp_path / place)])
    assert result.exit_code == 2
    assert "E-VERIFY-007" in result.stderr
    assert "t.square" not in result.stdout


def test_an_id_that_is_not_known_leaves_no_folder(own, tmp_path):
    result = RUNNER.invoke(app, ["verify", "--only", "y", "--out", str(tmp_path / "new")])
    assert result.exit_code == 2
    assert not (tmp_path / "new").exists()


def test_every_problem_of_the_package_is_complete():
    problems = registry.all_problems()
    assert len({problem.id for problem in problems}) == len(problems)
    for problem in problems:
        assert isinstance(problem, Problem)
        assert problem.requirement.endswith(".")
        for level in ("quick", "full"):
            values = problem.values(level, {})
            assert problem.values(level, values) == values, "a default that it would refuse"


def test_nested_meshes_settle_with_their_order_whatever_the_limit():
    meshes = (3, 6, 12)
    values = [7.0 + 2.0 / n**1.5 for n in meshes]
    assert settling_order(meshes, values) == pytest.approx(1.5)
    assert settling_order(meshes[:2], values[:2]) is None
    assert settling_order((3, 6, 9), values) is None
    assert settling_order(meshes, [1.0, 1.0, 1.0]) is None
