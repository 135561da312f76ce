# SPDX-License-Identifier: BSD-3-Clause
"""V6: kyphoplasty without a load.

Belkoff et al. (2001), Spine 26:151: 16 osteoporotic vertebral bodies, compressed, then restored by balloons without
load: 97 % of the lost height came back, 2.5 ± 0.7 mm. So 2.6 mm were lost: about half of a crush by a quarter, as
the same group wrote that half of it springs back. Assumed: an L1 of 70 mg/cm³ pressed down at its middle until a
quarter of its anterior height is gone, left for half an hour without load; two balloons that are filled until the
anterior height is back, at most 4 mL each; heights as the mean of anterior, middle and posterior ones (the paper: six
places around the body). So what is asked for is the height with the balloons full; what is left of it without them
is found.
"""

from __future__ import annotations

import numpy as np

from vertaug.outcomes import Heights
from vertaug.validation.experiment import Findings, Setting
from vertaug.validation.treatment import balloons, treat

__all__ = ["run"]

SHARE = "share of the lost height restored without load, %"
GAIN = "gain of mean height, mm"
LOSS = 0.25


def _mean(heights: Heights) -> float:
    """Mean of three heights, mm."""
    return float(np.mean(list(heights.to_dict().values())))


def run(setting: Setting) -> Findings:
    """Crush, inflate until the height is back and deflate without load."""
    plan = {
        "anatomy": {"source": "parametric", "level": "L1", "density": "70 mg/cm^3"},
        "boundary": {"axial_load": "0 N"},
        "outlets": {"usual": True},
        "balloon": [balloon | {"restored_height": 1.0} for balloon in balloons("4 mL")],
    }
    found = treat(setting, plan, fracture={"anterior_loss": LOSS, "offset": "0 mm"})
    gain = _mean(found.heights("deflate")) - _mean(found.before)
    values = {GAIN: gain, SHARE: 100.0 * gain / (_mean(found.intact) - _mean(found.before))}
    return Findings(values, {}, found.facts())
