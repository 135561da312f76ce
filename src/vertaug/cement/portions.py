# SPDX-License-Identifier: BSD-3-Clause
"""What the cement of each cell is made of: portions in the order of injection, each with its age and cure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["AGE", "CURE", "Portions"]

Float = NDArray[np.float64]
Cells = tuple[NDArray[np.intp], ...]

AGE, CURE = 0, 1
"""Marks that go along with cement: equivalent age, s, and degree of cure."""
_LEAST = 1e-12


class _Contents:
    """Volumes `held`, mm³, of portions, and volumes times `marks`: cells' and ways'."""

    def __init__(self, shape: tuple[int, ...], ways: int, number: int, marks: int) -> None:
        self.held, self.marks = np.zeros((*shape, number)), np.zeros((*shape, number, marks))
        self.way_held, self.way_marks = np.zeros((ways, number)), np.zeros((ways, number, marks))

    def arrays(self) -> tuple[Float, Float, Float, Float]:
        """All of them."""
        return self.held, self.marks, self.way_held, self.way_marks


class Portions:
    """Portions of the padded cells `shape` and of some `ways`; portion 0 is what was there before.

    A step is tried in `now` from what was, any number of times, and kept with `accept`. Each portion has
    one or two `marks`: `AGE`, and `CURE` where it is followed.
    """

    def __init__(self, shape: tuple[int, ...], ways: int, number: int, marks: int) -> None:
        self._before, self.now = (_Contents(shape, ways, number, marks) for _ in range(2))
        self.leaving, self.leaving_marks = (
            np.zeros((*shape, number)),
            np.zeros((*shape, number, marks)),
        )

    @property
    def follows_cure(self) -> bool:
        """Whether portions carry their degree of cure."""
        return self.leaving_marks.shape[-1] > CURE

    def place(self, volume: Float, marks: Sequence[Float | float]) -> None:
        """Put cement that is there at the start, mm³, with its marks into portion 0."""
        self._before.held[..., 0] = volume
        for mark, value in enumerate(marks):
            self._before.marks[..., 0, mark] = value * volume
        self.begin()

    def begin(self) -> None:
        """Go back to the start of the step."""
        for now, before in zip(self.now.arrays(), self._before.arrays(), strict=True):
            now[...] = before

    def inject(self, cells: Cells, volume: Float, n: int, marks: Sequence[Float | float]) -> None:
        """Add `volume` (m,), mm³, of portion `n` with its marks to the padded `cells`, each named once."""
        self.now.held[..., n][cells] += volume
        for mark, value in enumerate(marks):
            self.now.marks[..., n, mark][cells] += value * volume

    def grow(self, mark: int, cells: Float | float, ways: Float | float) -> None:
        """Let a mark of all cement grow, by cell (padded field) or alike, and by way."""
        now = self.now
        now.marks[..., mark] += (cells if isinstance(cells, float) else cells[..., None]) * now.held
        now.way_marks[..., mark] += (
            ways if isinstance(ways, float) else ways[:, None]
        ) * now.way_held

    def accept(self) -> None:
        """Keep the step."""
        self._before, self.now = self.now, self._before
        self.begin()

    def mean(self, mark: int, cells: NDArray[np.intp], empty: float) -> Float:
        """Mean of a mark over the cement in flat padded `cells` (m,); `empty` where there is none."""
        number, marks = self.now.marks.shape[-2:]
        held = self.now.held.reshape(-1, number)[cells].sum(axis=1)
        total = self.now.marks.reshape(-1, number, marks)[cells, :, mark].sum(axis=1)
        return np.where(held > _LEAST, total / np.maximum(held, _LEAST), empty)

    def mean_of_ways(self, mark: int, empty: float) -> Float:
        """Mean of a mark over the cement in each way; `empty` where there is none."""
        held, total = self.now.way_held.sum(axis=1), self.now.way_marks[..., mark].sum(axis=1)
        return np.where(held > _LEAST, total / np.maximum(held, _LEAST), empty)
