# SPDX-License-Identifier: BSD-3-Clause
"""Power law: stress = K g^n, the rate held within its range of use.

Ostwald (1925), Kolloid-Z 36:99; de Waele (1923), Oil Color Chem Assoc J 6:33. Krause, Miller, Ng (1982), J Biomed
Mater Res 16:219 gave the first tables for bone cements. The index falls as cement ages, from 0.9 to 1 when fresh to
0.3 to 0.5 as dough: give its constants at several ages.

Example: K = 200 Pa s^0.6 gives 200 Pa s at 1 1/s and 79.6 Pa s at 10 1/s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from vertaug.materials.card import Parameter
from vertaug.materials.rheology import christopher_middleman_1965 as bed
from vertaug.materials.rows import require, require_positive
from vertaug_kernels import rheology

__all__ = ["CARD", "PowerLaw"]

CARD = (
    Parameter("K", 2e-4, "MPa*s^n", 5e-6, 3e-3, "consistency: stress at 1 1/s",
              "order of vertebroplasty cements", "recalled"),
    Parameter("n", 0.75, "1", 0.3, 1.0, "index", "0.9-1 fresh, 0.3-0.5 as dough", "recalled"),
    Parameter("g_min", bed.LOWEST, "1/s", 1e-3, 1e-1, "lowest shear rate", "range of use", "assumed"),
    Parameter("g_max", bed.HIGHEST, "1/s", 1e2, 1e4, "highest shear rate", "range of use", "assumed"),
)  # fmt: skip


@dataclass(frozen=True)
class PowerLaw:
    """Constants of a power law."""

    code: ClassVar[int] = rheology.POWER_LAW
    consistency: float = CARD[0].value
    index: float = CARD[1].value
    lowest: float = CARD[2].value
    highest: float = CARD[3].value

    def columns(self) -> dict[str, float]:
        """Columns of the kernels' table."""
        require_positive("power_law", consistency=self.consistency, lowest=self.lowest)
        require("power_law", "index", self.index, 0.05 <= self.index <= 2.0, "0.05 to 2")
        fits = self.highest > self.lowest
        require("power_law", "highest", self.highest, fits, "a rate above the lowest")
        return {
            "scale": self.consistency, "index": self.index, "lowest": self.lowest,
            "highest": self.highest,
        }  # fmt: skip
