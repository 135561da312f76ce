# SPDX-License-Identifier: BSD-3-Clause
"""Conduction of heat: half spaces, slabs and balls (Carslaw, Jaeger 1959, Conduction of Heat in Solids).

Lengths mm, times s, conductivity k mW/(mm K), heat capacity c mJ/(mm³ K), temperatures or rises in K.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad
from scipy.special import erf, erfc, erfcx

__all__ = ["Ball", "HalfSpace", "contact_temperature", "driven_bar"]

Float = NDArray[np.float64]
_TERMS = 400


@dataclass(frozen=True)
class HalfSpace:
    """Rises at a depth after a time; `conductivity` and `capacity` of the body."""

    conductivity: float
    capacity: float

    def _length(self, time: float) -> float:
        return 2.0 * math.sqrt(self.conductivity / self.capacity * time)

    def step(self, depth: float, time: float, rise: float) -> float:
        """Surface held at a `rise` from time 0 on."""
        return rise * float(erfc(depth / self._length(time)))

    def flux(self, depth: float, time: float, density: float) -> float:
        """Heat flows in through the surface, mW/mm²."""
        length = self._length(time)
        s = depth / length
        shape = length / math.sqrt(math.pi) * math.exp(-s * s) - depth * float(erfc(s))
        return density / self.conductivity * shape

    def convection(self, depth: float, time: float, coefficient: float, rise: float) -> float:
        """Surroundings at a `rise`, joined by a coefficient, mW/(mm² K)."""
        s = depth / self._length(time)
        film = coefficient / self.conductivity * 0.5 * self._length(time)
        return rise * (float(erfc(s)) - math.exp(-s * s) * float(erfcx(s + film)))


def contact_temperature(first: HalfSpace, second: HalfSpace, warm: float, cold: float) -> float:
    """Temperature of the plane in which two half spaces meet, `warm` that of the first."""
    a = math.sqrt(first.conductivity * first.capacity)
    b = math.sqrt(second.conductivity * second.capacity)
    return (a * warm + b * cold) / (a + b)


@dataclass(frozen=True)
class Ball:
    """A ball of `radius`; rises over the start, or over the surface where that is held."""

    radius: float
    conductivity: float
    capacity: float

    @property
    def diffusivity(self) -> float:
        """mm²/s."""
        return self.conductivity / self.capacity

    def hot(self, place: Float, time: float, rise: float) -> Float:
        """The ball starts warmer than the same material around it (10.3); `place` radii, positive."""
        width = 2.0 * math.sqrt(self.diffusivity * time)
        inner, outer = (self.radius - place) / width, (self.radius + place) / width
        spread = np.exp(-(inner**2)) - np.exp(-(outer**2))
        shape = 0.5 * (erf(inner) + erf(outer)) - 0.5 * width / math.sqrt(math.pi) * spread / place
        return np.asarray(rise * shape)

    def generating(self, place: float, time: float, power: float, duration: float) -> float:
        """The ball gives `power`, mW/mm³, for a `duration` in the same material without end (Duhamel)."""

        def since(age: float) -> float:
            return (
                float(self.hot(np.array(max(place, 1e-6)), age, 1.0))
                if age > 0.0
                else float(place < self.radius)
            )

        start = max(time - duration, 0.0)
        value, _ = quad(since, start, time, epsabs=1e-9, epsrel=1e-9, limit=400)
        return float(power / self.capacity * value)

    def held(self, place: float, time: float, power: float) -> float:
        """The ball gives `power`, mW/mm³, from time 0 on, its surface held (9.8)."""
        a, m = self.radius, np.arange(1, _TERMS + 1)
        steady = power * (a * a - place * place) / (6.0 * self.conductivity)
        wave = m * math.pi / a
        shape = np.sin(wave * place) / place if place > 0.0 else wave
        decay = np.exp(-self.diffusivity * wave**2 * time)
        series = float(((-1.0) ** m / m**3 * shape * decay).sum())
        return steady + 2.0 * power * a**3 / (self.conductivity * math.pi**3) * series

    def layered(self, place: float, outside: float, rim: float, power: float) -> float:
        """Steady rise where the ball gives `power` in a shell of conductivity `outside`, held at `rim`."""
        total = power * self.radius**3 / (3.0 * outside)
        if place >= self.radius:
            return total * (1.0 / place - 1.0 / rim)
        inner = power * (self.radius**2 - place**2) / (6.0 * self.conductivity)
        return inner + total * (1.0 / self.radius - 1.0 / rim)


def driven_bar(
    place: float, time: float, length: float, diffusivity: float, size: float, period: float
) -> float:
    """Bar held at 0 at one end; ``size sin(2 pi t / period)`` at the other, `length` away; 0 at the start."""
    n = np.arange(1, _TERMS + 1)
    omega, rate = 2.0 * math.pi / period, diffusivity * (n * math.pi / length) ** 2
    share = 2.0 * (-1.0) ** (n + 1) / (n * math.pi)
    lag = (
        rate * math.cos(omega * time) + omega * math.sin(omega * time) - rate * np.exp(-rate * time)
    )
    terms = (
        -share * size * omega * lag / (rate**2 + omega**2) * np.sin(n * math.pi * place / length)
    )
    return size * math.sin(omega * time) * place / length + float(terms.sum())
