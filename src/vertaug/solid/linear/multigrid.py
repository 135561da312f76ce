# SPDX-License-Identifier: BSD-3-Clause
"""A multigrid hierarchy as a preconditioner: one V(1,1) cycle in single precision.

One forward block Gauss-Seidel sweep down, one backward sweep up, so the cycle is symmetric. It is
positive whatever matrix the first level holds, so that may be the newest one while the levels below
are older.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.linear._errors import MatrixError
from vertaug.solid.linear.level import FIX, Level, Rows, make_rows
from vertaug.solid.linear.pattern import BlockPattern
from vertaug.solid.linear.rigid import RigidBodies
from vertaug.solid.linear.transfer import Step, Transfer, aggregate_rows, follow_edges
from vertaug_kernels import coarsen, cycle, node_cycle

__all__ = ["Multigrid", "build_multigrid", "rigid_body_modes"]

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

_DENSE_UNKNOWNS = 300


@dataclass(eq=False)
class Multigrid:
    """A hierarchy ready to be applied.

    Attributes
    ----------
    levels, transfers : one transfer below each level, none below the last where it is not dense
    coarse_inverse : inverse of the coarsest matrix
    unknowns : number of unknowns per level, the dense one last
    """

    levels: list[Level] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    coarse_inverse: Singles | None = None
    unknowns: tuple[int, ...] = ()

    @property
    def order(self) -> Ints:
        """Node at each row of the first level."""
        return self.levels[0].rows.ordering.order

    def apply(self, residual: Floats, out: Floats) -> None:
        """Approximate the solution for one right-hand side by one V(1,1) cycle.

        Parameters
        ----------
        residual : (3 n_nodes,) float64
        out : (3 n_nodes,) float64, out
        """
        size = float(np.abs(residual).max(initial=0.0))
        if size == 0.0:
            out[:] = 0.0
            return
        top = self.levels[0]
        node_cycle.permute_in(self.order, 1.0 / size, residual, top.b)
        self._descend(0)
        node_cycle.permute_out(self.order, size, top.x, out)

    def apply_ordered(self, residual: Singles, out: Singles) -> None:
        """Apply to a vector in the order of the first level, (4 n_nodes,) float32 both."""
        top = self.levels[0]
        kept = top.b, top.x
        top.b, top.x = residual, out
        self._descend(0)
        top.b, top.x = kept

    def take(self, blocks: Floats) -> None:
        """Smooth with a new matrix on the first level; the levels below stay as they are."""
        self.levels[0].take(blocks)

    def rebuild(self, blocks: Floats) -> None:
        """Take over the values of a new matrix on all levels, on the same groups of nodes.

        Raises
        ------
        MatrixError : the matrix is singular, indefinite or not finite
        """
        for depth, level in enumerate(self.levels):
            level.take(blocks, f"level {depth}" if depth else "node")
            if depth < len(self.transfers):
                blocks = self.transfers[depth].coarsen(level, blocks)
        if self.coarse_inverse is not None:
            below = self.transfers[-1]
            self.coarse_inverse = _invert(_dense(below, blocks))

    def _descend(self, depth: int) -> None:
        level = self.levels[depth]
        level.down()
        if depth < len(self.transfers):
            transfer = self.transfers[depth]
            if depth + 1 < len(self.levels):
                below = self.levels[depth + 1]
                transfer.restrict(level, below.b)
                self._descend(depth + 1)
                correction = below.x
            else:
                rest = np.empty(self.unknowns[-1], np.float32)
                correction = np.empty_like(rest)
                transfer.restrict(level, rest)
                cycle.dense_multiply(self.coarse_inverse, rest, correction)
            transfer.add(correction, level)
        level.up()


def rigid_body_modes(
    points: Floats, fixed: NDArray[np.bool_] | None = None, bodies: RigidBodies | None = None
) -> Floats:
    """Three translations and three rotations, zero at fixed unknowns.

    Parameters
    ----------
    points : (n, 3) float64, mm; centred and scaled here
    fixed : (n, 3) bool
    bodies : rigid bodies, some of whose nodes turn

    Returns
    -------
    (n, 3, 6) float64
    """
    offset = points - points.mean(axis=0)
    scale = max(float(np.abs(offset).max()), 1e-30)
    x, y, z = (offset / scale).T
    modes = np.zeros((len(points), 3, 6))
    for axis in range(3):
        modes[:, axis, axis] = 1.0
    modes[:, 1, 3], modes[:, 2, 3] = -z, y
    modes[:, 0, 4], modes[:, 2, 4] = z, -x
    modes[:, 0, 5], modes[:, 1, 5] = -y, x
    if bodies is not None:
        bodies.set_turns(modes, scale)
    if fixed is not None:
        modes[fixed] = 0.0
    return modes


def build_multigrid(
    pattern: BlockPattern,
    blocks: Floats,
    points: Floats,
    fixed: NDArray[np.bool_] | None = None,
    rows: Rows | None = None,
    edges: Ints | None = None,
    bodies: RigidBodies | None = None,
) -> Multigrid:
    """Set up the hierarchy of a positive definite matrix.

    Parameters
    ----------
    pattern : block pattern
    blocks : (n_blocks, 3, 3) float64; fixed unknowns are decoupled here
    points : (n_nodes, 3) float64, mm, for the rigid-body modes
    fixed : (n_nodes, 3) bool
    rows : what `make_rows` gave for this pattern, where it is known
    edges : (m, 3) int32, middle and end nodes of the edges of quadratic elements
    bodies : rigid bodies among the nodes

    Raises
    ------
    MatrixError : the matrix is singular, indefinite or not finite
    """
    rows = rows or make_rows(pattern.indptr, pattern.indices, points)
    order = rows.ordering.order
    free = np.ones((pattern.n_nodes, 3)) if fixed is None else (~fixed).astype(np.float64)
    free, points = np.ascontiguousarray(free[order]), points[order]
    bodies = None if bodies is None else bodies.renumbered(order)
    modes = rigid_body_modes(points, free == 0.0, bodies)
    result = Multigrid()
    size = 3
    while True:
        level = Level(rows, size, free)
        depth = len(result.levels)
        inverse = level.take(blocks, f"level {depth}" if depth else "node")
        result.levels.append(level)
        result.unknowns += (size * rows.n_rows,)
        if depth == 0 and edges is not None and len(edges) > 0:
            step: Step | None = follow_edges(level, edges, points, modes)
        else:
            step, size = aggregate_rows(level, blocks, inverse, points, modes, bodies), 6
        bodies = None
        if step is None:
            return result
        transfer, rows, free, points, modes = step
        result.transfers.append(transfer)
        blocks = transfer.coarsen(level, blocks)
        if size * rows.n_rows <= _DENSE_UNKNOWNS and size == 6:
            result.coarse_inverse = _invert(_dense(transfer, blocks))
            result.unknowns += (size * rows.n_rows,)
            return result


def _dense(transfer: Transfer, blocks: Floats) -> Floats:
    """Dense matrix of the coarsest level."""
    indptr, indices = transfer.coarse
    n, size = indptr.size - 1, blocks.shape[1]
    dense = np.zeros((n, n, size, size))
    dense[np.repeat(np.arange(n), np.diff(indptr)), indices] = blocks
    return dense.transpose(0, 2, 1, 3).reshape(n * size, n * size)


def _invert(dense: Floats) -> Singles:
    """Inverse of the coarsest matrix, scaled to a unit diagonal and checked for singularity."""
    scale = 1.0 / np.sqrt(np.maximum(np.diagonal(dense), 1e-300))
    scaled = np.ascontiguousarray(scale[:, None] * (0.5 * (dense + dense.T)) * scale)
    if coarsen.invert_dense(scaled) >= 0:
        message = "the coarsest matrix is singular or indefinite: a rigid-body motion is not held"
        raise MatrixError(message, FIX)
    return np.asarray(scale[:, None] * (0.5 * (scaled + scaled.T)) * scale, dtype=np.float32)
