# SPDX-License-Identifier: BSD-3-Clause
"""Free inflation of a balloon in air: what its wall alone asks for.

A skin of even tension is a ball. A balloon on a catheter keeps its length, so that it is a capsule until it is as
wide as it is long; with the same wall its pressure is p = T dA/dV along the capsules, which shows how little the
curve owes to the shape.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.balloon.catalogue import BalloonType
from vertaug.balloon.wall import BalloonWall, ball_area

__all__ = ["FreeCurve", "ball_pressure", "capsule_pressure", "channel_area", "free_curve"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class FreeCurve:
    """Pressures (n,) in MPa at `volume` (n,) mm³: of the `ball` that a free skin is, and of the `capsule`."""

    volume: Float
    ball: Float
    capsule: Float


def channel_area(diameter: float, length: float) -> float:
    """Area (mm²) of a deflated balloon that fills its channel, a capsule of ``length`` between its tips, mm."""
    return math.pi * diameter * length


def ball_pressure(wall: BalloonWall, volume: float) -> float:
    """Pressure (MPa) in a ball of the wall's skin, 2 T/R."""
    area = ball_area(volume)
    return 2.0 * wall.energy(area)[1] / math.sqrt(area / (4.0 * math.pi))


def capsule_pressure(
    wall: BalloonWall, diameter: float, length: float, growth: float
) -> tuple[float, float]:
    """Volume (mm³) and pressure (MPa) of a capsule of ``diameter`` and ``length`` mm between its tips.

    ``growth`` is how much longer it gets for each mm that it gets wider.
    """
    volume = 0.25 * math.pi * diameter**2 * (length - diameter / 3.0)
    area_rise = math.pi * (length + diameter * growth)
    volume_rise = 0.25 * math.pi * (2.0 * diameter * length - diameter**2 + diameter**2 * growth)
    return volume, wall.energy(math.pi * diameter * length)[1] * area_rise / volume_rise


def free_curve(kind: BalloonType, channel: float = 3.5, count: int = 121) -> FreeCurve:
    """Free curve of a type from the deflated balloon in a ``channel`` of that diameter, mm, to its greatest volume.

    The capsule gets longer in proportion to its width, by the card's lengthening at the design diameter; it ends
    as a ball when it is as wide as long, and is not defined (nan) beyond.
    """
    length, width = kind.value("length"), kind.value("design_diameter")
    wall = kind.wall(channel_area(channel, length))
    volume = np.linspace(0.0, kind.value("greatest_volume"), count)
    ball = np.array([ball_pressure(wall, v) if v > 0.0 else 0.0 for v in volume])
    growth = kind.value("lengthening") / (width - channel)
    widest = (length - growth * channel) / (1.0 - growth) if growth < 1.0 else 3.0 * width
    widths = np.linspace(channel, min(widest, 3.0 * width), 20 * count)
    rows = [capsule_pressure(wall, d, length + growth * (d - channel), growth) for d in widths]
    at, pressure = np.array(rows).T
    capsule = np.interp(volume, at, pressure, left=0.0, right=math.nan)
    return FreeCurve(volume, ball, capsule)
