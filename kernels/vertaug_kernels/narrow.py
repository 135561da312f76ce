# SPDX-License-Identifier: BSD-3-Clause
"""Matrices of 3x3 blocks with fixed unknowns taken out: in single precision, and on end nodes.

On end nodes a matrix is given in the order of its level: block k of the level is ``blocks[source[k]]``. Blocks
pass between functions as nine numbers: a view of an array costs more than its block.
"""

from __future__ import annotations

import numpy as np

from vertaug_kernels._jit import allocating_kernel, kernel, parallel_kernel, prange
from vertaug_kernels._registers import add, keep_eight, narrowed, read_eight, write_eight
from vertaug_kernels._stack import stack_vector

__all__ = ["edge_blocks", "narrow"]


@kernel
def _masked(blocks, k, free, row, column):
    """One 3x3 block as nine numbers, those of fixed unknowns zero."""
    f0, f1, f2 = free[row, 0], free[row, 1], free[row, 2]
    g0, g1, g2 = free[column, 0], free[column, 1], free[column, 2]
    return (
        blocks[k, 0, 0] * (f0 * g0),
        blocks[k, 0, 1] * (f0 * g1),
        blocks[k, 0, 2] * (f0 * g2),
        blocks[k, 1, 0] * (f1 * g0),
        blocks[k, 1, 1] * (f1 * g1),
        blocks[k, 1, 2] * (f1 * g2),
        blocks[k, 2, 0] * (f2 * g0),
        blocks[k, 2, 1] * (f2 * g1),
        blocks[k, 2, 2] * (f2 * g2),
    )


@kernel
def _put(v, out, k):
    """Write nine numbers to one 3x3 block."""
    out[k, 0, 0], out[k, 0, 1], out[k, 0, 2] = v[0], v[1], v[2]
    out[k, 1, 0], out[k, 1, 1], out[k, 1, 2] = v[3], v[4], v[5]
    out[k, 2, 0], out[k, 2, 1], out[k, 2, 2] = v[6], v[7], v[8]


@kernel
def _add_scaled(w, v, out, k):
    """Add nine scaled numbers to one 3x3 block."""
    out[k, 0, 0] += w * v[0]
    out[k, 0, 1] += w * v[1]
    out[k, 0, 2] += w * v[2]
    out[k, 1, 0] += w * v[3]
    out[k, 1, 1] += w * v[4]
    out[k, 1, 2] += w * v[5]
    out[k, 2, 0] += w * v[6]
    out[k, 2, 1] += w * v[7]
    out[k, 2, 2] += w * v[8]


@kernel
def _hold(value, size, free):
    """Diagonal entry: that of a fixed unknown keeps its magnitude, or is one."""
    return value if free > 0.0 else (abs(size) if size != 0.0 else 1.0)


@kernel
def _plain_row(first, last, target, blocks, total, out):
    """Blocks first .. last of a row without fixed unknowns: write them, and sum them."""
    eight, ninth = read_eight(total, 0), total[8]
    for place in range(first, last):
        k = np.uint64(place)
        at, value, end = target[k], read_eight(blocks, k), blocks[k, 8]
        eight, ninth = add(eight, value), ninth + end
        write_eight(out, at, narrowed(value))
        out[np.uint64(at), 8] = end
    keep_eight(total, 0, eight)
    total[8] = ninth


@kernel
def _held_row(row, first, last, indices, target, blocks, free, total, out):
    """Blocks first .. last of a row without the entries of fixed unknowns."""
    for k in range(first, last):
        column, at = indices[k], target[k]
        for i in range(3):
            for j in range(3):
                value = blocks[k, 3 * i + j] * (free[row, i] * free[column, j])
                total[3 * i + j] += value
                out[at, 3 * i + j] = value


@kernel
def _narrow(
    begin, end, indptr, indices, diagonal, place, target, plain, blocks, free, out, out_totals, out_diag
):  # fmt: skip
    """Rows of one part, see `narrow`."""
    total = stack_vector(9)
    for row in range(begin, end):
        to, d = place[row], diagonal[row]
        for i in range(3):
            for j in range(3):
                value = blocks[d, 3 * i + j] * (free[row, i] * free[row, j])
                if i == j:
                    value = _hold(value, blocks[d, 4 * i], free[row, i])
                out_diag[to, i, j] = value
                total[3 * i + j] = value
        if plain[row]:
            _plain_row(indptr[row], d, target, blocks, total, out)
            _plain_row(d + 1, indptr[row + 1], target, blocks, total, out)
        else:
            _held_row(row, indptr[row], d, indices, target, blocks, free, total, out)
            _held_row(row, d + 1, indptr[row + 1], indices, target, blocks, free, total, out)
        for m in range(9):
            out_totals[to, m] = total[m]


