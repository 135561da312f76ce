# SPDX-License-Identifier: BSD-3-Clause
"""A lytic lesion in a plan: its region, bone and breach, and a vertebroplasty into it."""

import copy
import tomllib

import numpy as np
import pytest

from vertaug.errors import InputError
from vertaug.procedure.build import build_vertebra, plan_openings
from vertaug.procedure.case import make_case
from vertaug.procedure.inflation_marrow import MarrowWatch, marrow_summary
from vertaug.procedure.plan import plan_from_dict
from vertaug.procedure.reporter import Silent
from vertaug.procedure.stage import StageResult
from vertaug.procedure.stages_access import run_access
from vertaug.procedure.stages_flow import run_inject
from vertaug.procedure.stages_solid import run_inflate
from vertaug.procedure.tumour_setup import pressed_before, tumour_summary

BASE = {"anatomy": {"source": "parametric", "level": "L1"}, "procedure": {"stages": ["access"]}}

TREATED = """
[anatomy]
source = "parametric"
level = "L1"
[anatomy.tumour]
centre = ["0 mm", "2 mm", "0 mm"]
width = "18 mm"
depth = "26 mm"
height = "16 mm"
breach = "posterior"
[tumour]
yield_stress = "0.5 kPa"
[outlets]
usual = true
[[cannula]]
name = "needle"
tip = ["0 mm", "0 mm", "0 mm"]
[[cement.injection]]
cannula = "needle"
volume = "2 mL"
[mesh]
size = "5 mm"
[flow]
spacing = "1.5 mm"
[procedure]
stages = ["access", "inject"]
"""

INFLATED = """
[[balloon]]
name = "left"
side = "left"
volume = "0.5 mL"
[mesh]
size = "5 mm"
cavity_size = "2 mm"
"""


def plan(**tumour):
    data = copy.deepcopy(BASE)
    data["anatomy"]["tumour"] = tumour
    return plan_from_dict(data)


def test_lesion_is_a_region_with_what_is_left_of_the_bone() -> None:
    vertebra = build_vertebra(plan(width="20 mm", depth="16 mm", height="12 mm"))
    region = dict(vertebra.regions)["tumour"]
    inside = region.values < 0.0
    volume = float(inside.sum()) * region.spacing**3
    assert volume == pytest.approx(4.0 / 3.0 * np.pi * 10.0 * 8.0 * 6.0, rel=0.03)
    marks = vertebra.landmarks
    centre = (region.origin + region.spacing * np.argwhere(inside)).mean(axis=0)
    assert centre[1] == pytest.approx(0.5 * (marks.anterior_wall + marks.posterior_wall), abs=0.3)


def test_a_void_made_in_a_lesion_stays_a_void() -> None:
    given = copy.deepcopy(BASE)
    given["anatomy"] |= {
        "tumour": {"centre": ["0 mm", "0 mm", "0 mm"]},
        "cleft": {"centre": ["0 mm", "0 mm", "0 mm"], "height": "8 mm"},
    }
    vertebra = build_vertebra(plan_from_dict(given))
    assert [name for name, _ in vertebra.regions][:2] == ["cleft", "tumour"]


def test_breach_lies_on_the_cortex_ahead_of_the_lesion() -> None:
    given = plan(depth="30 mm", breach="posterior", breach_radius="4 mm")
    vertebra = build_vertebra(given)
    opening = next(o for o in plan_openings(given, vertebra) if o.name == "tumour")
    assert opening.pathway == "cortical_defect"
    assert opening.radius == 4.0
    assert opening.centre[1] == pytest.approx(vertebra.landmarks.posterior_wall, abs=1.5)
    assert abs(float(vertebra.distance.at(opening.centre[None])[0])) < 0.2
    above = plan(height="30 mm", breach="endplate_superior")
    opening = next(o for o in plan_openings(above, build_vertebra(above)) if o.name == "tumour")
    assert opening.pathway == "disc"


def test_wrong_tumours_are_refused() -> None:
    far = plan(depth="8 mm", breach="anterior")
    with pytest.raises(InputError, match="before the bone's surface") as error:
        plan_openings(far, build_vertebra(far))
    assert error.value.code == "E-ANAT-014"
    with pytest.raises(InputError, match="outside the bone") as error:
        build_vertebra(plan(centre=["0 mm", "-60 mm", "0 mm"]))
    assert error.value.field == "anatomy.tumour.centre"
    with pytest.raises(InputError, match="without a segmentation"):
        plan(label=3)
    with pytest.raises(InputError, match="width"):
        plan(width="200 mm")
    with pytest.raises(InputError, match="yield_stress"):
        plan_from_dict({**BASE, "tumour": {"yield_stress": "1 mm"}})


@pytest.fixture(scope="module")
def treated() -> StageResult:
    case = make_case(plan_from_dict(tomllib.loads(TREATED)))
    begun = run_access(case, Silent())
    density, mesh = begun.state.bone.density, begun.state.mesh
    lesion = mesh.cell_region == mesh.region_names.index("tumour")
    sound = mesh.cell_region == mesh.region_names.index("trabecular")
    assert density[lesion].mean() < 0.15 * density[sound].mean()
    return run_inject(case, begun, Silent())


def test_vertebroplasty_of_a_lesion_says_what_became_of_it(treated: StageResult) -> None:
    found = tumour_summary(treated)["tumour"]
    assert found["start_mL"] == pytest.approx(
        treated.facts["tumour"]["transfer"]["volume"] / 1e3, rel=0.1
    )
    out = sum(found["pressed_out_mL"].values())
    assert found["left_mL"] == pytest.approx(found["start_mL"] - out, abs=1e-9)
    assert sum(found["in_spaces_mL"].values()) <= out + 1e-9
    assert found["balance"] < 1e-10
    assert 0.1 < found["lesion_fill"] < 1.0
    assert found["peak_kPa"]["posterior_wall"] > 1.0
    assert set(found["pressed_out_mL"]) == set(treated.facts["pathways"])
    assert any("uncalibrated" in text and "tumour" in text for text in treated.facts["warnings"])


@pytest.mark.slow
def test_inflation_drives_tumour_into_the_bone_around_and_out() -> None:
    """What the balloon takes from the lesion stands in the pores around it, or has left; none is lost."""
    text = TREATED.replace('[mesh]\nsize = "5 mm"\n', INFLATED).replace(
        '"access", "inject"', '"access", "inflate"'
    )
    case = make_case(plan_from_dict(tomllib.loads(text)))
    begun = run_access(case, Silent())
    watch = MarrowWatch(case, begun.state)
    result = run_inflate(case, begun, Silent(), watch)
    watch.add_to(result)
    out = pressed_before({"inflate": result})
    summary = marrow_summary(result)
    assert summary is not None
    assert sum(out.values()) >= 0.0
    assert set(out) == {o.pathway for o in case.openings}
    injected = run_inject(case, result, Silent(), out)
    moved = injected.facts["tumour"]["transfer"]
    assert moved["displaced"] > 0.0
    fresh = run_inject(case, begun, Silent())
    before = fresh.facts["tumour"]["transfer"]["volume"]
    assert moved["volume"] + sum(out.values()) == pytest.approx(before, rel=0.02)
