# SPDX-License-Identifier: BSD-3-Clause
"""Examples two to six: their plans differ in what they are about; the fifth is run in its quick form."""

import importlib.util
import re
from pathlib import Path

import numpy as np
import pytest

from vertaug.report.side_by_side import differences, told

FOLDER = Path(__file__).resolve().parents[2] / "examples"
SCRIPTS = sorted(path.stem for path in FOLDER.glob("0*.py"))


def example(number):
    path = next(FOLDER.glob(f"{number:02d}_*.py"))
    spec = importlib.util.spec_from_file_location(f"example_{number}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def unlike(one, other):
    """Sections of two plans that differ."""
    return {key for key in type(one).model_fields if getattr(one, key) != getattr(other, key)}


def test_every_script_has_a_page_that_names_it():
    assert [name[:2] for name in SCRIPTS] == ["01", "02", "03", "04", "05", "06"]
    for name in SCRIPTS:
        page = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
        assert page.startswith("# ")
        assert f"examples/{name}.py" in page


@pytest.mark.parametrize(
    ("number", "sections"),
    [
        (2, {"boundary"}),
        (3, {"balloon", "cement"}),
        (4, {"balloon"}),
        (5, {"balloon", "cannula", "procedure"}),
    ],
)
def test_plans_differ_in_their_subject_alone(number, sections):
    first, second, *_ = example(number).plans(quick=True).values()
    assert unlike(first, second) == {"plan", *sections}


def test_one_side_holds_what_two_held():
    both, one = example(3).plans().values()
    assert sum(b.volume for b in one.balloon) == sum(b.volume for b in both.balloon) == 4000.0
    injected = [sum(i.volume for i in plan.cement.injection) for plan in (both, one)]
    assert injected[0] == injected[1] == 5000.0


def test_a_scan_made_by_the_example_is_found_fractured(tmp_path):
    """Without a reference beside it, its heights come from morphometry and its band from density."""
    module = example(6)
    from vertaug.procedure.build import build_vertebra

    vertebra = build_vertebra(
        module.plan_of(*module.synthetic_scan(tmp_path), 20, "L1", quick=True)
    )
    text = " ".join(vertebra.warnings)
    for words in ("found by density", "no intact neighbour", "mobility of 0.5", "rule of thumb"):
        assert words in text
    assert vertebra.damage(np.array([[0.0, -10.0, -1.0]]))[0] > 0.4


def summary(height, leaked):
    """As much of a summary as the table reads."""
    return {
        "stages": [
            {
                "name": "inject",
                "kind": "inject",
                "heights_mm": {"anterior": height},
                "wedge_deg": 9.0,
            }
        ],
        "restoration": {"anterior": {"gain_mm": 1.0, "of_lost_percent": None}},
        "balloons": [],
        "cement": {"in_bone_mL": 4.0, "leaked_mL": {"disc": leaked}},
    }


def test_only_what_differs_is_told():
    rows = differences({"one": summary(20.0, 0.1), "two": summary(21.0, 0.1)})
    assert rows == [["", "one", "two"], ["anterior height after inject", "20.00 mm", "21.00 mm"]]
    lines = told({"one": summary(20.0, 0.1), "two": summary(20.0, 0.25)}).splitlines()
    assert [re.split(r"\s{2,}", line.strip()) for line in lines] == [
        ["one", "two"], ["leaked", "0.100 mL", "0.250 mL"], ["leaked by disc", "0.100 mL", "0.250 mL"],
    ]  # fmt: skip


def test_of_one_run_all_it_has_is_told():
    rows = differences({"one": summary(20.0, 0.1)})
    assert rows[:2] == [["", "one"], ["anterior height after inject", "20.00 mm"]]
    assert ["leaked by disc", "0.100 mL"] in rows
    assert all(row[1] != "–" for row in rows)


@pytest.mark.slow
def test_vertebroplasty_leaks_more_and_raises_nothing(tmp_path):
    """Balloons of 0.6 mL raise little as well; what they change is where cement goes."""
    filled, raised = example(5).main(str(tmp_path), quick=True).values()
    assert filled["restoration"]["anterior"]["gain_mm"] == pytest.approx(0.0, abs=1e-6)
    heights = {s["kind"]: s["heights_mm"]["anterior"] for s in raised["stages"]}
    assert heights["inflate"] > heights["access"]
    leaks = [sum(s["cement"]["leaked_mL"].values()) for s in (filled, raised)]
    assert leaks[0] > 0.005
    assert leaks[1] < 0.5 * leaks[0]
    for name in ("vertebroplasty", "kyphoplasty"):
        assert len(list((tmp_path / name / "pictures").glob("*.png"))) >= 5
        assert (tmp_path / name / "report.html").is_file()


DATA = Path(__file__).resolve().parents[2] / "../shared/data/bonelab_L2"
SCAN = [DATA / f"sub-verse004_0000_vertebra_21_{kind}.nii.gz" for kind in ("im", "seg")]


@pytest.mark.real
@pytest.mark.skipif(
    not SCAN[0].exists(), reason="needs shared/data/bonelab_L2 beside the repository"
)
def test_a_real_scan_is_read(tmp_path):
    """Its labels 1 to 4 make up the vertebra; the plan of the example takes one label, so they are given here."""
    from vertaug.procedure.check import check_plan
    from vertaug.procedure.plan import plan_from_dict

    plan = example(6).plan_of(*SCAN, 1, "L2", quick=True).model_dump()["anatomy"]
    assert plan["image"] == SCAN[0].resolve() or plan["image"] == SCAN[0]
    given = {
        "anatomy": {
            "source": "ct", "level": "L2", "image": str(SCAN[0]), "segmentation": str(SCAN[1]),
            "label": [1, 2, 3, 4], "calibration": {"phantom": "calibrated"},
        },
        "balloon": [{"name": "left", "side": "left"}],
        "procedure": {"stages": ["access"]},
    }  # fmt: skip
    findings = check_plan(plan_from_dict(given))
    assert "from the canal" in dict(findings.rows())["way of left"]
    assert "morphometry" in findings.reference_source
