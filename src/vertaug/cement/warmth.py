# SPDX-License-Identifier: BSD-3-Clause
"""What the flow asks of whatever follows temperature and cure of the cement beside it."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vertaug.grid.moved import Moved, Stay

__all__ = ["Warmth"]

Float = NDArray[np.float64]


class Warmth(Protocol):
    """Temperature and cure while cement flows; whoever starts an injection hands one to it.

    The flow knows no heat: it says what it has moved, and reads how warm and how far cured that has become.
    """

    @property
    def temperature(self) -> Float:
        """Temperature now, K, padded (nx + 2, ny + 2, nz + 2)."""
        ...

    def entering(self, time: float, cannula: str = "") -> float:
        """Degree of cure of cement that leaves a cannula `time` s after the start of the injection.

        Of cement that no cannula has warmed where none is named.
        """
        ...

    def at_mouth(self, cannula: str) -> Stay | None:
        """How long and how warm cement that leaves a cannula was in its warm part; None: it has none."""
        ...

    def in_cannula(self, cannula: str) -> Stay | None:
        """The same of the cement in a cannula, on the mean."""
        ...

    def advance(self, moved: Moved) -> Float:
        """Go along with a step; returns what the cement of each cell gained in degree of cure, padded."""
        ...
