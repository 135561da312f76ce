# SPDX-License-Identifier: BSD-3-Clause
import copy
import tomllib
from dataclasses import replace

import pytest
from pydantic import ValidationError

from vertaug.errors import InputError, InputErrors, VertaugError
from vertaug.materials.bone import FABRIC_BONE, BoneLaw
from vertaug.procedure.case import bone_model
from vertaug.procedure.plan import Plan, demo_plan, load_plan, plan_from_dict
from vertaug.procedure.plan_lines import lines_of

SMALL = {
    "anatomy": {"source": "parametric", "level": "L1"},
    "balloon": [{"name": "left", "side": "left"}],
    "vein": [{"name": "basivertebral"}],
    "cement": {"injection": [{"cannula": "left"}]},
}


def changed(path, value):
    data = copy.deepcopy(SMALL)
    inner = data
    for part in path[:-1]:
        inner = inner[part] if isinstance(part, int) else inner.setdefault(part, {})
    inner[path[-1]] = value
    return data


def errors_of(data):
    with pytest.raises(VertaugError) as caught:
        plan_from_dict(data)
    error = caught.value
    return error.errors if isinstance(error, InputErrors) else (error,)


def test_demo_plan_is_what_is_promised():
    plan = demo_plan()
    assert plan.anatomy.deformity.kind == "wedge"
    assert plan.anatomy.deformity.genant == 2
    assert [balloon.length for balloon in plan.balloon] == [15.0, 15.0]
    assert plan.boundary.axial_load == 110.0
    assert plan.cement.viscosity_class == "medium"
    assert [injection.volume for injection in plan.cement.injection] == [2500.0, 2500.0]
    assert plan.outlets.usual
    assert [opening.pathway for opening in (*plan.vein, *plan.defect)] == ["cortical_defect"]
    assert plan.procedure.stages == ("access", "inflate", "deflate", "inject")


def test_resolved_plan_loads_to_an_equal_plan(tmp_path):
    plan = demo_plan()
    file = tmp_path / "plan.toml"
    file.write_text(plan.resolved_toml())
    assert load_plan(file) == plan
    assert load_plan(file).resolved_toml() == plan.resolved_toml()


def test_resolved_plan_has_every_default_with_its_unit():
    data = tomllib.loads(plan_from_dict(SMALL).resolved_toml())
    assert data["balloon"][0]["pressure_limit"] == "400 psi"
    assert data["cement"]["room_temperature"] == "23 degC"
    assert data["cement"]["injection"][0]["rate"] == "3 mL/min"


def test_plan_cannot_be_changed():
    plan = plan_from_dict(SMALL)
    with pytest.raises(ValidationError):
        plan.boundary.axial_load = 0.0


@pytest.mark.parametrize(
    ("path", "value", "field", "code", "hint"),
    [
        (("balon",), [], "balon", "E-PLAN-001", 'did you mean "balloon"'),
        (("anatomy", "levle"), "L1", "anatomy.levle", "E-PLAN-001", 'did you mean "level"'),
        (("boundary", "spacing"), 1, "boundary.spacing", "E-PLAN-001", "belongs to [flow]"),
        (("balloon", 0, "length"), "15 mL", "balloon.left.length", "E-PLAN-003", "mm"),
        (("balloon", 0, "length"), "15 m", "balloon.left.length", "E-PLAN-005", '"15 mm"'),
        (("balloon", 0, "length"), "-15 mm", "balloon.left.length", "E-PLAN-005", "range"),
        (("boundary", "axial_load"), 110, "boundary.axial_load", "E-PLAN-004", '"110 N"'),
        (("balloon", 0, "side"), "up", "balloon.left.side", "E-PLAN-006", ""),
        (("anatomy", "source"), "stl", "anatomy.source", "E-PLAN-006", ""),
        (("anatomy", "deformity"), {"kind": "wedge"}, "anatomy.deformity.genant", "E-PLAN-009", ""),
        (("mesh", "cavity_size"), "3 mm", "mesh.cavity_size", "E-PLAN-009", ""),
        (("procedure", "stages"), ["inject"], "procedure.stages", "E-PLAN-009", "access"),
        (("procedure", "stages"), ["access", "cure"], "procedure.stages", "E-PLAN-009", "inject"),
        (("vein",), [], "vein", "E-PLAN-009", "[[vein]]"),
        (
            ("cement", "injection", 0, "cannula"),
            "lft",
            "cement.injection[0].cannula",
            "E-PLAN-009",
            "",
        ),
        (("vein", 0, "position"), ["1 mm"], "vein.basivertebral.position", "E-PLAN-006", '"0 mm"'),
    ],
)
def test_error_names_field_and_fix(path, value, field, code, hint):
    (error,) = errors_of(changed(path, value))
    assert (error.field, error.code) == (field, code)
    assert error.found
    assert error.expected
    assert hint in error.fix


def test_all_errors_of_a_plan_come_together():
    data = changed(("balloon", 0, "length"), 15)
    data["boundary"] = {"axial_lod": "110 N"}
    data["anatomy"]["scale"] = 9.0
    fields = {error.field for error in errors_of(data)}
    assert fields == {"balloon.left.length", "boundary.axial_lod", "anatomy.scale"}


def test_error_names_the_line(tmp_path):
    file = tmp_path / "plan.toml"
    file.write_text(
        '[anatomy]\nsource = "parametric"\n\n[[balloon]]\nname = "left"\nside = "left"\n'
        'length = "15 kg"\n[procedure]\nstages = ["access"]\n'
    )
    with pytest.raises(InputError) as caught:
        load_plan(file)
    assert caught.value.where == f"{file}, line 7"


def test_lines_tell_arrays_of_tables_apart():
    lines = lines_of('a = 1\n[[b]]\nx = 1\n[[b]]\nx = 2\n[[b.c]]\ny = 3\n[d.e] # note\n"f" = 1\n')
    assert lines["b", 1, "x"] == 5
    assert lines["b", 1, "c", 0, "y"] == 7
    assert lines["d", "e", "f"] == 9


def test_files_are_taken_from_the_folder_of_the_plan(tmp_path):
    (tmp_path / "bone.stl").write_text("")
    (tmp_path / "plan.toml").write_text(
        '[anatomy]\nsource = "surface"\nfile = "bone.stl"\n'
        '[[balloon]]\nname = "left"\nside = "left"\n[procedure]\nstages = ["access"]\n'
    )
    assert load_plan(tmp_path / "plan.toml").anatomy.file == tmp_path / "bone.stl"


def test_plans_are_equal_only_if_they_say_the_same():
    assert plan_from_dict(SMALL) == plan_from_dict(copy.deepcopy(SMALL))
    assert plan_from_dict(SMALL) != plan_from_dict(changed(("mesh", "size"), "3 mm"))
    assert isinstance(plan_from_dict(SMALL), Plan)


def test_bone_has_axes_where_the_plan_says_so():
    plan = demo_plan()
    assert bone_model(plan) == BoneLaw()
    bone = plan.bone.model_copy(update={"law": "fabric_foam", "strength_factor": 1.5})
    found = bone_model(plan.model_copy(update={"bone": bone}))
    assert found == replace(FABRIC_BONE, strength_factor=1.5 * FABRIC_BONE.strength_factor)
