# SPDX-License-Identifier: BSD-3-Clause
"""V2: a vertebral body crushed by a quarter, left and loaded again.

Wegrzyn et al. (2011), J Bone Miner Res 26:739: 21 human L3 bodies compressed by 25 % of their height, unloaded,
left for 30 minutes and compressed again: 31 ± 7 % of the deformation recovered, stiffness changed by -53 ± 18 %,
failure load by -11 ± 19 %. Assumed: a parametric L3 of 90 mg/cm³ without its arch, both endplates in resin, the
platen without tilt; failure where the slope has fallen to a tenth. Delayed compliance and loss of strength were
calibrated here; meshes and readings are in docs/wegrzyn.md.
"""

from __future__ import annotations

from vertaug.anatomy.parametric import ParametricVertebra
from vertaug.outcomes import body_height, crush_test, potted, sound_specimen
from vertaug.validation.bodies import bone_and_shells
from vertaug.validation.experiment import Findings, Setting

__all__ = ["run"]

RECOVERED = "deformation recovered 30 minutes after a crush by 25 %, %"
STIFFNESS = "change of stiffness, %"
LOAD = "change of failure load, %"


def run(setting: Setting) -> Findings:
    """Crush, let go, wait, load again."""
    model = potted(bone_and_shells())
    vertebra = ParametricVertebra(level="L3", density=90.0).build(0.8)
    state = sound_specimen(vertebra, model, setting.specimen)
    height = body_height(state.mesh)
    crush = crush_test(state, model, 0.25 * height)
    (stiff, soft), (strong, weak) = crush.stiffness, crush.strength
    values = {
        RECOVERED: 100.0 * crush.recovery,
        STIFFNESS: 100.0 * (soft / stiff - 1.0),
        LOAD: 100.0 * (weak / strong - 1.0),
    }
    facts = {
        "edge_mm": setting.specimen, "cells": state.mesh.n_cells, "height_mm": height,
        "stiffness_N_mm": [stiff, soft], "failure_load_N": [strong, weak],
        "recovered_at_once_percent": 100.0 * crush.instant_recovery,
    }  # fmt: skip
    return Findings(values, {}, facts)
