# SPDX-License-Identifier: BSD-3-Clause
"""Runs experiments, each in a process and a folder of its own; what was run with the same code is not run again."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import vertaug
import vertaug_kernels
from vertaug.procedure.checkpoint import atomic_write
from vertaug.validation.experiment import Experiment, Level
from vertaug.validation.registry import EXPERIMENTS
from vertaug.validation.worker import RESULT

__all__ = ["Outcome", "Run", "Task", "code_digest", "run_experiments"]

_OUTSIDE = ("cli", "report", "viz", "verification", "validation")
"""Parts of the engine that no experiment's numbers hang on."""
_DIGITS = 12
_USES = re.compile(r"^from vertaug\.validation\.(\w+) import", re.MULTILINE)


@dataclass(frozen=True)
class Task:
    """What is to be run: `level` of the meshes, folders, digest of the `parameters`; `data` holds real vertebrae.

    With `kept_only` nothing is run: what has not been run before is told as lacking.
    """

    level: Level
    out: Path
    data: Path | None
    parameters: str
    jobs: int = 1
    kept_only: bool = False


@dataclass(frozen=True)
class Run:
    """With what an experiment was run: `level` of the meshes, digests of engine and `parameters` (first digits)."""

    level: str
    engine: str
    parameters: str


@dataclass(frozen=True)
class Outcome:
    """What an experiment found: `values`, `unable` and `facts` as in `Findings`.

    `failure` says why it could not be run, or is empty; `lacking` what the engine lacks for it, or is empty;
    `kept` whether it had been run before, in `seconds` of wall time and `processor_seconds`; `run` with what.
    """

    experiment: Experiment
    values: Mapping[str, float] = field(default_factory=dict)
    unable: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    failure: str = ""
    lacking: str = ""
    seconds: float = 0.0
    kept: bool = False
    processor_seconds: float = 0.0
    run: Run | None = None

    @classmethod
    def of(
        cls, experiment: Experiment, answer: Mapping[str, Any], *, kept: bool, run: Run | None
    ) -> Outcome:
        """Outcome of what a worker wrote."""
        return cls(
            experiment, answer["values"], answer["unable"], answer["facts"], answer["failure"],
            str(answer.get("lacking", "")), float(answer["seconds"]), kept, float(answer["processor_seconds"]), run,
        )  # fmt: skip


def code_digest(module: str = "") -> str:
    """SHA-256 of the sources that an experiment's numbers hang on; ``module`` is its own name in this package."""
    digest = hashlib.sha256()
    root, kernels = (Path(str(package.__file__)).parent for package in (vertaug, vertaug_kernels))
    files = [f for f in root.rglob("*") if f.relative_to(root).parts[0] not in _OUTSIDE]
    files += _own_files(root / "validation", module) if module else []
    files += list(kernels.rglob("*"))
    for file in sorted(f for f in files if f.suffix in (".py", ".toml", ".csv") and f.is_file()):
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _own_files(folder: Path, module: str) -> list[Path]:
    """Source of an experiment, and of all that it takes from this package."""
    wanted, found = [module], []
    while wanted:
        file = folder / f"{wanted.pop()}.py"
        if file not in found:
            found.append(file)
            wanted += _USES.findall(file.read_text(encoding="utf-8"))
    return found


def _digest(task: Task, experiment: Experiment, facts: Mapping[str, Any]) -> str:
    """Digest of all that an experiment's result hangs on."""
    parts = [code_digest(experiment.module), task.parameters, task.level, str(task.data)]
    parts.append(json.dumps(facts, sort_keys=True))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _kept(folder: Path, digest: str) -> Mapping[str, Any] | None:
    """Result of an earlier run with the same digest; None where there is none, or it failed."""
    file = folder / RESULT
    if not file.is_file():
        return None
    answer: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return answer if answer["digest"] == digest and not answer["failure"] else None


def _run(task: Task, experiment: Experiment, facts: Mapping[str, Any]) -> Outcome:
    """Run one experiment, or take what it found before."""
    if experiment.lacking:
        return Outcome(experiment, lacking=experiment.lacking)
    digest = _digest(task, experiment, facts)
    run = Run(task.level, code_digest()[:_DIGITS], task.parameters[:_DIGITS])
    folder = task.out / "work" / f"{experiment.id}-{digest[:12]}"
    known = _kept(folder, digest)
    if known is not None:
        return Outcome.of(experiment, known, kept=True, run=run)
    if task.kept_only:
        return Outcome(experiment, lacking="not run yet with this code and these parameters")
    folder.mkdir(parents=True, exist_ok=True)
    data = None if task.data is None else str(task.data.resolve())
    job = {"id": experiment.id, "level": task.level, "data": data, "facts": facts, "digest": digest}
    atomic_write(folder / "job.json", json.dumps(job, indent=1) + "\n")
    (folder / RESULT).unlink(missing_ok=True)
    command = [sys.executable, "-m", "vertaug.validation.worker", str(folder / "job.json")]
    with (folder / "log.txt").open("w", encoding="utf-8") as log:
        code = subprocess.run(
            command, stdout=log, stderr=log, check=False, env=_environment(task)
        ).returncode
    if not (folder / RESULT).is_file():
        text = f"its process ended with {code} and without a result: see {folder / 'log.txt'}"
        return Outcome(experiment, failure=text, run=run)
    answer = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    return Outcome.of(experiment, answer, kept=False, run=run)


def _environment(task: Task) -> dict[str, str]:
    """Environment of a process: threads are shared between jobs."""
    threads = str(max(1, (os.cpu_count() or 1) // task.jobs))
    names = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    roots = {str(Path(str(p.__file__)).parents[1]) for p in (vertaug, vertaug_kernels)}
    paths = [*sorted(roots), *filter(None, [os.environ.get("PYTHONPATH")])]
    given = {"PYTHONPATH": os.pathsep.join(paths)}
    if task.jobs > 1:
        given |= dict.fromkeys(names, threads)
    return {**os.environ, **given}


def run_experiments(
    ids: Sequence[str],
    task: Task,
    tell: Callable[[Outcome], None] = lambda outcome: None,
    experiments: Sequence[Experiment] = EXPERIMENTS,
) -> list[Outcome]:
    """Run the experiments ``ids``, some at a time; those that come after others wait for them.

    A failure is an outcome that says why. ``tell`` hears of each as it ends. Outcomes are in the order of the list.
    """
    chosen = [item for item in experiments if item.id in ids]
    found: dict[str, Outcome] = {}

    def one(item: Experiment) -> None:
        facts = {
            name: found[name].facts for name in item.after if name in found and found[name].facts
        }
        found[item.id] = _run(task, item, facts)
        tell(found[item.id])

    for wave in ([i for i in chosen if not i.after], [i for i in chosen if i.after]):
        with ThreadPoolExecutor(task.jobs) as pool:
            list(pool.map(one, wave))
    return [found[item.id] for item in chosen]
