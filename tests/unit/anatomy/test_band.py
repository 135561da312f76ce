# SPDX-License-Identifier: BSD-3-Clause
"""Fractures that a scan holds: where bone was compacted, what was before, and how loose it is."""

import tomllib

import nibabel as nib
import numpy as np
import pytest

from vertaug.anatomy.assemble import assemble_vertebra
from vertaug.anatomy.band import CRUSHED, find_crush, open_cleft
from vertaug.anatomy.before_fracture import as_at_level
from vertaug.anatomy.ct import ct_vertebra
from vertaug.anatomy.fracture import Band, Deformity
from vertaug.anatomy.parametric import ParametricVertebra
from vertaug.anatomy.profile import heights, profile_from_distance
from vertaug.imaging import Calibration

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


def wedge(level="L1", grade=2, band=None):
    return ParametricVertebra(level, deformity=Deformity("wedge", grade), band=band or Band())


@pytest.fixture(scope="module")
def scan(tmp_path_factory):
    """Label 20 and an image in mg/cm³ of a wedge of L1, noise of 15 mg/cm³, voxels of 0.8, 0.8 and 1.25 mm."""
    folder = tmp_path_factory.mktemp("wedge")
    shape = wedge(band=Band(height=8.0, centre=0.45))
    bone = shape.build(0.8)
    step, count = np.array([0.8, 0.8, 1.25]), (120, 130, 64)
    affine = np.diag([*step, 1.0])
    affine[:3, 3] = [-48.0, -30.0, -40.0]
    place = (np.moveaxis(np.indices(count), 0, -1) * step + affine[:3, 3]).reshape(-1, 3)
    inside = bone.distance.at(place) < 0.0
    image = np.full(len(place), 30.0)
    image[inside] = shape.density_at(place[inside])
    image += np.random.default_rng(0).normal(scale=15.0, size=len(image))
    for name, values in (("ct", image.astype(np.float32)), ("seg", (20 * inside).astype(np.uint8))):
        picture = nib.Nifti1Image(values.reshape(count), LPS_TO_RAS @ affine)
        nib.save(picture, folder / f"{name}.nii")
    return shape, folder


def found(scan, **more):
    _, folder = scan
    return ct_vertebra(
        folder / "seg.nii", 20, image=folder / "ct.nii", calibration=Calibration(phantom="calibrated"),
        neighbours="none", axes=np.eye(3), **more,
    )  # fmt: skip


def test_density_of_a_scan_shows_the_band(scan):
    """Its middle within 2 mm and its height within 3 mm of the map that made it, and only a sentence on mobility."""
    shape, _ = scan
    vertebra = found(scan)
    band = vertebra.damage.band
    assert band.by_density
    worst = band.worst
    place = vertebra.frame.to_source(np.array([[0.0, band.y[worst], band.middle[worst]]]))[0]
    ends = shape.present(
        np.array([[0.0, place[1], z] for z in (shape.fracture.bottom, shape.fracture.top)])
    )
    assert place[2] == pytest.approx(ends[:, 2].mean(), abs=2.0)
    assert band.height[worst] == pytest.approx(np.ptp(ends[:, 2]), abs=3.0)
    middle = np.array([[0.0, band.y[worst], band.middle[worst]]])
    assert vertebra.damage(middle)[0] == pytest.approx(0.53, abs=0.01)
    above = middle + np.array([0.0, 0.0, 7.0])
    assert vertebra.damage(above)[0] < 0.05
    assert any("found by density" in text for text in vertebra.warnings)
    assert any("mobility of 0.5 is assumed" in text for text in vertebra.warnings)


def test_without_contrast_the_middle_half_is_taken():
    shape = wedge()
    bone = shape.build(0.8)
    profile, reference = shape.profile(), shape.profile(intact=True)
    for density in (None, lambda points: np.full(len(points), 75.0)):
        crush, notes = find_crush(profile, reference, 40.0, density)
        np.testing.assert_allclose([crush.band.centre, crush.band.half], [[0.5] * 41, [0.25] * 41])
        assert "density shows none" in notes[0]
    assert find_crush(reference, reference, 40.0)[0] is None
    assert not isinstance(bone.damage, type(crush))


@pytest.mark.parametrize(
    ("level", "scale", "grade"), [("L1", 1.0, 2), ("L1", 0.88, 3), ("T8", 1.0, 2)]
)
def test_morphometry_stands_in_for_neighbours(level, scale, grade):
    """Anterior height before the fracture within 1.5 mm, where the body is its level's mean at some scale."""
    shape = ParametricVertebra(level, scale=scale, deformity=Deformity("wedge", grade))
    bone = shape.build(1.0)
    vertebra = assemble_vertebra(level, bone.distance, bone.frame, shape.density_at)
    truth = heights(shape.profile(intact=True))
    np.testing.assert_allclose(heights(vertebra.reference), truth, atol=1.5)
    assert f"morphometry of {level}" in vertebra.reference_source
    assert any("standard deviation" in text for text in vertebra.warnings)
    assert vertebra.damage.band.by_density


