# SPDX-License-Identifier: BSD-3-Clause
"""Kinds, names and order of stages, and what is kept of each."""

import tomllib
from types import SimpleNamespace
from typing import get_args

import numpy as np
import pytest

from vertaug.errors import InputError, InputErrors
from vertaug.procedure import run, stages
from vertaug.procedure.folder import RunFolder, input_digest
from vertaug.procedure.lasting_load import lasting_loads
from vertaug.procedure.plan import demo_plan, load_plan, plan_from_dict
from vertaug.procedure.plan_model import files_of
from vertaug.procedure.plan_stages import StageWord
from vertaug.procedure.reporter import Silent
from vertaug.procedure.stage import (
    StageResult,
    before_treatment,
    just_before,
    last_of,
)
from vertaug.procedure.stage_rules import (
    RULES,
    Condition,
    StageRule,
    own_names,
    stage_order_faults,
)
from vertaug.procedure.stages_load import load_case


def plan(procedure):
    data = tomllib.loads(demo_plan().resolved_toml())
    return plan_from_dict({**data, "procedure": procedure})


def error_of(procedure):
    with pytest.raises((InputError, InputErrors)) as caught:
        plan(procedure)
    return caught.value


def test_every_kind_has_a_rule_and_something_that_runs_it():
    assert set(RULES) == set(stages.STAGES) == set(get_args(StageWord))


@pytest.mark.parametrize(
    "order",
    [
        ["access"],
        ["access", "inject"],
        ["access", "inflate", "deflate"],
        ["access", "inject", "cure"],
        ["access", "fracture"],
        ["access", "fracture", "fracture", "inflate", "deflate", "inject", "cure"],
        [
            "access",
            "load",
            "fracture",
            "load",
            "inflate",
            "deflate",
            "load",
            "inject",
            "cure",
            "load",
        ],
        ["fracture", "posture", "access", "inflate", "deflate", "inject", "cure", "posture"],
        ["load", "fracture", "load", "access", "inflate", "deflate", "inject", "cure", "load"],
    ],
)
def test_orders_that_can_be_run(order):
    assert plan({"stages": order}).procedure.kinds == tuple(order)


@pytest.mark.parametrize(
    ("order", "found", "fix"),
    [
        (["inflate"], '"inflate" without channels', 'put "access" before'),
        (["access", "access"], '"access_2" of kind "access" with channels', "leave it out"),
        (["fracture", "inject", "access"], '"access" with cement', "before the injection"),
        (["access", "deflate"], '"deflate" without full balloons', '"inflate"'),
        (["access", "inflate", "inject"], '"inject" with full balloons', 'put "deflate" before'),
        (["access", "inflate", "inflate"], 'there since "inflate"', "one inflation"),
        (["access", "inflate", "deflate", "inflate"], "have opened", "from their channels only"),
        (["access", "inject", "inflate"], "cement in the bone", "before the injection"),
        (["access", "cure"], '"cure" without cement', '"inject"'),
        (["access", "cure", "inject"], '"cure" without cement', '"inject"'),
        (["access", "inject", "cure", "cure"], "cured cement", "longer"),
        (["access", "inject", "inject"], '"inject_2"', "cement.injection"),
        (["access", "inflate", "fracture"], '"fracture" with full', "before the inflation"),
        (["access", "inject", "fracture"], '"fracture" with cement', "before the injection"),
        (["access", "inflate", "load"], '"load" with full balloons', 'put "deflate" before'),
        (["access", "inject", "load"], "has not cured", 'put "cure" before'),
        (["access", "inflate", "posture"], '"posture" with full', 'or after "deflate"'),
        (["acces"], '"acces"', 'did you mean "access"'),
    ],
)
def test_orders_that_cannot_be_run_say_why(order, found, fix):
    error = error_of({"stages": order})
    assert error.field == "procedure.stages"
    assert found in error.found
    assert fix in error.fix


def test_an_order_with_two_faults_tells_each_once():
    names = ("inflate", "deflate", "inject", "inject_2", "cure")
    faults = list(stage_order_faults([(name, name.removesuffix("_2")) for name in names]))
    assert [fault.found.split('"')[1] for fault in faults] == ["inflate", "inject", "inject_2"]


def test_stages_have_names_of_their_own():
    assert own_names(["load", "access", "load", "load"]) == ("load", "access", "load_2", "load_3")
    named = plan(
        {"stage": [{"kind": "access", "name": "drill"}, {"kind": "inject", "name": "fill"}]}
    )
    assert named.procedure.stages == ("drill", "fill")
    assert named.procedure.kinds == ("access", "inject")
    mixed = plan({"stages": ["access", "fill"], "stage": [{"kind": "inject", "name": "fill"}]})
    assert [(stage.name, stage.kind) for stage in mixed.procedure.sequence] == [
        ("access", "access"), ("fill", "inject"),
    ]  # fmt: skip
    for each in (named, mixed):
        assert plan_from_dict(tomllib.loads(each.resolved_toml())) == each


