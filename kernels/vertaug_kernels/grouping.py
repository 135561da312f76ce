# SPDX-License-Identifier: BSD-3-Clause
"""Group neighbouring tetrahedra into small compact patches."""

import numpy as np

from vertaug_kernels._jit import allocating_kernel, kernel


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


@allocating_kernel
def grow_patches(cells, neighbours, target, out_patch):
    """Give each tetrahedron the number of its patch, (n,) int32; returns how many there are.

    A patch starts at the first free cell and takes the face neighbour that adds the fewest nodes, of the cell it
    took earliest, until it has ``target`` cells: it closes rings around edges and stays compact. What is left
    over joins the smallest patch beside it.

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
                        if new < fewest:
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
def _root(owner, patch):
    """Patch that ``patch`` has joined, through all that joined in between."""
    while owner[patch] != patch:
        patch = owner[patch]
    return patch


@allocating_kernel
def _join_small(neighbours, target, sizes, count, out_patch):
    """Let patches below half the target join their smallest neighbour, whole; returns the number left."""
    owner = np.arange(count)
    total = sizes[:count].copy()
    first = np.zeros(count + 1, np.int64)
    for patch in range(count):
        first[patch + 1] = first[patch] + sizes[patch]
    cursor = first[:-1].copy()
    member = np.empty(len(out_patch), np.int64)
    for cell in range(len(out_patch)):
        member[cursor[out_patch[cell]]] = cell
        cursor[out_patch[cell]] += 1
    for patch in range(count):
        if 2 * total[_root(owner, patch)] >= target:
            continue
        own = _root(owner, patch)
        best = -1
        for place in range(first[patch], first[patch + 1]):
            for f in range(4):
                other = neighbours[member[place], f]
                if other >= 0:
                    beside = _root(owner, out_patch[other])
                    if beside != own and (best < 0 or total[beside] < total[best]):
                        best = beside
        if best >= 0:
            owner[own] = best
            total[best] += total[own]
    return _renumber(owner, out_patch)


@allocating_kernel
def _renumber(owner, out_patch):
    """Number patches by their first cell; returns how many there are."""
    number = np.full(owner.size, -1, np.int32)
    left = 0
    for cell in range(len(out_patch)):
        patch = _root(owner, out_patch[cell])
        if number[patch] < 0:
            number[patch] = left
            left += 1
        out_patch[cell] = number[patch]
    return left
