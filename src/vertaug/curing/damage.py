# SPDX-License-Identifier: BSD-3-Clause
"""Thermal damage of every cell, gathered step by step."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.damage.henriques_1947 import HENRIQUES, Arrhenius
from vertaug_kernels import damage

__all__ = ["COUNTED_FROM", "MARKS", "Damage"]

Float = NDArray[np.float64]

MARKS = (318.15, 323.15)
"""Thresholds, K, above which time is counted: 45 and 50 °C."""
COUNTED_FROM = 313.15
"""Steps that stay below 40 °C add less than a 64th of their length to the dose and are passed over."""


class Damage:
    """`peak` K, `above` (marks, nx, ny, nz) s, `minutes` at 43 °C, `omega`, the Arrhenius integral.

    Parameters
    ----------
    temperature : K, (nx, ny, nz), at the start
    arrhenius : the pair of constants
    marks : thresholds, K
    counted_from : K
    """

    def __init__(
        self,
        temperature: Float,
        arrhenius: Arrhenius = HENRIQUES,
        marks: tuple[float, ...] = MARKS,
        counted_from: float = COUNTED_FROM,
    ) -> None:
        self.marks, self.arrhenius = marks, arrhenius
        self._least = counted_from
        self.peak = np.array(temperature, dtype=np.float64)
        self.above = np.zeros((len(marks), *temperature.shape))
        self.minutes = np.zeros(temperature.shape)
        self.omega = np.zeros(temperature.shape)

    def add(self, before: Float, after: Float, length: float) -> None:
        """Add a step of `length` s over which temperatures, K, go straight from `before` to `after`."""
        damage.accumulate(
            before, after, length, self._least, np.array(self.marks),
            np.array([self.arrhenius.log_factor, self.arrhenius.activation]),
            self.peak, self.above, self.minutes, self.omega,
        )  # fmt: skip