@pytest.mark.parametrize(
    ("procedure", "field", "found"),
    [
        (
            {"stages": ["access"], "stage": [{"kind": "inject", "name": "fill"}]},
            "procedure.stages", 'no "fill"',
        ),
        (
            {"stage": [{"kind": "access", "name": "a"}, {"kind": "inject", "name": "a"}]},
            "procedure.stage.a.name", '"a" twice',
        ),
        ({"stage": [{"kind": "access", "name": "inject"}]}, "procedure.stage.inject.name", "inject"),
        ({"stage": [{"kind": "access", "name": "total"}]}, "procedure.stage.total.name", "total"),
        (
            {"stages": ["drill", "drill"], "stage": [{"kind": "access", "name": "drill"}]},
            "procedure.stages", "more than once",
        ),
        ({"stage": [{"name": "drill"}]}, "procedure.stage.drill.kind", "nothing"),
        ({"stage": [{"kind": "drill"}]}, "procedure.stage[0].kind", "drill"),
        ({"stage": [{"kind": "access", "name": "../up"}]}, "procedure.stage.../up.name", "../up"),
    ],
)  # fmt: skip
def test_names_that_cannot_be_used_are_refused(procedure, field, found):
    with pytest.raises((InputError, InputErrors)) as caught:
        plan(procedure)
    errors = getattr(caught.value, "errors", [caught.value])
    assert any(error.field == field and found in error.found for error in errors)


class Kept(StageResult):
    """A stage that can be stored without a state."""

    def pack(self):
        """Nothing but the facts."""
        return {"stage.number": np.array([len(self.name)])}, {
            "state": {}, "stage": self.facts, "kind": self.kind,
        }  # fmt: skip


def test_a_kind_may_be_run_twice_and_is_kept_under_both_names(tmp_path, monkeypatch):
    """A stage that takes the place of injection and bars nothing stands three times in a plan."""
    rules = {**RULES, "inject": StageRule(needs={Condition.MESHED: ""})}
    monkeypatch.setattr(
        "vertaug.procedure.plan_stages.stage_order_faults", lambda s: stage_order_faults(s, rules)
    )
    asked = plan(
        {"stages": ["access", "inject", "standing", "inject"], "stage": [{"kind": "inject", "name": "standing"}]}
    )  # fmt: skip
    seen = []

    def record(case, stage, done, reporter):
        seen.append((stage.name, list(done)))
        reporter.step(stage.kind, 0.5, "half", {})
        return Kept(stage.kind, None, {"n": len(done)})

    monkeypatch.setattr(stages, "STAGES", dict.fromkeys(RULES, record))
    monkeypatch.setattr("vertaug.procedure.stage.unpack_state", lambda arrays, facts: None)
    told = []
    reporter = Silent()
    reporter.step = lambda name, *_: told.append(name)
    names = ["access", "inject", "standing", "inject_2"]
    with RunFolder(tmp_path / "run", asked) as folder:
        first = run.run_stages(asked, None, reporter, folder)
        again = run.run_stages(asked, None, reporter, folder)
        assert folder.checkpoints.finished(names) == tuple(names)
    assert list(first) == list(again) == told == names
    assert [name for name, _ in seen] == names
    assert seen[2][1] == ["access", "inject"]
    assert [result.kind for result in again.values()] == ["access", *["inject"] * 3]
    assert [result.facts["n"] for result in again.values()] == [0, 1, 2, 3]
    assert last_of(again, "inject") is again["inject_2"]


def results(*kinds):
    names = own_names(kinds)
    return {n: StageResult(k, None, {}, name=n) for n, k in zip(names, kinds, strict=True)}


def test_before_is_what_stands_before_the_first_stage_of_the_treatment(monkeypatch):
    from vertaug.procedure import stage as module

    monkeypatch.setattr(module, "RULES", {**RULES, "load": StageRule()})
    done = results("fracture", "load", "access", "inflate", "deflate", "load")
    assert before_treatment(done) is done["load"]
    assert just_before(done, done["inflate"]) is done["access"]
    assert just_before(done, done["fracture"]) is None
    assert before_treatment(results("access", "inflate")).name == "access"
    assert before_treatment(results("access", "fracture", "inflate")).name == "fracture"
    assert before_treatment(results("access", "inflate", "fracture", "inflate")).name == "fracture"
    assert before_treatment(results("fracture", "access", "inflate")).name == "fracture"
    assert before_treatment(results("fracture", "load")).name == "load"
    assert last_of(done, "deflate", "inflate").name == "deflate"
    assert last_of(done, "cure") is None


