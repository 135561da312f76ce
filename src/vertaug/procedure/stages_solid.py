# SPDX-License-Identifier: BSD-3-Clause
"""The stages in which balloons deform the bone: inflate, deflate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from vertaug.balloon.balloon import BalloonRecord
from vertaug.balloon.deflate import deflate
from vertaug.balloon.inflate import inflate
from vertaug.balloon.wall import BalloonWall
from vertaug.mesh.quality import shape_quality
from vertaug.outcomes import to_mL, to_psi
from vertaug.procedure.case import Case, solid_model
from vertaug.procedure.reporter import Reporter
from vertaug.procedure.stage import StageResult
from vertaug.solid.balances import cavity_identity_error, mass_error
from vertaug.solid.energy_balance import EnergyBalance
from vertaug.solid.model import ENDPLATES, SolidModel
from vertaug.state import State

__all__ = ["VISCOSITY_OF_GROWTH", "run_deflate", "run_inflate", "solid_facts", "stage_model"]

Watch = Callable[[State], None]


def stage_model(case: Case, state: State) -> SolidModel:
    """Model of the solid for a state's endplates."""
    mesh = state.mesh
    plates = [mesh.facets[mesh.facets_of(n)] for n in ENDPLATES]
    return solid_model(case.plan, mesh.points, plates, case.load)


VISCOSITY_OF_GROWTH = 1.25
"""Viscosity (MPa) of the steps of inflation and deflation over the growth of a cavity in one of them."""


def balloon_model(case: Case, state: State) -> SolidModel:
    """The same for steps of balloons, whose viscosity fades with their size, so that its stress fades twice."""
    viscosity = VISCOSITY_OF_GROWTH * case.plan.numerics.volume_step
    return replace(stage_model(case, state), step_viscosity=viscosity)


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

    model = balloon_model(case, before.state)
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
        inflated.state, balloon_model(case, inflated.state), facts["pressures"], walls,
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
