# SPDX-License-Identifier: BSD-3-Clause
"""Elastoplastic hollow sphere and cylinder under inner pressure, small strain (Hill).

The state is named by the radius c of the plastic zone. For the sphere the displacement is
u = (1-2ν) r σ_r/E + (1-ν) Y c³/(E r²) in both zones, because plastic flow keeps the volume; with
linear hardening σ_θ - σ_r = Y (1 + h c³/r³)/(1 + h) in the plastic zone, h = 2 (1-ν) H/E.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from scipy.optimize import brentq

__all__ = ["HillSphere", "SphereEnergy", "TrescaCylinder"]


@dataclass(frozen=True)
class SphereEnergy:
    """Work of the pressure, stored energy and dissipation of the whole sphere, mJ."""

    work: float
    stored: float
    dissipated: float


@dataclass(frozen=True)
class HillSphere:
    """Mises or Tresca material; stresses tension positive.

    Attributes
    ----------
    young, poisson : MPa, 1
    strength : initial yield stress Y, MPa
    inner, outer : radii a, b, mm
    hardening : growth H of the yield stress with the equivalent plastic strain, MPa
    """

    young: float
    poisson: float
    strength: float
    inner: float
    outer: float
    hardening: float = 0.0

    @property
    def _slope(self) -> float:
        return 2.0 * (1.0 - self.poisson) * self.hardening / self.young

    @property
    def first_yield(self) -> float:
        """Pressure at which the inner surface yields, MPa."""
        return self.pressure(self.inner)

    @property
    def limit(self) -> float:
        """Pressure at which all is plastic, MPa; without hardening the largest."""
        return self.pressure(self.outer)

    @property
    def elastic_unloading(self) -> float:
        """Largest pressure from which a perfectly plastic sphere unloads without yielding again, MPa."""
        return 4.0 * self.strength / 3.0 * (1.0 - (self.inner / self.outer) ** 3)

    def pressure(self, zone: float) -> float:
        """Pressure (MPa) that makes the sphere plastic up to radius ``zone``."""
        return -self.radial_stress(self.inner, zone)

    def zone(self, pressure: float) -> float:
        """Radius of the plastic zone under a pressure between first yield and the limit."""
        return float(
            brentq(lambda c: self.pressure(c) - pressure, self.inner, self.outer, xtol=1e-13)
        )

    def zone_at(self, displacement: float) -> float:
        """Radius of the plastic zone at a displacement (mm) of the inner surface past first yield."""
        a, b = self.inner, self.outer
        return float(brentq(lambda c: self.displacement(a, c) - displacement, a, b, xtol=1e-13 * b))

    def work_over(self, displacements: Sequence[float]) -> float:
        """Work (mJ) of the pressure by the trapezoidal rule over displacements (mm) of the inner surface.

        They rise from rest; those before first yield are elastic.
        """
        first = self.displacement(self.inner, self.inner)
        pressures = [
            self.first_yield * u / first if u <= first else self.pressure(self.zone_at(u))
            for u in displacements
        ]
        area = 4.0 * math.pi * self.inner**2
        steps = zip(pairwise(pressures), pairwise(displacements), strict=True)
        return area * sum(0.5 * (low + high) * (end - start) for (low, high), (start, end) in steps)

    def _difference(self, radius: float, zone: float) -> float:
        """Hoop minus radial stress, MPa."""
        cube = (zone / radius) ** 3
        if radius >= zone:
            return self.strength * cube
        return self.strength * (1.0 + self._slope * cube) / (1.0 + self._slope)

    def radial_stress(self, radius: float, zone: float) -> float:
        """Radial stress, MPa."""
        c, b, y, h = zone, self.outer, self.strength, self._slope
        if radius >= c:
            return -2.0 * y / 3.0 * ((c / radius) ** 3 - (c / b) ** 3)
        grown = math.log(c / radius) + h / 3.0 * ((c / radius) ** 3 - 1.0)
        return -2.0 * y / 3.0 * (1.0 - (c / b) ** 3) - 2.0 * y / (1.0 + h) * grown

    def hoop_stress(self, radius: float, zone: float) -> float:
        """Hoop stress, MPa."""
        return self.radial_stress(radius, zone) + self._difference(radius, zone)

    def displacement(self, radius: float, zone: float) -> float:
        """Radial displacement, mm."""
        elastic = (1.0 - 2.0 * self.poisson) * radius * self.radial_stress(radius, zone)
        flow = (1.0 - self.poisson) * self.strength * zone**3 / radius**2
        return (elastic + flow) / self.young

    def plastic_strain(self, radius: float, zone: float) -> float:
        """Equivalent plastic strain."""
        if radius >= zone:
            return 0.0
        excess = self.strength * (zone / radius) ** 3 - self._difference(radius, zone)
        return 2.0 * (1.0 - self.poisson) / self.young * excess

    def residual(self, radius: float, zone: float) -> tuple[float, float, float]:
        """Radial stress, hoop stress (MPa) and displacement (mm) after elastic unloading."""
        p = self.pressure(zone)
        a, b = self.inner**3, self.outer**3
        mean, slope = p * a / (b - a), p * a * b / (2.0 * (b - a))
        bent = (1.0 - 2.0 * self.poisson) * mean * radius + (1.0 + self.poisson) * slope / radius**2
        return (
            self.radial_stress(radius, zone) - (mean - 2.0 * slope / radius**3),
            self.hoop_stress(radius, zone) - (mean + slope / radius**3),
            self.displacement(radius, zone) - bent / self.young,
        )

    def energy(self, zone: float) -> SphereEnergy:
        """Energies of a perfectly plastic sphere, loaded from rest.

        The work ∫ p 4πa² du(a) is integrated in closed form; what is not dissipated is stored.
        """
        if self.hardening != 0.0:
            raise ValueError("the energies hold for perfect plasticity, hardening = 0")
        a, b, c, y = self.inner, self.outer, zone, self.strength
        nu, e = self.poisson, self.young
        first, p = self.first_yield, self.pressure(c)
        elastic = 2.0 * math.pi * a**2 * first * self.displacement(a, a)
        # Of u(a), the part -(1-2ν) a p/E gives a difference of squares, the part in c³ an integral.
        squares = -2.0 * math.pi * a**3 * (1.0 - 2.0 * nu) / e * (p**2 - first**2)

        def integral(x: float) -> float:
            logarithm = 2.0 * y * (x**3 * math.log(x / a) - x**3 / 3.0)
            return logarithm + 2.0 * y / 3.0 * (x**3 - x**6 / (2.0 * b**3))

        flow = 4.0 * math.pi * (1.0 - nu) * y / e * (integral(c) - integral(a))
        lost = (
            (c**3 * math.log(c / a) - (c**3 - a**3) / 3.0) * 8.0 * math.pi * (1.0 - nu) * y**2 / e
        )
        work = elastic + squares + flow
        return SphereEnergy(work, work - lost, lost)


@dataclass(frozen=True)
class TrescaCylinder:
    """Long hollow cylinder, perfectly plastic, the axial stress the middle one; radii in mm."""

    strength: float
    inner: float
    outer: float

    def pressure(self, zone: float) -> float:
        """Pressure (MPa) that makes the cylinder plastic up to radius ``zone``."""
        plastic = self.strength * math.log(zone / self.inner)
        return plastic + 0.5 * self.strength * (1.0 - (zone / self.outer) ** 2)

    @property
    def limit(self) -> float:
        """Pressure at which all is plastic, MPa."""
        return self.pressure(self.outer)

    @property
    def mises_limit(self) -> float:
        """The same for an incompressible Mises material, MPa."""
        return 2.0 / math.sqrt(3.0) * self.limit