def test_a_kind_with_keys_of_its_own_takes_them_and_no_others():
    asked = plan(
        {
            "stages": ["access", "fracture", "second"],
            "stage": [
                {"kind": "fracture", "offset": "12 mm"},
                {"kind": "fracture", "name": "second", "anterior_loss": 0.4, "at_failure": True},
            ],
        }
    )
    _, first, second = asked.procedure.sequence
    assert (first.name, first.offset, first.anterior_loss) == ("fracture", 12.0, 0.25)
    assert (second.name, second.offset, second.anterior_loss) == ("second", 10.0, 0.4)
    assert plan_from_dict(tomllib.loads(asked.resolved_toml())) == asked
    error = error_of({"stage": [{"kind": "access", "offset": "12 mm"}]})
    assert (error.field, error.code) == ("procedure.stage[0].offset", "E-PLAN-001")
    error = error_of({"stage": [{"kind": "access"}, {"kind": "fracture", "offset": "12"}]})
    assert (error.field, error.code) == ("procedure.stage[1].offset", "E-PLAN-004")


def test_every_file_a_plan_names_counts(tmp_path):
    """The digest changes with each file that any declared key names, and with its place."""
    for name in ("bone.stl", "other.stl"):
        (tmp_path / name).write_text("solid")
    file = tmp_path / "plan.toml"
    file.write_text(
        '[anatomy]\nsource = "surface"\nfile = "bone.stl"\n[cement]\nproduct = "other.stl"\n'
        '[procedure]\nstages = ["access"]\n'
    )
    asked = load_plan(file)
    assert files_of(asked) == (
        ("anatomy.file", tmp_path / "bone.stl"), ("cement.product", tmp_path / "other.stl"),
    )  # fmt: skip
    digests = [input_digest(asked)]
    for name in ("bone.stl", "other.stl"):
        (tmp_path / name).write_text("changed")
        digests.append(input_digest(asked))
    assert len(set(digests)) == 3


def test_a_run_tells_names_and_kinds(monkeypatch):
    """What runs a stage need not know the name it goes by."""
    monkeypatch.setattr(
        stages, "STAGES", {"access": lambda *_: StageResult("access", None, {"heights": []})}
    )
    stage = SimpleNamespace(kind="access", name="drill")
    result = stages.run_stage(None, stage, {}, Silent())
    assert (result.name, result.kind) == ("drill", "access")


@pytest.mark.parametrize(
    ("keys", "field", "found"),
    [
        ({"case": "rotation"}, "case", "rotation"),
        ({"case": "to_failure", "force": "500 N"}, "force", "a force"),
        ({"case": "standing", "moment": "2 N*m"}, "moment", "a moment"),
        ({"case": "to_failure", "keep": True}, "keep", "keep with to_failure"),
    ],
)
def test_loads_that_a_specimen_does_not_take_say_what_to_do(keys, field, found):
    error = error_of({"stage": [{"kind": "access"}, {"kind": "load", "name": "walk", **keys}]})
    assert error.field == f"procedure.stage.walk.{field}"
    assert found in error.found
    assert error.fix


def test_loads_have_names_and_keys_of_their_own():
    tables = [
        {"kind": "access"},
        {"kind": "load", "name": "before", "case": "lateral", "moment": "4 N*m", "side": "right"},
        {"kind": "fracture"},
        {"kind": "load", "name": "after", "case": "flexion", "force": "800 N"},
    ]
    sequence = plan({"stage": tables}).procedure.sequence
    assert [stage.name for stage in sequence] == ["access", "before", "fracture", "after"]
    side, front = load_case(sequence[1], "L1"), load_case(sequence[3], "L1")
    assert (side.force, side.forwards, side.left) == (700.0, 0.0, -4000.0)
    assert (front.force, front.forwards, front.left) == (800.0, 7500.0, 0.0)


def test_a_load_lasts_until_a_stage_gives_another_one():
    asked = plan(
        {
            "stage": [
                {"kind": "fracture", "axial_load": "500 N"},
                {"kind": "posture", "axial_load": "110 N", "extension_moment": "3 N*m"},
                {"kind": "access"},
                {"kind": "inflate", "axial_load": "0 N"},
                {"kind": "deflate"},
                {"kind": "posture", "name": "up"},
            ]
        }
    )
    loads = lasting_loads(asked)
    assert {name: (load.axial, load.forwards) for name, (_, load) in loads.items()} == {
        "fracture": (500.0, 0.0), "posture": (110.0, -3000.0), "access": (110.0, -3000.0),
        "inflate": (0.0, -3000.0), "deflate": (0.0, -3000.0), "up": (0.0, 0.0),
    }  # fmt: skip
    assert loads["fracture"][0].axial == asked.boundary.axial_load
    assert loads["up"][0] == loads["deflate"][1]


@pytest.mark.parametrize(
    ("tables", "found", "fix"),
    [
        (
            [{"kind": "access"}, {"kind": "inflate"}, {"kind": "deflate", "axial_load": "0 N"}],
            "an axial load", "balloons are full",
        ),
        (
            [{"kind": "posture", "extension_moment": "3 N*m"}, {"kind": "fracture"}],
            'stage "fracture" under the extension moment of "posture"', "without extension_moment",
        ),
    ],
)  # fmt: skip
def test_loads_that_cannot_change_or_last_are_refused(tables, found, fix):
    error = error_of({"stage": tables})
    assert found in error.found
    assert fix in error.fix
