# SPDX-License-Identifier: BSD-3-Clause
"""Height of intervertebral discs by level.

Heights of lumbar discs grow with age (regressions in a generator of lumbar models after Kunkel, Taylor and Tibbetts,
men and women apart); here those of both at 70 years, averaged. Above T12 discs are 4 to 6 mm high (recalled).
"""

from __future__ import annotations

from typing import Literal

from vertaug.materials.card import Parameter

__all__ = ["CARD", "LEVELS", "REGRESSED", "disc_height", "disc_heights"]

LEVELS = (*(f"T{n}" for n in range(1, 13)), *(f"L{n}" for n in range(1, 6)), "S1")
_AGE = 70.0
_SOURCE = "regressions with age of a generator of lumbar models (Kunkel 2010 and others)"
_REGRESSIONS = {
    "T12": (5.19, 0.04903, 4.33, 0.04903),
    "L1": (6.80, 0.06201, 6.27, 0.0484),
    "L2": (8.32, 0.06687, 8.17, 0.04771),
    "L3": (11.05, 0.05455, 9.85, 0.04982),
    "L4": (10.76, 0.06952, 10.51, 0.05052),
    "L5": (9.73, 0.0863, 9.26, 0.0817),
}
"""Disc below a level: height at birth, mm, and its growth, mm a year, of men and of women."""
REGRESSED = tuple(_REGRESSIONS)


def _lumbar(level: str, age: float = _AGE, sex: Literal["male", "female"] | None = None) -> float:
    """Height at an ``age`` in years, mm; the mean of men and women where the ``sex`` is not known."""
    men, grows, women, rises = _REGRESSIONS[level]
    of = {"male": men + age * grows, "female": women + age * rises}
    return of[sex] if sex else 0.5 * (of["male"] + of["female"])


CARD = (
    Parameter("h_thoracic", 5.0, "mm", 3.0, 7.0, "height of discs above T12", "anatomy", "recalled"),
    *(
        Parameter(
            f"h_{level}", round(_lumbar(level), 2), "mm", 4.0, 18.0,
            f"height of the disc below {level}", _SOURCE, "found",
        )
        for level in _REGRESSIONS
    ),
)  # fmt: skip


def disc_heights(level: str) -> tuple[float, float]:
    """Heights, mm, of the discs above and below a vertebra such as ``L1``; those of L1 for an unknown name."""
    known = {parameter.symbol.removeprefix("h_"): parameter.value for parameter in CARD}
    name = level if level in LEVELS else "L1"
    above = LEVELS[max(LEVELS.index(name) - 1, 0)]
    return known.get(above, known["thoracic"]), known.get(name, known["thoracic"])


def disc_height(
    above: str, age: float = _AGE, sex: Literal["male", "female"] | None = None
) -> float:
    """Height, mm, of the disc below the level ``above``; nothing tells age and sex of thoracic ones."""
    return _lumbar(above, age, sex) if above in _REGRESSIONS else CARD[0].value
