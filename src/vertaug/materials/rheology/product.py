# SPDX-License-Identifier: BSD-3-Clause
"""Cement products as TOML files: a law of rheology, its constants, and where each number comes from.

========================== =======================================================================================
key                        meaning
========================== =======================================================================================
``name``, ``source``       of the product; where its numbers come from as a whole
``status``                 ``calibrated`` where a measured curve stands behind it, else ``uncalibrated``: results
                           then carry a warning
``law``                    a name in `registry.RHEOLOGY`
``ages``                   equivalent ages, s, of constants that are lists; left out where none is
``[constants]``            the law's constants by the names of its builder, each
                           ``{value, unit, source, status, range}``; ``range`` may be left out
``[ageing]``               may be left out, like each key in it: ``tau`` and ``known_at`` (exponential growth from
                           the constants, known at that age), ``activation`` and ``reference`` (equivalent age
                           from temperature), ``warmth`` (how heat thins), ``cap`` (highest viscosity), ``cure``
                           (degree of cure at the ages, for a law that follows it; by default that of
                           `stanczyk_2004` at the reference temperature)
========================== =======================================================================================

The status of a number is ``found``, ``recalled``, ``derived``, ``assumed`` or ``calibrated``.
"""

from __future__ import annotations

import dataclasses
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal, get_args

from vertaug.errors import InputError
from vertaug.materials.card import Mark, Parameter
from vertaug.materials.cure import stanczyk_2004
from vertaug.materials.rheology import nicholas_2007
from vertaug.materials.rheology.flow_curve import FlowCurve, Law, Warmth, ageing, of_ages
from vertaug.materials.rheology.registry import RHEOLOGY
from vertaug.materials.rheology.setting import cure_with_age

__all__ = ["Product", "load_product", "read_product"]

_GAS = 8.314462618
_UNITS: dict[str, dict[str, float]] = {
    "MPa*s": {"Pa*s": 1e-6, "kPa*s": 1e-3, "MPa*s": 1.0, "mPa*s": 1e-9},
    "MPa*s^n": {"Pa*s^n": 1e-6, "kPa*s^n": 1e-3, "MPa*s^n": 1.0},
    "MPa": {"Pa": 1e-6, "kPa": 1e-3, "MPa": 1.0},
    "s": {"s": 1.0, "min": 60.0},
    "1/s": {"1/s": 1.0},
    "1": {"1": 1.0},
    "activation": {"K": 1.0, "kJ/mol": 1e3 / _GAS, "J/mol": 1.0 / _GAS},
    "temperature": {"K": 1.0, "degC": 1.0},
    "K": {"K": 1.0},
}
"""Units that a number may be given in, by the internal one, and their size."""

_AGEING = {
    "tau": "s", "known_at": "s", "activation": "activation", "reference": "temperature",
    "warmth": "activation", "cap": "MPa*s", "cure": "1",
}  # fmt: skip
_TOP = ("name", "status", "source", "law", "ages", "constants", "ageing")
_QUANTITY = ("value", "unit", "source", "status", "range")


@dataclass(frozen=True)
class Product:
    """A cement: `curve` for the solver, `card` for reports; `status` decides whether results warn."""

    name: str
    status: Literal["calibrated", "uncalibrated"]
    source: str
    law: str
    curve: FlowCurve
    card: tuple[Parameter, ...]


def _error(where: str, field: str, found: str, expected: str, fix: str, number: int) -> InputError:
    return InputError(where, field, found, expected, fix, f"E-PRODUCT-{number:03d}")


def _table(where: str, field: str, found: object, known: Iterable[str]) -> dict[str, Any]:
    """A table with no keys but the known ones."""
    names = list(known)
    listed = ", ".join(names)
    if not isinstance(found, dict):
        raise _error(where, field, repr(found), "a table", f"give {listed}", 3)
    for key in found:
        if key not in names:
            near = get_close_matches(key, names, 1)
            fix = f'did you mean "{near[0]}"?' if near else "remove it"
            dotted = f"{field}.{key}" if field else key
            raise _error(where, dotted, "an unknown key", f"one of {listed}", fix, 2)
    return found


def _text(where: str, field: str, found: object, choices: tuple[str, ...] = ()) -> str:
    """A text that is not empty, or one of some."""
    expected = "one of " + ", ".join(choices) if choices else "a text"
    if not isinstance(found, str) or not found.strip() or (choices and found not in choices):
        shown = "nothing" if found is None else repr(found)
        raise _error(where, field, shown, expected, f"give {field}", 4)
    return found


