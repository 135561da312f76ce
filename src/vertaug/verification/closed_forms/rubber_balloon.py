# SPDX-License-Identifier: BSD-3-Clause
"""Balloons of rubber: thick and thin, spheres and cylinders, Mooney with neo-Hooke as its special case.

W = C₁ (I₁ - 3) + C₂ (I₂ - 3), incompressible; μ = 2 (C₁ + C₂). Stretches are those of the hoop.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq, minimize_scalar

__all__ = ["CompressibleSphere", "ThickCylinder", "ThickSphere", "ThinCylinder", "ThinSphere"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class ThickSphere:
    """`one` and `two` are C₁ and C₂ in MPa, `inner` and `outer` the radii at rest in mm."""

    one: float
    two: float
    inner: float
    outer: float

    def outer_stretch(self, stretch: float) -> float:
        """Stretch of the outside when the inside has ``stretch``: the rubber keeps its volume."""
        share = (self.inner / self.outer) ** 3
        return math.cbrt(1.0 + (stretch**3 - 1.0) * share)

    def _primitive(self, s: float) -> float:
        first = -4.0 * self.one * (1.0 / s + 0.25 / s**4)
        return first + 4.0 * self.two * (s - 0.5 / s**2)

    def pressure(self, stretch: float) -> float:
        """Pressure (MPa) at the stretch of the inside."""
        return self._primitive(stretch) - self._primitive(self.outer_stretch(stretch))

    @property
    def cavitation(self) -> float:
        """Limit pressure of a small cavity in a large neo-Hookean body, MPa."""
        if self.two != 0.0:
            raise ValueError("with C₂ the pressure of a cavity has no limit")
        return 5.0 * self.one


@dataclass(frozen=True)
class ThickCylinder:
    """Long tube held at the axial stretch `axial`; the other fields as for the sphere."""

    one: float
    two: float
    inner: float
    outer: float
    axial: float = 1.0

    def outer_stretch(self, stretch: float) -> float:
        """Hoop stretch of the outside when the inside has ``stretch``."""
        share = (self.inner / self.outer) ** 2
        return math.sqrt((1.0 + (stretch**2 * self.axial - 1.0) * share) / self.axial)

    def _slope(self, s: float) -> float:
        """dW/ds of the hoop stretch s at the axial stretch held, MPa."""
        z = self.axial
        first = 2.0 * self.one * (s - 1.0 / (s**3 * z**2))
        return first + 2.0 * self.two * (s * z**2 - 1.0 / s**3)

    def pressure(self, stretch: float) -> float:
        """Pressure (MPa) at the hoop stretch of the inside: ∫ W'/(s² λ_z - 1) ds through the wall."""
        z = self.axial

        def integrand(s: float) -> float:
            gap = s**2 * z - 1.0
            if abs(gap) < 1e-7:
                # Both vanish at s² λ_z = 1 where W' = (2/s)(C₁/z + C₂ z²... )·gap: take their quotient.
                h = 1e-4
                return (self._slope(s + h) - self._slope(s - h)) / (4.0 * h * s * z)
            return self._slope(s) / gap

        low, high = self.outer_stretch(stretch), stretch
        return float(quad(integrand, low, high, epsabs=0.0, epsrel=1e-11, limit=200)[0])


@dataclass(frozen=True)
class ThinSphere:
    """Membrane: `radius` and `thickness` at rest in mm."""

    one: float
    two: float
    radius: float
    thickness: float

    def pressure(self, stretch: float) -> float:
        """Pressure, MPa."""
        factor = 4.0 * self.thickness / self.radius
        return factor * (1.0 / stretch - stretch**-7) * (self.one + self.two * stretch**2)

    def volume(self, stretch: float) -> float:
        """Enclosed volume, mm³."""
        return 4.0 / 3.0 * math.pi * (self.radius * stretch) ** 3

    def energy(self, stretch: float) -> float:
        """Energy of the wall, mJ."""
        wall = 4.0 * math.pi * self.radius**2 * self.thickness
        first = self.one * (2.0 * stretch**2 + stretch**-4 - 3.0)
        return wall * (first + self.two * (stretch**4 + 2.0 * stretch**-2 - 3.0))

    def limit_point(self) -> float:
        """Stretch of the largest pressure below stretch 2."""
        found = minimize_scalar(
            lambda s: -self.pressure(s),
            bounds=(1.01, 2.0),
            method="bounded",
            options={"xatol": 1e-12},
        )
        return float(found.x)


