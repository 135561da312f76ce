# SPDX-License-Identifier: BSD-3-Clause
"""Residual and tangent of all cells into the matrix: cells per second, against the memory's floor.

Run ``python benchmarks/assembly.py [--size DOF] [--threads 1,2] [--peer-python PATH] [--json FILE]``.

Three kinds of cell on meshes of `cavity`: linear tetrahedra of crushable bone at finite strain,
quadratic tetrahedra of a metal with von Mises yield at small strain, hexahedra with one mean volume
change a cell of crushable bone at finite strain; most points yield. The floor is that of
`floor.cell_bytes` and one reading of the matrix, whose fixed unknowns are held, over the bandwidth of
STREAM's triad, measured in the same run on as many threads. scikit-fem and FElupe assemble the same
residual and tangent of the quadratic mesh; NumPy does their law at the points. Best of several passes.
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
from cavity import cavity
from floor import cell_bytes, seconds
from j2_cavity import MODULES, find
from j2_problem import CONSTANTS

HERE = Path(__file__).resolve().parent
KINDS = {
    "tet4": "tet4, finite strain, crushable", "tet10": "tet10, small strain, J2",
    "hex8": "hex8 F-bar, finite strain, crushable",
}  # fmt: skip
PEERS = ("skfem", "felupe")
_PER_HEXAHEDRON = {"tet4": 21.0, "tet10": 152.0, "hex8": 9.5}
_STRAIN = np.diag([0.96, 1.015, 0.975])


def mesh(kind: str, unknowns: float) -> tuple[Any, Any]:
    """Mesh of about that many degrees of freedom."""
    blocks = unknowns / _PER_HEXAHEDRON[kind]
    around = max(2, round(blocks ** (1.0 / 3.0)))
    return cavity(kind, around, max(2, round(blocks / around**2)))


def present(points: Any) -> Any:
    """Points after a strain of some percent with noise, (n, 3) mm."""
    noise = np.random.default_rng(1).standard_normal(points.shape)
    return points @ _STRAIN + 1e-3 * noise


def item_of(kind: str, points: Any, cells: Any) -> Any:
    """Cells at rest."""
    from vertaug.materials.j2 import J2
    from vertaug.solid.cells import FINITE, SMALL, SolidItem
    from vertaug_kernels import laws

    if kind == "tet10":
        row = J2(**CONSTANTS, rise=0.0, rate=0.0).row()
        return SolidItem.at_rest(points, cells, laws.J2_TENSOR, row, kinematics=SMALL)
    young, poisson = 200.0, 0.3
    row = np.zeros(2 + len(laws.PARAMETERS[laws.CRUSHABLE]))
    row[2:] = young / (3.0 - 6.0 * poisson), young / (2.0 + 2.0 * poisson), 2.0, 1.0, 3.0
    return SolidItem.at_rest(points, cells, laws.CRUSHABLE, row, kinematics=FINITE)


def work(job: dict[str, Any]) -> dict[str, Any]:
    """Time one kind of cell."""
    from vertaug.solid.assembly import order_of
    from vertaug.solid.cells import SMALL
    from vertaug.solid.linear import build_pattern

    kind = job["kind"]
    points, cells = mesh(kind, job["unknowns"])
    item = item_of(kind, points, cells)
    at = present(points)
    pattern = build_pattern(len(points), cells)
    order = order_of(pattern, 0, cells, points)
    fixed = np.zeros(points.shape, dtype=bool)
    fixed[points[:, 2] < 1e-9] = True

    def once() -> None:
        blocks = pattern.assemble_matrix(None)
        part = item.assemble(at, order, blocks)
        if not np.isfinite(part.energy):
            raise RuntimeError("a cell is inverted")
        pattern.assemble_vector(part.forces.reshape(len(part.forces), -1))
        pattern.constrain(blocks, fixed)

    begun = time.perf_counter()
    once()
    warm = time.perf_counter() - begun
    best, cpu = _best(once, job["passes"])
    flows = item.history(at).growth.reshape(len(cells), -1) > 0.0
    yielding, flowing = float(flows.mean()), float(flows.any(axis=1).mean())
    passed = "tangent" if item.kinematics == SMALL else "rest"
    held = 72 * pattern.n_blocks
    return {
        "seconds": best, "cpu_seconds": cpu, "warm_up_seconds": warm, "cells": len(cells), "unknowns": points.size,
        "bytes": cell_bytes(item, pattern, order, flowing)[passed] + held, "yielding": yielding,
    }  # fmt: skip


def _best(once: Any, passes: int) -> tuple[float, float]:
    """Least wall-clock seconds of a pass, and its processor time."""
    times = []
    for _ in range(passes):
        cpu, start = harness.cpu_seconds(), time.perf_counter()
        once()
        times.append((time.perf_counter() - start, harness.cpu_seconds() - cpu))
    return min(times)


def tables(results: dict[str, Any]) -> str:
    """Results as Markdown."""
    heads = (
        "cells",
        "threads",
        "dof",
        "s",
        "CPU s",
        "Mcells/s",
        "floor s",
        "over floor",
        "speed-up",
        "GB",
        "note",
    )
    rows = []
    for row in results["rows"]:
        rate = 1e-6 * row["cells"] / row["seconds"] if "seconds" in row else None
        floor = row.get("floor_seconds")
        rows.append(
            (row["name"], row["threads"], row.get("unknowns"), row.get("seconds"), row.get("cpu_seconds"), rate,
             floor, row["seconds"] / floor if floor and "seconds" in row else None, row.get("speed_up"),
             row["gigabytes"], row["error"] or row.get("note", ""))
        )  # fmt: skip
    return harness.table(heads, rows)


def main() -> None:
    """Run what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=float, default=300_000)
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--peer-python", default=sys.executable)
    parser.add_argument("--passes", type=int, default=7)
    parser.add_argument("--limit", type=float, default=600.0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    harness.stop_on_request()
    machine = harness.machine_rates()
    results: dict[str, Any] = {"machine": machine, "rows": []}
    peers = [p for p in PEERS if p in MODULES and find(p, argparse.Namespace(**vars(options)))]
    for kind, name in KINDS.items():
        single = None
        for threads in map(int, options.threads.split(",")):
            job = {"kind": kind, "unknowns": options.size, "passes": options.passes}
            ended = harness.run_job(Path(__file__).resolve(), job, threads, options.limit)
            row = (ended.result or {}) | {
                "name": name, "threads": threads, "gigabytes": ended.gigabytes, "error": ended.error,
            }  # fmt: skip
            if ended.result is not None:
                row["floor_seconds"] = seconds(
                    1e-9 * row["bytes"], machine[f"triad_{min(threads, 2)}"]
                )
                row["note"] = f"{100.0 * row['yielding']:.0f} % of points yield"
                single = single or row["seconds"]
                row["speed_up"] = single / row["seconds"]
            results["rows"].append(row)
            harness.kept(options.json, results | {"table": tables(results)})
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "mesh.npz"
        points, cells = mesh("tet10", options.size)
        np.savez(file, points=points, cells=cells, present=present(points))
        for peer in peers:
            job = {"mesh": str(file), "constants": CONSTANTS, "peer": peer, "passes": 2}
            script = HERE / "peers" / "assembly_peers.py"
            ended = harness.run_job(
                script, job, 1, options.limit, python=options.peer_python, ours=False
            )
            row = (ended.result or {}) | {
                "name": f"{peer}: {KINDS['tet10']}", "threads": 1, "gigabytes": ended.gigabytes,
                "error": ended.error, "cells": len(cells), "unknowns": points.size,
            }  # fmt: skip
            ours = [r for r in results["rows"] if r["name"] == KINDS["tet10"] and "seconds" in r]
            if ours and ended.result is not None:
                row["note"] = (
                    f"{row['seconds'] / ours[0]['seconds']:.1f} times our time on one thread"
                )
            results["rows"].append(row)
            harness.kept(options.json, results | {"table": tables(results)})
    print(tables(results))
    if any(row["error"] for row in results["rows"]):
        sys.exit(1)


if __name__ == "__main__":
    harness.answer(work) or main()
