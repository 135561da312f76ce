# SPDX-License-Identifier: BSD-3-Clause
"""Density, specific heat and conductivity of cement, bone tissue, marrow, soft tissue and a cannula's steel.

Ranges of textbooks and of the literature on cemented joints. Bone tissue is the solid of trabeculae and cortex;
porous bone is mixed from it and what fills its pores (`vertaug.materials.thermal.mixing`).
"""

from __future__ import annotations

from dataclasses import dataclass

from vertaug.materials.card import Mark, Parameter

__all__ = [
    "BONE",
    "CARD",
    "CEMENT",
    "CEMENT_CARD",
    "MARROW",
    "SOFT_TISSUE",
    "STEEL",
    "ThermalTissue",
]

_RANGE = "range of the literature"


def _rows(
    letter: str, what: str, density: tuple[float, float, float], heat: tuple[float, float, float],
    conductivity: tuple[float, float, float],
) -> tuple[Parameter, ...]:  # fmt: skip
    """Three rows from (low, value, high) in kg/m³, J/(kg K) and W/(m K)."""
    mark: Mark = "recalled"
    rows = (
        ("rho", "t/mm^3", 1e-12, density, "density"),
        ("c", "mm^2/(s^2*K)", 1e6, heat, "specific heat"),
        ("lambda", "mW/(mm*K)", 1.0, conductivity, "conductivity"),
    )
    return tuple(
        Parameter(f"{symbol}_{letter}", scale * v[1], unit, scale * v[0], scale * v[2], f"{name} of {what}", _RANGE,
                  mark)
        for symbol, unit, scale, v, name in rows
    )  # fmt: skip


@dataclass(frozen=True)
class ThermalTissue:
    """`capacity` heat per volume, mJ/(mm³ K); `conductivity` mW/(mm K)."""

    capacity: float
    conductivity: float


_CARDS = {
    "cement": _rows("c", "acrylic cement", (1100.0, 1180.0, 1300.0), (1250.0, 1460.0, 1700.0), (0.17, 0.19, 0.21)),
    "bone": _rows("b", "bone tissue", (1850.0, 1900.0, 2000.0), (1260.0, 1280.0, 1300.0), (0.32, 0.45, 0.58)),
    "marrow": _rows("m", "marrow", (900.0, 930.0, 1060.0), (2300.0, 2500.0, 3600.0), (0.18, 0.20, 0.50)),
    "soft": _rows("s", "soft tissue", (1000.0, 1050.0, 1100.0), (3300.0, 3600.0, 3900.0), (0.40, 0.50, 0.60)),
    "steel": _rows("st", "stainless steel", (7900.0, 8000.0, 8100.0), (470.0, 500.0, 510.0), (14.0, 15.0, 17.0)),
}  # fmt: skip
CEMENT_CARD = _CARDS["cement"]
CARD = tuple(row for rows in _CARDS.values() for row in rows)


def _tissue(name: str) -> ThermalTissue:
    density, heat, conductivity = (row.value for row in _CARDS[name])
    return ThermalTissue(density * heat, conductivity)


CEMENT, BONE, MARROW, SOFT_TISSUE, STEEL = (
    _tissue(name) for name in ("cement", "bone", "marrow", "soft", "steel")
)
