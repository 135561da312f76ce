# SPDX-License-Identifier: BSD-3-Clause
"""Height that the balloon won and the body loses again when the balloon is deflated."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from vertaug.outcomes.heights import THIRDS, Heights

__all__ = ["LEAST_GAIN_MM", "LostHeight", "Springback", "springback"]

LEAST_GAIN_MM = 0.1
"""Gain (mm) under which its lost share is not stated."""


@dataclass(frozen=True)
class LostHeight:
    """Height lost on deflation, mm, its share of the gain (None without gain) and of the height before, percent.

    The last is the measure of Rotter et al. (2010), Eur Spine J 19:916.
    """

    lost_mm: float
    of_gain_percent: float | None
    of_height_before_percent: float


@dataclass(frozen=True)
class Springback:
    """Loss on deflation at the anterior, middle and posterior thirds."""

    anterior: LostHeight
    middle: LostHeight
    posterior: LostHeight

    def to_dict(self) -> dict[str, dict[str, float | None]]:
        """As in ``summary.json``: by place, then by measure."""
        return asdict(self)


def _lost(before: float, inflated: float, deflated: float) -> LostHeight:
    """Loss at one place from its heights (mm) at the three moments."""
    gain, lost = inflated - before, inflated - deflated
    of_gain = 100.0 * lost / gain if gain >= LEAST_GAIN_MM else None
    return LostHeight(lost, of_gain, 100.0 * lost / before)


def springback(before: Heights, inflated: Heights, deflated: Heights) -> Springback:
    """Loss on deflation from the heights (mm) before inflation, inflated and deflated."""
    return Springback(
        **{
            third: _lost(getattr(before, third), getattr(inflated, third), getattr(deflated, third))
            for third in THIRDS
        }
    )
