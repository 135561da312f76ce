# SPDX-License-Identifier: BSD-3-Clause
"""Steps of a real inflation on about 100 thousand degrees of freedom: time by part, memory.

Run ``python benchmarks/inflation_step.py [--size MM] [--cavity-size MM] [--steps 3] [--threads 1,2]
[--json FILE]``.

The parametric wedge fracture of L1 of the demonstration, with two balloons, through the pipeline's own
stages: mesh, axial load, inflation. The first inflation step sets up the hierarchy; the later ones are
what an inflation consists of. Parts are inclusive wall-clock seconds within the equilibrium step:
assembly of all items, line search, linear solves (set-ups among them); the rest is the history of
cells and shell, damage, and building the step's items.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import harness

PLAN = """
[plan]
schema = 1
title = "One inflation step"

[anatomy]
source = "parametric"
level = "L1"
density = "75 mg/cm^3"

[anatomy.deformity]
kind = "wedge"
genant = 2

[boundary]
axial_load = "110 N"

[[balloon]]
name = "left"
side = "left"
length = "15 mm"
volume = "2 mL"

[[balloon]]
name = "right"
side = "right"
length = "15 mm"
volume = "2 mL"

[mesh]
size = "{size} mm"
cavity_size = "{cavity_size} mm"

[procedure]
stages = ["access", "inflate"]

[output]
pictures = false
fields = false
"""


class _EnoughError(Exception):
    """The steps asked for are done."""


def work(job: dict[str, Any]) -> dict[str, Any]:
    """Run access and some inflation steps, after the same on a coarse mesh that warms up."""
    begun = time.perf_counter()
    _run(4.0, 1.6, 1, harness.Clock())
    warm = time.perf_counter() - begun
    clock = harness.Clock()
    return _run(job["size"], job["cavity_size"], job["steps"], clock) | {"warm_up_seconds": warm}


def _run(size: float, cavity_size: float, count: int, clock: harness.Clock) -> dict[str, Any]:
    from vertaug.balloon import inflate as inflation
    from vertaug.procedure.case import make_case
    from vertaug.procedure.plan import load_plan
    from vertaug.procedure.reporter import Silent
    from vertaug.procedure.stages_access import run_access
    from vertaug.procedure.stages_solid import run_inflate
    from vertaug.solid import newton
    from vertaug.solid.equilibrium import Equilibrium
    from vertaug.solid.linear import LinearSolver

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "plan.toml"
        file.write_text(PLAN.format(size=size, cavity_size=cavity_size))
        plan = load_plan(file)
    start = time.perf_counter()
    case = make_case(plan)
    access = run_access(case, Silent())
    prepared = time.perf_counter() - start
    owners = (
        (newton, "_assemble", "assembly"), (newton, "_search", "line search"),
        (LinearSolver, "solve", "linear solves"), (LinearSolver, "_set_up", "of these set-ups"),
        (Equilibrium, "step", "equilibrium step"), (inflation, "remeshed", "remeshing"),
    )  # fmt: skip
    kept = [(owner, name, getattr(owner, name)) for owner, name, _ in owners]
    for owner, name, label in owners:
        clock.watch(owner, name, label)
    timed = Equilibrium.step
    tried: list[tuple[bool, int, int]] = []

    def counted(*args: Any, **kwargs: Any) -> Any:
        result = timed(*args, **kwargs)
        n = result.newton
        tried.append((n.converged, n.iterations, n.linear_iterations))
        return result

    Equilibrium.step = counted  # type: ignore[method-assign]
    rows: list[dict[str, Any]] = []
    marks = [time.perf_counter(), harness.cpu_seconds()]

    class Reporter(Silent):
        def step(self, name: str, fraction: float, message: str, values: Any) -> None:
            del name, fraction, message
            now, cpu = time.perf_counter(), harness.cpu_seconds()
            rows.append(
                {"seconds": now - marks[0], "cpu_seconds": cpu - marks[1], "tried": tried.copy(),
                 "parts": dict(clock.seconds), "pressure_psi": values["pressure_psi"]}
            )  # fmt: skip
            if len(rows) == count:
                raise _EnoughError
            tried.clear()
            clock.clear()
            marks[:] = [time.perf_counter(), harness.cpu_seconds()]

    try:
        run_inflate(case, access, Reporter())
    except _EnoughError:
        pass
    finally:
        for owner, name, function in kept:
            setattr(owner, name, function)
    mesh = access.state.mesh
    return {
        "unknowns": 3 * mesh.n_points, "cells": mesh.n_cells, "prepared_seconds": prepared, "steps": rows,
    }  # fmt: skip


def tables(results: dict[str, Any]) -> str:
    """Results as Markdown."""
    text = []
    for entry in results["runs"]:
        text += [f"**{entry['threads']} thread(s)**", ""]
        if entry["error"]:
            text += [entry["error"], ""]
            continue
        labels = list(dict.fromkeys(label for row in entry["steps"] for label in row["parts"]))
        heads = ["step", "s", "CPU s", "solves tried", "Newton", "linear its"]
        heads += [*(f"{x} s" for x in labels), "psi"]
        rows = []
        for number, row in enumerate(entry["steps"], 1):
            rows.append(
                [number, row["seconds"], row["cpu_seconds"], len(row["tried"]), sum(t[1] for t in row["tried"]),
                 sum(t[2] for t in row["tried"]), *(row["parts"].get(x) for x in labels), row["pressure_psi"]]
            )  # fmt: skip
        text += [
            f"{entry['unknowns']} degrees of freedom, {entry['cells']} linear tetrahedra, "
            f"{entry['gigabytes']:.2f} GB; mesh and axial load before "
            f"{entry['prepared_seconds']:.1f} s; warm-up, not counted, "
            f"{entry['warm_up_seconds']:.1f} s.", "", harness.table(heads, rows), "",
        ]  # fmt: skip
        last = entry["steps"][-1]
        whole = last["seconds"]
        shares = ", ".join(f"{x} {100.0 * last['parts'].get(x, 0.0) / whole:.0f} %" for x in labels)
        text += [f"Shares of the last step: {shares}.", ""]
    return "\n".join(text)


def main() -> None:
    """Run what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=float, default=1.22, help="cells in the body, mm")
    parser.add_argument("--cavity-size", type=float, default=0.82, help="cells at the balloons, mm")
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--limit", type=float, default=1800.0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    harness.stop_on_request()
    results: dict[str, Any] = {"runs": []}
    for threads in map(int, options.threads.split(",")):
        job = {
            "size": options.size,
            "cavity_size": options.cavity_size,
            "steps": options.steps,
        }
        ended = harness.run_job(Path(__file__).resolve(), job, threads, options.limit)
        entry = (ended.result or {}) | {
            "threads": threads, "gigabytes": ended.gigabytes, "error": ended.error,
        }  # fmt: skip
        results["runs"].append(entry)
        harness.kept(options.json, results | {"table": tables(results)})
    print(tables(results))
    if any(entry["error"] for entry in results["runs"]):
        sys.exit(1)


if __name__ == "__main__":
    harness.answer(work) or main()
