# SPDX-License-Identifier: BSD-3-Clause
"""Ways between two levels: middle nodes to end nodes of edges, and smoothed aggregates.

Source of the second: Vanek, Mandel, Brezina, Computing 56 (1996) 179-196,
doi:10.1007/BF02238511.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.linear.level import (
    NODE,
    Level,
    Pattern,
    Rows,
    apart,
    make_rows,
    multiply_patterns,
    transposed,
)
from vertaug.solid.linear.ordering import split_rows, widest_row
from vertaug.solid.linear.rigid import RigidBodies
from vertaug_kernels import coarsen, cycle, galerkin, narrow, node_cycle

__all__ = [
    "AggregateTransfer",
    "EdgeTransfer",
    "Step",
    "Transfer",
    "aggregate_rows",
    "follow_edges",
]

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

_THETA = 0.02
_DAMPING = 4.0 / 3.0
_LEAST_GAIN = 0.7


@dataclass(frozen=True, eq=False)
class EdgeTransfer:
    """From a quadratic mesh to the linear one on its vertices.

    Attributes
    ----------
    ends : (n_fine, 2) int32, coarse nodes of each fine one; twice itself for a vertex
    children : pointers, fine rows and shares of each coarse node
    fine_free, free : (4 n,) float32, 0 at fixed unknowns
    coarse : coarse pattern
    """

    ends: Ints
    children: tuple[Ints, Ints, Singles]
    fine_free: Singles
    free: Singles
    coarse: Pattern

    def restrict(self, fine: Level, out: Singles) -> None:
        """Bring the residual of the fine level down."""
        node_cycle.edge_restrict(*self.children, self.fine_free, self.free, fine.residual, out)

    def add(self, x: Singles, fine: Level) -> None:
        """Add the coarse solution to that of the fine level."""
        node_cycle.edge_add(self.ends, self.fine_free, self.free, x, fine.x)

    def coarsen(self, fine: Level, blocks: Floats) -> Floats:
        """Coarse matrix of the fine matrix `blocks`."""
        rows = fine.rows
        out = np.empty((self.coarse[1].size, 3, 3))
        narrow.edge_blocks(
            split_rows(self.coarse[0]), rows.indptr, rows.indices, rows.source, blocks, fine.free,
            self.ends, self.children[:2], *self.coarse,
            np.ascontiguousarray(self.free.reshape(-1, NODE)[:, :3], dtype=np.float64),
            out,
        )  # fmt: skip
        return _held(self.coarse, out)


@dataclass(frozen=True, eq=False)
class AggregateTransfer:
    """From nodes to groups of nodes that move with six modes each.

    Attributes
    ----------
    pattern, blocks : prolongation, blocks (n, b, 6) float32
    children : pointers, fine rows and places of each group
    columns : blocks in the order of the children, which the way down reads one after the other
    product : pattern of matrix times prolongation
    coarse : coarse pattern
    """

    pattern: Pattern
    blocks: Singles
    children: tuple[Ints, Ints, Ints]
    columns: Singles
    product: Pattern
    coarse: Pattern
    parts: Ints

    def restrict(self, fine: Level, out: Singles) -> None:
        """Bring the residual of the fine level down."""
        cycle.restrict(self.parts, *self.children[:2], self.columns, fine.residual, out)

    def add(self, x: Singles, fine: Level) -> None:
        """Add the coarse solution to that of the fine level."""
        cycle.prolong_add(fine.rows.part_ptr, *self.pattern, self.blocks, x, fine.x)

    def coarsen(self, fine: Level, blocks: Floats) -> Floats:
        """Coarse matrix of the fine matrix `blocks`, on the same groups."""
        rows = fine.rows
        product = np.empty((self.product[1].size, fine.size, 6))
        galerkin.matrix_times_prolongation(
            rows.part_ptr, rows.indptr, rows.indices, rows.source, blocks, *self.pattern,
            self.blocks, *self.product, self.coarse[0].size - 1, product,
        )  # fmt: skip
        out = np.empty((self.coarse[1].size, 6, 6))
        galerkin.coarse_blocks(
            split_rows(self.coarse[0]), self.children, self.blocks, *self.product, product,
            *self.coarse, out,
        )  # fmt: skip
        return _held(self.coarse, out)


Transfer = EdgeTransfer | AggregateTransfer
Step = tuple[Transfer, Rows, Floats, Floats, Floats]


def _held(pattern: Pattern, blocks: Floats) -> Floats:
    indptr, indices = pattern
    own = np.repeat(np.arange(indptr.size - 1, dtype=np.int32), np.diff(indptr))
    galerkin.hold_idle(np.flatnonzero(indices == own).astype(np.int32), blocks)
    return blocks


def follow_edges(fine: Level, edges: Ints, points: Floats, modes: Floats) -> Step:
    """Transfer to the end nodes of edges, with rows, free unknowns, points, modes there.

    Parameters
    ----------
    edges : (m, 3) int32, middle and end nodes, numbered as given (not in the level's order)
    points, modes : (n, 3) and (n, 3, 6) float64, in the level's order
    """
    n_rows = fine.rows.n_rows
    place = np.empty(n_rows, np.int32)
    place[fine.rows.ordering.order] = np.arange(n_rows, dtype=np.int32)
    middle, first, second = place[edges].T
    is_middle = np.zeros(n_rows, np.bool_)
    is_middle[middle] = True
    vertices = np.flatnonzero(~is_middle)
    number = np.full(n_rows, -1, np.int32)
    number[vertices] = np.arange(vertices.size, dtype=np.int32)
    ends = np.repeat(number[:, None], 2, axis=1)
    ends[middle, 0], ends[middle, 1] = number[first], number[second]
    coarse = _edge_pattern(fine.rows, ends, is_middle, vertices.size)[0]
    rows = make_rows(*coarse, points[vertices])
    order = rows.ordering.order
    new = np.empty(vertices.size, np.int32)
    new[order] = np.arange(vertices.size, dtype=np.int32)
    ends = np.ascontiguousarray(new[ends])
    coarse, children = _edge_pattern(fine.rows, ends, is_middle, vertices.size)
    chosen = vertices[order]
    free = np.ascontiguousarray(fine.free[chosen])
    ptr, fine_rows, _ = children
    shares = np.where(is_middle[fine_rows], 0.5, 1.0).astype(np.float32)
    transfer = EdgeTransfer(
        ends,
        (ptr, fine_rows, shares),
        apart(fine.free),
        apart(free),
        coarse,
    )
    return transfer, _in_place(rows), free, points[chosen], modes[chosen] * free[:, :, None]


def _edge_pattern(
    rows: Rows, ends: Ints, is_middle: NDArray[np.bool_], n_coarse: int
) -> tuple[Pattern, tuple[Ints, Ints, Ints]]:
    """Coarse pattern and the fine rows of each coarse node."""
    used = np.stack([np.ones_like(is_middle), is_middle], axis=1)
    indptr = np.concatenate([[0], np.cumsum(1 + is_middle)]).astype(np.int32)
    upward = (indptr, ends[used])
    children = transposed(upward, n_coarse)
    half = multiply_patterns((rows.indptr, rows.indices), upward, n_coarse)
    return multiply_patterns(children[:2], half, n_coarse), children


def _in_place(rows: Rows) -> Rows:
    """Rows of a matrix that is given in their order already."""
    source, place = (np.arange(size, dtype=np.int32) for size in (rows.indices.size, rows.n_rows))
    given = (rows.part_ptr, rows.indptr, rows.indices)
    return replace(rows, source=source, given=given, place=place)


def aggregate_rows(
    fine: Level,
    blocks: Floats,
    inverse: Floats,
    points: Floats,
    modes: Floats,
    bodies: RigidBodies | None = None,
) -> Step | None:
    """Transfer to groups of nodes, see `follow_edges`; None where too few nodes group.

    Parameters
    ----------
    blocks : (n_blocks, b, b) float64, the matrix as given
    inverse : (n, b, b) float64, inverse diagonal blocks
    bodies : rigid bodies, numbered in the level's order; each is one group with all it holds
    """
    rows = fine.rows
    owner, n_groups = _group(fine, blocks, bodies)
    if n_groups == 0 or n_groups > _LEAST_GAIN * owner.size:
        return None
    matrix = (rows.indptr, rows.indices)
    coarse = _group_patterns(matrix, owner, n_groups)[-1]
    member = owner >= 0
    counts = np.bincount(owner[member], minlength=n_groups)
    centres = np.stack(
        [np.bincount(owner[member], points[member, i], n_groups) / counts for i in range(3)], axis=1
    )
    coarse_rows = make_rows(*coarse, centres)
    order = coarse_rows.ordering.order
    new = np.empty(n_groups, np.int32)
    new[order] = np.arange(n_groups, dtype=np.int32)
    owner = np.where(member, new[owner], -1).astype(np.int32)
    pattern, product, coarse = _group_patterns(matrix, owner, n_groups)
    tentative, coarse_modes = _tentative(owner, n_groups, modes)
    values = np.empty((pattern[1].size, fine.size, 6))
    weight = _DAMPING / fine.spectral_radius(inverse, blocks)
    galerkin.smoothed_blocks(
        rows.part_ptr, *matrix, rows.source, blocks, inverse, fine.free, weight, owner, tentative,
        *pattern, values,
    )  # fmt: skip
    children = transposed(pattern, n_groups)
    singles = values.astype(np.float32)
    transfer = AggregateTransfer(
        pattern, singles, children, singles[children[2]], product, coarse, split_rows(children[0])
    )
    return transfer, _in_place(coarse_rows), np.ones((n_groups, 6)), centres[order], coarse_modes


def _group(fine: Level, blocks: Floats, bodies: RigidBodies | None) -> tuple[Ints, int]:
    """Group of each node (-1: none) and number of groups."""
    rows = fine.rows
    widest = widest_row(rows.indptr)
    norms = np.empty(rows.indices.size)
    coarsen.block_norms(rows.indptr, rows.indices, rows.source, blocks, fine.free, norms)
    matrix = (rows.indptr, rows.indices, rows.diagonal, norms)
    body = np.full(rows.n_rows, -1, np.int32) if bodies is None else bodies.holding(*matrix)
    links = np.empty(rows.indices.size, np.bool_)
    coarsen.strong_links(*matrix, _THETA, widest, body, links)
    owner = np.empty(rows.n_rows, np.int32)
    count = coarsen.aggregate(rows.indptr, rows.indices, links, norms, widest, body, owner)
    return owner, int(count)


def _group_patterns(
    matrix: Pattern, owner: Ints, n_groups: int
) -> tuple[Pattern, Pattern, Pattern]:
    """Patterns of the prolongation, of matrix times prolongation, of the coarse matrix."""
    member = owner >= 0
    tentative = (np.concatenate([[0], np.cumsum(member)]).astype(np.int32), owner[member])
    prolong = multiply_patterns(matrix, tentative, n_groups)
    product = multiply_patterns(matrix, prolong, n_groups)
    coarse = multiply_patterns(transposed(prolong, n_groups)[:2], product, n_groups)
    return prolong, product, coarse


def _tentative(owner: Ints, n_groups: int, modes: Floats) -> tuple[Floats, Floats]:
    """Prolongation that is exact for the modes, (n, b, 6), and the modes of the groups."""
    nodes = np.argsort(owner, kind="stable").astype(np.int32)
    nodes = nodes[np.count_nonzero(owner < 0) :]
    counts = np.bincount(owner[nodes], minlength=n_groups)
    group_ptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    values = np.empty_like(modes)
    coarse = np.empty((n_groups, modes.shape[2], modes.shape[2]))
    coarsen.fit_modes(group_ptr, nodes, modes, 1e-6, values, coarse)
    return values, coarse
