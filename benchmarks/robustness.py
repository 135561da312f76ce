# SPDX-License-Identifier: BSD-3-Clause
"""Robustness of inflation: many random inflations, each to its end, and a table of how they ended.

``python -m benchmarks.robustness --members 200 --workers 2 --out DIR``

Each member is a random vertebra (level, size, fracture, 30 to 200 mg/cm³, with or without a cleft), one or
two balloons at a random place, 0.7 to 2 mm cells at the cavities: access, inflation and deflation, each
accepted state checked for inverted cells. It runs in a process of its own on one thread, which is killed
after ``--limit`` seconds of processor time, so that a busy machine loses none;
a member that was killed or crashed is lost. Rows are kept one a line in
``DIR/members.jsonl``; the same command goes on where it was stopped. A member's plan and result depend on
``--study`` and its number alone. Exit code 1: fewer than 99 % ended at a stop rule, or any was lost or
had an inverted cell.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import math
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import beta

__all__ = ["clopper_pearson", "main", "table"]

ROOT = Path(__file__).resolve().parents[1]
REQUIRED = 0.99
"""Share of members that must end at a stop rule."""
WALL = 10.0
"""Wall time, in limits of processor time, after which a process that does not compute is killed."""
Row = dict[str, Any]


def clopper_pearson(successes: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Exact confidence interval of a probability."""
    tail = 0.5 * (1.0 - level)
    low = float(beta.ppf(tail, successes, trials - successes + 1)) if successes else 0.0
    high = float(beta.ppf(1.0 - tail, successes + 1, trials - successes))
    return low, high if successes < trials else 1.0


def succeeded(row: Row) -> bool:
    """Whether a member ended at a stop rule with sound states throughout."""
    return row["outcome"] == "stop rule" and not row["inverted"] and not row["not_finite"]


def cause(row: Row) -> str:
    """What a member is counted under."""
    if row.get("inverted"):
        return "inverted cells"
    if row.get("not_finite"):
        return "numbers that are not finite"
    if row["outcome"] == "stop rule":
        return "stop rule: " + " + ".join(sorted(set(row["stops"].values())))
    if row["outcome"] == "lost":
        return f"lost: {row['reason']}"
    return f"{row['outcome']}: {row['stage']}"


def _environment() -> dict[str, str]:
    """Environment of a member: one thread, and the sources this file stands beside."""
    names = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    paths = [str(ROOT / "src"), str(ROOT / "kernels"), os.environ.get("PYTHONPATH", "")]
    return (
        os.environ
        | dict.fromkeys(names, "1")
        | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    )


