# SPDX-License-Identifier: BSD-3-Clause
"""Elliptic yield surface of a crushable foam, cut off in tension.

Deshpande & Fleck (2000), J Mech Phys Solids 48:1253-1283: q² + α² p² = (1 + α²/9) Y², with Y the
uniaxial crush strength. The symmetric ellipse is too strong in tension and would let the wall of a
cavity flow in hoop tension, so for bone it is cut by τ_i ≤ T on every principal stress (law
`CUT_OFF`); T falls with damage, so fractured bone opens freely across its crack. The kernels also
have the ellipse with a smooth, weaker tension side (law `CRUSHABLE`, α_t > α_c where p > 0), which is
the plain ellipse for α_t = α_c. Flow is associated.

The stress is the *Kirchhoff* stress of the initial volume, τ = J σ. Strength is written for the
Cauchy stress of bone at its present density, ρ/J: Y(τ) = J · Y(ρ/J) = Y(ρ) J^(1-b) with the
strength law's exponent b, so a crushed cell hardens; an opened one (J > 1) weakens,
Y(τ) = Y(ρ) J^(1-n), since gaps close again.
"""

from __future__ import annotations

import math

from vertaug.materials.card import Parameter

__all__ = ["CARD", "ellipse_factor"]

CARD = (
    Parameter(
        "k", 0.90, "1", 0.3, 1.5, "uniaxial over hydrostatic crush strength",
        "quadric of Schwiedrzik 2013 at its isotropic limit", "derived",
    ),
    Parameter(
        "k_t", 0.53, "1", 0.1, 0.9, "tension cut-off over hydrostatic crush strength",
        "quadric of Schwiedrzik 2013 at its isotropic limit", "derived",
    ),
)  # fmt: skip


def ellipse_factor(uniaxial_over_hydrostatic: float) -> float:
    """α of the ellipse (Abaqus form, α = 3k/√(9-k²)) for k = σ_c/p_c, 0 < k < 3."""
    k = uniaxial_over_hydrostatic
    return 3.0 * k / math.sqrt(9.0 - k * k)
