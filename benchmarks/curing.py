# SPDX-License-Identifier: BSD-3-Clause
"""Ten minutes of curing on a million cells: seconds, steps, and the least time the memory allows.

Run ``python benchmarks/curing.py [--cells 100] [--seconds 600] [--threads 1,2] [--json FILE]``.

A ball of 5 mL of cement, room-warm, in perfused bone of body temperature, in a box of cells of 0.5 mm whose
surface is held; peak temperature, times above thresholds, dose and Arrhenius integral of every cell are kept. Steps
are those that the engine chooses by default. The floor counts fields of 8 bytes that a step must move: 8 for each
stage of conduction (three conductances, inverse capacity, first increment, two others read, one written) and 28
besides (copy of the start, first increment, error, sum, blood twice, damage of cold cells); cement cells and damage
of warm cells are not counted.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

import harness

SPACING = 0.5
BODY = 310.15
FIELDS_A_STAGE, FIELDS_A_STEP = 8, 28


def gigabytes_moved(cells: int, steps: int, stages: int) -> float:
    """Least traffic of all steps, 1e9 bytes."""
    return 8e-9 * cells * (FIELDS_A_STAGE * stages + FIELDS_A_STEP * steps)


def work(job: dict[str, Any]) -> dict[str, Any]:
    """Cure once on few cells to warm up, then as asked."""
    begun = time.perf_counter()
    _run(12, 1.0)
    return {"warm_up_seconds": time.perf_counter() - begun} | _run(job["cells"], job["seconds"])


def _run(n: int, seconds: float) -> dict[str, Any]:
    import numpy as np

    from vertaug.curing.body import HeatBody
    from vertaug.curing.conduction import Conduction
    from vertaug.curing.curing import Curing
    from vertaug.curing.damage import Damage
    from vertaug.curing.surface import SIDES, Fixed
    from vertaug.materials.cure import stanczyk_2004

    radius = (3.0 * 5000.0 / (4.0 * np.pi)) ** (1.0 / 3.0)
    middle = (np.arange(n) + 0.5 - 0.5 * n) * SPACING
    square = middle[:, None, None] ** 2 + middle[None, :, None] ** 2 + middle[None, None, :] ** 2
    cement = square < radius**2
    body = HeatBody(
        SPACING, np.where(cement, 0.22, 0.3), np.where(cement, 1.75, 2.35), np.where(cement, 140.0, 0.0),
        np.where(cement, 0.0, 2e-3), BODY,
    )  # fmt: skip
    start = np.where(cement, 296.15, BODY)
    kinetics = stanczyk_2004.kinetics(**stanczyk_2004.PAPER)
    run = Curing(
        body, kinetics, start, sides=dict.fromkeys(SIDES, Fixed(BODY)), damage=Damage(start)
    )  # fmt: skip
    counted = {"tried": 0, "stages": 0}
    step, stage = Conduction.step, Conduction._stage

    def one_step(self: Any, *given: Any) -> Any:
        counted["tried"] += 1
        return step(self, *given)

    def one_stage(self: Any, *given: Any) -> Any:
        counted["stages"] += 1
        return stage(self, *given)

    Conduction.step, Conduction._stage = one_step, one_stage  # type: ignore[method-assign]
    begun, cpu = time.perf_counter(), harness.cpu_seconds()
    try:
        run.advance(seconds)
    finally:
        Conduction.step, Conduction._stage = step, stage  # type: ignore[method-assign]
    assert run.damage is not None
    return counted | {
        "seconds": time.perf_counter() - begun, "cpu_seconds": harness.cpu_seconds() - cpu, "cells": n**3,
        "cement_cells": int(cement.sum()), "steps": len(run.record.time), "balance": run.record.balance().error,
        "peak_C": float(run.damage.peak.max()) - 273.15,
    }  # fmt: skip


def tables(results: dict[str, Any]) -> str:
    """Results as Markdown."""
    heads = ["threads", "s", "CPU s", "floor s", "over floor", "steps", "stages a step", "ns a cell and stage",
             "heat missing", "peak °C", "GB"]  # fmt: skip
    rows, failed = [], []
    for entry in results["runs"]:
        if entry["error"]:
            failed += [f"{entry['threads']} thread(s): {entry['error']}", ""]
            continue
        bandwidth = results["machine"]["triad_1" if entry["threads"] == 1 else "triad_2"]
        least = gigabytes_moved(entry["cells"], entry["tried"], entry["stages"]) / bandwidth
        rows.append(
            [entry["threads"], entry["seconds"], entry["cpu_seconds"], least, entry["seconds"] / least,
             entry["steps"],
             entry["stages"] / entry["tried"], 1e9 * entry["seconds"] / (entry["cells"] * entry["stages"]),
             entry["balance"], entry["peak_C"], entry["gigabytes"]]
        )  # fmt: skip
        cells = f"{entry['cells']} cells of {SPACING} mm, {entry['cement_cells']} of them cement."
    return "\n".join([*failed, *([cells, "", harness.table(heads, rows)] if rows else [])])


def main() -> None:
    """Run what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cells", type=int, default=100, help="along each edge of the box")
    parser.add_argument("--seconds", type=float, default=600.0, help="of curing")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--limit", type=float, default=1800.0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    harness.stop_on_request()
    results: dict[str, Any] = {"machine": harness.machine_rates(), "runs": []}
    for threads in map(int, options.threads.split(",")):
        job = {"cells": options.cells, "seconds": options.seconds}
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
