# SPDX-License-Identifier: BSD-3-Clause
"""From cured cement on its grid to a body of bone and cement."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.to_solid import field_at, saturation_to_solid
from vertaug.errors import NotConvergedError
from vertaug.grid.flow_grid import INSIDE, FlowGrid, Kind
from vertaug.materials.lewis_1997 import BoneCement
from vertaug.mesh.quality import shape_quality
from vertaug.outcomes.interdigitation import interdigitation
from vertaug.procedure.case import Case, solid_model
from vertaug.procedure.flow_setup import solid_view
from vertaug.procedure.stage import StageResult
from vertaug.solid.balances import cavity_identity_error, mass_error
from vertaug.solid.cavity_fill import fill_cavities
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.model import ENDPLATES, SolidModel, empty_cavities
from vertaug.solid.newton import TIGHT
from vertaug.solid.set_cement import set_cement, shrunk
from vertaug.state import CEMENT, State

__all__ = ["TRANSFER", "SetBody", "set_body", "set_cement_summary", "with_set_cement"]

Float = NDArray[np.float64]

TRANSFER = 1e-3
"""Relative error of the cement's volume from grid to solid that is not worth a warning."""
_COARSER = 1.5
"""Edges within the cement over those of its wall."""


@dataclass(frozen=True)
class SetBody:
    """Bone with its cement: `state`, what the summary says of it (`facts`), and `warnings`."""

    state: State
    facts: dict[str, Any]
    warnings: tuple[str, ...]


def set_body(case: Case, state: State, grid: FlowGrid, saturation: Float, degree: Float) -> SetBody:
    """Let the cement of a grid set in the solid that the grid lies over.

    Parameters
    ----------
    state : the solid as cement found it
    grid, saturation, degree : grid over it, share of the pores that is cement and degree of cure, by voxel

    Raises
    ------
    NotConvergedError
        A cavity cannot be filled with cells, or no equilibrium is found with cement that shrinks.
    """
    plan, model = case.plan, _model(case, state)
    pores = saturation_to_solid(grid, saturation, solid_view(state), degree)
    wanted = pores.in_cavities
    fill = fill_cavities(
        state,
        lambda points: field_at(grid, saturation, Kind.CAVITY, points),
        wanted,
        _COARSER * plan.mesh.cavity_size,
    )
    mesh, n = fill.state.mesh, state.mesh.n_cells
    alone = mesh.cells_of(CEMENT)
    share = min(1.0, wanted / fill.volume) if fill.volume > 0.0 else 0.0
    fresh = mesh.centroids()[alone]
    fraction, filling, cure = (
        np.concatenate([part, rest])
        for part, rest in (
            (pores.fraction, np.full(len(alone), share)),
            (pores.filling, np.ones(len(alone))),
            (pores.cure, field_at(grid, degree, Kind.CAVITY, fresh)),
        )
    )
    material = BoneCement(
        plan.cure.modulus, plan.cure.poisson, plan.cure.compressive_strength, plan.cure.tensile_strength
    )  # fmt: skip
    body = set_cement(fill.state, model, fraction, filling, cure, material)
    inside = np.isin(grid.kind, INSIDE)
    injected = float((saturation * grid.pore_volume())[inside].sum())
    held = float(fraction @ mesh.volumes())
    error = abs(held / injected - 1.0) if injected > 0.0 else 0.0
    facts: dict[str, Any] = {
        "transfer_error": error,
        "cavity_fill_error": fill.error,
        "set_shrinkage": plan.cure.set_shrinkage,
        "cells_of_cement": mesh.n_cells - n,
        "cells_of_bone_and_cement": len(body.cement.cells) if body.cement is not None else 0,
    }
    facts |= _shape(body)
    if plan.cure.set_shrinkage > 0.0:
        body = _pulled(body, model, plan.cure.set_shrinkage)
    texts = [] if error <= TRANSFER else [_lost(error)]
    return SetBody(body, facts, tuple(texts))


def _shape(state: State) -> dict[str, float | None]:
    """How the cement holds."""
    found = interdigitation(state)
    return {} if found is None else found.to_dict()


def _lost(error: float) -> str:
    return (
        f"{100.0 * error:.2g} % of the cement's volume was lost or gained from the grid to the solid: cement hangs "
        "on no wall of its cavity, or cells are too coarse for it; refine mesh.cavity_size"
    )


def _model(case: Case, state: State) -> SolidModel:
    """Model of the solid for a state's endplates."""
    mesh = state.mesh
    plates = [mesh.facets[mesh.facets_of(n)] for n in ENDPLATES]
    return solid_model(case.plan, mesh.points, plates, case.load)


def _pulled(state: State, model: SolidModel, share: float) -> State:
    """Equilibrium after cement that carries has lost ``share`` of its volume."""
    empty = empty_cavities(state.mesh)
    pulled = shrunk(state, share)
    step = Equilibrium(pulled, model).step(pulled, empty, model.surroundings.axial_load, TIGHT)
    if not step.newton.converged:
        raise NotConvergedError("cure", 0, f"{step.newton.reason} as the cement shrinks")
    return step.state


def with_set_cement(
    case: Case, cured: StageResult, grid: FlowGrid, saturation: Float, degree: Float
) -> StageResult:
    """End of a stage whose cement has cured on a grid, with that cement in its solid; see `set_body`."""
    body = set_body(case, cured.state, grid, saturation, degree)
    state = body.state
    quality = float(shape_quality(state.mesh.points, state.mesh.cells).min())
    facts = cured.facts | {
        **case.shape_facts(state),
        "cavity_identity": cavity_identity_error(state),
        "bone_mass": mass_error(state, cured.facts["initial_mass"]),
        "min_quality": min(cured.facts["min_quality"], quality),
        "warnings": [*cured.facts["warnings"], *body.warnings],
        "set_cement": body.facts,
        "cement_transfer": body.facts["transfer_error"],
    }
    return replace(cured, state=state, facts=facts)


def set_cement_summary(cured: StageResult | None) -> dict[str, Any]:
    """Entry ``set_cement`` of the summary; none where no cement has set."""
    return {} if cured is None else {"set_cement": cured.facts["set_cement"]}
