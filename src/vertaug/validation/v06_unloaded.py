# SPDX-License-Identifier: BSD-3-Clause
"""V6: kyphoplasty without a load.

Belkoff et al. (2001), Spine 26:151: 16 osteoporotic vertebral bodies, compressed, then restored by balloons without
load: 97 % of the lost height came back, 2.5 ± 0.7 mm. So 2.6 mm were lost: about half of a crush by a quarter, as
the same group wrote that half of it springs back. Assumed: an L1 of 70 mg/cm³ crushed by 2.6 mm on all sides, 0 N,
two balloons of 3 mL, heights as the mean of anterior, middle and posterior ones (the paper: six places around the
body).
"""

from __future__ import annotations

import numpy as np

from vertaug.outcomes import Heights
from vertaug.validation.experiment import Findings, Setting
from vertaug.validation.treatment import balloons, lost, treat

__all__ = ["run"]

SHARE = "share of the lost height restored without load, %"
GAIN = "gain of mean height, mm"
LOST = 2.6


def _mean(heights: Heights) -> float:
    """Mean of three heights, mm."""
    return float(np.mean(list(heights.to_dict().values())))


def run(setting: Setting) -> Findings:
    """Crush by 2.6 mm, inflate and deflate without load."""
    anatomy: dict[str, object] = {"source": "parametric", "level": "L1", "density": "70 mg/cm^3"}
    anatomy["deformity"] = lost("crush", "L1", LOST, LOST, LOST)
    plan = {"anatomy": anatomy, "boundary": {"axial_load": "0 N"}, "outlets": {"usual": True}}
    found = treat(setting, plan | {"balloon": balloons("3 mL")})
    gain = _mean(found.heights("deflate")) - _mean(found.before)
    values = {GAIN: gain, SHARE: 100.0 * gain / (_mean(found.intact) - _mean(found.before))}
    return Findings(values, {}, found.facts())
