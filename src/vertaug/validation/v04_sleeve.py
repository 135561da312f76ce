# SPDX-License-Identifier: BSD-3-Clause
"""V4: kyphoplasty under a residual load after an axial crush.

Sleeve study: 18 osteoporotic vertebrae T11 to L4, compressed "to 40 % of the initial anterior height", 110 N all
the while; 175 ± 37 psi, 30 % of the lost height restored without a sleeve. Only the abstract was read. Assumed: an
L1 of 70 mg/cm³ that lies crushed by 40 % of its height on all sides (crushed to 40 % under the machine, of which
half springs back, would leave 30 %; "to" may also mean "by"), with the usual openings of its vessels; two balloons
of 15 mm that are filled to 3 mL each or to their other rules, and deflated.
"""

from __future__ import annotations

from vertaug.outcomes import restored_height
from vertaug.validation.experiment import Findings, Setting
from vertaug.validation.treatment import balloons, lost, treat

__all__ = ["run"]

PRESSURE = "settled balloon pressure, psi"
RESTORED = "share of the lost anterior height restored, %"


def run(setting: Setting) -> Findings:
    """Crush by 40 %, inflate and deflate."""
    anatomy: dict[str, object] = {"source": "parametric", "level": "L1", "density": "70 mg/cm^3"}
    anatomy["deformity"] = lost("crush", "L1", 0.4, 0.4, 0.4)
    plan = {"anatomy": anatomy, "boundary": {"axial_load": "110 N"}, "outlets": {"usual": True}}
    found = treat(setting, plan | {"balloon": balloons("3 mL")})
    won = restored_height(
        found.before.anterior, found.heights("deflate").anterior, found.intact.anterior
    ).of_lost_percent
    assert won is not None
    return Findings({PRESSURE: found.pressure, RESTORED: won}, {}, found.facts())
