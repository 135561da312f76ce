# SPDX-License-Identifier: BSD-3-Clause
"""A plan that names a product file: where it is taken from, what follows a change, what is refused."""

import dataclasses
import re
import tomllib
from pathlib import Path

import pytest

from vertaug.errors import InputError
from vertaug.materials.rheology.product import read_product
from vertaug.materials.rheology.registry import RHEOLOGY
from vertaug.procedure.folder import input_digest
from vertaug.procedure.plan import load_plan
from vertaug.procedure.product import product_of

DOCS = Path(__file__).resolve().parents[3] / "docs" / "products.md"
PLAN = """
[anatomy]
source = "parametric"
level = "L1"
[[balloon]]
name = "left"
side = "left"
[[vein]]
name = "basivertebral"
[cement]
product = "own.toml"
[[cement.injection]]
cannula = "left"
"""


def example():
    """The product file that the documentation shows."""
    blocks = re.findall(r"```toml\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    return next(block for block in blocks if "law =" in block)


@pytest.fixture
def plan_file(tmp_path):
    (tmp_path / "own.toml").write_text(example())
    (tmp_path / "plan.toml").write_text(PLAN)
    return tmp_path / "plan.toml"


def test_the_documented_example_is_a_product():
    product = read_product(example(), "products.md")
    assert product.curve.calibrated
    assert len(product.curve.lines) == 3


def test_every_law_and_constant_is_documented():
    text = DOCS.read_text(encoding="utf-8")
    for name, law in RHEOLOGY.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `{name}`"))
        for field in dataclasses.fields(law.builder):
            assert f"`{field.name}`" in row, (name, field.name)


def test_a_product_is_taken_from_the_plans_folder_and_kept_absolute(plan_file):
    plan = load_plan(plan_file)
    assert plan.cement.product == plan_file.parent / "own.toml"
    assert product_of(plan.cement).name == "my cement"
    again = tomllib.loads(plan.resolved_toml())
    assert again["cement"]["product"] == str(plan_file.parent / "own.toml")


def test_the_class_is_used_where_no_file_is_named(plan_file):
    plan_file.write_text(PLAN.replace('product = "own.toml"', 'class = "high"'))
    assert product_of(load_plan(plan_file).cement).name == "high"


def test_another_content_is_another_run(plan_file):
    before = input_digest(load_plan(plan_file))
    assert input_digest(load_plan(plan_file)) == before
    own = plan_file.parent / "own.toml"
    own.write_text(own.read_text().replace("210.0", "211.0"))
    assert input_digest(load_plan(plan_file)) != before


def test_a_missing_product_is_refused_with_the_plans_line(plan_file):
    (plan_file.parent / "own.toml").unlink()
    with pytest.raises(InputError, match="E-PLAN-008") as refusal:
        load_plan(plan_file)
    assert refusal.value.field == "cement.product"
    assert "line 11" in refusal.value.where


def test_a_bad_product_is_refused_before_anything_is_computed(plan_file):
    from vertaug.procedure.case import make_case
    from vertaug.procedure.check import check_plan

    own = plan_file.parent / "own.toml"
    own.write_text(own.read_text().replace("index", "indices"))
    for use in (check_plan, make_case):
        with pytest.raises(InputError, match="E-PRODUCT-002") as refusal:
            use(load_plan(plan_file))
        assert refusal.value.where == str(own)
        assert refusal.value.field == "constants.indices"