@pytest.mark.parametrize("scale", [0.85, 1.15])
def test_intact_bodies_without_neighbours_stay_intact(scale):
    """Also one that is a quarter higher than its width tells: no third was lower than it is now."""
    shape = ParametricVertebra("L2", scale=scale)
    tall = ParametricVertebra(
        "L2",
        scale=scale,
        dimensions={"anterior_height": 30.0 * scale, "posterior_height": 30.0 * scale},
    )
    for body in (shape, tall):
        bone = body.build(1.0)
        vertebra = assemble_vertebra("L2", bone.distance, bone.frame, body.density_at)
        now = heights(profile_from_distance(vertebra.distance, vertebra.landmarks))
        assert vertebra.damage(np.zeros((1, 3)))[0] == 0.0
        np.testing.assert_allclose(heights(vertebra.reference), now, rtol=0.06)


def test_one_neighbour_is_brought_to_the_level():
    """L1 is lower than L2 and higher than T12; at the ends of the table nothing is changed."""
    profile = ParametricVertebra("L1").profile()
    whole = np.array(heights(profile))
    assert (heights(as_at_level(profile, "T12", 1)) < whole).all()
    np.testing.assert_allclose(heights(as_at_level(profile, "L2", -1)), whole * 24.3 / 23.8)
    assert as_at_level(profile, "L5", 1) is profile
    assert as_at_level(profile, "S1", -1) is profile


def test_damage_and_cleft_grow_with_mobility():
    """Healed bone is sound; up to a half damage grows, from there on a cleft."""
    shape = wedge(grade=3)
    bone = shape.build(0.8)
    profile, reference = shape.profile(), shape.profile(intact=True)
    crushes = {
        m: find_crush(profile, reference, 40.0, shape.density_at, mobility=m)[0]
        for m in (0.0, 0.25, 0.5, 0.75, 1.0)
    }
    peaks = [crush.damage.max() for crush in crushes.values()]
    np.testing.assert_allclose(peaks, [0.0, 0.265, 0.53, 0.53, 0.53], atol=1e-9)
    volumes = []
    for m, crush in crushes.items():
        cleft = open_cleft(crush, m, bone.distance)
        volumes.append(0.0 if cleft is None else np.count_nonzero(cleft.values < 0.0) * 0.8**3)
        if cleft is not None:
            deep = cleft.coordinates()[cleft.values < 0.0]
            assert bone.distance.at(deep).max() < -3.9
            assert (np.interp(deep[:, 1], crush.band.y, crush.band.loss) > CRUSHED).all()
    assert volumes[:3] == [0.0, 0.0, 0.0]
    assert 200.0 < volumes[3] < 0.8 * volumes[4]
    assert volumes[4] < 2500.0


PLAN = """
[anatomy]
source = "ct"
level = "L1"
label = 20
axes = "LPS"
neighbours = "none"
[anatomy.calibration]
phantom = "calibrated"
[anatomy.fracture]
mobility = {mobility}
[[balloon]]
name = "left"
side = "left"
volume = "0.8 mL"
[[balloon]]
name = "right"
side = "right"
volume = "0.8 mL"
[mesh]
size = "5 mm"
cavity_size = "2 mm"
[numerics]
volume_step = 0.25
[procedure]
stages = ["access", "inflate"]
"""


@pytest.mark.slow
def test_balloons_raise_a_mobile_fracture_more(scan):
    """Anterior height gained by two balloons of 0.8 mL: 0.24 mm where the fracture has healed, 0.31 mm at a half."""
    from vertaug.procedure.case import make_case
    from vertaug.procedure.plan import plan_from_dict
    from vertaug.procedure.reporter import Silent
    from vertaug.procedure.stages_access import run_access
    from vertaug.procedure.stages_solid import run_inflate

    gains = []
    for mobility in (0.0, 0.5):
        data = tomllib.loads(PLAN.format(mobility=mobility))
        data["anatomy"] |= {"image": "ct.nii", "segmentation": "seg.nii"}
        case = make_case(plan_from_dict(data, base=scan[1]))
        begun = run_access(case, Silent())
        inflated = run_inflate(case, begun, Silent())
        gains.append(inflated.facts["heights"][0] - begun.facts["heights"][0])
    assert 0.0 < 1.1 * gains[0] < gains[1]
