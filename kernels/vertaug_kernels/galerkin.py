# SPDX-License-Identifier: BSD-3-Clause
"""Coarse matrices of a multigrid hierarchy: patterns once, values again and again.

A fine matrix is given in the order of its level: block k of the level is ``blocks[source[k]]``.
Each part of rows writes rows of its own and has a marker array of its own.
"""

from __future__ import annotations

import numpy as np

from vertaug_kernels._jit import allocating_kernel, kernel, parallel_kernel, prange

__all__ = [
    "coarse_blocks",
    "count_product",
    "fill_product",
    "hold_idle",
    "matrix_times_prolongation",
    "smoothed_blocks",
]


@allocating_kernel
def _count_product(begin, end, a_ptr, a_indices, b_ptr, b_indices, n_columns, counts):
    """Rows of one part, see `count_product`."""
    seen = np.full(n_columns, -1, np.int32)
    for row in range(begin, end):
        count = 0
        for k in range(a_ptr[row], a_ptr[row + 1]):
            middle = a_indices[k]
            for m in range(b_ptr[middle], b_ptr[middle + 1]):
                if seen[b_indices[m]] != row:
                    seen[b_indices[m]] = row
                    count += 1
        counts[row] = count


@parallel_kernel
def count_product(part_ptr, a_ptr, a_indices, b_ptr, b_indices, n_columns, counts):
    """Count the entries of each row of the product of two sparse patterns."""
    for part in prange(part_ptr.size - 1):
        _count_product(
            part_ptr[part],
            part_ptr[part + 1],
            a_ptr,
            a_indices,
            b_ptr,
            b_indices,
            n_columns,
            counts,
        )


@allocating_kernel
def _fill_product(begin, end, a_ptr, a_indices, b_ptr, b_indices, n_columns, indptr, indices):
    """Rows of one part, see `fill_product`."""
    seen = np.full(n_columns, -1, np.int32)
    for row in range(begin, end):
        place = indptr[row]
        for k in range(a_ptr[row], a_ptr[row + 1]):
            middle = a_indices[k]
            for m in range(b_ptr[middle], b_ptr[middle + 1]):
                if seen[b_indices[m]] != row:
                    seen[b_indices[m]] = row
                    indices[place] = b_indices[m]
                    place += 1
        indices[indptr[row] : place].sort()


@parallel_kernel
def fill_product(part_ptr, a_ptr, a_indices, b_ptr, b_indices, n_columns, indptr, indices):
    """Write the sorted columns of each row of the product of two sparse patterns."""
    for part in prange(part_ptr.size - 1):
        _fill_product(
            part_ptr[part],
            part_ptr[part + 1],
            a_ptr,
            a_indices,
            b_ptr,
            b_indices,
            n_columns,
            indptr,
            indices,
        )


@allocating_kernel
def _smoothed_blocks(  # noqa: C901
    begin, end, indptr, indices, source, blocks, inverse, free, weight, owner, tentative, p_ptr,
    p_indices, out,
):  # fmt: skip
    """Rows of one part, see `smoothed_blocks`."""
    size = blocks.shape[1]
    product = np.empty((size, 6))
    for row in range(begin, end):
        out[p_ptr[row] : p_ptr[row + 1]] = 0.0
        for k in range(indptr[row], indptr[row + 1]):
            column = indices[k]
            group = owner[column]
            if group < 0:
                continue
            s = p_ptr[row]
            while p_indices[s] != group:
                s += 1
            for a in range(size):
                for c in range(size):
                    value = blocks[source[k], a, c]
                    for m in range(6):
                        out[s, a, m] += value * tentative[column, c, m]
        for s in range(p_ptr[row], p_ptr[row + 1]):
            for a in range(size):
                for m in range(6):
                    product[a, m] = out[s, a, m]
            for a in range(size):
                for m in range(6):
                    value = 0.0
                    for c in range(size):
                        value -= weight * inverse[row, a, c] * product[c, m]
                    out[s, a, m] = free[row, a] * value
            if p_indices[s] == owner[row]:
                for a in range(size):
                    for m in range(6):
                        out[s, a, m] += tentative[row, a, m]


