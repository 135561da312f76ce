# SPDX-License-Identifier: BSD-3-Clause
"""Run a plan: stage after stage, each kept on disk, then summary, curves and fields."""

from __future__ import annotations

import time

from vertaug.errors import NotConvergedError
from vertaug.procedure.case import Case, make_case
from vertaug.procedure.folder import RunFolder
from vertaug.procedure.outputs import write_curves, write_fields, write_parameters
from vertaug.procedure.plan import Plan
from vertaug.procedure.reporter import Reporter
from vertaug.procedure.stage import StageResult, last_stage
from vertaug.procedure.stages import run_stage
from vertaug.procedure.summarise import summarise
from vertaug.procedure.summary import Summary
from vertaug_kernels._compile_time import compile_seconds

__all__ = ["run_plan", "run_stages"]

Results = dict[str, StageResult]


def run_stages(
    plan: Plan, case: Case, reporter: Reporter, folder: RunFolder | None = None
) -> Results:
    """Run the plan's stages in order and return them by their own names.

    With a ``folder`` every finished stage is kept there, and one that is there is read back. A stage
    that ended before its end is the last of the result, its ``facts["failure"]`` says why, and it is
    not kept as finished.

    Raises
    ------
    VertaugError : a stage cannot be run; those before it stay on disk
    """
    done: Results = {}
    for stage in plan.procedure.sequence:
        name = str(stage.name)
        stored = folder.checkpoints.load(name) if folder is not None else None
        reporter.stage_started(name)
        if stored is not None:
            done[name] = StageResult.unpack(name, *stored)
            reporter.stage_finished(name, 0.0)
            continue
        begun, compiled = time.perf_counter(), compile_seconds()
        result = run_stage(case, stage, done, reporter)
        result.facts["seconds"] = time.perf_counter() - begun
        result.facts["compile_seconds"] = compile_seconds() - compiled
        done[name] = result
        if result.facts.get("failure"):
            break
        if folder is not None:
            folder.checkpoints.save(name, *result.pack())
        reporter.stage_finished(name, result.facts["seconds"])
    return done


def run_plan(plan: Plan, folder: RunFolder, reporter: Reporter) -> Summary:
    """Run ``plan`` in ``folder`` and write all it gives there.

    A stage that finished before is read back. Returns the summary, which is also on disk.

    Raises
    ------
    VertaugError : input that cannot be used (exit code 2), or a stage that does not converge (3); what
        that stage reached is written before
    """
    begun = time.perf_counter()
    case = make_case(plan)
    done = run_stages(plan, case, reporter, folder)
    stages_end = time.perf_counter()
    write_curves(folder, case, done)
    write_parameters(folder, plan)
    if plan.output.fields:
        write_fields(folder, case, done)
    output_seconds = time.perf_counter() - stages_end
    warnings = _warnings(case, done, folder)
    for text in warnings:
        reporter.warning(text)
    seconds = {name: float(result.facts["seconds"]) for name, result in done.items()}
    summary = summarise(
        case,
        done,
        warnings,
        time.perf_counter() - begun,
        seconds | {"output": output_seconds},
        folder.digest,
    )
    folder.write_summary(summary.to_dict())
    _refuse_unfinished(last_stage(done))
    return summary


def _refuse_unfinished(last: StageResult) -> None:
    """Raise where the last stage ended before its end; what it reached is written by then."""
    reason = last.facts.get("failure")
    if reason:
        kept = (
            "finished stages are on disk; summary, curves and fields show this one up to its "
            "last converged step"
        )
        raise NotConvergedError(last.name, int(last.facts["failed_step"]), reason, kept)


def _warnings(case: Case, done: Results, folder: RunFolder) -> tuple[str, ...]:
    """Everything the reader must know, each once, in order."""
    texts = [*case.warnings, *folder.checkpoints.warnings]
    for result in done.values():
        texts += result.facts.get("warnings", [])
        if result.facts.get("failure"):
            texts.append(f"stage {result.name} ended before its end: {result.facts['failure']}")
    return tuple(dict.fromkeys(texts))
