# SPDX-License-Identifier: BSD-3-Clause
"""Physical numbers at the edge: text with a unit in, internal units out, and back without loss.

Inside everything is mm, N, MPa, s, K. Pint reads the units; it is loaded on first use only.
"""

from __future__ import annotations

import difflib
import math
import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pint

__all__ = [
    "ANGLE",
    "BARE_NUMBER",
    "COMPLIANCE",
    "DENSITY",
    "FLOW",
    "FORCE",
    "HEAT",
    "IMPLAUSIBLE",
    "LENGTH",
    "MOMENT",
    "PERFUSION",
    "PERMEABILITY",
    "PRESSURE",
    "STIFFNESS",
    "TEMPERATURE",
    "TIME",
    "VISCOSITY",
    "VOLUME",
    "WRONG_UNIT",
    "Dimension",
    "QuantityError",
    "express",
    "quantity",
]

_TEXT = re.compile(
    r"^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]?(?:nan|inf))\s*(\S.*?)?\s*$"
)
_ZERO_CELSIUS = 273.15


@dataclass(frozen=True)
class Dimension:
    """A kind of physical number: what it is called, its internal unit, and units in use for it."""

    name: str
    internal: str
    example: str
    usual: tuple[str, ...]


LENGTH = Dimension("length", "mm", "15 mm", ("mm", "cm", "um", "m", "inch"))
VOLUME = Dimension("volume", "mm^3", "3 mL", ("mL", "mm^3", "L"))
PRESSURE = Dimension(
    "pressure", "MPa", "400 psi", ("psi", "MPa", "kPa", "Pa", "GPa", "bar", "mmHg")
)
FORCE = Dimension("force", "N", "110 N", ("N", "kN"))
MOMENT = Dimension("moment", "N*mm", "7.5 N*m", ("N*m", "N*mm"))
STIFFNESS = Dimension("force per length", "N/mm", "800 N/mm", ("N/mm", "N/m", "kN/mm"))
TIME = Dimension("time", "s", "5 min", ("s", "min", "h"))
TEMPERATURE = Dimension("temperature", "K", "23 degC", ("degC", "K"))
VISCOSITY = Dimension("viscosity", "MPa*s", "150 Pa*s", ("Pa*s", "mPa*s", "MPa*s"))
PERMEABILITY = Dimension("permeability", "mm^2", "1e-8 m^2", ("m^2", "mm^2", "um^2"))
FLOW = Dimension("flow", "mm^3/s", "3 mL/min", ("mL/min", "mm^3/s", "mL/s"))
COMPLIANCE = Dimension("compliance", "mm^3/MPa", "0.2 mL/MPa", ("mL/MPa", "mm^3/MPa", "mL/bar"))
DENSITY = Dimension("mineral density", "mg/cm^3", "80 mg/cm^3", ("mg/cm^3", "g/cm^3", "kg/m^3"))
PERFUSION = Dimension(
    "blood flow by mass", "mm^3/(t*s)", "0.03 mL/(g*min)", ("mL/(g*min)", "mL/(kg*min)")
)
HEAT = Dimension("heat by volume", "mJ/mm^3", "155 J/mL", ("J/mL", "J/cm^3", "MJ/m^3"))
ANGLE = Dimension("angle", "rad", "15 deg", ("deg", "rad"))
WRONG_UNIT, BARE_NUMBER, IMPLAUSIBLE = "E-PLAN-003", "E-PLAN-004", "E-PLAN-005"
_ALL = (
    LENGTH, VOLUME, PRESSURE, FORCE, MOMENT, STIFFNESS, TIME, TEMPERATURE, VISCOSITY, FLOW, COMPLIANCE, DENSITY,
    PERFUSION, HEAT, ANGLE
)  # fmt: skip


class QuantityError(ValueError):
    """A text that is not a quantity of the dimension asked for."""

    def __init__(self, code: str, found: str, expected: str, fix: str) -> None:
        super().__init__(f"found {found}, expected {expected}")
        self.code = code
        self.found = found
        self.expected = expected
        self.fix = fix


@cache
def _registry() -> pint.UnitRegistry[Any]:
    """Pint's registry, made once."""
    import pint

    return pint.UnitRegistry()


