# SPDX-License-Identifier: BSD-3-Clause
"""From a CT image and its segmentation to a report.

    python examples/06_ct_to_report.py ct.nii.gz segmentation.nii.gz 20 --level L1 --out runs/ct

Without files it makes itself a scan of a wedge fracture.
"""

import argparse
import sys
from pathlib import Path

import nibabel
import numpy as np

from vertaug.anatomy.fracture import Band, Deformity
from vertaug.anatomy.parametric import ParametricVertebra
from vertaug.procedure.check import check_plan
from vertaug.procedure.plan import Plan, plan_from_dict
from vertaug.report.side_by_side import compare

QUICK = {
    "mesh": {"size": "5 mm", "cavity_size": "2 mm"},
    "numerics": {"volume_step": 0.25, "deflation_steps": 2},
    "flow": {"spacing": "1.5 mm"},
}


def synthetic_scan(folder: Path) -> tuple[Path, Path]:
    """Write a CT image in HU and its labels of a wedge fracture of L1, as if of a scanner, and return both files."""
    shape = ParametricVertebra(
        "L1", deformity=Deformity("wedge", 2), band=Band(height=8.0, centre=0.45), density=75.0
    )
    bone = shape.build(0.8)
    step, count = np.array([0.8, 0.8, 1.25]), (120, 130, 64)
    affine = np.diag([*step, 1.0])
    affine[:3, 3] = [-48.0, -30.0, -40.0]
    place = (np.moveaxis(np.indices(count), 0, -1) * step + affine[:3, 3]).reshape(-1, 3)
    inside = bone.distance.at(place) < 0.0
    units = np.full(len(place), 40.0)
    units[inside] = shape.density_at(place[inside]) / 0.85
    units += np.random.default_rng(0).normal(scale=15.0, size=len(units))
    folder.mkdir(parents=True, exist_ok=True)
    files = folder / "ct.nii.gz", folder / "labels.nii.gz"
    to_ras = np.diag([-1.0, -1.0, 1.0, 1.0]) @ affine
    arrays = units.astype(np.float32), np.where(inside, 20, 0).astype(np.uint8)
    for file, values in zip(files, arrays, strict=True):
        nibabel.save(nibabel.Nifti1Image(values.reshape(count), to_ras), file)
    return files


def plan_of(image: Path, labels: Path, label: int, level: str, quick: bool = False) -> Plan:
    """Kyphoplasty of one vertebra of a scan; ``quick`` takes balloons of 0.6 mL and coarse meshes."""
    balloon, cement = ("0.6 mL", "1.5 mL") if quick else ("2 mL", "2.5 mL")
    plan = {
        "plan": {"title": f"{level} of {image.name}"},
        "anatomy": {
            "source": "ct",
            "level": level,
            "image": str(image),
            "segmentation": str(labels),
            "label": label,
        },
        "balloon": [{"name": side, "side": side, "volume": balloon} for side in ("left", "right")],
        "outlets": {"usual": True},
        "cement": {
            "class": "medium",
            "injection": [{"cannula": side, "volume": cement} for side in ("left", "right")],
        },
        "procedure": {"stages": ["access", "inflate", "deflate", "inject"]},
    }
    return plan_from_dict(plan | (QUICK if quick else {}))


def main(
    out: str,
    image: str = "",
    labels: str = "",
    label: int = 20,
    level: str = "L1",
    quick: bool = False,
) -> dict:
    """Tell what the scan holds, run the plan under ``out``, and print the results."""
    files = (
        (Path(image).resolve(), Path(labels).resolve())
        if image
        else synthetic_scan(Path(out).resolve() / "scan")
    )
    plan = plan_of(*files, label, level, quick)
    findings = check_plan(plan)
    for name, text in findings.rows():
        sys.stdout.write(f"{name}: {text}\n")
    for text in findings.warnings:
        sys.stdout.write(f"! {text}\n")
    return compare({"treated": plan}, out)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("image", nargs="?", default="", help="CT image in HU, NIfTI")
    parser.add_argument("labels", nargs="?", default="", help="its segmentation on the same grid")
    parser.add_argument("label", nargs="?", type=int, default=20, help="label of the vertebra")
    parser.add_argument("--level", default="L1")
    parser.add_argument("--out", default="runs/ct")
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    main(given.out, given.image, given.labels, given.label, given.level, given.quick)
