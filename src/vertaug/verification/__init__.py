# SPDX-License-Identifier: BSD-3-Clause
"""Benchmarks with known answers, run by `vertaug verify` or, one by one, by `run`.

To add one: write a generator of `Check` in a module of `problems`, decorate it with `benchmark`, and
give every argument an annotation and a default. References are computed from closed forms, never read.
"""

from vertaug.verification.check import Check, Entry, study
from vertaug.verification.problem import Bounds, Meshes, Poisson, Positive, Problem, benchmark

__all__ = [
    "Bounds",
    "Check",
    "Entry",
    "Meshes",
    "Poisson",
    "Positive",
    "Problem",
    "all_problems",
    "benchmark",
    "run",
    "study",
]


def __getattr__(name: str) -> object:
    """Find `run` and `all_problems` when asked for: problems import this package themselves."""
    if name == "run":
        from vertaug.verification.running import run

        return run
    if name == "all_problems":
        from vertaug.verification.registry import all_problems

        return all_problems
    raise AttributeError(name)
