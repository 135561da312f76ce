# SPDX-License-Identifier: BSD-3-Clause
"""What a stage of the procedure leaves behind: a state, facts for the summary, curves, cement."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.procedure.archive import pack_state, unpack_state
from vertaug.state import State

__all__ = ["StageResult"]

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class StageResult:
    """End of a stage.

    `facts` hold what JSON can (heights, stops, warnings, seconds), `arrays` what it can not (records
    of the curves, cement on its grid).
    """

    name: str
    state: State
    facts: dict[str, Any]
    arrays: Arrays = field(default_factory=dict)

    def pack(self) -> tuple[Arrays, dict[str, Any]]:
        """Arrays and facts for a checkpoint."""
        arrays, facts = pack_state(self.state)
        own = {f"stage.{name}": np.asarray(value) for name, value in self.arrays.items()}
        return {**arrays, **own}, {"state": facts, "stage": self.facts}

    @classmethod
    def unpack(cls, name: str, arrays: Arrays, facts: dict[str, Any]) -> StageResult:
        """Stage that `pack` took apart."""
        own = {key[6:]: value for key, value in arrays.items() if key.startswith("stage.")}
        return cls(name, unpack_state(arrays, facts["state"]), facts["stage"], own)
