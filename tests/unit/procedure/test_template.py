# SPDX-License-Identifier: BSD-3-Clause
import tomllib
from pathlib import Path

import pytest

from vertaug.procedure.plan import demo_plan, load_plan
from vertaug.procedure.plan_model import entries
from vertaug.procedure.template import SOURCES, new_plan_text, reference_page

ROOT = Path(__file__).resolve().parents[3]


def test_new_parametric_plan_is_the_demonstration(tmp_path):
    file = tmp_path / "plan.toml"
    file.write_text(new_plan_text())
    assert load_plan(file) == demo_plan()


@pytest.mark.parametrize("source", SOURCES)
def test_new_plan_loads_once_its_files_are_there(tmp_path, source):
    for name in ("vertebra.stl", "ct.nii.gz", "segmentation.nii.gz", "cement.toml"):
        (tmp_path / name).write_text("")
    file = tmp_path / "plan.toml"
    file.write_text(new_plan_text(source))
    assert load_plan(file).anatomy.source == source


@pytest.mark.parametrize("source", SOURCES)
def test_every_default_shown_as_a_comment_is_valid(tmp_path, source):
    """Uncomment every scalar default that belongs to an active table."""
    for name in ("vertebra.stl", "ct.nii.gz", "segmentation.nii.gz", "cement.toml"):
        (tmp_path / name).write_text("")
    lines, active = [], True
    for line in new_plan_text(source).splitlines():
        if line.startswith(("[", "# [")):
            active = line.startswith("[")
        shown = " = " in line and line.startswith("# ") and "  # " in line
        unset = any(word in line for word in ("position", "entry", "target", "_height", "array"))
        in_dimensions = "[anatomy.dimensions]" in lines[-1:] or "dimensions" in line
        lines.append(line[2:] if shown and active and not unset and not in_dimensions else line)
        if line == "[anatomy.dimensions]":
            active = False
    file = tmp_path / "plan.toml"
    file.write_text("\n".join(lines))
    assert load_plan(file).numerics == demo_plan().numerics


def test_plan_shows_every_key():
    text = new_plan_text()
    for name in ("balloon", "vein", "defect", "cement", "mesh", "flow", "numerics", "output"):
        (entry,) = [item for item in entries(type(demo_plan())) if item.key == name]
        for inner in entries(entry.models[0]):
            assert inner.key in text, f"{name}.{inner.key}"


def test_reference_page_is_current():
    assert (ROOT / "docs" / "plan.md").read_text() == reference_page()


def test_every_field_is_documented():
    def walk(model):
        for entry in entries(model):
            assert entry.meaning, f"{model.__name__}.{entry.key}"
            for below in entry.models:
                walk(below)

    walk(type(demo_plan()))


def test_embedded_plan_is_toml_with_units():
    text = (ROOT / "src" / "vertaug" / "procedure" / "demo.toml").read_text()
    assert tomllib.loads(text)["boundary"]["axial_load"] == "110 N"
