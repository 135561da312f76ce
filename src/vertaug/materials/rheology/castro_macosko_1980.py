# SPDX-License-Identifier: BSD-3-Clause
"""Castro-Macosko law: mu = mu_0 (alpha_g / (alpha_g - alpha))^(C_1 + C_2 alpha), alpha the degree of cure.

Castro, Macosko (1980), SPE ANTEC 26:434; (1982), AIChE J 28:250. The viscosity of the uncured liquid falls with heat
as exp(E / R T): give it as `Warmth`. Beyond the gel point the liquid stands at its cap.

Example: alpha_g = 0.5, C_1 = 1.5, C_2 = 1: at alpha = 0.25 the liquid is 2^1.75 = 3.36 times as thick as uncured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from vertaug.materials.card import Parameter
from vertaug.materials.rows import require, require_positive
from vertaug_kernels import rheology

__all__ = ["CARD", "CastroMacosko"]

_ORDER = "order of reacting resins, no fit to a cement was read"

CARD = (
    Parameter("mu_0", 1e-4, "MPa*s", 5e-6, 3e-3, "uncured viscosity at the reference", _ORDER, "recalled"),
    Parameter("alpha_g", 0.5, "1", 0.1, 0.9, "degree of cure at the gel point", _ORDER, "assumed"),
    Parameter("C_1", 1.5, "1", 0.5, 4.0, "exponent", _ORDER, "assumed"),
    Parameter("C_2", 1.0, "1", -0.5, 5.0, "growth of the exponent with cure", _ORDER, "assumed"),
)  # fmt: skip


@dataclass(frozen=True)
class CastroMacosko:
    """Constants of the Castro-Macosko law."""

    code: ClassVar[int] = rheology.CASTRO_MACOSKO
    uncured: float = CARD[0].value
    gel: float = CARD[1].value
    exponent: float = CARD[2].value
    growth: float = CARD[3].value

    def columns(self) -> dict[str, float]:
        """Columns of the kernels' table."""
        law = "castro_macosko"
        require_positive(law, uncured=self.uncured, exponent=self.exponent)
        require(law, "gel", self.gel, 0.0 < self.gel <= 1.0, "above 0 to 1")
        fits = self.exponent + self.growth * self.gel >= 0.0
        require(law, "growth", self.growth, fits, "an exponent of 0 or more up to the gel point")
        return {
            "scale": self.uncured, "gel": self.gel, "exponent": self.exponent,
            "growth": self.growth,
        }  # fmt: skip
