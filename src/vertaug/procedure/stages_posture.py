# SPDX-License-Identifier: BSD-3-Clause
"""The stage in which a patient is laid down: posture. Other stages come under a load of their own by the same way."""

from __future__ import annotations

from dataclasses import replace

from vertaug.errors import NotConvergedError
from vertaug.procedure.case import Case
from vertaug.procedure.plan_stages import PostureStage
from vertaug.procedure.reporter import Reporter
from vertaug.procedure.stage import StageResult
from vertaug.procedure.stages_solid import solid_facts, stage_model
from vertaug.solid.ramped_rig import LastingLoad, ramped

__all__ = ["brought_under", "run_posture"]


def run_posture(
    case: Case, stage: PostureStage, before: StageResult, begin: LastingLoad, reporter: Reporter
) -> StageResult:
    """Take the vertebra from the load ``begin`` to that of the case, which lasts from then on.

    Clefts and bone that has opened bear no tension, so that unloading and extension open them again. Where a step
    fails at its smallest, the stage ends at its last converged state and ``facts["failure"]`` says why.
    """
    reporter.step("posture", 0.1, "turning", {})
    result = ramped(before.state, stage_model(case, before.state), begin, stage.steps)
    kept = before.facts
    facts = solid_facts(
        case, result.state, result.reaction_error, kept["initial_mass"], kept["min_quality"]
    )
    facts |= {"energy": result.energy.to_dict(), "failed_step": result.steps}
    facts["failure"] = f"{result.failure} on the way to its load" if result.failure else ""
    return StageResult("posture", result.state, facts)


def brought_under(case: Case, before: StageResult, begin: LastingLoad) -> StageResult:
    """Return what came before with its state at rest under the case's load.

    Raises
    ------
    NotConvergedError : the vertebra does not carry it
    """
    result = ramped(before.state, stage_model(case, before.state), begin)
    if result.failure:
        reason = f"{result.failure} on the way to the axial load of the stage after it"
        raise NotConvergedError(before.name, result.steps, reason)
    kept = before.facts
    facts = solid_facts(
        case, result.state, result.reaction_error, kept["initial_mass"], kept["min_quality"]
    )
    return replace(before, state=result.state, facts=kept | facts)
