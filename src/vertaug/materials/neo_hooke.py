# SPDX-License-Identifier: BSD-3-Clause
"""Compressible neo-Hookean solid, W = μ/2 (I₁ - 3 - 2 ln J) + λ/2 ln² J; Kirchhoff stress.

The form of Simo & Pister (1984), Comput Methods Appl Mech Eng 46:201. Nearly incompressible with a Poisson
ratio up to 0.4999 (elements then need their cure against locking). Constants: discs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.card import Parameter
from vertaug.materials.rows import NO_LOCK, Locking, bulk_and_shear, law_row
from vertaug_kernels import laws

__all__ = ["ANNULUS", "CARD", "NUCLEUS", "NeoHooke"]

_TABLE = "table 1 of PMC3726285; nucleus 1.0 MPa at 0.499"

CARD = (
    Parameter("E", 4.2, "MPa", 0.5, 20.0, "Young's modulus at no strain, ground of the annulus", _TABLE, "found"),
    Parameter("nu", 0.45, "1", 0.3, 0.4999, "Poisson ratio at no strain", _TABLE, "found"),
)  # fmt: skip


@dataclass(frozen=True)
class NeoHooke:
    """Constants of the neo-Hookean solid."""

    young: float = CARD[0].value
    poisson: float = CARD[1].value

    def row(self, lock: Locking = NO_LOCK) -> NDArray[np.float64]:
        """Row of parameters for the kernels, MPa."""
        return law_row(laws.NEO_HOOKE, lock, bulk_and_shear("neo_hooke", self.young, self.poisson))


ANNULUS = NeoHooke()
NUCLEUS = NeoHooke(1.0, 0.499)
