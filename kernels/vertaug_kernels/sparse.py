# SPDX-License-Identifier: BSD-3-Clause
"""Block-sparse matrices of 3x3 blocks: pattern, assembly in fixed order, products.

Elements of several kinds are listed together: element ``e`` has the nodes
``element_nodes[element_ptr[e]:element_ptr[e + 1]]``. Every sum runs in a fixed order, so results
have the same bits for any number of threads.
"""

from __future__ import annotations

import numpy as np

from vertaug_kernels._jit import allocating_kernel, kernel, parallel_kernel, prange

__all__ = [
    "add_blocks",
    "count_row_blocks",
    "dot",
    "fill_row_blocks",
    "gather_blocks",
    "gather_vector",
    "group_entries",
    "locate_blocks",
    "mask_blocks",
    "multiply",
]


@allocating_kernel
def group_entries(keys, ptr, order):
    """List the positions of each key: ``order[ptr[k]:ptr[k + 1]]`` holds them, ascending.

    Parameters
    ----------
    keys : (n,) int32, values in [0, n_keys)
    ptr : (n_keys + 1,) int32, out
    order : (n,) int32, out
    """
    ptr[:] = 0
    for k in range(keys.size):
        ptr[keys[k] + 1] += 1
    for key in range(ptr.size - 1):
        ptr[key + 1] += ptr[key]
    cursor = ptr[:-1].copy()
    for k in range(keys.size):
        key = keys[k]
        order[cursor[key]] = k
        cursor[key] += 1


@allocating_kernel
def count_row_blocks(node_ptr, node_elements, element_ptr, element_nodes, counts):
    """Count the blocks of each row: the node itself and every node it shares an element with.

    Parameters
    ----------
    node_ptr, node_elements : elements of each node, (n_nodes + 1,) and (n_entries,) int32
    element_ptr, element_nodes : nodes of each element, int32
    counts : (n_nodes,) int32, out
    """
    seen = np.full(counts.size, -1, np.int32)
    for node in range(counts.size):
        seen[node] = node
        count = 1
        for k in range(node_ptr[node], node_ptr[node + 1]):
            element = node_elements[k]
            for m in range(element_ptr[element], element_ptr[element + 1]):
                other = element_nodes[m]
                if seen[other] != node:
                    seen[other] = node
                    count += 1
        counts[node] = count


@allocating_kernel
def fill_row_blocks(node_ptr, node_elements, element_ptr, element_nodes, indptr, indices):
    """Write the sorted block columns of each row.

    Parameters
    ----------
    node_ptr, node_elements, element_ptr, element_nodes : see `count_row_blocks`
    indptr : (n_nodes + 1,) int32
    indices : (n_blocks,) int32, out
    """
    n_nodes = indptr.size - 1
    seen = np.full(n_nodes, -1, np.int32)
    for node in range(n_nodes):
        seen[node] = node
        position = indptr[node]
        indices[position] = node
        position += 1
        for k in range(node_ptr[node], node_ptr[node + 1]):
            element = node_elements[k]
            for m in range(element_ptr[element], element_ptr[element + 1]):
                other = element_nodes[m]
                if seen[other] != node:
                    seen[other] = node
                    indices[position] = other
                    position += 1
        indices[indptr[node] : position].sort()


@parallel_kernel
def locate_blocks(indptr, indices, elements, out):
    """Find the block each pair of element nodes is added to.

    Parameters
    ----------
    indptr, indices : block pattern, int32, columns sorted
    elements : (n_elements, k) int32
    out : (n_elements, k, k) int32, out
    """
    n_elements, size = elements.shape
    for element in prange(n_elements):
        for a in range(size):
            row = elements[element, a]
            for b in range(size):
                column = elements[element, b]
                low = indptr[row]
                high = indptr[row + 1] - 1
                while low < high:
                    middle = (low + high) // 2
                    if indices[middle] < column:
                        low = middle + 1
                    else:
                        high = middle
                out[element, a, b] = low


