# SPDX-License-Identifier: BSD-3-Clause
"""Cure and heat of a plan: what its keys and its product's say."""

from types import SimpleNamespace

import numpy as np
import pytest

from vertaug.curing.body import Blood
from vertaug.curing.record import HeatBalance
from vertaug.errors import InputError
from vertaug.materials.cure import stanczyk_2004
from vertaug.materials.thermal.polymer import Polymer, filled
from vertaug.procedure.heat_flow import handed_on, plan_blood, plan_kinetics, plan_polymer
from vertaug.procedure.plan import load_plan
from vertaug.procedure.product import product_of

HEAD = '[anatomy]\nsource = "parametric"\n[procedure]\nstages = ["access"]\n'


def case_of(tmp_path, text):
    file = tmp_path / "plan.toml"
    file.write_text(HEAD + text)
    plan = load_plan(file)
    return SimpleNamespace(plan=plan, product=product_of(plan.cement))


def test_a_plan_that_says_nothing_takes_the_products(tmp_path):
    case = case_of(tmp_path, "")
    assert case.plan.flow.heat
    assert plan_polymer(case) == Polymer()
    assert plan_kinetics(case) == stanczyk_2004.kinetics()
    usual, found = Blood(), plan_blood(case)
    assert found.bone == pytest.approx(usual.bone)
    assert found.soft == pytest.approx(usual.soft)
    assert found.temperature == usual.temperature


def test_a_plan_overrides_its_product(tmp_path):
    text = """
[cure]
fresh_cure = 0.01
heat = "120 J/mL"
shrinkage = 0.07
bone_flow = "10 mL/(kg*min)"
soft_flow = "0 mL/(g*min)"
filler = "zirconia"
filler_share = 0.3
"""
    case = case_of(tmp_path, text)
    assert plan_polymer(case) == filled("zirconia", 0.3, Polymer(120.0, 0.07))
    assert plan_kinetics(case) == stanczyk_2004.kinetics(0.01)
    assert plan_blood(case).bone == pytest.approx(1.0)
    assert plan_blood(case).soft == 0.0


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ('heat = "120 J"', "cure.heat"),
        ('heat = "2000 J/mL"', "cure.heat"),
        ("heat = 120", "cure.heat"),
        ("shrinkage = 5.1", "cure.shrinkage"),
        ('bone_flow = "3 mL/min"', "cure.bone_flow"),
        ('bone_flow = "3 mL/(g*min)"', "cure.bone_flow"),
        ("fresh_cure = 0.5", "cure.fresh_cure"),
    ],
)
def test_wrong_values_are_refused_where_they_stand(tmp_path, line, field):
    with pytest.raises(InputError) as refusal:
        case_of(tmp_path, f"[cure]\n{line}\n")
    assert refusal.value.field == field
    assert refusal.value.fix


def test_what_an_injection_hands_on_lies_in_the_middle_of_a_wider_grid():
    shape, balance = (3, 4, 5), HeatBalance(1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)
    rng = np.random.default_rng(0)
    arrays = {f"heat_{name}": rng.random(shape) for name in ("temperature", "degree", "peak")}
    arrays |= {f"heat_{name}": rng.random(shape) for name in ("minutes", "omega")}
    arrays["heat_above"] = rng.random((2, *shape))
    arrays |= {f"heat_{name}": rng.random(6) for name in ("time_s", "peak_K", "cure")}
    found = handed_on(arrays, {"heat_parts": vars(balance)}, 2, 310.0)
    assert found is not None
    inner = (slice(2, -2),) * 3
    np.testing.assert_array_equal(found.temperature[inner], arrays["heat_temperature"])
    assert found.temperature[0, 0, 0] == found.damage.peak[0, 0, 0] == 310.0
    np.testing.assert_array_equal(found.damage.above[(..., *inner)], arrays["heat_above"])
    np.testing.assert_array_equal(found.degree[inner], arrays["heat_degree"])
    assert found.balance == balance
    assert found.balance + balance == HeatBalance(2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0)
    assert handed_on({}, {}, 2, 310.0) is None
