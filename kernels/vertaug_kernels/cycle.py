# SPDX-License-Identifier: BSD-3-Clause
"""Single-precision pieces of a multigrid cycle on block matrices.

Rows stand chunk by chunk, and chunks in stages: chunks of one stage never touch each other, so that
a sweep is an exact Gauss-Seidel sweep whatever the number of threads. Where a level is small the
caller passes one stage of one chunk. Vectors are flat, (6 n_nodes,) float32; `node_cycle` does the same for nodes
of three unknowns, whose vectors are (4 n_nodes,).

Matrices are symmetric and only the blocks below the diagonal are kept, row after row, so that each
sweep reads one stream of memory from end to end, half as long as the matrix. (A sweep that skips half
of each row takes twice the time of one that reads all of it: the processor no longer reads ahead.)
Row i reads its blocks twice while they are in the cache: for what earlier rows do to it, and,
transposed, for what it does to them.
"""

from __future__ import annotations

import numpy as np

from vertaug_kernels._jit import kernel, parallel_kernel, prange
from vertaug_kernels._stack import stack_singles

__all__ = [
    "dense_multiply",
    "prolong_add",
    "restrict",
    "sweep_down",
    "sweep_up",
]


@kernel
def _gather(first, last, columns, blocks, x, rest):
    """Subtract the products of blocks first .. last of one row from `rest`, (6,)."""
    s0, s1, s2, s3, s4, s5 = rest[0], rest[1], rest[2], rest[3], rest[4], rest[5]
    for k in range(first, last):
        j = columns[k]
        for c in range(6):
            value = x[j + c]
            s0 -= blocks[k, 0, c] * value
            s1 -= blocks[k, 1, c] * value
            s2 -= blocks[k, 2, c] * value
            s3 -= blocks[k, 3, c] * value
            s4 -= blocks[k, 4, c] * value
            s5 -= blocks[k, 5, c] * value
    rest[0], rest[1], rest[2], rest[3], rest[4], rest[5] = s0, s1, s2, s3, s4, s5


@kernel
def _finish(row, first, last, columns, blocks, inverse, rest, x, r):
    """Solve for a row of 6x6 blocks and tell the rows before it."""
    for a in range(6):
        value = inverse[row, a, 0] * rest[0]
        for c in range(1, 6):
            value += inverse[row, a, c] * rest[c]
        x[6 * row + a] = value
    i = 6 * row
    y0, y1, y2, y3, y4, y5 = x[i], x[i + 1], x[i + 2], x[i + 3], x[i + 4], x[i + 5]
    for k in range(first, last):
        j = columns[k]
        for c in range(6):
            r[j + c] -= (
                blocks[k, 0, c] * y0
                + blocks[k, 1, c] * y1
                + blocks[k, 2, c] * y2
                + blocks[k, 3, c] * y3
                + blocks[k, 4, c] * y4
                + blocks[k, 5, c] * y5
            )


@kernel
def _down(begin, end, ptr, columns, blocks, inverse, b, x, r):
    rest = stack_singles(6)
    for row in range(begin, end):
        for a in range(6):
            rest[a] = b[6 * row + a]
            r[6 * row + a] = np.float32(0.0)
        first, last = ptr[row], ptr[row + 1]
        _gather(first, last, columns, blocks, x, rest)
        _finish(row, first, last, columns, blocks, inverse, rest, x, r)


@kernel
def _up(begin, end, ptr, columns, blocks, inverse, x, r):
    rest = stack_singles(6)
    for row in range(end - 1, begin - 1, -1):
        for a in range(6):
            rest[a] = r[6 * row + a]
        first, last = ptr[row], ptr[row + 1]
        _gather(first, last, columns, blocks, x, rest)
        _finish(row, first, last, columns, blocks, inverse, rest, x, r)


@parallel_kernel
def sweep_down(stage_ptr, chunks, ptr, columns, blocks, inverse, b, x, r):
    """One forward Gauss-Seidel sweep from a zero start, and the residual it leaves.

    Parameters
    ----------
    stage_ptr : (n_stages + 1,) int32, chunks of each stage
    chunks : (n_chunks, 2) int32, first row and end of each chunk
    ptr : (n_nodes + 1,) int32, blocks of each row, those below the diagonal
    columns : (n_lower,) uint32, first unknown of the column of each block
    blocks : (n_lower, 6, 6) float32
    inverse : (n_nodes, 6, 6) float32, inverse diagonal blocks
    b : right-hand side, float32
    x, r : out, float32, solution and residual
    """
    for stage in range(stage_ptr.size - 1):
        begin, end = stage_ptr[stage], stage_ptr[stage + 1]
        if end - begin == 1:
            _down(chunks[begin, 0], chunks[begin, 1], ptr, columns, blocks, inverse, b, x, r)
        else:
            for c in prange(begin, end):
                _down(chunks[c, 0], chunks[c, 1], ptr, columns, blocks, inverse, b, x, r)


