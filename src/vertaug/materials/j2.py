# SPDX-License-Identifier: BSD-3-Clause
"""Metal: von Mises yield, σ_y = Y + H κ + (Y_s - Y)(1 - e^(-δκ)), implicit in the step.

Yield is in Kirchhoff stress (in Cauchy stress at small strain), flow associated; κ is the accumulated
equivalent plastic strain. Saturation after Voce (1948), J Inst Met 74:537. The law has two codes with
the same row: in principal axes (`J2`) and without eigenvectors (`J2_TENSOR`, the faster one where
the cell loop hands over tensors).
"""

from __future__ import annotations

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

__all__ = ["CARD", "J2"]

CARD = (
    Parameter("E", 110e3, "MPa", 50.0, 250e3, "Young's modulus of Ti-6Al-4V", "table of Sci Rep 2025 03377", "found"),
    Parameter("nu", 0.3, "1", 0.2, 0.45, "Poisson ratio", "table of Sci Rep 2025 03377", "found"),
    Parameter("Y", 795.0, "MPa", 1.0, 1500.0, "yield stress", "ASTM F136, least value", "recalled"),
    Parameter("H", 0.0, "MPa", 0.0, 5000.0, "linear hardening", "none beside saturation", "assumed"),
    Parameter("Y_s-Y", 65.0, "MPa", 0.0, 1000.0, "rise of the yield stress to saturation: to 860 MPa",
              "ASTM F136, least strength", "recalled"),
    Parameter("delta", 50.0, "1", 0.0, 500.0, "rate of saturation: most of it within 5 %",
              "usual range of metals", "assumed"),
)  # fmt: skip


@dataclass(frozen=True)
class J2:
    """Constants of the metal; ``rise`` is how far the yield stress saturates above ``strength``."""

    young: float = CARD[0].value
    poisson: float = CARD[1].value
    strength: float = CARD[2].value
    hardening: float = CARD[3].value
    rise: float = CARD[4].value
    rate: float = CARD[5].value

    def row(self, lock: Locking = NO_LOCK) -> NDArray[np.float64]:
        """Row of parameters for the kernels, MPa; the same for both codes."""
        require_positive("j2", strength=self.strength)
        for name in ("hardening", "rise", "rate"):
            value = getattr(self, name)
            require("j2", name, value, value >= 0.0, "0 or more: softening has no unique step")
        columns = bulk_and_shear("j2", self.young, self.poisson) | {
            "yield": self.strength, "hardening": self.hardening,
            "saturation": self.strength + self.rise, "rate": self.rate,
        }  # fmt: skip
        return law_row(laws.J2, lock, columns)
