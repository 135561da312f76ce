# SPDX-License-Identifier: BSD-3-Clause
"""The stage in which cement flows: inject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.inject import inject
from vertaug.cement.result import InjectionResult
from vertaug.cement.track import PATHWAY, SPACE
from vertaug.errors import InputError
from vertaug.grid.flow_grid import INSIDE, FlowGrid
from vertaug.outcomes import body_volume, cement_outcome, first_leak, to_mL
from vertaug.procedure.case import Case
from vertaug.procedure.flow_setup import (
    opening_sites,
    plan_cannulas,
    plan_cement,
    plan_options,
    plan_probes,
    plan_schedule,
    solid_view,
)
from vertaug.procedure.flow_surroundings import plan_grid, plan_surroundings
from vertaug.procedure.heat_flow import pack_heat, plan_heat
from vertaug.procedure.reporter import Reporter
from vertaug.procedure.stage import StageResult
from vertaug.procedure.summary import CementSummary
from vertaug.procedure.tumour_setup import pack_tumour, plan_tumour
from vertaug.state import State

__all__ = ["cement_summary", "flow_grid", "run_inject"]

Float = NDArray[np.float64]


def _exterior(grid: FlowGrid, cement: Float) -> tuple[Float, tuple[str, ...]]:
    """Cement outside the bone, share of the cell, by space on the grid (k, nx, ny, nz), and their names."""
    share = cement / grid.cell_volume
    layers = {
        item.name: np.where(grid.compartment == index, share, 0.0)
        for index, item in enumerate(grid.compartments)
        if (grid.compartment == index).any()
    }
    return np.array(list(layers.values())).reshape(len(layers), *grid.shape), tuple(layers)


def _pack(result: InjectionResult) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """Arrays and facts of an injection."""
    grid, history = result.grid, result.history
    pathways = list(history.leaked)
    spaces = [item.name for item in grid.compartments]
    cement = result.cement_volume()
    inside = np.isin(grid.kind, INSIDE)
    outside, compartments = _exterior(grid, cement)
    arrays = {
        "time": history.time,
        "injected": history.injected,
        "in_bone": history.in_bone + history.in_cavity + history.in_cleft,
        "in_cavity": history.in_cavity,
        "in_cleft": history.in_cleft,
        "syringe": history.syringe,
        "tip": history.tip,
        "leaked": np.stack([history.leaked[name] for name in pathways], axis=1),
        "grid_origin": grid.origin,
        "cement_inside": np.where(inside, cement / grid.cell_volume, 0.0),
        "cement_outside": outside,
        "expelled": np.stack([history.expelled[name] for name in pathways], axis=1),
        "in_vessels": history.in_vessels,
        "probes": np.stack(list(history.probes.values()), axis=1),
        "marrow_balance": history.marrow_balance,
        "saturation": result.saturation,
        "age": result.age,
        "portion": np.where(result.portions.sum(axis=0) > 0.0, result.portions.argmax(axis=0), -1),
        "pressure": result.pressure,
        "grid_kind": grid.kind,
        "grid_space": grid.compartment,
        "in_spaces": np.stack([history.spaces[name] for name in spaces], axis=1),
    }
    facts = {
        "pathways": pathways,
        "compartments": list(compartments),
        "spaces": spaces,
        "left_grid": result.left_grid,
        "leaked_by_opening": result.leaked_by_opening,
        "led_to": result.led_to,
        "probes": list(history.probes),
        "grid_spacing": grid.spacing,
        "cement_balance": result.balance_error,
        "stopped": result.stopped,
        "failure": result.failure,
        "failed_step": len(history.time),
        "limited_s": result.limited_s,
        "pore_fill": result.pore_fill,
        "warnings": list(result.warnings),
    }
    return arrays, facts


def flow_grid(case: Case, state: State) -> FlowGrid:
    """The grid that an injection into this state has."""
    return plan_grid(case, state)[0]


def run_inject(
    case: Case,
    before: StageResult,
    reporter: Reporter,
    pressed: Mapping[str, float] | None = None,
) -> StageResult:
    """Inject the plan's cement into the cavities and follow what leaks.

    ``pressed`` is the tumour that inflation has pressed out, mm³ by pathway.
    Where a step does not converge, the stage ends at the last one that did and ``facts["failure"]`` says why.

    Raises
    ------
    InputError : no injection, no way out for the marrow, an opening off the bone
    """
    plan, state = case.plan, before.state
    if not plan.cement.injection:
        raise InputError(
            "plan", "cement.injection", "none", "at least one injection for the stage inject",
            "add [[cement.injection]], or leave the stage out", "E-CEMENT-009",
        )  # fmt: skip
    reporter.step("inject", 0.02, "laying the grid", {})
    sites = opening_sites(case, state)
    grid, report = plan_grid(case, state)
    gone = dict(pressed or {})
    tumour, transfer = plan_tumour(plan, solid_view(state), grid, sum(gone.values()))
    total = sum(item.volume for item in plan.cement.injection)

    def progress(time: float, share: float) -> None:
        values = {"time_s": time, "volume_mL": to_mL(share * total)}
        reporter.step("inject", share, f"{time:.0f} s", values)

    cannulas = plan_cannulas(case, state)
    heat = plan_heat(case, grid, cannulas)
    ways = {site.pathway for site in sites}
    ways |= {PATHWAY} if any(item.remove for item in plan.cement.injection) else set()
    track = plan_surroundings(case, state).properties(SPACE)
    options = replace(plan_options(case, ways), needle_track=track)
    result = inject(
        grid, plan_cement(case), cannulas, plan_schedule(case),
        options, progress,
        probes=plan_probes(case, grid), tumour=tumour, warmth=heat,
    )  # fmt: skip
    arrays, facts = _pack(result)
    for more, known in (
        pack_heat(heat, result.cement_volume()),
        pack_tumour(result, transfer, gone),
    ):
        arrays, facts = arrays | more, facts | known
    same = (
        "heights", "wedge", "shape", "surroundings", "cavity_identity", "bone_mass", "reactions",
        "initial_mass", "min_quality",
    )  # fmt: skip
    facts |= {name: before.facts[name] for name in same}
    facts |= {
        "body_volume": body_volume(state, case.vertebra.landmarks),
        "grid_transfer": vars(report),
    }
    if result.stopped not in ("schedule", "failure"):
        facts["warnings"].append(f"injection stopped by {result.stopped} before its schedule ended")
    facts["warnings"] += report.warnings
    if result.compressed > 0.0:
        facts["warnings"].append(
            f"{to_mL(result.compressed):.2f} mL of cement were still held under pressure in the syringes"
        )
    if result.limited_s > 0.0:
        facts["warnings"].append(
            f"the syringe's pressure limit held the flow down for {result.limited_s:.0f} s"
        )
    return StageResult("inject", state, facts, arrays)


def cement_summary(case: Case, injected: StageResult | None) -> CementSummary | None:
    """Cement for the summary; None where none was injected."""
    if injected is None:
        return None
    arrays, facts = injected.arrays, injected.facts
    leaked = {name: arrays["leaked"][:, i] for i, name in enumerate(facts["pathways"])}
    lying = {name: arrays["in_spaces"][:, i] for i, name in enumerate(facts["spaces"])}
    spaces = {name: v for name, v in lying.items() if name in facts["compartments"]}
    outcome = cement_outcome(
        arrays["time"], arrays["injected"], arrays["in_bone"], leaked, facts["body_volume"]
    )
    return CementSummary(
        injected_mL=outcome.injected_mL,
        in_bone_mL=outcome.in_bone_mL,
        fill_fraction=outcome.fill_fraction,
        leaked_mL=outcome.leaked_mL,
        first_leak_s={name: outcome.first_leak_s.get(name) for name in facts["pathways"]},
        stopped=facts["stopped"],
        in_cleft_mL=to_mL(arrays["in_cleft"][-1]),
        leaked_by_space_mL={name: to_mL(volume[-1]) for name, volume in spaces.items()},
        first_leak_by_space_s={name: first_leak(arrays["time"], v) for name, v in spaces.items()},
        leaked_by_pathway_and_space_mL={
            name: {space: to_mL(volume) for space, volume in row.items() if volume > 0.0}
            for name, row in facts["led_to"].items()
        },
        beyond_grid_mL=to_mL(facts["left_grid"]),
        in_vessels_mL=to_mL(arrays["in_vessels"][-1]),
        marrow_expelled_mL={
            name: to_mL(arrays["expelled"][-1, i]) for i, name in enumerate(facts["pathways"])
        },
        intravertebral_kPa={
            name: 1000.0 * float(arrays["probes"][:, i].max())
            for i, name in enumerate(facts["probes"])
        },
    )
