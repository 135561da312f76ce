# SPDX-License-Identifier: BSD-3-Clause
"""Single-precision pieces of a multigrid cycle on block matrices.

Rows stand chunk by chunk, and chunks in stages: chunks of one stage never touch each other, so that
a sweep is an exact Gauss-Seidel sweep whatever the number of threads. Where a level is small the
caller passes one stage of one chunk. Vectors are flat, (n_nodes * b,) float32; b is 3 or 6.

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
    "edge_add",
    "edge_restrict",
    "permute_in",
    "permute_out",
    "prolong_add",
    "restrict",
    "sweep_down",
    "sweep_up",
]


@kernel
def _gather_3(first, last, columns, blocks, x, rest):
    """Subtract the products of blocks first .. last of one row from `rest`, (3,)."""
    s0, s1, s2 = rest
    for k in range(first, last):
        j = columns[k]
        x0 = x[j]
        x1 = x[j + 1]
        x2 = x[j + 2]
        s0 -= blocks[k, 0, 0] * x0 + blocks[k, 0, 1] * x1 + blocks[k, 0, 2] * x2
        s1 -= blocks[k, 1, 0] * x0 + blocks[k, 1, 1] * x1 + blocks[k, 1, 2] * x2
        s2 -= blocks[k, 2, 0] * x0 + blocks[k, 2, 1] * x1 + blocks[k, 2, 2] * x2
    return s0, s1, s2


@kernel
def _scatter_3(first, last, columns, blocks, y, out):
    """Subtract the transposed products of blocks first .. last of one row from `out`."""
    y0, y1, y2 = y
    for k in range(first, last):
        j = columns[k]
        out[j] -= blocks[k, 0, 0] * y0 + blocks[k, 1, 0] * y1 + blocks[k, 2, 0] * y2
        out[j + 1] -= blocks[k, 0, 1] * y0 + blocks[k, 1, 1] * y1 + blocks[k, 2, 1] * y2
        out[j + 2] -= blocks[k, 0, 2] * y0 + blocks[k, 1, 2] * y1 + blocks[k, 2, 2] * y2


@kernel
def _solve_3(row, inverse, s):
    """Product of an inverse diagonal block with a vector of three."""
    s0, s1, s2 = s
    y0 = inverse[row, 0, 0] * s0 + inverse[row, 0, 1] * s1 + inverse[row, 0, 2] * s2
    y1 = inverse[row, 1, 0] * s0 + inverse[row, 1, 1] * s1 + inverse[row, 1, 2] * s2
    y2 = inverse[row, 2, 0] * s0 + inverse[row, 2, 1] * s1 + inverse[row, 2, 2] * s2
    return y0, y1, y2


@kernel
def _down_3(begin, end, ptr, columns, blocks, inverse, b, x, r):
    """Rows of 3x3 blocks, first row first."""
    zero = np.float32(0.0)
    for row in range(begin, end):
        i = 3 * row
        first = ptr[row]
        last = ptr[row + 1]
        s = _gather_3(first, last, columns, blocks, x, (b[i], b[i + 1], b[i + 2]))
        y = _solve_3(row, inverse, s)
        x[i], x[i + 1], x[i + 2] = y
        r[i], r[i + 1], r[i + 2] = zero, zero, zero
        _scatter_3(first, last, columns, blocks, y, r)


@kernel
def _up_3(begin, end, ptr, columns, blocks, inverse, b, x, r):
    """Rows of 3x3 blocks, last row first; `columns` and `blocks` run backwards too."""
    for row in range(end - 1, begin - 1, -1):
        i = 3 * row
        first = ptr[row]
        last = ptr[row + 1]
        s0 = r[i]
        s1 = r[i + 1]
        s2 = r[i + 2]
        for k in range(last - 1, first - 1, -1):
            j = columns[k]
            x0 = x[j]
            x1 = x[j + 1]
            x2 = x[j + 2]
            s0 -= blocks[k, 0, 0] * x0 + blocks[k, 0, 1] * x1 + blocks[k, 0, 2] * x2
            s1 -= blocks[k, 1, 0] * x0 + blocks[k, 1, 1] * x1 + blocks[k, 1, 2] * x2
            s2 -= blocks[k, 2, 0] * x0 + blocks[k, 2, 1] * x1 + blocks[k, 2, 2] * x2
        y = _solve_3(row, inverse, (s0, s1, s2))
        x[i], x[i + 1], x[i + 2] = y
        _scatter_3(first, last, columns, blocks, y, r)


@kernel
def _gather_6(first, last, columns, blocks, x, rest):
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
def _finish_6(row, first, last, columns, blocks, inverse, rest, x, r):
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
    if blocks.shape[1] == 3:
        _down_3(begin, end, ptr, columns, blocks, inverse, b, x, r)
    else:
        rest = stack_singles(6)
        for row in range(begin, end):
            for a in range(6):
                rest[a] = b[6 * row + a]
                r[6 * row + a] = np.float32(0.0)
            first, last = ptr[row], ptr[row + 1]
            _gather_6(first, last, columns, blocks, x, rest)
            _finish_6(row, first, last, columns, blocks, inverse, rest, x, r)


@kernel
def _up(begin, end, ptr, columns, blocks, inverse, b, x, r):
    if blocks.shape[1] == 3:
        _up_3(begin, end, ptr, columns, blocks, inverse, b, x, r)
    else:
        rest = stack_singles(6)
        for row in range(end - 1, begin - 1, -1):
            for a in range(6):
                rest[a] = r[6 * row + a]
            first, last = ptr[row], ptr[row + 1]
            _gather_6(first, last, columns, blocks, x, rest)
            _finish_6(row, first, last, columns, blocks, inverse, rest, x, r)


@parallel_kernel
def sweep_down(stage_ptr, chunk_ptr, ptr, columns, blocks, inverse, b, x, r):
    """One forward Gauss-Seidel sweep from a zero start, and the residual it leaves.

    Parameters
    ----------
    stage_ptr : (n_stages + 1,) int32, chunks of each stage
    chunk_ptr : (n_chunks + 1,) int32, rows of each chunk
    ptr : (n_nodes + 1,) int32, blocks of each row, those below the diagonal
    columns : (n_lower,) uint32, first unknown of the column of each block
    blocks : (n_lower, b, b) float32
    inverse : (n_nodes, b, b) float32, inverse diagonal blocks
    b : right-hand side, float32
    x, r : out, float32, solution and residual
    """
    for stage in range(stage_ptr.size - 1):
        begin, end = stage_ptr[stage], stage_ptr[stage + 1]
        if end - begin == 1:
            _down(chunk_ptr[begin], chunk_ptr[end], ptr, columns, blocks, inverse, b, x, r)
        else:
            for c in prange(begin, end):
                _down(chunk_ptr[c], chunk_ptr[c + 1], ptr, columns, blocks, inverse, b, x, r)


@parallel_kernel
def sweep_up(stage_ptr, chunk_ptr, ptr, columns, blocks, inverse, b, x, r):
    """One backward Gauss-Seidel sweep that improves `x`; `r` is overwritten with rubbish."""
    r[:] = b
    for back in range(stage_ptr.size - 1):
        stage = stage_ptr.size - 2 - back
        begin, end = stage_ptr[stage], stage_ptr[stage + 1]
        if end - begin == 1:
            _up(chunk_ptr[begin], chunk_ptr[end], ptr, columns, blocks, inverse, b, x, r)
        else:
            for c in prange(begin, end):
                _up(chunk_ptr[c], chunk_ptr[c + 1], ptr, columns, blocks, inverse, b, x, r)


@kernel
def _restrict_rows(first, last, ptr, rows, blocks, x, out):
    size = blocks.shape[1]
    for group in range(first, last):
        s0 = np.float32(0.0)
        s1 = np.float32(0.0)
        s2 = np.float32(0.0)
        s3 = np.float32(0.0)
        s4 = np.float32(0.0)
        s5 = np.float32(0.0)
        for e in range(ptr[group], ptr[group + 1]):
            j = size * rows[e]
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
    x : (b n_rows,) float32
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
    for row in range(first, last):
        for a in range(size):
            value = out[size * row + a]
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
            out[size * row + a] = value


@parallel_kernel
def prolong_add(part_ptr, indptr, indices, blocks, x, out):
    """Add the product of a prolongation, (n, b, 6) float32 blocks, with a vector to `out`."""
    if part_ptr.size == 2:
        _prolong_rows(part_ptr[0], part_ptr[1], indptr, indices, blocks, x, out)
    else:
        for part in prange(part_ptr.size - 1):
            _prolong_rows(part_ptr[part], part_ptr[part + 1], indptr, indices, blocks, x, out)


@parallel_kernel
def edge_restrict(ptr, rows, shares, fine_free, free, x, out):
    """Sum at each end node what its edges' middle nodes carry, see `edge_add`.

    Parameters
    ----------
    ptr, rows, shares : fine rows of each coarse node and their shares, 1 or 1/2
    fine_free, free : (3 n_fine,) and (3 n_coarse,) float32, 0 at fixed unknowns
    x, out : (3 n_fine,) and (3 n_coarse,) float32
    """
    for node in prange(ptr.size - 1):
        s0 = np.float32(0.0)
        s1 = np.float32(0.0)
        s2 = np.float32(0.0)
        for e in range(ptr[node], ptr[node + 1]):
            j = 3 * rows[e]
            s0 += shares[e] * fine_free[j] * x[j]
            s1 += shares[e] * fine_free[j + 1] * x[j + 1]
            s2 += shares[e] * fine_free[j + 2] * x[j + 2]
        i = 3 * node
        out[i] = free[i] * s0
        out[i + 1] = free[i + 1] * s1
        out[i + 2] = free[i + 2] * s2


@parallel_kernel
def edge_add(ends, fine_free, free, x, out):
    """Add to each node the mean of its two end nodes, (n_fine, 2) int32; see `edge_restrict`."""
    half = np.float32(0.5)
    for row in prange(ends.shape[0]):
        i = 3 * row
        first = 3 * ends[row, 0]
        second = 3 * ends[row, 1]
        for a in range(3):
            value = free[first + a] * x[first + a] + free[second + a] * x[second + a]
            out[i + a] += half * fine_free[i + a] * value


@kernel
def dense_multiply(matrix, x, out):
    """Product of a dense symmetric (n, n) float32 matrix with a vector, in a fixed order."""
    out[:] = np.float32(0.0)
    for i in range(x.size):
        for j in range(out.size):
            out[j] += matrix[i, j] * x[i]


@kernel
def permute_in(order, scale, source, out):
    """Read 3-vectors in a new order: out[k] = scale * source[order[k]], float64 to float32."""
    for k in range(order.size):
        j = 3 * order[k]
        out[3 * k] = np.float32(scale * source[j])
        out[3 * k + 1] = np.float32(scale * source[j + 1])
        out[3 * k + 2] = np.float32(scale * source[j + 2])


@kernel
def permute_out(order, scale, source, out):
    """Write 3-vectors back: out[order[k]] = scale * source[k], float32 to float64."""
    for k in range(order.size):
        j = 3 * order[k]
        out[j] = scale * source[3 * k]
        out[j + 1] = scale * source[3 * k + 1]
        out[j + 2] = scale * source[3 * k + 2]
