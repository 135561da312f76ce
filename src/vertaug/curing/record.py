# SPDX-License-Identifier: BSD-3-Clause
"""Curves of a curing, and its balance of heat."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["HeatBalance", "Record"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class HeatBalance:
    """Heat of a run, mJ: `stored` in the grid, `released` by reaction, brought by `blood`, and by the `surface`.

    `carried` is what the grid gained as its contents moved, counted above the blood's temperature and no part of
    `stored`; `brought` the same by the flow's own account. `turned_over` sums the sizes of all exchanges.
    """

    stored: float
    released: float
    blood: float
    surface: float
    carried: float
    brought: float
    turned_over: float

    def __add__(self, other: HeatBalance) -> HeatBalance:
        """Balance of two runs one after the other."""
        return HeatBalance(
            **{name: value + vars(other)[name] for name, value in vars(self).items()}
        )

    @property
    def error(self) -> float:
        """Heat that is missing over the heat that was released and exchanged."""
        missing = self.stored - self.released - self.blood - self.surface
        missing += self.carried - self.brought
        return abs(missing) / self.turned_over if self.turned_over > 0.0 else 0.0


class Record:
    """One row a step: `time` s, `peak` K now, mean `degree`, and heat of the step, mJ.

    `stored` and `carried` are totals.
    """

    def __init__(self) -> None:
        self.time: list[float] = []
        self.peak: list[float] = []
        self.degree: list[float] = []
        self.stored = self.carried = self._brought = self._moved = 0.0
        self._heat: list[tuple[float, float, float]] = []

    def add(
        self, time: float, peak: float, degree: float, released: float, blood: float, surface: float
    ) -> None:
        """Enter a step."""
        self.time.append(time)
        self.peak.append(peak)
        self.degree.append(degree)
        self._heat.append((released, blood, surface))

    def bring(self, parts: Iterable[float]) -> None:
        """Enter heat that flow brought, mJ, in its parts."""
        for part in parts:
            self._brought += part
            self._moved += abs(part)

    def balance(self) -> HeatBalance:
        """Balance of all steps so far."""
        rows = np.array(self._heat).reshape(-1, 3)
        released, blood, surface = (float(v) for v in rows.sum(axis=0))
        turned = float(np.abs(rows).sum()) + self._moved
        return HeatBalance(
            self.stored, released, blood, surface, self.carried, self._brought, turned
        )

    def curves(self) -> dict[str, Float]:
        """Columns by name: ``time_s``, ``peak_K``, ``cure``."""
        return {
            "time_s": np.array(self.time), "peak_K": np.array(self.peak), "cure": np.array(self.degree),
        }  # fmt: skip