@dataclass(frozen=True)
class ThinCylinder:
    """Long membrane held at the axial stretch `axial`."""

    one: float
    two: float
    radius: float
    thickness: float
    axial: float = 1.0

    def pressure(self, stretch: float) -> float:
        """Pressure (MPa) at a hoop stretch."""
        z = self.axial
        stress = 2.0 * (stretch**2 - (stretch * z) ** -2) * (self.one + self.two * z**2)
        return stress * self.thickness / (stretch**2 * z * self.radius)


@dataclass(frozen=True)
class CompressibleSphere:
    """Thick sphere of W = μ/2 (I₁ - 3 - 2 ln J) + λ/2 ln² J, by integration through the wall.

    `shear` μ MPa, `poisson` of small strains, radii at rest in mm.
    """

    shear: float
    poisson: float
    inner: float
    outer: float

    @property
    def _lame(self) -> float:
        return 2.0 * self.shear * self.poisson / (1.0 - 2.0 * self.poisson)

    def _radial_nominal(self, radial: float, hoop: float) -> float:
        """First Piola-Kirchhoff stress along the radius, MPa."""
        logarithm = math.log(radial * hoop**2)
        return self.shear * (radial - 1.0 / radial) + self._lame * logarithm / radial

    def _rates(self, radius: float, state: Float) -> Float:
        """d/dR of (r, r')."""
        r, radial = float(state[0]), float(state[1])
        hoop = r / radius
        logarithm = math.log(radial * hoop**2)
        nominal = self._radial_nominal(radial, hoop)
        sideways = self.shear * (hoop - 1.0 / hoop) + self._lame * logarithm / hoop
        by_radial = self.shear * (1.0 + radial**-2) + self._lame * (1.0 - logarithm) / radial**2
        by_hoop = 2.0 * self._lame / (radial * hoop)
        hoop_rate = (radial - hoop) / radius
        change = 2.0 * (sideways - nominal) / radius - by_hoop * hoop_rate
        return np.array([radial, change / by_radial])

    def _shoot(self, stretch: float, radial: float) -> Float:
        answer = solve_ivp(
            self._rates, (self.inner, self.outer), [stretch * self.inner, radial],
            method="DOP853", rtol=1e-11, atol=1e-13,
        )  # fmt: skip
        if not answer.success:
            raise ArithmeticError(f"the wall could not be integrated: {answer.message}")
        end: Float = answer.y[:, -1]
        return end

    def _radial_stretch(self, stretch: float) -> float:
        """Radial stretch at the inside that leaves the outside free."""

        def traction(radial: float) -> float:
            r, end = self._shoot(stretch, radial)
            return self._radial_nominal(float(end), float(r) / self.outer)

        kept = stretch**-2
        low, high = kept, kept
        while traction(low) > 0.0:
            low *= 0.95
        while traction(high) < 0.0:
            high *= 1.05
        return float(brentq(traction, low, high, xtol=1e-14, rtol=1e-13))

    def pressure(self, stretch: float) -> float:
        """Pressure (MPa) at the stretch of the inside."""
        return -self._radial_nominal(self._radial_stretch(stretch), stretch) / stretch**2

    def outer_stretch(self, stretch: float) -> float:
        """Stretch of the outside."""
        return float(self._shoot(stretch, self._radial_stretch(stretch))[0]) / self.outer
