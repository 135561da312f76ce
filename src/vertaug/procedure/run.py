# SPDX-License-Identifier: BSD-3-Clause
"""Run a plan: stage after stage, each kept on disk, then summary, curves and fields."""

from __future__ import annotations

import platform
import time
from typing import Any

import numpy as np

from vertaug.errors import NotConvergedError
from vertaug.outcomes import (
    Heights,
    balloon_pressure,
    restoration,
    rim_density,
    springback,
    to_mL,
    to_psi,
)
from vertaug.procedure.case import Case, make_case
from vertaug.procedure.folder import RunFolder
from vertaug.procedure.inflation_marrow import MarrowWatch, marrow_summary
from vertaug.procedure.outputs import write_curves, write_fields, write_parameters
from vertaug.procedure.plan import Plan
from vertaug.procedure.reporter import Reporter
from vertaug.procedure.stage import StageResult
from vertaug.procedure.stages_cure import heat_summary, run_cure
from vertaug.procedure.stages_flow import cement_summary, run_inject
from vertaug.procedure.stages_solid import run_access, run_deflate, run_inflate
from vertaug.procedure.summary import (
    Balances,
    BalloonSummary,
    EnergySummary,
    MeshSummary,
    StageSummary,
    Summary,
)
from vertaug.solid.energy_balance import EnergyBalance
from vertaug.solid.model import cavity_facets
from vertaug_kernels._compile_time import compile_seconds

__all__ = ["run_plan", "run_stages"]

Results = dict[str, StageResult]


def _compute(name: str, case: Case, done: Results, reporter: Reporter) -> StageResult:
    """Run the stage ``name`` on what came before."""
    last = list(done.values())[-1] if done else None
    if name == "access" or last is None:
        return run_access(case, reporter)
    if name == "inflate":
        watch = MarrowWatch(case, last.state)
        result = run_inflate(case, last, reporter, watch)
        watch.add_to(result)
        return result
    if name == "deflate":
        return run_deflate(case, last, reporter)
    if name == "inject":
        return run_inject(case, last, reporter)
    return run_cure(case, last, reporter)


def run_stages(
    plan: Plan, case: Case, reporter: Reporter, folder: RunFolder | None = None
) -> Results:
    """Run the plan's stages in order and return them by name.

    With a ``folder`` every finished stage is kept there, and one that is there is read back. A stage
    that ended before its end is the last of the result, its ``facts["failure"]`` says why, and it is
    not kept as finished.

    Raises
    ------
    VertaugError : a stage cannot be run; those before it stay on disk
    """
    done: Results = {}
    for name in plan.procedure.stages:
        stored = folder.checkpoints.load(name) if folder is not None else None
        reporter.stage_started(name)
        if stored is not None:
            done[name] = StageResult.unpack(name, *stored)
            reporter.stage_finished(name, 0.0)
            continue
        begun, compiled = time.perf_counter(), compile_seconds()
        result = _compute(name, case, done, reporter)
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
    _refuse_unfinished(list(done.values())[-1])
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


def _heights(result: StageResult) -> Heights:
    return Heights.of(result.facts["heights"])


def _balloons(case: Case, inflated: StageResult | None) -> tuple[BalloonSummary, ...]:
    """Balloons at their stop."""
    if inflated is None:
        return ()
    records, rows = inflated.arrays["records"], []
    for index, cavity in enumerate(inflated.facts["cavities"]):
        own = records[records[:, 1] == index]
        if not len(own):
            continue
        outcome = balloon_pressure(own[:, 2], own[:, 3]) if len(own) > 1 else None
        rows.append(
            BalloonSummary(
                name=cavity.removeprefix("balloon_"),
                volume_mL=to_mL(own[-1, 2]),
                pressure_psi=to_psi(own[-1, 3]),
                plateau_psi=None if outcome is None else outcome.plateau_psi,
                stop=inflated.facts["stops"][cavity],
            )
        )
    return tuple(rows)


def _worst(done: Results, key: str) -> float | None:
    """Largest value of a balance over the stages that know it."""
    values = [result.facts[key] for result in done.values() if result.facts.get(key) is not None]
    return max(values) if values else None


def _balance(done: Results) -> EnergyBalance | None:
    """Balance of energy of the last stage that knows it, which holds all stages before."""
    known = [result.facts["energy"] for result in done.values() if "energy" in result.facts]
    return EnergyBalance.from_dict(known[-1]) if known else None


