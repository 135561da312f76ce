# SPDX-License-Identifier: BSD-3-Clause
"""Elliptic yield surface of a crushable foam, cut off in tension.

Deshpande & Fleck (2000), J Mech Phys Solids 48:1253-1283: q² + α² p² = (1 + α²/9) Y², with Y the
uniaxial crush strength. The symmetric ellipse is too strong in tension and would let the wall of a
cavity flow in hoop tension, so for bone it is cut by τ_i ≤ T on every principal stress (law
`CUT_OFF`, or `CLOSING` where cracks close again); T falls with damage and opening, so fractured bone
opens freely across its crack. The kernels also have the ellipse with a smooth, weaker tension side
(law `CRUSHABLE`, α_t > α_c where p > 0), which is the plain ellipse for α_t = α_c. Flow is associated.

The stress is the *Kirchhoff* stress of the initial volume, τ = J σ. Strength is written for the
Cauchy stress of bone at its present density, ρ/J: Y(τ) = J · Y(ρ/J) = Y(ρ) J^(1-b) with the
strength law's exponent b, so a crushed cell hardens; an opened one (J > 1) weakens,
Y(τ) = Y(ρ) J^(1-n), since gaps close again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.card import Parameter
from vertaug.materials.rows import (
    NO_LOCK,
    Locking,
    bulk_and_shear,
    law_row,
    require,
    require_positive,
)
from vertaug_kernels import laws

__all__ = ["CARD", "LAW_CARD", "CrushableFoam", "ellipse_factor"]

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

_QUADRIC = "quadric of Schwiedrzik 2013 at m = 1, BV/TV = 0.1"

LAW_CARD = (
    Parameter("E", 120.0, "MPa", 10.0, 20000.0, "Young's modulus", _QUADRIC, "derived"),
    Parameter("nu", 0.25, "1", 0.0, 0.45, "Poisson ratio", "usual range of continuum models", "assumed"),
    Parameter("Y", 1.11, "MPa", 0.1, 20.0, "uniaxial crush strength", _QUADRIC, "derived"),
    CARD[0],
    Parameter("w", 1.9, "1", 1.0, 10.0, "hydrostatic strength in compression over that in tension: 1/0.53",
              _QUADRIC, "derived"),
)  # fmt: skip


def ellipse_factor(uniaxial_over_hydrostatic: float) -> float:
    """α of the ellipse (Abaqus form, α = 3k/√(9-k²)) for k = σ_c/p_c, 0 < k < 3."""
    k = uniaxial_over_hydrostatic
    return 3.0 * k / math.sqrt(9.0 - k * k)


@dataclass(frozen=True)
class CrushableFoam:
    """Constants of the ellipse with a smooth, weaker tension side (law `CRUSHABLE`).

    ``tension_weakness`` is hydrostatic strength in compression over that in tension; 1 is the plain ellipse.
    """

    young: float = LAW_CARD[0].value
    poisson: float = LAW_CARD[1].value
    strength: float = LAW_CARD[2].value
    uniaxial_over_hydrostatic: float = LAW_CARD[3].value
    tension_weakness: float = LAW_CARD[4].value

    def row(self, lock: Locking = NO_LOCK) -> NDArray[np.float64]:
        """Row of parameters for the kernels, MPa."""
        name, k = "crushable_foam", self.uniaxial_over_hydrostatic
        require_positive(name, strength=self.strength, tension_weakness=self.tension_weakness)
        require(name, "uniaxial_over_hydrostatic", k, 0.0 <= k < 3.0, "0 (von Mises) to below 3")
        alpha = ellipse_factor(k)
        columns = bulk_and_shear(name, self.young, self.poisson) | {
            "yield": self.strength, "alpha_compression": alpha, "alpha_tension": alpha * self.tension_weakness,
        }  # fmt: skip
        return law_row(laws.CRUSHABLE, lock, columns)
