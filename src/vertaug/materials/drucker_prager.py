# SPDX-License-Identifier: BSD-3-Clause
"""Drucker-Prager cone with a crushing cap and a cut-off in mean tension.

Drucker & Prager (1952), Q Appl Math 10:157; cap after DiMaggio & Sandler (1971), J Eng Mech Div 97:935.
Cone q + M p = d (p > 0 in tension) with flow of slope 0 ≤ M_ψ ≤ M, elliptic cap ending at the crush pressure
p_b, cut-off p_t. Yield is in Kirchhoff stress. The cap grows as p_b J_p^(-m), J_p the plastic volume ratio at the
step's start: m = 0.39 is the strength law ρ^1.39 of bone at its present density, written in Kirchhoff stress.
Cap and cut-off are associated, the cone is for M_ψ = M.
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

__all__ = ["CARD", "DruckerPrager"]

_QUADRIC = "quadric of Schwiedrzik 2013 at m = 1, BV/TV = 0.1: 1.11 MPa, tension 0.79 of it"

CARD = (
    Parameter("E", 120.0, "MPa", 10.0, 20000.0, "Young's modulus", _QUADRIC, "derived"),
    Parameter("nu", 0.25, "1", 0.0, 0.45, "Poisson ratio", "usual range of continuum models", "assumed"),
    Parameter("M", 0.352, "1", 0.05, 1.5, "slope of the cone: tan 19.4°, 3 (s_c - s_t)/(s_c + s_t)",
              _QUADRIC, "derived"),
    Parameter("M_psi", 0.0, "1", 0.0, 1.5, "slope of the flow", "choice within 0 ≤ M_ψ ≤ M", "assumed"),
    Parameter("d", 0.98, "MPa", 0.3, 5.0, "q of the cone at p = 0: s_c (1 - M/3)", _QUADRIC, "derived"),
    Parameter("p_t", 0.65, "MPa", 0.01, 3.0, "cut-off in mean tension: 0.53 of the crush pressure",
              _QUADRIC, "derived"),
    Parameter("p_b", 1.22, "MPa", 0.5, 20.0, "crush pressure: 1.1 s_c", _QUADRIC, "derived"),
    Parameter("R", 0.75, "1", 0.1, 2.0, "aspect of the cap: uniaxial crush at about its top", "choice", "assumed"),
    Parameter("m", 0.39, "1", 0.0, 4.0, "hardening of the cap with plastic volume",
              "exponent 1.39 of Kopperdahl 2002, less one", "derived"),
)  # fmt: skip


@dataclass(frozen=True)
class DruckerPrager:
    """Constants of the capped cone; `friction` and `dilation` are slopes in the p-q plane."""

    young: float = CARD[0].value
    poisson: float = CARD[1].value
    friction: float = CARD[2].value
    dilation: float = CARD[3].value
    cohesion: float = CARD[4].value
    cut_off: float = CARD[5].value
    crush: float = CARD[6].value
    aspect: float = CARD[7].value
    crush_exponent: float = CARD[8].value

    @classmethod
    def matching_mohr_coulomb(
        cls,
        young: float,
        poisson: float,
        cohesion: float,
        friction: float,
        dilation: float,
        crush: float,
    ) -> DruckerPrager:
        """Cone through Mohr-Coulomb's compression meridian (angles in degrees), cut off at its apex."""
        sine, flow = math.sin(math.radians(friction)), math.sin(math.radians(dilation))
        slope = 6.0 * sine / (3.0 - sine)
        start = 6.0 * cohesion * math.cos(math.radians(friction)) / (3.0 - sine)
        apex = start / slope if slope > 0.0 else 10.0 * start
        return cls(young, poisson, slope, 6.0 * flow / (3.0 - flow), start, apex, crush)

    def row(self, lock: Locking = NO_LOCK) -> NDArray[np.float64]:
        """Row of parameters for the kernels, MPa."""
        name = "drucker_prager"
        require_positive(
            name, cohesion=self.cohesion, cut_off=self.cut_off, crush=self.crush, aspect=self.aspect
        )
        slope, exponent = self.friction, self.crush_exponent
        require(name, "friction", slope, slope >= 0.0, "0 or more")
        require(
            name,
            "dilation",
            self.dilation,
            0.0 <= self.dilation <= slope,
            f"0 to the friction, {slope:g}",
        )
        require(name, "crush_exponent", exponent, exponent >= 0.0, "0 or more")
        tip = self.cohesion / slope if slope > 0.0 else math.inf
        require(
            name,
            "cut_off",
            self.cut_off,
            self.cut_off <= tip * (1.0 + 1e-9),
            f"at most the cone's tip, {tip:g} MPa",
        )
        least = self.aspect * self.cohesion
        require(
            name,
            "crush",
            self.crush,
            self.crush >= least,
            f"at least aspect times cohesion, {least:g} MPa",
        )
        columns = bulk_and_shear(name, self.young, self.poisson) | {
            "friction": slope, "dilation": self.dilation, "cohesion": self.cohesion, "cut_off": self.cut_off,
            "crush": self.crush, "aspect": self.aspect, "crush_exponent": exponent,
        }  # fmt: skip
        return law_row(laws.DRUCKER_PRAGER, lock, columns)
