# SPDX-License-Identifier: BSD-3-Clause
"""Cold compilation of the solid core: seconds by kernel, in a cache folder that is empty at first.

Run ``python benchmarks/compile.py [--json FILE]``.

A new process with an empty cache does small jobs that reach the kernels of the solid core: the J2
cavity job on quadratic tetrahedra with multigrid; linear tetrahedra, patches of them and hexahedra at
finite strain; a law without a symmetric tangent; contact, and inflation steps of a vertebra with its
shell and balloons. Numba tells of every compilation; a kernel's own seconds are those less what the
kernels it calls took to compile within them. The same process again, with the cache it left, shows
what is left of it. Kernels of solid files that no job reached are named: nothing says they are free.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import harness
import numpy as np
from numba.core import event

TARGET = 60.0
SHOWN = 25
OTHER = (
    "advection", "cure", "damage", "flow", "fractional", "heat", "lattice", "multigrid", "poroelastic", "radial",
    "raster", "rheology", "surface_distance", "transport", "tube", "voxel",
)  # fmt: skip


class Compilations(event.Listener):
    """Listener of Numba's events: own and inclusive seconds of each function."""

    def __init__(self) -> None:
        self.own: dict[str, float] = {}
        self.total = self.cpu = 0.0
        self._begun_cpu = 0.0
        self._open: list[tuple[float, float]] = []

    def on_start(self, event: Any) -> None:
        """Note when a compilation begins."""
        del event
        if not self._open:
            self._begun_cpu = time.process_time()
        self._open.append((time.perf_counter(), 0.0))

    def on_end(self, event: Any) -> None:
        """Share out what it took when it ends."""
        begun, inner = self._open.pop()
        seconds = time.perf_counter() - begun
        function = event.data["dispatcher"].py_func
        name = f"{function.__module__.removeprefix('vertaug_kernels.')}.{function.__name__}"
        self.own[name] = self.own.get(name, 0.0) + seconds - inner
        if self._open:
            outer, so_far = self._open[-1]
            self._open[-1] = outer, so_far + seconds
        else:
            self.total += seconds
            self.cpu += time.process_time() - self._begun_cpu


def work(job: dict[str, Any]) -> dict[str, Any]:
    """Do the small jobs and tell what was compiled."""
    del job
    record = Compilations()
    event.register("numba:compile", record)
    begun, cpu = time.perf_counter(), harness.cpu_seconds()
    failed = {}
    for name, small in JOBS.items():
        try:
            small()
        except Exception as error:  # a job that fails must not hide the others
            failed[name] = f"{type(error).__name__}: {error}"[:300]
    return {
        "seconds": time.perf_counter() - begun, "cpu_seconds": harness.cpu_seconds() - cpu, "compile": record.total,
        "compile_cpu": record.cpu,
        "kernels": record.own, "unreached": unreached(), "failed": failed,
    }  # fmt: skip


def unreached() -> list[str]:
    """Parallel and serial kernels of solid files that have no machine code and were asked for by none."""
    import vertaug_kernels

    names = []
    for info in pkgutil.iter_modules(vertaug_kernels.__path__):
        if info.name.startswith("_") or info.name in OTHER:
            continue
        module = importlib.import_module(f"vertaug_kernels.{info.name}")
        for name, value in vars(module).items():
            own = getattr(getattr(value, "py_func", None), "__module__", "") == module.__name__
            reached = own and (value.signatures or getattr(value, "part", value).signatures)
            if own and not name.startswith("_") and not reached:
                names.append(f"{info.name}.{name}")
    return sorted(names)


def _quadratic() -> None:
    import j2_ours

    j2_ours.run(j2_ours.small_problem())


def _linear() -> None:
    import assembly

    for kind in ("tet4", "hex8", "tet10"):
        job = {"kind": kind, "unknowns": 1500.0, "passes": 1}
        assembly.work(job)
        points, cells = assembly.mesh(kind, 1500.0)
        item = assembly.item_of(kind, points, cells)
        item.energy(points)
        item.evaluate(points, with_matrix=True)
        item.after(points)


def _patches() -> None:
    import assembly

    from vertaug.solid.cells import SolidItem
    from vertaug.solid.patches import patches_of
    from vertaug_kernels import laws

    points, cells = assembly.mesh("tet4", 1500.0)
    row = np.array([0.0, 0.0, 200.0, 80.0])
    item = SolidItem.at_rest(points, cells, laws.HENCKY, row, patches=patches_of(cells))
    item.evaluate(points, with_matrix=True)
    item.after(points)


def _unsymmetric() -> None:
    import assembly

    from vertaug.solid.linear import LinearSolver, build_pattern

    points, cells = assembly.mesh("hex8", 9000.0)
    item = assembly.item_of("hex8", points, cells)
    pattern = build_pattern(len(points), cells)
    blocks = pattern.assemble_matrix(item.evaluate(points, with_matrix=True).matrices)
    fixed = np.abs(points) < 1e-9
    load = np.where(fixed, 0.0, 1.0)
    LinearSolver(pattern, points, fixed, symmetric=False).solve(blocks, load)
    LinearSolver(pattern, points, fixed).solve(blocks, load, [(1.0, load)], 1e-8)


def _inflation() -> None:
    import inflation_step

    inflation_step._run(4.5, 1.8, 1, harness.Clock())


JOBS = {
    "quadratic tetrahedra": _quadratic, "linear tetrahedra and hexahedra": _linear, "patches": _patches,
    "solvers": _unsymmetric, "inflation": _inflation,
}  # fmt: skip


def tables(results: dict[str, Any]) -> str:
    """Results as Markdown."""
    cold, warm = results["cold"], results.get("warm", {})
    if "compile" not in cold:
        return str(cold["error"])
    kernels = sorted(cold["kernels"].items(), key=lambda pair: -pair[1])
    rest = sum(seconds for _, seconds in kernels[SHOWN:])
    rows = [*kernels[:SHOWN], (f"{len(kernels[SHOWN:])} others", rest)]
    text = [
        f"Cold: {cold['compile']:.1f} s ({cold['compile_cpu']:.1f} CPU s) of compilation for "
        f"{len(kernels)} functions (target {TARGET:.0f} s), "
        f"{cold['seconds']:.1f} s with the jobs, {cold['cpu_seconds']:.1f} CPU s, {cold['gigabytes']:.2f} GB. "
        + (f"Warm: {warm['compile']:.1f} s and {warm['seconds']:.1f} s." if "compile" in warm else ""), "",
        harness.table(("kernel", "own s"), rows), "",
    ]  # fmt: skip
    if cold["unreached"]:
        text += ["Not reached: " + ", ".join(cold["unreached"]) + "."]
    text += [f"Job failed: {name}: {why}" for name, why in cold["failed"].items()]
    return "\n".join(text)


def main() -> None:
    """Compile into a new folder, then run again from it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--limit", type=float, default=1800.0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    harness.stop_on_request()
    script = Path(__file__).resolve()
    results: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ["VERTAUG_CACHE_DIR"] = folder
        for name in ("cold", "warm"):
            ended = harness.run_job(script, {}, 2, options.limit)
            results[name] = (ended.result or {}) | {
                "gigabytes": ended.gigabytes, "error": ended.error,
            }  # fmt: skip
            harness.kept(options.json, results | {"table": tables(results)})
    print(tables(results))
    if any(r["error"] or r.get("failed") for r in results.values()):
        sys.exit(1)


if __name__ == "__main__":
    harness.answer(work) or main()
