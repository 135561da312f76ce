# SPDX-License-Identifier: BSD-3-Clause
"""What a stage of the procedure leaves behind: a state, facts for the summary, curves, cement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.procedure.archive import pack_state, unpack_state
from vertaug.procedure.stage_rules import RULES
from vertaug.state import State

__all__ = ["Results", "StageResult", "before_treatment", "just_before", "last_of", "last_stage"]

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class StageResult:
    """End of a stage of some `kind`.

    `facts` hold what JSON can (heights, stops, warnings, seconds), `arrays` what it can not (records
    of the curves, cement on its grid); `name` is the stage's own, its kind where none is given.
    """

    kind: str
    state: State
    facts: dict[str, Any]
    arrays: Arrays = field(default_factory=dict)
    name: str = ""

    def __post_init__(self) -> None:
        if not self.name:
            object.__setattr__(self, "name", self.kind)

    def pack(self) -> tuple[Arrays, dict[str, Any]]:
        """Arrays and facts for a checkpoint."""
        arrays, facts = pack_state(self.state)
        own = {f"stage.{name}": np.asarray(value) for name, value in self.arrays.items()}
        return {**arrays, **own}, {"state": facts, "stage": self.facts, "kind": self.kind}

    @classmethod
    def unpack(cls, name: str, arrays: Arrays, facts: dict[str, Any]) -> StageResult:
        """Stage ``name`` that `pack` took apart."""
        own = {key[6:]: value for key, value in arrays.items() if key.startswith("stage.")}
        state = unpack_state(arrays, facts["state"])
        return cls(facts["kind"], state, facts["stage"], own, name)


Results = Mapping[str, StageResult]
"""Stages that were run, by their own names, in their order."""


def last_of(done: Results, *kinds: str) -> StageResult | None:
    """Return the last stage of any of ``kinds``; None where none was run."""
    found = [result for result in done.values() if result.kind in kinds]
    return found[-1] if found else None


def last_stage(done: Results) -> StageResult:
    """Return the last of the stages, of which there is at least one."""
    return list(done.values())[-1]


def just_before(done: Results, result: StageResult) -> StageResult | None:
    """Return the stage before ``result``; None where that is the first."""
    names = list(done)
    place = names.index(result.name)
    return done[names[place - 1]] if place else None


def before_treatment(done: Results) -> StageResult:
    """Return the end of what came before the first stage of the treatment, which begins after the last fracture.

    Access alone moves nothing, so that what stands before it counts; where access is the first of all, it stands
    for what was before, since it loads the vertebra.
    """
    results = list(done.values())
    broken = [place for place, result in enumerate(results) if result.kind == "fracture"]
    begun = broken[-1] if broken else 0
    for place, result in enumerate(results[begun:], begun):
        if RULES[result.kind].treats and result.kind != "access":
            while place > 1 and results[place - 1].kind == "access":
                place -= 1
            return results[max(place - 1, 0)]
    return results[0] if results[-1].kind == "access" else results[-1]
