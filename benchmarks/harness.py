# SPDX-License-Identifier: BSD-3-Clause
"""What the speed benchmarks share: jobs in processes of their own, clocks for parts, tables, fits.

A job runs in a new process, so that thread settings hold from the start, memory is that of the job
alone, and a crash or a time limit costs one row. Only the standard library is imported: peers run
this file with an interpreter of their own.
"""

from __future__ import annotations

import functools
import importlib.metadata
import json
import math
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = [
    "Clock",
    "Outcome",
    "answer",
    "exponent",
    "fastest",
    "kept",
    "machine_rates",
    "run_command",
    "run_job",
    "stop_on_request",
    "table",
    "versions",
]

ROOT = Path(__file__).resolve().parents[1]
_THREAD_SETTINGS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMBA_NUM_THREADS",
    "CCX_NPROC_EQUATION_SOLVER",
    "NGS_NUM_THREADS",
)
_WATCH_SECONDS = 0.02


@dataclass(frozen=True)
class Outcome:
    """How a process ended.

    Attributes
    ----------
    result : what the job answered, None where it failed
    seconds, cpu_seconds : wall clock and processor time of the whole process
    gigabytes : peak of its resident memory
    error : "" where all went well, else why not, in one line
    text : what it printed
    """

    result: dict[str, Any] | None
    seconds: float
    cpu_seconds: float
    gigabytes: float
    error: str
    text: str = ""


def environment(threads: int, *, ours: bool) -> dict[str, str]:
    """Environment of a job on `threads` threads; ours finds the package beside the benchmarks."""
    values = dict(os.environ)
    values |= dict.fromkeys(_THREAD_SETTINGS, str(threads))
    paths = [str(ROOT / "benchmarks")]
    if ours:
        values["OPENBLAS_NUM_THREADS"] = "1"
        paths += [str(ROOT / "src"), str(ROOT / "kernels")]
    values["PYTHONPATH"] = os.pathsep.join(paths)
    return values


