# SPDX-License-Identifier: BSD-3-Clause
"""What adds to the energy of a step: the one interface between Newton and physics."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.assembly import CellOrder

__all__ = ["AssemblingItem", "Contribution", "Item", "RankOne", "scatter"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True)
class RankOne:
    """A term scale · g gᵀ of the tangent: `scale` in mJ per unit of g², `vector` (n_nodes, 3)."""

    scale: float
    vector: Float


@dataclass(frozen=True)
class Contribution:
    """What an item adds at given points.

    `energy` in mJ (infinite where a cell would invert), `forces` (m, k, 3) in N on the nodes of
    each element, `matrices` (m, 3k, 3k) in N/mm or None, and further rank-one terms.
    """

    energy: float
    forces: Float
    matrices: Float | None
    rank_ones: tuple[RankOne, ...] = field(default=())


class Item(Protocol):
    """A body, membrane, spring, balloon or load."""

    @property
    def connectivity(self) -> Int:
        """Nodes of each element, (m, k)."""
        ...

    def energy(self, points: Float) -> float:
        """Energy (mJ) at ``points`` (n_nodes, 3) mm."""
        ...

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces and, if asked for, tangent at ``points`` (n_nodes, 3) mm."""
        ...


@runtime_checkable
class AssemblingItem(Item, Protocol):
    """An item that adds its tangents to the matrix itself, since its elements are many."""

    def assemble(self, points: Float, order: CellOrder, blocks: Float) -> Contribution:
        """Energy and forces; tangents are added to ``blocks`` (n_blocks, 3, 3)."""
        ...


def scatter(n_nodes: int, connectivity: Int, forces: Float) -> Float:
    """Sum element forces (m, k, 3) into nodes (n_nodes, 3), in a fixed order."""
    flat = connectivity.ravel()
    columns = [np.bincount(flat, forces[..., d].ravel(), n_nodes) for d in range(3)]
    return np.stack(columns, axis=1)
