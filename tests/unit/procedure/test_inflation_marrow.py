# SPDX-License-Identifier: BSD-3-Clause
"""Inflation drives marrow out of the vertebra: pressures and volumes of a plan's run."""

import tomllib
from dataclasses import replace

import numpy as np
import pytest

from vertaug.procedure.case import make_case
from vertaug.procedure.inflation_marrow import MarrowWatch, marrow_summary
from vertaug.procedure.plan import plan_from_dict
from vertaug.procedure.reporter import Silent
from vertaug.procedure.stages_access import run_access
from vertaug.procedure.stages_solid import run_inflate

INFLATION = """
[anatomy]
source = "parametric"
level = "L1"
[outlets]
usual = true
[[balloon]]
name = "left"
side = "left"
volume = "0.4 mL"
rate = "6 mL/min"
[mesh]
size = "4 mm"
cavity_size = "1.8 mm"
[flow]
spacing = "1.5 mm"
inflation_states = 2
[procedure]
stages = ["access", "inflate"]
"""


@pytest.mark.slow
def test_marrow_of_an_inflation() -> None:
    """Twice the rate, twice the pressure; a closed vein raises it; what is expelled is what bone lost."""
    case = make_case(plan_from_dict(tomllib.loads(INFLATION)))
    fast = make_case(plan_from_dict(tomllib.loads(INFLATION.replace("6 mL/min", "12 mL/min"))))
    held = replace(case, openings=tuple(o for o in case.openings if o.pathway != "basivertebral"))
    begun = run_access(case, Silent())
    watches = [MarrowWatch(item, begun.state) for item in (case, fast, held)]

    def watch(state) -> None:
        for item in watches:
            item(state)

    result = run_inflate(case, begun, Silent(), watch)
    pressures = []
    for item in watches:
        item.add_to(result)
        number = len(result.facts["marrow"]["probes"])
        assert result.arrays["marrow"].shape[0] == 2
        pressures.append(result.arrays["marrow"][:, 1 : 1 + number] - 1e-3)
        expelled = sum(marrow_summary(result)["expelled_mL"].values())
        assert 0.0 < expelled < 0.4
    assert pressures[0].min() > 0.0
    np.testing.assert_allclose(pressures[1], 2.0 * pressures[0], rtol=1e-4)
    assert (pressures[2] > 1.5 * pressures[0]).all()
