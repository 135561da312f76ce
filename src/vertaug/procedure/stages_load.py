# SPDX-License-Identifier: BSD-3-Clause
"""The stage in which the vertebra is loaded: load. The run goes on from the state before it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.outcomes import interface_stress
from vertaug.outcomes.endplate_load import endplate_load
from vertaug.outcomes.load_cases import CASES, LoadCase
from vertaug.outcomes.load_sharing import load_sharing
from vertaug.outcomes.load_test import LoadTest, load_test
from vertaug.outcomes.segment import surroundings_facts
from vertaug.outcomes.strength_test import StrengthTest, repotted, strength_test
from vertaug.procedure.case import Case
from vertaug.procedure.plan_stages import LoadStage
from vertaug.procedure.reporter import Reporter
from vertaug.procedure.stage import StageResult
from vertaug.procedure.stages_solid import solid_facts, stage_model
from vertaug.solid.equilibrium import Equilibrium
from vertaug.solid.model import ENDPLATES, SolidModel
from vertaug.state import State

__all__ = ["LOAD_COLUMNS", "load_case", "load_summary", "run_load"]

Float = NDArray[np.float64]

_CUTS = np.linspace(0.4, 0.6, 5)
"""Heights between the endplates at which cortex and core are told apart: about the middle."""
_HIGH = 95.0
LOAD_COLUMNS = {
    "to_failure": "way_mm,force_N",
    "other": "force_N,approach_mm,forwards_deg,left_deg",
}
"""Columns of the curve of a load."""


def load_case(stage: LoadStage, level: str) -> LoadCase:
    """What the stage lays on: the case of the table at the ``level`` with the plan's own force and moment."""
    case = CASES[stage.case].at(level)
    if stage.force is not None:
        case = replace(case, force=stage.force)
    forwards, left, torque = case.forwards, case.left, case.torque
    if stage.moment is not None:
        forwards, left, torque = (
            float(np.sign(moment)) * stage.moment for moment in (forwards, left, torque)
        )
    side = 1.0 if stage.side == "left" else -1.0
    return replace(case, forwards=forwards, left=side * left, torque=side * torque)


def _high(values: Float, area: Float) -> float:
    """Value that 95 % of the area stay below."""
    order = np.argsort(values)
    place = np.searchsorted(np.cumsum(area[order]), 0.01 * _HIGH * area.sum())
    return float(values[order][min(place, len(values) - 1)])


def _interface(state: State, stress: Float) -> dict[str, float] | None:
    """Tractions between cement and bone; None where no cement touches bone."""
    found = interface_stress(state, stress)
    if not len(found.facets):
        return None
    return {
        "area_mm2": float(found.area.sum()),
        "pull_MPa": _high(found.pull, found.area),
        "push_MPa": _high(-found.pull, found.area),
        "shear_MPa": _high(found.shear, found.area),
        "jump": found.jump,
    }


def _within(case: Case, before: State, loaded: State, model: SolidModel) -> dict[str, Any]:
    """What the load does inside the vertebra."""
    whole, mesh = Equilibrium(loaded, model), loaded.mesh
    shell, core = whole.shell_and_core(loaded)
    points = np.vstack([mesh.points, loaded.rig.points])
    upper, lower = (
        float(mesh.points[np.unique(mesh.facets[mesh.facets_of(name)]), 2].mean())
        for name in ENDPLATES
    )
    shared = load_sharing(shell, core, points, lower + _CUTS * (upper - lower))
    height, wedge = case.shape(loaded)
    return {
        "loaded_heights_mm": height.to_dict(),
        "loaded_wedge_deg": wedge,
        "shell_share": shared.shell_share,
        "endplates": {
            name: endplate_load(loaded, before.mesh.points, name).to_dict() for name in ENDPLATES
        },
        "interface": _interface(loaded, whole.stress(loaded)),
    }


def _axial(state: State, model: SolidModel) -> dict[str, NDArray[Any]]:
    """Fields of the loaded vertebra: its points, and axial stress by cell."""
    return {
        "loaded_points": state.mesh.points,
        "loaded_stress": Equilibrium(state, model).stress(state)[:, 2, 2],
    }


def _result(
    case: Case, before: StageResult, state: State, facts: dict[str, Any], arrays: dict[str, Float]
) -> StageResult:
    """Result whose state is the one that the run goes on from."""
    kept = before.facts
    own = solid_facts(case, state, facts.pop("error"), kept["initial_mass"], kept["min_quality"])
    return StageResult("load", state, own | facts, arrays)


