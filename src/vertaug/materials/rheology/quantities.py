# SPDX-License-Identifier: BSD-3-Clause
"""Numbers of a product file: value, unit, source and status, each checked with the field it stands in."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args

from vertaug.errors import InputError
from vertaug.materials.card import Mark, Parameter

__all__ = ["UNITS", "Quantity", "numbers", "quantity", "refuse", "row", "table", "text_of"]

GAS = 8.314462618
UNITS: dict[str, dict[str, float]] = {
    "MPa*s": {"Pa*s": 1e-6, "kPa*s": 1e-3, "MPa*s": 1.0, "mPa*s": 1e-9},
    "MPa*s^n": {"Pa*s^n": 1e-6, "kPa*s^n": 1e-3, "MPa*s^n": 1.0},
    "MPa": {"Pa": 1e-6, "kPa": 1e-3, "MPa": 1.0},
    "s": {"s": 1.0, "min": 60.0},
    "1/s": {"1/s": 1.0},
    "1": {"1": 1.0},
    "activation": {"K": 1.0, "kJ/mol": 1e3 / GAS, "J/mol": 1.0 / GAS},
    "temperature": {"K": 1.0, "degC": 1.0},
    "K": {"K": 1.0},
    "1/K": {"1/K": 1.0},
    "J/mol": {"J/mol": 1.0, "kJ/mol": 1e3},
    "mJ/mm^3": {"mJ/mm^3": 1.0, "J/cm^3": 1.0, "J/mL": 1.0, "MJ/m^3": 1.0},
    "t": {"g": 1e-6, "kg": 1e-3},
    "t/mm^3": {"kg/m^3": 1e-12, "g/cm^3": 1e-9},
    "mm^2/(s^2*K)": {"J/(kg*K)": 1e6, "J/(g*K)": 1e9},
    "mW/(mm*K)": {"W/(m*K)": 1.0},
}
"""Units that a number may be given in, by the internal one, and their size."""


QUANTITY = ("value", "unit", "source", "status", "range")


def refuse(where: str, field: str, found: str, expected: str, fix: str, number: int) -> InputError:
    """Error of a product file."""
    return InputError(where, field, found, expected, fix, f"E-PRODUCT-{number:03d}")


def table(where: str, field: str, found: object, known: Iterable[str]) -> dict[str, Any]:
    """A table with no keys but the known ones."""
    names = list(known)
    listed = ", ".join(names)
    if not isinstance(found, dict):
        raise refuse(where, field, repr(found), "a table", f"give {listed}", 3)
    for key in found:
        if key not in names:
            near = get_close_matches(key, names, 1)
            fix = f'did you mean "{near[0]}"?' if near else "remove it"
            dotted = f"{field}.{key}" if field else key
            raise refuse(where, dotted, "an unknown key", f"one of {listed}", fix, 2)
    return found


def text_of(where: str, field: str, found: object, choices: tuple[str, ...] = ()) -> str:
    """A text that is not empty, or one of some."""
    expected = "one of " + ", ".join(choices) if choices else "a text"
    if not isinstance(found, str) or not found.strip() or (choices and found not in choices):
        shown = "nothing" if found is None else repr(found)
        raise refuse(where, field, shown, expected, f"give {field}", 4)
    return found


def numbers(where: str, field: str, found: Any, count: int | None) -> tuple[float, ...]:
    """Finite numbers: one, or a list of `count`."""
    items = found if isinstance(found, list) else [found]
    plain = all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in items)
    if not items or not plain or not all(math.isfinite(item) for item in items):
        shown = "nothing" if found is None else repr(found)
        raise refuse(where, field, shown, "a finite number, or a list", f"give {field}", 5)
    if isinstance(found, list) and count is not None and len(items) != count:
        expected = f"{count} numbers, one for each of ages" if count else "one number"
        fix = "give as many values as ages" if count else "give ages, or one number"
        raise refuse(where, field, f"{len(items)} numbers", expected, fix, 6)
    return tuple(float(item) for item in items)


@dataclass(frozen=True)
class Quantity:
    """Numbers of a file in internal units, with what stands beside them."""

    values: tuple[float, ...]
    range: tuple[float, ...]
    source: str
    status: Mark


def quantity(where: str, field: str, found: object, kind: str, count: int) -> Quantity:
    """One number, or one for each age, with unit, source and status."""
    entry = table(where, field, found, QUANTITY)
    units = UNITS[kind]
    unit = text_of(where, f"{field}.unit", entry.get("unit"), tuple(units))
    shift = 273.15 if unit == "degC" else 0.0
    values = numbers(where, f"{field}.value", entry.get("value"), count)
    limits: tuple[float, ...] = ()
    if "range" in entry:
        limits = numbers(where, f"{field}.range", entry["range"], None)
        if len(limits) != 2 or not limits[0] < limits[1]:
            expected = "two numbers, the lower first"
            raise refuse(where, f"{field}.range", repr(entry["range"]), expected, "correct it", 5)
        if not all(limits[0] <= value <= limits[1] for value in values):
            shown = f"{list(values)} outside {list(limits)}"
            raise refuse(where, field, shown, "values in their range", "correct one of them", 5)
    status: Any = text_of(where, f"{field}.status", entry.get("status"), get_args(Mark))
    source = text_of(where, f"{field}.source", entry.get("source"))
    size = units[unit]
    return Quantity(
        tuple(value * size + shift for value in values),
        tuple(value * size + shift for value in limits), source, status,
    )  # fmt: skip


def row(symbol: str, unit: str, meaning: str, item: Quantity) -> Parameter:
    """Row of a report for one number."""
    low, high = item.range or (item.values[0], item.values[0])
    return Parameter(symbol, item.values[0], unit, low, high, meaning, item.source, item.status)