@parallel_kernel
def smoothed_blocks(
    part_ptr, indptr, indices, source, blocks, inverse, free, weight, owner, tentative, p_ptr,
    p_indices, out,
):  # fmt: skip
    """Tentative prolongation after one damped block-Jacobi step.

    Parameters
    ----------
    part_ptr, indptr, indices, source, blocks : fine matrix, bxb
    inverse : (n_nodes, b, b) float64, inverse diagonal blocks
    free : (n_nodes, b) float64, 0 at fixed unknowns
    weight : damping over spectral radius
    owner : (n_nodes,) int32, group of each node or -1
    tentative : (n_nodes, b, 6) float64
    p_ptr, p_indices : pattern of the prolongation
    out : (n, b, 6) float64, out
    """
    for part in prange(part_ptr.size - 1):
        _smoothed_blocks(
            part_ptr[part],
            part_ptr[part + 1],
            indptr,
            indices,
            source,
            blocks,
            inverse,
            free,
            weight,
            owner,
            tentative,
            p_ptr,
            p_indices,
            out,
        )


@allocating_kernel
def _matrix_times_prolongation(
    begin, end, indptr, indices, source, blocks, p_ptr, p_indices, prolong, q_ptr, q_indices,
    n_groups, out,
):  # fmt: skip
    """Rows of one part, see `matrix_times_prolongation`."""
    size = blocks.shape[1]
    slot = np.empty(n_groups, np.int32)
    for row in range(begin, end):
        for s in range(q_ptr[row], q_ptr[row + 1]):
            slot[q_indices[s]] = s
            out[s] = 0.0
        for k in range(indptr[row], indptr[row + 1]):
            column = indices[k]
            for t in range(p_ptr[column], p_ptr[column + 1]):
                s = slot[p_indices[t]]
                for a in range(size):
                    for c in range(size):
                        value = blocks[source[k], a, c]
                        for m in range(6):
                            out[s, a, m] += value * prolong[t, c, m]


@parallel_kernel
def matrix_times_prolongation(
    part_ptr, indptr, indices, source, blocks, p_ptr, p_indices, prolong, q_ptr, q_indices,
    n_groups, out,
):  # fmt: skip
    """Product of the fine matrix with a prolongation, (n, b, 6) float64 blocks."""
    for part in prange(part_ptr.size - 1):
        _matrix_times_prolongation(
            part_ptr[part],
            part_ptr[part + 1],
            indptr,
            indices,
            source,
            blocks,
            p_ptr,
            p_indices,
            prolong,
            q_ptr,
            q_indices,
            n_groups,
            out,
        )


@allocating_kernel
def _coarse_blocks(
    begin, end, children, prolong, q_ptr, q_indices, product, coarse_ptr, coarse_indices, out,
):  # fmt: skip
    """Rows of one part, see `coarse_blocks`."""
    ptr, rows, places = children
    size = prolong.shape[1]
    slot = np.empty(coarse_ptr.size - 1, np.int32)
    for group in range(begin, end):
        for s in range(coarse_ptr[group], coarse_ptr[group + 1]):
            slot[coarse_indices[s]] = s
            out[s] = 0.0
        for e in range(ptr[group], ptr[group + 1]):
            t = places[e]
            for q in range(q_ptr[rows[e]], q_ptr[rows[e] + 1]):
                s = slot[q_indices[q]]
                for a in range(size):
                    for m in range(6):
                        value = prolong[t, a, m]
                        for n in range(6):
                            out[s, m, n] += value * product[q, a, n]


@parallel_kernel
def coarse_blocks(
    part_ptr, children, prolong, q_ptr, q_indices, product, coarse_ptr, coarse_indices, out,
):  # fmt: skip
    """Transposed prolongation times the product of matrix and prolongation.

    Parameters
    ----------
    part_ptr : (n_parts + 1,) int32, groups of each part
    children : ``ptr, rows, places`` of the fine rows of each group and their blocks, int32
    prolong : (n, b, 6) float64
    q_ptr, q_indices, product : what `matrix_times_prolongation` gave
    coarse_ptr, coarse_indices : coarse pattern
    out : (n_coarse_blocks, 6, 6) float64, out
    """
    for part in prange(part_ptr.size - 1):
        _coarse_blocks(
            part_ptr[part],
            part_ptr[part + 1],
            children,
            prolong,
            q_ptr,
            q_indices,
            product,
            coarse_ptr,
            coarse_indices,
            out,
        )


@kernel
def hold_idle(diagonal, blocks):
    """Give unknowns that no fine unknown depends on a diagonal of their own.

    Parameters
    ----------
    diagonal : (n_nodes,) int32
    blocks : (n_blocks, b, b) float64, changed in place
    """
    size = blocks.shape[1]
    for row in range(diagonal.size):
        d = diagonal[row]
        largest = 0.0
        for a in range(size):
            largest = max(largest, blocks[d, a, a])
        for a in range(size):
            if blocks[d, a, a] <= 1e-12 * largest:
                blocks[d, a, :] = 0.0
                blocks[d, :, a] = 0.0
                blocks[d, a, a] = largest if largest > 0.0 else 1.0
