# SPDX-License-Identifier: BSD-3-Clause
"""Cement that a pressure drives into a vessel: a plug in a tube, creeping ever slower.

Newtonian cement: ``l² = (a² / 4 μ) ∫ p dt``. Power law: ``l^(1 + 1/n)`` grows with ``p^(1/n) t``. A yield stress
stops the plug at ``l = a p / 2 τ``. The tube's mouth adds a length to the plug that is there from the start.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.integrate import quad
from scipy.optimize import brentq

__all__ = ["MOUTH", "YieldPlug", "power_law_length"]

MOUTH = 3.0 * math.pi / 8.0
"""Length, in radii, of tube that resists a Newtonian liquid like the mouth's 3 μ Q / a³."""


def power_law_length(
    time: float, pressure: float, radius: float, consistency: float, index: float
) -> float:
    """Length (mm) of a plug of cement K γ̇ⁿ (MPa sⁿ) after a time (s) under a constant pressure (MPa).

    At the wall stress p a / 2 x the mean speed is ``n a / (3 n + 1) (p a / 2 K x)^(1/n)``, x with the mouth.
    """
    power, mouth = 1.0 + 1.0 / index, MOUTH * radius
    speed = (
        index
        * radius
        / (3.0 * index + 1.0)
        * (pressure * radius / (2.0 * consistency)) ** (1.0 / index)
    )
    return float((mouth**power + power * speed * time) ** (1.0 / power) - mouth)


@dataclass(frozen=True)
class YieldPlug:
    """A Bingham plug under a constant `pressure` in a tube of `radius`: plastic `viscosity`, `yield_stress`.

    Units mm, MPa, s. Speed by Buckingham and Reiner.
    """

    pressure: float
    radius: float
    viscosity: float
    yield_stress: float

    @property
    def stop(self) -> float:
        """Length, mm, at which the plug stands."""
        return 0.5 * self.radius * self.pressure / self.yield_stress - MOUTH * self.radius

    def speed(self, length: float) -> float:
        """Speed, mm/s, of a plug of a length, mm."""
        wall = 0.5 * self.pressure * self.radius / (length + MOUTH * self.radius)
        ratio = self.yield_stress / wall
        if ratio >= 1.0:
            return 0.0
        shape = 1.0 - 4.0 / 3.0 * ratio + ratio**4 / 3.0
        return 0.25 * self.radius * wall / self.viscosity * shape

    def time(self, length: float) -> float:
        """Time, s, at which the plug has a length, mm, below that of its stop.

        With f the yield stress over the wall's, ``1 - 4/3 f + f⁴/3`` is ``(1 - f)² (f² + 2 f + 3) / 3``; the integral
        over the length is smooth in ``ln 1 / (1 - f)``.
        """
        start = MOUTH * self.radius
        end = self.stop + start

        def slope(u: float) -> float:
            f = -math.expm1(-u)
            return f / (f**2 + 2.0 * f + 3.0) * math.exp(u)

        first, last = (-math.log1p(-x / end) for x in (start, start + length))
        value, _ = quad(slope, first, last, limit=200, epsrel=1e-11)
        return 24.0 * self.viscosity * end**2 / (self.radius**2 * self.pressure) * float(value)

    def length(self, time: float) -> float:
        """Length, mm, of the plug after a time, s."""
        high = self.stop * (1.0 - 1e-7)
        if self.time(high) <= time:
            return self.stop
        return float(brentq(lambda x: self.time(x) - time, 0.0, high, xtol=1e-12))
