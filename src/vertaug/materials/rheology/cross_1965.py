# SPDX-License-Identifier: BSD-3-Clause
"""Cross law: mu = mu_0 / (1 + (mu_0 g / tau*)^(1 - n)).

Cross (1965), J Colloid Sci 20:417, in the form of mould filling, with the stress tau* at which thinning begins in
place of a time: as mu_0 grows with age, thinning begins at ever lower rates.

Example: mu_0 = 200 Pa s, tau* = 2 kPa, n = 0.5 gives 100 Pa s at 10 1/s.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from vertaug.materials.card import Parameter
from vertaug.materials.rows import require, require_positive
from vertaug_kernels import rheology

__all__ = ["CARD", "Cross"]

_ORDER = "order of vertebroplasty cements, no fit was read"

CARD = (
    Parameter("mu_0", 3e-4, "MPa*s", 5e-6, 1e-2, "viscosity at rest", _ORDER, "recalled"),
    Parameter("n", 0.5, "1", 0.2, 0.9, "index of the power law at high rates", _ORDER, "recalled"),
    Parameter("tau*", 3e-3, "MPa", 1e-5, 0.1, "mu_0 g where it has thinned to half", _ORDER, "assumed"),
)  # fmt: skip


@dataclass(frozen=True)
class Cross:
    """Constants of the Cross law."""

    code: ClassVar[int] = rheology.CROSS
    at_rest: float = CARD[0].value
    index: float = CARD[1].value
    stress: float = CARD[2].value

    def columns(self) -> dict[str, float]:
        """Columns of the kernels' table."""
        require_positive("cross", at_rest=self.at_rest, stress=self.stress)
        require("cross", "index", self.index, 0.05 <= self.index < 1.0, "0.05 to below 1")
        return {
            "scale": self.at_rest, "index": self.index, "log_stress": math.log(self.stress),
        }  # fmt: skip
