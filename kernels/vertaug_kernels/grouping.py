# SPDX-License-Identifier: BSD-3-Clause
"""Group neighbouring tetrahedra into small compact patches."""

import numpy as np

from vertaug_kernels._jit import kernel


@kernel
def _holds(nodes, count, node):
    """Whether ``node`` is among the first ``count`` of ``nodes``."""
    held = False
    for k in range(count):
        held = held or nodes[k] == node
    return held


@kernel
def _new_nodes(cell, nodes, count):
    """Number of nodes of a cell (4,) that are not among the first ``count`` of ``nodes``."""
    new = 0
    for a in range(4):
        if not _holds(nodes, count, cell[a]):
            new += 1
    return new


@kernel
def grow_patches(cells, neighbours, target, out_patch):
    """Give each tetrahedron the number of its patch, (n,) int32; returns how many there are.

    A patch starts at the first free cell and takes the face neighbour that adds the fewest nodes until it has
    ``target`` cells, so that it closes rings around edges; what is left over joins the smallest patch beside it.

    Parameters
    ----------
    cells : (n, 4) int32
    neighbours : (n, 4) int32, cell beyond each face, -1 where there is none
    """
    out_patch[:] = -1
    member = np.empty(target, np.int32)
    nodes = np.empty(4 * target + 4, np.int32)
    count = 0
    sizes = np.zeros(len(cells), np.int32)
    for seed in range(len(cells)):
        if out_patch[seed] >= 0:
            continue
        size = 1
        member[0] = seed
        out_patch[seed] = count
        n_nodes = 4
        for a in range(4):
            nodes[a] = cells[seed, a]
        while size < target:
            best = -1
            fewest = 5
            for m in range(size):
                for f in range(4):
                    other = neighbours[member[m], f]
                    if other >= 0 and out_patch[other] < 0:
                        new = _new_nodes(cells[other], nodes, n_nodes)
                        if new < fewest or (new == fewest and other < best):
                            best = other
                            fewest = new
            if best < 0:
                break
            member[size] = best
            size += 1
            out_patch[best] = count
            for a in range(4):
                if not _holds(nodes, n_nodes, cells[best, a]):
                    nodes[n_nodes] = cells[best, a]
                    n_nodes += 1
        sizes[count] = size
        count += 1
    return _join_small(neighbours, target, sizes, count, out_patch)


@kernel
def _join_small(neighbours, target, sizes, count, out_patch):
    """Let patches below half the target join their smallest neighbour; returns the number left."""
    total = np.zeros(count, np.int32)
    for patch in range(count):
        total[patch] = sizes[patch]
    for cell in range(len(out_patch)):
        own = out_patch[cell]
        if 2 * total[own] >= target:
            continue
        best = -1
        for f in range(4):
            other = neighbours[cell, f]
            if other >= 0 and out_patch[other] != own:
                beside = out_patch[other]
                if best < 0 or total[beside] < total[best]:
                    best = beside
        if best >= 0:
            out_patch[cell] = best
            total[own] -= 1
            total[best] += 1
    number = np.full(count, -1, np.int32)
    left = 0
    for cell in range(len(out_patch)):
        patch = out_patch[cell]
        if number[patch] < 0:
            number[patch] = left
            left += 1
        out_patch[cell] = number[patch]
    return left