def _peak(process_id: int) -> float:
    """Peak resident memory so far in gigabytes (1e9 bytes); 0 where the system does not say."""
    try:
        for line in Path(f"/proc/{process_id}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return 1024e-9 * float(line.split()[1])
    except (OSError, ProcessLookupError):
        pass
    return 0.0


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process with its children, those in sessions of their own by asking first."""
    for send, patience in ((signal.SIGTERM, 2.0), (signal.SIGKILL, 0.0)):
        try:
            os.killpg(process.pid, send)
        except ProcessLookupError:
            return
        time.sleep(patience)


def stop_on_request() -> None:
    """Let a request to end this process end its jobs too."""

    def stop(*_: object) -> None:
        raise SystemExit(143)

    signal.signal(signal.SIGTERM, stop)


def run_command(
    command: Sequence[str | Path],
    threads: int,
    limit: float,
    *,
    ours: bool = False,
    folder: Path | None = None,
) -> Outcome:
    """Run a command to its end or to `limit` seconds, and measure it.

    Parameters
    ----------
    command : program and arguments
    threads : threads it may use
    limit : seconds after which it and its children are ended
    ours : whether it needs this repository's packages
    folder : working folder
    """
    with tempfile.TemporaryFile("w+") as printed:
        start, peak = time.perf_counter(), 0.0
        process = subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=printed, stderr=subprocess.STDOUT,
            env=environment(threads, ours=ours), cwd=folder, start_new_session=True,
        )  # fmt: skip
        error, done = "", 0
        try:
            while not done:
                peak = max(peak, _peak(process.pid))
                done, status, usage = os.wait4(process.pid, os.WNOHANG)
                seconds = time.perf_counter() - start
                if not done and seconds > limit and not error:
                    error = f"> {limit:.0f} s, stopped"
                    _end(process)
                time.sleep(0.0 if done else _WATCH_SECONDS)
        finally:
            if not done:
                _end(process)
        process.returncode = code = os.waitstatus_to_exitcode(status)
        printed.seek(0)
        text = printed.read()
    if code != 0 and not error:
        last = [line for line in text.splitlines() if line.strip()][-1:] or ["no output"]
        error = f"exit status {code}: {last[0].strip()[:200]}"
    cpu = usage.ru_utime + usage.ru_stime
    return Outcome(None, seconds, cpu, peak or 1024e-9 * usage.ru_maxrss, error, text)


def run_job(
    script: Path,
    job: dict[str, Any],
    threads: int,
    limit: float,
    *,
    python: str | Path = sys.executable,
    ours: bool = True,
) -> Outcome:
    """Have `script`, which calls `answer`, do one job in a process of its own."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asked, answered = folder / "job.json", folder / "result.json"
        asked.write_text(json.dumps(job))
        command = [python, script, "--job", asked, answered]
        ended = run_command(command, threads, limit, ours=ours, folder=folder)
        if ended.error or not answered.is_file():
            error = ended.error or "ended without an answer"
            return Outcome(
                None, ended.seconds, ended.cpu_seconds, ended.gigabytes, error, ended.text
            )
        result = json.loads(answered.read_text())
    return Outcome(result, ended.seconds, ended.cpu_seconds, ended.gigabytes, "", ended.text)


def answer(work: Callable[[dict[str, Any]], dict[str, Any]]) -> bool:
    """In a script that `run_job` started: do the job, write the answer; False in any other run."""
    if sys.argv[1:2] != ["--job"]:
        return False
    asked, answered = map(Path, sys.argv[2:4])
    result = work(json.loads(asked.read_text()))
    answered.write_text(json.dumps(result))
    return True


def cpu_seconds() -> float:
    """Processor time of this process so far, all threads."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class Clock:
    """Seconds and calls of chosen functions by the clock ``now``, inner ones counted in outer ones too."""

    def __init__(self, now: Callable[[], float] = time.perf_counter) -> None:
        self.now = now
        self.seconds: dict[str, float] = {}
        self.calls: dict[str, int] = {}

    def watch(self, owner: Any, name: str, label: str) -> None:
        """Replace the function `name` of a module or class by one that is timed under `label`."""
        function = getattr(owner, name)

        @functools.wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            start = self.now()
            try:
                return function(*args, **kwargs)
            finally:
                self.add(label, self.now() - start)

        setattr(owner, name, timed)

    def add(self, label: str, seconds: float) -> None:
        """Count one call."""
        self.seconds[label] = self.seconds.get(label, 0.0) + seconds
        self.calls[label] = self.calls.get(label, 0) + 1

    def clear(self) -> None:
        """Forget what was counted, such as a warm-up."""
        self.seconds.clear()
        self.calls.clear()


def fastest(run: Callable[[], Outcome], most: int = 3, budget: float = 60.0) -> Outcome:
    """Fastest of up to `most` runs, none begun after `budget` seconds: one rule for every code."""
    start, best = time.perf_counter(), run()
    for _ in range(most - 1):
        if best.result is None or time.perf_counter() - start > budget:
            break
        again = run()
        if again.result is not None and again.result["seconds"] < best.result["seconds"]:
            best = again
    return best


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Slope of the straight line through the logarithms: values grow like size to this power."""
    if len(sizes) != len(values) or len(set(sizes)) < 2:
        raise ValueError("a growth needs two sizes or more, and a value for each")
    x, y = [math.log(s) for s in sizes], [math.log(v) for v in values]
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    above = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True))
    return above / sum((a - mean_x) ** 2 for a in x)


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Markdown table; numbers to three or four digits, None as a dash."""
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(_cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        if not math.isfinite(value):
            return str(value)
        return f"{value:.0f}" if abs(value) >= 1000.0 else f"{value:.3g}"
    return str(value)


def versions(*packages: str) -> dict[str, str]:
    """Versions of installed packages; those that are not installed are left out."""
    found = {}
    for package in packages:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def kept(file: Path | None, results: dict[str, Any]) -> None:
    """Write what there is so far, so that a later failure loses nothing."""
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(results, indent=1) + "\n")


def machine_rates(threads: int = 2) -> dict[str, float]:
    """Bandwidths of the memory in GB/s, measured now in a process of its own.

    Returns
    -------
    ``triad_1``, ``triad_2``, ``read_1``, ``read_2`` (threads), and ``cores``
    """
    script = ROOT / "benchmarks" / "machine_job.py"
    ended = run_job(script, {}, threads, 120.0)
    if ended.result is None:
        raise RuntimeError(f"the memory's bandwidth could not be measured: {ended.error}")
    return ended.result
