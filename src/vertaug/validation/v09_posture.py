# SPDX-License-Identifier: BSD-3-Clause
"""V9: what posture wins, and what balloons add to it.

Liu et al. (2014), J Korean Neurosurg Soc 55(6): in patients with fresh compression fractures, lying prone alone won
5.5 mm of the anterior height, 4.35 mm of the middle one and 8.3 degrees of Cobb's angle; balloons added nothing
that was significant, and 4.6 mm were left once cement had set. Only the abstract was read; it is an order of
stages, posture far above balloon, and no more is asked: two thirds of what both win, a bound set before the first
run. Assumed: an L1 of 75 mg/cm³ between its neighbours, crushed by two fifths of its anterior height through its
discs; then upright under 300 N; prone under 110 N and 5 N m of extension, without cleft; balloons of 2 mL on each
side.
"""

from __future__ import annotations

from typing import Any

from vertaug.validation.experiment import Findings, Setting
from vertaug.validation.treatment import balloons, treat

__all__ = ["run"]

POSTURE = "anterior height won by lying prone, mm"
SHARE = "share of posture in what posture and balloons win of the anterior height, %"


def _plan() -> dict[str, Any]:
    """Plan without mesh and stages' order."""
    return {
        "anatomy": {"source": "parametric", "level": "L1", "density": "75 mg/cm^3"},
        "boundary": {"situation": "segment"},
        "balloon": balloons("2 mL"),
        "outlets": {"usual": True},
    }


def run(setting: Setting) -> Findings:
    """Break, stand, lie down, inflate, deflate."""
    tables = [
        {"kind": "fracture", "anterior_loss": 0.4, "depth": "40 mm"},
        {"kind": "posture", "name": "upright", "axial_load": "300 N"},
        {"kind": "posture", "name": "prone", "axial_load": "110 N", "extension_moment": "5 N*m"},
    ]
    stages = ("fracture", "upright", "prone", "access", "inflate", "deflate")
    plan = _plan()
    plan["procedure"] = {"stages": list(stages), "stage": tables}
    done = treat(setting, plan).done
    heights = {name: [float(h) for h in done[name].facts["heights"]] for name in stages}
    angles = {name: float(done[name].facts["shape"]["cobb_deg"]) for name in stages}
    posture = heights["prone"][0] - heights["upright"][0]
    added = heights["deflate"][0] - heights["access"][0]
    values = {POSTURE: posture, SHARE: 100.0 * posture / (posture + max(added, 0.0))}
    facts = {
        "heights_mm": heights, "cobb_deg": angles, "won_by_balloons_mm": added,
        "middle_won_by_posture_mm": heights["prone"][1] - heights["upright"][1],
        "cobb_won_by_posture_deg": angles["upright"] - angles["prone"],
        "cells": done["deflate"].state.mesh.n_cells,
    }  # fmt: skip
    return Findings(values, {}, facts)
