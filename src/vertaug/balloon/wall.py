# SPDX-License-Identifier: BSD-3-Clause
"""The balloon's wall: a slippery skin that takes the work it takes in air, read from its free inflation curve.

A balloon slides on the bone it presses on, so its wall evens its tension out and its energy depends on its total
area A only. A free skin of even tension is a ball; a ball of area A holds V(A) = A^{3/2}/(6√π). The wall's energy is
the work that the free balloon took up to that volume, E(A) = ∫ p(V) dV, with the pressure p(V) of its card. So a free
balloon has the card's curve, and anywhere else the wall bears p(V(A)) R/2 of tension, R the ball's radius.

The curve: nothing up to the deflated balloon's volume V₀, up to the opening pressure while it unfolds, on to
the plateau half-way to the design volume, and from there on a parabola through its pressure at the
greatest volume.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["UNFOLDING", "BalloonWall", "ball_area", "ball_volume"]

UNFOLDING = 1.2
"""Volume over that of the deflated balloon at which it is unfolded and has its opening pressure; assumed."""
_PLATEAU = 0.5
"""Share of the way from there to the design volume at which it has its plateau pressure; assumed."""


def ball_volume(area: float) -> float:
    """Volume (mm³) of a ball of ``area`` mm²."""
    return area * math.sqrt(area) / (6.0 * math.sqrt(math.pi))


def ball_area(volume: float) -> float:
    """Area (mm²) of a ball of ``volume`` mm³."""
    return float((6.0 * math.sqrt(math.pi) * volume) ** (2.0 / 3.0))


def _ramp(place: float, start: float, end: float) -> tuple[float, float, float]:
    """Integral, value and slope at ``place`` of a smooth step from 0 at ``start`` to 1 at ``end``."""
    width, x = end - start, (place - start) / (end - start)
    if x <= 0.0:
        return 0.0, 0.0, 0.0
    if x >= 1.0:
        return width * (x - 0.5), 1.0, 0.0
    return width * x**3 * (1.0 - 0.5 * x), x * x * (3.0 - 2.0 * x), 6.0 * x * (1.0 - x) / width


@dataclass(frozen=True)
class BalloonWall:
    """Wall of one balloon.

    `rest_area` mm² of the deflated balloon, `opening` and `plateau` pressures MPa, `design` and
    `greatest` volumes mm³, `full` the free pressure MPa at the greatest one.

    Raises
    ------
    ValueError : pressures or volumes that do not rise in this order
    """

    rest_area: float
    opening: float
    plateau: float
    design: float
    greatest: float
    full: float

    def __post_init__(self) -> None:
        volumes = (0.0, self.rest_volume, UNFOLDING * self.rest_volume, self.design, self.greatest)
        pressures = (0.0, self.opening, self.plateau, self.full)
        for names, row in (("volumes", volumes), ("pressures", pressures)):
            if any(a >= b for a, b in pairwise(row)):
                shown = ", ".join(f"{value:g}" for value in row)
                message = f"the {names} of a free balloon must rise, got {shown}"
                raise ValueError(message)

    @property
    def rest_volume(self) -> float:
        """Volume (mm³) of a ball with the deflated balloon's area, up to which the wall is slack in air."""
        return ball_volume(self.rest_area)

    def free(self, volume: float) -> tuple[float, float, float]:
        """Work (mJ) in air up to ``volume`` mm³, pressure (MPa) and its slope (MPa/mm³)."""
        start = UNFOLDING * self.rest_volume
        middle = start + _PLATEAU * (self.design - start)
        first = _ramp(volume, self.rest_volume, start)
        second = _ramp(volume, start, middle)
        rise, span = self.plateau - self.opening, self.greatest - self.design
        beyond = max(volume - self.design, 0.0) / span
        stiff = self.full - self.plateau
        third = (span * beyond**3 / 3.0, beyond**2, 2.0 * beyond / span)
        parts = zip(first, second, third, strict=True)
        work, pressure, slope = (self.opening * a + rise * b + stiff * c for a, b, c in parts)
        return work, pressure, slope

    def energy(self, area: float) -> tuple[float, float, float]:
        """Energy (mJ), tension dE/dA (N/mm) and d²E/dA² (N/mm³) at ``area`` mm²."""
        work, pressure, slope = self.free(ball_volume(area))
        radius = math.sqrt(area / (4.0 * math.pi))
        tension = 0.5 * radius * pressure
        curve = 0.25 * radius**2 * slope + pressure / (16.0 * math.pi * radius)
        return work, tension, curve
