# SPDX-License-Identifier: BSD-3-Clause
"""Voxel multigrid for a symmetric 7-point operator with strongly varying coefficients.

All fields carry one ghost layer: shape (nx + 2, ny + 2, nz + 2). ``tx[i, j, k]`` is the conductance
between cells i and i + 1, `anchor` the conductance to a given outer pressure, `inverse` one over
the diagonal (zero where a cell takes no part). Kernels named ``*_small`` are the serial twins of
the threaded ones; both do the same arithmetic in the same order, so results do not depend on which
was used nor on the number of threads. Only what dominates on large grids is threaded: a call that
waits for a second thread costs more than it saves on the grids of one vertebra.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels._jit import allocating_kernel, kernel, parallel_kernel, prange

__all__ = [
    "apply",
    "cholesky",
    "cholesky_solve",
    "coarsen",
    "dense",
    "descend",
    "diagonal",
    "direction",
    "product",
    "prolong",
    "residual",
    "residual_small",
    "restrict",
    "smooth",
    "smooth_small",
]

Float = NDArray[np.float64]
Byte = NDArray[np.uint8]
Label = NDArray[np.int16]


@kernel
def diagonal(tx: Float, ty: Float, tz: Float, anchor: Float, inverse: Float) -> None:
    """Fill `inverse` with one over the diagonal, 0 for cells without any connection."""
    nx, ny, nz = tx.shape
    inverse[:] = 0.0
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                total = tx[i - 1, j, k] + tx[i, j, k] + ty[i, j - 1, k] + ty[i, j, k]
                total += tz[i, j, k - 1] + tz[i, j, k] + anchor[i, j, k]
                if total > 0.0:
                    inverse[i, j, k] = 1.0 / total


@kernel
def _smooth_plane(
    i: int,
    tx: Float,
    ty: Float,
    tz: Float,
    inverse: Float,
    right: Float,
    colour: int,
    value: Float,
) -> None:
    """Gauss-Seidel on the cells of one colour in plane i."""
    ny, nz = tx.shape[1], tx.shape[2]
    for j in range(1, ny - 1):
        for k in range(1 + (i + j + colour) % 2, nz - 1, 2):
            total = right[i, j, k]
            total += tx[i - 1, j, k] * value[i - 1, j, k] + tx[i, j, k] * value[i + 1, j, k]
            total += ty[i, j - 1, k] * value[i, j - 1, k] + ty[i, j, k] * value[i, j + 1, k]
            total += tz[i, j, k - 1] * value[i, j, k - 1] + tz[i, j, k] * value[i, j, k + 1]
            value[i, j, k] = total * inverse[i, j, k]


@parallel_kernel
def smooth(
    tx: Float, ty: Float, tz: Float, inverse: Float, right: Float, colour: int, value: Float
) -> None:
    """Half a red-black Gauss-Seidel sweep: update `value` on the cells of one colour (0 or 1)."""
    for i in prange(1, tx.shape[0] - 1):
        _smooth_plane(i, tx, ty, tz, inverse, right, colour, value)


@kernel
def smooth_small(
    tx: Float, ty: Float, tz: Float, inverse: Float, right: Float, colour: int, value: Float
) -> None:
    """Serial twin of `smooth`."""
    for i in range(1, tx.shape[0] - 1):
        _smooth_plane(i, tx, ty, tz, inverse, right, colour, value)


@kernel
def _residual_plane(
    i: int,
    tx: Float,
    ty: Float,
    tz: Float,
    anchor: Float,
    right: Float,
    value: Float,
    out: Float,
) -> None:
    """Right side minus operator times value in plane i, from differences of neighbours."""
    ny, nz = tx.shape[1], tx.shape[2]
    for j in range(1, ny - 1):
        for k in range(1, nz - 1):
            here = value[i, j, k]
            flow = tx[i - 1, j, k] * (value[i - 1, j, k] - here)
            flow += tx[i, j, k] * (value[i + 1, j, k] - here)
            flow += ty[i, j - 1, k] * (value[i, j - 1, k] - here)
            flow += ty[i, j, k] * (value[i, j + 1, k] - here)
            flow += tz[i, j, k - 1] * (value[i, j, k - 1] - here)
            flow += tz[i, j, k] * (value[i, j, k + 1] - here)
            out[i, j, k] = right[i, j, k] + flow - anchor[i, j, k] * here


@parallel_kernel
def residual(
    tx: Float, ty: Float, tz: Float, anchor: Float, right: Float, value: Float, out: Float
) -> None:
    """Fill `out` with ``right - A value``."""
    for i in prange(1, tx.shape[0] - 1):
        _residual_plane(i, tx, ty, tz, anchor, right, value, out)


@kernel
def residual_small(
    tx: Float, ty: Float, tz: Float, anchor: Float, right: Float, value: Float, out: Float
) -> None:
    """Serial twin of `residual`."""
    for i in range(1, tx.shape[0] - 1):
        _residual_plane(i, tx, ty, tz, anchor, right, value, out)


@kernel
def _restrict_plane(coarse_i: int, fine: Float, member: Byte, coarse: Float) -> None:
    """Sum the members among the eight children of each coarse cell in one coarse plane."""
    ny, nz = coarse.shape[1], coarse.shape[2]
    for coarse_j in range(1, ny - 1):
        for coarse_k in range(1, nz - 1):
            total = 0.0
            for i in range(2 * coarse_i - 1, 2 * coarse_i + 1):
                for j in range(2 * coarse_j - 1, 2 * coarse_j + 1):
                    for k in range(2 * coarse_k - 1, 2 * coarse_k + 1):
                        total += member[i, j, k] * fine[i, j, k]
            coarse[coarse_i, coarse_j, coarse_k] = total


@kernel
def restrict(fine: Float, member: Byte, coarse: Float) -> None:
    """Sum each coarse cell's member children."""
    for i in range(1, coarse.shape[0] - 1):
        _restrict_plane(i, fine, member, coarse)


