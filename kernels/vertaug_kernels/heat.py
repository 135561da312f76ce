# SPDX-License-Identifier: BSD-3-Clause
"""Conduction of heat on a regular grid: one stage of a stabilised explicit step.

Fields carry one ghost layer, shape (nx + 2, ny + 2, nz + 2); ``tx[i, j, k]`` is the conductance, mW/K, between
cells i and i + 1, `inverse` one over the heat capacity, K/mJ, zero where the temperature is held and in ghosts.
Fluxes are differences of neighbours, so what leaves one cell enters the next to the last bit. Each row is first
summed on the stack: the loop then writes to memory that no field shares, which lets it use vector units.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels._jit import inlined_kernel, kernel, parallel_kernel, prange
from vertaug_kernels._stack import stack_vector

__all__ = [
    "anchor_rate", "anchor_stage", "conductances", "first_increment", "largest", "next_increment",
    "plane_sums", "relax",
]  # fmt: skip

Float = NDArray[np.float64]
Int = NDArray[np.int64]


@kernel
def conductances(conductivity: Float, axis: int, spacing: float, out: Float) -> None:
    """Conductance, mW/K, of every face along `axis` between two cells: half cells in series.

    `conductivity`, mW/(mm K), is zero in ghost cells, whose faces conduct nothing.
    """
    nx, ny, nz = conductivity.shape
    di, dj, dk = 0, 0, 0
    if axis == 0:
        di = 1
    elif axis == 1:
        dj = 1
    else:
        dk = 1
    out[:] = 0.0
    for i in range(nx - 1):
        for j in range(ny - 1):
            for k in range(nz - 1):
                here, there = conductivity[i, j, k], conductivity[i + di, j + dj, k + dk]
                if here > 0.0 and there > 0.0:
                    out[i, j, k] = 2.0 * spacing * here * there / (here + there)


@inlined_kernel
def _inflow(
    i: int,
    j: int,
    start: int,
    count: int,
    tx: Float,
    ty: Float,
    tz: Float,
    value: Float,
    row: Float,
) -> None:
    """Heat that flows into ``count`` cells of row (i, j) from cell ``start`` on, mW, into `row`."""
    here = value[i, j, start:]
    back, on = value[i, j, start - 1 :], value[i, j, start + 1 :]
    left, right = value[i - 1, j, start:], value[i + 1, j, start:]
    front, rear = value[i, j - 1, start:], value[i, j + 1, start:]
    tx_left, tx_right = tx[i - 1, j, start:], tx[i, j, start:]
    ty_front, ty_rear = ty[i, j - 1, start:], ty[i, j, start:]
    tz_back, tz_on = tz[i, j, start - 1 :], tz[i, j, start:]
    for k in range(count):
        middle = here[k]
        flow = tx_left[k] * (left[k] - middle) + tx_right[k] * (right[k] - middle)
        flow += ty_front[k] * (front[k] - middle) + ty_rear[k] * (rear[k] - middle)
        flow += tz_back[k] * (back[k] - middle) + tz_on[k] * (on[k] - middle)
        row[k] = flow


@kernel
def _first_plane(
    i: int, tx: Float, ty: Float, tz: Float, inverse: Float, step: float, value: Float, out: Float
) -> None:
    ny, nz = value.shape[1] - 2, value.shape[2] - 2
    row = stack_vector(128)  # type: ignore[call-arg, var-annotated]
    for j in range(1, ny + 1):
        for start in range(1, nz + 1, 128):
            count = min(128, nz + 1 - start)
            _inflow(i, j, start, count, tx, ty, tz, value, row)
            rate, found = inverse[i, j, start:], out[i, j, start:]
            for k in range(count):
                found[k] = step * rate[k] * row[k]


@parallel_kernel
def first_increment(
    tx: Float, ty: Float, tz: Float, inverse: Float, step: float, value: Float, out: Float
) -> None:
    """Fill `out` with what conduction at the temperatures `value` adds to them in `step`, K."""
    for i in prange(1, value.shape[0] - 1):
        _first_plane(i, tx, ty, tz, inverse, step, value, out)


@kernel
def _next_plane(
    i: int,
    tx: Float,
    ty: Float,
    tz: Float,
    inverse: Float,
    first: Float,
    factors: Float,
    newest: Float,
    out: Float,
) -> None:
    ny, nz = newest.shape[1] - 2, newest.shape[2] - 2
    row = stack_vector(128)  # type: ignore[call-arg, var-annotated]
    grow, keep, conduct, push = factors[0], factors[1], factors[2], factors[3]
    for j in range(1, ny + 1):
        for start in range(1, nz + 1, 128):
            count = min(128, nz + 1 - start)
            _inflow(i, j, start, count, tx, ty, tz, newest, row)
            rate, source = inverse[i, j, start:], first[i, j, start:]
            near, found = newest[i, j, start:], out[i, j, start:]
            for k in range(count):
                flow = conduct * rate[k] * row[k]
                found[k] = grow * near[k] + keep * found[k] + flow + push * source[k]


@parallel_kernel
def next_increment(
    tx: Float,
    ty: Float,
    tz: Float,
    inverse: Float,
    first: Float,
    factors: Float,
    newest: Float,
    out: Float,
) -> None:
    """One stage of a recursion in increments: `out` holds the one before `newest` and receives the next.

    ``out = f0 newest + f1 out + f2 inverse L(newest) + f3 first`` with the factors f (4,), f2 in s, and L the sum of
    heat flows into a cell.
    """
    for i in prange(1, newest.shape[0] - 1):
        _next_plane(i, tx, ty, tz, inverse, first, factors, newest, out)


@kernel
def anchor_rate(
    cells: Int,
    conductance: Float,
    outer: Float,
    flow: Float,
    inverse: Float,
    step: float,
    value: Float,
    out: Float,
) -> float:
    """Add what passes the surface in `step` to `out`, K; returns that heat, mJ.

    All fields are flat. `cells` (n,) are indices, several times where a cell has several faces; `conductance` mW/K to
    the temperature `outer`, `flow` heat given in mW.
    """  # fmt: skip
    total = 0.0
    for n in range(cells.size):
        cell = cells[n]
        heat = conductance[n] * (outer[n] - value[cell]) + flow[n]
        if inverse[cell] > 0.0:
            out[cell] += step * inverse[cell] * heat
            total += step * heat
    return total


@kernel
def anchor_stage(
    cells: Int, conductance: Float, inverse: Float, step: float, newest: Float, out: Float
) -> float:
    """The surface's part of a stage: `out` changes by ``-step inverse g newest``; returns ``-sum(g newest)``, mW.

    All fields are flat.
    """
    total = 0.0
    for n in range(cells.size):
        cell = cells[n]
        if inverse[cell] > 0.0:
            heat = conductance[n] * newest[cell]
            out[cell] -= step * inverse[cell] * heat
            total -= heat
    return total


@kernel
def _largest_plane(i: int, value: Float) -> float:
    nz = value.shape[2]
    row = stack_vector(128)  # type: ignore[call-arg, var-annotated]
    for n in range(128):
        row[n] = 0.0
    for j in range(1, value.shape[1] - 1):
        for start in range(1, nz - 1, 128):
            line = value[i, j, start:]
            for k in range(min(128, nz - 1 - start)):
                size = abs(line[k])
                row[k] = size if size > row[k] else row[k]
    most = 0.0
    for n in range(128):
        most = max(most, row[n])
    return most


@parallel_kernel
def largest(value: Float, out: Float) -> None:
    """Largest size of `value` in each plane of cells, into `out` (nx + 2,)."""
    for i in prange(1, value.shape[0] - 1):
        out[i] = _largest_plane(i, value)


@kernel
def _relax_plane(
    i: int, factor: Float, capacity: Float, towards: float, step: float, value: Float
) -> float:
    nz = value.shape[2]
    gains = stack_vector(128)  # type: ignore[call-arg, var-annotated]
    for n in range(128):
        gains[n] = 0.0
    for j in range(1, value.shape[1] - 1):
        for start in range(1, nz - 1, 128):
            rate, held, warm = factor[i, j, start:], capacity[i, j, start:], value[i, j, start:]
            for k in range(min(128, nz - 1 - start)):
                x = rate[k] * step
                change = (towards - warm[k]) * x / (1.0 + 0.5 * x)
                warm[k] += change
                gains[k] += held[k] * change
    total = 0.0
    for n in range(128):
        total += gains[n]
    return total


@parallel_kernel
def relax(
    factor: Float, capacity: Float, towards: float, step: float, out_value: Float, out: Float
) -> None:
    """Let `out_value`, K, go towards a temperature; `out` (nx + 2,) is the heat gained in each plane, mJ.

    `factor` is conductance over capacity, 1/s. The step ``x / (1 + x / 2)`` is of second order, never overshoots for
    ``x = factor step`` below 2 and stays stable beyond.
    """
    for i in prange(1, out_value.shape[0] - 1):
        out[i] = _relax_plane(i, factor, capacity, towards, step, out_value)


@parallel_kernel
def plane_sums(weight: Float, value: Float, out: Float) -> None:
    """Sum of ``weight value`` in each plane of cells, into `out` (nx + 2,)."""
    nx, ny, nz = value.shape
    for i in prange(1, nx - 1):
        total = 0.0
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                total += weight[i, j, k] * value[i, j, k]
        out[i] = total
