# SPDX-License-Identifier: BSD-3-Clause
"""The command ``vertaug validate``: published experiments, with targets, bands and what comes out here."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vertaug.cli.guard import guarded

if TYPE_CHECKING:
    from vertaug.validation.running import Outcome

__all__ = ["validate"]

FAILED = 1


class Level(str, Enum):  # noqa: UP042  (typer lists the values of a str enumeration)
    """Size of the meshes."""

    coarse = "coarse"
    default = "default"
    fine = "fine"


def _tell(outcome: Outcome) -> None:
    """Print a line as an experiment ends."""
    item = outcome.experiment
    lacking = "cannot be run" if item.lacking else "not run" if outcome.lacking else ""
    word = "failed" if outcome.failure else lacking or "done"
    time = "kept from before" if outcome.kept else f"{outcome.seconds:.0f} s"
    typer.echo(f"{item.id:<4} {item.title}: {word}, {time}")
    if outcome.failure or outcome.lacking:
        typer.echo(f"     {outcome.failure or outcome.lacking}")


def validate(
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Ids, comma-separated: V1,V4.")
    ] = None,
    out: Annotated[
        Path,
        typer.Option("--out", "-o", help="Folder for results and what is kept; made if absent."),
    ] = Path("validation"),
    level: Annotated[Level, typer.Option(help="Size of the meshes.")] = Level.default,
    data: Annotated[
        Path | None,
        typer.Option("--data", help="Folder with real vertebrae (bonelab_L2), for those of V3."),
    ] = None,
    convergence: Annotated[
        bool,
        typer.Option(
            "--convergence", help="Also three meshes and three steps of the demonstration."
        ),
    ] = False,
    kept: Annotated[
        bool, typer.Option("--kept", help="Run nothing: tell what has been run in the folder.")
    ] = False,
    record: Annotated[
        Path | None, typer.Option("--record", help="Folder of a record: bring it up to date too.")
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Experiments at a time.")] = 1,
    reason: Annotated[
        str | None,
        typer.Option(
            "--freeze", help="Freeze the engine's parameters, with the reason; run nothing."
        ),
    ] = None,
) -> None:
    """Repeat published experiments with frozen parameters; write validation.json and validation.md.

    Started again with the same folder it goes on. Exit code 0, also where a band is missed; 1 where an
    experiment failed.

    Example: vertaug validate --only V1,V4 --level coarse --out runs/validation
    """
    with guarded(f"vertaug validate --out {out}", out):
        from vertaug.validation import parameters

        if reason is not None:
            typer.echo(f"frozen: {parameters.freeze(reason).digest}")
            return
        from vertaug.validation.convergence import STUDIES, study_lines
        from vertaug.validation.record import update_record
        from vertaug.validation.report import rows, table, write_report
        from vertaug.validation.running import Task, run_experiments
        from vertaug.validation.targets import all_targets, chosen_ids

        targets = all_targets()
        ids = chosen_ids(only or [], targets)
        frozen = parameters.refuse_other_parameters()
        typer.echo(f"parameters {frozen.digest[:16]}: {frozen.reason}")
        task = Task(level.value, out, data, frozen.digest, jobs, kept)
        outcomes = run_experiments(ids, task, _tell)
        found = rows(targets, outcomes)
        for line in table(found):
            typer.echo(line)
        studies = []
        if convergence:
            studies = run_experiments([study.id for study in STUDIES], task, _tell, STUDIES)
            for line in study_lines({study.experiment.id: study.values for study in studies}):
                typer.echo(line)
        typer.echo(f"written: {write_report(found, outcomes, frozen, out, studies)}")
        if record is not None:
            typer.echo(f"written: {update_record(record, targets, outcomes, studies, frozen)}")
        if any(outcome.failure for outcome in (*outcomes, *studies)):
            raise typer.Exit(FAILED)
