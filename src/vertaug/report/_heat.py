# SPDX-License-Identifier: BSD-3-Clause
"""Rows of the report on what breaks the vertebra and what warms it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vertaug.report._rows import NONE, number, title

__all__ = ["fracture_rows", "heat_rows", "kept_columns"]


def fracture_rows(summary: Mapping[str, Any]) -> list[list[str]]:
    """Stage, what ended it, highest force, way, loss under the machine, heights as it let go."""
    rows = []
    for broken in summary.get("fractures") or []:
        heights = broken["heights_at_once_mm"]
        rows.append(
            [
                title(broken["stage"]),
                title(broken["stop"]),
                number(broken["peak_N"], 0, "N"),
                number(broken["way_mm"], 1, "mm"),
                number(broken["anterior_loss_percent"], 0, "%"),
                " / ".join(number(heights[k], 1) for k in ("anterior", "middle", "posterior"))
                + " mm",
            ]
        )
    return rows


def heat_rows(summary: Mapping[str, Any]) -> list[list[str]]:
    """Place, highest temperature, seconds above 45 and 50 °C, minutes at 43 °C, volume damaged."""
    heat = summary.get("temperature") or {}
    rows = [
        [
            title(name),
            number(place.get("peak_C"), 1, "°C"),
            number(place.get("above_45_s"), 0, "s"),
            number(place.get("above_50_s"), 0, "s"),
            _minutes(place.get("cem43_min")),
            number(place.get("damaged_mL"), 2, "mL"),
        ]
        for name, place in (heat.get("places") or {}).items()
    ]
    if rows:
        rows.insert(0, ["Cement", number(heat.get("peak_C"), 1, "°C"), *[NONE] * 4])
    return rows


_MANY = 1000.0
"""Minutes at 43 °C beyond which no number says more: tissue is dead after 16 to 240."""


def _minutes(value: float | None) -> str:
    return (
        f"over {_MANY:.0f} min" if value is not None and value > _MANY else number(value, 1, "min")
    )


def kept_columns(
    head: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[list[str], list[list[str]]]:
    """Return head and rows without columns in which no row has anything."""
    kept = [i for i in range(len(head)) if any(row[i] != NONE for row in rows)]
    return [head[i] for i in kept], [[row[i] for i in kept] for row in rows]
