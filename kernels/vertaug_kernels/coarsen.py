# SPDX-License-Identifier: BSD-3-Clause
"""Set-up of smoothed aggregation: strength, aggregates, tentative prolongation.

Source: Vanek, Mandel, Brezina, Computing 56 (1996) 179-196, doi:10.1007/BF02238511.
"""

from __future__ import annotations

import numpy as np

from vertaug_kernels._jit import kernel, parallel_kernel, prange

__all__ = [
    "aggregate",
    "block_norms",
    "fit_modes",
    "invert_diagonal",
    "separate_chunks",
    "smooth_prolongation",
    "strong_links",
]


@parallel_kernel
def block_norms(blocks, out):
    """Frobenius norm of each block: blocks (n, b, b) float64, out (n,) float64."""
    for k in prange(blocks.shape[0]):
        total = 0.0
        for i in range(blocks.shape[1]):
            for j in range(blocks.shape[2]):
                total += blocks[k, i, j] * blocks[k, i, j]
        out[k] = np.sqrt(total)


@parallel_kernel
def strong_links(indptr, indices, diagonal, norms, theta, widest, links):
    """Mark blocks that couple two nodes strongly; rows wider than `widest` link to nothing.

    Parameters
    ----------
    indptr, indices, diagonal : block pattern, int32
    norms : (n_blocks,) float64
    theta : link where the norm exceeds ``theta`` times the root of both diagonal norms
    widest : most blocks a row may have
    links : (n_blocks,) bool, out
    """
    for row in prange(indptr.size - 1):
        wide = indptr[row + 1] - indptr[row] > widest
        for k in range(indptr[row], indptr[row + 1]):
            column = indices[k]
            limit = theta * np.sqrt(norms[diagonal[row]] * norms[diagonal[column]])
            other_wide = indptr[column + 1] - indptr[column] > widest
            links[k] = column != row and not wide and not other_wide and norms[k] > limit


@kernel
def aggregate(indptr, indices, links, norms, widest, owner):  # noqa: C901
    """Group nodes with their strong neighbours.

    Parameters
    ----------
    indptr, indices : block pattern, int32
    links, norms : (n_blocks,) bool and float64
    widest : rows with more blocks become groups of their own
    owner : (n_nodes,) int32, out: group of each node, -1 for nodes without strong neighbours

    Returns
    -------
    int, number of groups
    """
    n_nodes = indptr.size - 1
    count = 0
    owner[:] = -1
    for row in range(n_nodes):
        if indptr[row + 1] - indptr[row] > widest:
            owner[row] = count
            count += 1
    for row in range(n_nodes):
        if owner[row] < 0:
            linked = False
            free = True
            for k in range(indptr[row], indptr[row + 1]):
                if links[k]:
                    linked = True
                    free = free and owner[indices[k]] < 0
            if linked and free:
                owner[row] = count
                for k in range(indptr[row], indptr[row + 1]):
                    if links[k]:
                        owner[indices[k]] = count
                count += 1
    roots = owner.copy()
    for row in range(n_nodes):
        if owner[row] < 0:
            best = 0.0
            for k in range(indptr[row], indptr[row + 1]):
                if links[k] and roots[indices[k]] >= 0 and norms[k] > best:
                    best = norms[k]
                    owner[row] = roots[indices[k]]
    for row in range(n_nodes):
        if owner[row] < 0:
            linked = False
            for k in range(indptr[row], indptr[row + 1]):
                if links[k]:
                    linked = True
                    if owner[indices[k]] < 0:
                        owner[indices[k]] = count
            if linked:
                owner[row] = count
                count += 1
    return count


