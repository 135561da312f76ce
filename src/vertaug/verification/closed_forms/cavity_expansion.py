# SPDX-License-Identifier: BSD-3-Clause
"""Expansion of a cavity in an infinite medium or a thick sphere: the balloon in bone.

Pressures in MPa; stretch is the cavity's radius over its first one.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from scipy.integrate import quad
from scipy.optimize import brentq

__all__ = [
    "FoamSphere",
    "LockingFoam",
    "MohrCoulombCavity",
    "gibson_anderson",
    "hill_limit",
    "incompressible_limit",
    "incompressible_pressure",
]


def incompressible_pressure(shear: float, strength: float, stretch: float) -> float:
    """Pressure in a spherical cavity, incompressible Hencky elasticity and perfect J2 plasticity.

    p = ∫ 2 q(s)/(e^{3s} - 1) ds from 0 to ln λ, q = min(Y, 6 G s).
    """
    end = math.log(stretch)
    knee = min(strength / (6.0 * shear), end)

    def elastic(s: float) -> float:
        return 12.0 * shear * (s / math.expm1(3.0 * s) if s > 0.0 else 1.0 / 3.0)

    total = quad(elastic, 0.0, knee, epsabs=0.0, epsrel=1e-13)[0]

    # The plastic part is exact: the integral of 1/(e^{3s} - 1) is ln(1 - e^{-3s})/3.
    def primitive(s: float) -> float:
        return math.log(-math.expm1(-3.0 * s)) / 3.0

    return float(total) + 2.0 * strength * (primitive(end) - primitive(knee))


def incompressible_limit(shear: float, strength: float) -> float:
    """Limit of that pressure as the cavity grows without end."""
    return incompressible_pressure(shear, strength, 1e8)


def gibson_anderson(
    shear: float, strength: float, stretch: float, shape: Literal["sphere", "cylinder"] = "sphere"
) -> float:
    """Pressure with small strains in the elastic zone, incompressible.

    ``strength`` is Y; the undrained strength is Y/2. ``math.inf`` as stretch gives the limit.
    """
    undrained = 0.5 * strength
    power, factor = (3.0, 4.0 / 3.0) if shape == "sphere" else (2.0, 1.0)
    share = 1.0 - stretch**-power
    return factor * undrained * (1.0 + math.log(shear / undrained * share))


def hill_limit(young: float, poisson: float, strength: float) -> float:
    """Limit pressure of a spherical cavity in a compressible, perfectly plastic medium."""
    return 2.0 * strength / 3.0 * (1.0 + math.log(young / (3.0 * (1.0 - poisson) * strength)))


@dataclass(frozen=True)
class MohrCoulombCavity:
    """Large strain, non-associated, small strain in the elastic zone (Yu & Houlsby 1991).

    Attributes
    ----------
    young, poisson : MPa, 1
    cohesion : MPa
    friction, dilation : angles φ > 0 and ψ, degrees
    shape : plane strain for the cylinder
    far : far pressure, MPa, compression positive
    """

    young: float
    poisson: float
    cohesion: float
    friction: float
    dilation: float
    shape: Literal["sphere", "cylinder"] = "sphere"
    far: float = 0.0

    @property
    def _k(self) -> float:
        return 2.0 if self.shape == "sphere" else 1.0

    @property
    def _alpha(self) -> float:
        s = math.sin(math.radians(self.friction))
        return (1.0 + s) / (1.0 - s)

    @property
    def _beta(self) -> float:
        s = math.sin(math.radians(self.dilation))
        return (1.0 + s) / (1.0 - s)

    @property
    def _gamma(self) -> float:
        a, b, k = self._alpha, self._beta, self._k
        return a * (b + k) / (k * (a - 1.0) * b)

    @property
    def _yield(self) -> float:
        """Y + (α-1) p₀, MPa."""
        angle = math.radians(self.friction)
        strength = 2.0 * self.cohesion * math.cos(angle) / (1.0 - math.sin(angle))
        return strength + (self._alpha - 1.0) * self.far

    @property
    def _shear(self) -> float:
        return self.young / (2.0 * (1.0 + self.poisson))

    @property
    def _delta(self) -> float:
        return self._yield / (2.0 * (self._k + self._alpha) * self._shear)

    @property
    def _eta(self) -> float:
        a, b, k, nu = self._alpha, self._beta, self._k, self.poisson
        top = (b + k) * (1.0 - 2.0 * nu) * (1.0 + (2.0 - k) * nu) * self._yield
        return math.exp(top / (self.young * (a - 1.0) * b))

    @property
    def _xi(self) -> float:
        a, b, k, nu = self._alpha, self._beta, self._k, self.poisson
        side = 1.0 - nu * (2.0 - k)
        bracket = a * b + k * (1.0 - 2.0 * nu) + 2.0 * nu - k * nu * (a + b) / side
        factor = (1.0 - nu**2 * (2.0 - k)) * (1.0 + k) * self._delta
        return factor / ((1.0 + nu) * (a - 1.0) * b) * bracket

    @property
    def first_yield(self) -> float:
        """Pressure at which the wall yields, MPa."""
        return self.far + 2.0 * self._k * self._shear * self._delta

    def _series(self, ratio: float) -> float:
        """Λ(R, ξ), summed until its terms vanish."""
        gamma, xi, total, power = self._gamma, self._xi, 0.0, 1.0
        most = int(gamma) + 400
        for n in range(most):
            if n > 0:
                power *= xi / n
            if abs(n - gamma) < 1e-10:
                term = power * math.log(ratio)
            else:
                term = power / (n - gamma) * (ratio ** (n - gamma) - 1.0)
            total += term
            if n > gamma + 1.0 and abs(term) <= 1e-17 * abs(total):
                return total
        raise ArithmeticError(f"the series of the cavity has not settled in {most} terms")

    def _ratio(self, pressure: float) -> float:
        a, k = self._alpha, self._k
        strength = self._yield - (a - 1.0) * self.far
        return (k + a) * (strength + (a - 1.0) * pressure) / (a * (1.0 + k) * self._yield)

    def _rest(self, ratio: float) -> float:
        """Denominator that vanishes at the limit pressure."""
        left = (1.0 - self._delta) ** ((self._beta + self._k) / self._beta)
        return float(left - self._gamma / self._eta * self._series(ratio))

    def stretch(self, pressure: float) -> float:
        """Stretch under a pressure; infinite from the limit pressure on."""
        if pressure <= self.first_yield:
            return 1.0 + (pressure - self.far) / (2.0 * self._k * self._shear)
        ratio = self._ratio(pressure)
        rest = self._rest(ratio)
        if not rest > 0.0:
            return math.inf
        power = self._beta / (self._beta + self._k)
        return float((ratio**-self._gamma / rest) ** power)

    def limit(self) -> float:
        """Pressure at which the cavity grows without end, MPa."""
        low, high = self.first_yield, 2.0 * self.first_yield
        while self._rest(self._ratio(high)) > 0.0:
            low, high = high, 2.0 * high
        found = brentq(lambda p: self._rest(self._ratio(p)), low, high, xtol=1e-13, rtol=1e-14)
        return float(found)

    def pressure(self, stretch: float) -> float:
        """Pressure (MPa) at a stretch."""
        top = self.limit()

        def gap(p: float) -> float:
            reached = self.stretch(p)
            return 1.0 / reached - 1.0 / stretch

        return float(brentq(gap, self.far, top * (1.0 + 1e-12), xtol=1e-13, rtol=1e-14))

    def plastic_radius(self, pressure: float) -> float:
        """Radius of the plastic zone over that of the cavity, both as they are under the pressure."""
        if pressure <= self.first_yield:
            return 1.0
        k, a = self._k, self._alpha
        return float(self._ratio(pressure) ** (a / (k * (a - 1.0))))


@dataclass(frozen=True)
class FoamSphere:
    """Thick sphere of perfectly plastic Deshpande-Fleck foam at its limit, small strain.

    `strength` Y MPa uniaxial, `alpha` the ellipse's shape. The stress follows
    q = Y √D sin t, α σ_m = Y √D cos t with D = 1 + α²/9, from t₀ = atan(3/(2α)) with sign on the
    outside to t at the cavity.
    """

    strength: float
    alpha: float

    @property
    def plastic_poisson(self) -> float:
        """Plastic Poisson's ratio in uniaxial compression."""
        square = self.alpha**2 / 9.0
        return (0.5 - square) / (1.0 + square)

    @property
    def _size(self) -> float:
        return self.strength * math.sqrt(1.0 + self.alpha**2 / 9.0)

    @property
    def _ends(self) -> tuple[float, float]:
        """Angle on the free outside, and that at which the pressure saturates."""
        return math.atan(1.5 / self.alpha), math.pi - math.atan(2.0 * self.alpha / 3.0)

    def _logarithm(self, angle: float) -> float:
        """ln(b/a) at which the angle is reached at the cavity."""
        start = self._ends[0]
        spread = (angle - start) / (2.0 * self.alpha)
        return spread + math.log(math.sin(angle) / math.sin(start)) / 3.0

    def _pressure(self, angle: float) -> float:
        return -self._size * (math.cos(angle) / self.alpha - 2.0 / 3.0 * math.sin(angle))

    @property
    def saturation_ratio(self) -> float:
        """b/a beyond which a thicker sphere holds no more."""
        return math.exp(self._logarithm(self._ends[1]))

    @property
    def largest_pressure(self) -> float:
        """Pressure from there on: that of crushing under uniaxial strain."""
        return self._size * math.sqrt(1.0 / self.alpha**2 + 4.0 / 9.0)

    def pressure(self, ratio: float) -> float:
        """Limit pressure at b/a = ``ratio``."""
        if ratio >= self.saturation_ratio:
            return self.largest_pressure
        start, end = self._ends
        goal = math.log(ratio)
        angle = brentq(lambda t: self._logarithm(t) - goal, start, end, xtol=1e-15, rtol=1e-14)
        return self._pressure(float(angle))


@dataclass(frozen=True)
class LockingFoam:
    """Rigid foam that crushes at `crush` MPa by the volumetric strain `compaction` and is then dense.

    `dense` is the yield strength (MPa) of what has been crushed.
    """

    crush: float
    compaction: float
    dense: float

    def front(self, stretch: float) -> float:
        """Radius of the crushed zone over that of the cavity."""
        kept = (1.0 - self.compaction) * stretch**-3
        return float(((1.0 - kept) / self.compaction) ** (1.0 / 3.0))

    def pressure(self, stretch: float) -> float:
        """Pressure in the cavity, MPa."""
        return self.crush + 2.0 * self.dense * math.log(self.front(stretch))

    @property
    def limit(self) -> float:
        """Pressure as the cavity grows without end, MPa."""
        return self.crush + 2.0 / 3.0 * self.dense * math.log(1.0 / self.compaction)
