# SPDX-License-Identifier: BSD-3-Clause
"""The stage in which cement cures and warms what is around it: cure."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.curing.ageing import aged
from vertaug.curing.body import heat_body
from vertaug.curing.curing import Curing
from vertaug.curing.damage import Damage
from vertaug.curing.places import PlaceHeat, grid_places, place_heat
from vertaug.curing.shrinkage import lost_volume
from vertaug.curing.surface import SIDES, Boundary, Fixed
from vertaug.grid.flow_grid import FlowGrid, Kind
from vertaug.grid.widen import widened
from vertaug.materials.cure.kinetics import Kinetics
from vertaug.outcomes import to_mL
from vertaug.procedure.case import Case
from vertaug.procedure.heat_flow import (
    Handed,
    handed_on,
    plan_blood,
    plan_kinetics,
    plan_polymer,
)
from vertaug.procedure.reporter import Reporter
from vertaug.procedure.set_cement import with_set_cement
from vertaug.procedure.stage import StageResult
from vertaug.procedure.stages_flow import flow_grid
from vertaug.state import State

__all__ = ["heat_summary", "run_cure"]

Float = NDArray[np.float64]
Mask = NDArray[np.bool_]

AROUND = 12.0
"""Soft tissue around the flow grid, mm; its surface keeps body temperature."""
SPELL = 10.0
"""Time between two reports, s."""
ZERO = 273.15
SET = 0.5
"""Degree of cure from which cement counts as set: ISO 5833 calls so the moment when its heat is half out."""
_WARM = 1.0
"""Rise, K, from which a cell is written to the fields."""


def _canal(case: Case, centres: Float) -> Mask:
    """A cylinder about the canal's centre that touches the posterior wall of the body."""
    marks = case.vertebra.landmarks
    radius = abs(float(marks.canal[1]) - marks.posterior_wall)
    return np.asarray(np.hypot(*(centres[:2] - marks.canal[:2, None, None, None])) < radius)


def _foramina(case: Case, centres: Float) -> dict[str, Mask]:
    """Balls of a pedicle's radius, a diameter below its isthmus: where the nerve root leaves."""
    marks, found = case.vertebra.landmarks, {}
    for side, pedicle in (("left", marks.pedicle_left), ("right", marks.pedicle_right)):
        if pedicle is not None:
            middle = np.array(pedicle.isthmus) - [0.0, 0.0, 2.0 * pedicle.radius]
            away = np.linalg.norm(centres - middle[:, None, None, None], axis=0)
            found[f"foramen_{side}"] = away < pedicle.radius
    return found


def _thermometers(case: Case, centres: Float) -> dict[str, Mask]:
    """Balls of 1.5 mm where experiments put their thermometers."""
    marks = case.vertebra.landmarks
    middle = 0.5 * (np.array(marks.superior.centre) + np.array(marks.inferior.centre))
    points = {
        "centre": middle,
        "anterior_wall": np.array([0.0, marks.anterior_wall, middle[2]]),
        "posterior_wall": np.array([0.0, marks.posterior_wall, middle[2]]),
    }
    return {
        name: np.linalg.norm(centres - point[:, None, None, None], axis=0) < 1.5
        for name, point in points.items()
    }


def _endplates(state: State, grid: FlowGrid) -> dict[str, Mask]:
    """Cells that hold the middle of an endplate's facet."""
    mesh, found = state.mesh, {}
    for name in ("endplate_superior", "endplate_inferior"):
        facets = mesh.facets[mesh.facets_of(name)]
        index = grid.cell_at(mesh.points[facets].mean(axis=1))
        index = index[((index >= 0) & (index < grid.shape)).all(axis=1)]
        found[name] = np.zeros(grid.shape, dtype=np.bool_)
        found[name][tuple(index.T)] = True
    return found


def _places(case: Case, state: State, grid: FlowGrid, saturation: Float) -> dict[str, Mask]:
    """Named places of the grid; what lies around the bone holds no bone and no cement."""
    steps = (np.arange(n) for n in grid.shape)
    index = np.stack(np.meshgrid(*steps, indexing="ij"))
    centres = grid.origin[:, None, None, None] + grid.spacing * (index + 0.5)
    outside = ((grid.kind == Kind.SEALED) | (grid.kind == Kind.EXTERIOR)) & (saturation < 0.5)
    around = {"canal": _canal(case, centres), **_foramina(case, centres)}
    places = grid_places(grid, saturation) | _endplates(state, grid) | _thermometers(case, centres)
    return places | {name: mask & outside for name, mask in around.items()}


def _place_row(heat: PlaceHeat) -> dict[str, float]:
    """A place for the summary."""
    return {
        "peak_C": heat.peak - ZERO, "above_45_s": heat.above[0], "above_50_s": heat.above[1],
        "cem43_min": heat.minutes, "omega": heat.omega, "damaged_mL": to_mL(heat.damaged),
    }  # fmt: skip


def _mean_age_cure(case: Case, kinetics: Kinetics, time: float) -> float:
    """Cure of cement whose heat was not followed: half of the injection in the syringe, half in the bone."""
    plan, half = case.plan.cement, 0.5 * time
    room, body = plan.room_temperature, plan.body_temperature
    return aged(kinetics, [(plan.start_age + half, room), (half, body)])


