# SPDX-License-Identifier: BSD-3-Clause
"""How a field of a plan is declared: once, with unit, range, default, meaning and source.

The same declarations validate a plan, write a commented new one, and make the reference page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from vertaug.units import IMPLAUSIBLE, Dimension, QuantityError, express, quantity

__all__ = [
    "CONTRADICTION",
    "WRONG_VALUE",
    "Physical",
    "PhysicalVector",
    "Section",
    "declared",
    "plan_error",
    "required",
]

WRONG_VALUE, CONTRADICTION = "E-PLAN-006", "E-PLAN-009"


class Section(BaseModel):
    """A table of a plan: frozen, with no keys but those declared."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, strict=False)


def declared(default: Any, meaning: str, source: str = "", **limits: Any) -> Any:
    """Declare a field with its default (physical ones as text with unit), meaning and source.

    A switch takes true or false alone: "no" in quotes, or 0, would be read as one of them.
    """
    if isinstance(default, bool):
        limits["strict"] = True
    return Field(
        default=default, description=meaning, json_schema_extra={"source": source}, **limits
    )


def required(meaning: str, **limits: Any) -> Any:
    """Declare a field that a plan must give."""
    return Field(description=meaning, json_schema_extra={"source": ""}, **limits)


def plan_error(
    code: str, found: str, expected: str, fix: str, field: str = ""
) -> PydanticCustomError:
    """Error that carries the phrases of an `InputError` through pydantic; ``field`` names a key."""
    context = {"found": found, "expected": expected, "fix": fix, "field": field}
    return PydanticCustomError("plan", "{found}", {**context, "code": code})


@dataclass(frozen=True)
class Physical:
    """Mark of a physical number: dimension and the range in which it is plausible.

    ``low`` and ``high`` are texts with a unit; numbers are shown in the unit of ``low``.
    An ``optional`` one may be None.
    """

    dimension: Dimension
    low: str
    high: str
    optional: bool = False

    @property
    def unit(self) -> str:
        """Unit in which the field is written."""
        return self.low.split(maxsplit=1)[1]

    def read(self, value: object) -> float | None:
        """Return the internal value of the plan's text, checked against the range."""
        if value is None and self.optional:
            return None
        try:
            number = quantity(value, self.dimension)
            low, high = quantity(self.low, self.dimension), quantity(self.high, self.dimension)
        except QuantityError as error:
            raise plan_error(error.code, error.found, error.expected, error.fix) from error
        if not low <= number <= high:
            expected = f"a {self.dimension.name} between {self.low} and {self.high}"
            raise plan_error(IMPLAUSIBLE, f'"{value}"', expected, self._suggest(str(value)))
        return number

    def write(self, value: float | None) -> str | None:
        """Text with unit of an internal value."""
        return None if value is None else express(value, self.dimension, self.unit)

    def _suggest(self, text: str) -> str:
        """Return the fix for a number out of range: another unit where that makes it plausible."""
        number = text.split()[0]
        low, high = quantity(self.low, self.dimension), quantity(self.high, self.dimension)
        for unit in self.dimension.usual:
            candidate = f"{number} {unit}"
            try:
                if low <= quantity(candidate, self.dimension) <= high:
                    return f'did you mean "{candidate}"?'
            except QuantityError:
                break
        return "give a value in that range"

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return the schema for pydantic: text in, float inside, text out."""
        writer = core_schema.plain_serializer_function_ser_schema(self.write)
        return core_schema.no_info_plain_validator_function(self.read, serialization=writer)


@dataclass(frozen=True)
class PhysicalVector:
    """Mark of a position in the vertebral frame, three texts with a unit; may be None."""

    scalar: Physical

    def read(self, value: object) -> tuple[float, ...] | None:
        """Return the internal components."""
        if value is None:
            return None
        if not isinstance(value, (list, tuple)) or len(value) != 3:
            unit = self.scalar.unit
            example = f'["0 {unit}", "-15 {unit}", "2 {unit}"]'
            expected = f"three lengths (left, posterior, superior), such as {example}"
            raise plan_error(WRONG_VALUE, repr(value), expected, f"write {example}")
        return tuple(float(self.scalar.read(part) or 0.0) for part in value)

    def write(self, value: tuple[float, ...] | None) -> list[str | None] | None:
        """Texts with unit."""
        return None if value is None else [self.scalar.write(part) for part in value]

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return the schema for pydantic: texts in, floats inside, texts out."""
        writer = core_schema.plain_serializer_function_ser_schema(self.write)
        return core_schema.no_info_plain_validator_function(self.read, serialization=writer)
