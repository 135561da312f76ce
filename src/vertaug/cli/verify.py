# SPDX-License-Identifier: BSD-3-Clause
"""The command ``vertaug verify``: benchmarks with known answers, as a report."""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vertaug.cli.guard import guarded

if TYPE_CHECKING:
    from vertaug.verification.running import Outcome

__all__ = ["verify"]

FAILED = 1


class Level(str, Enum):  # noqa: UP042  (typer lists the values of a str enumeration)
    """How much to run."""

    quick = "quick"
    full = "full"
    both = "both"

    @property
    def names(self) -> tuple[str, ...]:
        """Levels to run, in order."""
        return ("quick", "full") if self is Level.both else (self.value,)


def _list(words: list[str], level: str) -> None:
    """Print ids, titles and parameters."""
    from vertaug.verification.problem import shown
    from vertaug.verification.registry import select

    group = ""
    for problem in select(words):
        if problem.group != group:
            group = problem.group
            typer.echo(group)
        typer.echo(f"  {problem.id:<24} {problem.title}")
        values = problem.values(level, {})
        for parameter in problem.parameters():
            text = f"{parameter.name}={shown(values[parameter.name])}"
            typer.echo(f"      {text:<28} {parameter.expected()}")


def _make(folder: Path) -> None:
    """Make the report's folder before a quarter of an hour is spent on what goes into it.

    Raises
    ------
    InputError
        It is a file, or cannot be made or written into.
    """
    from vertaug.errors import InputError

    try:
        folder.mkdir(parents=True, exist_ok=True)
        writable = os.access(folder, os.W_OK | os.X_OK)
        reason = "a folder that cannot be written into"
    except OSError as error:
        writable, reason = False, error.strerror or "a folder that cannot be made"
    if not writable:
        raise InputError(
            "command line", "--out", f"{folder}: {reason}", "a folder, there or to be made",
            "for example --out verification", "E-VERIFY-007",
        )  # fmt: skip


def _tell(outcome: Outcome) -> None:
    """Print one line as a problem ends, and one for each check that failed."""
    count = len(outcome.entries)
    good = sum(entry.passed for entry in outcome.entries)
    word = "pass" if outcome.passed else "FAIL"
    typer.echo(f"{word}  {outcome.problem.id:<24} {good}/{count}  {outcome.seconds:6.1f} s")
    for entry in outcome.entries:
        if not entry.passed:
            typer.echo(f"      {entry.check.quantity}: {entry.message}")


def verify(
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only", help="Groups, families or ids, comma-separated: SOLID,FLOW,b,c.sphere."
        ),
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for the report; made if absent.")
    ] = Path("verification"),
    level: Annotated[Level, typer.Option(help="Coarse meshes, all of them, or both.")] = Level.full,
    change: Annotated[
        list[str] | None,
        typer.Option("--set", help="Another parameter or mesh: b.poisson=0.45, b.meshes=4,8,16."),
    ] = None,
    names: Annotated[
        bool, typer.Option("--list", help="List problems and parameters; run nothing.")
    ] = False,
    reason: Annotated[
        str | None,
        typer.Option("--accept", help="Store what is computed as the values to keep; say why."),
    ] = None,
    threads: Annotated[int | None, typer.Option("--threads", min=1, help="Threads to use.")] = None,
) -> None:
    """Run benchmarks with known answers; write verification.md and verification.json.

    Exit code 0 if every check passed, 1 if not.

    Example: vertaug verify --only b,FLOW --set b.poisson=0.45 --out runs/verification
    """
    with guarded(""):
        if threads is not None:
            for name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
                os.environ[name] = str(threads)
        if names:
            _list(only or [], level.names[-1])
            return
        from vertaug.verification.registry import select, settings
        from vertaug.verification.regression import accept
        from vertaug.verification.report import write_report
        from vertaug.verification.running import run_problems

        given = settings(change or [])
        chosen = [p for p in select(only or []) if only or p.id in given or not given]
        _make(out)
        levels = {name: run_problems(chosen, name, given, _tell) for name in level.names}
        if reason is not None:
            for name, outcomes in levels.items():
                typer.echo(f"stored in {accept(outcomes, name, reason)}")
        text, data = write_report(levels, out)
        passed = [outcome.passed for outcomes in levels.values() for outcome in outcomes]
        typer.echo(f"{sum(passed)} of {len(passed)} problems passed: {text}, {data}")
        if not all(passed):
            raise typer.Exit(FAILED)
