# SPDX-License-Identifier: BSD-3-Clause
"""Elastic, perfectly plastic hollow sphere under inner pressure (Hill 1950), small strains.

In a sphere the criteria of Mises and Tresca are the same: |hoop stress - radial stress| = Y.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["PlasticSphere"]


@dataclass(frozen=True)
class PlasticSphere:
    """Radii in mm, modulus and strength in MPa; `front` is the radius c of the plastic zone."""

    young: float
    poisson: float
    strength: float
    inner: float
    outer: float

    def first_yield(self) -> float:
        """Pressure at which the inner surface yields."""
        return 2.0 * self.strength / 3.0 * (1.0 - (self.inner / self.outer) ** 3)

    def limit(self) -> float:
        """Pressure of the wholly plastic sphere."""
        return 2.0 * self.strength * math.log(self.outer / self.inner)

    def pressure(self, front: float) -> float:
        """Pressure that makes the zone reach ``front``."""
        plastic = 2.0 * self.strength * math.log(front / self.inner)
        return plastic + 2.0 * self.strength / 3.0 * (1.0 - (front / self.outer) ** 3)

    def displacement(self, radius: float, front: float) -> float:
        """Radial displacement, mm."""
        nu, share = self.poisson, (front / self.outer) ** 3
        if radius >= front:
            volume = (1.0 - 2.0 * nu) * radius / self.outer**3
            shape = (1.0 + nu) / (2.0 * radius**2)
            return 2.0 * self.strength * front**3 / (3.0 * self.young) * (volume + shape)
        mean = 1.0 + 3.0 * math.log(front / radius) - share
        flow = (1.0 - nu) * front**3 / radius**2
        elastic = 2.0 / 3.0 * (1.0 - 2.0 * nu) * radius * mean
        return self.strength / self.young * (flow - elastic)

    def hoop_stress(self, radius: float, front: float) -> float:
        """Hoop stress, MPa."""
        scale = 2.0 * self.strength / 3.0
        if radius >= front:
            cube = (front / self.outer) ** 3
            return scale * cube * (0.5 * (self.outer / radius) ** 3 + 1.0)
        radial = -2.0 * self.strength * math.log(front / radius)
        return radial - scale * (1.0 - (front / self.outer) ** 3) + self.strength

    def dissipation(self, front: float) -> float:
        """Plastic work in the whole sphere, mJ."""
        a, c = self.inner, front
        shape = c**3 * math.log(c / a) - (c**3 - a**3) / 3.0
        return 8.0 * math.pi * (1.0 - self.poisson) * self.strength**2 / self.young * shape

    def work(self, front: float, intervals: int = 2000) -> float:
        """Work of the pressure on the whole sphere, mJ (Simpson's rule over the front)."""
        area = 4.0 * math.pi * self.inner**2
        start = self.first_yield()
        elastic = 0.5 * start * self.displacement(self.inner, self.inner) * area
        step = (front - self.inner) / intervals
        total = 0.0
        for k in range(intervals):
            low, high = self.inner + k * step, self.inner + (k + 1) * step
            rise = self.displacement(self.inner, high) - self.displacement(self.inner, low)
            pressures = self.pressure(low), self.pressure(0.5 * (low + high)), self.pressure(high)
            total += (pressures[0] + 4.0 * pressures[1] + pressures[2]) / 6.0 * rise
        return elastic + total * area

    def no_reverse_yield(self) -> float:
        """Largest pressure from which unloading is elastic."""
        return 2.0 * self.first_yield()