@parallel_kernel
def narrow(
    part_ptr, indptr, indices, diagonal, place, target, plain, blocks, free, out, out_totals, out_diag
):  # fmt: skip
    """Decoupled copy of a symmetric 3x3 matrix in single precision, lower part only, in a new order.

    The matrix is read from end to end and written where it belongs; read row by row in the new order it
    takes five times as long as its memory needs.

    Parameters
    ----------
    part_ptr, indptr, indices, diagonal : pattern of the matrix as given, its rows in parts
    place : (n_nodes,) int32, new row of each
    target : (n_blocks,) int32, where each block below the new diagonal goes, others to n_lower: without a branch
    plain : (n_nodes,) bool, rows without a fixed unknown
    blocks : (n_blocks, 9) float64
    free : (n_nodes, 3) float64, 0 at fixed unknowns, in the order given
    out : (n_lower + 1, 9) float32, out; the last is of no use
    out_totals : (n_nodes, 9) float32, out: sums of rows
    out_diag : (n_nodes, 3, 3) float64, out: diagonal blocks
    """
    for part in prange(part_ptr.size - 1):
        _narrow(
            part_ptr[part], part_ptr[part + 1], indptr, indices, diagonal, place, target, plain, blocks, free,
            out, out_totals, out_diag,
        )  # fmt: skip


@allocating_kernel
def _edge_blocks(
    begin, end, indptr, indices, source, blocks, free, ends, children, coarse_ptr, coarse_indices,
    coarse_free, out,
):  # fmt: skip
    """Rows of one part, see `edge_blocks`."""
    ptr, rows = children
    slot = np.empty(coarse_free.shape[0], np.int32)
    for node in range(begin, end):
        for s in range(coarse_ptr[node], coarse_ptr[node + 1]):
            slot[coarse_indices[s]] = s
            for i in range(3):
                for j in range(3):
                    out[s, i, j] = 0.0
        for e in range(ptr[node], ptr[node + 1]):
            row = rows[e]
            share = 1.0 if ends[row, 0] == ends[row, 1] else 0.5
            for k in range(indptr[row], indptr[row + 1]):
                column = indices[k]
                v = _masked(blocks, source[k], free, row, column)
                first = slot[ends[column, 0]]
                second = slot[ends[column, 1]]
                if first == second:
                    _add_scaled(share, v, out, first)
                else:
                    _add_scaled(0.5 * share, v, out, first)
                    _add_scaled(0.5 * share, v, out, second)
        for s in range(coarse_ptr[node], coarse_ptr[node + 1]):
            _put(_masked(out, s, coarse_free, node, coarse_indices[s]), out, s)


@parallel_kernel
def edge_blocks(
    part_ptr, indptr, indices, source, blocks, free, ends, children, coarse_ptr, coarse_indices,
    coarse_free, out,
):  # fmt: skip
    """Coarse matrix where middle nodes of edges move with the mean of their ends.

    Parameters
    ----------
    part_ptr : (n_parts + 1,) int32, coarse rows of each part
    indptr, indices, source, blocks : fine matrix, 3x3
    free, coarse_free : (n_fine, 3) and (n_coarse, 3) float64, 0 at fixed unknowns
    ends : (n_fine, 2) int32, coarse nodes; twice the same for a coarse node itself
    children : ``ptr, rows`` of the fine nodes that use each coarse node, int32
    coarse_ptr, coarse_indices : coarse pattern
    out : (n_coarse_blocks, 3, 3) float64, out
    """
    for part in prange(part_ptr.size - 1):
        _edge_blocks(
            part_ptr[part],
            part_ptr[part + 1],
            indptr,
            indices,
            source,
            blocks,
            free,
            ends,
            children,
            coarse_ptr,
            coarse_indices,
            coarse_free,
            out,
        )
