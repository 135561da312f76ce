# SPDX-License-Identifier: BSD-3-Clause
"""One level of a multigrid hierarchy: its rows, its matrix in single precision, its smoother."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse as scipy_sparse

from vertaug.solid.linear._errors import MatrixError
from vertaug.solid.linear.ordering import Ordering, order_rows, split_rows
from vertaug_kernels import coarsen, cycle, galerkin, narrow, node_cycle, sparse

__all__ = [
    "FIX", "NODE", "Level", "Pattern", "Rows", "apart", "make_rows", "multiply_patterns", "transposed",
]  # fmt: skip

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Pattern = tuple[Ints, Ints]  # indptr, indices

NODE = 4
"""Numbers from one node to the next in vectors of single precision, see `vertaug_kernels.node_cycle`."""
FIX = "hold the rigid-body motions of every part, or pass a positive definite `setup` matrix"


@dataclass(frozen=True, eq=False)
class Rows:
    """Pattern of a level in the order of its chunks.

    Attributes
    ----------
    indptr, indices, diagonal : block pattern, int32, columns sorted
    source : (n_blocks,) int32, where each block stands in the matrix as it is given
    ordering : order of the rows, chunks and stages
    part_ptr : rows of the parts that loops over rows are split in
    given : pattern of the matrix as it is given, with its rows in parts
    place : (n_rows,) int32, row here of each row given
    """

    indptr: Ints
    indices: Ints
    diagonal: Ints
    source: Ints
    ordering: Ordering
    part_ptr: Ints
    given: tuple[Ints, Ints, Ints]
    place: Ints

    @property
    def n_rows(self) -> int:
        """Number of block rows."""
        return self.indptr.size - 1


def make_rows(indptr: Ints, indices: Ints, points: Floats) -> Rows:
    """Order the rows of a pattern, (n_rows + 1,) and (n_blocks,) int32, by points (n_rows, 3)."""
    ordering = order_rows(indptr, indices, points)
    order, n_rows = ordering.order, indptr.size - 1
    graph = scipy_sparse.csr_matrix(
        (np.arange(indices.size, dtype=np.int32), indices, indptr), shape=(n_rows, n_rows)
    )[order]
    place = np.empty(n_rows, np.int32)
    place[order] = np.arange(n_rows, dtype=np.int32)
    graph = scipy_sparse.csr_matrix((graph.data, place[graph.indices], graph.indptr), graph.shape)
    graph.sort_indices()
    new_ptr, new_indices = graph.indptr.astype(np.int32), graph.indices.astype(np.int32)
    own = np.repeat(np.arange(n_rows, dtype=np.int32), np.diff(new_ptr))
    diagonal = np.flatnonzero(new_indices == own).astype(np.int32)
    source = graph.data.astype(np.int32)
    given = (split_rows(indptr), indptr, indices)
    return Rows(new_ptr, new_indices, diagonal, source, ordering, split_rows(new_ptr), given, place)


def multiply_patterns(first: Pattern, second: Pattern, n_columns: int) -> Pattern:
    """Pattern of the product of two sparse matrices, columns sorted."""
    parts = split_rows(first[0])
    counts = np.empty(first[0].size - 1, np.int32)
    galerkin.count_product(parts, *first, *second, n_columns, counts)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    indices = np.empty(indptr[-1], np.int32)
    galerkin.fill_product(parts, *first, *second, n_columns, indptr, indices)
    return indptr, indices


def transposed(pattern: Pattern, n_columns: int) -> tuple[Ints, Ints, Ints]:
    """Transposed pattern: pointers, rows, and the place of each entry in the pattern given."""
    indptr, indices = pattern
    ptr, places = np.empty(n_columns + 1, np.int32), np.empty(indices.size, np.int32)
    sparse.group_entries(indices, ptr, places)
    rows = np.repeat(np.arange(indptr.size - 1, dtype=np.int32), np.diff(indptr))
    return ptr, rows[places], places


@dataclass(eq=False)
class Level:
    """Matrix, smoother and work vectors of one level.

    Attributes
    ----------
    rows : pattern and order
    size : unknowns of a row, 3 or 6
    free : (n_rows, size) float64, 0 at fixed unknowns, else 1
    lower_ptr : (n_rows + 1,) int32, blocks of each row below the diagonal
    columns : (n_lower,) uint32, column of each such block; its first unknown where size is 6
    blocks : (n_lower, size, size) float32
    totals : (n_rows, 3, 3) float32, sums of the blocks of rows, where size is 3
    inverse : (n_rows, size, size) float32, inverse diagonal blocks
    x, b, residual : float32, (4 n_rows,) where size is 3, (6 n_rows,) where it is 6
    """

    rows: Rows
    size: int
    free: Floats
    lower_ptr: Ints = field(init=False)
    columns: NDArray[np.uint32] = field(init=False)
    blocks: Singles = field(init=False)
    totals: Singles = field(init=False)
    inverse: Singles = field(init=False)
    x: Singles = field(init=False)
    b: Singles = field(init=False)
    residual: Singles = field(init=False)

    def __post_init__(self) -> None:
        rows, shape = self.rows, (self.size, self.size)
        counts = rows.diagonal - rows.indptr[:-1]
        self.lower_ptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
        self._lower = _ranges(rows.indptr[:-1], counts)
        self.columns = rows.indices[self._lower].astype(np.uint32)
        if self.size == 3:
            self._taken_by = _taking(rows, self._lower, self.free)
            self._lower = self._lower[:0]
        else:
            self.columns *= np.uint32(self.size)
        # one more of each: a block of 3x3 is read with the seven numbers after it
        self._room = np.zeros((self.columns.size + 1, *shape), np.float32)
        self._totals = np.zeros((rows.n_rows + 1 if self.size == 3 else 1, 3, 3), np.float32)
        self._inverse = np.zeros((rows.n_rows + 1, *shape), np.float32)
        self.blocks, self.totals, self.inverse = (
            self._room[:-1],
            self._totals[:-1],
            self._inverse[:-1],
        )
        length = rows.n_rows * (NODE if self.size == 3 else self.size)
        self.x, self.b, self.residual = np.zeros((3, length), np.float32)

    @property
    def chunk_ptr(self) -> Ints:
        """Rows of each chunk, (n_chunks + 1,) int32."""
        return self.rows.ordering.chunk_ptr

    def take(self, blocks: Floats, name: str = "node") -> Floats:
        """Take over the values of a matrix; returns its inverse diagonal blocks in float64.

        Raises
        ------
        MatrixError : a diagonal block is not positive definite
        """
        rows = self.rows
        if self.size == 3:
            diagonal = np.empty((rows.n_rows, 3, 3))
            own, target, plain, free = self._taken_by
            narrow.narrow(
                *rows.given, own, rows.place, target, plain, blocks.reshape(-1, 9), free,
                self._room.reshape(-1, 9), self.totals.reshape(-1, 9), diagonal,
            )  # fmt: skip
        else:
            self.blocks[:] = blocks[rows.source[self._lower]]
            diagonal = blocks[rows.source[rows.diagonal]]
        inverse = np.empty(self.inverse.shape)
        if self.size == 3:
            coarsen.invert_small(diagonal, inverse)
            failed = inverse[:, 0, 0] < 0.0
            bad = int(failed.argmax()) if failed.any() else -1
        else:
            every = np.arange(rows.n_rows, dtype=np.int32)
            bad = int(coarsen.invert_diagonal(every, diagonal, inverse))
        if bad >= 0:
            place = f"node {rows.ordering.order[bad]}" if name == "node" else name
            found = f"the diagonal block of {place} is not positive definite"
            raise MatrixError(found, FIX)
        self.inverse[:] = inverse
        return inverse

    def down(self) -> None:
        """Sweep forward from zero: solve the lower triangle for `b`, into `x` and `residual`."""
        if self.size == 3:
            node_cycle.sweep_down(*self._matrix(), self.b, self.x, self.residual)
        else:
            cycle.sweep_down(*self._matrix(), self.b, self.x, self.residual)

    def up(self) -> None:
        """Sweep backward: improve `x`."""
        if self.size == 3:
            node_cycle.sweep_up(*self._matrix(), self.b, self.x, self.residual)
        else:
            cycle.sweep_up(*self._matrix(), self.b, self.x, self.residual)

    def _matrix(self) -> tuple[Ints, Ints, Ints, NDArray[np.uint32], Singles, Singles]:
        """Stages, chunks, rows, columns, blocks and inverse blocks, as the sweeps ask for them."""
        ordering = self.rows.ordering
        place = ordering.stage_ptr, ordering.chunks, self.lower_ptr, self.columns
        if self.size == 3:
            return (*place, self._room.reshape(-1), self._inverse.reshape(-1))
        return (*place, self.blocks, self.inverse)

    def multiply(self, x: Singles, out: Singles) -> None:
        """Product with the matrix of a level of 3x3 blocks, (4 n_rows,) float32 both."""
        stages, chunks, ptr, columns, blocks, _ = self._matrix()
        totals = self._totals.reshape(-1)
        node_cycle.multiply_differences(stages, chunks, ptr, columns, blocks, totals, x, out)

    def spectral_radius(self, inverse: Floats, blocks: Floats, steps: int = 12) -> float:
        """Largest eigenvalue of the block-Jacobi scaled matrix, from a fixed start."""
        x = np.cos(1.0 + 7.0 * np.arange(self.free.size, dtype=np.float64)) * self.free.reshape(-1)
        radius = 1.0
        wide = None
        if self.size != 3:
            wide = scipy_sparse.bsr_matrix(
                (blocks[self.rows.source], self.rows.indices, self.rows.indptr),
                shape=(x.size, x.size),
            )
        single = np.zeros((self.rows.n_rows, NODE), np.float32)
        answer = np.empty_like(single)
        for _ in range(steps):
            x /= np.sqrt(np.square(x).sum())
            if wide is None:
                single[:, :3] = x.reshape(-1, 3)
                self.multiply(single.reshape(-1), answer.reshape(-1))
                product = answer[:, :3].astype(np.float64)
            else:
                product = wide @ x
            scaled = inverse @ product.reshape(-1, self.size, 1)
            x = scaled.reshape(-1) * self.free.reshape(-1)
            radius = float(np.sqrt(np.square(x).sum()))
        return 1.05 * radius


def apart(vectors: NDArray[Any]) -> Singles:
    """Three numbers of each node, (n, 3), as a flat vector of single precision with a zero after them."""
    flat = np.zeros((len(vectors), NODE), np.float32)
    flat[:, :3] = vectors
    return flat.reshape(-1)


def _taking(
    rows: Rows, lower: NDArray[np.int64], free: Floats
) -> tuple[Ints, Ints, NDArray[np.bool_], Floats]:
    """What `narrow` asks for: diagonal blocks, targets, plain rows, free unknowns, all in the order given."""
    _, indptr, indices = rows.given
    target = np.full(indices.size, lower.size, np.int32)
    target[rows.source[lower]] = np.arange(lower.size, dtype=np.int32)
    diagonal = rows.source[rows.diagonal][rows.place]
    free = np.ascontiguousarray(free[rows.place])
    whole = free.min(axis=1) > 0.0
    plain = np.logical_and.reduceat(whole[indices], indptr[:-1])
    return diagonal, target, plain, free


def _ranges(starts: Ints, counts: Ints) -> NDArray[np.int64]:
    """All of start, start + 1, ... for each start, one after the other."""
    ends = np.cumsum(counts)
    offset = np.repeat(starts - (ends - counts), counts)
    return np.asarray(np.arange(offset.size) + offset, dtype=np.int64)
