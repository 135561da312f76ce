# SPDX-License-Identifier: BSD-3-Clause
"""Perfectly plastic Mohr-Coulomb: (1 + sin φ) τ₁ - (1 - sin φ) τ₃ = 2c cos φ, tension positive.

Yield is in Kirchhoff stress, flow has the same form with the dilation 0 ≤ ψ ≤ φ (beyond φ the law would
make energy); it is associated, and the tangent symmetric, for ψ = φ only. `from_strengths` takes uniaxial
strengths; equal ones are Tresca.
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

__all__ = ["CARD", "MohrCoulomb"]

_QUADRIC = "quadric of Schwiedrzik 2013 at m = 1, BV/TV = 0.1: 1.11 MPa, tension 0.79 of it"

CARD = (
    Parameter("E", 120.0, "MPa", 10.0, 20000.0, "Young's modulus", _QUADRIC, "derived"),
    Parameter("nu", 0.25, "1", 0.0, 0.45, "Poisson ratio", "usual range of continuum models", "assumed"),
    Parameter("c", 0.49, "MPa", 0.05, 50.0, "cohesion", _QUADRIC, "derived"),
    Parameter("phi", 6.7, "°", 0.0, 45.0, "angle of friction", _QUADRIC, "derived"),
    Parameter("psi", 0.0, "°", 0.0, 45.0, "angle of dilation: bone that crushes does not dilate",
              "choice within 0 ≤ ψ ≤ φ", "assumed"),
)  # fmt: skip


@dataclass(frozen=True)
class MohrCoulomb:
    """Constants of the law; angles in degrees."""

    young: float = CARD[0].value
    poisson: float = CARD[1].value
    cohesion: float = CARD[2].value
    friction: float = CARD[3].value
    dilation: float = CARD[4].value

    @classmethod
    def from_strengths(
        cls, young: float, poisson: float, compression: float, tension: float, dilation: float = 0.0
    ) -> MohrCoulomb:
        """Law with these uniaxial strengths, MPa."""
        require_positive("mohr_coulomb", tension=tension)
        require(
            "mohr_coulomb",
            "compression",
            compression,
            compression >= tension,
            f"at least tension, {tension:g} MPa",
        )
        sine = (compression - tension) / (compression + tension)
        cohesion = compression * (1.0 - sine) / (2.0 * math.sqrt(1.0 - sine * sine))
        return cls(young, poisson, cohesion, math.degrees(math.asin(sine)), dilation)

    def row(self, lock: Locking = NO_LOCK) -> NDArray[np.float64]:
        """Row of parameters for the kernels, MPa."""
        require_positive("mohr_coulomb", cohesion=self.cohesion)
        phi, psi = self.friction, self.dilation
        require("mohr_coulomb", "friction", phi, 0.0 <= phi < 90.0, "0 to below 90 degrees")
        require(
            "mohr_coulomb",
            "dilation",
            psi,
            0.0 <= psi <= phi,
            f"0 to the friction, {phi:g} degrees",
        )
        columns = bulk_and_shear("mohr_coulomb", self.young, self.poisson) | {
            "strength": 2.0 * self.cohesion * math.cos(math.radians(phi)),
            "sin_friction": math.sin(math.radians(phi)), "sin_dilation": math.sin(math.radians(psi)),
        }  # fmt: skip
        return law_row(laws.MOHR_COULOMB, lock, columns)
