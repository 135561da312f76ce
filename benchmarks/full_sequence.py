# SPDX-License-Identifier: BSD-3-Clause
"""The whole treatment of one vertebra: processor seconds by stage and by part, in a specimen or in a segment.

Run ``python benchmarks/full_sequence.py [--situation specimen,segment] [--scale 1] [--threads 1,2] [--json FILE]``.

A sound parametric L1 on the default mesh is loaded as in standing, crushed by two fifths in front, brought upright
under 300 N and laid prone under 5 N m (as in experiment V9 of ``vertaug validate``), gets channels, two balloons of
2 mL and 5 mL of cement that cures, rises, and is loaded as in standing again. A first run on a coarse mesh compiles
everything and is not counted. Parts are inclusive seconds of the processor within each stage: steps of the solid,
of these assembly, line search, the linear solver (its set-ups among them) and contact; new meshes; what is neither
is reading shapes, flow and heat. A stage's wall clock stands beside it: on a busy machine it says little.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from pathlib import Path
from typing import Any

import harness

BALLOONS = """
[[balloon]]
name = "left"
side = "left"
volume = "2 mL"

[[balloon]]
name = "right"
side = "right"
volume = "2 mL"

[outlets]
usual = true

[[cement.injection]]
cannula = "left"
volume = "2.5 mL"

[[cement.injection]]
cannula = "right"
volume = "2.5 mL"
"""
PLAN = """
[anatomy]
source = "parametric"
level = "L1"
density = "75 mg/cm^3"

[boundary]
situation = "{situation}"
{balloons}
{mesh}

[[procedure.stage]]
kind = "load"
name = "standing"

[[procedure.stage]]
kind = "fracture"
anterior_loss = 0.4
depth = "40 mm"

[[procedure.stage]]
kind = "posture"
name = "upright"
axial_load = "300 N"

[[procedure.stage]]
kind = "posture"
name = "prone"
axial_load = "110 N"
extension_moment = "5 N*m"

[[procedure.stage]]
kind = "access"

[[procedure.stage]]
kind = "inflate"

[[procedure.stage]]
kind = "deflate"

[[procedure.stage]]
kind = "inject"

[[procedure.stage]]
kind = "cure"

[[procedure.stage]]
kind = "posture"
name = "risen"

