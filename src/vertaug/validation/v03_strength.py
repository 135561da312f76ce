# SPDX-License-Identifier: BSD-3-Clause
"""V3: strength of vertebral bodies from T4 to L5.

The spineFE benchmark (141 patients of VerSe'19, mean density 77.8 mg/cm³) gives 3.4 ± 1.6 kN by a nonlinear and 3.6
± 1.1 kN by a linear voxel model with caps of resin, and differences of level means against L1: T4 -44.9, T5 -33.8,
T6 -24.5, T7 -15.4, T8 -6.9, T9 and T10 -2.1, T11 +6.2, T12 +2.2, L2 +8.5, L3 +13.7, L4 +17.6, L5 +22.5, taken for
per cent. Here: the engine's own bone in parametric bodies of mean size at 78 mg/cm³, without arch, potted, the
largest force up to 2 mm; and, where the data are there, a real L2 of 1 mm voxels from calibrated CT, as the
engine's own bone and by the published voxel law (`voxel_strength`). The patient's own values were not looked at.
Bands are one standard deviation for one patient.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np

from vertaug.anatomy.parametric import ParametricVertebra
from vertaug.imaging import read_volume
from vertaug.outcomes import potted, sound_specimen
from vertaug.outcomes.crush_test import slope
from vertaug.procedure.build import build_vertebra
from vertaug.procedure.plan import plan_from_dict
from vertaug.validation.bodies import bone_and_shells, strength
from vertaug.validation.experiment import Findings, Setting
from vertaug.validation.voxel_strength import forces, stiffness, voxel_body

__all__ = ["TREND", "run"]

MEAN = "mean strength of T4 to L5, kN"
LEVELS = "level trend against L1, largest difference, points"
OWN = "L2 from CT, own bone, strength, kN"
NONLINEAR = "L2 from CT, published voxel law, nonlinear strength, kN"
LINEAR = "L2 from CT, published voxel law, linear force at 0.2 % strain, kN"
LINEAR_MM = "L2 from CT, published voxel law, linear force at 0.2 mm, kN"
TREND = {
    "T4": -44.9, "T5": -33.8, "T6": -24.5, "T7": -15.4, "T8": -6.9, "T9": -2.1, "T10": -2.1, "T11": 6.2, "T12": 2.2,
    "L1": 0.0, "L2": 8.5, "L3": 13.7, "L4": 17.6, "L5": 22.5,
}  # fmt: skip
DENSITY = 78.0


def level_strength(level: str, edge: float) -> float:
    """Strength (kN) of a parametric body."""
    model = potted(bone_and_shells())
    vertebra = ParametricVertebra(level=level, density=DENSITY).build(0.8)
    return strength(sound_specimen(vertebra, model, edge), model)[0] / 1000.0


def run(setting: Setting) -> Findings:
    """Load fourteen levels to failure, and a real L2 where there is one."""
    edges = setting.specimen
    forces = {
        level: float(setting.remembered(level, partial(level_strength, level, edges)))
        for level in TREND
    }
    points = {level: 100.0 * (force / forces["L1"] - 1.0) for level, force in forces.items()}
    gaps = {level: points[level] - TREND[level] for level in TREND}
    values = {
        MEAN: float(np.mean(list(forces.values()))),
        LEVELS: max(abs(gap) for gap in gaps.values()),
    }
    facts = {"strength_kN": forces, "trend_points": points, "edge_mm": edges}
    image = None if setting.data is None else setting.data / "bonelab_L2"
    if image is None or not image.is_dir():
        unable = dict.fromkeys(
            (OWN, NONLINEAR, LINEAR, LINEAR_MM), "no folder bonelab_L2: give it with --data"
        )
        return Findings(values, unable, facts)
    found = _of_image(image, setting)
    return Findings({**values, **found.values}, found.unable, {**facts, **found.facts})


def _of_image(folder: Path, setting: Setting) -> Findings:
    """Strengths of the L2 in ``folder``."""
    image, labels = (next(folder.glob(f"*_{name}.nii.gz")) for name in ("im", "seg"))
    own, points = setting.remembered("own", partial(_own, image, labels, setting.specimen))
    published, told = setting.remembered("published", partial(_published, image, labels))
    values, curve = {OWN: own, **published}, np.array(points)
    facts = {
        "L2_own_curve_mm_N": points,
        "L2_own_stiffness_N_mm": slope(curve, 1000.0 * own),
    }
    return Findings(values, {}, {**facts, **told})


def _own(image: Path, labels: Path, edge: float) -> tuple[float, list[list[float]]]:
    """Strength (kN) and curve (mm, N) of the bone of an L2 in a CT image, as this engine sees it."""
    anatomy = {
        "source": "ct", "level": "L2", "image": str(image), "segmentation": str(labels), "label": [1, 2, 3, 4],
        "neighbours": "none", "calibration": {"phantom": "calibrated"},
    }  # fmt: skip
    vertebra = build_vertebra(
        plan_from_dict({"anatomy": anatomy, "procedure": {"stages": ["access"]}})
    )
    model = potted(bone_and_shells())
    force, curve = strength(sound_specimen(vertebra, model, edge), model)
    return force / 1000.0, curve.tolist()


def _published(image: Path, labels: Path) -> tuple[dict[str, float], dict[str, object]]:
    """Strengths (kN) of an L2's body by the published voxel law, and every reading; the third index is its axis.

    The strength is the largest force up to 2 mm; bone that is perfectly plastic has no peak.
    """
    density, mask = read_volume(image), read_volume(labels)
    label = mask.values
    rho, spacing = density.values.astype(np.float64), float(np.mean(density.spacing))
    told: dict[str, object] = {}
    stiff = {}
    for name, bones in (("body", (1, 2)), ("body and arch", (1, 2, 3, 4))):
        body = voxel_body(np.isin(label, bones), np.isin(label, (5, 6)), rho, spacing)
        stiff[name] = (stiffness(body), body)
        told[f"voxels_stiffness_N_mm_{name}"] = stiff[name][0]
    linear, body = stiff["body"]
    whole = float(body.points[body.ends[1], 2].min() - body.points[body.ends[0], 2].max())
    ways = (0.002 * body.height, 0.002 * whole, 0.2, 0.5, 1.0, 2.0)
    plastic = forces(body, ways)
    told["voxels_height_mm_bone_and_caps"] = [body.height, whole]
    told["voxels_way_mm"] = list(ways)
    told["voxels_linear_N"] = [linear * way for way in ways]
    told["voxels_nonlinear_N"] = plastic.tolist()
    values = {
        NONLINEAR: float(plastic.max()) / 1000.0,
        LINEAR: linear * ways[0] / 1000.0,
        LINEAR_MM: linear * 0.2 / 1000.0,
    }
    return values, told
