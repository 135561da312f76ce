# SPDX-License-Identifier: BSD-3-Clause
"""Set-up of smoothed aggregation: strength, aggregates, tentative prolongation.

Source: Vanek, Mandel, Brezina, Computing 56 (1996) 179-196, doi:10.1007/BF02238511.
"""

from __future__ import annotations

import numpy as np

from vertaug_kernels._jit import allocating_kernel, kernel, parallel_kernel, prange

__all__ = [
    "aggregate",
    "block_norms",
    "fit_modes",
    "invert_dense",
    "invert_diagonal",
    "invert_small",
    "separate",
    "strong_links",
]


@parallel_kernel
def block_norms(indptr, indices, source, blocks, free, out):
    """Frobenius norm of each block without its fixed unknowns, (n_blocks,) float64.

    Parameters
    ----------
    indptr, indices : block pattern, int32
    source : (n_blocks,) int32, where each block stands in `blocks`
    blocks : (n_blocks, b, b) float64
    free : (n_nodes, b) float64, 0 at fixed unknowns, else 1
    out : (n_blocks,) float64, out
    """
    size = blocks.shape[1]
    for row in prange(indptr.size - 1):
        for k in range(indptr[row], indptr[row + 1]):
            column = indices[k]
            total = 0.0
            for i in range(size):
                for j in range(size):
                    value = blocks[source[k], i, j] * free[row, i] * free[column, j]
                    total += value * value
            out[k] = np.sqrt(total)


@parallel_kernel
def strong_links(indptr, indices, diagonal, norms, theta, widest, body, links):
    """Mark blocks that couple two nodes strongly; rows wider than `widest` or held link to nothing.

    Parameters
    ----------
    indptr, indices, diagonal : block pattern, int32
    norms : (n_blocks,) float64
    theta : link where the norm exceeds ``theta`` times the root of both diagonal norms
    widest : most blocks a row may have
    body : (n_nodes,) int32, rigid body that holds a node, -1 for none
    links : (n_blocks,) bool, out
    """
    for row in prange(indptr.size - 1):
        wide = indptr[row + 1] - indptr[row] > widest or body[row] >= 0
        for k in range(indptr[row], indptr[row + 1]):
            column = indices[k]
            limit = theta * np.sqrt(norms[diagonal[row]] * norms[diagonal[column]])
            other_wide = indptr[column + 1] - indptr[column] > widest or body[column] >= 0
            links[k] = column != row and not wide and not other_wide and norms[k] > limit


@allocating_kernel
def aggregate(indptr, indices, links, norms, widest, body, owner):  # noqa: C901
    """Group nodes with their strong neighbours, and those of a rigid body with it.

    Parameters
    ----------
    indptr, indices : block pattern, int32
    links, norms : (n_blocks,) bool and float64
    widest : rows with more blocks become groups of their own
    body : (n_nodes,) int32, rigid body that holds a node, -1 for none; groups begin with the bodies
    owner : (n_nodes,) int32, out: group of each node, -1 for nodes without strong neighbours

    Returns
    -------
    int, number of groups
    """
    n_nodes = indptr.size - 1
    count = 0
    for row in range(n_nodes):
        owner[row] = body[row]
        count = max(count, body[row] + 1)
    for row in range(n_nodes):
        if owner[row] < 0 and indptr[row + 1] - indptr[row] > widest:
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


@allocating_kernel
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


@kernel
def invert_dense(matrix):
    """Invert a symmetric positive definite (n, n) float64 matrix of unit diagonal in place.

    Returns
    -------
    int, the first row whose pivot shows that the matrix is not positive definite, or -1
    """
    n = matrix.shape[0]
    for k in range(n):
        pivot = matrix[k, k]
        if not pivot > 1e-12 or not np.isfinite(pivot):
            return k
        matrix[k, k] = 1.0
        for j in range(n):
            matrix[k, j] /= pivot
        for i in range(n):
            if i != k:
                factor = matrix[i, k]
                matrix[i, k] = 0.0
                for j in range(n):
                    matrix[i, j] -= factor * matrix[k, j]
    return -1


@parallel_kernel
def invert_small(blocks, inverse):
    """Invert symmetric positive definite 3x3 blocks, (n, 3, 3) float64, by cofactors.

    Where a leading minor shows that a block is not positive definite, ``inverse[n, 0, 0]`` is -1.
    """
    for n in prange(blocks.shape[0]):
        a, b, c = blocks[n, 0, 0], blocks[n, 0, 1], blocks[n, 0, 2]
        d, e, f = blocks[n, 1, 1], blocks[n, 1, 2], blocks[n, 2, 2]
        k00 = d * f - e * e
        k01 = c * e - b * f
        k02 = b * e - c * d
        minor = a * d - b * b
        det = a * k00 + b * k01 + c * k02
        if a > 0.0 and minor > 1e-12 * a * d and det > 1e-12 * minor * f and np.isfinite(1.0 / det):
            part = 1.0 / det
            inverse[n, 0, 0] = k00 * part
            inverse[n, 0, 1] = k01 * part
            inverse[n, 0, 2] = k02 * part
            inverse[n, 1, 0] = k01 * part
            inverse[n, 1, 1] = (a * f - c * c) * part
            inverse[n, 1, 2] = (b * c - a * e) * part
            inverse[n, 2, 0] = k02 * part
            inverse[n, 2, 1] = (b * c - a * e) * part
            inverse[n, 2, 2] = minor * part
        else:
            inverse[n] = 0.0
            inverse[n, 0, 0] = -1.0


@kernel
def separate(indptr, indices, leaf, depth, widest, stage):
    """Mark thin sets of nodes without which the leaves of a bisection do not touch.

    Parameters
    ----------
    indptr, indices : block pattern, int32
    leaf : (n_nodes,) int32; its highest of `depth` bits is the first bisection
    depth : bisections
    widest : rows with more blocks go to the last stage at once
    stage : (n_nodes,) int32, out: 0 for leaves, s for a separator of 2**s leaves
    """
    n_nodes = indptr.size - 1
    for row in range(n_nodes):
        stage[row] = depth if indptr[row + 1] - indptr[row] > widest else 0
    for level in range(depth, 0, -1):
        for row in range(n_nodes):
            if stage[row] == 0 and (leaf[row] >> (level - 1)) & 1 == 0:
                for k in range(indptr[row], indptr[row + 1]):
                    column = indices[k]
                    apart = (leaf[row] ^ leaf[column]) >> (level - 1) == 1
                    if apart and stage[column] == 0:
                        stage[row] = level
                        break
