# SPDX-License-Identifier: BSD-3-Clause
"""Fused vector passes of Krylov methods; sums run over fixed parts, whatever the threads.

Vectors are flat, of single or double precision; inner products are summed in double precision.
"""

from __future__ import annotations

import numpy as np

from vertaug_kernels._jit import kernel, parallel_kernel, prange

__all__ = ["advance", "combine", "inner_two", "multiply_free"]


@kernel
def _bounds(part, n_parts, n):
    """First and last entry of one part."""
    return part * n // n_parts, (part + 1) * n // n_parts


@parallel_kernel
def multiply_free(indptr, indices, blocks, free, x, out):
    """Product of a matrix with a vector, where only free unknowns count.

    Parameters
    ----------
    indptr, indices : block pattern, int32
    blocks : (n_blocks, 3, 3) float64
    free : (n_nodes, 3) float64, 0 at fixed unknowns, else 1
    x : (3 n_nodes,) float64, zero at fixed unknowns
    out : (3 n_nodes,) float64, out, zero at fixed unknowns
    """
    for row in prange(indptr.size - 1):
        s0 = 0.0
        s1 = 0.0
        s2 = 0.0
        for k in range(indptr[row], indptr[row + 1]):
            j = 3 * indices[k]
            x0 = x[j]
            x1 = x[j + 1]
            x2 = x[j + 2]
            s0 += blocks[k, 0, 0] * x0 + blocks[k, 0, 1] * x1 + blocks[k, 0, 2] * x2
            s1 += blocks[k, 1, 0] * x0 + blocks[k, 1, 1] * x1 + blocks[k, 1, 2] * x2
            s2 += blocks[k, 2, 0] * x0 + blocks[k, 2, 1] * x1 + blocks[k, 2, 2] * x2
        out[3 * row] = free[row, 0] * s0
        out[3 * row + 1] = free[row, 1] * s1
        out[3 * row + 2] = free[row, 2] * s2


@kernel
def _advance(part, n_parts, alpha, p, product, sums, x, r):
    """One part, see `advance`."""
    first, last = _bounds(part, n_parts, p.size)
    total = 0.0
    for i in range(first, last):
        x[i] += alpha * np.float64(p[i])
        r[i] -= alpha * np.float64(product[i])
        total += np.float64(r[i]) * np.float64(r[i])
    sums[part] = total


@parallel_kernel
def advance(alpha, p, product, sums, x, r):
    """Step of conjugate gradients: x += alpha p, r -= alpha A p; `sums` gets r . r by part."""
    n_parts = sums.size
    for part in prange(n_parts):
        _advance(part, n_parts, alpha, p, product, sums, x, r)


@kernel
def _inner_two(part, n_parts, x, y, z, sums):
    """One part, see `inner_two`."""
    first, last = _bounds(part, n_parts, x.size)
    with_y = 0.0
    with_z = 0.0
    for i in range(first, last):
        with_y += np.float64(x[i]) * np.float64(y[i])
        with_z += np.float64(x[i]) * np.float64(z[i])
    sums[part, 0] = with_y
    sums[part, 1] = with_z


@parallel_kernel
def inner_two(x, y, z, sums):
    """Inner products of `x` with `y` and with `z`; `sums`, (n_parts, 2), holds them by part."""
    n_parts = sums.shape[0]
    for part in prange(n_parts):
        _inner_two(part, n_parts, x, y, z, sums)


@kernel
def _combine(part, beta, z, n_parts, p):
    """One part, see `combine`."""
    first, last = _bounds(part, n_parts, p.size)
    for i in range(first, last):
        p[i] = z[i] + beta * p[i]


@parallel_kernel
def combine(beta, z, n_parts, p):
    """New direction: p = z + beta p."""
    for part in prange(n_parts):
        _combine(part, beta, z, n_parts, p)
