# SPDX-License-Identifier: BSD-3-Clause
"""V4: kyphoplasty under a residual load after an axial crush.

Sleeve study: 18 osteoporotic vertebrae T11 to L4, compressed axially "to 40 % of the initial anterior height" and
called wedge fractures; kyphoplasty under 110 N all the while; 175 ± 37 psi, 30 % of the lost height restored without
a sleeve. Only the abstract was read, and its words may mean by 40 %; V7's vertebra is crushed so. Assumed: an L1 of
70 mg/cm³, crushed by a machine that pushes 10 mm in front of its middle until three fifths of the anterior height are
gone under load, left for half an hour; the usual openings of its vessels; two balloons of 15 mm that are filled to
3 mL each or to their other rules, and deflated.
"""

from __future__ import annotations

from vertaug.outcomes import restored_height
from vertaug.validation.experiment import Findings, Setting
from vertaug.validation.treatment import balloons, treat

__all__ = ["run"]

PRESSURE = "settled balloon pressure, psi"
LOSS = 0.6
RESTORED = "share of the lost anterior height restored, %"


def run(setting: Setting) -> Findings:
    """Crush a body, inflate and deflate two balloons in it."""
    plan = {
        "anatomy": {"source": "parametric", "level": "L1", "density": "70 mg/cm^3"},
        "boundary": {"axial_load": "110 N"},
        "outlets": {"usual": True},
        "balloon": balloons("3 mL"),
    }
    found = treat(setting, plan, fracture={"anterior_loss": LOSS, "depth": "30 mm"})
    won = restored_height(
        found.before.anterior, found.heights("deflate").anterior, found.intact.anterior
    ).of_lost_percent
    assert won is not None
    return Findings({PRESSURE: found.pressure, RESTORED: won}, {}, found.facts())
