# SPDX-License-Identifier: BSD-3-Clause
"""One experiment in a process of its own: ``python -m vertaug.validation.worker JOB.json``.

Writes what it found, or why it failed, beside the job as ``result.json``.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from vertaug.errors import VertaugError
from vertaug.procedure.checkpoint import atomic_write
from vertaug.validation.experiment import Experiment, Findings, Setting
from vertaug.validation.registry import RUNS

__all__ = ["RESULT", "finish"]

RESULT = "result.json"


def _answer(experiment: Experiment, setting: Setting) -> dict[str, Any]:
    """Run an experiment; a failure is part of the answer."""
    begun = time.perf_counter(), time.process_time()
    failure, found = "", Findings()
    try:
        found = experiment.function()(setting)
    except VertaugError as error:
        failure = f"{type(error).__name__}: {' '.join(str(error).split())}"
    except Exception as error:  # whatever happens in one experiment, the others must be run
        traceback.print_exc()
        failure = f"{type(error).__name__}: {' '.join(str(error).split())}"
    return {
        "id": experiment.id,
        "level": setting.level,
        "values": dict(found.values),
        "unable": dict(found.unable),
        "facts": dict(found.facts),
        "failure": failure,
        "seconds": time.perf_counter() - begun[0],
        "processor_seconds": time.process_time() - begun[1],
    }


def finish(job: Path) -> None:
    """Run the experiment that the file ``job`` describes, and write its result beside it."""
    given = json.loads(job.read_text(encoding="utf-8"))
    (experiment,) = (item for item in RUNS if item.id == given["id"])
    data = None if given["data"] is None else Path(given["data"])
    setting = Setting(given["id"], given["level"], job.parent, data, given["facts"])
    answer = _answer(experiment, setting) | {"digest": given["digest"]}
    atomic_write(job.parent / RESULT, json.dumps(answer, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    finish(Path(sys.argv[1]))