@cache
def _factor(unit: str, internal: str) -> float | str:
    """Return the factor from ``unit`` to ``internal``, or what dimension ``unit`` has instead.

    An empty answer means that the unit is not known at all.
    """
    if unit == internal:
        return 1.0
    registry = _registry()
    try:
        source = registry.Unit(unit)
    except Exception:  # Pint raises a dozen kinds on malformed text
        return ""
    if source.dimensionality != registry.Unit(internal).dimensionality:
        return _kind(source.dimensionality)
    return float(f"{registry.Quantity(1.0, source).to(internal).magnitude:.15g}")


def _kind(dimensionality: object) -> str:
    """Name of a dimensionality: ``a pressure``, or what Pint calls it."""
    registry = _registry()
    for dimension in _ALL:
        if registry.Unit(dimension.internal).dimensionality == dimensionality:
            return f"a {dimension.name}" if dimension.name != "angle" else "a plain number"
    return str(dimensionality)


def _unit_error(text: str, known: str, dimension: Dimension) -> QuantityError:
    """Error for a unit of another dimension (``known``) or for one nobody knows (empty)."""
    # Pint reads some misspelt units as plain numbers, such as "pis"
    number, _, unit = text.partition(" ")
    strange = not known or (known == "a plain number" and unit.strip() not in ANGLE.usual)
    what = f"{text!r}, whose unit is not known" if strange else f"{text!r}, which is {known}"
    near = difflib.get_close_matches(unit.strip(), dimension.usual, n=1) if strange else []
    fix = f"write the number with one of {', '.join(dimension.usual)}"
    if re.match(r"^[+-]?\d+,\d", number):
        fix = f'write the decimals after a point: "{text.replace(",", ".", 1)}"'
    elif near:
        fix = f'did you mean "{number} {near[0]}"?'
    return QuantityError(
        WRONG_UNIT, what, f'a {dimension.name} with a unit, such as "{dimension.example}"', fix
    )


def _split(value: object, dimension: Dimension) -> tuple[float, str]:
    """Return number and unit text of ``value``; raises `QuantityError` unless it has both."""
    expected = f'text with a number and a unit, such as "{dimension.example}"'
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        raise QuantityError(
            BARE_NUMBER,
            f"the bare number {value}",
            expected,
            f'add the unit in quotes, for example "{value} {dimension.usual[0]}"',
        )
    match = _TEXT.match(value) if isinstance(value, str) else None
    if match is None:
        raise QuantityError(WRONG_UNIT, repr(value), expected, f'write "{dimension.example}"')
    if match[2] is None:
        raise QuantityError(
            BARE_NUMBER,
            f'"{match[1]}" without a unit',
            expected,
            f'add the unit, for example "{match[1]} {dimension.usual[0]}"',
        )
    return float(match[1]), match[2]


def quantity(value: object, dimension: Dimension) -> float:
    """Return ``value`` (text such as ``"400 psi"``) in the internal unit of ``dimension``.

    Raises
    ------
    QuantityError
        Bare number, unknown unit, other dimension, or not finite.
    """
    number, unit = _split(value, dimension)
    if not math.isfinite(number):
        raise QuantityError(
            IMPLAUSIBLE, repr(value), f"a finite {dimension.name}", f'write "{dimension.example}"'
        )
    if dimension is TEMPERATURE and unit in ("degC", "°C", "celsius"):
        return number + _ZERO_CELSIUS
    factor = _factor(unit, dimension.internal)
    if isinstance(factor, str):
        raise _unit_error(str(value), factor, dimension)
    return number * factor


def express(value: float, dimension: Dimension, unit: str) -> str:
    """Write ``value`` (internal unit) in ``unit`` so that `quantity` gives back the same number.

    Where no decimal number in ``unit`` does, the internal unit is written instead.
    """
    if dimension is TEMPERATURE and unit == "degC":
        shown = value - _ZERO_CELSIUS
    else:
        factor = _factor(unit, dimension.internal)
        if isinstance(factor, str):
            raise _unit_error(unit, factor, dimension)
        shown = value / factor
    for digits in (6, 9, 12, 15, 17):
        text = f"{shown:.{digits}g} {unit}"
        if quantity(text, dimension) == value:
            return text
    return f"{value!r} {dimension.internal}"
