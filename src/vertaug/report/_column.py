# SPDX-License-Identifier: BSD-3-Clause
"""What the report says of a column beyond the neighbours of the treated vertebra."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vertaug.report._rows import changing_stages, number, title

__all__ = ["column_table"]

_TURNS = {"Forwards": "top_forwards_deg", "To the left": "top_left_deg", "Turned left": "top_turned_deg"}  # fmt: skip


def column_table(summary: Mapping[str, Any]) -> tuple[list[str], list[list[str]]]:
    """Head and rows: stage, how the top was bent and turned, pressure in each further disc, from the top down.

    Neither head nor rows for a vertebra in no column.
    """
    stages = [(row["name"], row) for row in changing_stages(summary)]
    loads = [(f"under {row['stage']}", row) for row in summary.get("loads") or []]
    rows, levels = [], list[str]()
    for name, row in [*stages, *loads]:
        taken = row.get("surroundings") or {}
        discs = taken.get("further_discs_MPa") or {}
        if not discs:
            continue
        levels = list(discs)
        turns = [number(taken[key], 1, sign=True) + "°" for key in _TURNS.values()]
        rows.append([title(name), *turns, *(number(discs[level], 2) for level in levels)])
    return (["Stage", *_TURNS, *levels] if rows else []), rows
