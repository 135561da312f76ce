# SPDX-License-Identifier: BSD-3-Clause
"""Single-precision pieces of a multigrid cycle on block matrices.

Rows are ordered chunk by chunk and end with separator rows; rows of different chunks never touch
each other, so that a sweep is an exact Gauss-Seidel sweep whatever the number of threads.
Vectors are flat, (n_nodes * b,) float32; b is 3 or 6.
"""

from __future__ import annotations

import numpy as np

from vertaug_kernels._jit import kernel, parallel_kernel, prange

__all__ = [
    "dense_multiply",
    "permute_in",
    "permute_out",
    "rectangle_add",
    "rectangle_multiply",
    "sweep_backward",
    "sweep_forward",
    "upper_residual",
]


@kernel
def _solve_rows_3(first, last, step, indptr, indices, stop, blocks, inverse, b, x):
    """Gauss-Seidel rows of 3x3 blocks; `stop` is where a row ends (its diagonal: lower part)."""
    for row in range(first, last, step):
        i = 3 * row
        s0 = b[i]
        s1 = b[i + 1]
        s2 = b[i + 2]
        for k in range(indptr[row], stop[row]):
            j = 3 * indices[k]
            if j != i:
                x0 = x[j]
                x1 = x[j + 1]
                x2 = x[j + 2]
                s0 -= blocks[k, 0, 0] * x0 + blocks[k, 0, 1] * x1 + blocks[k, 0, 2] * x2
                s1 -= blocks[k, 1, 0] * x0 + blocks[k, 1, 1] * x1 + blocks[k, 1, 2] * x2
                s2 -= blocks[k, 2, 0] * x0 + blocks[k, 2, 1] * x1 + blocks[k, 2, 2] * x2
        x[i] = inverse[row, 0, 0] * s0 + inverse[row, 0, 1] * s1 + inverse[row, 0, 2] * s2
        x[i + 1] = inverse[row, 1, 0] * s0 + inverse[row, 1, 1] * s1 + inverse[row, 1, 2] * s2
        x[i + 2] = inverse[row, 2, 0] * s0 + inverse[row, 2, 1] * s1 + inverse[row, 2, 2] * s2


@kernel
def _solve_rows_6(first, last, step, indptr, indices, stop, blocks, inverse, b, x):
    """Gauss-Seidel rows of 6x6 blocks, see `_solve_rows_3`."""
    rest = np.empty(6, np.float32)
    for row in range(first, last, step):
        for a in range(6):
            rest[a] = b[6 * row + a]
        for k in range(indptr[row], stop[row]):
            j = 6 * indices[k]
            if indices[k] != row:
                for a in range(6):
                    rest[a] -= (
                        blocks[k, a, 0] * x[j]
                        + blocks[k, a, 1] * x[j + 1]
                        + blocks[k, a, 2] * x[j + 2]
                        + blocks[k, a, 3] * x[j + 3]
                        + blocks[k, a, 4] * x[j + 4]
                        + blocks[k, a, 5] * x[j + 5]
                    )
        for a in range(6):
            value = np.float32(0.0)
            for c in range(6):
                value += inverse[row, a, c] * rest[c]
            x[6 * row + a] = value


@kernel
def _solve_rows(first, last, step, indptr, indices, stop, blocks, inverse, b, x):
    if blocks.shape[1] == 3:
        _solve_rows_3(first, last, step, indptr, indices, stop, blocks, inverse, b, x)
    else:
        _solve_rows_6(first, last, step, indptr, indices, stop, blocks, inverse, b, x)


@parallel_kernel
def sweep_forward(chunk_ptr, indptr, indices, diagonal, blocks, inverse, b, x):
    """One forward Gauss-Seidel sweep from a zero start: only the lower part is read.

    Parameters
    ----------
    chunk_ptr : (n_chunks + 1,) int32, rows of each chunk; separator rows follow
    indptr, indices, diagonal : block pattern, int32, columns sorted
    blocks : (n_blocks, b, b) float32
    inverse : (n_nodes, b, b) float32, inverse diagonal blocks
    b : right-hand side, float32
    x : out, float32
    """
    for c in prange(chunk_ptr.size - 1):
        _solve_rows(
            chunk_ptr[c], chunk_ptr[c + 1], 1, indptr, indices, diagonal, blocks, inverse, b, x
        )
    _solve_rows(chunk_ptr[-1], diagonal.size, 1, indptr, indices, diagonal, blocks, inverse, b, x)


@parallel_kernel
def sweep_backward(chunk_ptr, indptr, indices, blocks, inverse, b, x):
    """One backward Gauss-Seidel sweep that improves `x`; parameters as in `sweep_forward`."""
    stop = indptr[1:]
    _solve_rows(stop.size - 1, chunk_ptr[-1] - 1, -1, indptr, indices, stop, blocks, inverse, b, x)
    for c in prange(chunk_ptr.size - 1):
        _solve_rows(
            chunk_ptr[c + 1] - 1, chunk_ptr[c] - 1, -1, indptr, indices, stop, blocks, inverse, b, x
        )


@parallel_kernel
def upper_residual(indptr, indices, diagonal, blocks, x, out):
    """Residual after `sweep_forward`: minus the strict upper part times `x`."""
    size = blocks.shape[1]
    for row in prange(diagonal.size):
        for a in range(size):
            out[size * row + a] = np.float32(0.0)
        for k in range(diagonal[row] + 1, indptr[row + 1]):
            j = size * indices[k]
            for a in range(size):
                value = np.float32(0.0)
                for c in range(size):
                    value += blocks[k, a, c] * x[j + c]
                out[size * row + a] -= value


@parallel_kernel
def rectangle_multiply(indptr, indices, blocks, x, out):
    """Product of a matrix of rectangular blocks, (n_blocks, r, c) float32, with a vector."""
    rows = blocks.shape[1]
    columns = blocks.shape[2]
    for row in prange(indptr.size - 1):
        for a in range(rows):
            out[rows * row + a] = np.float32(0.0)
        for k in range(indptr[row], indptr[row + 1]):
            j = columns * indices[k]
            for a in range(rows):
                value = np.float32(0.0)
                for c in range(columns):
                    value += blocks[k, a, c] * x[j + c]
                out[rows * row + a] += value


@parallel_kernel
def rectangle_add(indptr, indices, blocks, x, out):
    """Add the product of a matrix of rectangular blocks with a vector to `out`."""
    rows = blocks.shape[1]
    columns = blocks.shape[2]
    for row in prange(indptr.size - 1):
        for k in range(indptr[row], indptr[row + 1]):
            j = columns * indices[k]
            for a in range(rows):
                value = np.float32(0.0)
                for c in range(columns):
                    value += blocks[k, a, c] * x[j + c]
                out[rows * row + a] += value


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
