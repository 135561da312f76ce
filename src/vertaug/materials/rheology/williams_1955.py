# SPDX-License-Identifier: BSD-3-Clause
"""Cross-WLF law: mu_0 / (1 + (mu_0 g / tau*)^(1 - n)), mu_0 = D_1 exp(-A_1 (T - T*) / (A_2 + T - T*)).

Cross (1965), J Colloid Sci 20:417, with the shift of Williams, Landel, Ferry (1955), J Am Chem Soc 77:3701: free
volume makes a melt thin faster than exp(E / R T) near its glass transition; at T* - A_2 it stands. Form and letters
are those of mould filling. Natural logarithms: the universal 17.44 and 51.6 K of the paper's
decimal ones about the glass transition are A_1 = 40.2 and A_2 = 51.6 K with T* there. Ageing and cure thicken D_1.

Example: D_1 = 200 Pa s at T* = 23 degC, A_1 = 8, A_2 = 120 K: at rest 86.7 Pa s at 37 degC.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from vertaug.materials.card import Parameter
from vertaug.materials.rows import require, require_positive
from vertaug_kernels import rheology

__all__ = ["CARD", "CrossWLF"]

_ORDER = "order of vertebroplasty cements, no fit was read"
_SHIFT = "order of dough well above its glass transition, no fit was read"

CARD = (
    Parameter("D_1", 3e-4, "MPa*s", 5e-6, 1e-2, "viscosity at rest at T*", _ORDER, "recalled"),
    Parameter("n", 0.5, "1", 0.2, 0.9, "index of the power law at high rates", _ORDER, "recalled"),
    Parameter("tau*", 3e-3, "MPa", 1e-5, 0.1, "mu_0 g where it has thinned to half", _ORDER, "assumed"),
    Parameter("A_1", 8.0, "1", 2.0, 45.0, "how strongly heat thins", _SHIFT, "assumed"),
    Parameter("A_2", 120.0, "K", 50.0, 300.0, "T* less the temperature at which it stands", _SHIFT, "assumed"),
    Parameter("T*", 296.15, "K", 290.0, 320.0, "temperature of D_1", "room at mixing", "assumed"),
)  # fmt: skip


@dataclass(frozen=True)
class CrossWLF:
    """Constants of the Cross-WLF law."""

    code: ClassVar[int] = rheology.CROSS_WLF
    at_rest: float = CARD[0].value
    index: float = CARD[1].value
    stress: float = CARD[2].value
    first: float = CARD[3].value
    second: float = CARD[4].value
    standard: float = CARD[5].value

    def columns(self) -> dict[str, float]:
        """Columns of the kernels' table."""
        law = "cross_wlf"
        require_positive(law, at_rest=self.at_rest, stress=self.stress, second=self.second)
        require_positive(law, standard=self.standard)
        require(law, "index", self.index, 0.05 <= self.index < 1.0, "0.05 to below 1")
        require(law, "first", self.first, 0.0 <= self.first < math.inf, "zero or more")
        return {
            "scale": self.at_rest, "index": self.index, "log_stress": math.log(self.stress),
            "first": self.first, "second": self.second, "standard": self.standard,
        }  # fmt: skip
