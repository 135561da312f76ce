# SPDX-License-Identifier: BSD-3-Clause
"""Isotropic Hencky elasticity: τ = K tr(ε) 1 + 2G dev(ε) with the logarithmic strain ε.

Hencky (1928), Z Tech Phys 9:215-220. Kirchhoff stress; at small strain Hooke's law in Cauchy stress.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.card import Parameter
from vertaug.materials.rows import NO_LOCK, Locking, bulk_and_shear, law_row
from vertaug_kernels import laws

__all__ = ["CARD", "Hencky"]

CARD = (
    Parameter("E", 100.0, "MPa", 10.0, 20000.0, "Young's modulus, homogenised cancellous bone",
              "table 1 of PMC3726285", "found"),
    Parameter("nu", 0.2, "1", 0.0, 0.45, "Poisson ratio", "table 1 of PMC3726285", "found"),
)  # fmt: skip


@dataclass(frozen=True)
class Hencky:
    """Constants of the elastic law."""

    young: float = CARD[0].value
    poisson: float = CARD[1].value

    def row(self, lock: Locking = NO_LOCK) -> NDArray[np.float64]:
        """Row of parameters for the kernels, MPa."""
        return law_row(laws.HENCKY, lock, bulk_and_shear("hencky", self.young, self.poisson))
