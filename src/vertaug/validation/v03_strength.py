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

from pathlib import Path

import numpy as np

from vertaug.anatomy.parametric import ParametricVertebra
from vertaug.outcomes import potted, sound_specimen
from vertaug.validation.bodies import bone_and_shells, strength
from vertaug.validation.experiment import Findings, Setting

__all__ = ["TREND", "run"]

MEAN = "mean strength of T4 to L5, kN"
LEVELS = "level trend against L1, largest difference, points"
OWN = "L2 from CT, own bone, strength, kN"
NONLINEAR = "L2 from CT, published voxel law, nonlinear strength, kN"
LINEAR = "L2 from CT, published voxel law, linear force at 0.2 % strain, kN"
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
    edges = 1.3 * setting.specimen
    forces = {level: level_strength(level, edges) for level in TREND}
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
            (OWN, NONLINEAR, LINEAR), "no folder bonelab_L2: give it with --data"
        )
        return Findings(values, unable, facts)
    found = _of_image(image, setting)
    return Findings({**values, **found.values}, found.unable, {**facts, **found.facts})


def _of_image(folder: Path, setting: Setting) -> Findings:
    """Strengths of the L2 in ``folder``."""
    unable = dict.fromkeys((OWN, NONLINEAR, LINEAR), "bodies of voxels are not there yet")
    return Findings(unable=unable)
