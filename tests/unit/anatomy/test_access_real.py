# SPDX-License-Identifier: BSD-3-Clause
"""Access to a severely crushed L1 and its intact neighbour (VerSe sub-verse004)."""

from pathlib import Path

import numpy as np
import pytest

from vertaug.anatomy.access import plan_access
from vertaug.anatomy.ct import ct_vertebra

FOLDER = Path(__file__).resolve().parents[3] / "../shared/data/verse004"
MASK = FOLDER / "sub-verse004_seg-vert_msk.nii.gz"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not MASK.exists(), reason="needs shared/data/verse004 beside the repository"
    ),
]


@pytest.mark.parametrize(("label", "name", "length"), [(20, "L1", 15.0), (21, "L2", 15.0)])
def test_both_balloons_fit(label, name, length):
    bone = ct_vertebra(MASK, label, density=70.0, name=name)
    plan = plan_access(bone, balloon_length=length, channel_radius=1.75)
    assert len(plan.approaches) == 2
    for approach in plan.approaches:
        way = approach.balloon_end - approach.balloon_start
        points = approach.balloon_start + np.linspace(0.0, 1.0, 50)[:, None] * way
        assert -bone.distance.at(points).max() >= 1.75 + plan.clearance - 0.05
    assert (plan.clearance < 3.0) == bool(plan.warnings)
