# SPDX-License-Identifier: BSD-3-Clause
"""Runs a plan from the command line: folder, progress, results, report."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from vertaug.cli.progress import ProgressReporter
from vertaug.procedure.folder import RunFolder
from vertaug.procedure.plan import Plan

__all__ = ["execute"]


def execute(plan: Plan, out: Path, console: Console, *, quiet: bool, pictures: bool) -> None:
    """Run ``plan`` in the folder ``out``, print its results on ``console``, write the report."""
    with RunFolder(out, plan) as folder:
        from vertaug.procedure.run import run_plan
        from vertaug.report import results_table, write_report

        if folder.resumed and not quiet:
            console.print(f"resuming the run in {out}", highlight=False)
        with ProgressReporter(console, quiet, folder.log) as reporter:
            summary = run_plan(plan, folder, reporter)
        if pictures and plan.output.pictures:
            from vertaug.report.pictures import draw_pictures

            draw_pictures(folder)
        write_report(folder.root)
    console.print(results_table(summary.to_dict()))
    console.print(f"report: {out / 'report.html'}", highlight=False, soft_wrap=True)
