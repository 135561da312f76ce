# SPDX-License-Identifier: BSD-3-Clause
"""A whole vertebra crushed by two fifths of its anterior height, and then bent backwards."""

import pytest

from vertaug.procedure.case import make_case
from vertaug.procedure.plan import plan_from_dict
from vertaug.procedure.reporter import Silent
from vertaug.procedure.run import run_stages
from vertaug.solid.energy_balance import EnergyBalance

pytestmark = pytest.mark.slow

PLAN = {
    "anatomy": {"source": "parametric", "level": "L1"},
    "mesh": {"size": "5 mm", "cavity_size": "2 mm"},
    "procedure": {
        "stage": [
            {"kind": "fracture", "anterior_loss": 0.4, "depth": "30 mm", "step": "0.8 mm"},
            {"kind": "posture", "extension_moment": "3 N*m"},
        ],
    },
}


@pytest.fixture(scope="module")
def done():
    plan = plan_from_dict(PLAN)
    return run_stages(plan, make_case(plan), Silent())


def test_it_breaks_by_two_fifths_and_keeps_damage_and_shape(done):
    broken = done["fracture"]
    facts = broken.facts
    assert (facts["stop"], facts["failure"]) == ("anterior_loss", "")
    assert broken.arrays["curve"][-1, 2] == pytest.approx(0.4, abs=0.01)
    assert facts["heights_at_once"][0] < 0.7 * facts["heights_before"][0]
    assert (
        facts["heights_at_once"][0] + 1.0 < facts["heights"][0] < 0.8 * facts["heights_before"][0]
    )
    assert facts["heights"][2] > 0.9 * facts["heights_before"][2]
    assert facts["min_quality"] > 0.1
    assert broken.state.bone.damage.max() > 0.5
    assert facts["bone_mass"] < 1e-9


def test_extension_opens_what_was_crushed_and_its_balances_close(done):
    before, after = (done[name].facts for name in ("fracture", "posture"))
    assert after["failure"] == ""
    assert 1.0 < after["heights"][0] - before["heights"][0] < 7.0
    assert after["wedge"] < before["wedge"]
    assert after["reactions"] < 1e-6
    assert EnergyBalance.from_dict(after["energy"]).relative_error < 0.02