class Children:
    """Processes of the members that run now, so that all of them can be ended."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._lock = threading.Lock()
        self.stopping = False

    def run(self, command: Sequence[str], log: Path, limit: float) -> str:
        """Run a command, killed with all it started after ``limit`` s of work; returns what went wrong."""
        with log.open("wb") as stream, self._lock:
            if self.stopping:
                return "stopped"
            child = subprocess.Popen(
                command, cwd=ROOT, env=_environment(), stdout=stream, stderr=stream,
                start_new_session=True,
            )  # fmt: skip
            self._running.add(child)
            most = max(math.ceil(limit), 1)
            resource.prlimit(child.pid, resource.RLIMIT_CPU, (most, most + 5))
        try:
            code = child.wait(WALL * limit)
        except subprocess.TimeoutExpired:
            return f"over {WALL * limit:g} s of wall time"
        finally:
            _kill(child)
            self._running.discard(child)
        if code == -signal.SIGXCPU:
            return f"over {limit:g} s of processor time"
        return "" if code == 0 else f"exit code {code}"

    def end(self) -> None:
        """Kill all that run and let no other begin."""
        with self._lock:
            self.stopping = True
            for child in tuple(self._running):
                _kill(child)


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End a process, which leads a session of its own, with all it started."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def run_alone(children: Children, study: str, member: int, out: Path, limit: float) -> Row:
    """Run one member in a process of its own, killed after ``limit`` seconds of work."""
    file, log = out / "work" / f"{member}.json", out / "work" / f"{member}.log"
    file.unlink(missing_ok=True)
    begun = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.robustness_members", study, str(member), str(file)]
    reason = children.run(command, log, limit)
    if not reason and file.is_file():
        row: Row = json.loads(file.read_text(encoding="utf-8"))
        file.unlink()
    else:
        row = {"member": member, "outcome": "lost", "reason": reason or "no result"}
        row |= {"inverted": 0, "not_finite": 0, "log": str(log)}
    row["wall_s"] = round(time.perf_counter() - begun, 2)
    return row


def read_rows(file: Path) -> list[Row]:
    """Rows of the members that are done; a line that a kill cut short is dropped."""
    rows: dict[int, Row] = {}
    if file.is_file():
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue
            rows[row["member"]] = row
    return [rows[member] for member in sorted(rows)]


def _append(file: Path, row: Row) -> None:
    """Write one line at once; ends a torn line first."""
    torn = file.is_file() and file.stat().st_size > 0 and not file.read_bytes().endswith(b"\n")
    with file.open("a", encoding="utf-8") as stream:
        stream.write(("\n" if torn else "") + json.dumps(row) + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def run_members(
    study: str, members: Sequence[int], workers: int, out: Path, limit: float
) -> list[Row]:
    """Run the members that are not done yet, each row written as it ends."""
    (out / "work").mkdir(parents=True, exist_ok=True)
    file = out / "members.jsonl"
    done = {row["member"] for row in read_rows(file)}
    todo = [member for member in members if member not in done]
    children = Children()
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(run_alone, children, study, m, out, limit) for m in todo]
        try:
            for future in as_completed(futures):
                row = future.result()
                _append(file, row)
                detail = row.get("reason", "")
                print(
                    f"member {row['member']:4d}  {row['wall_s']:7.1f} s  {cause(row)}  {detail}",
                    flush=True,
                )
        except BaseException:
            children.end()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return [row for row in read_rows(file) if row["member"] in set(members)]


def _spread(label: str, values: Sequence[float]) -> str:
    """One line of a table: median, 95 % and largest of ``values``."""
    if not len(values):
        return f"| {label} | - | - | - |"
    middle, high = np.median(values), np.quantile(values, 0.95)
    return f"| {label} | {middle:.4g} | {high:.4g} | {np.max(values):.4g} |"


def table(rows: Sequence[Row], study: str) -> str:
    """Outcomes by cause, the rate of success with its interval, and what a member takes; Markdown."""
    good = sum(map(succeeded, rows))
    low, high = clopper_pearson(good, len(rows))
    counts = Counter(map(cause, rows))
    lines = [f"# Robustness of inflation: study {study!r}, {len(rows)} members", ""]
    lines += ["| ended by | members | share |", "|---|---|---|"]
    lines += [f"| {name} | {n} | {n / len(rows):.1%} |" for name, n in counts.most_common()]
    lines += ["", f"Ended at a stop rule: {good} of {len(rows)}, {good / len(rows):.1%}"]
    lines[-1] += f" (95 % Clopper-Pearson interval {low:.1%} to {high:.1%})."
    states = sum(row.get("states", 0) for row in rows)
    inverted = sum(row["inverted"] for row in rows)
    lost = sum(row["outcome"] == "lost" for row in rows)
    lines += [
        f"States checked: {states}; with inverted cells: {inverted}. Members lost: {lost}.",
        "",
    ]
    ran = [row for row in rows if "steps" in row]
    lines += ["| of a member | median | 95 % | largest |", "|---|---|---|---|"]
    lines.append(_spread("wall time, s", [row["wall_s"] for row in rows]))
    used = [row["processor_s"] for row in ran if "processor_s" in row]
    lines.append(_spread("processor time, s", used))
    for key, label in (
        ("steps", "steps of inflation"),
        ("newton_iterations", "Newton iterations of inflation"),
        ("cuts", "steps cut or refused"),
        ("remeshes", "new meshes"),
    ):
        lines.append(_spread(label, [row[key] for row in ran]))
    lines.append(_spread("cells at full volume", [row["cells"][-1] for row in ran]))
    reached = [share for row in ran for share in row["reached"]]
    lines.append(_spread("volume reached over volume asked for", reached))
    bad = [row for row in rows if not succeeded(row)]
    if bad:
        lines += ["", "| member | ended by | reason |", "|---|---|---|"]
        lines += [f"| {row['member']} | {cause(row)} | {row.get('reason', '')} |" for row in bad]
    return "\n".join(lines) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the study and print its table; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--members", type=int, default=200, help="how many (default 200)")
    parser.add_argument("--first", type=int, default=0, help="number of the first one")
    parser.add_argument("--only", type=int, nargs="+", help="numbers of members to run instead")
    parser.add_argument("--workers", type=int, default=2, help="processes at a time (default 2)")
    parser.add_argument("--out", type=Path, required=True, help="folder; the same one goes on")
    parser.add_argument("--study", default="inflation", help="name that seeds the members")
    parser.add_argument("--limit", type=float, default=1200.0, help="processor seconds")
    chosen = parser.parse_args(arguments)
    chosen.out.mkdir(parents=True, exist_ok=True)
    header = chosen.out / "study.json"
    if header.is_file() and json.loads(header.read_text()) != {"study": chosen.study}:
        parser.error(f"{chosen.out} holds the members of another study: {header.read_text()}")
    header.write_text(json.dumps({"study": chosen.study}))
    members = chosen.only or list(range(chosen.first, chosen.first + chosen.members))
    rows = run_members(chosen.study, members, chosen.workers, chosen.out.resolve(), chosen.limit)
    text = table(rows, chosen.study)
    (chosen.out / "table.md").write_text(text, encoding="utf-8")
    print("\n" + text)
    good = sum(map(succeeded, rows)) >= REQUIRED * len(rows)
    clean = not any(row["outcome"] == "lost" or row["inverted"] for row in rows)
    return 0 if good and clean else 1


if __name__ == "__main__":
    sys.exit(main())
