# SPDX-License-Identifier: BSD-3-Clause
"""A record of a validation whose experiments were run at different times: read, and brought up to date."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from vertaug.validation.convergence import STUDIES
from vertaug.validation.experiment import Experiment
from vertaug.validation.parameters import Frozen
from vertaug.validation.registry import EXPERIMENTS, RUNS
from vertaug.validation.report import RUN_FILE, rows, write_report
from vertaug.validation.running import Outcome, Run
from vertaug.validation.targets import Target

__all__ = ["merged", "read_record", "update_record"]


def read_record(folder: Path, experiments: Sequence[Experiment] = RUNS) -> list[Outcome]:
    """Outcomes of the record in ``folder``, none where there is no record; what is no longer run is left out."""
    file = folder / RUN_FILE
    if not file.is_file():
        return []
    known = {item.id: item for item in experiments}
    told = json.loads(file.read_text(encoding="utf-8"))["experiments"]
    return [
        Outcome.of(known[row["id"]], row, kept=True, run=Run(**row["run"]) if row["run"] else None)
        for row in told
        if row["id"] in known
    ]


def merged(
    old: Sequence[Outcome], new: Sequence[Outcome], experiments: Sequence[Experiment]
) -> list[Outcome]:
    """Outcomes of ``experiments`` in their order: the ``new`` one where it was run, else the ``old`` one."""
    was, now = ({outcome.experiment.id: outcome for outcome in side} for side in (old, new))
    taken = {name: item for name, item in now.items() if item.run is not None or name not in was}
    found = was | taken
    return [found[item.id] for item in experiments if item.id in found]


def update_record(
    folder: Path,
    targets: Sequence[Target],
    outcomes: Sequence[Outcome],
    studies: Sequence[Outcome],
    frozen: Frozen,
) -> Path:
    """Put what was run now into the record in ``folder``, and write all of it anew; returns the file of its rows."""
    known = read_record(folder)
    outcomes, studies = merged(known, outcomes, EXPERIMENTS), merged(known, studies, STUDIES)
    return write_report(rows(targets, outcomes), outcomes, frozen, folder, studies)
