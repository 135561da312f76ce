# SPDX-License-Identifier: BSD-3-Clause
"""A rate of cure as the kernels take it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError

__all__ = ["GAS_CONSTANT", "Kinetics"]

GAS_CONSTANT = 8.314
"""J/(mol K), as the sources of the activation energies round it."""


@dataclass(frozen=True)
class Kinetics:
    """A law of `vertaug_kernels.cure`: its code, its `constants`, and the cure of fresh cement (`start`).

    `starts` tells whether the law gets going from no cure at all.

    Raises
    ------
    InputError
        A start outside 0 to below 1, or none for a law that multiplies by the cure.
    """

    name: str
    law: int
    constants: tuple[float, ...]
    start: float
    starts: bool

    def __post_init__(self) -> None:
        if not (0.0 <= self.start < 1.0 and all(math.isfinite(c) for c in self.constants)):
            raise InputError(
                "cement", f"{self.name}.start", f"{self.start:g}", "0 to below 1, and finite constants",
                "give the cure of fresh cement, such as 0.001", "E-CURE-001",
            )  # fmt: skip
        if self.start == 0.0 and not self.starts:
            raise InputError(
                "cement", f"{self.name}.start", "0", "above 0: without cure the reaction never starts",
                "give fresh cement a small cure, such as 0.001, or a rate that needs none", "E-CURE-002",
            )  # fmt: skip

    def row(self) -> NDArray[np.float64]:
        """Constants for the kernels."""
        return np.array(self.constants)
