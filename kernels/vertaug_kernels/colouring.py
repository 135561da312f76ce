# SPDX-License-Identifier: BSD-3-Clause
"""Colour chunks of cells so that chunks of one colour share no node."""

import numpy as np

from vertaug_kernels._jit import allocating_kernel

MOST_COLOURS = 64
"""Colours there are; one bit of a node's mask each."""


@allocating_kernel
def colour_chunks(cells, order, chunk, n_nodes, out_colour):
    """Give every chunk of ``chunk`` cells, in ``order``, the lowest colour no neighbour has.

    Returns the number of colours; -1 where `MOST_COLOURS` do not do.
    """
    mask = np.zeros(n_nodes, np.uint64)
    most = 0
    one = np.uint64(1)
    for c in range(out_colour.size):
        taken = np.uint64(0)
        first = c * chunk
        last = min(first + chunk, order.size)
        for place in range(first, last):
            for a in range(cells.shape[1]):
                taken |= mask[cells[order[place], a]]
        colour = 0
        while colour < MOST_COLOURS and (taken >> np.uint64(colour)) & one:
            colour += 1
        if colour == MOST_COLOURS:
            return -1
        out_colour[c] = colour
        most = max(most, colour + 1)
        bit = one << np.uint64(colour)
        for place in range(first, last):
            for a in range(cells.shape[1]):
                mask[cells[order[place], a]] |= bit
    return most
