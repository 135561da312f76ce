# SPDX-License-Identifier: BSD-3-Clause
"""Compressible Mooney-Rivlin solid: W = C₁₀ (Ī₁ - 3) + C₀₁ (Ī₂ - 3) + K/2 ln² J; Kirchhoff stress.

Mooney (1940), J Appl Phys 11:582; Rivlin (1948). The bulk modulus follows from a Poisson ratio at no strain
with μ = 2 (C₁₀ + C₀₁). Constants: discs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.card import Parameter
from vertaug.materials.rows import NO_LOCK, Locking, law_row, require, require_positive
from vertaug_kernels import laws

__all__ = ["ANNULUS", "CARD", "NUCLEUS", "MooneyRivlin"]

_TABLE = "table 1 of Sci Rep 2025 22755; nucleus 0.12 and 0.03"

CARD = (
    Parameter("C10", 0.18, "MPa", 0.02, 1.0, "weight of I1, ground of the annulus", _TABLE, "found"),
    Parameter("C01", 0.045, "MPa", 0.0, 0.5, "weight of I2", _TABLE, "found"),
    Parameter("nu", 0.45, "1", 0.3, 0.4999, "Poisson ratio at no strain: the table gives no bulk modulus",
              "annulus 0.45, nucleus 0.499 as in PMC3726285", "assumed"),
)  # fmt: skip


@dataclass(frozen=True)
class MooneyRivlin:
    """Constants of the Mooney-Rivlin solid."""

    first: float = CARD[0].value
    second: float = CARD[1].value
    poisson: float = CARD[2].value

    def row(self, lock: Locking = NO_LOCK) -> NDArray[np.float64]:
        """Row of parameters for the kernels, MPa."""
        require_positive("mooney_rivlin", first=self.first)
        require("mooney_rivlin", "second", self.second, self.second >= 0.0, "0 MPa or more")
        nu = self.poisson
        require("mooney_rivlin", "poisson", nu, -1.0 < nu < 0.5, "-1 to below 0.5")
        bulk = 4.0 * (self.first + self.second) * (1.0 + nu) / (3.0 * (1.0 - 2.0 * nu))
        columns = {"bulk": bulk, "c10": self.first, "c01": self.second}
        return law_row(laws.MOONEY_RIVLIN, lock, columns)


ANNULUS = MooneyRivlin()
NUCLEUS = MooneyRivlin(0.12, 0.03, 0.499)
