# SPDX-License-Identifier: BSD-3-Clause
"""In which order cells may add their tangents straight to a matrix, on any number of threads."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

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
    pair of nodes.
    """

    order: Int
    chunk: int
    colour_ptr: Int
    places: Int


_ORDERS: WeakKeyDictionary[BlockPattern, dict[int, CellOrder]] = WeakKeyDictionary()


def order_of(pattern: BlockPattern, position: int, cells: Int, points: Float) -> CellOrder:
    """Order of the cells (n, k) that are number ``position`` among a pattern's connectivities; kept with it."""
    known = _ORDERS.setdefault(pattern, {})
    if position not in known:
        known[position] = cell_order(cells, points, pattern.maps[position].block_of)
    return known[position]


def cell_order(cells: Int, points: Float, places: Int) -> CellOrder:
    """Sort cells along a space-filling curve, cut them into chunks and sort the chunks by colour."""
    curve = np.argsort(_morton(points[cells].mean(axis=1)), kind="stable").astype(np.int32)
    chunk = int(np.clip(len(cells) // _CHUNKS, _SMALLEST, _LARGEST))
    n_chunks = (len(cells) + chunk - 1) // chunk
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


def _morton(points: Float) -> NDArray[np.uint64]:
    """Place (n,) of points (n, 3) on a Morton curve of 2²¹ cells a side."""
    low = points.min(axis=0, initial=np.inf)
    size = max(float((points.max(axis=0, initial=-np.inf) - low).max(initial=0.0)), 1e-300)
    level = np.clip((points - low) / size * (2**21 - 1), 0, 2**21 - 1).astype(np.uint64)
    code = np.zeros(len(points), dtype=np.uint64)
    for axis in range(3):
        code |= _spread(level[:, axis]) << np.uint64(axis)
    return code


def _spread(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Put two empty bits between the 21 bits of each number."""
    for shift, mask in (
        (32, 0x1F00000000FFFF), (16, 0x1F0000FF0000FF), (8, 0x100F00F00F00F00F), (4, 0x10C30C30C30C30C3),
        (2, 0x1249249249249249),
    ):  # fmt: skip
        value = (value | value << np.uint64(shift)) & np.uint64(mask)
    return value
