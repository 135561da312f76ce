# SPDX-License-Identifier: BSD-3-Clause
"""The memory's bandwidth, measured as a job of the harness: see `machine`."""

from __future__ import annotations

from typing import Any

import harness
from machine import measure


def work(job: dict[str, Any]) -> dict[str, Any]:
    """Measure triad and reading, GB/s, on one and two threads."""
    del job
    m = measure()
    return {
        "triad_1": m.one, "triad_2": m.two, "read_1": m.read_one, "read_2": m.read_two, "cores": m.cores,
    }  # fmt: skip


if __name__ == "__main__":
    harness.answer(work)
