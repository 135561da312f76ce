# SPDX-License-Identifier: BSD-3-Clause
"""Single-precision pieces of a multigrid cycle on blocks of 3x3, a block in one register; see `_registers`.

Vectors are flat, (4 n_nodes,) float32: three numbers of each node and a zero. Matrices hold the blocks below the
diagonal, row after row, as `cycle` says: (n_blocks, 9) numbers made flat, with seven more after the last block.
"""

from __future__ import annotations

import numpy as np

from vertaug_kernels._jit import kernel, parallel_kernel, prange
from vertaug_kernels._registers import (
    by_columns,
    by_rows,
    minus,
    multiply,
    no_block,
    read_block,
    read_node,
    same_node,
    sum_columns,
    sum_rows,
    times_added,
    write_node,
)  # fmt: skip

__all__ = [
    "edge_add", "edge_restrict", "multiply_differences", "permute_in", "permute_out", "sweep_down",
    "sweep_up",
]  # fmt: skip


@kernel
def _solved(row, rest, inverse, x):
    """Solve for one row, write it, and return it at every row of a block."""
    y = sum_columns(multiply(read_block(inverse, row), by_columns(rest)))
    write_node(x, row, y)
    return by_rows(y)


@kernel
def _tell(first, last, columns, blocks, across, r):
    """Subtract the transposed products of one row's blocks from the rows before it."""
    for k in range(first, last):
        j = columns[k]
        write_node(r, j, minus(read_node(r, j), sum_rows(multiply(read_block(blocks, k), across))))


@kernel
def _down(begin, end, ptr, columns, blocks, inverse, b, x, r):
    """Rows of one chunk, first row first."""
    for place in range(begin, end):
        row = np.uint64(place)
        first, last = np.uint64(ptr[row]), np.uint64(ptr[place + 1])
        total = no_block()
        for k in range(first, last):
            total = times_added(total, read_block(blocks, k), by_columns(read_node(x, columns[k])))
        across = _solved(row, minus(read_node(b, row), sum_columns(total)), inverse, x)
        write_node(r, row, same_node(np.float32(0.0)))
        _tell(first, last, columns, blocks, across, r)


@kernel
def _up(begin, end, ptr, columns, blocks, inverse, x, r):
    """Rows of one chunk, last row first; `columns` and `blocks` run backwards too."""
    for back in range(end - begin):
        row = np.uint64(end - 1 - back)
        first, last = np.uint64(ptr[row]), np.uint64(ptr[end - back])
        total = no_block()
        for m in range(last - first):
            k = last - np.uint64(1) - m
            total = times_added(total, read_block(blocks, k), by_columns(read_node(x, columns[k])))
        across = _solved(row, minus(read_node(r, row), sum_columns(total)), inverse, x)
        _tell(first, last, columns, blocks, across, r)