def run_load(case: Case, stage: LoadStage, before: StageResult, reporter: Reporter) -> StageResult:
    """Load the vertebra as ``stage`` says and tell what it bears.

    The state of the result is that before, or, where the stage says ``keep``, that after the load was taken off
    again; it never bears the load. A vertebra that does not bear all of it is a result with a warning.
    """
    if stage.case == "to_failure":
        return _to_failure(case, stage, before, reporter)
    model, wanted = stage_model(case, before.state), load_case(stage, case.vertebra.name)

    def told(share: float, force: float) -> None:
        reporter.step("load", share, stage.case, {"force_N": force})

    test = load_test(before.state, model, wanted, release=stage.keep, told=told)
    load, warnings = _borne(stage, wanted, test)
    load |= _within(case, before.state, test.loaded, model)
    load |= surroundings_facts(test.loaded, model.surroundings.lever)
    facts = {"load": load, "warnings": warnings, "error": test.reaction_error}
    if stage.keep and test.released is not None:
        facts["energy"] = test.energy.to_dict()
    elif stage.keep:
        why = test.failure or "no equilibrium was found as it was taken off"
        facts |= {"failure": f"the load was not borne: {why}", "failed_step": len(test.curve)}
    after = test.released if test.released is not None else before.state
    return _result(case, before, after, facts, {"curve": test.curve} | _axial(test.loaded, model))


def _borne(stage: LoadStage, wanted: LoadCase, test: LoadTest) -> tuple[dict[str, Any], list[str]]:
    """What the curve of a load tells, and a warning where not all of it was borne."""
    force, approach, forwards, left = (float(value) for value in test.curve[-1])
    load: dict[str, Any] = {
        "case": stage.case, "force_N": force, "share_borne": test.share,
        "moment_forwards_Nm": 1e-3 * test.share * wanted.forwards,
        "moment_left_Nm": 1e-3 * test.share * wanted.left,
        "torque_Nm": 1e-3 * test.share * wanted.torque,
        "approach_mm": approach, "forwards_deg": forwards, "left_deg": left,
        "stiffness_N_mm": test.stiffness, "gave_way_N": test.gave_way,
        "strength_N": None, "highest_N": None, "ended": "load" if not test.failure else "not_converged",
    }  # fmt: skip
    if not test.failure:
        return load, _broke(stage, test)
    text = (
        f"stage {stage.name}: no equilibrium was found above {force:.0f} N of {stage.case} "
        f"({wanted.force:.0f} N); its results are those at that force"
    )
    return load, [text]


def _broke(stage: LoadStage, test: LoadTest) -> list[str]:
    """Warning where the vertebra gave way under a load that it came to bear in the end."""
    if test.gave_way is None:
        return []
    return [
        f"stage {stage.name}: the vertebra gave way above {test.gave_way:.0f} N of {stage.case}; what is told of the "
        "whole load is that of a vertebra that is breaking"
    ]


def _to_failure(
    case: Case, stage: LoadStage, before: StageResult, reporter: Reporter
) -> StageResult:
    """Pot the vertebra and push it down until it fails."""
    model = stage_model(case, before.state)

    def told(way: float, force: float) -> None:
        share = min(way / stage.depth, 1.0)
        reporter.step("load", share, stage.case, {"way_mm": way, "force_N": force})

    load: dict[str, Any] = {"case": stage.case, "ended": "not_converged"}
    start = repotted(before.state, model)
    if start is None:
        text = f"stage {stage.name}: no equilibrium was found without load; it was not tested"
        facts = {"load": load, "warnings": [text], "error": before.facts["reactions"]}
        return _result(case, before, before.state, facts, {"curve": np.zeros((0, 2))})
    test = strength_test(start, model, stage.depth, told)
    load |= {
        "ended": test.ended, "strength_N": test.strength, "highest_N": test.highest,
        "stiffness_N_mm": test.stiffness, "way_mm": float(test.curve[-1, 0]),
    }  # fmt: skip
    load |= _within(case, start, test.state, model)
    facts = {
        "load": load, "warnings": _not_failed(stage, test), "error": before.facts["reactions"],
    }  # fmt: skip
    arrays = {"curve": test.curve} | _axial(test.state, model)
    return _result(case, before, before.state, facts, arrays)


def _not_failed(stage: LoadStage, test: StrengthTest) -> list[str]:
    """Warning where no failure load was read."""
    if test.ended == "failure":
        return []
    way = float(test.curve[-1, 0])
    why = {
        "depth": f"had not failed after {way:.2g} mm; make depth greater",
        "not_converged": f"no equilibrium was found beyond {way:.2g} mm",
    }[test.ended]
    return [f"stage {stage.name}: {why}; the highest force was {test.highest:.0f} N"]


def load_summary(done: list[StageResult]) -> list[dict[str, Any]]:
    """Entry ``loads`` of the summary: one row a stage of load."""
    return [{"stage": result.name, **result.facts["load"]} for result in done]
