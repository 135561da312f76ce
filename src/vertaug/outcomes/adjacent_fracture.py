# SPDX-License-Identifier: BSD-3-Clause
"""An index for the fracture of a neighbour: load over strength, the factor of risk of Hayes et al. (1991).

Hayes, Piazza and Zysset (1991), Radiol Clin North Am 29:1: a bone is expected to fail where the load on it over the
load it bears reaches 1. The strength of a neighbour is that of the vertebra before its fracture, by the level trend
of a cohort of 141 spines computed from CT (Bonelab, spineFE-benchmark).
"""

from __future__ import annotations

from dataclasses import dataclass

from vertaug.errors import InputError
from vertaug.materials.card import Parameter

__all__ = [
    "BASIS",
    "CARD",
    "LEVELS",
    "FactorOfRisk",
    "factor_of_risk",
    "neighbour_strength",
    "neighbours_of",
]

_TREND = {
    "T4": -44.9, "T5": -33.8, "T6": -24.5, "T7": -15.4, "T8": -6.9, "T9": -2.1, "T10": -2.1, "T11": 6.2, "T12": 2.2,
    "L1": 0.0, "L2": 8.5, "L3": 13.7, "L4": 17.6, "L5": 22.5,
}  # fmt: skip
LEVELS = tuple(_TREND)
"""Levels with a known strength, from above."""

CARD = tuple(
    Parameter(f"s_{level}", value, "%", -60.0, 40.0, f"strength of {level} over that of L1, less 100 %",
              "Bonelab, spineFE-benchmark, level table of a cohort of 141", "found")
    for level, value in _TREND.items()
)  # fmt: skip

BASIS = (
    "Load over strength of a neighbour, the factor of risk of Hayes, Piazza and Zysset (1991), Radiol Clin North Am "
    "29:1: failure is expected where it reaches 1. Load: that of bending forwards (1175 N, less above L1), raised as "
    "the upper body shifts forwards. Strength: that of this vertebra before its fracture, by the level trend of a "
    "cohort. It is a ratio, not a probability; the neighbours' own bone, stress from cement and healing are not in "
    "it."
)
"""What the index rests on, for the reader."""


@dataclass(frozen=True)
class FactorOfRisk:
    """Load and strength, N, of one neighbour."""

    level: str
    load: float
    strength: float

    @property
    def value(self) -> float:
        """Load over strength; failure is expected from 1 on."""
        return self.load / self.strength


def neighbours_of(level: str) -> tuple[str, ...]:
    """Levels above and below ``level`` whose strength is known; none where its own is not."""
    if level not in LEVELS:
        return ()
    place = LEVELS.index(level)
    return tuple(LEVELS[i] for i in (place - 1, place + 1) if 0 <= i < len(LEVELS))


def neighbour_strength(strength: float, level: str, neighbour: str) -> float:
    """Strength (N) of ``neighbour`` in a spine whose ``level`` has ``strength`` N.

    Raises
    ------
    InputError : a level is not in the table
    """
    for name in (level, neighbour):
        if name not in _TREND:
            raise InputError(
                "adjacent fracture", "level", name, f"one of {', '.join(LEVELS)}", "leave the index out",
                "E-OUTCOME-002",
            )  # fmt: skip
    return strength * (100.0 + _TREND[neighbour]) / (100.0 + _TREND[level])


def factor_of_risk(load: float, strength: float, level: str, neighbour: str) -> FactorOfRisk:
    """Index of ``neighbour`` under ``load`` N, where ``level`` had ``strength`` N before it broke.

    Raises
    ------
    InputError : a level is not in the table, or there is no strength
    """
    if not strength > 0.0:
        raise InputError(
            "adjacent fracture", "strength", f"{strength:g} N", "above 0 N", "load the intact vertebra to_failure",
            "E-OUTCOME-003",
        )  # fmt: skip
    return FactorOfRisk(neighbour, load, neighbour_strength(strength, level, neighbour))