@parallel_kernel
def gather_blocks(touched, block_ptr, entry_element, entry_local, element_matrices, out):
    """Add element matrices to the blocks, each block summed by one thread in entry order.

    Parameters
    ----------
    touched : (m,) int32, the blocks that anything is added to
    block_ptr : (m + 1,) int32, entries of each of them
    entry_element, entry_local : (n_entries,) int32, element and ``a * k + b`` of each entry
    element_matrices : (n_elements, 3 k, 3 k) float64
    out : (n_blocks, 3, 3) float64, added to
    """
    size = element_matrices.shape[1] // 3
    for position in prange(touched.size):
        block = touched[position]
        for entry in range(block_ptr[position], block_ptr[position + 1]):
            element = entry_element[entry]
            local = entry_local[entry]
            row = 3 * (local // size)
            column = 3 * (local % size)
            for i in range(3):
                out[block, i, 0] += element_matrices[element, row + i, column]
                out[block, i, 1] += element_matrices[element, row + i, column + 1]
                out[block, i, 2] += element_matrices[element, row + i, column + 2]


@parallel_kernel
def gather_vector(node_ptr, entry_element, entry_local, element_vectors, out):
    """Add element vectors to the nodes, each node summed by one thread in entry order.

    Parameters
    ----------
    node_ptr : (n_nodes + 1,) int32, entries of each node
    entry_element, entry_local : (n_entries,) int32, element and place in it of each entry
    element_vectors : (n_elements, 3 k) float64
    out : (n_nodes, 3) float64, added to
    """
    for node in prange(node_ptr.size - 1):
        for entry in range(node_ptr[node], node_ptr[node + 1]):
            element = entry_element[entry]
            first = 3 * entry_local[entry]
            out[node, 0] += element_vectors[element, first]
            out[node, 1] += element_vectors[element, first + 1]
            out[node, 2] += element_vectors[element, first + 2]


@kernel
def _add_part(part, n_parts, source, out):
    """One part, see `add_blocks`."""
    for block in range(part * len(out) // n_parts, (part + 1) * len(out) // n_parts):
        for i in range(3):
            for j in range(3):
                out[block, i, j] += source[block, i, j]


@parallel_kernel
def add_blocks(source, out):
    """Add blocks (n, 3, 3) to others."""
    n_parts = 16
    for part in prange(n_parts):
        _add_part(part, n_parts, source, out)


@parallel_kernel
def mask_blocks(indptr, indices, fixed, blocks):
    """Decouple fixed unknowns: their rows and columns vanish but for a positive diagonal.

    The diagonal keeps its own magnitude (one where it is zero), so that scaling is not disturbed.

    Parameters
    ----------
    indptr, indices : block pattern, int32
    fixed : (n_nodes, 3) bool
    blocks : (n_blocks, 3, 3) float64, changed in place
    """
    for row in prange(indptr.size - 1):
        for k in range(indptr[row], indptr[row + 1]):
            column = indices[k]
            for i in range(3):
                for j in range(3):
                    if fixed[row, i] or fixed[column, j]:
                        if row == column and i == j:
                            size = abs(blocks[k, i, i])
                            blocks[k, i, i] = size if size > 0.0 else 1.0
                        else:
                            blocks[k, i, j] = 0.0


@parallel_kernel
def multiply(indptr, indices, blocks, x, out):
    """Multiply a block matrix with a vector.

    Parameters
    ----------
    indptr, indices : block pattern, int32
    blocks : (n_blocks, 3, 3) float64
    x : (3 n_nodes,) float64
    out : (3 n_nodes,) float64, out
    """
    for row in prange(indptr.size - 1):
        s0 = 0.0
        s1 = 0.0
        s2 = 0.0
        for k in range(indptr[row], indptr[row + 1]):
            j = 3 * indices[k]
            x0 = x[j]
            x1 = x[j + 1]
            x2 = x[j + 2]
            s0 += blocks[k, 0, 0] * x0 + blocks[k, 0, 1] * x1 + blocks[k, 0, 2] * x2
            s1 += blocks[k, 1, 0] * x0 + blocks[k, 1, 1] * x1 + blocks[k, 1, 2] * x2
            s2 += blocks[k, 2, 0] * x0 + blocks[k, 2, 1] * x1 + blocks[k, 2, 2] * x2
        out[3 * row] = s0
        out[3 * row + 1] = s1
        out[3 * row + 2] = s2


@kernel
def dot(x, y):
    """Inner product of two (n,) float64 vectors, summed in a fixed order."""
    s0 = 0.0
    s1 = 0.0
    s2 = 0.0
    s3 = 0.0
    n = x.size - x.size % 4
    for i in range(0, n, 4):
        s0 += x[i] * y[i]
        s1 += x[i + 1] * y[i + 1]
        s2 += x[i + 2] * y[i + 2]
        s3 += x[i + 3] * y[i + 3]
    for i in range(n, x.size):
        s0 += x[i] * y[i]
    return (s0 + s1) + (s2 + s3)