def _energies(balance: EnergyBalance) -> EnergySummary:
    """Energies for the summary."""
    total = balance.total
    return EnergySummary(
        external_mJ=total.external,
        stored_mJ=total.stored,
        dissipated_mJ=total.dissipated,
        artificial_mJ=total.artificial,
        contact_mJ=total.contact,
        lag_mJ=total.lag,
        transfer_mJ=total.transfer,
        artificial_share=balance.artificial_share,
    )


def _rims(state_result: StageResult | None) -> dict[str, Any]:
    """Compacted rim of every cavity, by balloon, from the cells nearest to it."""
    if state_result is None:
        return {}
    state = state_result.state
    centroids, volumes = state.mesh.centroids(), state.mesh.volumes()
    cavities = cavity_facets(state.mesh)
    centres = np.array([state.mesh.points[f].mean(axis=(0, 1)) for f in cavities.values()])
    owner = np.argmin(np.linalg.norm(centroids[:, None] - centres, axis=2), axis=1)
    rims = {}
    for index, (name, facets) in enumerate(cavities.items()):
        near = owner == index
        rim = rim_density(
            centroids[near], volumes[near], state.bone.ratio[near], state.mesh.points, facets
        )
        rims[name.removeprefix("balloon_")] = vars(rim)
    return rims


def _restoration_extras(case: Case, done: Results) -> dict[str, Any]:
    """Reference body, springback and rims, where the run knows them."""
    extra: dict[str, Any] = {"title": case.plan.plan.title}
    if case.intact is not None:
        extra["reference"] = {
            "heights_mm": case.intact.to_dict(),
            "wedge_deg": None,
            "source": case.vertebra.reference_source,
        }
    if "inflate" in done and "deflate" in done:
        moments = (_heights(done[name]) for name in ("access", "inflate", "deflate"))
        extra["springback"] = springback(*moments).to_dict()
    extra["balloon_limits"] = {
        item.name: {"pressure_psi": to_psi(item.pressure_limit), "volume_mL": to_mL(item.volume)}
        for item in case.plan.balloon
    }
    marrow = marrow_summary(done.get("inflate"))
    if marrow is not None:
        extra["inflation_marrow"] = marrow
    extra["rim"] = _rims(done.get("deflate", done.get("inflate")))
    return extra


def summarise(
    case: Case,
    done: Results,
    warnings: tuple[str, ...],
    total: float,
    seconds: dict[str, float],
    digest: str,
) -> Summary:
    """Summary of the stages ``done``."""
    last = list(done.values())[-1]
    marks = case.vertebra.landmarks
    frame = case.vertebra.frame
    extra = _restoration_extras(case, done) | {
        "input_sha256": digest,
        "platform": {"python": platform.python_version(), "machine": platform.machine()},
        "frame": {"origin_mm": frame.origin, "axes": frame.axes},
        "transfer": {"largest_mass_correction": last.state.transfer_error},
        "body": {"width_mm": marks.width, "depth_mm": marks.depth},
    }
    extra |= heat_summary(done.get("cure"))
    state, energy = last.state, _balance(done)
    return Summary(
        stages=tuple(
            StageSummary(name, _heights(result), result.facts["wedge"])
            for name, result in done.items()
        ),
        restoration=restoration(_heights(done["access"]), _heights(last), case.intact)
        if len(done) > 1
        else None,
        balloons=_balloons(case, done.get("inflate")),
        cement=cement_summary(case, done.get("inject")),
        balances=Balances(
            cement=_worst(done, "cement_balance"),
            cavity_identity=_worst(done, "cavity_identity"),
            bone_mass=_worst(done, "bone_mass"),
            reactions=_worst(done, "reactions"),
            energy=None if energy is None else energy.relative_error,
            heat=_worst(done, "heat_balance"),
        ),
        energy=None if energy is None else _energies(energy),
        mesh=MeshSummary(
            nodes=state.mesh.n_points,
            cells=state.mesh.n_cells,
            min_quality=min(result.facts["min_quality"] for result in done.values()),
            remeshes=state.remeshes,
        ),
        total_seconds=total,
        compile_seconds=sum(result.facts["compile_seconds"] for result in done.values()),
        stage_seconds=seconds,
        warnings=warnings,
        extra=extra,
    )
