# SPDX-License-Identifier: BSD-3-Clause
"""V11: stiffness of a crushed body against the dose of cement.

Liebschner (2001): 15 % of the body's volume brings a damaged body's stiffness back, 30 % makes it half as stiff
again; Molloy (2003): strength is back at 16.2 %, stiffness at 29.8 %; Kim (2012): 30 % gives that of normal bone.
So the curve crosses the intact stiffness between 15 and 30 %. Assumed: an L1 of 78 mg/cm³, crushed by a quarter in
resin and left for 30 minutes as in V2; cement fills all pores within an ellipsoid about the middle of the body, of
the body's own proportions, and bone stays bonded to it. Where 60 % do not bring it back, 60 is told. The filled
share counts that ellipsoid, as volumes of cement over the body's do; stiffness is the slope of a new loading
between a fifth and a half of the intact failure load.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy.parametric import ParametricVertebra
from vertaug.outcomes import body_height, crush_test, potted, sound_specimen
from vertaug.outcomes.crush_test import slope
from vertaug.solid.model import SolidModel
from vertaug.solid.set_cement import set_cement
from vertaug.state import State
from vertaug.validation.bodies import bone_and_shells, loaded
from vertaug.validation.experiment import Findings, Setting

__all__ = ["crossing", "run"]

Float = NDArray[np.float64]

QUANTITY = "fill at which stiffness is that of the intact body, %"
FILLS = (0.0, 0.08, 0.15, 0.22, 0.3, 0.45, 0.6)
_CURED = 0.95


def cement_in_middle(state: State, share: float) -> Float:
    """Filling (n_cells,) of the pores: 1 in cells about the middle that together are ``share`` of the body."""
    centroids, volumes = state.mesh.centroids(), state.mesh.volumes()
    half = 0.5 * np.ptp(state.mesh.points, axis=0)
    middle = 0.5 * (state.mesh.points.max(axis=0) + state.mesh.points.min(axis=0))
    order = np.argsort(np.linalg.norm((centroids - middle) / half, axis=1))
    held = np.cumsum(volumes[order]) <= share * volumes.sum()
    filling = np.zeros(len(volumes))
    filling[order[held]] = 1.0
    return filling


def crossing(fills: Float, ratios: Float) -> float:
    """Fill at which a curve of stiffness ratios is first 1; the last one where it is not reached up to there."""
    over = np.flatnonzero(ratios >= 1.0)
    if not len(over) or over[0] == 0:
        return float(fills[0 if len(over) else -1])
    after = int(over[0])
    share = (1.0 - ratios[after - 1]) / (ratios[after] - ratios[after - 1])
    return float(fills[after - 1] + share * (fills[after] - fills[after - 1]))


def _stiffness(state: State, model: SolidModel, top: float, step: float) -> float:
    """Slope (N/mm) of a loading between a fifth and a half of ``top`` N, in steps of ``step`` mm."""
    curve, _ = loaded(state, model, step * np.arange(1.0, 200.0), 0.85 * top)
    return slope(curve, top)


def run(setting: Setting) -> Findings:
    """Crush, fill, and load again at every dose."""
    model = potted(bone_and_shells())
    vertebra = ParametricVertebra(level="L1", density=78.0).build(0.8)
    sound = sound_specimen(vertebra, model, setting.specimen)
    crush = crush_test(sound, model, 0.25 * body_height(sound.mesh), reload=0.01)
    top, intact = crush.strength[0], crush.stiffness[0]
    rested = crush.rested
    ratios = []
    for share in FILLS:
        filling = cement_in_middle(rested, share)
        pores = 1.0 - rested.bone.density / 1000.0
        body = rested
        if share:
            body = set_cement(
                rested, model, pores * filling, filling, np.full(len(filling), _CURED)
            )
        ratios.append(_stiffness(body, model, top, 0.02 + 0.08 * (1.0 - share)) / intact)
    facts = {
        "fill_percent": [100.0 * share for share in FILLS], "stiffness_over_intact": ratios,
        "intact_N_mm": intact, "intact_failure_N": top, "edge_mm": setting.specimen,
    }  # fmt: skip
    return Findings({QUANTITY: 100.0 * crossing(np.array(FILLS), np.array(ratios))}, {}, facts)
