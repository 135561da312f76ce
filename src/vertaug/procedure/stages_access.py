# SPDX-License-Identifier: BSD-3-Clause
"""The stage in which channels get into the bone: access. It also meshes a vertebra that no stage before has meshed.

Where access comes first, the mesh has its channels from the first. After a fracture they are planned on the shape
that is there then, and cut out of a mesh with a history.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy import Approach, Gaps
from vertaug.anatomy.deformed import as_it_stands
from vertaug.anatomy.naming import name_cannulas
from vertaug.errors import NotConvergedError
from vertaug.mesh import Mesh
from vertaug.procedure.build import build_mesh, channel_capsules, mesh_size, plan_channels
from vertaug.procedure.case import Case, solid_model
from vertaug.procedure.reporter import Reporter
from vertaug.procedure.segment import plan_segment
from vertaug.procedure.stage import Results, StageResult
from vertaug.procedure.stages_solid import solid_facts, stage_model
from vertaug.procedure.tumour_setup import lesion_density
from vertaug.solid.equilibrium import Equilibrium, SolidStep
from vertaug.solid.hollowing import hollowed_state
from vertaug.solid.model import (
    ENDPLATES,
    SolidModel,
    empty_cavities,
    first_state,
    outer_facets,
)
from vertaug.solid.newton import TIGHT
from vertaug.state import State

__all__ = ["as_cut", "cut_access", "run_access", "stand"]

_CLEFT = "cleft"


def _density(case: Case, mesh: Mesh) -> NDArray[np.float64]:
    """Mineral density (n_cells,) mg/cm³; a cleft holds none, a lesion what is left of it."""
    density = lesion_density(case.plan, mesh, case.vertebra.density(mesh.centroids()))
    if _CLEFT not in mesh.region_names:
        return density
    return np.where(mesh.cell_region == mesh.region_names.index(_CLEFT), 0.0, density)


def run_access(case: Case, reporter: Reporter) -> StageResult:
    """Mesh the vertebra with its channels and load it.

    Raises
    ------
    InputError : a balloon or channel does not fit
    NotConvergedError : the vertebra does not carry the load
    """
    return _first(case, reporter, "access", channels=True)


def stand(case: Case, reporter: Reporter, kind: str) -> StageResult:
    """Mesh the whole vertebra, without channels, and load it: what a first stage of ``kind`` begins from.

    Raises
    ------
    NotConvergedError : the vertebra does not carry the load
    """
    return _first(case, reporter, kind, channels=False)


def _first(case: Case, reporter: Reporter, kind: str, *, channels: bool) -> StageResult:
    """Mesh the vertebra, with or without channels, and load it, in a stage of ``kind``."""
    reporter.step(kind, 0.1, "meshing", {})
    mesh, _, _, _ = build_mesh(case.plan, case.vertebra, channels=channels)
    reporter.step(kind, 0.7, "loading", {"cells": float(mesh.n_cells)})
    upper_lower = [mesh.facets[mesh.facets_of(name)] for name in ENDPLATES]
    model = solid_model(case.plan, mesh.points, upper_lower, case.load)
    centroids, centres = mesh.centroids(), mesh.points[mesh.facets].mean(axis=1)
    density = _density(case, mesh)
    vertebra = case.vertebra
    state = first_state(
        mesh,
        model,
        density,
        vertebra.damage(centroids),
        vertebra.damage(centres),
    )
    if case.plan.boundary.situation != "specimen":
        reporter.step(kind, 0.8, "neighbours and discs", {})
        state = replace(state, rig=plan_segment(case.plan, vertebra, mesh, model))
    step = _settled(kind, state, model)
    facts = solid_facts(case, step.state, step.reaction_error, state.bone.mass, 1.0)
    facts["warnings"] = list(model.law.warnings(density[density > 0.0]))
    return StageResult(kind, step.state, facts)


def _settled(kind: str, state: State, model: SolidModel) -> SolidStep:
    """Step to equilibrium under the axial load, cavities empty."""
    cavities = empty_cavities(state.mesh)
    step = Equilibrium(state, model).step(state, cavities, model.surroundings.axial_load, TIGHT)
    if not step.newton.converged:
        reason = f"{step.newton.reason} under the axial load"
        if not model.surroundings.guided:
            reason += '; a specimen that sways is held by boundary.platen = "guided"'
        raise NotConvergedError(kind, 0, reason)
    return step


def cut_access(case: Case, before: StageResult, reporter: Reporter) -> StageResult:
    """Cut the channels out of a vertebra that has a history, planned on the shape it has now.

    What the drill takes is gone; all other bone keeps its mass, damage, crushed volume and stress, and comes to rest
    again under the load it was under.

    Raises
    ------
    InputError : a balloon does not fit into the deformed body, or a channel leaves the bone
    NotConvergedError : the mesher failed, or the vertebra does not carry the load with its channels
    """
    state = before.state
    reporter.step("access", 0.1, "planning", {})
    vertebra = as_it_stands(case.vertebra, state.mesh.points, outer_facets(state.mesh))
    approaches, warnings = plan_channels(case.plan, vertebra)
    reporter.step("access", 0.3, "cutting", {})
    cut = hollowed_state(state, channel_capsules(approaches), mesh_size(case.plan))
    opened = replace(cut.state, mesh=name_cannulas(cut.state.mesh, approaches))
    reporter.step("access", 0.7, "settling", {"cells": float(opened.mesh.n_cells)})
    step = _settled("access", opened, stage_model(case, opened))
    facts = solid_facts(
        case, step.state, step.reaction_error, before.facts["initial_mass"] - cut.mass,
        before.facts["min_quality"],
    )  # fmt: skip
    facts |= {
        "approaches": [_packed(approach) for approach in approaches],
        "removed_mass": cut.mass,
        "removed_volume": cut.volume,
        "warnings": list(warnings),
    }
    return StageResult("access", step.state, facts)


def _packed(approach: Approach) -> dict[str, Any]:
    """An approach as JSON."""
    row = {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in vars(approach).items()
    }
    return row | {"gaps": None if approach.gaps is None else vars(approach.gaps)}


def as_cut(case: Case, done: Results) -> Case:
    """Return ``case`` with the approaches of the channels that were cut in one of the stages ``done``."""
    found: Sequence[dict[str, Any]] = ()
    for result in done.values():
        found = result.facts.get("approaches", found)
    if not found:
        return case
    return replace(case, approaches=tuple(_unpacked(row) for row in found))


def _unpacked(row: dict[str, Any]) -> Approach:
    """Approach that `_packed` took apart."""
    entry, tip, start, end = (
        np.array(row[name]) for name in ("entry", "tip", "balloon_start", "balloon_end")
    )
    known = row.get("gaps")
    gaps = None if known is None else Gaps(**known)
    radius = float(row["channel_radius"])
    return Approach(str(row["name"]), entry, tip, start, end, radius, gaps)
