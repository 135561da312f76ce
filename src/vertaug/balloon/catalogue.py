# SPDX-License-Identifier: BSD-3-Clause
"""Types of balloon by name, each with its card: sizes, rating and free inflation curve."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any, get_args

from vertaug.balloon.wall import BalloonWall
from vertaug.errors import InputError
from vertaug.materials.card import Mark, Parameter
from vertaug.units import LENGTH, PRESSURE, VOLUME, Dimension, QuantityError, quantity

__all__ = ["KEYS", "BalloonType", "catalogue", "design_volume", "read_catalogue"]

KEYS: Mapping[str, tuple[str, Dimension, str]] = {
    "length": ("L", LENGTH, "working length"),
    "greatest_volume": ("V_max", VOLUME, "greatest volume"),
    "pressure_limit": ("p_max", PRESSURE, "pressure rating"),
    "opening_pressure": ("p_o", PRESSURE, "free pressure at which it opens"),
    "plateau_pressure": ("p_p", PRESSURE, "free pressure at which it grows"),
    "design_diameter": ("D", LENGTH, "diameter from which the wall stiffens"),
    "lengthening": ("e", LENGTH, "growth in length at the design diameter"),
    "full_pressure": ("p_f", PRESSURE, "free pressure at the greatest volume"),
}
"""Symbol, dimension and meaning of each parameter of a type."""


def design_volume(length: float, lengthening: float, diameter: float) -> float:
    """Volume (mm³) at which the wall begins to stiffen: a capsule of the design ``diameter``, mm.

    ``length`` mm is that of the deflated balloon, ``lengthening`` mm what it has grown by then.
    """
    return 0.25 * math.pi * diameter**2 * (length + lengthening - diameter / 3.0)


@dataclass(frozen=True)
class BalloonType:
    """One type: its `name`, whether its free curve is `calibrated`, its card, and its `texts` with units by key."""

    name: str
    calibrated: bool
    card: tuple[Parameter, ...]
    texts: Mapping[str, str]

    def value(self, key: str) -> float:
        """Value of one of `KEYS` in internal units."""
        return self.card[list(KEYS).index(key)].value

    def wall(self, rest_area: float) -> BalloonWall:
        """Wall of a balloon whose area is ``rest_area`` mm² when it is deflated."""
        lengths = [self.value(key) for key in ("length", "lengthening", "design_diameter")]
        opening, plateau, full = (
            self.value(f"{key}_pressure") for key in ("opening", "plateau", "full")
        )
        greatest = self.value("greatest_volume")
        return BalloonWall(rest_area, opening, plateau, design_volume(*lengths), greatest, full)

    def changed(self, values: Mapping[str, float]) -> BalloonType:
        """Return the type with some ``values``, internal units, that a plan gives in place of its own."""
        card = tuple(
            parameter
            if values.get(key, parameter.value) == parameter.value
            else replace(parameter, value=values[key], mark="assumed", source="given by the plan")
            for key, parameter in zip(KEYS, self.card, strict=True)
        )
        return replace(self, card=card)

    @property
    def described(self) -> str:
        """One line that tells it from others."""
        text, mark = self.texts, "calibrated" if self.calibrated else "not calibrated"
        return (
            f"{self.name}: {text['length']}, up to {text['greatest_volume']} and "
            f"{text['pressure_limit']}, free at {text['plateau_pressure']}, {mark}"
        )


def _parameter(where: str, name: str, key: str, table: Any) -> Parameter:
    """One parameter of a type's table."""
    symbol, dimension, meaning = KEYS[key]
    try:
        value = quantity(table["value"], dimension)
        low, high = (quantity(text, dimension) for text in table["range"])
        mark, source = str(table["mark"]), str(table["source"])
    except (QuantityError, KeyError, TypeError, ValueError) as error:
        found = f"{type(error).__name__}: {error}"
        expected = "value and range with units, mark and source"
        raise InputError(
            where, f"{name}.{key}", found, expected, "complete it", "E-CAT-001"
        ) from error
    if mark not in get_args(Mark):
        expected = f"one of {', '.join(get_args(Mark))}"
        raise InputError(where, f"{name}.{key}.mark", mark, expected, "correct it", "E-CAT-001")
    if not low <= value <= high:
        found = f"{table['value']}, out of {table['range'][0]} to {table['range'][1]}"
        raise InputError(
            where, f"{name}.{key}", found, "a value in its range", "correct it", "E-CAT-001"
        )
    label = f"{name}: {meaning}"
    return Parameter(symbol, value, dimension.internal, low, high, label, source, mark)  # type: ignore[arg-type]


def read_catalogue(text: str, where: str = "catalogue.toml") -> dict[str, BalloonType]:
    """Return the types in a catalogue's TOML ``text``, by name; ``where`` names it in errors.

    Raises
    ------
    InputError : a type that lacks a parameter, has one too many, or has one that cannot be read
    """
    types = {}
    for name, table in tomllib.loads(text).items():
        given = set(table) - {"calibrated"}
        if given != set(KEYS) or not isinstance(table.get("calibrated"), bool):
            wrong = sorted(given ^ set(KEYS)) or ["calibrated"]
            expected = f"calibrated = true or false, and {', '.join(KEYS)}"
            fix = "add what is missing, remove what is too much"
            raise InputError(where, name, ", ".join(wrong), expected, fix, "E-CAT-001")
        card = tuple(_parameter(where, name, key, table[key]) for key in KEYS)
        texts = {key: str(table[key]["value"]) for key in KEYS}
        types[name] = BalloonType(name, table["calibrated"], card, texts)
    return types


@cache
def catalogue() -> Mapping[str, BalloonType]:
    """Types that come with vertaug, by name."""
    file = resources.files("vertaug.balloon").joinpath("catalogue.toml")
    return read_catalogue(file.read_text(encoding="utf-8"))
