# SPDX-License-Identifier: BSD-3-Clause
"""Pairs of boxes that overlap, by a uniform grid."""

import math

import numpy as np

from vertaug_kernels._jit import allocating_kernel, kernel


@kernel
def _cell(value, origin, size, count):
    """Cell of a coordinate, kept inside the grid."""
    return min(max(math.floor((value - origin) / size), 0), count - 1)


@kernel
def _overlap(low, high, i, j):
    """Whether boxes i and j overlap."""
    apart = False
    for d in range(3):
        apart |= low[i, d] > high[j, d] or low[j, d] > high[i, d]
    return not apart


@kernel
def _first_shared(low, i, j, origin, size, counts, cell):
    """Whether ``cell`` is the first one that boxes i and j, which overlap, have in common."""
    for d in range(3):
        corner = max(low[i, d], low[j, d])
        if _cell(corner, origin[d], size, counts[d]) != cell[d]:
            return False
    return True


@kernel
def _fill(low, high, origin, size, counts, start, content):
    """List the boxes of every cell: count them where ``content`` is empty, else write them."""
    counting = content.size == 0
    for i in range(low.shape[0]):
        for x in range(
            _cell(low[i, 0], origin[0], size, counts[0]),
            _cell(high[i, 0], origin[0], size, counts[0]) + 1,
        ):
            for y in range(
                _cell(low[i, 1], origin[1], size, counts[1]),
                _cell(high[i, 1], origin[1], size, counts[1]) + 1,
            ):
                for z in range(
                    _cell(low[i, 2], origin[2], size, counts[2]),
                    _cell(high[i, 2], origin[2], size, counts[2]) + 1,
                ):
                    cell = (x * counts[1] + y) * counts[2] + z
                    if not counting:
                        content[start[cell]] = i
                    start[cell] += 1


@allocating_kernel
def overlapping_boxes(low, high, body, within, origin, size, counts, out):
    """Find pairs i < j of overlapping boxes, each once, in a fixed order.

    Parameters
    ----------
    low, high : (n, 3) corners of the boxes
    body : (n,) int32 body each box belongs to
    within : whether pairs of one body count
    origin, size, counts : (3,) corner of the grid, edge of its cells, (3,) numbers of cells
    out : (capacity, 2) int32 pairs, written as far as there is room

    Returns
    -------
    number of pairs, which may exceed the capacity
    """
    n_cells = counts[0] * counts[1] * counts[2]
    start = np.zeros(n_cells + 1, np.int64)
    _fill(low, high, origin, size, counts, start, np.empty(0, np.int32))
    total = 0
    for cell in range(n_cells + 1):
        here = start[cell]
        start[cell] = total
        total += here
    content = np.empty(max(total, 1), np.int32)
    _fill(low, high, origin, size, counts, start, content)
    found = 0
    place = np.empty(3, np.int64)
    begin = 0
    for cell in range(n_cells):
        place[0] = cell // (counts[1] * counts[2])
        place[1] = (cell // counts[2]) % counts[1]
        place[2] = cell % counts[2]
        for a in range(begin, start[cell]):
            for b in range(a + 1, start[cell]):
                i, j = content[a], content[b]
                if (body[i] == body[j] and not within) or not _overlap(low, high, i, j):
                    continue
                if _first_shared(low, i, j, origin, size, counts, place):
                    if found < out.shape[0]:
                        out[found, 0] = i
                        out[found, 1] = j
                    found += 1
        begin = start[cell]
    return found
