# SPDX-License-Identifier: BSD-3-Clause
"""The coarse correction of a grid of `split_cycle` by networks of groups, in single precision.

The networks stand on the finest level, or on the first coarse levels of its parts, whose cells are cubes.

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

__all__ = ["LARGEST_FACTOR", "SWEEPS", "SWEEPS_WITH_CUBES", "below", "correct"]

Float = NDArray[np.float64]
Single = NDArray[np.float32]
Int = NDArray[np.int64]
Index = NDArray[np.int32]

LARGEST_FACTOR = 64
"""Rows of the coarsest network where it has a factor."""
SWEEPS, SWEEPS_WITH_CUBES = 4, 3
"""Sweeps of the finest level before the correction and after it, where the networks stand on it and on cubes."""
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
def _gather(
    levels: Int, spans: Int, level: int, owner: Index, right: Single, fields: Single
) -> None:
    """Add the residual of a level's cells to the right side of their groups.

    Black was relaxed last, so that only red cells have one.
    """
    row = stack_singles(1024)  # type: ignore[call-arg, var-annotated]
    ny, half = levels[level, 1], levels[level, 2] // 2 + 1
    plane = ny * half
    for i in range(1, levels[level, 0] - 1):
        for j in range(1, ny - 1):
            base = levels[level, 3] + i * plane + j * half
            head, tail = cycle.places(spans, levels[level, 4] + i * ny + j)
            cycle.red_line(fields, base, plane, half, head, tail, (i + j) % 2 == 0, row)
            for n in range(head, tail):
                place = base + n
                group = owner[0, place]
                if group >= 0:
                    right[group] += (
                        row[n] - fields[cycle.VALUE, place] * fields[cycle.DIAGONAL, place]
                    )


@kernel
def _hand_down(
    levels: Int, spans: Int, level: int, owner: Index, value: Single, fields: Single
) -> None:
    """Add the value of each group to that of its cells."""
    ny, half = levels[level, 1], levels[level, 2] // 2 + 1
    for line in range(ny, (levels[level, 0] - 1) * ny):
        head, tail = cycle.places(spans, levels[level, 4] + line)
        base = levels[level, 3] + line * half
        for colour in range(2):
            for place in range(base + head, base + tail):
                group = owner[colour, place]
                if group >= 0:
                    fields[cycle.VALUE + colour, place] += value[group]


@kernel
def below(
    levels: Int, spans: Int, parts: Int, masks: Single, cubes: bool, owner: Index, bounds: Int, start: Index,
    other: Index, coupling: Single, diagonal: Single, inverse: Single, up: Index, factor: Float,
    right: Single, value: Single, fields: Single,
) -> None:  # fmt: skip
    """Add the correction by the networks to the value of the finest level of a grid, level 0 of `levels`.

    Parameters
    ----------
    levels, spans, parts, masks, fields : see `split_cycle`
    cubes : whether the networks stand on the first coarse level of every part, not on the finest level
    owner : (2, total) group of each cell by colour, in the places of `fields`; -1 for what takes no part
    """
    right[: bounds[1]] = np.float32(0.0)
    if cubes:
        for part in range(parts.shape[0]):
            lines, level = parts[part, 2], parts[part, 0]
            cycle.restrict(levels, spans, 0, lines, level, True, masks[part], fields)
            cycle.start(levels, level, fields)
            cycle.relax(levels, spans, level, 0, cycle.SWEEPS, fields)
            _gather(levels, spans, level, owner, right, fields)
    else:
        _gather(levels, spans, 0, owner, right, fields)
    correct(bounds, start, other, coupling, diagonal, inverse, up, factor, right, value)
    if cubes:
        for part in range(parts.shape[0]):
            lines, level = parts[part, 2], parts[part, 0]
            _hand_down(levels, spans, level, owner, value, fields)
            cycle.relax(levels, spans, level, 1, cycle.SWEEPS, fields)
            cycle.prolong(levels, spans, level, 0, lines, True, masks[part], fields)
    else:
        _hand_down(levels, spans, 0, owner, value, fields)
