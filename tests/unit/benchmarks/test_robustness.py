# SPDX-License-Identifier: BSD-3-Clause
"""The robustness study: interval, seeds, rows that survive kills, members that hang or crash."""

import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

START = subprocess.Popen
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def study():
    """The study's module; benchmarks are no installed package."""
    sys.path.insert(0, str(ROOT))
    try:
        yield importlib.import_module("benchmarks.robustness")
    finally:
        sys.path.remove(str(ROOT))


@pytest.fixture(scope="module")
def members(study):
    """The module that draws and runs members."""
    return importlib.import_module("benchmarks.robustness_members")


def row(member, outcome="stop rule", **more):
    """Row of a member that ran."""
    base = {"member": member, "outcome": outcome, "inverted": 0, "not_finite": 0, "wall_s": 1.0}
    return base | {"stops": {"balloon_left": "volume"}, "stage": "deflate"} | more


def fake(study, monkeypatch, code):
    """Let a member be a process that runs ``code`` with the member's number and its file."""

    def popen(command, **options):
        return START([sys.executable, "-c", code, *command[-2:]], **options)

    monkeypatch.setattr(study.subprocess, "Popen", popen)


WRITE = (
    "import json, sys\n"
    "row = {'member': int(sys.argv[1]), 'outcome': 'stop rule', 'inverted': 0, 'not_finite': 0,\n"
    "       'stops': {'balloon_left': 'volume'}}\n"
    "open(sys.argv[2], 'w').write(json.dumps(row))\n"
)


def test_interval_has_its_published_values(study):
    low, high = study.clopper_pearson(0, 10)
    assert low == 0.0
    assert high == pytest.approx(1.0 - 0.025**0.1)
    assert study.clopper_pearson(10, 10) == (pytest.approx(0.025**0.1), 1.0)
    low, high = study.clopper_pearson(198, 200)
    assert (low, high) == (pytest.approx(0.96431, abs=1e-4), pytest.approx(0.99879, abs=1e-4))


def test_seed_depends_on_study_and_member_alone(members):
    seeds = {members.seed_of(name, number) for name in ("a", "b") for number in range(50)}
    assert len(seeds) == 100
    assert members.seed_of("a", 7) == members.seed_of("a", 7)


def test_data_of_a_plan_are_random_and_valid(members):
    from vertaug.procedure.plan import plan_from_dict

    drawn = [
        members._plan_data(members.np.random.default_rng(members.seed_of("t", n)))
        for n in range(60)
    ]
    plans = [plan_from_dict(data) for data in drawn]
    assert {len(plan.balloon) for plan in plans} == {1, 2}
    assert {plan.anatomy.cleft is None for plan in plans} == {True, False}
    assert all(30.0 <= plan.anatomy.density <= 200.0 for plan in plans)
    assert all(0.7 <= plan.mesh.cavity_size <= 2.0 for plan in plans)
    again = members._plan_data(members.np.random.default_rng(members.seed_of("t", 3)))
    assert again == drawn[3]


def test_rows_survive_a_kill_and_are_not_run_again(study, tmp_path, monkeypatch):
    file = tmp_path / "members.jsonl"
    file.write_text(json.dumps(row(0, marker="kept")) + "\n" + json.dumps(row(1))[:20])
    fake(study, monkeypatch, WRITE)
    rows = study.run_members("s", range(3), 2, tmp_path, 60.0)
    assert [each["member"] for each in rows] == [0, 1, 2]
    assert rows[0]["marker"] == "kept"
    assert study.read_rows(file) == rows


def test_members_that_hang_or_crash_are_lost_and_end(study, tmp_path, monkeypatch):
    fake(study, monkeypatch, "import time; time.sleep(600)")
    monkeypatch.setattr(study, "WALL", 2.0)
    assert study.run_members("s", [0], 1, tmp_path, 0.5)[0]["reason"] == "over 1 s of wall time"
    fake(study, monkeypatch, "import os; os.abort()")
    assert study.run_members("s", [1], 1, tmp_path, 60.0)[0]["reason"] == "exit code -6"
    fake(study, monkeypatch, "while True: pass")
    monkeypatch.setattr(study, "WALL", 60.0)
    reason = study.run_members("s", [2], 1, tmp_path, 1.0)[0]["reason"]
    assert reason == "over 1 s of processor time"
    lost = study.read_rows(tmp_path / "members.jsonl")
    assert [each["outcome"] for each in lost] == ["lost", "lost", "lost"]


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([row(n) for n in range(100)], 0),
        ([row(n) for n in range(99)] + [row(99, "not converged", reason="x")], 0),
        ([row(n) for n in range(98)] + [row(n, "not converged", reason="x") for n in (98, 99)], 1),
        ([row(n) for n in range(99)] + [row(99, inverted=1)], 1),
        ([row(n) for n in range(99)] + [row(99, "lost", reason="over 1 s")], 1),
    ],
)
def test_exit_code_and_table(study, rows, code, tmp_path, capsys):
    lines = [json.dumps(each) for each in rows]
    (tmp_path / "members.jsonl").write_text("\n".join(lines) + "\n")
    assert study.main(["--members", "100", "--out", str(tmp_path)]) == code
    text = capsys.readouterr().out
    good = sum(map(study.succeeded, rows))
    assert f"Ended at a stop rule: {good} of 100" in text
    assert "| stop rule: volume | " in text
    assert (tmp_path / "table.md").read_text() in text


def test_folder_of_another_study_is_refused(study, tmp_path):
    (tmp_path / "study.json").write_text('{"study": "other"}')
    with pytest.raises(SystemExit):
        study.main(["--members", "1", "--out", str(tmp_path)])