def _start(
    case: Case, before: StageResult, grid: FlowGrid, layers: int, cement: Float
) -> tuple[Curing, Damage, Handed | None]:
    """The run at the end of the injection, its damage, and what that has left."""
    warm, kinetics = case.plan.cement.body_temperature, plan_kinetics(case)
    body = heat_body(grid, cement / grid.cell_volume, plan_polymer(case), plan_blood(case))
    sides: dict[str, Boundary] = dict.fromkeys(SIDES, Fixed(warm))
    handed, time = (
        handed_on(before.arrays, before.facts, layers, warm),
        float(before.arrays["time"][-1]),
    )
    if handed is None:
        degree = np.full(grid.shape, _mean_age_cure(case, kinetics, time))
        damage = Damage(np.full(grid.shape, warm))
        return Curing(body, kinetics, warm, degree, sides, damage=damage, time=time), damage, None
    run = Curing(
        body, kinetics, handed.temperature, handed.degree, sides, damage=handed.damage, time=time
    )
    return run, handed.damage, handed


def _follow(case: Case, run: Curing, reporter: Reporter) -> Float:
    """Let cement cure; returns when each cell had set, s since the first injection, NaN where it has not."""
    duration = case.plan.cure.duration
    spells = math.ceil(duration / SPELL)
    set_at = np.where(run.degree >= SET, run.time, np.nan)
    for n in range(spells):
        time, before = run.time, run.degree.copy()
        run.advance(duration / spells)
        passed = (run.degree >= SET) & (before < SET)
        share = (SET - before[passed]) / (run.degree[passed] - before[passed])
        set_at[passed] = time + share * (run.time - time)
        values = {"time_s": run.time, "peak_C": run.record.peak[-1] - ZERO}
        reporter.step("cure", (n + 1) / spells, f"{run.time:.0f} s", values)
    return set_at


def _recalled(case: Case) -> list[str]:
    """What the reader must know of the constants."""
    told = {name.partition(".")[0] for name in case.product.reaction.given}
    parts = (("cure", {"kinetics"}), ("heat", {"heat", "recipe"}))
    missing = [word for word, tables in parts if not tables & told]
    if not missing:
        return []
    names = " and ".join(missing)
    return [f"the constants of {names} are recalled from the literature, of no product"]


def run_cure(case: Case, before: StageResult, reporter: Reporter) -> StageResult:
    """Let the injected cement cure where it lies, and set in the solid.

    Temperature and cure are those that the injection left. Where heat was not followed, cement has aged in the
    syringe at room temperature and, for half of the injection, in the bone; it then has body temperature.

    Raises
    ------
    NotConvergedError : steps become too short, or the solid cannot take the cement up
    """
    plan, state = case.plan, before.state
    reporter.step("cure", 0.01, "mixing tissues", {})
    layers = math.ceil(AROUND / plan.flow.spacing)
    grid = widened(flow_grid(case, state), layers)
    saturation = np.pad(before.arrays["saturation"], layers)
    outside = before.arrays["cement_outside"].sum(axis=0)
    cement = grid.cell_volume * np.pad(before.arrays["cement_inside"] + outside, layers)
    run, damage, handed = _start(case, before, grid, layers, cement)
    start = float((cement * run.degree).sum() / max(cement.sum(), 1e-300))
    set_at = _follow(case, run, reporter)
    places = place_heat(damage, _places(case, state, grid, saturation), grid.spacing)
    facts: dict[str, Any] = {
        name: before.facts[name]
        for name in ("heights", "wedge", "shape", "surroundings",
                     "cavity_identity", "bone_mass", "reactions", "initial_mass", "min_quality")
    }  # fmt: skip
    balance, curves = run.record.balance(), run.record.curves()
    if handed is not None:
        balance = handed.balance + balance
        curves = {name: np.concatenate([handed.curves[name], curves[name]]) for name in curves}
    facts |= {
        "heat_balance": balance.error,
        "grid_spacing": grid.spacing,
        "start_cure": start,
        "start_temperature": before.facts.get("cement_temperature", plan.cement.body_temperature),
        "cure": run.record.degree[-1],
        "shrinkage_mm3": lost_volume(cement, run.degree, plan_polymer(case)),
        "places": {name: _place_row(heat) for name, heat in places.items()},
        "warnings": _recalled(case),
    }
    arrays = curves | {
        "grid_origin": grid.origin, "peak": damage.peak, "minutes": damage.minutes, "omega": damage.omega,
        "degree": run.degree.copy(), "warm": damage.peak > plan.cement.body_temperature + _WARM, "set_s": set_at,
    }  # fmt: skip
    cured = StageResult("cure", state, facts, arrays)
    return with_set_cement(case, cured, grid, saturation, run.degree)


def heat_summary(cured: StageResult | None) -> dict[str, Any]:
    """Entry ``temperature`` of the summary; none where the stage was not run."""
    if cured is None:
        return {}
    facts, arrays = cured.facts, cured.arrays
    return {
        "temperature": {
            "peak_C": float(arrays["peak"].max()) - ZERO,
            "cure": facts["cure"],
            "start_C": facts["start_temperature"] - ZERO,
            "start_cure": facts["start_cure"],
            "shrinkage_mL": to_mL(facts["shrinkage_mm3"]),
            "places": facts["places"],
        }
    }