def _numbers(where: str, field: str, found: Any, count: int | None) -> tuple[float, ...]:
    """Finite numbers: one, or a list of `count`."""
    items = found if isinstance(found, list) else [found]
    plain = all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in items)
    if not items or not plain or not all(math.isfinite(item) for item in items):
        shown = "nothing" if found is None else repr(found)
        raise _error(where, field, shown, "a finite number, or a list", f"give {field}", 5)
    if isinstance(found, list) and count is not None and len(items) != count:
        expected = f"{count} numbers, one for each of ages" if count else "one number"
        fix = "give as many values as ages" if count else "give ages, or one number"
        raise _error(where, field, f"{len(items)} numbers", expected, fix, 6)
    return tuple(float(item) for item in items)


@dataclass(frozen=True)
class _Quantity:
    """Numbers of a file in internal units, with what stands beside them."""

    values: tuple[float, ...]
    range: tuple[float, ...]
    source: str
    status: Mark


def _quantity(where: str, field: str, found: object, kind: str, count: int) -> _Quantity:
    """One number, or one for each age, with unit, source and status."""
    table = _table(where, field, found, _QUANTITY)
    units = _UNITS[kind]
    unit = _text(where, f"{field}.unit", table.get("unit"), tuple(units))
    shift = 273.15 if unit == "degC" else 0.0
    values = _numbers(where, f"{field}.value", table.get("value"), count)
    limits: tuple[float, ...] = ()
    if "range" in table:
        limits = _numbers(where, f"{field}.range", table["range"], None)
        if len(limits) != 2 or not limits[0] < limits[1]:
            expected = "two numbers, the lower first"
            raise _error(where, f"{field}.range", repr(table["range"]), expected, "correct it", 5)
        if not all(limits[0] <= value <= limits[1] for value in values):
            shown = f"{list(values)} outside {list(limits)}"
            raise _error(where, field, shown, "values in their range", "correct one of them", 5)
    status: Any = _text(where, f"{field}.status", table.get("status"), get_args(Mark))
    source = _text(where, f"{field}.source", table.get("source"))
    size = units[unit]
    return _Quantity(
        tuple(value * size + shift for value in values),
        tuple(value * size + shift for value in limits), source, status,
    )  # fmt: skip


def _constants(
    where: str, data: Mapping[str, Any], ages: tuple[float, ...]
) -> dict[str, tuple[_Quantity, Parameter]]:
    """Constants of the law by the builder's names, each with its entry in the law's card."""
    law = RHEOLOGY[data["law"]]
    cards = dict(
        zip((f.name for f in dataclasses.fields(law.builder)), law.card, strict=True)  # type: ignore[arg-type]
    )
    given = _table(where, "constants", data.get("constants", {}), cards)
    found = {}
    for name, card in cards.items():
        field = f"constants.{name}"
        if name in given:
            found[name] = (_quantity(where, field, given[name], card.unit, len(ages)), card)
        elif name not in law.numerical:
            expected = (
                f"{card.meaning}, such as {{ value = ..., unit = ..., source = ..., status = ... }}"
            )
            raise _error(where, field, "nothing", expected, f"add {field}", 7)
    return found


def _refuse_claims(where: str, status: str, quantities: Mapping[str, _Quantity]) -> None:
    """Refuse a product that is called calibrated and rests on numbers that nobody has measured."""
    if status != "calibrated":
        return
    for name, item in quantities.items():
        if item.status in ("recalled", "assumed"):
            raise _error(
                where, "status", f'"calibrated", but {name} is {item.status}',
                "a status that every number bears out", 'write status = "uncalibrated"', 8,
            )  # fmt: skip


def _curve(
    where: str,
    data: Mapping[str, Any],
    ages: tuple[float, ...],
    constants: Mapping[str, tuple[_Quantity, Parameter]],
    grown: Mapping[str, _Quantity],
) -> FlowCurve:
    """The flow curve of checked numbers; what the law refuses is told with the file's field."""

    def value(name: str, default: float) -> float:
        return grown[name].values[0] if name in grown else default

    def law(n: int) -> Law:
        chosen = {
            name: item.values[n if len(item.values) > 1 else 0]
            for name, (item, _) in constants.items()
        }
        return RHEOLOGY[data["law"]].builder(**chosen)

    reference = value("reference", nicholas_2007.REFERENCE)
    cap = value("cap", nicholas_2007.CURED)
    warmth = Warmth(value("warmth", 0.0), reference)
    measured = data["status"] == "calibrated"
    try:
        if "tau" in grown:
            curve = ageing(
                law(0), value("tau", math.inf), known_at=value("known_at", 300.0), cap=cap,
                warmth=warmth, calibrated=measured,
            )  # fmt: skip
        else:
            pairs = [(age, law(n)) for n, age in enumerate(ages or (0.0,))]
            curve = of_ages(pairs, cap=cap, warmth=warmth, calibrated=measured)
    except InputError as error:
        name = error.field.rpartition(".")[2]
        part = "constants" if name in constants else "ageing" if name in _AGEING else ""
        field = f"{part}.{name}" if part else name
        raise dataclasses.replace(error, where=where, field=field, code="E-PRODUCT-009") from error
    follows = curve.depends_on_cure and "cure" not in grown
    activation = value(
        "activation", stanczyk_2004.ACTIVATION if follows else nicholas_2007.ACTIVATION
    )
    return dataclasses.replace(
        curve, activation=activation, reference=reference,
        cures=_cures(where, curve, ages, grown.get("cure"), reference),
    )  # fmt: skip


