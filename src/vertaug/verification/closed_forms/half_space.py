# SPDX-License-Identifier: BSD-3-Clause
"""Point load on an elastic half space (Boussinesq)."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Boussinesq"]


@dataclass(frozen=True)
class Boussinesq:
    """`force` N into the half space z ≥ 0 along z at the origin; modulus in MPa."""

    young: float
    poisson: float
    force: float

    def displacement(self, radius: float, depth: float) -> tuple[float, float]:
        """Radial and vertical displacement, mm, at a distance from the axis and a depth (mm)."""
        nu, rho = self.poisson, math.hypot(radius, depth)
        factor = (1.0 + nu) * self.force / (2.0 * math.pi * self.young)
        outwards = radius * depth / rho**3 - (1.0 - 2.0 * nu) * radius / (rho * (rho + depth))
        return factor * outwards, factor * (depth**2 / rho**3 + 2.0 * (1.0 - nu) / rho)

    def stress(self, radius: float, depth: float) -> tuple[float, float, float, float]:
        """σ_rr, σ_θθ, σ_zz, σ_rz in MPa, tension positive."""
        nu, rho = self.poisson, math.hypot(radius, depth)
        factor = self.force / (2.0 * math.pi)
        side = (1.0 - 2.0 * nu) / (rho * (rho + depth))
        radial = side - 3.0 * radius**2 * depth / rho**5
        hoop = (1.0 - 2.0 * nu) * (depth / rho**3 - 1.0 / (rho * (rho + depth)))
        return (
            factor * radial,
            factor * hoop,
            -3.0 * factor * depth**3 / rho**5,
            -3.0 * factor * radius * depth**2 / rho**5,
        )
