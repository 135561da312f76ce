# SPDX-License-Identifier: BSD-3-Clause
"""Carreau-Yasuda law: mu = mu_inf + (mu_0 - mu_inf) [1 + (lambda g)^a]^((n - 1) / a).

Carreau (1972), Trans Soc Rheol 16:99, a = 2; Yasuda, Armstrong, Cohen (1981), Rheol Acta 20:163, any a. A plateau at
low rates, a power law beyond 1 / lambda, a second plateau at the floor.

Example: mu_0 = 200 Pa s, floor 0, lambda = 0.1 s, a = 2, n = 0.5 gives 168.2 Pa s at 10 1/s.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from vertaug.materials.card import Parameter
from vertaug.materials.rows import require, require_positive
from vertaug_kernels import rheology

__all__ = ["CARD", "CarreauYasuda"]

_ORDER = "order of vertebroplasty cements, no fit was read"

CARD = (
    Parameter("mu_0", 3e-4, "MPa*s", 5e-6, 1e-2, "viscosity at rest", _ORDER, "recalled"),
    Parameter("n", 0.5, "1", 0.2, 1.0, "index of the power law between the plateaus", _ORDER, "recalled"),
    Parameter("lambda", 0.2, "s", 1e-3, 10.0, "one over the rate at which thinning begins", _ORDER, "assumed"),
    Parameter("a", 2.0, "1", 0.5, 4.0, "how sharply it begins", "Carreau 1972", "found"),
    Parameter("mu_inf/mu_0", 0.0, "1", 0.0, 0.1, "floor over viscosity at rest", "no floor is known", "assumed"),
)  # fmt: skip


@dataclass(frozen=True)
class CarreauYasuda:
    """Constants of the Carreau-Yasuda law."""

    code: ClassVar[int] = rheology.CARREAU_YASUDA
    at_rest: float = CARD[0].value
    index: float = CARD[1].value
    time: float = CARD[2].value
    transition: float = CARD[3].value
    floor: float = CARD[4].value

    def columns(self) -> dict[str, float]:
        """Columns of the kernels' table."""
        law = "carreau_yasuda"
        require_positive(law, at_rest=self.at_rest, time=self.time, transition=self.transition)
        require(law, "index", self.index, 0.05 <= self.index <= 1.0, "0.05 to 1")
        require(law, "floor", self.floor, 0.0 <= self.floor < 1.0, "0 to below 1")
        return {
            "scale": self.at_rest, "index": self.index, "log_time": math.log(self.time),
            "transition": self.transition, "floor": self.floor,
        }  # fmt: skip
