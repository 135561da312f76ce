# SPDX-License-Identifier: BSD-3-Clause
"""Injections into vertebrae by plans: the shipped stages, whole but on coarse grids."""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from vertaug.procedure.case import Case, make_case
from vertaug.procedure.plan import plan_from_dict
from vertaug.procedure.reporter import Silent
from vertaug.procedure.stage import StageResult
from vertaug.procedure.stages_access import run_access
from vertaug.procedure.stages_flow import run_inject

COARSE = """
[mesh]
size = "4 mm"
cavity_size = "1.8 mm"
[flow]
spacing = "1 mm"
"""


@dataclass(frozen=True)
class Injected:
    """Curves of an injection: s, mm³, MPa; leaks and probes by name."""

    time: NDArray[np.float64]
    injected: NDArray[np.float64]
    syringe: NDArray[np.float64]
    leaked: dict[str, NDArray[np.float64]]
    probes: dict[str, NDArray[np.float64]]
    limited: float

    @classmethod
    def of(cls, result: StageResult) -> Injected:
        """The curves of the stage ``inject``."""
        arrays, facts = result.arrays, result.facts
        assert facts["failure"] == ""
        assert facts["cement_balance"] < 1e-10
        leaked = dict(zip(facts["pathways"], arrays["leaked"].T, strict=True))
        probes = dict(zip(facts["probes"], arrays["probes"].T, strict=True))
        return cls(
            arrays["time"], arrays["injected"], arrays["syringe"], leaked, probes, facts["limited_s"]
        )  # fmt: skip

    def leak(self, volume: float) -> float:
        """All that had leaked, mm³, when `volume` mm³ had been injected."""
        return float(np.interp(volume, self.injected, sum(self.leaked.values())))

    def first(self, pathway: str) -> float:
        """Time, s, of the first cubic millimetre by a pathway; infinite where it never came."""
        reached = np.flatnonzero(self.leaked[pathway] >= 1.0)
        return float(self.time[reached[0]]) if len(reached) else np.inf

    def told(self, name: str) -> str:
        """Leaks by pathway and their first times, for a printed line."""
        parts = [
            f"{pathway} {curve[-1]:.1f} mm³ from {self.first(pathway):.0f} s"
            for pathway, curve in self.leaked.items()
        ]
        return f"{name}: " + ", ".join(parts)


def case_of(text: str) -> Case:
    """What a plan in TOML describes, on coarse meshes unless it has its own."""
    own = "[mesh]" in text
    return make_case(plan_from_dict(tomllib.loads(text if own else text + COARSE)))


@pytest.fixture(scope="session")
def tell() -> Callable[[str], int]:
    """Write a line that ``pytest -s`` shows."""
    return lambda line: sys.stdout.write(line + "\n")


@pytest.fixture(scope="session")
def plan_case() -> Callable[[str], Case]:
    return case_of


@pytest.fixture(scope="session")
def inject_plan() -> Callable[..., Injected]:
    """Run a plan's injection: from a state, or through its access, which is kept for plans of the same head."""
    kept: dict[str, StageResult] = {}

    def run(anatomy: str, rest: str, before: StageResult | None = None) -> Injected:
        case = case_of(anatomy + rest)
        if before is None:
            if anatomy not in kept:
                kept[anatomy] = run_access(case, Silent())
            before = kept[anatomy]
        return Injected.of(run_inject(case, before, Silent()))

    return run