def _cures(
    where: str,
    curve: FlowCurve,
    ages: tuple[float, ...],
    given: _Quantity | None,
    reference: float,
) -> tuple[tuple[float, float], ...]:
    """Degree of cure against age: the file's, or the default of a law that follows it."""
    if given is None:
        return cure_with_age(stanczyk_2004.kinetics(), reference) if curve.depends_on_cure else ()
    degrees = given.values if len(given.values) > 1 else given.values * max(len(ages), 1)
    rising = all(a <= b for a, b in pairwise(degrees))
    if not curve.depends_on_cure or not rising or degrees[0] < 0.0 or degrees[-1] > 1.0:
        found = f"{list(degrees)} with a law that {'follows' if curve.depends_on_cure else 'ignores'} cure"
        expected = "degrees from 0 to 1 that do not fall, with castro_macosko"
        raise _error(where, "ageing.cure", found, expected, "correct or remove it", 5)
    return tuple(zip(ages or (0.0,), degrees, strict=True))


def _card(
    ages: tuple[float, ...],
    constants: Mapping[str, tuple[_Quantity, Parameter]],
    grown: Mapping[str, _Quantity],
) -> tuple[Parameter, ...]:
    """Rows for reports, one for each number of the file."""
    rows = []
    for item, card in constants.values():
        for n, number in enumerate(item.values):
            symbol = card.symbol if len(item.values) == 1 else f"{card.symbol} at {ages[n]:g} s"
            low, high = item.range or (number, number)
            rows.append(
                Parameter(symbol, number, card.unit, low, high, card.meaning, item.source, item.status)
            )  # fmt: skip
    for name, item in grown.items():
        unit = "K" if _AGEING[name] in ("activation", "temperature") else _AGEING[name]
        for n, number in enumerate(item.values):
            symbol = name if len(item.values) == 1 else f"{name} at {ages[n]:g} s"
            low, high = item.range or (number, number)
            rows.append(
                Parameter(symbol, number, unit, low, high, "ageing of the cement", item.source, item.status)
            )  # fmt: skip
    return tuple(rows)


def read_product(text: str, where: str) -> Product:
    """Product of a TOML text; `where` names the file in messages.

    Raises
    ------
    InputError
        No TOML, an unknown or missing key, a wrong unit, numbers that the law refuses, a status of
        ``calibrated`` that rests on a number nobody has measured.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _error(where, "product", str(error), "TOML", "correct this line", 1) from error
    _table(where, "", data, _TOP)
    name = _text(where, "name", data.get("name"))
    source = _text(where, "source", data.get("source"))
    status: Any = _text(where, "status", data.get("status"), ("calibrated", "uncalibrated"))
    law = _text(where, "law", data.get("law"), tuple(RHEOLOGY))
    ages = _numbers(where, "ages", data["ages"], None) if "ages" in data else ()
    constants = _constants(where, data, ages)
    entries = _table(where, "ageing", data.get("ageing", {}), _AGEING)
    grown = {
        key: _quantity(
            where, f"ageing.{key}", item, _AGEING[key], len(ages) if key == "cure" else 0
        )
        for key, item in entries.items()
    }
    if ages and "tau" in grown:
        raise _error(where, "ageing.tau", "beside ages", "ages or tau", "remove one of the two", 10)
    _refuse_claims(where, status, {key: item for key, (item, _) in constants.items()} | grown)
    curve = _curve(where, data, ages, constants, grown)
    assumed = curve.depends_on_cure and "cure" not in grown
    if assumed and status == "calibrated":
        raise _error(
            where, "status", '"calibrated", but the degree of cure is recalled',
            "the degree of cure at the ages", "give ageing.cure, or write \"uncalibrated\"", 8,
        )  # fmt: skip
    card = _card(ages, constants, grown) + (stanczyk_2004.CARD if assumed else ())
    return Product(name, status, source, law, curve, card)


def load_product(path: Path) -> Product:
    """Product in a file; `InputError` where it cannot be read or used."""
    where = str(path)
    if not path.is_file():
        found = "a folder" if path.is_dir() else "no such file"
        raise _error(where, "product", found, "a product in TOML", "correct the path", 1)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise _error(
            where, "product", f"no text: {error.reason}", "UTF-8 text", "save it as UTF-8", 1
        ) from error
    except OSError as error:
        found = error.strerror or str(error)
        raise _error(where, "product", found, "a file that can be read", "correct it", 1) from error
    return read_product(text, where)
