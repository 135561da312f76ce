# SPDX-License-Identifier: BSD-3-Clause
"""A closed cavity as an item: an energy of its volume and of its surface's area.

A liquid under volume control, a given pressure and a slippery elastic wall are all functions of two
numbers, the enclosed volume V and the area A; the cavity turns their derivatives into forces on its
facets, a tangent with the Hessians of V and A, and two rank-one terms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.item import Contribution, RankOne, scatter
from vertaug_kernels import enclosure

__all__ = ["CavityItem", "Derivatives", "pressure_energy", "syringe_energy", "zero_energy"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
Derivatives = tuple[float, float, float]
"""Value, first and second derivative of a scalar function of one variable."""


def zero_energy(value: float) -> Derivatives:
    """Return no energy at all."""
    return 0.0, 0.0, 0.0


def pressure_energy(pressure: float) -> Callable[[float], Derivatives]:
    """Potential -p V of a given ``pressure`` (MPa)."""
    return lambda volume: (-pressure * volume, -pressure, 0.0)


def syringe_energy(delivered: float, bulk: float) -> Callable[[float], Derivatives]:
    """Energy ½ k (V - V_s)²/V_s of a liquid of bulk stiffness ``bulk`` MPa, ``delivered`` V_s mm³."""
    stiffness = bulk / delivered

    def energy(volume: float) -> Derivatives:
        gap = volume - delivered
        return 0.5 * stiffness * gap * gap, stiffness * gap, stiffness

    return energy


@dataclass(frozen=True)
class CavityItem:
    """One cavity: `facets` (m, 3) with normals out of the solid, and its two energies."""

    facets: Int
    of_volume: Callable[[float], Derivatives]
    of_area: Callable[[float], Derivatives] = zero_energy

    @property
    def connectivity(self) -> Int:
        """Nodes of each facet, (m, 3)."""
        return self.facets

    def _measure(self, points: Float) -> tuple[Float, float, float, Float, Float]:
        """Centre, volume, area and the gradients (m, 3, 3) of the last two."""
        m = len(self.facets)
        centre = points[self.facets].mean(axis=(0, 1))
        volume, area = np.zeros(m), np.zeros(m)
        volume_gradient, area_gradient = np.zeros((m, 3, 3)), np.zeros((m, 3, 3))
        enclosure.enclosure_gradients(
            points, self.facets, centre, volume, area, volume_gradient, area_gradient
        )
        return centre, -float(volume.sum()), float(area.sum()), -volume_gradient, area_gradient

    def volume(self, points: Float) -> float:
        """Enclosed volume, mm³."""
        return self._measure(points)[1]

    def area(self, points: Float) -> float:
        """Area of the surface, mm²."""
        return self._measure(points)[2]

    def pressure(self, points: Float) -> float:
        """Pressure of what fills the cavity, MPa."""
        return -self.of_volume(self.volume(points))[1]

    def energy(self, points: Float) -> float:
        """Energy of filling and wall, mJ."""
        _, volume, area, _, _ = self._measure(points)
        return self.of_volume(volume)[0] + self.of_area(area)[0]

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (m, 3, 3), tangents (m, 9, 9) and the rank-one terms."""
        centre, volume, area, volume_gradient, area_gradient = self._measure(points)
        value_v, slope_v, curve_v = self.of_volume(volume)
        value_a, slope_a, curve_a = self.of_area(area)
        energy = value_v + value_a
        if not np.isfinite(energy):
            return Contribution(np.inf, np.zeros_like(area_gradient), None)
        forces = slope_v * volume_gradient + slope_a * area_gradient
        if not with_matrix:
            return Contribution(energy, forces, None)
        matrices = np.zeros((len(self.facets), 9, 9))
        enclosure.enclosure_hessians(points, self.facets, centre, -slope_v, slope_a, matrices)
        terms = ((curve_v, volume_gradient), (curve_a, area_gradient))
        ranks = tuple(
            RankOne(curve, scatter(len(points), self.facets, gradient))
            for curve, gradient in terms
            if curve != 0.0
        )
        return Contribution(energy, forces, matrices, ranks)
