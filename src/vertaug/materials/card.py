# SPDX-License-Identifier: BSD-3-Clause
"""Parameter cards: each constant of a law declared once, with its unit, range and source."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["Mark", "Parameter", "card_table"]

Mark = Literal["found", "recalled", "derived", "assumed", "calibrated"]
"""How well a number is backed: read in its source, recalled from it, computed, chosen, or fitted to a measurement."""


@dataclass(frozen=True)
class Parameter:
    """One constant: `symbol`, default `value` in `unit`, plausible `low` to `high`, `source`, `mark`."""

    symbol: str
    value: float
    unit: str
    low: float
    high: float
    meaning: str
    source: str
    mark: Mark


def card_table(card: tuple[Parameter, ...]) -> list[dict[str, str | float]]:
    """Rows of a card for reports: one dictionary a parameter."""
    return [vars(parameter).copy() for parameter in card]
