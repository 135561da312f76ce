# SPDX-License-Identifier: BSD-3-Clause
"""What the cement of each cell is made of: portions in the order of injection, each with its age."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Portions"]

Float = NDArray[np.float64]
_LEAST = 1e-12


class _Contents:
    """Volumes `held`, mm³, and volumes times ages `aged`, mm³ s, of portions: cells' and ways'."""

    def __init__(self, shape: tuple[int, ...], ways: int, number: int) -> None:
        self.held, self.aged = np.zeros((*shape, number)), np.zeros((*shape, number))
        self.way_held, self.way_aged = np.zeros((ways, number)), np.zeros((ways, number))

    def arrays(self) -> tuple[Float, Float, Float, Float]:
        """All of them."""
        return self.held, self.aged, self.way_held, self.way_aged


class Portions:
    """Portions of the padded cells `shape` and of some `ways`; portion 0 is what was there before.

    A step is tried in `now` from what was, any number of times, and kept with `accept`.
    """

    def __init__(self, shape: tuple[int, ...], ways: int, number: int) -> None:
        self._before, self.now = (_Contents(shape, ways, number) for _ in range(2))
        self.leaving, self.leaving_aged = (np.zeros((*shape, number)) for _ in range(2))

    def place(self, volume: Float, age: float) -> None:
        """Put cement that is there at the start, mm³, with its age, s, into portion 0."""
        self._before.held[..., 0], self._before.aged[..., 0] = volume, age * volume
        self.begin()

    def begin(self) -> None:
        """Go back to the start of the step."""
        for now, before in zip(self.now.arrays(), self._before.arrays(), strict=True):
            now[...] = before

    def inject(
        self, cells: tuple[NDArray[np.intp], ...], volume: Float, n: int, age: float
    ) -> None:
        """Add `volume` (m,), mm³, of portion `n` with an age, s, to the padded `cells`, each named once."""
        self.now.held[..., n][cells] += volume
        self.now.aged[..., n][cells] += age * volume

    def grow_older(self, cells: Float | float, ways: float) -> None:
        """Let cement age by some s, by cell (padded field) or alike, and in the ways."""
        gained = cells if isinstance(cells, float) else cells[..., None]
        self.now.aged += gained * self.now.held
        self.now.way_aged += ways * self.now.way_held

    def accept(self) -> None:
        """Keep the step."""
        self._before, self.now = self.now, self._before
        self.begin()

    def age_of(self, cells: NDArray[np.intp], empty: float) -> Float:
        """Mean age, s, of the cement in flat padded `cells` (m,); `empty` where there is none."""
        number = self.now.held.shape[-1]
        held = self.now.held.reshape(-1, number)[cells].sum(axis=1)
        aged = self.now.aged.reshape(-1, number)[cells].sum(axis=1)
        return np.where(held > _LEAST, aged / np.maximum(held, _LEAST), empty)

    def age_of_ways(self, empty: float) -> Float:
        """Mean age, s, of the cement in each way; `empty` where there is none."""
        held, aged = self.now.way_held.sum(axis=1), self.now.way_aged.sum(axis=1)
        return np.where(held > _LEAST, aged / np.maximum(held, _LEAST), empty)
