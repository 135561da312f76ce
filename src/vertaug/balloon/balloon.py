# SPDX-License-Identifier: BSD-3-Clause
"""A balloon as an inflation knows it: its limits, its record after each step, and the rule that stops it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from vertaug.balloon.wall import BalloonWall

__all__ = ["Balloon", "BalloonRecord", "share_to_limit", "stop_of"]


@dataclass(frozen=True)
class Balloon:
    """One balloon: `cavity` is the name of its facets.

    `volume` mm³ and `pressure` MPa end its inflation, as do an `endplate_gap` and a `cortex_gap`, mm of
    bone left up to the endplates and to the rest of the outer surface, and a `restored_height` of the body
    over its intact one, where that is given. `wall` is that of the balloon alone, whose rest area is smaller where
    the cavity is. Balloons of a lower `order` are filled first, those of the same one together.
    `device` is what is left in place: nothing (`balloon`), or one of `device.DEVICES`.
    """

    cavity: str
    volume: float
    pressure: float
    endplate_gap: float
    wall: BalloonWall
    cortex_gap: float = 0.0
    order: int = 1
    restored_height: float = math.inf
    device: str = "balloon"


@dataclass(frozen=True)
class BalloonRecord:
    """State of one balloon after a step: volume mm³, pressure MPa, stop, gaps mm.

    `pressure` is the quasi-static one, without the share of the step's viscosity. `gap` is the bone left up to the
    endplates, `cortex_gap` that up to the rest of the surface.
    """

    step: int
    cavity: str
    volume: float
    pressure: float
    gap: float
    stop: str
    cortex_gap: float = math.inf


def stop_of(balloon: Balloon, record: BalloonRecord, height: float) -> str:
    """Rule that ends a balloon's inflation, or an empty string; ``height`` of the body is over its intact one."""
    if record.pressure >= 0.999 * balloon.pressure:
        return "pressure"
    if record.volume >= 0.999 * balloon.volume:
        return "volume"
    if record.gap <= balloon.endplate_gap:
        return "endplate_gap"
    if record.cortex_gap <= balloon.cortex_gap:
        return "cortex_gap"
    return "restored_height" if height >= balloon.restored_height else ""


def share_to_limit(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """Share of a step at which its first balloon meets its pressure limit, from a chord."""
    shares = [
        (1.0 - before[name]) / max(load - before[name], 1e-12)
        for name, load in after.items()
        if load > 1.0
    ]
    return min(max(min(shares, default=0.5), 0.05), 0.8)
