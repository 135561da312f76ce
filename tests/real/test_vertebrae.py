# SPDX-License-Identifier: BSD-3-Clause
"""Real vertebrae from scans and surfaces: known heights, plausible landmarks."""

from pathlib import Path

import numpy as np
import pytest

from vertaug.anatomy.ct import ct_vertebra
from vertaug.anatomy.profile import heights, profile_from_distance
from vertaug.anatomy.surface import surface_vertebra
from vertaug.imaging import Calibration

DATA = Path(__file__).resolve().parents[2] / "../shared/data"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not DATA.is_dir(), reason="no folder shared/data with real vertebrae beside the repository"
    ),
]


def heights_of(vertebra):
    return heights(profile_from_distance(vertebra.distance, vertebra.landmarks))


def check_pedicles(vertebra, least=2.5, most=8.0):
    """Pedicles lie left and right behind the body, and a line through them leads into it."""
    marks = vertebra.landmarks
    for pedicle, side in ((marks.pedicle_left, 1.0), (marks.pedicle_right, -1.0)):
        assert least < pedicle.radius < most
        assert 8.0 < side * pedicle.isthmus[0] < 0.5 * marks.width
        assert pedicle.entry[1] > pedicle.isthmus[1] > marks.posterior_wall - 4.0
        assert pedicle.direction[1] < -0.75
        inside = pedicle.isthmus + np.linspace(0.0, 20.0, 11)[:, None] * pedicle.direction
        assert (vertebra.distance.at(inside) < 0.0).all()
    assert abs(marks.pedicle_left.isthmus[2] - marks.pedicle_right.isthmus[2]) < 5.0


def test_calibrated_scan_of_l2():
    start = DATA / "bonelab_L2/sub-verse004_0000_vertebra_21_"
    vertebra = ct_vertebra(
        f"{start}seg.nii.gz", (1, 2, 3, 4), image=f"{start}im.nii.gz",
        calibration=Calibration(phantom="calibrated"), name="L2",
    )  # fmt: skip
    np.testing.assert_allclose(heights_of(vertebra), [28.3, 26.0, 26.7], atol=1.0)
    check_pedicles(vertebra)
    core = np.random.default_rng(0).uniform(-6.0, 6.0, (500, 3))
    assert 40.0 < vertebra.density(core).mean() < 110.0
    assert any("orientation" in text for text in vertebra.warnings)


def test_scan_of_l3():
    start = DATA / "tptbox/sub-ct_"
    vertebra = ct_vertebra(
        f"{start}seg-vert_label-22_msk.nii.gz", 22,
        image=f"{start}label-22_ct.nii.gz", name="L3",
    )  # fmt: skip
    np.testing.assert_allclose(heights_of(vertebra), [28.8, 24.2, 26.2], atol=1.0)
    check_pedicles(vertebra)
    # an intact body is no lower than it is
    assert min(np.subtract(heights(vertebra.reference), heights_of(vertebra))) > -1e-6
    assert vertebra.damage(np.zeros((1, 3)))[0] == 0.0
    text = " ".join(vertebra.warnings)
    assert "rule of thumb" in text
    assert "neighbour label 21 is cut off" in text


def test_crushed_l1_between_intact_neighbours():
    vertebra = ct_vertebra(DATA / "verse004/sub-verse004_seg-vert_msk.nii.gz", 20, density=70.7)
    assert heights_of(vertebra)[1] == pytest.approx(9.0, abs=1.5)
    np.testing.assert_allclose(heights(vertebra.reference), 25.5, atol=1.5)
    assert "19 and 21" in vertebra.reference_source
    check_pedicles(vertebra)
    assert vertebra.damage(np.zeros((1, 3)))[0] == pytest.approx(0.53)
    assert any("assumed" in text for text in vertebra.warnings)


def test_coarse_mask_of_l1():
    vertebra = ct_vertebra(
        DATA / "totalsegmentator/example_seg_fast_force_split.nii.gz", 31,
        image=DATA / "totalsegmentator/example_ct.nii.gz",
    )  # fmt: skip
    np.testing.assert_allclose(heights_of(vertebra), [24.6, 25.9, 29.6], atol=1.5)
    check_pedicles(vertebra)


@pytest.mark.parametrize(("level", "middle"), [("L1", 31.1), ("L3", 32.1)])
def test_surface_finds_its_own_directions(level, middle):
    path = DATA / f"remus/remus_{level}_mm_LPS.ply"
    vertebra = surface_vertebra(path, name=level)
    assert heights_of(vertebra)[1] == pytest.approx(middle, abs=1.0)
    assert vertebra.frame.axes[0] == pytest.approx([1.0, 0.0, 0.0], abs=0.05)
    assert vertebra.frame.axes[2, 2] > 0.9
    check_pedicles(vertebra)
