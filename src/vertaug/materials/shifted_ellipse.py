# SPDX-License-Identifier: BSD-3-Clause
"""Crushable foam with a shifted ellipse and volumetric hardening; Kirchhoff stress.

The surface of Abaqus' crushable foam with volumetric hardening: an ellipse through p_t in mean tension and p_c in
mean compression whose aspect α = 3k/√((3k_t + k)(3 - k)) gives the uniaxial crush strength σ_c = k p_c,
k_t = p_t/p_c. p_c grows as J_p^(-m) with the plastic volume ratio at the step's start (m = 0.39: bone's
strength law ρ^1.39), p_t stays. Flow is associated, unlike there (q² + 4.5 p²): so the step has an energy, the
tangent is symmetric, and the plastic Poisson ratio follows from the ellipse. Densification is added.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.card import Parameter
from vertaug.materials.densification import Densification
from vertaug.materials.rows import (
    NO_LOCK,
    Locking,
    bulk_and_shear,
    law_row,
    require,
    require_positive,
)
from vertaug_kernels import laws

__all__ = ["CARD", "ShiftedEllipse", "shifted_aspect"]

_QUADRIC = "quadric of Schwiedrzik 2013 at m = 1, BV/TV = 0.1"

CARD = (
    Parameter("E", 120.0, "MPa", 10.0, 20000.0, "Young's modulus", _QUADRIC, "derived"),
    Parameter("nu", 0.25, "1", 0.0, 0.45, "Poisson ratio", "usual range of continuum models", "assumed"),
    Parameter("p_c", 1.23, "MPa", 0.1, 10.0, "crush pressure", _QUADRIC, "derived"),
    Parameter("k", 0.90, "1", 0.3, 1.5, "uniaxial over hydrostatic crush strength", _QUADRIC, "derived"),
    Parameter("k_t", 0.53, "1", 0.1, 0.9, "hydrostatic tensile over compressive strength", _QUADRIC, "derived"),
    Parameter("m", 0.39, "1", 0.0, 4.0, "hardening of p_c with plastic volume",
              "exponent 1.39 of Kopperdahl 2002, less one", "derived"),
    Parameter("BV/TV", 0.1, "1", 0.02, 0.2, "bone volume fraction, for densification",
              "osteoporotic bone", "assumed"),
)  # fmt: skip


def shifted_aspect(k: float, k_t: float) -> float:
    """α of the shifted ellipse, 0 < k < 3."""
    return 3.0 * k / math.sqrt((3.0 * k_t + k) * (3.0 - k))


@dataclass(frozen=True)
class ShiftedEllipse:
    """Constants of the foam."""

    young: float = CARD[0].value
    poisson: float = CARD[1].value
    crush: float = CARD[2].value
    uniaxial_ratio: float = CARD[3].value
    tensile_ratio: float = CARD[4].value
    crush_exponent: float = CARD[5].value
    bone_volume_fraction: float = CARD[6].value
    densification: Densification = field(default_factory=Densification)

    def row(self, lock: Locking = NO_LOCK) -> NDArray[np.float64]:
        """Row of parameters for the kernels, MPa."""
        name = "shifted_ellipse"
        require_positive(name, crush=self.crush, tensile_ratio=self.tensile_ratio)
        k, exponent = self.uniaxial_ratio, self.crush_exponent
        require(name, "uniaxial_ratio", k, 0.0 < k < 3.0, "above 0, below 3")
        require(name, "crush_exponent", exponent, exponent >= 0.0, "0 or more")
        columns = bulk_and_shear(name, self.young, self.poisson) | {
            "alpha": shifted_aspect(k, self.tensile_ratio), "crush": self.crush,
            "tensile": self.tensile_ratio * self.crush, "crush_exponent": exponent,
        }  # fmt: skip
        columns |= self.densification.columns(self.bone_volume_fraction)
        return law_row(laws.SHIFTED_ELLIPSE, lock, columns)
