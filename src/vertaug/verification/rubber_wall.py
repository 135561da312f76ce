# SPDX-License-Identifier: BSD-3-Clause
"""The balloon's wall: a slippery rubber skin, so its tension depends on its total area only.

A balloon slides on the bone it presses on, so its wall evens its tension out. The skin is therefore
one neo-Hookean sheet in equal biaxial stretch s = √(A/A₀), with the limiting stretch of Gent (1996):
W = -(μ t J_m / 2) ln(1 - (I₁ - 3)/J_m), I₁ = 2 s² + s⁻⁴, per rest area; without limit it is
μ t/2 (I₁ - 3). Its tension T = dE/dA tends to μ t: a surface tension.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["RubberWall"]


@dataclass(frozen=True)
class RubberWall:
    """Wall of one balloon.

    `stiffness` μ t in N/mm (0.45: shear modulus times wall thickness, assumed), `rest_area` mm²,
    `limit` of I₁ - 3 at which the wall locks (infinite: neo-Hookean).
    """

    stiffness: float
    rest_area: float
    limit: float = math.inf

    def energy(self, area: float) -> tuple[float, float, float]:
        """Energy (mJ), tension dE/dA (N/mm) and d²E/dA² (N/mm³) at ``area`` mm²; inf past the limit."""
        stretch = area / self.rest_area
        excess = 2.0 * stretch + stretch**-2 - 3.0
        first = 2.0 - 2.0 * stretch**-3
        second = 6.0 * stretch**-4
        scale = 0.5 * self.stiffness
        if math.isinf(self.limit):
            value, slope, curve = excess, 1.0, 0.0
        elif excess >= self.limit:
            return math.inf, math.inf, math.inf
        else:
            share = 1.0 - excess / self.limit
            value, slope = -self.limit * math.log(share), 1.0 / share
            curve = 1.0 / (share * share * self.limit)
        tension = scale * slope * first
        stiffening = scale * (curve * first * first + slope * second) / self.rest_area
        return scale * self.rest_area * value, tension, stiffening
