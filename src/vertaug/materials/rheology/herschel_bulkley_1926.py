# SPDX-License-Identifier: BSD-3-Clause
"""Herschel-Bulkley law, regularised: stress = K g^n + tau_y (1 - exp(-m g)).

Herschel, Bulkley (1926), Kolloid-Z 39:291; the exponential of Papanastasiou (1987), J Rheol 31:385 lets the stress
rise to the yield stress over rates of 1 / m: what stands still creeps with the viscosity m tau_y, at most the cap.
For calcium phosphate pastes and late acrylic dough.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from vertaug.materials.card import Parameter
from vertaug.materials.rheology import christopher_middleman_1965 as bed
from vertaug.materials.rows import require, require_positive
from vertaug_kernels import rheology

__all__ = ["CARD", "HerschelBulkley", "yield_columns"]

_PASTE = "calcium phosphate pastes: 50 to 500 Pa"

CARD = (
    Parameter("K", 2e-4, "MPa*s^n", 5e-6, 3e-3, "consistency", "order of pastes", "recalled"),
    Parameter("n", 0.6, "1", 0.3, 1.0, "index", "order of pastes", "recalled"),
    Parameter("tau_y", 1e-4, "MPa", 0.0, 1e-3, "yield stress", _PASTE, "recalled"),
    Parameter("m", 100.0, "s", 10.0, 1e4, "sharpness of the yield", "numerical choice", "assumed"),
    Parameter("g_min", bed.LOWEST, "1/s", 1e-3, 1e-1, "lowest rate of the power law", "range of use", "assumed"),
    Parameter("g_max", bed.HIGHEST, "1/s", 1e2, 1e4, "highest rate of the power law", "range of use", "assumed"),
)  # fmt: skip


def yield_columns(
    law: str,
    consistency: float,
    index: float,
    yield_stress: float,
    sharpness: float,
    lowest: float,
    highest: float,
) -> dict[str, float]:
    """Columns of the kernels' table for a law with a yield stress."""
    require_positive(law, consistency=consistency, sharpness=sharpness, lowest=lowest)
    require(law, "index", index, 0.05 <= index <= 2.0, "0.05 to 2")
    require(law, "yield_stress", yield_stress, yield_stress >= 0.0, "0 MPa or more")
    require(law, "highest", highest, highest > lowest, "a rate above the lowest")
    return {
        "scale": consistency, "index": index, "lowest": lowest, "highest": highest,
        "yield_over_scale": yield_stress / consistency, "sharpness": sharpness,
    }  # fmt: skip


@dataclass(frozen=True)
class HerschelBulkley:
    """Constants of the Herschel-Bulkley law; consistency and yield stress age together."""

    code: ClassVar[int] = rheology.HERSCHEL_BULKLEY
    consistency: float = CARD[0].value
    index: float = CARD[1].value
    yield_stress: float = CARD[2].value
    sharpness: float = CARD[3].value
    lowest: float = CARD[4].value
    highest: float = CARD[5].value

    def columns(self) -> dict[str, float]:
        """Columns of the kernels' table."""
        return yield_columns(
            "herschel_bulkley", self.consistency, self.index, self.yield_stress, self.sharpness,
            self.lowest, self.highest,
        )  # fmt: skip