@parallel_kernel
def sweep_up(stage_ptr, chunks, ptr, columns, blocks, inverse, b, x, r):
    """One backward Gauss-Seidel sweep that improves `x`; `r` is overwritten with rubbish."""
    r[:] = b
    for back in range(stage_ptr.size - 1):
        stage = stage_ptr.size - 2 - back
        begin, end = stage_ptr[stage], stage_ptr[stage + 1]
        if end - begin == 1:
            _up(chunks[begin, 0], chunks[begin, 1], ptr, columns, blocks, inverse, x, r)
        else:
            for c in prange(begin, end):
                _up(chunks[c, 0], chunks[c, 1], ptr, columns, blocks, inverse, x, r)


@kernel
def _restrict_rows(first, last, ptr, rows, blocks, x, out):
    size = blocks.shape[1]
    apart = 4 if size == 3 else 6
    for group in range(first, last):
        s0 = np.float32(0.0)
        s1 = np.float32(0.0)
        s2 = np.float32(0.0)
        s3 = np.float32(0.0)
        s4 = np.float32(0.0)
        s5 = np.float32(0.0)
        for e in range(ptr[group], ptr[group + 1]):
            j = apart * rows[e]
            for a in range(size):
                value = x[j + a]
                s0 += blocks[e, a, 0] * value
                s1 += blocks[e, a, 1] * value
                s2 += blocks[e, a, 2] * value
                s3 += blocks[e, a, 3] * value
                s4 += blocks[e, a, 4] * value
                s5 += blocks[e, a, 5] * value
        i = 6 * group
        out[i], out[i + 1], out[i + 2] = s0, s1, s2
        out[i + 3], out[i + 4], out[i + 5] = s3, s4, s5


@parallel_kernel
def restrict(part_ptr, ptr, rows, blocks, x, out):
    """Product of the transpose of a prolongation with a vector.

    Parameters
    ----------
    part_ptr : (n_parts + 1,) int32, groups that one thread takes at a time
    ptr, rows : fine rows of each group, int32
    blocks : (n, b, 6) float32, those of the prolongation in the order of ``rows``
    x : float32, (4 n_rows,) where b is 3, (6 n_rows,) where it is 6
    out : (6 n_groups,) float32, out
    """
    if part_ptr.size == 2:
        _restrict_rows(part_ptr[0], part_ptr[1], ptr, rows, blocks, x, out)
    else:
        for part in prange(part_ptr.size - 1):
            _restrict_rows(part_ptr[part], part_ptr[part + 1], ptr, rows, blocks, x, out)


@kernel
def _prolong_rows(first, last, indptr, indices, blocks, x, out):
    size = blocks.shape[1]
    apart = 4 if size == 3 else 6
    for row in range(first, last):
        for a in range(size):
            value = out[apart * row + a]
            for k in range(indptr[row], indptr[row + 1]):
                j = 6 * indices[k]
                value += (
                    blocks[k, a, 0] * x[j]
                    + blocks[k, a, 1] * x[j + 1]
                    + blocks[k, a, 2] * x[j + 2]
                    + blocks[k, a, 3] * x[j + 3]
                    + blocks[k, a, 4] * x[j + 4]
                    + blocks[k, a, 5] * x[j + 5]
                )
            out[apart * row + a] = value


@parallel_kernel
def prolong_add(part_ptr, indptr, indices, blocks, x, out):
    """Add the product of a prolongation, (n, b, 6) float32 blocks, with a vector to `out`."""
    if part_ptr.size == 2:
        _prolong_rows(part_ptr[0], part_ptr[1], indptr, indices, blocks, x, out)
    else:
        for part in prange(part_ptr.size - 1):
            _prolong_rows(part_ptr[part], part_ptr[part + 1], indptr, indices, blocks, x, out)


@kernel
def dense_multiply(matrix, x, out):
    """Product of a dense symmetric (n, n) float32 matrix with a vector, in a fixed order."""
    out[:] = np.float32(0.0)
    for i in range(x.size):
        for j in range(out.size):
            out[j] += matrix[i, j] * x[i]
