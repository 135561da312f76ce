# SPDX-License-Identifier: BSD-3-Clause
"""Orders of rows in which chunks do not touch each other."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

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
_HALVING_ROWS = 10_000
_PARTS = 16


@dataclass(frozen=True, eq=False)
class Ordering:
    """Rows of a level, chunk by chunk; chunks of one stage do not touch each other.

    Attributes
    ----------
    order : (n_rows,) int32, old row at each new place
    chunk_ptr : (n_chunks + 1,) int32, new rows of each chunk
    stage_ptr : (n_stages + 1,) int32, chunks of each stage
    chunks : (n_chunks, 2) int32, first row and end of each chunk, stage by stage; within a stage in the order
        in which threads share them
    """

    order: Ints
    chunk_ptr: Ints
    stage_ptr: Ints
    chunks: Ints


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

    The number of chunks depends on the number of rows alone, never on the number of threads; see `_halve_last` for
    the last stages of large levels. Within a chunk the order is that of reverse Cuthill-McKee, for the
    processor's caches.

    Parameters
    ----------
    indptr, indices : symmetric block pattern
    points : (n_rows, 3) float64
    """
    n_rows = indptr.size - 1
    band = _band_order(indptr, indices)
    if n_rows < _SERIAL_ROWS:
        one = np.array([0, n_rows], np.int32)
        return Ordering(band, one, np.array([0, 1], np.int32), one[None])
    depth = 2 if n_rows < _MANY_ROWS else 3
    leaf, stage = _bisect(points, depth), np.empty(n_rows, np.int32)
    widths, widest = np.diff(indptr), widest_row(indptr)
    coarsen.separate(indptr, indices, leaf, depth, widest, stage)
    leaves = [2**power for power in range(depth, -1, -1)]
    if n_rows >= _HALVING_ROWS:
        _halve_last(indptr, indices, points, widths > widest, depth, leaf, stage)
        leaves = [*leaves[:-1], 2, 1]
    else:
        leaf[stage == depth] = 0
    first = np.cumsum([0, *leaves])
    chunk = first[stage] + np.where(stage < depth, leaf >> stage, leaf >> (depth - 1))
    order = band[np.argsort(chunk[band], kind="stable")]
    counts = np.bincount(chunk, minlength=first[-1])
    chunk_ptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    ends = np.stack([chunk_ptr[:-1], chunk_ptr[1:]], axis=1)
    shared = _shared(first, np.bincount(chunk, widths, minlength=first[-1]))
    return Ordering(order, chunk_ptr, first.astype(np.int32), np.ascontiguousarray(ends[shared]))


def _halve_last(
    indptr: Ints, indices: Ints, points: Floats, wide: NDArray[np.bool_], last: int, leaf: Ints, stage: Ints,
) -> None:  # fmt: skip
    """Cut what separates all leaves, stage `last`, in two: it holds a seventh of the blocks.

    What separates these halves, and what is wide, goes to a stage after them. A row writes to its neighbours of
    earlier stages, so halves must not share one either. `leaf` is set anew for both stages so that its highest
    bit is the number of the half.
    """
    alone = np.flatnonzero((stage == last) & wide)
    leaf[alone], stage[alone] = 0, last + 1
    rows = np.flatnonzero(stage == last)
    if rows.size == 0:
        return
    touched = scipy_sparse.csr_matrix(
        (np.ones(indices.size, np.int32), indices, indptr), shape=(stage.size, stage.size)
    )[rows][:, stage <= last]
    graph = scipy_sparse.csr_matrix(touched @ touched.T)
    half, apart = _bisect(points[rows], 1), np.empty(rows.size, np.int32)
    ptr, columns = graph.indptr.astype(np.int32), graph.indices.astype(np.int32)
    coarsen.separate(ptr, columns, half, 1, rows.size, apart)
    leaf[rows], stage[rows] = np.where(apart == 0, half << (last - 1), 0), last + apart


def _shared(first: NDArray[np.int64], work: NDArray[Any]) -> NDArray[np.int64]:
    """Chunks of each stage, the heaviest beside the lightest: threads take neighbours."""
    order = np.empty(work.size, np.int64)
    for begin, end in itertools.pairwise(first):
        rank = begin + np.argsort(work[begin:end], kind="stable")
        half = (rank.size + 1) // 2
        order[begin:end:2], order[begin + 1 : end : 2] = rank[:half], rank[half:][::-1]
    return order


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
