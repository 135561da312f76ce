# SPDX-License-Identifier: BSD-3-Clause
"""Rows of the report on what warms the vertebra."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vertaug.report._rows import NONE, number, title

__all__ = ["heat_rows"]


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
