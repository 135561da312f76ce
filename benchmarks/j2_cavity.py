# SPDX-License-Identifier: BSD-3-Clause
"""The J2 cavity job: ours against Kratos, scikit-fem, FElupe, NGSolve, CalculiX and FEBio.

Run ``python benchmarks/j2_cavity.py [--sizes 37000,108000,275000] [--peers kratos,...]
[--threads 1,2] [--peer-python PATH] [--febio PATH] [--limit SECONDS] [--json FILE]``.

The job is that of `j2_problem`: same mesh, same nodal forces, same ten increments, and the same
residual in newtons to stop at in each of them (ours: 1e-6 of the norm of the cells' forces; peers
that can be driven get the numbers). Each code runs in a process of its own with its own threads; the
clock stands still while interpreters start, kernels compile or load, and peers take over the mesh
(CalculiX and FEBio are programs, so theirs includes reading the deck). Memory is the peak of the
process. A code that is not found is said to be missing, one that takes longer than the limit is
reported as such and left out at larger sizes. A code's time is the fastest of up to three runs begun
within a minute, by the same rule for all.

**Floor.** `floor` counts the bytes of every pass over the arrays that our run really kept: one
iteration of conjugate gradients (lower half of the first level's matrix in single precision for the
product, twice more for the two sweeps, the same on each coarser level, the transfers, the vectors);
what one solve moves besides (newest matrix from double to single, residual in double); a set-up; the
tangent of all cells at rest, once; tangents, which read it and add what cells that flow make of theirs;
forces without a tangent, where an increment's end is expected; energies; the history after an
increment. Each is multiplied by how often the run made it, and the sum divided by the
bandwidth of STREAM's triad measured just before, on as many threads. Arithmetic is not in it: the
tangent of a quadratic tetrahedron has many operations a byte, so its share of the factor is that of
the arithmetic. The factor is also given with the bandwidth of reading alone, which is higher.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import harness
import numpy as np
from floor import JobBytes, JobCounts, job_bytes, seconds
from j2_problem import CONSTANTS, INCREMENTS, divisions, write_problem
from peers import decks

HERE = Path(__file__).resolve().parent
SIZES = "37000,108000,275000"
MODULES = {
    "kratos": "KratosMultiphysics.ConstitutiveLawsApplication", "skfem": "skfem", "felupe": "felupe",
    "ngsolve": "ngsolve",
}  # fmt: skip
VARIANTS = {"kratos-inexact": ("kratos", {"tolerance": 1e-3})}
PEERS = ("kratos", *VARIANTS, "skfem", "felupe", "ngsolve", "ccx", "febio")
FINITE_STRAIN = ("febio",)
AGREE = 1e-4
COMPILE = 900.0
"""Seconds our process may take besides: its kernels may have to be compiled first."""


def find(peer: str, options: argparse.Namespace) -> str | None:
    """Program or interpreter that has a peer; None where it is missing."""
    peer = VARIANTS.get(peer, (peer,))[0]
    if peer == "febio":
        return shutil.which(options.febio) if options.febio else shutil.which("febio4")
    if peer == "ccx":
        return shutil.which("ccx")
    check = subprocess.run(
        [options.peer_python, "-c", f"import {MODULES[peer]}"], capture_output=True, check=False, timeout=120.0
    )  # fmt: skip
    return options.peer_python if check.returncode == 0 else None


def absence(peer: str, options: argparse.Namespace) -> str:
    """Where a missing peer was looked for."""
    module = VARIANTS.get(peer, (peer, {}))[0]
    if module in MODULES:
        return f"{options.peer_python} cannot import {MODULES[module]}"
    if module == "febio" and options.febio:
        return f"--febio {options.febio} is no program that can be run"
    return (
        "febio4 is not in PATH; name it with --febio PATH"
        if module == "febio"
        else "ccx is not in PATH"
    )


def run_peer(
    peer: str, program: str, problem: Path, limits: list[float], threads: int, limit: float
) -> harness.Outcome:
    """One run of one peer."""
    job = {"problem": str(problem), "constants": CONSTANTS, "limits": limits, "threads": threads}
    module, settings = VARIANTS.get(peer, (peer, {}))
    if module in MODULES:
        script = HERE / "peers" / f"j2_{module}.py"
        job["settings"] = settings
        ended = harness.run_job(script, job, threads, limit, python=program, ours=False)
        told = re.findall(r"^AMGCLSolver: (\d+) iterations", ended.text, re.MULTILINE)
        if ended.result is not None and told:
            ended.result["linear"] = sum(map(int, told))
        return ended
    with np.load(problem) as file, tempfile.TemporaryDirectory() as name:
        folder, arrays = Path(name), dict(file)
        if peer == "ccx":
            decks.calculix_deck(folder / "job.inp", arrays, CONSTANTS, INCREMENTS)
            command = [program, "-i", "job"]
        else:
            decks.febio_deck(folder / "job.feb", arrays, CONSTANTS, INCREMENTS)
            command = [program, "-i", "job.feb", "-nosplash"]
        ended = harness.run_command(command, threads, limit, folder=folder)
        if ended.error:
            return ended
        read = (
            decks.calculix_result(folder, "job", int(arrays["vertex"]))
            if peer == "ccx"
            else decks.febio_result(folder, ended.text)
        )
    result = read | {"seconds": ended.seconds, "cpu_seconds": ended.cpu_seconds}
    return harness.Outcome(
        result, ended.seconds, ended.cpu_seconds, ended.gigabytes, "", ended.text
    )


def over_floor(result: dict[str, Any], machine: dict[str, float], threads: int) -> dict[str, float]:
    """Least seconds, and our time as a multiple of it, by triad and by reading."""
    parts = job_bytes(JobBytes(**result["bytes"]), JobCounts(**result["counts"]))
    which = min(threads, 2)
    triad = seconds(parts["total"], machine[f"triad_{which}"])
    read = seconds(parts["total"], max(machine[f"read_{which}"], machine[f"triad_{which}"]))
    return {f"GB {name}": value for name, value in parts.items()} | {
        "floor_seconds": triad, "over_floor": result["seconds"] / triad,
        "over_floor_reading": result["seconds"] / read,
    }  # fmt: skip


def one_size(
    unknowns: int, threads: int, found: dict[str, str], slow: set[str], machine: dict[str, float], limit: float
) -> dict[str, Any]:  # fmt: skip
    """All codes on one mesh with one number of threads."""
    with tempfile.TemporaryDirectory() as name:
        problem = Path(name) / "problem.npz"
        entry: dict[str, Any] = write_problem(problem, *divisions(unknowns)) | {"threads": threads}
        script = HERE / "j2_ours.py"
        job = {"problem": str(problem)}
        mine = harness.fastest(lambda: harness.run_job(script, job, threads, limit + COMPILE))
        rows = {"vertaug": _row(mine)}
        entry["codes"] = rows
        if mine.result is None:
            return entry
        entry["floor"] = over_floor(mine.result, machine, threads)
        for peer, program in found.items():
            if (peer, threads) in slow:
                rows[peer] = {"error": "left out: a smaller mesh took longer than the limit"}
                continue

            def run(peer: str = peer, program: str = program) -> harness.Outcome:
                limits = mine.result["residual_limits"]
                return run_peer(peer, program, problem, limits, threads, limit)

            ended = harness.fastest(run)
            if ended.error.startswith(">"):
                slow.add((peer, threads))
            row = _row(ended)
            if ended.result is not None:
                row["ratio"] = ended.result["seconds"] / mine.result["seconds"]
                row["cpu_ratio"] = ended.result["cpu_seconds"] / mine.result["cpu_seconds"]
                if peer not in FINITE_STRAIN:
                    off = abs(ended.result["u"] / mine.result["u"] - 1.0)
                    row |= {"off": off, "agrees": bool(off <= AGREE)}
            rows[peer] = row
            print(f"  {unknowns} {threads} {peer}: {row}", flush=True)
    return entry


def _row(ended: harness.Outcome) -> dict[str, Any]:
    process = {"process_seconds": ended.seconds, "gigabytes": ended.gigabytes, "error": ended.error}
    return (ended.result or {}) | process


def tables(results: dict[str, Any]) -> str:
    """Results as Markdown."""
    text = []
    heads = (
        "code",
        "s",
        "CPU s",
        "Newton",
        "linear its",
        "GB",
        "u (8,0,0) mm",
        "time / ours",
        "note",
    )
    for entry in results["sizes"]:
        text += [f"**{entry['unknowns']} degrees of freedom, {entry['threads']} thread(s)**", ""]
        rows = []
        for name, row in entry["codes"].items():
            note = row["error"]
            if not note and row.get("agrees") is False:
                note = f"u is off by {row['off']:.1e}"
            if row.get("settings"):
                note += "" if note else ", ".join(f"{v}" for k, v in row["settings"].items()
                                                  if k in ("solver", "smoother_type", "coarsening_type"))  # fmt: skip
            u = f"{row['u']:.6f}" if "u" in row else None
            rows.append(
                (name, row.get("seconds"), row.get("cpu_seconds"), row.get("newton"), row.get("linear"),
                 row.get("gigabytes"), u, 1.0 if name == "vertaug" else row.get("ratio"), note)
            )  # fmt: skip
        text += [harness.table(heads, rows), ""]
        if "floor" not in entry:
            continue
        mine, floor = entry["codes"]["vertaug"], entry["floor"]
        ratios = {n: r["ratio"] for n, r in entry["codes"].items() if "ratio" in r}
        if ratios:
            best = min(ratios, key=lambda n: ratios[n])
            text += [f"Fastest peer: {best}, {ratios[best]:.2f} times our time (target 7)."]
        parts = ", ".join(f"{n} {s:.2f} s" for n, s in mine["parts"].items())
        moved = ", ".join(f"{n[3:]} {v:.2f}" for n, v in floor.items() if n.startswith("GB "))
        text += [
            f"Memory floor {floor['floor_seconds']:.2f} s (GB: {moved}); we take {floor['over_floor']:.2f} times "
            f"that (target 2.5), {floor['over_floor_reading']:.2f} times by the bandwidth of reading.",
            f"Our parts: {parts}, linear solves {mine['solve_seconds']:.2f} s, set-ups {mine['setup_seconds']:.2f} s "
            f"({mine['setups']}), before the first increment {mine['before_steps']:.2f} s; warm-up, not counted, "
            f"{mine['warm_up_seconds']:.1f} s.", "",
        ]  # fmt: skip
    missing = ", ".join(results["missing"])
    return "\n".join([*text, f"Missing here: {missing}." if missing else ""])


def main() -> None:
    """Run what the options ask for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default=SIZES)
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--peer-python", default=sys.executable)
    parser.add_argument("--febio", default="")
    parser.add_argument("--limit", type=float, default=600.0, help="seconds for one run of a peer")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    harness.stop_on_request()
    wanted = [peer for peer in options.peers.split(",") if peer]
    unknown = set(wanted) - set(PEERS)
    if unknown:
        parser.error(f"no such peer: {', '.join(sorted(unknown))}; known: {', '.join(PEERS)}")
    where = {peer: find(peer, options) for peer in wanted}
    found = {peer: program for peer, program in where.items() if program}
    missing = [peer for peer in wanted if peer not in found]
    for peer in missing:
        print(f"{peer} is missing: {absence(peer, options)}", flush=True)
    results: dict[str, Any] = {"missing": missing, "sizes": [], "machine": harness.machine_rates()}
    slow: set[Any] = set()
    for threads in map(int, options.threads.split(",")):
        for size in map(int, options.sizes.split(",")):
            entry = one_size(size, threads, found, slow, results["machine"], options.limit)
            results["sizes"].append(entry)
            harness.kept(options.json, results | {"table": tables(results)})
    print(tables(results))
    if any(entry["codes"]["vertaug"]["error"] for entry in results["sizes"]):
        print(json.dumps([e["codes"]["vertaug"]["error"] for e in results["sizes"]]))
        sys.exit(1)


if __name__ == "__main__":
    main()
