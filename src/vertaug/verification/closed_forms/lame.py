# SPDX-License-Identifier: BSD-3-Clause
"""Linear elastic hollow spheres and cylinders under pressure (Lamé), of one or two layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["HollowCylinder", "HollowSphere", "TwoLayerSphere"]


@dataclass(frozen=True)
class HollowSphere:
    """Radii in mm, modulus and pressures in MPa; tension positive."""

    young: float
    poisson: float
    inner: float
    outer: float
    pressure: float
    outside: float = 0.0

    def _constants(self) -> tuple[float, float]:
        a, b = self.inner**3, self.outer**3
        mean = (self.pressure * a - self.outside * b) / (b - a)
        return mean, (self.pressure - self.outside) * a * b / (2.0 * (b - a))

    def displacement(self, radius: float) -> float:
        """Radial displacement, mm."""
        mean, slope = self._constants()
        volumetric = (1.0 - 2.0 * self.poisson) * mean * radius
        return (volumetric + (1.0 + self.poisson) * slope / radius**2) / self.young

    def radial_stress(self, radius: float) -> float:
        """Radial stress, MPa."""
        mean, slope = self._constants()
        return mean - 2.0 * slope / radius**3

    def hoop_stress(self, radius: float) -> float:
        """Hoop stress, MPa."""
        mean, slope = self._constants()
        return mean + slope / radius**3


@dataclass(frozen=True)
class HollowCylinder:
    """Long (`strain`) or free to contract along its axis (`stress`); inner pressure only."""

    young: float
    poisson: float
    inner: float
    outer: float
    pressure: float
    plane: Literal["strain", "stress"] = "strain"

    def _constants(self) -> tuple[float, float]:
        a, b = self.inner**2, self.outer**2
        return self.pressure * a / (b - a), self.pressure * a * b / (b - a)

    def displacement(self, radius: float) -> float:
        """Radial displacement, mm."""
        mean, slope = self._constants()
        nu = self.poisson
        if self.plane == "strain":
            factor = (1.0 + nu) / self.young
            return factor * ((1.0 - 2.0 * nu) * mean * radius + slope / radius)
        return ((1.0 - nu) * mean * radius + (1.0 + nu) * slope / radius) / self.young

    def radial_stress(self, radius: float) -> float:
        """Radial stress, MPa."""
        mean, slope = self._constants()
        return mean - slope / radius**2

    def hoop_stress(self, radius: float) -> float:
        """Hoop stress, MPa."""
        mean, slope = self._constants()
        return mean + slope / radius**2


@dataclass(frozen=True)
class TwoLayerSphere:
    """A core of one modulus in a shell of another, bonded at `middle`; inner pressure."""

    core: float
    shell: float
    poisson: float
    inner: float
    middle: float
    outer: float
    pressure: float

    def interface_pressure(self) -> float:
        """Pressure between the layers, from equal displacement at the interface."""
        nu, m = self.poisson, self.middle
        pressed = HollowSphere(self.core, nu, self.inner, m, self.pressure).displacement(m)
        squeezed = HollowSphere(self.core, nu, self.inner, m, 0.0, 1.0).displacement(m)
        grown = HollowSphere(self.shell, nu, m, self.outer, 1.0).displacement(m)
        return pressed / (grown - squeezed)

    def displacement(self, radius: float) -> float:
        """Radial displacement, mm."""
        q, nu = self.interface_pressure(), self.poisson
        if radius <= self.middle:
            core = HollowSphere(self.core, nu, self.inner, self.middle, self.pressure, q)
            return core.displacement(radius)
        return HollowSphere(self.shell, nu, self.middle, self.outer, q).displacement(radius)
