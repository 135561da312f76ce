# SPDX-License-Identifier: BSD-3-Clause
"""All problems: every `Problem` in a module of the package `problems`."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib import import_module

from vertaug.errors import InputError
from vertaug.verification import problems
from vertaug.verification.problem import GROUPS, Problem

__all__ = ["all_problems", "find", "select", "settings"]


def _natural(text: str) -> tuple[tuple[str, int], ...]:
    """Sort key in which d2 stands before d10."""
    return tuple((word, int(digits or 0)) for word, digits in re.findall(r"(\D+)(\d*)", text))


@cache
def all_problems() -> tuple[Problem, ...]:
    """Every problem, by group and then by id."""
    found: dict[str, Problem] = {}
    for info in pkgutil.iter_modules(problems.__path__):
        module = import_module(f"{problems.__name__}.{info.name}")
        for value in vars(module).values():
            if isinstance(value, Problem) and found.setdefault(value.id, value) is not value:
                raise ValueError(f"two problems are called {value.id}")
    return tuple(sorted(found.values(), key=lambda p: (GROUPS.index(p.group), _natural(p.id))))


def _named(problem: Problem, word: str) -> bool:
    """Whether ``word`` is the problem's group, its id, or the part of its id before a dot."""
    return problem.group == word.upper() or f"{problem.id}.".startswith(f"{word.lower()}.")


def _matches(problem: Problem, word: str) -> bool:
    """The same, or the letter of its family: ``d`` stands for d1 to d6."""
    return _named(problem, word) or re.split(r"[^a-z]", problem.id)[0] == word.lower()


def select(words: Iterable[str]) -> tuple[Problem, ...]:
    """Problems named by groups or ids (all, if none is named).

    Raises
    ------
    InputError
        A word names no problem.
    """
    wanted = [part.strip() for word in words for part in word.split(",") if part.strip()]
    everything = all_problems()
    for word in wanted:
        if not any(_matches(problem, word) for problem in everything):
            raise InputError(
                "command line", "--only", word, "a group (" + ", ".join(GROUPS) + "), a family or an id",
                "see vertaug verify --list", "E-VERIFY-001",
            )  # fmt: skip
    return tuple(p for p in everything if not wanted or any(_matches(p, w) for w in wanted))


def find(name: str) -> Problem:
    """The problem with an id."""
    chosen = [problem for problem in all_problems() if problem.id == name.lower()]
    return chosen[0] if chosen else select([name])[0]


def settings(lines: Sequence[str]) -> Mapping[str, dict[str, object]]:
    """Parameters by problem from lines such as ``b.poisson=0.45`` or ``b.sphere.meshes=4,8,16``.

    Raises
    ------
    InputError
        A line without an equals sign, a problem or parameter that does not exist, a bad value.
    """
    given: dict[str, dict[str, object]] = {}
    for line in lines:
        target, equals, text = line.partition("=")
        name, dot, key = target.strip().rpartition(".")
        if not equals or not dot:
            raise InputError(
                "command line", "--set", line, "PROBLEM.PARAMETER=VALUE",
                "for example --set b.poisson=0.45", "E-VERIFY-004",
            )  # fmt: skip
        named = [p for p in select([name]) if _named(p, name)] or list(select([name]))
        chosen = [p for p in named if key in {q.name for q in p.parameters()}] or named[:1]
        for problem in chosen:
            known = {p.name: p for p in problem.parameters()}
            value = known[key].parse(text) if key in known else text
            given.setdefault(problem.id, {})[key] = value
            problem.values("full", {key: value})
    return given
