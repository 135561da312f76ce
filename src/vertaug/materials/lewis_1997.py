# SPDX-License-Identifier: BSD-3-Clause
"""Cured acrylic bone cement: elastic, yields in compression, cracks at a principal tension.

Strengths after the review of Lewis (1997), J Biomed Mater Res 38:155; the modulus is that of cement for vertebral
bodies. Kernel law `CUT_OFF` with an ellipse so long that it is next to von Mises' cylinder: compression and shear
flow at the compressive strength, and no principal stress exceeds the tensile one, which is kept after the crack.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.bogetti_gillespie_1992 import cured_share
from vertaug.materials.card import Parameter
from vertaug.materials.crushable_cut_off import CrushableCutOff
from vertaug_kernels.laws import CUT_OFF, FIRST_COLUMN, PARAMETERS

__all__ = ["CARD", "CODE", "BoneCement"]

Float = NDArray[np.float64]
_REVIEW = "Lewis 1997, J Biomed Mater Res 38:155"

CARD = (
    Parameter("E", 1937.0, "MPa", 900.0, 3000.0, "Young's modulus, regular cement 1937 ± 478, of low modulus 954",
              "Eur Spine J 2013, PMC3698342", "found"),
    Parameter("nu", 0.33, "1", 0.28, 0.38, "Poisson ratio", "usual value for PMMA", "recalled"),
    Parameter("s_c", 85.0, "MPa", 70.0, 117.0, "compressive strength", _REVIEW, "recalled"),
    Parameter("s_t", 35.0, "MPa", 24.0, 50.0, "tensile strength", _REVIEW, "recalled"),
    Parameter("s_c/p_c", 0.2, "1", 0.05, 0.5, "uniaxial over hydrostatic strength: pressure alone does not crush it",
              "choice", "assumed"),
)  # fmt: skip
CODE = CUT_OFF
_NAMES = PARAMETERS[CODE]
_STIFFNESS = [FIRST_COLUMN + _NAMES.index(name) for name in ("bulk", "shear")]
_STRENGTH = [FIRST_COLUMN + _NAMES.index(name) for name in ("yield", "cut_off")]


@dataclass(frozen=True)
class BoneCement:
    """Constants of cured cement, MPa."""

    young: float = CARD[0].value
    poisson: float = CARD[1].value
    compressive: float = CARD[2].value
    tensile: float = CARD[3].value
    uniaxial_over_hydrostatic: float = CARD[4].value

    def row(self) -> Float:
        """Row of parameters for the kernels' law `CODE`, MPa."""
        return CrushableCutOff(
            self.young,
            self.poisson,
            self.compressive,
            self.uniaxial_over_hydrostatic,
            self.tensile / self.compressive,
        ).row()

    @property
    def moduli(self) -> tuple[float, float]:
        """Bulk and shear modulus of cured cement, MPa."""
        row = self.row()
        return float(row[_STIFFNESS[0]]), float(row[_STIFFNESS[1]])

    def rows(self, degree: Float) -> Float:
        """Rows (n, w) of cement of the ``degree`` (n,) of cure: stiffness and strength in proportion."""
        return self.rows_of(*(cured_share(degree)[:, None] * np.array(self.moduli)).T)

    def rows_of(self, bulk: Float, shear: Float) -> Float:
        """Rows (n, w) of given moduli (n,) MPa that yield and crack at the shear strain of cured cement."""
        rows = np.repeat(self.row()[None], len(bulk), axis=0)
        rows[:, _STIFFNESS] = np.column_stack([bulk, shear])
        rows[:, _STRENGTH] *= (np.asarray(shear) / self.moduli[1])[:, None]
        return rows
