# SPDX-License-Identifier: BSD-3-Clause
"""Coarse networks of groups of cells that strong faces join, for pressures in media of high contrast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels import multigrid, strong_cycle
from vertaug_kernels import strong_groups as kernels

__all__ = ["Grid", "GroupNetworks"]

Float = NDArray[np.float64]
Single = NDArray[np.float32]
Int = NDArray[np.int32]

_CELLS_LIKENESS, _GROUPS_LIKENESS = 0.7, 0.4
"""Share of the strongest coupling of either that the coupling of a pair of cells, or of groups, must have."""
_MOST = 30.0
_PASSES = 2
_GAIN = 0.8
"""Largest share of a network's rows that the next may have to be worth while."""


@dataclass(frozen=True)
class _Network:
    """An operator in rows, see `vertaug_kernels.strong_groups`."""

    start: Int
    other: Int
    coupling: Float
    anchor: Float

    @property
    def diagonal(self) -> Float:
        """Diagonal of the operator."""
        total = np.empty_like(self.anchor)
        kernels.row_sums(self.start, self.coupling, self.anchor, total)
        return total

    def coarse(self, likeness: float) -> tuple[Int, _Network]:
        """Group of each row, -1 where it needs none, and the network of the groups, of four rows as a rule."""
        network, total, number = self, self.diagonal, np.arange(len(self.anchor), dtype=np.int32)
        size = np.ones(len(total), np.int32)
        for small in range(_PASSES):
            rows = len(network.anchor)
            group, role, aside = np.empty(rows, np.int32), np.empty(rows, np.int8), np.empty(rows)
            given = (network.start, network.other, network.coupling, network.anchor, total, size)
            count = kernels.pair(*given, likeness, _MOST, small, group, role, aside)
            start, sizes = np.zeros(count + 1, np.int32), np.zeros(count, np.int32)
            other, coupling = np.empty_like(network.other), np.empty_like(network.coupling)
            anchor, totals = np.zeros(count), np.zeros(count)
            rows_and_groups = (
                *given,
                group,
                role,
                aside,
                start,
                other,
                coupling,
                anchor,
                totals,
                sizes,
            )
            entries = kernels.join(*rows_and_groups)
            network = _Network(start, other[:entries], coupling[:entries], anchor)
            total, size, number = totals, sizes, _composed(number, group)
        return number, network


def _composed(number: Int, group: Int) -> Int:
    """Group of the group of each row, -1 where it has none."""
    return np.append(group, np.int32(-1))[number]


@dataclass(frozen=True)
class Grid:
    """Conductances of a padded grid, mm³/(s MPa), and where its cells lie in the fields of `split_cycle`."""

    tx: Float
    ty: Float
    tz: Float
    anchor: Float
    at: int


def _grids_network(grids: Sequence[Grid]) -> tuple[list[Int], _Network]:
    """Number of each cell of some grids, -1 for those that take no part, and their network."""
    numbers, count = [], 0
    for grid in grids:
        number = np.empty(grid.anchor.shape, np.int32)
        count = kernels.number_cells(grid.tx, grid.ty, grid.tz, grid.anchor, count, number)
        numbers.append(number)
    start, anchor = np.zeros(count + 1, np.int32), np.zeros(count)
    other, coupling, entries = np.empty(6 * count, np.int32), np.empty(6 * count), 0
    for grid, number in zip(grids, numbers, strict=True):
        given = (grid.tx, grid.ty, grid.tz, grid.anchor, number, entries)
        entries = kernels.grid_rows(*given, start, other, coupling, anchor)
    start[-1] = entries
    return numbers, _Network(start, other[:entries], coupling[:entries], anchor)


class GroupNetworks:
    """The arrays of `strong_cycle` for the cells of some grids that no face joins.

    `rows` are those of each network, the first the groups of cells; `places` how many the fields of `split_cycle`
    have, and `cubes` whether the grids are the first coarse levels of the parts, not the finest level.
    """

    def __init__(self, grids: Sequence[Grid], places: int, cubes: bool) -> None:
        numbers, finest = _grids_network(grids)
        group, network = finest.coarse(_CELLS_LIKENESS)
        self._owner, self.cubes = np.full((2, places), -1, np.int32), cubes
        for grid, number in zip(grids, numbers, strict=True):
            kernels.place_groups(number, group, grid.at, self._owner)
        networks, groups = [network], []
        while len(network.anchor) > strong_cycle.LARGEST_FACTOR:
            group, coarser = network.coarse(_GROUPS_LIKENESS)
            rows = len(coarser.anchor)
            if rows == 0 or rows > _GAIN * len(network.anchor):
                break
            groups.append(group)
            network = coarser
            networks.append(network)
        self._join(networks, groups)

    def _join(self, networks: list[_Network], groups: list[Int]) -> None:
        """Lay all networks one after the other."""
        self.rows = [len(item.anchor) for item in networks]
        bounds = np.concatenate([[0], np.cumsum(self.rows)])
        entries = np.concatenate([[0], np.cumsum([len(item.other) for item in networks])])
        starts = [item.start[:-1] + at for item, at in zip(networks, entries, strict=False)]
        start = np.concatenate([*starts, entries[-1:]]).astype(np.int32)
        shifted = [item.other + at for item, at in zip(networks, bounds, strict=False)]
        ups = [
            np.where(group >= 0, group + at, -1)
            for group, at in zip(groups, bounds[1:], strict=False)
        ]
        up = np.concatenate([*ups, np.full(self.rows[-1], -1)]).astype(np.int32)
        diagonal = np.concatenate([item.diagonal for item in networks])
        coupling = np.concatenate([item.coupling for item in networks]).astype(np.float32)
        right, value = (np.zeros(bounds[-1], np.float32) for _ in range(2))
        others = np.concatenate(shifted).astype(np.int32)
        inverse = np.divide(1.0, diagonal, out=np.zeros_like(diagonal), where=diagonal > 0.0)
        self.arrays = (
            self.cubes, self._owner, bounds.astype(np.int64), start, others, coupling,
            diagonal.astype(np.float32), inverse.astype(np.float32), up, self._factor(networks[-1]), right, value,
        )  # fmt: skip

    @staticmethod
    def _factor(network: _Network) -> Float:
        """Cholesky factor of a small network, empty where it is not small."""
        rows = len(network.anchor)
        if rows > strong_cycle.LARGEST_FACTOR:
            return np.zeros((0, 0))
        matrix = np.diag(network.diagonal)
        row = np.repeat(np.arange(rows), np.diff(network.start))
        matrix[row, network.other] -= network.coupling
        multigrid.cholesky(matrix)
        return matrix
