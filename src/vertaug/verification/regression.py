# SPDX-License-Identifier: BSD-3-Clause
"""Values that came out before, for the standard parameters: they tell change from wrong physics."""

from __future__ import annotations

import json
import math
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vertaug.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vertaug.verification.running import Outcome

__all__ = ["accept", "stored_values"]

FILE = Path(__file__).with_name("regression.json")


@cache
def _stored() -> dict[str, Any]:
    """Read the file: level, problem, quantity; and the reasons for its changes."""
    loaded: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return loaded


def stored_values(level: str, problem: str) -> dict[str, float]:
    """Stored values of a problem, by quantity."""
    values: dict[str, float] = _stored().get(level, {}).get(problem, {})
    return values


def accept(outcomes: Iterable[Outcome], level: str, reason: str) -> Path:
    """Store what these runs computed, with a reason; returns the file.

    Problems with an error over its tolerance are left out.

    Raises
    ------
    InputError
        No reason, a run with other than the standard parameters, or one that ended early.
    """
    if not reason.strip():
        raise InputError(
            "command line", "--accept", "an empty text", "the reason for the change",
            '--accept "tet10 by default: errors fall by 10"', "E-VERIFY-005",
        )  # fmt: skip
    content = json.loads(FILE.read_text(encoding="utf-8"))
    names = []
    for outcome in outcomes:
        problem = outcome.problem
        ended = all(math.isfinite(entry.check.computed) for entry in outcome.entries)
        if not ended or outcome.parameters != problem.values(level, {}):
            raise InputError(
                "command line", "--accept", f"{problem.id} with other parameters or failed",
                "runs with standard parameters that end", "run without --set", "E-VERIFY-006",
            )  # fmt: skip
        if any(not entry.check.error <= entry.check.tolerance for entry in outcome.entries):
            continue  # a wrong value is never one to keep
        content.setdefault(level, {})[problem.id] = {
            e.check.quantity: float(f"{e.check.computed:.12g}")
            for e in outcome.entries
            if e.check.regression
        }
        names.append(problem.id)
    content[level] = dict(sorted(content[level].items()))
    content["reasons"].append({"level": level, "problems": names, "reason": reason.strip()})
    FILE.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    _stored.cache_clear()
    return FILE
