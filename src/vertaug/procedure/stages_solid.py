# SPDX-License-Identifier: BSD-3-Clause
"""The stages in which the bone deforms: access, inflate, deflate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.balloon.deflate import deflate
from vertaug.balloon.inflate import BalloonRecord, inflate
from vertaug.balloon.wall import BalloonWall
from vertaug.errors import NotConvergedError
from vertaug.mesh import Mesh
from vertaug.mesh.quality import shape_quality
from vertaug.outcomes import to_mL, to_psi
from vertaug.procedure.build import build_mesh
from vertaug.procedure.case import Case, solid_model
from vertaug.procedure.reporter import Reporter
from vertaug.procedure.stage import StageResult
from vertaug.procedure.tumour_setup import lesion_density
from vertaug.solid.balances import cavity_identity_error, mass_error
from vertaug.solid.cavity import CavityItem, pressure_energy
from vertaug.solid.energy_balance import EnergyBalance
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.model import ENDPLATES, SolidModel, cavity_facets, first_state
from vertaug.solid.newton import TIGHT
from vertaug.state import State

__all__ = ["run_access", "run_deflate", "run_inflate", "solid_facts", "stage_model"]

Watch = Callable[[State], None]
_CLEFT = "cleft"


def stage_model(case: Case, state: State) -> SolidModel:
    """Model of the solid for a state's endplates."""
    mesh = state.mesh
    return solid_model(case.plan, mesh.points, [mesh.facets[mesh.facets_of(n)] for n in ENDPLATES])


def solid_facts(
    case: Case, state: State, reaction_error: float, mass: float, worst: float
) -> dict[str, Any]:
    """What every stage says of its end."""
    quality = float(shape_quality(state.mesh.points, state.mesh.cells).min())
    return {
        **case.shape_facts(state),
        "cavity_identity": cavity_identity_error(state),
        "bone_mass": mass_error(state, mass),
        "reactions": reaction_error,
        "initial_mass": mass,
        "min_quality": min(worst, quality),
    }


def _unwatched(_: State) -> None:
    """Ignore a state."""


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
    reporter.step("access", 0.1, "meshing", {})
    mesh, _, _, _ = build_mesh(case.plan, case.vertebra)
    reporter.step("access", 0.7, "loading", {"cells": float(mesh.n_cells)})
    upper_lower = [mesh.facets[mesh.facets_of(name)] for name in ENDPLATES]
    model = solid_model(case.plan, mesh.points, upper_lower)
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
    cavities = [CavityItem(f, pressure_energy(0.0)) for f in cavity_facets(mesh).values()]
    step = Equilibrium(state, model).step(state, cavities, model.surroundings.axial_load, TIGHT)
    if not step.newton.converged:
        reason = f"{step.newton.reason} under the axial load"
        if not model.surroundings.guided:
            reason += '; a specimen that sways is held by boundary.platen = "guided"'
        raise NotConvergedError("access", 0, reason)
    facts = solid_facts(case, step.state, step.reaction_error, state.bone.mass, 1.0)
    facts["warnings"] = list(model.law.warnings(density[density > 0.0]))
    return StageResult("access", step.state, facts)


def _show(records: Sequence[BalloonRecord]) -> dict[str, float]:
    """Numbers for the progress line: mean pressure and whole volume of the balloons."""
    pressure = float(np.mean([record.pressure for record in records]))
    return {
        "pressure_psi": to_psi(pressure),
        "volume_mL": to_mL(sum(record.volume for record in records)),
    }


def _table(records: Sequence[BalloonRecord], names: Sequence[str]) -> np.ndarray[Any, Any]:
    """Records as rows: step, index of the balloon, volume mm³, pressure MPa, gap mm."""
    rows = [(r.step, names.index(r.cavity), r.volume, r.pressure, r.gap) for r in records]
    return np.array(rows, dtype=np.float64).reshape(-1, 5)


def run_inflate(
    case: Case, before: StageResult, reporter: Reporter, watch: Watch = _unwatched
) -> StageResult:
    """Inflate the balloons until each meets a stop rule.

    Where none could be met, the stage ends at its last converged state and ``facts["failure"]`` says
    why. ``watch`` is called with every state that is gone on from.
    """
    by_cavity = {balloon.cavity: balloon for balloon in case.balloons}
    heights: list[list[float]] = []

    def progress(step: int, records: tuple[BalloonRecord, ...], state: State) -> None:
        share = min(
            max(
                r.volume / by_cavity[r.cavity].volume,
                r.pressure / by_cavity[r.cavity].pressure,
                bool(r.stop),
            )
            for r in records
        )
        height, _ = case.shape(state)
        heights.append([height.anterior, height.middle, height.posterior])
        reporter.step("inflate", min(share, 1.0), f"step {step}", _show(records))

    model = stage_model(case, before.state)
    result = inflate(before.state, model, case.balloons, case.inflation, progress, watch)
    names = list(result.stops)
    facts = solid_facts(
        case, result.state, result.reaction_error, before.facts["initial_mass"],
        min(before.facts["min_quality"], result.min_quality),
    )  # fmt: skip
    facts |= {
        "cavities": names,
        "stops": dict(result.stops),
        "walls": {n: vars(w) for n, w in result.walls.items()},
        "pressures": {r.cavity: r.pressure for r in result.records[-len(names) :]},
        "steps": result.steps,
        "newton_iterations": result.newton_iterations,
        "linear_iterations": result.linear_iterations,
        "energy": result.energy.to_dict(),
        "cuts": result.cuts,
        "failure": result.failure,
        "failed_step": result.steps,
    }
    arrays = {"records": _table(result.records, names), "heights": np.array(heights)}
    return StageResult("inflate", result.state, facts, arrays)


def run_deflate(
    case: Case, inflated: StageResult, reporter: Reporter, watch: Watch = _unwatched
) -> StageResult:
    """Deflate the balloons; the bone springs back under the axial load.

    Where a step fails at its smallest, the stage ends at its last converged state and
    ``facts["failure"]`` says why. ``watch`` is called with every state that is gone on from.
    """
    facts = inflated.facts
    walls = {name: BalloonWall(**values) for name, values in facts["walls"].items()}
    heights: list[list[float]] = []

    def progress(step: int, share: float, records: tuple[BalloonRecord, ...], state: State) -> None:
        height, _ = case.shape(state)
        heights.append([height.anterior, height.middle, height.posterior])
        reporter.step("deflate", 1.0 - share, f"step {step}", _show(records))

    result = deflate(
        inflated.state, stage_model(case, inflated.state), facts["pressures"], walls,
        case.plan.numerics.deflation_steps, case.remesh, progress, watch,
        EnergyBalance.from_dict(facts["energy"]), case.plan.procedure.rest,
    )  # fmt: skip
    names = facts["cavities"]
    new = solid_facts(
        case, result.state, result.reaction_error, facts["initial_mass"], facts["min_quality"]
    )
    new |= {"cavities": names, "steps": result.steps, "cuts": result.cuts}
    new |= {"energy": result.energy.to_dict()}
    new |= {"failure": result.failure, "failed_step": result.steps}
    arrays = {"records": _table(result.records, names), "heights": np.array(heights)}
    return StageResult("deflate", result.state, new, arrays)
