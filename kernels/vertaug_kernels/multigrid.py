# SPDX-License-Identifier: BSD-3-Clause
"""Coarse operators of voxel multigrid for a symmetric 7-point operator with strongly varying coefficients.

All fields carry one ghost layer: shape (nx + 2, ny + 2, nz + 2). ``tx[i, j, k]`` is the conductance
between cells i and i + 1, `anchor` the conductance to a given outer pressure, `inverse` one over
the diagonal (zero where a cell takes no part). `split_cycle` has the cycle that uses them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels._jit import kernel

__all__ = ["cholesky", "coarsen", "dense", "diagonal", "restrict", "stiff_faces"]

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
def _held(tx: Float, ty: Float, tz: Float, i: int, j: int, k: int) -> float:
    """Sum of the conductances between a cell and the other cells of its coarse cell."""
    total: float = tx[i - 1 + i % 2, j, k] + ty[i, j - 1 + j % 2, k] + tz[i, j, k - 1 + k % 2]
    return total


@kernel
def stiff_faces(tx: Float, ty: Float, tz: Float, axis: int, most: float) -> tuple[int, int]:
    """Count the faces of the coarse grid along `axis`, and those that are too stiff by more than `most`.

    Half the sum of its faces is held against what gets through from the rest of one coarse cell to the rest
    of the other: a face in series with half of what holds its cells in theirs.
    """
    nx, ny, nz = tx.shape
    di, dj, dk = 0, 0, 0
    if axis == 0:
        di = 1
    elif axis == 1:
        dj = 1
    else:
        dk = 1
    count, stiff = 0, 0
    for i in range(1 + di, nx - 1, 2):
        for j in range(1 + dj, ny - 1, 2):
            for k in range(1 + dk, nz - 1, 2):
                whole, through = 0.0, 0.0
                for a in range(i, min(i + 2 - di, nx - 1)):
                    for b in range(j, min(j + 2 - dj, ny - 1)):
                        for c in range(k, min(k + 2 - dk, nz - 1)):
                            face = (
                                tx[a, b, c]
                                if axis == 0
                                else ty[a, b, c]
                                if axis == 1
                                else tz[a, b, c]
                            )
                            if face <= 0.0:
                                continue
                            whole += face
                            here = _held(tx, ty, tz, a, b, c)
                            there = _held(tx, ty, tz, a + di, b + dj, c + dk)
                            resistance = 1.0 / face
                            resistance += 1.5 / here if here > 0.0 else 0.0
                            resistance += 1.5 / there if there > 0.0 else 0.0
                            through += 1.0 / resistance
                if whole > 0.0:
                    count += 1
                    if 0.5 * whole > most * through:
                        stiff += 1
    return count, stiff


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
