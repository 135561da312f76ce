# SPDX-License-Identifier: BSD-3-Clause
"""Conjugate gradients on a padded grid, preconditioned by `split_cycle`; many iterations in one call.

Vectors are in double precision and summed plane by plane, so that no result depends on the number of threads.
`spans` are those of `split_cycle`, the finest level's first; beyond them all fields stay as they are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels import split_cycle as cycle
from vertaug_kernels import strong_cycle
from vertaug_kernels._jit import kernel

__all__ = ["advance", "iterate", "iterate_groups", "overlap", "residual", "squares", "step"]

Float = NDArray[np.float64]
Single = NDArray[np.float32]
Int = NDArray[np.int64]
Index = NDArray[np.int32]


@kernel
def residual(
    tx: Float, ty: Float, tz: Float, anchor: Float, spans: Int, right: Float, value: Float, out: Float
) -> float:  # fmt: skip
    """Fill `out` with ``right - A value``; returns the sum of its squares."""
    nx, ny = tx.shape[:2]
    result = 0.0
    for i in range(1, nx - 1):
        total = 0.0
        for j in range(1, ny - 1):
            for k in range(spans[i * ny + j, 0], spans[i * ny + j, 1]):
                here = value[i, j, k]
                flow = tx[i - 1, j, k] * (value[i - 1, j, k] - here)
                flow += tx[i, j, k] * (value[i + 1, j, k] - here)
                flow += ty[i, j - 1, k] * (value[i, j - 1, k] - here)
                flow += ty[i, j, k] * (value[i, j + 1, k] - here)
                flow += tz[i, j, k - 1] * (value[i, j, k - 1] - here)
                flow += tz[i, j, k] * (value[i, j, k + 1] - here)
                left = right[i, j, k] + flow - anchor[i, j, k] * here
                out[i, j, k] = left
                total += left * left
        result += total
    return result


@kernel
def squares(spans: Int, field: Float) -> float:
    """Sum of the squares of a padded field."""
    nx, ny = field.shape[:2]
    result = 0.0
    for i in range(1, nx - 1):
        total = 0.0
        for j in range(1, ny - 1):
            for k in range(spans[i * ny + j, 0], spans[i * ny + j, 1]):
                total += field[i, j, k] * field[i, j, k]
        result += total
    return result


@kernel
def _apply(
    tx: Float, ty: Float, tz: Float, anchor: Float, spans: Int, value: Float, out: Float
) -> float:
    """Fill `out` with ``A value``; returns ``value . out``."""
    nx, ny = tx.shape[:2]
    product = 0.0
    for i in range(1, nx - 1):
        total = 0.0
        for j in range(1, ny - 1):
            for k in range(spans[i * ny + j, 0], spans[i * ny + j, 1]):
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
        product += total
    return product


@kernel
def overlap(remainder: Float, spans: Int, fields: Single, at: int) -> float:
    """Scalar product of a field with the value of the finest level, which starts at place `at`."""
    nx, ny, nz = remainder.shape
    half, product = nz // 2 + 1, 0.0
    for i in range(1, nx - 1):
        total = 0.0
        for j in range(1, ny - 1):
            red, base = (i + j) % 2, at + (i * ny + j) * half
            first, last = spans[i * ny + j, 0], spans[i * ny + j, 1]
            for colour in range(2):
                row = cycle.VALUE + colour
                for k in range(first + (first + red + colour) % 2, last, 2):
                    total += remainder[i, j, k] * fields[row, base + k // 2]
        product += total
    return product


@kernel
def direction(
    spans: Int, fields: Single, at: int, scale: float, factor: float, search: Float
) -> None:
    """New search direction: ``scale`` times the value of the finest level plus ``factor * search``."""
    nx, ny, nz = search.shape
    half = nz // 2 + 1
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            red, base = (i + j) % 2, at + (i * ny + j) * half
            first, last = spans[i * ny + j, 0], spans[i * ny + j, 1]
            for colour in range(2):
                row = cycle.VALUE + colour
                for k in range(first + (first + red + colour) % 2, last, 2):
                    search[i, j, k] = scale * fields[row, base + k // 2] + factor * search[i, j, k]


@kernel
def step(
    tx: Float, ty: Float, tz: Float, anchor: Float, spans: Int, product: float,
    search: Float, image: Float, value: Float, remainder: Float,
) -> float:  # fmt: skip
    """Move `value` and `remainder` along `search`; returns the sum of squares of the new `remainder`.

    `product` is the scalar product of `remainder` with its preconditioned self.
    """
    length = product / _apply(tx, ty, tz, anchor, spans, search, image)
    nx, ny = search.shape[:2]
    result = 0.0
    for i in range(1, nx - 1):
        total = 0.0
        for j in range(1, ny - 1):
            for k in range(spans[i * ny + j, 0], spans[i * ny + j, 1]):
                value[i, j, k] += length * search[i, j, k]
                left = remainder[i, j, k] - length * image[i, j, k]
                remainder[i, j, k] = left
                total += left * left
        result += total
    return result


@kernel
def advance(
    tx: Float, ty: Float, tz: Float, anchor: Float, spans: Int, fields: Single, at: int, norm: float, previous: float,
    search: Float, image: Float, value: Float, remainder: Float,
) -> tuple[float, float]:  # fmt: skip
    """What follows a cycle: a new direction and a step along it; returns the new norm and product, see `iterate`."""
    product = norm * overlap(remainder, spans, fields, at)
    direction(spans, fields, at, norm, product / previous if previous > 0.0 else 0.0, search)
    return np.sqrt(
        step(tx, ty, tz, anchor, spans, product, search, image, value, remainder)
    ), product


@kernel
def iterate(
    tx: Float, ty: Float, tz: Float, anchor: Float,
    levels: Int, spans: Int, parts: Int, masks: Single, factors: Float, fields: Single,
    most: int, goal: float, norm: float, previous: float,
    search: Float, image: Float, value: Float, remainder: Float,
) -> tuple[int, float, float]:  # fmt: skip
    """Up to `most` iterations, until the norm of `remainder` is at most `goal`.

    Parameters
    ----------
    tx, ty, tz, anchor : the operator, padded
    levels, spans, parts, masks, factors, fields : its cycle, see `split_cycle`
    norm, previous : norm of `remainder`, and its last scalar product with its preconditioned self; 0 at the start
    search, image, value, remainder : padded; the last is ``right - A value``

    Returns
    -------
    Iterations made, the norm and the product to go on with.
    """
    at, done = levels[0, 3], 0
    while norm > goal and done < most:
        cycle.split(remainder, 1.0 / norm, cycle.RIGHT, at, spans, fields)
        cycle.start(levels, 0, fields)
        cycle.relax(levels, spans, 0, 0, cycle.SWEEPS, fields)
        cycle.below(levels, spans, parts, masks, factors, fields)
        cycle.relax(levels, spans, 0, 1, cycle.SWEEPS, fields)
        norm, previous = advance(
            tx, ty, tz, anchor, spans, fields, at, norm, previous, search, image, value, remainder
        )
        done += 1
    return done, norm, previous


@kernel
def iterate_groups(
    tx: Float, ty: Float, tz: Float, anchor: Float,
    levels: Int, spans: Int, parts: Int, masks: Single, cubes: bool, owner: Index, bounds: Int, start: Index,
    other: Index, coupling: Single, diagonal: Single, inverse: Single, up: Index, factor: Float, right: Single,
    level_value: Single, fields: Single,
    most: int, goal: float, norm: float, previous: float,
    search: Float, image: Float, value: Float, remainder: Float,
) -> tuple[int, float, float]:  # fmt: skip
    """The same with the coarse correction of `strong_cycle`, whose arrays are those from `cubes` to `level_value`."""
    at, done = levels[0, 3], 0
    sweeps = strong_cycle.SWEEPS_WITH_CUBES if cubes else strong_cycle.SWEEPS
    while norm > goal and done < most:
        cycle.split(remainder, 1.0 / norm, cycle.RIGHT, at, spans, fields)
        cycle.start(levels, 0, fields)
        cycle.relax(levels, spans, 0, 0, sweeps, fields)
        strong_cycle.below(
            levels, spans, parts, masks, cubes, owner, bounds, start, other, coupling, diagonal, inverse, up, factor,
            right, level_value, fields,
        )  # fmt: skip
        cycle.relax(levels, spans, 0, 1, sweeps, fields)
        norm, previous = advance(
            tx, ty, tz, anchor, spans, fields, at, norm, previous, search, image, value, remainder
        )
        done += 1
    return done, norm, previous
