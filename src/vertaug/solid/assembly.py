# SPDX-License-Identifier: BSD-3-Clause
"""In which order cells may add their tangents straight to a matrix, on any number of threads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh.ordering import curve_order
from vertaug.solid.linear import BlockPattern
from vertaug_kernels import colouring

__all__ = ["CellOrder", "cell_order", "order_of"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

_CHUNKS, _SMALLEST, _LARGEST = 48, 64, 1024
"""Chunks aimed at, and cells in one: large chunks keep what they add to in the cache."""


@dataclass(frozen=True, eq=False)
class CellOrder:
    """Cells in chunks by colour; chunks of one colour share no node.

    `order` (n,), `chunk` cells in each, `colour_ptr` (n_colours + 1,) in chunks, `places` (n, k, k) block of each
    pair of nodes. `kept` is what `keep` keeps.
    """

    order: Int
    chunk: int
    colour_ptr: Int
    places: Int
    kept: dict[str, tuple[tuple[object, ...], Float]] = field(default_factory=dict, repr=False)

    def keep(self, sources: tuple[object, ...], make: Callable[[], Float]) -> Float:
        """Blocks that ``make`` gives, made again only where one of the ``sources`` is another object."""
        known = self.kept.get("blocks")
        if known is None or any(a is not b for a, b in zip(known[0], sources, strict=True)):
            known = self.kept["blocks"] = (sources, make())
        return known[1]


_ORDERS: WeakKeyDictionary[BlockPattern, dict[int, CellOrder]] = WeakKeyDictionary()


def order_of(pattern: BlockPattern, position: int, cells: Int, points: Float) -> CellOrder:
    """Order of the cells (n, k) that are number ``position`` among a pattern's connectivities; kept with it."""
    known = _ORDERS.setdefault(pattern, {})
    if position not in known:
        known[position] = cell_order(cells, points, pattern.maps[position].block_of)
    return known[position]


def cell_order(cells: Int, points: Float, places: Int) -> CellOrder:
    """Sort cells along a space-filling curve, cut them into chunks and sort the chunks by colour.

    Within a chunk cells come in their own order, which is mostly that of the memory.
    """
    chunk = int(np.clip(len(cells) // _CHUNKS, _SMALLEST, _LARGEST))
    n_chunks = (len(cells) + chunk - 1) // chunk
    curve = _sorted_within(curve_order(points[cells].mean(axis=1)), chunk)
    colour = np.zeros(n_chunks, dtype=np.int32)
    count = int(colouring.colour_chunks(cells, curve, chunk, len(points), colour))
    if count < 0:
        return CellOrder(curve, chunk, np.arange(n_chunks + 1, dtype=np.int32), places)
    # A chunk that is not full must stay the last one, whatever its colour.
    if len(cells) % chunk:
        colour[-1] = count
    by_colour = np.argsort(colour, kind="stable")
    order = np.concatenate([curve[chunk * c : chunk * (c + 1)] for c in by_colour])
    pointers = np.concatenate([[0], np.cumsum(np.bincount(colour, minlength=count))])
    return CellOrder(order.astype(np.int32), chunk, pointers.astype(np.int32), places)


def _sorted_within(order: Int, chunk: int) -> Int:
    """Sort each ``chunk`` of an order (n,)."""
    whole = len(order) // chunk * chunk
    return np.concatenate(
        [np.sort(order[:whole].reshape(-1, chunk)).ravel(), np.sort(order[whole:])]
    )
