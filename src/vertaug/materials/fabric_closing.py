# SPDX-License-Identifier: BSD-3-Clause
"""`crushable_closing` for bone that is stronger along its trabeculae than across: the law in scaled stresses.

The material axes are those of the fabric, the third along superior-inferior. p_i² is the strength along axis i over
that of the isotropic law, P = diag(p). With the Kirchhoff stress τ and the logarithmic strain ε, P⁻¹ τ P⁻¹ and P ε P
do the same work and obey the isotropic law. So uniaxial strengths are as p_i², shear strengths as p_i p_j, Young's
moduli as p_i⁴, shear moduli as p_i² p_j², ν_ij = ν p_i²/p_j²; the largest tension in a direction n is T n·P²n.
Strengths that are products of one number an axis are those of the fabric law of `schwiedrzik_2013`; that stiffness
goes as the square of strength is what the scaling costs. Measured in vertebrae: moduli 3.2 and strengths 2.3 times as
large along as across, yield strains 1.3 times as large across (Aiyangar 2014, J Biomech Eng 136:091003, recalled);
with p_3² = 1.8 here 3.2, 1.8 and 1.8.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.card import Parameter
from vertaug.materials.crushable_closing import CARD as ISOTROPIC
from vertaug.materials.crushable_closing import CrushableClosing
from vertaug.materials.rows import NO_LOCK, Locking, law_row, require_positive
from vertaug_kernels import laws

__all__ = ["CARD", "FabricClosing"]

_PAPER = "root of the moduli's ratio 3.2, Aiyangar 2014"

CARD = (
    *ISOTROPIC,
    Parameter("s_1", 1.0, "1", 0.8, 1.3, "strength along axis 1, left-right, over Y", "of reference", "assumed"),
    Parameter("s_2", 1.0, "1", 0.8, 1.3, "strength along axis 2, front-back, over Y", "of reference", "assumed"),
    Parameter("s_3", 1.8, "1", 1.0, 2.5, "strength along axis 3, superior-inferior, over Y", _PAPER, "recalled"),
)  # fmt: skip


@dataclass(frozen=True)
class FabricClosing(CrushableClosing):
    """Constants of the isotropic law and the strengths along the three axes over ``strength``."""

    along1: float = CARD[-3].value
    along2: float = CARD[-2].value
    along3: float = CARD[-1].value

    def row(self, lock: Locking = NO_LOCK) -> NDArray[np.float64]:
        """Row of parameters for the kernels, MPa."""
        shares = {"along1": self.along1, "along2": self.along2, "along3": self.along3}
        require_positive("fabric_closing", **shares)
        scales = {f"scale{k}": float(np.sqrt(s)) for k, s in enumerate(shares.values(), 1)}
        return law_row(laws.FABRIC_CLOSING, lock, self.columns("fabric_closing") | scales)
