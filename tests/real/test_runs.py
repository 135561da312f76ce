# SPDX-License-Identifier: BSD-3-Clause
"""Real vertebrae through the whole procedure, on a coarse mesh, each to its end."""

import json
from pathlib import Path

import pytest

from vertaug.procedure.folder import RunFolder
from vertaug.procedure.plan import load_plan
from vertaug.procedure.reporter import Silent
from vertaug.procedure.run import run_plan
from vertaug.procedure.summary import summary_schema

DATA = (Path(__file__).resolve().parents[2] / "../shared/data").resolve()

pytestmark = [
    pytest.mark.real,
    pytest.mark.timeout(1500),
    pytest.mark.skipif(
        not DATA.is_dir(), reason="no folder shared/data with real vertebrae beside the repository"
    ),
]

COMMON = """
[[balloon]]
name = "left"
side = "left"
length = "15 mm"
volume = "{volume}"

[[balloon]]
name = "right"
side = "right"
length = "15 mm"
volume = "{volume}"

[[vein]]
name = "basivertebral"

[cement]
class = "medium"
start_age = "6 min"

[[cement.injection]]
cannula = "left"
volume = "{volume}"

[[cement.injection]]
cannula = "right"
volume = "{volume}"

[mesh]
size = "3.2 mm"
cavity_size = "1.3 mm"

[numerics]
volume_step = 0.12

[output]
pictures = false
fields = false
"""

ANATOMY = {
    "bonelab_L2": """
source = "ct"
level = "L2"
image = "{data}/bonelab_L2/sub-verse004_0000_vertebra_21_im.nii.gz"
segmentation = "{data}/bonelab_L2/sub-verse004_0000_vertebra_21_seg.nii.gz"
label = [1, 2, 3, 4]
calibration = {{ phantom = "calibrated" }}
""",
    "tptbox_L3": """
source = "ct"
level = "L3"
image = "{data}/tptbox/sub-ct_label-22_ct.nii.gz"
segmentation = "{data}/tptbox/sub-ct_seg-vert_label-22_msk.nii.gz"
label = 22
""",
    "verse004_L1": """
source = "ct"
level = "L1"
segmentation = "{data}/verse004/sub-verse004_seg-vert_msk.nii.gz"
label = 20
density = "70.7 mg/cm^3"
""",
    "remus_L1": """
source = "surface"
level = "L1"
file = "{data}/remus/remus_L1_mm_LPS.ply"
axes = "LPS"
density = "80 mg/cm^3"
""",
    "remus_L3": """
source = "surface"
level = "L3"
file = "{data}/remus/remus_L3_mm_LPS.ply"
axes = "LPS"
density = "80 mg/cm^3"
""",
}


def plan_text(name: str, volume: str) -> str:
    """Plan for one of the vertebrae."""
    anatomy = "[anatomy]" + ANATOMY[name].format(data=DATA)
    return anatomy + COMMON.format(volume=volume)


@pytest.mark.parametrize("name", sorted(ANATOMY))
def test_to_the_end(name, tmp_path):
    volume = "0.8 mL" if name == "verse004_L1" else "1 mL"
    file = tmp_path / "plan.toml"
    file.write_text(plan_text(name, volume))
    plan = load_plan(file)
    with RunFolder(tmp_path / "run", plan) as folder:
        summary = run_plan(plan, folder, Silent()).to_dict()
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(json.loads((tmp_path / "run/summary.json").read_text()), summary_schema())
    balances = summary["balances"]
    assert balances["cement"] <= 1e-8
    assert balances["cavity_identity"] <= 1e-3
    assert balances["bone_mass"] <= 1e-3
    assert balances["reactions"] <= 1e-6
    assert [stage["name"] for stage in summary["stages"]] == [
        "access",
        "inflate",
        "deflate",
        "inject",
    ]
    for balloon in summary["balloons"]:
        assert balloon["stop"] in {"volume", "pressure", "endplate_gap", "cortex_gap"}
        assert 40.0 < balloon["pressure_psi"] <= 404.0
    before, inflated, deflated = (s["heights_mm"]["middle"] for s in summary["stages"][:3])
    assert inflated > before
    assert deflated < inflated
    cement = summary["cement"]
    kept = cement["in_bone_mL"] + sum(cement["leaked_mL"].values())
    assert kept == pytest.approx(cement["injected_mL"], rel=1e-6)
    if name == "verse004_L1":
        assert summary["restoration"]["middle"]["of_lost_percent"] is not None
