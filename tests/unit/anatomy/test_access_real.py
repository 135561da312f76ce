# SPDX-License-Identifier: BSD-3-Clause
"""Access to a severely crushed L1 and its intact neighbour (VerSe sub-verse004)."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from vertaug.anatomy.access import plan_access
from vertaug.anatomy.canal import find_canal
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


@pytest.mark.parametrize(("label", "name"), [(17, "T10"), (20, "L1"), (21, "L2")])
@pytest.mark.parametrize("route", ["transpedicular", "unipedicular", "extrapedicular"])
def test_every_route_keeps_off_the_canal(label, name, route):
    """The canal of a patient, 12 to 13 mm deep, is measured; the crushed L1 is reached by all routes."""
    bone = _bone(label, name)
    outline = find_canal(bone).outline
    assert 14.0 < np.ptp(outline[:, 0]) < 27.0
    assert 9.0 < np.ptp(outline[:, 1]) < 20.0
    (approach,) = plan_access(bone, ("left",), channel_radius=1.75, route=route).approaches
    gaps = approach.gaps
    assert gaps.canal >= (4.0 if route == "extrapedicular" else 0.0)
    assert gaps.cortex >= 0.0
    assert 5.0 < approach.medial_deg < 45.0
    if route == "unipedicular":
        tip = approach.balloon_end + 1.75 * approach.direction
        assert abs(tip[0]) <= 0.1 * bone.landmarks.width + 1e-9


@cache
def _bone(label, name):
    return ct_vertebra(MASK, label, density=70.0, name=name)
