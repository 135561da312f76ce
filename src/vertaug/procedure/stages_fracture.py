# SPDX-License-Identifier: BSD-3-Clause
"""The stage in which the vertebra breaks: fracture."""

from __future__ import annotations

from vertaug.outcomes import FractureRule, fracture
from vertaug.procedure.case import Case
from vertaug.procedure.plan_stages import FractureStage
from vertaug.procedure.reporter import Reporter
from vertaug.procedure.stage import StageResult
from vertaug.procedure.stages_solid import solid_facts, stage_model
from vertaug.solid.segment_rig import SEGMENT
from vertaug.state import State

__all__ = ["run_fracture"]


def run_fracture(
    case: Case, stage: FractureStage, before: StageResult, reporter: Reporter
) -> StageResult:
    """Crush the vertebra as ``stage`` says and let it go under the axial load.

    Where a step fails at its smallest, the stage ends at its last converged state and ``facts["failure"]``
    says why.
    """
    height = before.facts["heights"][0]
    rule = FractureRule(
        _middle(before.state) - stage.offset, stage.step, stage.depth, stage.anterior_loss, stage.at_failure,
        stage.rest,
    )  # fmt: skip

    def lost(state: State) -> float:
        return float(1.0 - case.shape(state)[0].anterior / height)

    def progress(number: int, way: float, force: float, loss: float, _: State) -> None:
        share = max(way / stage.depth, loss / stage.anterior_loss)
        values = {"force_N": force, "anterior_loss_percent": 100.0 * loss}
        reporter.step("fracture", min(max(share, 0.0), 1.0), f"step {number}", values)

    model = stage_model(case, before.state)
    result = fracture(before.state, model, rule, case.remesh, lost, progress)
    facts = solid_facts(
        case, result.state, result.reaction_error, before.facts["initial_mass"],
        min(before.facts["min_quality"], result.min_quality),
    )  # fmt: skip
    facts |= {
        "stop": result.stop,
        "heights_before": before.facts["heights"],
        "heights_at_once": case.shape_facts(result.sprung)["heights"],
        "peak_N": float(result.curve[:, 1].max()) if len(result.curve) else None,
        "energy": result.energy.to_dict(),
        "failure": result.failure,
        "failed_step": len(result.curve),
    }
    return StageResult("fracture", result.state, facts, {"curve": result.curve})


def _middle(state: State) -> float:
    """Where the middle of what the machine pushes is on it, mm: a segment's top is measured from there."""
    data = state.rig
    if data.kind == SEGMENT:
        return 0.0
    axial = data.arrays["platen_stiffness"][:, 2]
    return float(data.arrays["platen_rest"][:, 1] @ axial) / float(axial.sum())