@parallel_kernel
def sweep_down(stage_ptr, chunks, ptr, columns, blocks, inverse, b, x, r):
    """One forward Gauss-Seidel sweep from a zero start, and the residual it leaves.

    Parameters
    ----------
    stage_ptr : (n_stages + 1,) int32, chunks of each stage
    chunks : (n_chunks, 2) int32, first row and end of each chunk
    ptr : (n_nodes + 1,) int32, blocks of each row, those below the diagonal
    columns : (n_lower,) uint32, node of the column of each block
    blocks : (9 n_lower + 7 or more,) float32
    inverse : (9 n_nodes + 7 or more,) float32, inverse diagonal blocks
    b : (4 n_nodes,) float32, right-hand side
    x, r : out, (4 n_nodes,) float32, solution and residual
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
def _difference_rows(begin, end, ptr, columns, blocks, totals, x, out):
    """Rows of one chunk, see `multiply_differences`."""
    for place in range(begin, end):
        row = np.uint64(place)
        own = read_node(x, row)
        total = multiply(read_block(totals, row), by_columns(own))
        for k in range(np.uint64(ptr[row]), np.uint64(ptr[place + 1])):
            j = columns[k]
            block = read_block(blocks, k)
            apart = minus(read_node(x, j), own)
            total = times_added(total, block, by_columns(apart))
            write_node(out, j, minus(read_node(out, j), sum_rows(multiply(block, by_rows(apart)))))
        write_node(out, row, sum_columns(total))


@parallel_kernel
def multiply_differences(stage_ptr, chunks, ptr, columns, blocks, totals, x, out):
    """Product of a symmetric matrix with a vector, by differences of the vector.

    Row i is S_i x_i + sum of A_ij (x_j - x_i), S_i being the sum of its blocks: rigid translation
    costs no digits, so single precision serves stiff and slender bodies.

    Parameters
    ----------
    stage_ptr, chunks, ptr, columns, blocks : see `sweep_down`
    totals : (9 n_nodes + 7 or more,) float32, sums of rows
    x : (4 n_nodes,) float32
    out : (4 n_nodes,) float32, out
    """
    for stage in range(stage_ptr.size - 1):
        begin, end = stage_ptr[stage], stage_ptr[stage + 1]
        if end - begin == 1:
            _difference_rows(
                chunks[begin, 0], chunks[begin, 1], ptr, columns, blocks, totals, x, out
            )
        else:
            for c in prange(begin, end):
                _difference_rows(chunks[c, 0], chunks[c, 1], ptr, columns, blocks, totals, x, out)


@parallel_kernel
def edge_restrict(ptr, rows, shares, fine_free, free, x, out):
    """Sum at each end node what its edges' middle nodes carry, see `edge_add`.

    Parameters
    ----------
    ptr, rows, shares : fine rows of each coarse node and their shares, 1 or 1/2
    fine_free, free : (4 n_fine,) and (4 n_coarse,) float32, 0 at fixed unknowns
    x, out : (4 n_fine,) and (4 n_coarse,) float32
    """
    for node in prange(ptr.size - 1):
        s0 = np.float32(0.0)
        s1 = np.float32(0.0)
        s2 = np.float32(0.0)
        for e in range(ptr[node], ptr[node + 1]):
            j = 4 * rows[e]
            s0 += shares[e] * fine_free[j] * x[j]
            s1 += shares[e] * fine_free[j + 1] * x[j + 1]
            s2 += shares[e] * fine_free[j + 2] * x[j + 2]
        i = 4 * node
        out[i] = free[i] * s0
        out[i + 1] = free[i + 1] * s1
        out[i + 2] = free[i + 2] * s2
        out[i + 3] = np.float32(0.0)


@parallel_kernel
def edge_add(ends, fine_free, free, x, out):
    """Add to each node the mean of its two end nodes, (n_fine, 2) int32; see `edge_restrict`."""
    for row in prange(ends.shape[0]):
        i = np.uint64(row)
        first, second = ends[i, 0], ends[i, 1]
        both = multiply(read_node(free, first), read_node(x, first))
        both = times_added(both, read_node(free, second), read_node(x, second))
        mean = multiply(same_node(np.float32(0.5)), both)
        write_node(out, i, times_added(read_node(out, i), read_node(fine_free, i), mean))


@kernel
def permute_in(order, scale, source, out):
    """Read 3-vectors in a new order: out[k] = scale * source[order[k]], float64 to float32."""
    for k in range(order.size):
        j = 3 * order[k]
        out[4 * k] = np.float32(scale * source[j])
        out[4 * k + 1] = np.float32(scale * source[j + 1])
        out[4 * k + 2] = np.float32(scale * source[j + 2])
        out[4 * k + 3] = np.float32(0.0)


@kernel
def permute_out(order, scale, source, out):
    """Write 3-vectors back: out[order[k]] = scale * source[k], float32 to float64."""
    for k in range(order.size):
        j = 3 * order[k]
        out[j] = scale * source[4 * k]
        out[j + 1] = scale * source[4 * k + 1]
        out[j + 2] = scale * source[4 * k + 2]
