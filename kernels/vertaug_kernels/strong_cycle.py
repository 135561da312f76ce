# SPDX-License-Identifier: BSD-3-Clause
"""The coarse correction of the finest level of `split_cycle` by networks of groups, in single precision.

The rows of all networks lie one after the other: those of network l are ``bounds[l]`` to ``bounds[l + 1]``. Entries
``start[i]`` to ``start[i + 1]`` of `other` and `coupling` belong to row i, `up` is its group's row in the next
network. Gauss-Seidel runs forwards on the way down and backwards on the way up, so that the cycle is symmetric.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels import split_cycle as cycle
from vertaug_kernels._jit import kernel
from vertaug_kernels._stack import stack_singles, stack_vector

__all__ = ["LARGEST_FACTOR", "SWEEPS", "below", "correct"]

Float = NDArray[np.float64]
Single = NDArray[np.float32]
Int = NDArray[np.int64]
Index = NDArray[np.int32]

LARGEST_FACTOR = 64
"""Rows of the coarsest network where it has a factor."""
SWEEPS = 3
"""Sweeps of the finest level before the correction and after it."""
_SWEEPS = 2
_LAST_SWEEPS = 8
_TRACE = np.float32(1e-24)


@kernel
def _sweep(
    first: int, last: int, forwards: bool, start: Index, other: Index, coupling: Single, inverse: Single,
    right: Single, value: Single,
) -> None:  # fmt: skip
    """One sweep of Gauss-Seidel over some rows."""
    for n in range(last - first):
        i = first + n if forwards else last - 1 - n
        total = right[i]
        for p in range(start[i], start[i + 1]):
            total += coupling[p] * value[other[p]]
        total *= inverse[i]
        value[i] = total if abs(total) > _TRACE else np.float32(0.0)


@kernel
def _solve_last(first: int, factor: Float, right: Single, value: Single) -> None:
    """Solve the coarsest network with the Cholesky factor of its operator."""
    flat = stack_vector(64)  # type: ignore[call-arg, var-annotated]
    count = factor.shape[0]
    for i in range(count):
        flat[i] = right[first + i]
        for k in range(i):
            flat[i] -= factor[i, k] * flat[k]
        flat[i] /= factor[i, i]
    for i in range(count - 1, -1, -1):
        for k in range(i + 1, count):
            flat[i] -= factor[k, i] * flat[k]
        flat[i] /= factor[i, i]
    for i in range(count):
        value[first + i] = flat[i]


@kernel
def _send_up(
    first: int, last: int, start: Index, other: Index, coupling: Single, diagonal: Single, up: Index,
    right: Single, value: Single,
) -> None:  # fmt: skip
    """Add the residual of some rows to the right side of their groups."""
    for i in range(first, last):
        left = right[i] - diagonal[i] * value[i]
        for p in range(start[i], start[i + 1]):
            left += coupling[p] * value[other[p]]
        if up[i] >= 0:
            right[up[i]] += left


@kernel
def correct(
    bounds: Int, start: Index, other: Index, coupling: Single, diagonal: Single, inverse: Single, up: Index,
    factor: Float, right: Single, value: Single,
) -> None:  # fmt: skip
    """One cycle from zero for the right side of the first network, into its `value`.

    `factor` (n, n) is that of the coarsest network; where it is empty, that network is relaxed.
    """
    levels = bounds.shape[0] - 1
    right[bounds[1] :] = np.float32(0.0)
    value[:] = np.float32(0.0)
    for level in range(levels - 1):
        first, last = bounds[level], bounds[level + 1]
        for _ in range(_SWEEPS):
            _sweep(first, last, True, start, other, coupling, inverse, right, value)
        _send_up(first, last, start, other, coupling, diagonal, up, right, value)
    first, last = bounds[levels - 1], bounds[levels]
    if factor.shape[0] > 0:
        _solve_last(first, factor, right, value)
    else:
        for _ in range(_LAST_SWEEPS):
            _sweep(first, last, True, start, other, coupling, inverse, right, value)
        for _ in range(_LAST_SWEEPS):
            _sweep(first, last, False, start, other, coupling, inverse, right, value)
    for level in range(levels - 2, -1, -1):
        first, last = bounds[level], bounds[level + 1]
        for i in range(first, last):
            if up[i] >= 0:
                value[i] += value[up[i]]
        for _ in range(_SWEEPS):
            _sweep(first, last, False, start, other, coupling, inverse, right, value)


@kernel
def below(
    levels: Int, spans: Int, owner: Index, bounds: Int, start: Index, other: Index, coupling: Single,
    diagonal: Single, inverse: Single, up: Index, factor: Float, right: Single, value: Single, fields: Single,
) -> None:  # fmt: skip
    """Add the correction by the networks to the value of the finest level of a grid, level 0 of `levels`.

    `owner` (2, m) is the group of each cell by colour, -1 for cells that take no part. Black was relaxed last, so
    that only red cells have a residual.
    """
    row = stack_singles(1024)  # type: ignore[call-arg, var-annotated]
    ny, half, begin = levels[0, 1], levels[0, 2] // 2 + 1, levels[0, 3]
    plane = ny * half
    right[: bounds[1]] = np.float32(0.0)
    for i in range(1, levels[0, 0] - 1):
        for j in range(1, ny - 1):
            base = begin + i * plane + j * half
            head, tail = cycle.places(spans, i * ny + j)
            cycle.red_line(fields, base, plane, half, head, tail, (i + j) % 2 == 0, row)
            for n in range(head, tail):
                group = owner[0, base - begin + n]
                if group >= 0:
                    place = base + n
                    right[group] += (
                        row[n] - fields[cycle.VALUE, place] * fields[cycle.DIAGONAL, place]
                    )
    correct(bounds, start, other, coupling, diagonal, inverse, up, factor, right, value)
    for line in range(ny, (levels[0, 0] - 1) * ny):
        head, tail = cycle.places(spans, line)
        for colour in range(2):
            for n in range(line * half + head, line * half + tail):
                group = owner[colour, n]
                if group >= 0:
                    fields[cycle.VALUE + colour, begin + n] += value[group]
