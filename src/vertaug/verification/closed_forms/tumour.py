# SPDX-License-Identifier: BSD-3-Clause
"""Tumour that is pressed out whole: a slab along a bar of bone, and a plug out of a hole with a tube.

A Bingham mass of yield stress τ and viscosity η stands in bone of permeability k and porosity φ below the gradient
``G = τ sqrt(φ / 2 k)``: its pores are tubes of radius sqrt(8 k / φ). A hole of radius a takes ``c0 τ`` to
enter and Sampson's ``3 η Q / a³``, a tube of length l the drop of Buckingham and Reiner, at least ``2 τ l / a``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.integrate import quad
from scipy.optimize import brentq

__all__ = ["SlabInBar", "TumourPlug"]


@dataclass(frozen=True)
class SlabInBar:
    """Cement drives marrow, a slab of tumour and more marrow along a bar; mm, MPa, s.

    `length` of the bar, `slab` that of the tumour, `cement`, `marrow` viscosities of the two liquids.
    """

    permeability: float
    porosity: float
    length: float
    slab: float
    cement: float
    marrow: float
    viscosity: float
    yield_stress: float

    @property
    def threshold(self) -> float:
        """Pressure, MPa, below which the slab stands."""
        gradient = self.yield_stress * math.sqrt(0.5 * self.porosity / self.permeability)
        return gradient * self.slab

    def pressure(self, speed: float, front: float) -> float:
        """Pressure, MPa, that drives all at a Darcy speed, mm/s, when the cement's front is at `front`, mm."""
        resistance = (
            self.cement * front
            + self.viscosity * self.slab
            + self.marrow * (self.length - self.slab - front)
        )
        return self.threshold + speed * resistance / self.permeability

    def front(self, time: float, pressure: float) -> float:
        """Place of the cement's front, mm, after a time, s, under a constant pressure, MPa.

        ``(μc - μm) x² / 2 + (η s + μm (L - s)) x = k (p - G s) t / φ``.
        """
        over = pressure - self.threshold
        if over <= 0.0:
            return 0.0
        curved = 0.5 * (self.cement - self.marrow)
        plain = self.viscosity * self.slab + self.marrow * (self.length - self.slab)
        right = self.permeability * over * time / self.porosity
        return 2.0 * right / (plain + math.sqrt(plain**2 + 4.0 * curved * right))


@dataclass(frozen=True)
class TumourPlug:
    """Tumour pressed through a hole of `radius` into a tube ahead of which nothing resists; mm, MPa, s."""

    radius: float
    viscosity: float
    yield_stress: float
    entry: float

    def drop(self, rate: float, length: float) -> float:
        """Pressure, MPa, that drives a rate, mm³/s, when a length, mm, of the tube is full."""
        a, tau = self.radius, self.yield_stress
        if rate <= 0.0:
            return self.least(length)
        mouth = self.entry * tau + 3.0 * self.viscosity * rate / a**3
        shear = 4.0 * self.viscosity * rate / (math.pi * a**3)

        def excess(wall: float) -> float:
            ratio = tau / wall
            return wall * (1.0 - 4.0 / 3.0 * ratio + ratio**4 / 3.0) - shear

        wall = float(brentq(excess, tau, 4.0 / 3.0 * tau + shear, xtol=1e-15, rtol=1e-13))
        return mouth + 2.0 * length * wall / a

    def least(self, length: float) -> float:
        """Pressure, MPa, below which a plug of a length, mm, stands: ``τ (2 l / a + c0)``."""
        return self.yield_stress * (2.0 * length / self.radius + self.entry)

    def stop(self, pressure: float) -> float:
        """Length, mm, at which a constant pressure, MPa, drives the plug no farther; zero where it does not enter."""
        return max(0.5 * self.radius * (pressure / self.yield_stress - self.entry), 0.0)

    def time(self, length: float, pressure: float) -> float:
        """Time, s, in which a constant pressure, MPa, drives the plug to a length, mm, below its stop."""
        area = math.pi * self.radius**2
        fastest = pressure * self.radius**3 / (3.0 * self.viscosity)

        def slowness(x: float) -> float:
            rate = brentq(lambda q: self.drop(q, x) - pressure, 0.0, fastest, rtol=1e-12)
            return area / float(rate)

        return float(quad(slowness, 0.0, length, epsrel=1e-9)[0])
