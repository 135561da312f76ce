# SPDX-License-Identifier: BSD-3-Clause
"""Elliptic yield surface of a crushable foam, with a weaker tension side.

Deshpande & Fleck (2000), J Mech Phys Solids 48:1253-1283: q² + α² p² = (1 + α²/9) Y², with Y the
uniaxial crush strength. Bone is weaker in tension than in compression, so here α = α_c where the
mean stress is compressive and α = α_t > α_c where it is tensile: both halves meet smoothly at
p = 0, and the tension side cuts the hoop tension that would open the wall of a cavity. Flow is
associated.

The stress is the *Kirchhoff* stress of the initial volume, τ = J σ. Strength is written for the
Cauchy stress of bone at its present density, ρ/J: Y(τ) = J · Y(ρ/J) = Y(ρ) J^(1-b) with the
strength law's exponent b, so a crushed cell hardens; an opened one (J > 1) keeps its Cauchy
strength, Y(τ) = J Y(ρ).
"""

from __future__ import annotations

import math

from vertaug.materials.card import Parameter

__all__ = ["CARD", "ellipse_factor", "tension_factor"]

CARD = (
    Parameter(
        "k", 0.90, "1", 0.3, 1.5, "uniaxial over hydrostatic crush strength",
        "quadric of Schwiedrzik 2013 at its isotropic limit", "derived",
    ),
    Parameter(
        "k_t", 0.53, "1", 0.1, 1.0, "hydrostatic tensile over compressive strength",
        "quadric of Schwiedrzik 2013 at its isotropic limit", "derived",
    ),
)  # fmt: skip


def ellipse_factor(uniaxial_over_hydrostatic: float) -> float:
    """α of the ellipse (Abaqus form, α = 3k/√(9-k²)) for k = σ_c/p_c, 0 < k < 3."""
    k = uniaxial_over_hydrostatic
    return 3.0 * k / math.sqrt(9.0 - k * k)


def tension_factor(alpha_compression: float, tensile_over_compressive: float) -> float:
    """α_t of the tension side, for a hydrostatic tensile strength of that part of p_c."""
    return alpha_compression / tensile_over_compressive
