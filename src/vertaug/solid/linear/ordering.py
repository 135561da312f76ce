# SPDX-License-Identifier: BSD-3-Clause
"""Orders of rows in which chunks do not touch each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse as scipy_sparse
from scipy.sparse.csgraph import reverse_cuthill_mckee

from vertaug_kernels import coarsen

__all__ = ["Ordering", "order_rows", "split_rows", "widest_row"]

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

_SERIAL_ROWS = 2500
_MANY_ROWS = 60_000
_PARTS = 16


@dataclass(frozen=True, eq=False)
class Ordering:
    """Rows of a level, chunk by chunk; chunks of one stage do not touch each other.

    Attributes
    ----------
    order : (n_rows,) int32, old row at each new place
    chunk_ptr : (n_chunks + 1,) int32, new rows of each chunk
    stage_ptr : (n_stages + 1,) int32, chunks of each stage
    """

    order: Ints
    chunk_ptr: Ints
    stage_ptr: Ints


def widest_row(indptr: Ints) -> int:
    """Most blocks an ordinary row may have; wider ones (a rigid platen) are treated alone."""
    widths = np.diff(indptr)
    return max(100, int(6.0 * widths.mean())) if widths.size else 100


def split_rows(indptr: Ints) -> Ints:
    """Rows of parts with about equal numbers of blocks; one part where there are few rows."""
    n_rows = indptr.size - 1
    if n_rows < _SERIAL_ROWS:
        return np.array([0, n_rows], np.int32)
    goals = np.linspace(0, indptr[-1], _PARTS + 1)
    return np.searchsorted(indptr, goals).astype(np.int32)


def order_rows(indptr: Ints, indices: Ints, points: Floats) -> Ordering:
    """Bisect the rows in space: halves of halves first, what separates them after them.

    The number of chunks depends on the number of rows alone, never on the number of threads.
    Within a chunk the order is that of reverse Cuthill-McKee, for the processor's caches.

    Parameters
    ----------
    indptr, indices : symmetric block pattern
    points : (n_rows, 3) float64
    """
    n_rows = indptr.size - 1
    band = _band_order(indptr, indices)
    if n_rows < _SERIAL_ROWS:
        return Ordering(band, np.array([0, n_rows], np.int32), np.array([0, 1], np.int32))
    depth = 2 if n_rows < _MANY_ROWS else 3
    leaf = _bisect(points, depth)
    stage = np.empty(n_rows, np.int32)
    coarsen.separate(indptr, indices, leaf, depth, widest_row(indptr), stage)
    first = np.concatenate([[0], np.cumsum(2 ** np.arange(depth, -1, -1))])
    chunk = first[stage] + (leaf >> stage)
    order = band[np.argsort(chunk[band], kind="stable")]
    counts = np.bincount(chunk, minlength=first[-1])
    chunk_ptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return Ordering(order, chunk_ptr, first.astype(np.int32))


def _bisect(points: Floats, depth: int) -> Ints:
    """Number of the box each point falls in after cutting at medians, longest side first."""
    leaf = np.zeros(len(points), np.int32)
    for _ in range(depth):
        halved = np.empty_like(leaf)
        for box in range(int(leaf.max()) + 1):
            rows = np.flatnonzero(leaf == box)
            axis = int(np.ptp(points[rows], axis=0).argmax())
            upper = np.zeros(rows.size, np.int32)
            upper[np.argsort(points[rows, axis], kind="stable")[rows.size // 2 :]] = 1
            halved[rows] = 2 * box + upper
        leaf = halved
    return leaf


def _band_order(indptr: Ints, indices: Ints) -> Ints:
    """Reverse Cuthill-McKee order, wide rows left out of the graph."""
    n_rows = indptr.size - 1
    widths = np.diff(indptr)
    wide = widths > widest_row(indptr)
    if wide.any():
        rows = np.repeat(np.arange(n_rows), widths)
        keep = ~(wide[rows] | wide[indices])
        indptr = np.concatenate([[0], np.cumsum(np.bincount(rows[keep], minlength=n_rows))])
        indices = indices[keep]
    graph = scipy_sparse.csr_matrix(
        (np.ones(indices.size, np.int8), indices, indptr.astype(np.int32)), shape=(n_rows, n_rows)
    )
    return np.asarray(reverse_cuthill_mckee(graph, symmetric_mode=True), dtype=np.int32)
