# SPDX-License-Identifier: BSD-3-Clause
"""The block pattern of a stiffness matrix, and assembly into it in a fixed order."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug_kernels import sparse

__all__ = ["BlockPattern", "ElementMap", "build_pattern"]

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]

_PLACE = "solid.linear.build_pattern"


@dataclass(frozen=True, eq=False)
class ElementMap:
    """Where the matrices and vectors of one kind of element go.

    Attributes
    ----------
    block_of : (n_elements, k, k) int32, block that node pair (a, b) is added to
    n_blocks : number of blocks of the pattern
    node_ptr, node_element, node_local : entries (element, ``a``) of each node
    """

    block_of: Ints
    n_blocks: int
    node_ptr: Ints
    node_element: Ints
    node_local: Ints

    @cached_property
    def by_block(self) -> tuple[Ints, Ints, Ints, Ints]:
        """Blocks (m,) that are added to, where the entries of each begin, and their elements and ``a * k + b``.

        Made when it is first asked for: cells that add to the blocks themselves never do.
        """
        block_ptr, order = _group(self.block_of.reshape(-1), self.n_blocks)
        touched = np.flatnonzero(np.diff(block_ptr)).astype(np.int32)
        pairs = max(self.block_of.shape[1] ** 2, 1)
        starts = np.append(block_ptr[touched], np.int32(order.size))
        return touched, starts, order // pairs, order % pairs


@dataclass(frozen=True, eq=False)
class BlockPattern:
    """Symmetric pattern of 3x3 blocks, one block row per node.

    Attributes
    ----------
    indptr : (n_nodes + 1,) int32
    indices : (n_blocks,) int32, sorted in each row; the diagonal is always there
    diagonal : (n_nodes,) int32, position of the diagonal block of each row
    maps : one `ElementMap` per connectivity the pattern was built from
    """

    indptr: Ints
    indices: Ints
    diagonal: Ints
    maps: tuple[ElementMap, ...]

    @property
    def n_nodes(self) -> int:
        """Number of block rows."""
        return self.indptr.size - 1

    @property
    def n_blocks(self) -> int:
        """Number of 3x3 blocks."""
        return self.indices.size

    def assemble_matrix(self, *element_matrices: Floats | None) -> Floats:
        """Sum element matrices into blocks.

        Parameters
        ----------
        *element_matrices : (n_elements, 3 k, 3 k) float64 for each connectivity, None to leave out

        Returns
        -------
        (n_blocks, 3, 3) float64; the same bits for any number of threads. Its memory serves again once nobody
        holds it.
        """
        blocks = _free_blocks(self)
        for entries, matrices in zip(self.maps, element_matrices, strict=True):
            if matrices is not None:
                sparse.gather_blocks(*entries.by_block, matrices, blocks)
        return blocks

    def assemble_vector(self, *element_vectors: Floats | None) -> Floats:
        """Sum element vectors, (n_elements, 3 k) float64 each, into (n_nodes, 3) float64."""
        vector = np.zeros((self.n_nodes, 3))
        for entries, vectors in zip(self.maps, element_vectors, strict=True):
            if vectors is not None:
                sparse.gather_vector(
                    entries.node_ptr, entries.node_element, entries.node_local, vectors, vector
                )
        return vector

    def multiply(self, blocks: Floats, vector: Floats) -> Floats:
        """Product of a matrix, (n_blocks, 3, 3), with a vector of any shape of 3 n_nodes values."""
        flat = np.ascontiguousarray(vector).reshape(-1)
        out = np.empty_like(flat)
        sparse.multiply(self.indptr, self.indices, blocks, flat, out)
        return out.reshape(vector.shape)

    def symmetric_part(self, blocks: Floats) -> Floats:
        """Half the sum of a matrix, (n_blocks, 3, 3), and its transpose."""
        # The pattern is symmetric: blocks listed column by column are the transpose's row by row.
        _, mirror = _group(self.indices, self.n_nodes)
        return np.asarray(0.5 * (blocks + blocks[mirror].transpose(0, 2, 1)))

    def constrain(self, blocks: Floats, fixed: NDArray[np.bool_]) -> None:
        """Decouple the unknowns marked in `fixed`, (n_nodes, 3) bool, in place."""
        sparse.mask_blocks(self.indptr, self.indices, fixed, blocks)


_MEMORY: WeakKeyDictionary[BlockPattern, list[Floats]] = WeakKeyDictionary()
"""Memory of the matrices that patterns have made: new memory costs several times what is written to it."""


def _take(arrays: list[Floats]) -> tuple[Floats, int]:
    """Take the first of some arrays, with the number of those who hold it: all views of an array do."""
    memory = arrays.pop(0)
    return memory, sys.getrefcount(memory)


_ALONE = _take([np.empty(0)])[1]


def _free_blocks(pattern: BlockPattern) -> Floats:
    """Zeros (n_blocks, 3, 3), in memory that no earlier matrix of the pattern is still in."""
    known = _MEMORY.setdefault(pattern, [])
    for _ in range(len(known)):
        memory, holders = _take(known)
        known.append(memory)
        if holders == _ALONE:
            memory.fill(0.0)
            return memory.view()
    known.append(np.zeros((pattern.n_blocks, 3, 3)))
    return known[-1].view()


def build_pattern(n_nodes: int, *connectivities: Ints) -> BlockPattern:
    """Build the pattern in which all nodes of an element are coupled to each other.

    Parameters
    ----------
    n_nodes : number of nodes; nodes of no element keep a diagonal block
    *connectivities : (n_elements, k) int32 for each kind of element

    Raises
    ------
    InputError : a connectivity names a node that does not exist
    """
    kinds = [np.ascontiguousarray(elements, dtype=np.int32) for elements in connectivities]
    for position, elements in enumerate(kinds):
        _check(position, elements, n_nodes)
    element_ptr, element_nodes = _join(kinds)
    owner = np.repeat(np.arange(element_ptr.size - 1, dtype=np.int32), np.diff(element_ptr))
    node_ptr, order = _group(element_nodes, n_nodes)
    node_elements = owner[order]
    counts = np.empty(n_nodes, np.int32)
    sparse.count_row_blocks(node_ptr, node_elements, element_ptr, element_nodes, counts)
    indptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    indices = np.empty(indptr[-1], np.int32)
    sparse.fill_row_blocks(node_ptr, node_elements, element_ptr, element_nodes, indptr, indices)
    nodes = np.arange(n_nodes, dtype=np.int32)
    diagonal = np.flatnonzero(indices == np.repeat(nodes, counts)).astype(np.int32)
    maps = tuple(_element_map(indptr, indices, elements) for elements in kinds)
    return BlockPattern(indptr, indices, diagonal, maps)


def _check(position: int, elements: Ints, n_nodes: int) -> None:
    if elements.ndim != 2 or (elements.size and (elements.min() < 0 or elements.max() >= n_nodes)):
        raise InputError(
            _PLACE,
            f"connectivities[{position}]",
            f"an array of shape {elements.shape} with a node outside the mesh or no second axis",
            f"(n_elements, k) nodes in 0 .. {n_nodes - 1}",
            "number the nodes of every element from 0 within this mesh",
            "E-MESH-020",
        )


def _join(kinds: list[Ints]) -> tuple[Ints, Ints]:
    """List elements of all kinds together."""
    sizes = [np.full(len(elements), elements.shape[1], np.int32) for elements in kinds]
    element_ptr = np.concatenate([[0], np.cumsum(np.concatenate([[], *sizes]))]).astype(np.int32)
    flat = [elements.reshape(-1) for elements in kinds]
    return element_ptr, np.concatenate([np.empty(0, np.int32), *flat])


def _group(keys: Ints, n_keys: int) -> tuple[Ints, Ints]:
    """List positions by key: pointers and positions."""
    ptr = np.empty(n_keys + 1, np.int32)
    order = np.empty(keys.size, np.int32)
    sparse.group_entries(keys, ptr, order)
    return ptr, order


def _element_map(indptr: Ints, indices: Ints, elements: Ints) -> ElementMap:
    n_elements, size = elements.shape
    block_of = np.empty((n_elements, size, size), np.int32)
    sparse.locate_blocks(indptr, indices, elements, block_of)
    node_ptr, node_order = _group(elements.reshape(-1), indptr.size - 1)
    return ElementMap(block_of, indices.size, node_ptr, node_order // size, node_order % size)
