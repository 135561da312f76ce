# SPDX-License-Identifier: BSD-3-Clause
"""The order in which cells pass flow on, and flows that balance in every cell to rounding.

A pressure solved to some residual gives flows that do not quite balance: a full cell may receive more than
it lets go. `balance` puts cells in an order in which each comes after all that flow into it, and then
scales what leaves each to what enters it by changing the conductances, so that everything which is moved by these
flows afterwards closes, however loosely the pressure was solved. Fields are padded by one ghost layer and handed in
flat (n,); ``sx`` and ``sy`` are the strides along x and y, that along z is one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels._jit import kernel
from vertaug_kernels.around import Triple, across, conductance

__all__ = ["balance"]

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Short = NDArray[np.int32]


@kernel
def _leaves(
    cell: int, sx: int, sy: int, faces: Triple, anchor: Float, outer: Float, pressure: Float
) -> bool:
    """Whether anything leaves a cell."""
    if anchor[cell] * (pressure[cell] - outer[cell]) > 0.0:
        return True
    for side in range(6):
        other, face = across(cell, side, sx, sy)
        if conductance(faces, side, face) * (pressure[cell] - pressure[other]) > 0.0:
            return True
    return False


@kernel
def _count(
    cells: Int, sx: int, sy: int, faces: Triple, anchor: Float, outer: Float, pressure: Float, source: Float,
    waiting: Short, blind: Int,
) -> int:  # fmt: skip
    """Fill `waiting` with how many cells flow into each; list and count those without source or way out."""
    found = 0
    for n in range(cells.size):
        cell, count = cells[n], 0
        leaves = source[cell] > 0.0 or anchor[cell] * (pressure[cell] - outer[cell]) > 0.0
        for side in range(6):
            other, face = across(cell, side, sx, sy)
            flow = conductance(faces, side, face) * (pressure[other] - pressure[cell])
            if flow > 0.0:
                count += 1
            leaves = leaves or flow < 0.0
        waiting[cell] = count
        if not leaves:
            blind[found] = cell
            found += 1
    return found


@kernel
def _close_blind(
    left: int, sx: int, sy: int, faces: Triple, anchor: Float, outer: Float, pressure: Float, source: Float,
    waiting: Short, blind: Int,
) -> None:  # fmt: skip
    """Close the faces into the `left` cells of `blind`, and into those that have no way out then."""
    while left > 0:
        left -= 1
        cell = blind[left]
        anchor[cell] = 0.0
        for side in range(6):
            other, face = across(cell, side, sx, sy)
            if conductance(faces, side, face) * (pressure[other] - pressure[cell]) <= 0.0:
                continue
            faces[side // 2][face] = 0.0
            waiting[cell] -= 1
            if source[other] > 0.0 or _leaves(other, sx, sy, faces, anchor, outer, pressure):
                continue
            blind[left] = other
            left += 1


@kernel
def balance(
    cells: Int,
    sx: int,
    sy: int,
    faces: Triple,
    anchor: Float,
    outer: Float,
    pressure: Float,
    source: Float,
    waiting: Short,
    order: Int,
) -> int:
    """Order the cells by flow and make the flows of each balance, in place.

    First, faces into cells without a way out are closed, and so are those into cells that lead only there. Then, from
    the first cell to the last, what leaves it is scaled to its source and what enters it. Both change
    flows by no more than the pressure's residual lets them be wrong by.

    Parameters
    ----------
    cells : (m,) cells that take part
    faces, anchor : conductances, mm³/(s MPa); changed
    outer, pressure, source : pressure behind `anchor`, pressure, MPa; volume put in, mm³/s
    waiting : (n,) work
    order : (m,) the cells, each after all that flow into it

    Returns
    -------
    How many cells are in the order: all, unless fluid flows in from cells that take no part.
    """
    blind = _count(cells, sx, sy, faces, anchor, outer, pressure, source, waiting, order)
    _close_blind(blind, sx, sy, faces, anchor, outer, pressure, source, waiting, order)
    found = 0
    for n in range(cells.size):
        if waiting[cells[n]] == 0:
            order[found] = cells[n]
            found += 1
    place = 0
    while place < found:
        cell = order[place]
        place += 1
        edge = anchor[cell] * (pressure[cell] - outer[cell])
        entering, leaving = source[cell] + max(-edge, 0.0), max(edge, 0.0)
        for side in range(6):
            other, face = across(cell, side, sx, sy)
            flow = conductance(faces, side, face) * (pressure[cell] - pressure[other])
            if flow > 0.0:
                leaving += flow
                waiting[other] -= 1
                if waiting[other] == 0:
                    order[found] = other
                    found += 1
            else:
                entering -= flow
        if leaving <= 0.0:
            continue
        scale = entering / leaving
        if edge > 0.0:
            anchor[cell] *= scale
        for side in range(6):
            other, face = across(cell, side, sx, sy)
            if pressure[cell] > pressure[other]:
                faces[side // 2][face] *= scale
    return found
