# SPDX-License-Identifier: BSD-3-Clause
"""Bingham law, regularised: stress = mu g + tau_y (1 - exp(-m g)).

Bingham (1922), Fluidity and Plasticity; regularised after Papanastasiou (1987), J Rheol 31:385: the
Herschel-Bulkley law of index 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from vertaug.materials.card import Parameter
from vertaug.materials.rheology import christopher_middleman_1965 as bed
from vertaug.materials.rheology.herschel_bulkley_1926 import yield_columns
from vertaug_kernels import rheology

__all__ = ["CARD", "Bingham"]

CARD = (
    Parameter("mu", 1e-4, "MPa*s", 5e-6, 3e-3, "viscosity while it flows", "order of pastes", "recalled"),
    Parameter("tau_y", 1e-4, "MPa", 0.0, 1e-3, "yield stress", "calcium phosphate pastes: 50 to 500 Pa", "recalled"),
    Parameter("m", 100.0, "s", 10.0, 1e4, "sharpness of the yield", "numerical choice", "assumed"),
)  # fmt: skip


@dataclass(frozen=True)
class Bingham:
    """Constants of the Bingham law; viscosity and yield stress age together."""

    code: ClassVar[int] = rheology.HERSCHEL_BULKLEY
    viscosity: float = CARD[0].value
    yield_stress: float = CARD[1].value
    sharpness: float = CARD[2].value

    def columns(self) -> dict[str, float]:
        """Columns of the kernels' table."""
        return yield_columns(
            "bingham",
            self.viscosity,
            1.0,
            self.yield_stress,
            self.sharpness,
            bed.LOWEST,
            bed.HIGHEST,
        )
