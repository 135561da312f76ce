# SPDX-License-Identifier: BSD-3-Clause
"""Time and memory of a linear elastic problem from 30 thousand to a million degrees of freedom.

Run ``python benchmarks/scaling.py [--sizes 30000,100000,300000,1000000] [--threads 1,2]
[--kinds hex8,tet10] [--json FILE]``.

One eighth of a cube with a pressurised cavity, 300 MPa, nu 0.3: pattern, assembly, set-up of the
hierarchy, solution to a relative residual of 1e-8, checked with the assembled matrix. The mesh is
made by another process, so memory is that of the problem. The growth is the slope of a straight line
through the logarithms of time and size (1 is proportional; target 1.2 at most, a million under 6 GiB).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import harness
import numpy as np
from assembly import mesh

SIZES = "30000,100000,300000,1000000"
TOLERANCE, GROWTH, MEMORY_GIB = 1e-8, 1.2, 6.0
WARM = 40_000.0
"""Unknowns of the mesh that warms up: smaller ones have no level with parts for threads, so miss kernels."""


def write_mesh(file: Path, kind: str, unknowns: float) -> None:
    """Mesh, supports and a radial load on the cavity's nodes."""
    from cavity import edge_nodes, symmetry

    points, cells = mesh(kind, unknowns)
    radius = np.linalg.norm(points, axis=1)
    load = np.where((radius < 8.0 + 1e-6)[:, None], points / radius[:, None], 0.0)
    edges = edge_nodes(cells) if kind == "tet10" else np.empty((0, 3), np.int32)
    np.savez(file, points=points, cells=cells, fixed=symmetry(points), load=load, edges=edges)


def work(job: dict[str, Any]) -> dict[str, Any]:
    """Solve one mesh, after one that warms up."""
    if job["task"] == "mesh":
        write_mesh(Path(job["file"]), job["kind"], job["unknowns"])
        return {}
    with tempfile.TemporaryDirectory() as folder:
        small = Path(folder) / "small.npz"
        write_mesh(small, job["kind"], WARM)
        begun = time.perf_counter()
        _solve(small)
        warm = time.perf_counter() - begun
    return _solve(Path(job["file"])) | {"warm_up_seconds": warm}


def _solve(file: Path) -> dict[str, Any]:
    from vertaug.solid.assembly import order_of
    from vertaug.solid.cells import SMALL, SolidItem
    from vertaug.solid.linear import LinearSolver, build_pattern
    from vertaug_kernels import laws

    with np.load(file) as arrays:
        points, cells, fixed = arrays["points"], arrays["cells"], arrays["fixed"]
        load, edges = np.where(fixed, 0.0, arrays["load"]), arrays["edges"]
    row = np.array([0.0, 0.0, 300.0 / (3.0 - 1.8), 300.0 / 2.6])
    begun, cpu = time.perf_counter(), harness.cpu_seconds()
    item = SolidItem.at_rest(points, cells, laws.HENCKY, row, kinematics=SMALL)
    pattern = build_pattern(len(points), cells)
    order = order_of(pattern, 0, cells, points)
    built = time.perf_counter()
    blocks = pattern.assemble_matrix(None)
    item.assemble(points, order, blocks)
    del item
    assembled = time.perf_counter()
    solver = LinearSolver(pattern, points, fixed, edge_nodes=edges if len(edges) else None)
    result = solver.solve(blocks, load, tolerance=TOLERANCE)
    seconds, cpu = time.perf_counter() - begun, harness.cpu_seconds() - cpu
    pattern.constrain(blocks, fixed)
    left = load - pattern.multiply(blocks, result.x)
    return {
        "seconds": seconds, "cpu_seconds": cpu, "pattern_seconds": built - begun,
        "assembly_seconds": assembled - built, "setup_seconds": solver.report.setup_seconds,
        "solve_seconds": solver.report.solve_seconds, "linear": result.iterations, "unknowns": points.size,
        "cells": len(cells), "residual": float(np.linalg.norm(left) / np.linalg.norm(load)),
        "method": solver.report.method,
    }  # fmt: skip


def growths(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Exponents of time and memory for each kind of cell and number of threads."""
    found = []
    for kind, threads in sorted({(row["kind"], row["threads"]) for row in rows}):
        own = [r for r in rows if r["kind"] == kind and r["threads"] == threads and "seconds" in r]
        sizes = [row["unknowns"] for row in own]
        if len(set(sizes)) > 1:
            found.append(
                {"kind": kind, "threads": threads, "time": harness.exponent(sizes, [r["seconds"] for r in own]),
                 "memory": harness.exponent(sizes, [r["gigabytes"] for r in own])}
            )  # fmt: skip
    return found


def tables(results: dict[str, Any]) -> str:
    """Results as Markdown."""
    heads = ("cells", "threads", "dof", "s", "CPU s", "pattern s", "assembly s", "set-up s", "solve s", "its",
             "residual", "GiB", "speed-up", "note")  # fmt: skip
    keys = ("seconds", "cpu_seconds", "pattern_seconds", "assembly_seconds", "setup_seconds", "solve_seconds",
            "linear", "residual")  # fmt: skip
    first = {
        (r["kind"], r["asked"]): r["seconds"]
        for r in results["rows"]
        if r["threads"] == 1 and "seconds" in r
    }
    rows = []
    for row in results["rows"]:
        single = first.get((row["kind"], row["asked"]))
        speed_up = single / row["seconds"] if single and "seconds" in row else None
        rows.append(
            (row["kind"], row["threads"], row.get("unknowns", row["asked"]), *(row.get(key) for key in keys),
             row["gigabytes"] / 1.073741824, speed_up, row["error"])
        )  # fmt: skip
    text = [harness.table(heads, rows), ""]
    text += [
        f"{g['kind']}, {g['threads']} thread(s): time grows like n^{g['time']:.2f} (target {GROWTH}), memory like "
        f"n^{g['memory']:.2f}."
        for g in growths(results["rows"])
    ]  # fmt: skip
    return "\n".join([*text, f"Target: a million degrees of freedom under {MEMORY_GIB:.0f} GiB."])


def main() -> None:
    """Run what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--kinds", default="hex8,tet10")
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--limit", type=float, default=900.0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    harness.stop_on_request()
    script = Path(__file__).resolve()
    results: dict[str, Any] = {"rows": []}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mesh.npz"
        for kind in options.kinds.split(","):
            for size in map(int, options.sizes.split(",")):
                job = {"task": "mesh", "kind": kind, "unknowns": size, "file": str(file)}
                made = harness.run_job(script, job, 1, options.limit)
                for threads in map(int, options.threads.split(",")):
                    ended = made
                    if not made.error:
                        ended = harness.fastest(
                            lambda kind=kind, threads=threads: harness.run_job(
                                script, {"task": "solve", "kind": kind, "file": str(file)}, threads, options.limit
                            )
                        )  # fmt: skip
                    row = (ended.result or {}) | {
                        "kind": kind, "threads": threads, "asked": size, "gigabytes": ended.gigabytes,
                        "error": ended.error,
                    }  # fmt: skip
                    results["rows"].append(row)
                    harness.kept(options.json, results | {"table": tables(results)})
    print(tables(results))
    if any(row["error"] for row in results["rows"]):
        sys.exit(1)


if __name__ == "__main__":
    harness.answer(work) or main()
