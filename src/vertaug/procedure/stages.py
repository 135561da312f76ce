# SPDX-License-Identifier: BSD-3-Clause
"""The table of stage kinds: what runs each of them. Where each may stand is in `stage_rules`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from vertaug.procedure.case import Case
from vertaug.procedure.inflation_marrow import MarrowWatch
from vertaug.procedure.lasting_load import lasting_loads
from vertaug.procedure.plan_stages import FractureStage, LoadStage, PostureStage, Stage
from vertaug.procedure.reporter import Named, Reporter
from vertaug.procedure.stage import Results, StageResult, last_of, last_stage
from vertaug.procedure.stages_access import as_cut, cut_access, run_access, stand
from vertaug.procedure.stages_cure import run_cure
from vertaug.procedure.stages_flow import run_inject
from vertaug.procedure.stages_fracture import run_fracture
from vertaug.procedure.stages_load import run_load
from vertaug.procedure.stages_posture import brought_under, run_posture
from vertaug.procedure.stages_solid import run_deflate, run_inflate
from vertaug.procedure.tumour_setup import pressed_before

__all__ = ["STAGES", "Run", "run_stage"]

Run = Callable[[Case, Stage, Results, Reporter], StageResult]
"""Runs a stage of the case on what came before, which fits the rules of its kind."""


def _access(case: Case, _stage: Stage, done: Results, reporter: Reporter) -> StageResult:
    return cut_access(case, last_stage(done), reporter) if done else run_access(case, reporter)


def _fracture(case: Case, stage: Stage, done: Results, reporter: Reporter) -> StageResult:
    if not isinstance(stage, FractureStage):
        raise TypeError(f"a stage of kind {stage.kind} has no keys of a fracture")
    before = last_stage(done) if done else stand(case, reporter, stage.kind)
    return run_fracture(case, stage, before, reporter)


def _inflate(case: Case, _stage: Stage, done: Results, reporter: Reporter) -> StageResult:
    before = last_stage(done)
    watch = MarrowWatch(case, before.state)
    result = run_inflate(case, before, reporter, watch)
    watch.add_to(result)
    return result


def _deflate(case: Case, _stage: Stage, done: Results, reporter: Reporter) -> StageResult:
    return run_deflate(case, last_stage(done), reporter)


def _inject(case: Case, _stage: Stage, done: Results, reporter: Reporter) -> StageResult:
    return run_inject(case, last_stage(done), reporter, pressed_before(done))


def _cure(case: Case, _stage: Stage, done: Results, reporter: Reporter) -> StageResult:
    injected = last_of(done, "inject")
    return run_cure(case, last_stage(done) if injected is None else injected, reporter)


def _load(case: Case, stage: Stage, done: Results, reporter: Reporter) -> StageResult:
    if not isinstance(stage, LoadStage):
        raise TypeError(f"a stage of kind {stage.kind} has no keys of a load")
    before = last_stage(done) if done else stand(case, reporter, stage.kind)
    return run_load(case, stage, before, reporter)


def _posture(case: Case, stage: Stage, done: Results, reporter: Reporter) -> StageResult:
    if not isinstance(stage, PostureStage):
        raise TypeError(f"a stage of kind {stage.kind} has no keys of a posture")
    begin, _ = lasting_loads(case.plan)[str(stage.name)]
    first = replace(case, load=begin)
    before = last_stage(done) if done else stand(first, reporter, stage.kind)
    return run_posture(case, stage, before, begin, reporter)


def _under_its_load(run: Run) -> Run:
    """Run a stage under its own load; what came before is brought under that first."""

    def runs(case: Case, stage: Stage, done: Results, reporter: Reporter) -> StageResult:
        begin, own = lasting_loads(case.plan)[str(stage.name)]
        case = replace(case, load=own)
        if done and own != begin and stage.kind != "posture":
            before = last_stage(done)
            done = {**done, before.name: brought_under(case, before, begin)}
        return run(case, stage, done, reporter)

    return runs


_RUNS: Mapping[str, Run] = {
    "access": _access,
    "fracture": _fracture,
    "posture": _posture,
    "inflate": _inflate,
    "deflate": _deflate,
    "inject": _inject,
    "cure": _cure,
    "load": _load,
}

STAGES: Mapping[str, Run] = {kind: _under_its_load(run) for kind, run in _RUNS.items()}
"""What runs each kind of stage."""


def run_stage(case: Case, stage: Stage, done: Results, reporter: Reporter) -> StageResult:
    """Run ``stage`` on what came before and return it under its own name.

    Raises
    ------
    VertaugError : it cannot be run
    """
    name = str(stage.name)
    result = STAGES[stage.kind](as_cut(case, done), stage, done, Named(reporter, name))
    return replace(result, name=name)