[[procedure.stage]]
kind = "load"
name = "treated"
"""
COARSE = '[mesh]\nsize = "5 mm"\ncavity_size = "2 mm"\n[flow]\nspacing = "1.5 mm"\n'
TARGETS = {"specimen": 360.0, "segment": 900.0}


def work(job: dict[str, Any]) -> dict[str, Any]:
    """Run the sequence on a coarse mesh, which warms up, and then as asked for."""
    begun = harness.cpu_seconds()
    clock = harness.Clock(time.process_time)
    _watch(clock)
    if job["warm"]:
        _run(job["situation"], COARSE, clock)
    warm = harness.cpu_seconds() - begun
    clock.clear()
    scale = job["scale"]
    mesh = f'[mesh]\nsize = "{2.8 * scale:.4g} mm"\ncavity_size = "{1.2 * scale:.4g} mm"\n'
    return _run(job["situation"], COARSE if job["coarse"] else mesh, clock) | {
        "warm_up_cpu_seconds": warm
    }


def _watch(clock: harness.Clock) -> None:
    """Time what is said in the head of this file."""
    from vertaug.solid import newton
    from vertaug.solid.equilibrium import Equilibrium
    from vertaug.solid.linear import LinearSolver
    from vertaug.solid.segment_rig import SegmentRig
    from vertaug.solid.wall_contact import WallContact

    clock.watch(Equilibrium, "step", "steps")
    clock.watch(Equilibrium, "__init__", "patterns")
    clock.watch(newton, "_assemble", "assembly")
    clock.watch(newton, "_search", "line search")
    clock.watch(LinearSolver, "solve", "linear solves")
    clock.watch(LinearSolver, "_set_up", "set-ups")
    clock.watch(WallContact, "at", "contact search")
    clock.watch(SegmentRig, "parts", "rig's parts")
    for name in ("outcomes.fracture", "balloon.inflate", "balloon.deflate"):
        clock.watch(importlib.import_module(f"vertaug.{name}"), "remeshed", "new meshes")


def _run(situation: str, mesh: str, clock: harness.Clock) -> dict[str, Any]:
    import tomllib

    from vertaug.procedure.case import make_case
    from vertaug.procedure.plan import plan_from_dict
    from vertaug.procedure.reporter import Silent
    from vertaug.procedure.run import run_stages
    from vertaug.solid.equilibrium import Equilibrium

    text = PLAN.format(situation=situation, balloons=BALLOONS, mesh=mesh)
    plan = plan_from_dict(tomllib.loads(text))
    counts = {"newton": 0, "linear": 0, "tried": 0}
    timed = Equilibrium.step

    def counted(*args: Any, **kwargs: Any) -> Any:
        result = timed(*args, **kwargs)
        counts["newton"] += result.newton.iterations
        counts["linear"] += result.newton.linear_iterations
        counts["tried"] += 1
        return result

    rows: list[dict[str, Any]] = []
    begun: list[float] = []

    class Reporter(Silent):
        def stage_started(self, name: str) -> None:
            clock.clear()
            counts.update(dict.fromkeys(counts, 0))
            begun[:] = [time.perf_counter(), harness.cpu_seconds()]
            print(name, flush=True)

        def stage_finished(self, name: str, seconds: float) -> None:
            rows.append(
                {"stage": name, "seconds": seconds, "cpu_seconds": harness.cpu_seconds() - begun[1],
                 "parts": dict(clock.seconds), **counts}
            )  # fmt: skip
            print(rows[-1], flush=True)

    Equilibrium.step = counted  # type: ignore[method-assign]
    start = harness.cpu_seconds()
    try:
        case = make_case(plan)
        prepared = harness.cpu_seconds() - start
        done = run_stages(plan, case, Reporter())
    finally:
        Equilibrium.step = timed  # type: ignore[method-assign]
    last = done[list(done)[-1]]
    for row in rows:
        facts = done[row["stage"]].facts
        points = done[row["stage"]].state.mesh.n_points
        row |= {"heights_mm": facts["heights"], "wedge_deg": facts["wedge"], "points": points}
        row |= {"cobb_deg": facts["shape"]["cobb_deg"], "surroundings": facts["surroundings"]}
    return {
        "situation": situation, "prepared_cpu_seconds": prepared, "stages": rows,
        "cells": last.state.mesh.n_cells, "failure": last.facts.get("failure", ""),
    }  # fmt: skip


def tables(results: dict[str, Any]) -> str:
    """Results as Markdown."""
    text = []
    for entry in results["runs"]:
        if entry["error"]:
            text += [f"**{entry['situation']}**", "", entry["error"], ""]
            continue
        whole = entry["prepared_cpu_seconds"] + sum(row["cpu_seconds"] for row in entry["stages"])
        goal = TARGETS[entry["situation"]]
        early = f" Ended early: {entry['failure']}." if entry["failure"] else ""
        text += [
            f"**{entry['situation'].capitalize()}, {entry['threads']} thread(s)**: {whole:.0f} processor seconds "
            f"(target {goal:.0f}), {entry['prepared_cpu_seconds']:.0f} of them for the shape; {entry['cells']} "
            f"tetrahedra at the end, {entry['gigabytes']:.2f} GB.{early}", "",
        ]  # fmt: skip
        labels = list(dict.fromkeys(label for row in entry["stages"] for label in row["parts"]))
        heads = ["stage", "CPU s", "s", "nodes", "solves tried", "Newton", "linear its"]
        heads += [*(f"{x} s" for x in labels), "front mm"]
        rows = [
            [row["stage"], row["cpu_seconds"], row["seconds"], row["points"], row["tried"], row["newton"],
             row["linear"],             *(row["parts"].get(x) for x in labels), row["heights_mm"][0]]
            for row in entry["stages"]
        ]  # fmt: skip
        text += [harness.table(heads, rows), ""]
    return "\n".join(text)


def main() -> None:
    """Run what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--situation", default="specimen,segment")
    parser.add_argument(
        "--scale", type=float, default=1.0, help="edges of the mesh over the default ones"
    )
    parser.add_argument("--threads", default="1")
    parser.add_argument("--limit", type=float, default=3600.0)
    parser.add_argument(
        "--coarse", action="store_true", help="coarse mesh and grid, to see that everything works"
    )
    parser.add_argument(
        "--no-warm-up", action="store_true", help="where everything is compiled already"
    )
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    harness.stop_on_request()
    results: dict[str, Any] = {"runs": []}
    for situation in options.situation.split(","):
        for threads in map(int, options.threads.split(",")):
            job = {
                "situation": situation, "scale": options.scale, "coarse": options.coarse,
                "warm": not options.no_warm_up,
            }  # fmt: skip
            ended = harness.run_job(Path(__file__).resolve(), job, threads, options.limit)
            entry = (ended.result or {}) | {
                "situation": situation, "threads": threads, "gigabytes": ended.gigabytes, "error": ended.error,
            }  # fmt: skip
            results["runs"].append(entry)
            harness.kept(options.json, results | {"table": tables(results)})
            print(
                tables(results) if not ended.error else ended.error + ended.text[-1500:], flush=True
            )


if __name__ == "__main__":
    if not harness.answer(work):
        main()
        sys.exit(0)
