# SPDX-License-Identifier: BSD-3-Clause
"""Displacement of one fluid by another: upstream conductances, a network of flows, its transport.

A two-point flux runs down a potential, so its cells can be put in an order in which every cell comes after
all that flow into it. `network` finds that order and makes the flows balance in each cell to rounding,
however loosely the pressure was solved; `advance` then integrates each cell exactly in time for the mean
composition of what flows in. Fields are padded by one ghost layer and handed in flat (n,); ``sx`` and
``sy`` are the strides along x and y, that along z is one.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels._jit import kernel

_REST = 1e-15
"""Rate of change over the rate of flow below which a cell is at rest: less than rounding moves."""

_TRACE = 1e-12
"""Saturation that a cell keeps to itself: ahead of a front it would run on as ever smaller numbers."""

__all__ = ["advance", "cell_after", "network", "total_mobility", "upstream_conductances"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@kernel
def total_mobility(
    saturation: Float, most: float, powers: Float, viscosities: Float, out: Float
) -> None:
    """Fill `out` (n,) with ``s^a / mu_1 + (1 - s)^b / mu_2``, ``s = min(saturation / most, 1)``.

    `powers` and `viscosities` (2,) are those of the fluid that displaces and of the other.
    """
    thick, thin = 1.0 / viscosities[0], 1.0 / viscosities[1]
    linear = powers[0] == 1.0 and powers[1] == 1.0
    for c in range(saturation.size):
        share = min(max(saturation[c] / most, 0.0), 1.0)
        if linear:
            out[c] = share * thick + (1.0 - share) * thin
        else:
            out[c] = share ** powers[0] * thick + (1.0 - share) ** powers[1] * thin


@kernel
def upstream_conductances(
    static: Float, stride: int, mobility: Float, pressure: Float, out: Float
) -> float:
    """Conductance of the faces along one axis: `static` times the mobility where pressure is higher.

    All (n,). Returns the sum of the changes of flows that this makes against what `out` held.
    """
    changed = 0.0
    for c in range(static.size - stride):
        if static[c] > 0.0:
            drop = pressure[c] - pressure[c + stride]
            value = static[c] * (mobility[c] if drop >= 0.0 else mobility[c + stride])
            changed += abs((value - out[c]) * drop)
            out[c] = value
    return changed


@kernel
def _flow(
    cell: int, side: int, sx: int, sy: int, tx: Float, ty: Float, tz: Float, pressure: Float
) -> tuple[int, float]:
    """Neighbour across one of six sides, and the flow to it."""
    if side == 0:
        other, conductance = cell - sx, tx[cell - sx]
    elif side == 1:
        other, conductance = cell + sx, tx[cell]
    elif side == 2:
        other, conductance = cell - sy, ty[cell - sy]
    elif side == 3:
        other, conductance = cell + sy, ty[cell]
    elif side == 4:
        other, conductance = cell - 1, tz[cell - 1]
    else:
        other, conductance = cell + 1, tz[cell]
    return other, conductance * (pressure[cell] - pressure[other])


@kernel
def _first_cells(
    cells: Int, sx: int, sy: int, tx: Float, ty: Float, tz: Float, pressure: Float,
    waiting: Int, order: Int,
) -> int:  # fmt: skip
    """Count what flows into each cell and put those that nothing flows into at the head of `order`."""
    found = 0
    for n in range(cells.size):
        cell, count = cells[n], 0
        for side in range(6):
            _, flow = _flow(cell, side, sx, sy, tx, ty, tz, pressure)
            if flow < 0.0:
                count += 1
        waiting[cell] = count
        if count == 0:
            order[found] = cell
            found += 1
    return found


@kernel
def network(
    cells: Int, sx: int, sy: int, tx: Float, ty: Float, tz: Float, anchor: Float, pressure: Float,
    source: Float, waiting: Int, position: Int, scale: Float,
    order: Int, start: Int, upstream: Int, inflow: Float, outflow: Float, gone: Float,
) -> float:  # fmt: skip
    """Put cells in the order of flow and balance what enters and leaves each.

    Parameters
    ----------
    cells : (m,) cells that take part
    tx, ty, tz, anchor, pressure, source : (n,) conductances, pressure above that behind `anchor`, injection
    waiting, position, scale : (n,) work
    order : (m,) the cells, each after all that flow into it
    start, upstream, inflow : for the cell at place p of the order, entries ``start[p]`` to ``start[p + 1]``:
        place of the cell that flows into it, and how much; (m + 1,), (3 m,), (3 m,)
    outflow, gone : (m,) all that leaves a cell, and its part that leaves the grid

    Returns
    -------
    Flow into cells that nothing leaves: zero where the pressure was solved closely enough.
    """
    found = _first_cells(cells, sx, sy, tx, ty, tz, pressure, waiting, order)
    place, entry, stuck = 0, 0, 0.0
    start[0] = 0
    while place < found:
        cell = order[place]
        position[cell] = place
        edge = anchor[cell] * pressure[cell]
        entering, leaving = source[cell] + max(-edge, 0.0), max(edge, 0.0)
        for side in range(6):
            other, flow = _flow(cell, side, sx, sy, tx, ty, tz, pressure)
            if flow < 0.0:
                upstream[entry], inflow[entry] = position[other], -flow * scale[other]
                entering += inflow[entry]
                entry += 1
            elif flow > 0.0:
                leaving += flow
                waiting[other] -= 1
                if waiting[other] == 0:
                    order[found] = other
                    found += 1
        start[place + 1] = entry
        if leaving > 0.0:
            scale[cell], outflow[place] = entering / leaving, entering
        else:
            scale[cell], outflow[place] = 0.0, 0.0
            stuck += entering
        gone[place] = max(edge, 0.0) * scale[cell]
        place += 1
    return stuck


@kernel
def _decayed(decay: float, time: float) -> float:
    """Time that a rate which falls by ``exp(-decay t)`` is worth, ``(1 - exp(-decay time)) / decay``."""
    x = decay * time
    if x < 1e-3:
        return time * (1.0 - 0.5 * x * (1.0 - x / 3.0 * (1.0 - 0.25 * x)))
    return -math.expm1(-x) / decay


@kernel
def cell_after(
    before: float,
    gain: float,
    rate: float,
    step: float,
    nodes: Float,
    shares: Float,
    slopes: Float,
    piece: int,
) -> tuple[float, int]:
    """Saturation of a cell after `step` under ``dS/dt = gain - rate f(S)``, exactly, and the piece it is on.

    f is piecewise linear through `shares` at `nodes` (k,) with `slopes` (k - 1,), so each piece is an
    exponential. `piece` is where the search for that of `before` starts; it does not change the result.
    """
    last = nodes.size - 2
    while piece < last and nodes[piece + 1] <= before:
        piece += 1
    while piece > 0 and nodes[piece] > before:
        piece -= 1
    slope = slopes[piece]
    now = gain - rate * (shares[piece] + slope * (before - nodes[piece]))
    if abs(now) <= _REST * rate:
        return before, piece
    value, left, way = before, step, 1 if now > 0.0 else -1
    while now * way > 0.0:
        end = nodes[piece + 1] if way > 0 else nodes[piece]
        then = now - rate * slope * (end - value)
        if then * way > 0.0 and 0 <= piece + way <= last and abs(end - value) < abs(now) * left:
            change = then / now - 1.0
            stretch = math.log1p(change) / change if abs(change) > 1e-9 else 1.0 - 0.5 * change
            needed = (end - value) / now * stretch
            if needed < left:
                value, left, piece, now = end, left - needed, piece + way, then
                slope = slopes[piece]
                continue
        value += now * _decayed(rate * slope, left)
        break
    return value, piece


@kernel
def advance(
    order: Int, start: Int, upstream: Int, inflow: Float, outflow: Float, gone: Float,
    source: Float, pore: Float, nodes: Float, shares: Float, slopes: Float, step: float,
    piece: Int, saturation: Float, share: Float,
) -> tuple[float, float]:  # fmt: skip
    """Move the displacing fluid through a network for one time step, in place.

    Parameters
    ----------
    order, start, upstream, inflow, outflow, gone : from `network`
    source, pore : (n,) displacing fluid injected, pore volume
    nodes, shares, slopes : (k,), (k,), (k - 1,) the fractional flow
    piece : (n,) work, zero at first: pieces of it that cells are on, to find them sooner
    saturation : (n,) at the start, then at the end; `share` (m,) the mean displacing fraction of what leaves

    Returns
    -------
    Volume of displacing fluid that left the grid, and that found no room in cells that nothing leaves.
    """
    left_grid, no_room = 0.0, 0.0
    for place in range(order.size):
        cell = order[place]
        entering = source[cell]
        for entry in range(start[place], start[place + 1]):
            entering += inflow[entry] * share[upstream[entry]]
        before = saturation[cell]
        share[place] = 0.0
        if entering == 0.0 and before == 0.0:
            continue
        room, leaving = pore[cell], outflow[place]
        after = before + step * entering / room
        if after < _TRACE:
            saturation[cell] = after
            continue
        if leaving == 0.0:
            no_room += max(after - 1.0, 0.0) * room
            saturation[cell] = min(after, 1.0)
            continue
        rate = leaving / room
        after, piece[cell] = cell_after(
            before, entering / room, rate, step, nodes, shares, slopes, piece[cell]
        )
        after = min(max(after, 0.0), 1.0)
        mean = (entering - (after - before) * room / step) / leaving
        share[place] = min(max(mean, 0.0), 1.0)
        saturation[cell] = after
        left_grid += step * gone[place] * share[place]
    return left_grid, no_room
