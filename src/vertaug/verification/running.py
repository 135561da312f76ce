# SPDX-License-Identifier: BSD-3-Clause
"""Runs problems; one that fails is an entry that says why, and the others go on."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from vertaug.verification.check import Check, Entry, judge
from vertaug.verification.problem import Problem
from vertaug.verification.registry import find
from vertaug.verification.regression import stored_values

__all__ = ["Outcome", "run", "run_problem", "run_problems"]


@dataclass(frozen=True)
class Outcome:
    """A problem that was run: with which parameters, what came out, in how many seconds."""

    problem: Problem
    parameters: Mapping[str, object]
    entries: tuple[Entry, ...]
    seconds: float

    @property
    def passed(self) -> bool:
        """Whether every entry passed, and there is one."""
        return bool(self.entries) and all(entry.passed for entry in self.entries)


def _failed(problem: Problem, message: str) -> Entry:
    """The entry of a problem that ended early."""
    check = Check("ran to its end", 1.0, math.nan, 0.0, "a problem must not fail", regression=False)
    return Entry(problem.id, problem.group, check, problem.evidence, False, None, message)


def run_problem(
    problem: Problem, level: str = "full", given: Mapping[str, object] | None = None
) -> Outcome:
    """Run one problem, with some parameters replaced.

    Raises
    ------
    InputError
        A parameter that the problem does not have, or a value it cannot take.
    """
    parameters = problem.values(level, given or {})
    standard = parameters == problem.values(level, {})
    stored = stored_values(level, problem.id) if standard else {}
    entries: list[Entry] = []
    start = time.perf_counter()
    try:
        for check in problem.function(**parameters):
            value = stored.get(check.quantity)
            entries.append(judge(problem.id, problem.group, problem.evidence, check, value))
        if not entries:
            entries.append(_failed(problem, "it checked nothing"))
    except Exception as error:  # whatever happens in one problem, the others must be run
        text = " ".join(str(error).split())[:400]
        entries.append(_failed(problem, f"{type(error).__name__}: {text}"))
    return Outcome(problem, parameters, tuple(entries), time.perf_counter() - start)


def run_problems(
    problems: Iterable[Problem],
    level: str = "full",
    given: Mapping[str, Mapping[str, object]] | None = None,
    tell: Callable[[Outcome], None] = lambda outcome: None,
) -> list[Outcome]:
    """Run problems one after another; ``tell`` hears of each as it ends."""
    outcomes = []
    for problem in problems:
        outcome = run_problem(problem, level, (given or {}).get(problem.id))
        tell(outcome)
        outcomes.append(outcome)
    return outcomes


def run(problem: str | Problem, /, *, level: str = "full", **parameters: object) -> list[Entry]:
    """Run one problem from Python, by its id, with any of its parameters replaced.

    >>> entries = run("b.sphere", poisson=0.45, meshes=(4, 8, 16))  # doctest: +SKIP
    """
    chosen = find(problem) if isinstance(problem, str) else problem
    return list(run_problem(chosen, level, parameters).entries)
