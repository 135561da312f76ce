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
                           `[kinetics]` at the reference temperature)
``[kinetics]``, ``[heat]`` cure and heat, as `vertaug.materials.rheology.reaction` says; may be left out, as may
                           ``[recipe]``
========================== =======================================================================================

The status of a number is ``found``, ``recalled``, ``derived``, ``assumed`` or ``calibrated``.
"""

from __future__ import annotations

import dataclasses
import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from vertaug.errors import InputError
from vertaug.materials.card import Parameter
from vertaug.materials.rheology import nicholas_2007
from vertaug.materials.rheology.flow_curve import FlowCurve, Law, Warmth, ageing, of_ages
from vertaug.materials.rheology.quantities import (
    Quantity,
    numbers,
    quantity,
    refuse,
    table,
    text_of,
)
from vertaug.materials.rheology.reaction import KINETICS, Reaction, read_reaction
from vertaug.materials.rheology.registry import RHEOLOGY
from vertaug.materials.rheology.setting import cure_with_age

__all__ = ["Product", "load_product", "read_product"]

_AGEING = {
    "tau": "s", "known_at": "s", "activation": "activation", "reference": "temperature",
    "warmth": "activation", "cap": "MPa*s", "cure": "1",
}  # fmt: skip
_TOP = (
    "name",
    "status",
    "source",
    "law",
    "ages",
    "constants",
    "ageing",
    "kinetics",
    "heat",
    "recipe",
)


@dataclass(frozen=True)
class Product:
    """A cement: `curve` for the solver, `card` for reports; `status` decides whether results warn.

    `reaction` is how it cures and what heat that gives.
    """

    name: str
    status: Literal["calibrated", "uncalibrated"]
    source: str
    law: str
    curve: FlowCurve
    card: tuple[Parameter, ...]
    reaction: Reaction


def _constants(
    where: str, data: Mapping[str, Any], ages: tuple[float, ...]
) -> dict[str, tuple[Quantity, Parameter]]:
    """Constants of the law by the builder's names, each with its entry in the law's card."""
    law = RHEOLOGY[data["law"]]
    cards = dict(
        zip((f.name for f in dataclasses.fields(law.builder)), law.card, strict=True)  # type: ignore[arg-type]
    )
    given = table(where, "constants", data.get("constants", {}), cards)
    found = {}
    for name, card in cards.items():
        field = f"constants.{name}"
        if name in given:
            found[name] = (quantity(where, field, given[name], card.unit, len(ages)), card)
        elif name not in law.numerical:
            expected = (
                f"{card.meaning}, such as {{ value = ..., unit = ..., source = ..., status = ... }}"
            )
            raise refuse(where, field, "nothing", expected, f"add {field}", 7)
    return found


def _refuse_claims(where: str, status: str, quantities: Mapping[str, Quantity]) -> None:
    """Refuse a product that is called calibrated and rests on numbers that nobody has measured."""
    if status != "calibrated":
        return
    for name, item in quantities.items():
        if item.status in ("recalled", "assumed"):
            raise refuse(
                where, "status", f'"calibrated", but {name} is {item.status}',
                "a status that every number bears out", 'write status = "uncalibrated"', 8,
            )  # fmt: skip


def _curve(
    where: str,
    data: Mapping[str, Any],
    ages: tuple[float, ...],
    constants: Mapping[str, tuple[Quantity, Parameter]],
    grown: Mapping[str, Quantity],
    reaction: Reaction,
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
    activation = value("activation", reaction.activation if follows else nicholas_2007.ACTIVATION)
    return dataclasses.replace(
        curve, activation=activation, reference=reference,
        cures=_cures(where, curve, ages, grown.get("cure"), reference, reaction),
    )  # fmt: skip


def _cures(
    where: str,
    curve: FlowCurve,
    ages: tuple[float, ...],
    given: Quantity | None,
    reference: float,
    reaction: Reaction,
) -> tuple[tuple[float, float], ...]:
    """Degree of cure against age: the file's, or the default of a law that follows it."""
    if given is None:
        return cure_with_age(reaction.kinetics, reference) if curve.depends_on_cure else ()
    degrees = given.values if len(given.values) > 1 else given.values * max(len(ages), 1)
    rising = all(a <= b for a, b in pairwise(degrees))
    if not curve.depends_on_cure or not rising or degrees[0] < 0.0 or degrees[-1] > 1.0:
        found = f"{list(degrees)} with a law that {'follows' if curve.depends_on_cure else 'ignores'} cure"
        expected = "degrees from 0 to 1 that do not fall, with castro_macosko"
        raise refuse(where, "ageing.cure", found, expected, "correct or remove it", 5)
    return tuple(zip(ages or (0.0,), degrees, strict=True))


def _card(
    ages: tuple[float, ...],
    constants: Mapping[str, tuple[Quantity, Parameter]],
    grown: Mapping[str, Quantity],
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
        raise refuse(where, "product", str(error), "TOML", "correct this line", 1) from error
    table(where, "", data, _TOP)
    name = text_of(where, "name", data.get("name"))
    source = text_of(where, "source", data.get("source"))
    status: Any = text_of(where, "status", data.get("status"), ("calibrated", "uncalibrated"))
    law = text_of(where, "law", data.get("law"), tuple(RHEOLOGY))
    ages = numbers(where, "ages", data["ages"], None) if "ages" in data else ()
    constants = _constants(where, data, ages)
    entries = table(where, "ageing", data.get("ageing", {}), _AGEING)
    grown = {
        key: quantity(where, f"ageing.{key}", item, _AGEING[key], len(ages) if key == "cure" else 0)
        for key, item in entries.items()
    }
    if ages and "tau" in grown:
        raise refuse(where, "ageing.tau", "beside ages", "ages or tau", "remove one of the two", 10)
    reaction = read_reaction(where, data)
    known = {key: item for key, (item, _) in constants.items()} | grown
    _refuse_claims(where, status, {**known, **reaction.given})
    curve = _curve(where, data, ages, constants, grown, reaction)
    assumed = curve.depends_on_cure and "cure" not in grown
    told = any(key.startswith("kinetics.") for key in reaction.given)
    if assumed and not told and status == "calibrated":
        raise refuse(
            where, "status", '"calibrated", but the degree of cure is recalled',
            "the degree of cure at the ages", "give ageing.cure, or write \"uncalibrated\"", 8,
        )  # fmt: skip
    card = _card(ages, constants, grown) + reaction.card
    card += KINETICS[reaction.kinetics.name].card if assumed and not told else ()
    return Product(name, status, source, law, curve, card, reaction)


def load_product(path: Path) -> Product:
    """Product in a file; `InputError` where it cannot be read or used."""
    where = str(path)
    if not path.is_file():
        found = "a folder" if path.is_dir() else "no such file"
        raise refuse(where, "product", found, "a product in TOML", "correct the path", 1)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise refuse(
            where, "product", f"no text: {error.reason}", "UTF-8 text", "save it as UTF-8", 1
        ) from error
    except OSError as error:
        found = error.strerror or str(error)
        raise refuse(where, "product", found, "a file that can be read", "correct it", 1) from error
    return read_product(text, where)
