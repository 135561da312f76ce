# SPDX-License-Identifier: BSD-3-Clause
"""Crushable foam whose ellipse is cut off in principal tension; what opens there is plastic strain.

The ellipse of Deshpande & Fleck (2000) with τ_i ≤ T on every principal Kirchhoff stress (a Rankine cut-off), both
associated. See `deshpande_fleck_2000` for why, and `crushable_closing` for the default law of bone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.card import Parameter
from vertaug.materials.deshpande_fleck_2000 import CARD as SHAPE
from vertaug.materials.deshpande_fleck_2000 import LAW_CARD, ellipse_factor
from vertaug.materials.rows import (
    NO_LOCK,
    Locking,
    bulk_and_shear,
    law_row,
    require,
    require_positive,
)
from vertaug_kernels import laws

__all__ = ["CARD", "CrushableCutOff"]

CARD = (
    *LAW_CARD[:4],
    Parameter("T/Y", 0.5, "1", 0.01, 0.6, "tension cut-off over uniaxial crush strength",
              f"within the ellipse; {SHAPE[1].symbol} = 0.53 of the hydrostatic strength is 0.59", "assumed"),
)  # fmt: skip


@dataclass(frozen=True)
class CrushableCutOff:
    """Constants of the ellipse with cut-off; ``tension_ratio`` is the cut-off over ``strength``."""

    young: float = CARD[0].value
    poisson: float = CARD[1].value
    strength: float = CARD[2].value
    uniaxial_over_hydrostatic: float = CARD[3].value
    tension_ratio: float = CARD[4].value

    def row(self, lock: Locking = NO_LOCK) -> NDArray[np.float64]:
        """Row of parameters for the kernels, MPa."""
        return law_row(laws.CUT_OFF, lock, self.columns("crushable_cut_off"))

    def columns(self, name: str) -> dict[str, float]:
        """Columns of the row of a law called ``name``, MPa."""
        k, ratio = self.uniaxial_over_hydrostatic, self.tension_ratio
        require_positive(name, strength=self.strength)
        require(name, "uniaxial_over_hydrostatic", k, 0.0 < k < 3.0, "above 0, below 3")
        most = min(1.0, 1.0 / k)
        require(
            name, "tension_ratio", ratio, 0.0 < ratio < most, f"above 0, below {most:g}: inside the ellipse"
        )  # fmt: skip
        return bulk_and_shear(name, self.young, self.poisson) | {
            "yield": self.strength, "alpha": ellipse_factor(k), "cut_off": ratio * self.strength,
        }  # fmt: skip
