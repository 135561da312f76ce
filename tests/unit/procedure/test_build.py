# SPDX-License-Identifier: BSD-3-Clause
import copy
import math

import numpy as np
import pytest

from vertaug.anatomy.profile import heights
from vertaug.errors import InputError
from vertaug.procedure.build import build_vertebra, plan_channels, plan_openings
from vertaug.procedure.build_sources import with_fracture
from vertaug.procedure.check import check_plan
from vertaug.procedure.plan import demo_plan, plan_from_dict
from vertaug.procedure.plan_anatomy import Band, Cleft

BASE = {
    "anatomy": {"source": "parametric", "level": "L1"},
    "balloon": [{"name": "first", "side": "right"}, {"name": "second", "side": "left"}],
    "vein": [{"name": "basivertebral"}],
    "defect": [{"name": "hole", "position": ["0 mm", "-16 mm", "0 mm"]}],
    "procedure": {"stages": ["access"]},
}


def plan(**anatomy):
    data = copy.deepcopy(BASE)
    data["anatomy"] |= anatomy
    return plan_from_dict(data)


@pytest.fixture(scope="module")
def intact():
    return build_vertebra(plan())


def test_demo_is_a_wedge_of_the_promised_grade():
    vertebra = build_vertebra(demo_plan())
    lost = heights(vertebra.reference)
    found = check_plan(demo_plan()).heights
    assert 0.2 < 1.0 - found[0] / lost[0] < 0.4
    assert abs(found[2] - lost[2]) < 1.5


def test_heights_in_the_plan_are_the_reference():
    given = {"anterior": "26 mm", "middle": "24 mm", "posterior": "28 mm"}
    vertebra = build_vertebra(plan(reference=given))
    assert heights(vertebra.reference) == pytest.approx((26.0, 24.0, 28.0))
    assert vertebra.reference_source == "heights in the plan"


def test_dimensions_are_taken_over():
    angle = {"pedicle_medial_angle": "25 deg", "superior_width": "50 mm"}
    wide, usual = build_vertebra(plan(dimensions=angle)), build_vertebra(plan())
    assert wide.landmarks.width > usual.landmarks.width
    direction = wide.landmarks.pedicle_left.direction
    assert math.degrees(math.atan2(-direction[0], -direction[1])) == pytest.approx(25.0, abs=3.0)


def test_channels_carry_the_names_of_their_balloons(intact):
    approaches, _ = plan_channels(plan(), intact)
    assert [approach.name for approach in approaches] == ["first", "second"]
    assert approaches[0].entry[0] < 0.0 < approaches[1].entry[0]


def test_balloons_of_different_length_get_their_own(intact):
    data = copy.deepcopy(BASE)
    data["balloon"][1]["length"] = "10 mm"
    approaches, _ = plan_channels(plan_from_dict(data), intact)
    spans = [np.linalg.norm(a.balloon_end - a.balloon_start) for a in approaches]
    assert spans[0] - spans[1] == pytest.approx(5.0, abs=0.5)


def test_error_names_the_balloon_not_the_side(intact):
    data = copy.deepcopy(BASE)
    data["balloon"][0] |= {
        "entry": ["-45 mm", "20 mm", "0 mm"],
        "target": ["15 mm", "-10 mm", "0 mm"],
    }
    with pytest.raises(InputError) as caught:
        plan_channels(plan_from_dict(data), intact)
    assert caught.value.field.startswith("balloon.first.")


def test_openings_are_placed(intact):
    vein, hole = plan_openings(plan(), intact)
    assert (vein.facet_name, vein.pathway, vein.length) == (
        "vein_basivertebral",
        "basivertebral",
        8.0,
    )
    assert abs(intact.distance.at(vein.centre[None])[0]) < 0.5
    np.testing.assert_array_equal(hole.centre, [0.0, -16.0, 0.0])


def test_band_and_cleft_are_put_on_any_source(intact):
    band = Band(height="8 mm", centre=0.5, damage=0.6)
    damaged = with_fracture(intact, band, Cleft(centre=["0 mm", "-5 mm", "0 mm"]))
    points = np.array([[0.0, -2.0, 0.0], [0.0, -2.0, 9.0]])
    assert damaged.damage(points) == pytest.approx([0.6, 0.0], abs=1e-6)
    (name, region), *_ = damaged.regions
    assert name == "cleft"
    assert region.at(np.array([[0.0, -5.0, 0.0]]))[0] < -1.0


def test_cleft_outside_the_bone_is_refused(intact):
    with pytest.raises(InputError, match=r"anatomy\.cleft\.centre"):
        with_fracture(intact, None, Cleft(centre=["0 mm", "-60 mm", "0 mm"]))


def test_check_estimates_grow_with_what_is_asked():
    fine = copy.deepcopy(BASE)
    fine["mesh"] = {"size": "1.5 mm"}
    fine["flow"] = {"spacing": "0.5 mm"}
    coarse, fine = check_plan(plan()), check_plan(plan_from_dict(fine))
    assert fine.cells > 2 * coarse.cells
    assert fine.voxels > 2 * coarse.voxels
    assert fine.memory > coarse.memory
