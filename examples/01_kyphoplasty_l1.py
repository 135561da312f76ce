# SPDX-License-Identifier: BSD-3-Clause
"""Kyphoplasty of a wedge fracture of L1, from Python."""

import sys

from vertaug.procedure.folder import RunFolder
from vertaug.procedure.plan import Plan, demo_plan
from vertaug.procedure.reporter import Silent
from vertaug.procedure.run import run_plan
from vertaug.procedure.summary import Summary
from vertaug.report import write_report
from vertaug.report.pictures import draw_pictures


def main(out: str, plan: Plan | None = None) -> Summary:
    """Run ``plan`` (by default the demonstration) in the folder ``out``, with pictures and report."""
    plan = plan or demo_plan()
    with RunFolder(out, plan) as folder:
        summary = run_plan(plan, folder, Silent())
        draw_pictures(folder)
    write_report(folder.root)
    return summary


if __name__ == "__main__":
    summary = main(sys.argv[1] if len(sys.argv) > 1 else "runs/l1")
    print(summary.restoration)
    print(summary.cement)
