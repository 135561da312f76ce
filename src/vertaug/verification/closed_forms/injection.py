# SPDX-License-Identifier: BSD-3-Clause
"""Cement pushed into homogeneous bone: a piston in Darcy flow, marrow before it.

A front that starts at the cannula's radius a and moves towards a rim at B. With a flow Q it stands at
R³ = a³ + 3 Q t / (4 π φ); viscosities of cement and marrow act in series.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.optimize import brentq

__all__ = ["CylindricalInjection", "PlanarInjection", "SphericalInjection", "bed_resistance"]


def bed_resistance(permeability: float, porosity: float, consistency: float, index: float) -> float:
    """C, MPa s^n/mm^(1+n), in dp/dr = C q^n: a power law in a bed (Christopher & Middleman 1965)."""
    scale = consistency / (12.0 * permeability) * (9.0 + 3.0 / index) ** index
    return float(scale * (150.0 * permeability * porosity) ** (0.5 * (1.0 - index)))


@dataclass(frozen=True)
class SphericalInjection:
    """`permeability` mm², `porosity`, `start` a and `rim` B in mm, `marrow` viscosity in MPa s."""

    permeability: float
    porosity: float
    start: float
    rim: float
    marrow: float

    def front(self, volume: float) -> float:
        """Radius (mm) of the front after a volume (mm³)."""
        return math.cbrt(self.start**3 + 3.0 * volume / (4.0 * math.pi * self.porosity))

    def pressure(self, rate: float, volume: float, viscosity: float) -> float:
        """Pressure (MPa) at the cannula for a flow (mm³/s) of Newtonian cement."""
        radius = self.front(volume)
        scale = rate / (4.0 * math.pi * self.permeability)
        outside = self.marrow * (1.0 / radius - 1.0 / self.rim)
        return scale * (viscosity * (1.0 / self.start - 1.0 / radius) + outside)

    def power_law_pressure(
        self, rate: float, volume: float, consistency: float, index: float
    ) -> float:
        """Pressure drop (MPa) in cement of K γ̇ⁿ: dp/dr = C qⁿ, the generalised law of Darcy."""
        n = index
        scale = bed_resistance(self.permeability, self.porosity, consistency, n)
        radius, power = self.front(volume), 1.0 - 2.0 * n
        if abs(power) < 1e-12:
            shape = math.log(radius / self.start)
        else:
            shape = (radius**power - self.start**power) / power
        return float(scale * (rate / (4.0 * math.pi)) ** n * shape)

    def time(self, radius: float, pressure: float, viscosity: float) -> float:
        """Time (s) at which a constant pressure (MPa) has brought the front to a radius (mm)."""
        area = 0.5 * (radius**2 - self.start**2)
        volume = (radius**3 - self.start**3) / 3.0
        drag = viscosity * (volume / self.start - area) + self.marrow * (area - volume / self.rim)
        return drag * self.porosity / (self.permeability * pressure)

    def front_under_pressure(self, time: float, pressure: float, viscosity: float) -> float:
        """Radius (mm) of the front after a time (s) under a constant pressure (MPa)."""
        reached = self.time(self.rim, pressure, viscosity)
        if time >= reached:
            return self.rim
        found = brentq(
            lambda r: self.time(r, pressure, viscosity) - time, self.start, self.rim, xtol=1e-13
        )
        return float(found)


@dataclass(frozen=True)
class CylindricalInjection:
    """A layer of bone around a bore: `start` a and `rim` B are radii, flows and volumes those of 1 mm of height."""

    permeability: float
    porosity: float
    start: float
    rim: float
    marrow: float

    def front(self, volume: float) -> float:
        """Radius (mm) of the front after a volume (mm²)."""
        return math.sqrt(self.start**2 + volume / (math.pi * self.porosity))

    def pressure(self, rate: float, volume: float, viscosity: float) -> float:
        """Pressure (MPa) at the bore for a flow (mm²/s) of Newtonian cement."""
        radius = self.front(volume)
        logs = viscosity * math.log(radius / self.start) + self.marrow * math.log(self.rim / radius)
        return rate / (2.0 * math.pi * self.permeability) * logs

    def power_law_pressure(
        self, rate: float, volume: float, consistency: float, index: float
    ) -> float:
        """Pressure drop (MPa) in cement of K γ̇ⁿ."""
        scale = bed_resistance(self.permeability, self.porosity, consistency, index)
        radius, power = self.front(volume), 1.0 - index
        if abs(power) < 1e-12:
            shape = math.log(radius / self.start)
        else:
            shape = (radius**power - self.start**power) / power
        return float(scale * (rate / (2.0 * math.pi)) ** index * shape)


@dataclass(frozen=True)
class PlanarInjection:
    """A bar of `length` mm from one end, under a constant pressure."""

    permeability: float
    porosity: float
    length: float
    marrow: float

    def front(self, time: float, pressure: float, viscosity: float) -> float:
        """Length (mm) filled after a time (s) under a pressure (MPa)."""
        more, thin = viscosity - self.marrow, self.marrow * self.length
        drive = 2.0 * self.permeability * pressure * time / self.porosity
        # no difference of near equals where both liquids flow alike
        return drive / (thin + math.sqrt(thin**2 + more * drive))