@kernel
def _prolong_plane(i: int, coarse: Float, member: Byte, fine: Float) -> None:
    """Add the parent's value to every member of plane i."""
    ny, nz = fine.shape[1], fine.shape[2]
    for j in range(1, ny - 1):
        for k in range(1, nz - 1):
            if member[i, j, k] == 1:
                fine[i, j, k] += coarse[(i + 1) // 2, (j + 1) // 2, (k + 1) // 2]


@kernel
def prolong(coarse: Float, member: Byte, fine: Float) -> None:
    """Add the coarse correction to the member cells, constant over each coarse cell."""
    for i in range(1, fine.shape[0] - 1):
        _prolong_plane(i, coarse, member, fine)


@kernel
def coarsen(
    fine: Float,
    axis: int,
    label: Label,
    member: Byte,
    coarse: Float,
    coarse_anchor: Float,
) -> None:
    """Add the conductances along `axis` up to those of the coarse grid.

    Within a place a coarse face gets half the sum of its fine faces: exact for a smooth medium,
    where the plain sum (constant interpolation) would be twice too stiff. A connection between
    places is a lumped resistance and counts in full; where one of its ends is no member, it becomes
    an anchor of the other.
    """
    nx, ny, nz = fine.shape
    di, dj, dk = 0, 0, 0
    if axis == 0:
        di = 1
    elif axis == 1:
        dj = 1
    else:
        dk = 1
    coarse[:] = 0.0
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                value = fine[i, j, k]
                if value <= 0.0:
                    continue
                a, b, c = i + di, j + dj, k + dk
                parent = (i + 1) // 2, (j + 1) // 2, (k + 1) // 2
                other = (a + 1) // 2, (b + 1) // 2, (c + 1) // 2
                same = label[i, j, k] == label[a, b, c]
                if member[i, j, k] == 1 and member[a, b, c] == 1:
                    if parent != other:
                        coarse[parent] += 0.5 * value if same else value
                elif not same:
                    if member[i, j, k] == 1:
                        coarse_anchor[parent] += value
                    if member[a, b, c] == 1:
                        coarse_anchor[other] += value


@kernel
def dense(tx: Float, ty: Float, tz: Float, anchor: Float, inverse: Float, matrix: Float) -> None:
    """Write the operator of a small grid into `matrix` (n, n); idle cells become identity rows."""
    nx, ny, nz = tx.shape
    matrix[:] = 0.0
    sx, sy = (ny - 2) * (nz - 2), nz - 2
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                row = (i - 1) * sx + (j - 1) * sy + (k - 1)
                if inverse[i, j, k] == 0.0:
                    matrix[row, row] = 1.0
                    continue
                matrix[row, row] = 1.0 / inverse[i, j, k]
                if i < nx - 2:
                    matrix[row, row + sx] = -tx[i, j, k]
                    matrix[row + sx, row] = -tx[i, j, k]
                if j < ny - 2:
                    matrix[row, row + sy] = -ty[i, j, k]
                    matrix[row + sy, row] = -ty[i, j, k]
                if k < nz - 2:
                    matrix[row, row + 1] = -tz[i, j, k]
                    matrix[row + 1, row] = -tz[i, j, k]


@kernel
def cholesky(matrix: Float) -> None:
    """Replace the lower triangle of a symmetric positive definite matrix by its factor."""
    for j in range(matrix.shape[0]):
        for k in range(j):
            matrix[j, j] -= matrix[j, k] * matrix[j, k]
        matrix[j, j] = np.sqrt(max(matrix[j, j], 1e-300))
        for i in range(j + 1, matrix.shape[0]):
            for k in range(j):
                matrix[i, j] -= matrix[i, k] * matrix[j, k]
            matrix[i, j] /= matrix[j, j]


@allocating_kernel
def cholesky_solve(factor: Float, right: Float, value: Float) -> None:
    """Solve with the factor of `cholesky`; `right` and `value` are padded fields."""
    nx, ny, nz = right.shape
    flat = right[1 : nx - 1, 1 : ny - 1, 1 : nz - 1].copy().reshape(-1)
    n = flat.size
    for i in range(n):
        for k in range(i):
            flat[i] -= factor[i, k] * flat[k]
        flat[i] /= factor[i, i]
    for i in range(n - 1, -1, -1):
        for k in range(i + 1, n):
            flat[i] -= factor[k, i] * flat[k]
        flat[i] /= factor[i, i]
    value[1 : nx - 1, 1 : ny - 1, 1 : nz - 1] = flat.reshape((nx - 2, ny - 2, nz - 2))


@kernel
def apply(
    tx: Float, ty: Float, tz: Float, anchor: Float, value: Float, out: Float, out_partial: Float
) -> None:
    """Fill `out` with ``A value`` and `out_partial` with the parts of ``value . out`` by plane."""
    nx, ny, nz = tx.shape
    for i in range(1, nx - 1):
        total = 0.0
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                here = value[i, j, k]
                flow = tx[i - 1, j, k] * (here - value[i - 1, j, k])
                flow += tx[i, j, k] * (here - value[i + 1, j, k])
                flow += ty[i, j - 1, k] * (here - value[i, j - 1, k])
                flow += ty[i, j, k] * (here - value[i, j + 1, k])
                flow += tz[i, j, k - 1] * (here - value[i, j, k - 1])
                flow += tz[i, j, k] * (here - value[i, j, k + 1])
                flow += anchor[i, j, k] * here
                out[i, j, k] = flow
                total += flow * here
        out_partial[i] = total


@kernel
def descend(
    step: float, search: Float, image: Float, value: Float, remainder: Float, partial: Float
) -> None:
    """One conjugate gradient move; `partial` receives the parts of ``remainder . remainder``."""
    nx, ny, nz = search.shape
    for i in range(1, nx - 1):
        total = 0.0
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                value[i, j, k] += step * search[i, j, k]
                left = remainder[i, j, k] - step * image[i, j, k]
                remainder[i, j, k] = left
                total += left * left
        partial[i] = total


@kernel
def direction(factor: float, preconditioned: Float, search: Float) -> None:
    """New search direction: ``preconditioned + factor * search``."""
    nx, ny, nz = search.shape
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                search[i, j, k] = preconditioned[i, j, k] + factor * search[i, j, k]


@kernel
def product(first: Float, second: Float, partial: Float) -> None:
    """Fill `partial` with the parts of the scalar product of two fields by plane."""
    nx, ny, nz = first.shape
    for i in range(1, nx - 1):
        total = 0.0
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                total += first[i, j, k] * second[i, j, k]
        partial[i] = total
