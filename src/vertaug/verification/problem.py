# SPDX-License-Identifier: BSD-3-Clause
"""A benchmark: a function that yields checks, and parameters that can be given other values."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from vertaug.errors import InputError
from vertaug.verification.check import Check, Evidence

__all__ = ["GROUPS", "Bounds", "Meshes", "Parameter", "Poisson", "Positive", "Problem", "benchmark"]

Group = Literal["SOLID", "FLOW", "STRUCTURE", "CONTACT", "POROELASTIC", "MATERIAL"]
GROUPS: tuple[str, ...] = get_args(Group)
Function = Callable[..., Iterable[Check]]


@dataclass(frozen=True)
class Bounds:
    """Range of a number or of each in a list; the ends belong to it for whole numbers only."""

    low: float = -math.inf
    high: float = math.inf
    rising: bool = False

    def phrase(self, kind: type) -> str:
        """Say what is allowed."""
        name = "whole number" if kind is int else "number"
        if math.isinf(self.low) and math.isinf(self.high):
            return f"a finite {name}"
        ends = f"from {self.low:g} to {self.high:g}" if kind is int else f"above {self.low:g}"
        if kind is not int and math.isfinite(self.high):
            ends += f" and below {self.high:g}"
        return f"a {name} {ends}"


Positive = Annotated[float, Bounds(0.0)]
Poisson = Annotated[float, Bounds(-1.0, 0.5)]
Meshes = Annotated[tuple[int, ...], Bounds(1, 256, rising=True)]
"""Divisions of one length of the body, coarse to fine; three or more show an order."""


@dataclass(frozen=True)
class Parameter:
    """A parameter of a problem: `kind` float, int, bool or str; `many` for a tuple of them."""

    name: str
    kind: type
    many: bool
    default: object
    bounds: Bounds = field(default_factory=Bounds)
    choices: tuple[str, ...] = ()

    def expected(self) -> str:
        """Say what is allowed, for messages."""
        if self.kind is bool:
            one = "true or false"
        elif self.kind is str:
            one = "one of " + ", ".join(self.choices) if self.choices else "a word"
        else:
            one = self.bounds.phrase(self.kind)
        if not self.many:
            return one
        return f"comma-separated, each {one}" + (", rising" if self.bounds.rising else "")

    def parse(self, text: str) -> object:
        """Value of a text such as ``0.45`` or ``4,8,16``."""
        if not self.many:
            return self._one(text)
        return tuple(self._one(part) for part in text.split(",") if part.strip())

    def _one(self, text: str) -> object:
        text = text.strip()
        if self.kind is bool:
            return {"true": True, "false": False}.get(text.lower(), text)
        try:
            return self.kind(text)
        except ValueError:
            return text

    def accepts(self, value: object) -> bool:
        """Whether a value is of the right kind and in range."""
        if not self.many:
            return self._accepts_one(value)
        if not isinstance(value, (tuple, list)) or not value:
            return False
        if not all(self._accepts_one(item) for item in value):
            return False
        return not self.bounds.rising or all(a < b for a, b in pairwise(value))

    def _accepts_one(self, value: object) -> bool:
        if self.kind is str:
            return isinstance(value, str) and (not self.choices or value in self.choices)
        if self.kind is bool or isinstance(value, bool):
            return self.kind is bool and isinstance(value, bool)
        if self.kind is int:
            return isinstance(value, int) and self.bounds.low <= value <= self.bounds.high
        if not isinstance(value, (int, float)) or not math.isfinite(value):
            return False
        return self.bounds.low < value < self.bounds.high


def _parameter(name: str, hint: Any, default: object) -> Parameter:
    """Read one annotated argument."""
    bounds = Bounds()
    if get_origin(hint) is Annotated:
        hint, *notes = get_args(hint)
        bounds = next((note for note in notes if isinstance(note, Bounds)), bounds)
    many = get_origin(hint) is tuple
    if many:
        hint = get_args(hint)[0]
        if get_origin(hint) is Annotated:
            hint, *notes = get_args(hint)
            bounds = next((note for note in notes if isinstance(note, Bounds)), bounds)
    choices: tuple[str, ...] = ()
    if get_origin(hint) is Literal:
        choices, hint = get_args(hint), str
    return Parameter(name, hint, many, default, bounds, choices)


@dataclass(frozen=True)
class Problem:
    """A benchmark.

    `id` is the plan's letter and a name, as in ``b.sphere``; `requirement` one sentence that the
    checks prove; `quick` the parameters of the quick level, where they differ.
    """

    id: str
    group: Group
    title: str
    requirement: str
    evidence: Evidence
    function: Function
    quick: Mapping[str, object] = field(default_factory=dict)

    def parameters(self) -> tuple[Parameter, ...]:
        """Parameters of the function, with defaults and ranges."""
        hints = get_type_hints(self.function, include_extras=True)
        arguments = inspect.signature(self.function).parameters.values()
        return tuple(_parameter(a.name, hints[a.name], a.default) for a in arguments)

    def values(self, level: str, given: Mapping[str, object]) -> dict[str, object]:
        """All parameters of a level with some replaced.

        Raises
        ------
        InputError
            A name that the problem does not have, or a value it cannot take.
        """
        known = {p.name: p for p in self.parameters()}
        for name, value in given.items():
            if name not in known:
                raise InputError(
                    "problem " + self.id, name, "no such parameter", "one of " + ", ".join(known),
                    "see vertaug verify --list", "E-VERIFY-002",
                )  # fmt: skip
            if not known[name].accepts(value):
                raise InputError(
                    "problem " + self.id, name, repr(value), known[name].expected(),
                    f"for example {name}={shown(known[name].default)}", "E-VERIFY-003",
                )  # fmt: skip
        values = {p.name: p.default for p in known.values()}
        if level == "quick":
            values.update(self.quick)
        values.update({n: tuple(v) if isinstance(v, list) else v for n, v in given.items()})
        return values


def shown(value: object) -> str:
    """A parameter's value as it is typed."""
    if isinstance(value, tuple):
        return ",".join(shown(item) for item in value)
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def benchmark(
    id: str,
    group: Group,
    title: str,
    requirement: str,
    evidence: Evidence = "ANALYTIC",
    quick: Mapping[str, object] | None = None,
) -> Callable[[Function], Problem]:
    """Make a generator of checks a problem; every argument of it needs an annotation and a default."""
    return lambda function: Problem(
        id, group, title, requirement, evidence, function, dict(quick or {})
    )
