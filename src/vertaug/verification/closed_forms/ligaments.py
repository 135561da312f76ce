# SPDX-License-Identifier: BSD-3-Clause
"""Bands that only pull: by geometry, side by side, one after the other."""

from __future__ import annotations

import math
from collections.abc import Sequence

from scipy.optimize import brentq

__all__ = ["crossed_bands", "parallel_bands", "serial_bands", "toe_force"]


def crossed_bands(
    stiffness: float, slack: float, half_span: float, sag: float
) -> tuple[float, float]:
    """Force (N) and tangent (N/mm) of two bands from the ends of a span to one point beside it.

    ``slack`` is the length below which a band has no force, ``sag`` the point's distance from the line.
    """
    length = math.hypot(half_span, sag)
    if length <= slack:
        return 0.0, 0.0
    force = 2.0 * stiffness * (length - slack) * sag / length
    tangent = 2.0 * stiffness * (1.0 - slack / length + slack * sag**2 / length**3)
    return force, tangent


def parallel_bands(stiffness: Sequence[float], slack: Sequence[float], force: float) -> float:
    """Displacement (mm) at which bands that become taut one by one carry ``force`` N together."""
    pairs = sorted(zip(slack, stiffness, strict=True))
    displacement = math.inf
    total, moment = 0.0, 0.0
    for number, (start, k) in enumerate(pairs):
        total, moment = total + k, moment + k * start
        displacement = (force + moment) / total
        if number + 1 == len(pairs) or displacement <= pairs[number + 1][0]:
            break
    return displacement


def toe_force(lengthening: float, stiffness: float, slack: float, toe: float) -> float:
    """Force (N) of a band: none up to ``slack`` mm, a parabola over ``toe`` mm, then straight."""
    e = lengthening - slack
    if e <= 0.0:
        return 0.0
    return stiffness * e * e / (2.0 * toe) if e < toe else stiffness * (e - 0.5 * toe)


def serial_bands(
    lengthening: float, first: tuple[float, float, float], second: tuple[float, float, float]
) -> tuple[float, float]:
    """Share of the first band (mm) and force (N) of two bands in line, lengthened together.

    Each band is (stiffness N/mm, slack mm, toe mm).
    """

    def gap(share: float) -> float:
        return toe_force(share, *first) - toe_force(lengthening - share, *second)

    # below both slacks there is no force and any share will do
    low, high = min(first[1], lengthening), max(lengthening - second[1], 0.0)
    share = float(brentq(gap, low, high, xtol=1e-15, rtol=1e-14)) if low < high else low
    return share, toe_force(share, *first)
