# SPDX-License-Identifier: BSD-3-Clause
"""Commands: thin, and quick to start, since everything heavy is imported inside them."""

from __future__ import annotations

import os
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vertaug import __version__
from vertaug.cli.guard import guarded
from vertaug.cli.validate import validate
from vertaug.cli.verify import verify

if TYPE_CHECKING:
    from rich.console import Console

    from vertaug.procedure.plan import Plan

__all__ = ["app", "main"]

_HELP = """
Simulate balloon kyphoplasty: a balloon is inflated in a fractured vertebra, height comes back,
cement is injected, some may leak.

First steps:

  vertaug demo --out runs/demo             a complete example

  vertaug new plan.toml                    a commented plan to change

  vertaug check plan.toml                  is it valid, what will be built

  vertaug run plan.toml --out runs/mine    run it; the same again resumes it

  vertaug verify                           benchmarks with known answers

  vertaug validate                         published experiments, target beside result

Exit codes: 0 done, 1 a benchmark or experiment failed, 2 bad input, 3 not converged, 4 no disk or memory,
5 interrupted, 70 defect.

For research; not for treating patients.
"""

app = typer.Typer(
    name="vertaug",
    help=_HELP,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Source(str, Enum):  # noqa: UP042  (typer lists the values of a str enumeration)
    """Where a vertebra comes from."""

    parametric = "parametric"
    surface = "surface"
    mesh = "mesh"
    ct = "ct"


PlanFile = Annotated[Path, typer.Argument(help="Plan in TOML.", metavar="PLAN")]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for the results; made if absent.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
NoPictures = Annotated[bool, typer.Option("--no-pictures", help="Do not render pictures.")]
Threads = Annotated[
    int | None, typer.Option("--threads", min=1, help="Threads to use. Default: all cores.")
]


def _console(quiet: bool) -> Console:
    """Console on the standard output."""
    from rich.console import Console

    return Console(quiet=quiet)


def _version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        typer.echo(f"vertaug {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    """Take the options of the program itself."""


@app.command(short_help="Run the embedded example.")
def demo(
    out: Out = Path("runs/demo"),
    quiet: Quiet = False,
    no_pictures: NoPictures = False,
    threads: Threads = None,
) -> None:
    """Run the embedded example: wedge fracture of L1, two balloons, cement.

    Example: vertaug demo --out runs/demo
    """
    with guarded(f"vertaug demo --out {out}", out):
        from vertaug.procedure.plan import demo_plan

        _run(demo_plan(), out, quiet, not no_pictures, threads)


@app.command(short_help="Write a commented plan.")
def new(
    path: Annotated[Path, typer.Argument(help="File to write.")],
    source: Annotated[Source, typer.Option(help="Where the vertebra comes from.")] = (
        Source.parametric
    ),
) -> None:
    """Write a commented plan with every key, its default, range and meaning.

    Example: vertaug new plan.toml --source ct
    """
    with guarded(""):
        from vertaug.cli.writing import write_new_plan

        write_new_plan(path, source.value)
        typer.echo(f"wrote {path}; next: vertaug check {path}")


@app.command(short_help="Validate a plan; say what will be built.")
def check(plan: PlanFile) -> None:
    """Validate a plan without running it; say what will be built and how long it takes.

    Example: vertaug check plan.toml
    """
    with guarded("", plan=plan):
        from vertaug.cli.tables import pairs
        from vertaug.procedure.check import check_plan
        from vertaug.procedure.plan import load_plan

        findings = check_plan(load_plan(plan))
        console = _console(False)
        console.print(pairs(f"{plan}: valid", findings.rows()))
        for text in findings.warnings:
            console.print(f"warning: {text}", style="yellow", markup=False)


@app.command(short_help="Mesh only, with a table of quality.")
def mesh(plan: PlanFile, out: Out, quiet: Quiet = False) -> None:
    """Build the vertebra and mesh it, with a table of quality; run nothing.

    Example: vertaug mesh plan.toml --out runs/mesh
    """
    with guarded(f"vertaug mesh {plan} --out {out}", plan=plan):
        from vertaug.cli.tables import pairs
        from vertaug.procedure.meshing import write_mesh
        from vertaug.procedure.plan import load_plan

        rows = write_mesh(load_plan(plan), out)
        _console(quiet).print(pairs(f"mesh in {out}", rows))


@app.command(short_help="Run a plan, or go on with it.")
def run(
    plan: PlanFile,
    out: Out,
    quiet: Quiet = False,
    no_pictures: NoPictures = False,
    threads: Threads = None,
) -> None:
    """Run a plan. Started again with the same folder it goes on where it was stopped.

    Example: vertaug run plan.toml --out runs/mine --threads 4
    """
    with guarded(f"vertaug run {plan} --out {out}", out, plan):
        from vertaug.procedure.plan import load_plan

        _run(load_plan(plan), out, quiet, not no_pictures, threads)


app.command(short_help="Run benchmarks with known answers.")(verify)
app.command(short_help="Repeat published experiments.")(validate)


def _run(plan: Plan, out: Path, quiet: bool, pictures: bool, threads: int | None) -> None:
    """Run ``plan`` in ``out`` and print the results."""
    if threads is not None:  # read by the libraries when they are first imported, below
        for name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            os.environ[name] = str(threads)
    from vertaug.cli.running import execute

    execute(plan, out, _console(quiet), quiet=quiet, pictures=pictures)


def main() -> None:
    """Entry point of the command."""
    app()
