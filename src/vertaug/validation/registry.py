# SPDX-License-Identifier: BSD-3-Clause
"""All experiments, in the order of the dossier they come from."""

from __future__ import annotations

from vertaug.validation.convergence import STUDIES
from vertaug.validation.experiment import Experiment

__all__ = ["EXPERIMENTS", "RUNS"]

EXPERIMENTS = (
    Experiment("V1", "Trabecular bone in a column", "v01_bone_column"),
    Experiment("V2", "A vertebral body crushed by a quarter, left and loaded again", "v02_crush"),
    Experiment("V3", "Strength of vertebral bodies from T4 to L5", "v03_strength"),
    Experiment("V4", "Kyphoplasty under 110 N after an axial crush", "v04_sleeve"),
    Experiment("V5", "Inflation in young vertebrae", "v05_young"),
    Experiment("V6", "Kyphoplasty without load", "v06_unloaded"),
    Experiment("V7", "Height lost as balloons are deflated", "v07_deflation"),
    Experiment("V8", "Height and volume of treated bodies", "v08_volume"),
    Experiment("V9", "Posture against balloons", "v09_posture"),
    Experiment("V10", "Load sharing of shell and core", "v10_load_sharing"),
    Experiment("V11", "Stiffness against the dose of cement", "v11_cement_dose"),
    Experiment("V12", "Disc pressure with a shift of the upper body", "v12_upper_body"),
    Experiment("V16", "One against two balloons", "v16_lift"),
    Experiment("V17", "Pressures and angles as in practice", "v17_practice", after=("V4", "V6", "V7", "V8")),
)  # fmt: skip
RUNS = (*EXPERIMENTS, *STUDIES)
"""Whatever a worker may be asked to run: experiments, and the runs of the studies of convergence."""