@kernel
def fit_modes(group_ptr, group_nodes, modes, tolerance, tentative, coarse):  # noqa: C901
    """Orthonormalise the modes on each group of nodes (Gram-Schmidt, done twice).

    A mode that depends on the earlier ones within a group leaves a zero column and a zero row.

    Parameters
    ----------
    group_ptr, group_nodes : nodes of each group, int32
    modes : (n_nodes, b, m) float64, near-null space
    tolerance : a mode is dropped when less than this part of it is left
    tentative : (n_nodes, b, m) float64, out
    coarse : (n_groups, m, m) float64, out: modes on the coarse level
    """
    n_modes = modes.shape[2]
    size = modes.shape[1]
    tentative[:] = 0.0
    coarse[:] = 0.0
    for group in range(group_ptr.size - 1):
        first = group_ptr[group]
        last = group_ptr[group + 1]
        for m in range(n_modes):
            total = 0.0
            for k in range(first, last):
                node = group_nodes[k]
                for i in range(size):
                    tentative[node, i, m] = modes[node, i, m]
                    total += modes[node, i, m] ** 2
            start = np.sqrt(total)
            for _ in range(2):
                for q in range(m):
                    part = 0.0
                    for k in range(first, last):
                        node = group_nodes[k]
                        for i in range(size):
                            part += tentative[node, i, q] * tentative[node, i, m]
                    coarse[group, q, m] += part
                    for k in range(first, last):
                        node = group_nodes[k]
                        for i in range(size):
                            tentative[node, i, m] -= part * tentative[node, i, q]
            total = 0.0
            for k in range(first, last):
                node = group_nodes[k]
                for i in range(size):
                    total += tentative[node, i, m] ** 2
            length = np.sqrt(total)
            keep = length > tolerance * start
            coarse[group, m, m] = length if keep else 0.0
            for k in range(first, last):
                node = group_nodes[k]
                for i in range(size):
                    if keep:
                        tentative[node, i, m] /= length
                    else:
                        tentative[node, i, m] = 0.0


@kernel
def invert_diagonal(diagonal, blocks, inverse):  # noqa: C901
    """Invert diagonal blocks by Cholesky factors.

    Parameters
    ----------
    diagonal : (n_nodes,) int32
    blocks : (n_blocks, b, b) float64
    inverse : (n_nodes, b, b) float64, out

    Returns
    -------
    int, the first node whose block is not positive definite, or -1
    """
    size = blocks.shape[1]
    factor = np.empty((size, size))
    column = np.empty(size)
    for node in range(diagonal.size):
        block = blocks[diagonal[node]]
        for j in range(size):
            pivot = block[j, j]
            for k in range(j):
                pivot -= factor[j, k] ** 2
            if not pivot > 1e-12 * abs(block[j, j]) or not np.isfinite(pivot):
                return node
            factor[j, j] = np.sqrt(pivot)
            for i in range(j + 1, size):
                value = block[i, j]
                for k in range(j):
                    value -= factor[i, k] * factor[j, k]
                factor[i, j] = value / factor[j, j]
        for c in range(size):
            for i in range(size):
                value = 1.0 if i == c else 0.0
                for k in range(i):
                    value -= factor[i, k] * column[k]
                column[i] = value / factor[i, i]
            for i in range(size - 1, -1, -1):
                value = column[i]
                for k in range(i + 1, size):
                    value -= factor[k, i] * column[k]
                column[i] = value / factor[i, i]
            for i in range(size):
                inverse[node, i, c] = column[i]
    return -1


@parallel_kernel
def smooth_prolongation(indptr, inverse, weight, blocks):
    """Scale the product of matrix and tentative prolongation by ``-weight`` times the inverse.

    Parameters
    ----------
    indptr : (n_nodes + 1,) int32, rows of the product
    inverse : (n_nodes, b, b) float64, inverse diagonal blocks
    weight : damping over spectral radius
    blocks : (n, b, m) float64, changed in place
    """
    size = blocks.shape[1]
    for row in prange(indptr.size - 1):
        column = np.empty(size)
        for k in range(indptr[row], indptr[row + 1]):
            for m in range(blocks.shape[2]):
                for i in range(size):
                    column[i] = blocks[k, i, m]
                for i in range(size):
                    value = 0.0
                    for j in range(size):
                        value += inverse[row, i, j] * column[j]
                    blocks[k, i, m] = -weight * value


@kernel
def separate_chunks(indptr, indices, chunk, widest, separator):
    """Mark a thin set of nodes without which no node touches another chunk.

    Parameters
    ----------
    indptr, indices : block pattern, int32
    chunk : (n_nodes,) int32
    widest : rows with more blocks are marked at once
    separator : (n_nodes,) bool, out
    """
    n_nodes = indptr.size - 1
    for row in range(n_nodes):
        separator[row] = indptr[row + 1] - indptr[row] > widest
    for row in range(n_nodes):
        if not separator[row]:
            for k in range(indptr[row], indptr[row + 1]):
                column = indices[k]
                if chunk[column] != chunk[row] and not separator[column]:
                    separator[row] = True
