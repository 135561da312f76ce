# SPDX-License-Identifier: BSD-3-Clause
"""Kyphoplasty of a wedge fracture of L1, from Python."""

import sys

from vertaug.procedure.folder import RunFolder
from vertaug.procedure.plan import demo_plan
from vertaug.procedure.reporter import Silent
from vertaug.procedure.run import run_plan

if __name__ == "__main__":
    plan = demo_plan()
    with RunFolder(sys.argv[1] if len(sys.argv) > 1 else "runs/l1", plan) as folder:
        summary = run_plan(plan, folder, Silent())
    print(summary.restoration)
    print(summary.cement)
