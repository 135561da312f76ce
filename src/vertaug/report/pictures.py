# SPDX-License-Identifier: BSD-3-Clause
"""Draws the pictures of a run from what it left in its folder."""

from __future__ import annotations

from vertaug.procedure.case import make_case
from vertaug.procedure.folder import RunFolder
from vertaug.procedure.stage import StageResult
from vertaug.procedure.stages_access import as_cut
from vertaug.viz import CementGrid, Snapshot, draw_run

__all__ = ["draw_pictures"]


def draw_pictures(folder: RunFolder) -> None:
    """Draw bone, cavities and cement of each finished stage into ``pictures``.

    A load that the run does not go on from has left the vertebra as it was, and is drawn as a start alone.
    """
    results = []
    for stage in folder.plan.procedure.sequence:
        name = str(stage.name)
        stored = folder.checkpoints.load(name)
        if stored is not None:
            results.append(StageResult.unpack(name, *stored))
    snapshots, emptied = [], False
    for result in results:
        emptied = emptied or result.kind == "deflate"
        if result is results[0] or result.kind != "load" or "energy" in result.facts:
            snapshots.append(_snapshot(result, emptied))
    case = as_cut(make_case(folder.plan), {result.name: result for result in results})
    cement = {result.name: _cement(result) for result in results if result.kind == "inject"}
    pictures = folder.path("pictures")
    pictures.mkdir(exist_ok=True)
    draw_run(pictures, snapshots, case.vertebra.landmarks, case.approaches, cement)


def _snapshot(result: StageResult, emptied: bool) -> Snapshot:
    """Bone at the end of a stage, with the cement that has set."""
    state = result.state
    filling = None if state.cement is None else state.cement.filling
    return Snapshot(result.name, state.mesh, state.bone.ratio, filling, emptied)


def _cement(result: StageResult) -> CementGrid:
    """Cement of the injection, inside and by compartment outside."""
    arrays, facts = result.arrays, result.facts
    outside = arrays["cement_outside"]
    leaked = {name: outside[i] for i, name in enumerate(facts["compartments"])}
    return CementGrid(arrays["grid_origin"], facts["grid_spacing"], arrays["cement_inside"], leaked)
