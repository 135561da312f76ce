# SPDX-License-Identifier: BSD-3-Clause
"""Smoothed-aggregation multigrid with rigid-body modes, as a preconditioner.

Source: Vanek, Mandel, Brezina, Computing 56 (1996) 179-196, doi:10.1007/BF02238511. The set-up
runs in double precision, the cycle in single: one forward block Gauss-Seidel sweep down, one
backward sweep up, so the cycle is symmetric.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse as scipy_sparse

from vertaug.solid.linear._errors import MatrixError
from vertaug.solid.linear.ordering import order_rows, widest_row
from vertaug.solid.linear.pattern import BlockPattern
from vertaug_kernels import coarsen, cycle

__all__ = ["Multigrid", "build_multigrid", "rigid_body_modes"]

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Matrix = Any  # scipy.sparse.bsr_matrix, whose stubs do not know blocks

_THETA = 0.02
_DAMPING = 4.0 / 3.0
_DENSE_UNKNOWNS = 240
_FIX = "hold the rigid-body motions of every part, or pass a positive definite `setup` matrix"


@dataclass(eq=False)
class _Transfer:
    """Rectangular block matrix in single precision."""

    indptr: Ints
    indices: Ints
    blocks: Singles


@dataclass(eq=False)
class _Level:
    """Matrix, smoother and work vectors of one level."""

    chunk_ptr: Ints
    indptr: Ints
    indices: Ints
    diagonal: Ints
    blocks: Singles
    inverse: Singles
    x: Singles
    b: Singles
    residual: Singles
    prolong: _Transfer | None = None
    restrict: _Transfer | None = None


@dataclass(eq=False)
class Multigrid:
    """A hierarchy ready to be applied.

    Attributes
    ----------
    unknowns : number of unknowns per level, the dense one last
    """

    order: Ints
    levels: list[_Level]
    coarse_inverse: Singles | None
    unknowns: tuple[int, ...]

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
        cycle.permute_in(self.order, 1.0 / size, residual, top.b)
        self._descend(0)
        cycle.permute_out(self.order, size, top.x, out)

    def _descend(self, depth: int) -> None:
        level = self.levels[depth]
        shape = (level.indptr, level.indices)
        cycle.sweep_forward(
            level.chunk_ptr, *shape, level.diagonal, level.blocks, level.inverse, level.b, level.x
        )
        if level.prolong is not None and level.restrict is not None:
            cycle.upper_residual(*shape, level.diagonal, level.blocks, level.x, level.residual)
            self._correct(depth, level, level.prolong, level.restrict)
        cycle.sweep_backward(level.chunk_ptr, *shape, level.blocks, level.inverse, level.b, level.x)

    def _correct(self, depth: int, level: _Level, up: _Transfer, down: _Transfer) -> None:
        if depth + 1 < len(self.levels):
            below = self.levels[depth + 1]
            cycle.rectangle_multiply(
                down.indptr, down.indices, down.blocks, level.residual, below.b
            )
            self._descend(depth + 1)
            correction = below.x
        else:
            rest = np.empty(self.unknowns[-1], np.float32)
            correction = np.empty_like(rest)
            cycle.rectangle_multiply(down.indptr, down.indices, down.blocks, level.residual, rest)
            cycle.dense_multiply(self.coarse_inverse, rest, correction)
        cycle.rectangle_add(up.indptr, up.indices, up.blocks, correction, level.x)


def rigid_body_modes(points: Floats, fixed: NDArray[np.bool_] | None = None) -> Floats:
    """Three translations and three rotations, zero at fixed unknowns.

    Parameters
    ----------
    points : (n, 3) float64, mm; centred and scaled here
    fixed : (n, 3) bool

    Returns
    -------
    (n, 3, 6) float64
    """
    offset = points - points.mean(axis=0)
    x, y, z = (offset / max(float(np.abs(offset).max()), 1e-30)).T
    modes = np.zeros((len(points), 3, 6))
    for axis in range(3):
        modes[:, axis, axis] = 1.0
    modes[:, 1, 3], modes[:, 2, 3] = -z, y
    modes[:, 0, 4], modes[:, 2, 4] = z, -x
    modes[:, 0, 5], modes[:, 1, 5] = -y, x
    if fixed is not None:
        modes[fixed] = 0.0
    return modes


def build_multigrid(
    pattern: BlockPattern,
    blocks: Floats,
    points: Floats,
    fixed: NDArray[np.bool_] | None = None,
    ordering: tuple[Ints, Ints] | None = None,
) -> Multigrid:
    """Set up the hierarchy of a positive definite matrix.

    Parameters
    ----------
    pattern : block pattern
    blocks : (n_blocks, 3, 3) float64, fixed unknowns already decoupled
    points : (n_nodes, 3) float64, mm, for the rigid-body modes
    fixed : (n_nodes, 3) bool
    ordering : what `order_rows` gave for this pattern, where it is known

    Raises
    ------
    MatrixError : the matrix is singular, indefinite or not finite
    """
    order, chunk_ptr = ordering or order_rows(pattern.indptr, pattern.indices)
    matrix = scipy_sparse.bsr_matrix(
        (blocks, pattern.indices, pattern.indptr), shape=(3 * pattern.n_nodes,) * 2
    )
    matrix = _renumber(matrix, order, order)
    modes = rigid_body_modes(points, fixed)[order]
    result = Multigrid(order, [], None, ())
    while True:
        level, inverse = _make_level(matrix, chunk_ptr, result)
        result.levels.append(level)
        result.unknowns += (matrix.shape[0],)
        step = _coarsen(matrix, level, inverse, modes)
        if step is None:
            return result
        prolong, matrix, modes, chunk_ptr = step
        level.prolong = _transfer(prolong)
        level.restrict = _transfer(_transpose(prolong))
        if matrix.shape[0] <= _DENSE_UNKNOWNS:
            result.coarse_inverse = _invert(matrix.toarray())
            result.unknowns += (matrix.shape[0],)
            return result


def _make_level(matrix: Matrix, chunk_ptr: Ints, above: Multigrid) -> tuple[_Level, Floats]:
    """Prepare the smoother; also returns the inverse diagonal blocks in double precision."""
    n_rows, size = matrix.shape[0] // matrix.blocksize[0], matrix.blocksize[0]
    indptr, indices = matrix.indptr, matrix.indices
    rows = np.repeat(np.arange(n_rows, dtype=np.int32), np.diff(indptr))
    diagonal = np.flatnonzero(indices == rows).astype(np.int32)
    inverse = np.empty((n_rows, size, size))
    bad = coarsen.invert_diagonal(diagonal, matrix.data, inverse)
    if bad >= 0:
        place = f"node {above.order[bad]}" if not above.levels else f"level {len(above.levels)}"
        found = f"the diagonal block of {place} is not positive definite"
        raise MatrixError(found, _FIX)
    level = _Level(
        chunk_ptr,
        indptr,
        indices,
        diagonal,
        matrix.data.astype(np.float32),
        inverse.astype(np.float32),
        np.zeros(matrix.shape[0], np.float32),
        np.zeros(matrix.shape[0], np.float32),
        np.zeros(matrix.shape[0], np.float32),
    )
    return level, inverse


def _coarsen(
    matrix: Matrix, level: _Level, inverse: Floats, modes: Floats
) -> tuple[Matrix, Matrix, Floats, Ints] | None:
    """Prolongation, matrix, modes and chunks of the next level; None where there is none."""
    owner, n_groups = _aggregates(matrix, level.diagonal)
    if n_groups == 0 or n_groups > 0.7 * owner.size:
        return None
    tentative, modes = _tentative(owner, n_groups, modes)
    prolong = _smoothed(matrix, tentative, inverse)
    coarse = _symmetric_product(prolong, matrix)
    order, chunk_ptr = order_rows(coarse.indptr, coarse.indices)
    prolong = _renumber(prolong, np.arange(owner.size, dtype=np.int32), order)
    return prolong, _renumber(coarse, order, order), modes[order], chunk_ptr


def _aggregates(matrix: Matrix, diagonal: Ints) -> tuple[Ints, int]:
    """Group of each node (-1: none) and number of groups."""
    indptr, indices = matrix.indptr, matrix.indices
    widest = widest_row(indptr)
    norms = np.empty(indices.size)
    coarsen.block_norms(matrix.data, norms)
    links = np.empty(indices.size, np.bool_)
    coarsen.strong_links(indptr, indices, diagonal, norms, _THETA, widest, links)
    owner = np.empty(diagonal.size, np.int32)
    n_groups = coarsen.aggregate(indptr, indices, links, norms, widest, owner)
    return owner, int(n_groups)


def _tentative(owner: Ints, n_groups: int, modes: Floats) -> tuple[Matrix, Floats]:
    """Prolongation that is exact for the modes, and the modes on the coarse level."""
    nodes = np.argsort(owner, kind="stable").astype(np.int32)
    nodes = nodes[np.count_nonzero(owner < 0) :]
    counts = np.bincount(owner[nodes], minlength=n_groups)
    group_ptr = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    values = np.empty_like(modes)
    coarse = np.empty((n_groups, modes.shape[2], modes.shape[2]))
    coarsen.fit_modes(group_ptr, nodes, modes, 1e-6, values, coarse)
    member = owner >= 0
    indptr = np.concatenate([[0], np.cumsum(member)]).astype(np.int32)
    shape = (values.shape[0] * values.shape[1], n_groups * values.shape[2])
    return scipy_sparse.bsr_matrix((values[member], owner[member], indptr), shape=shape), coarse


def _smoothed(matrix: Matrix, tentative: Matrix, inverse: Floats) -> Matrix:
    """Tentative prolongation after one damped block-Jacobi step."""
    product = matrix @ tentative
    weight = _DAMPING / _spectral_radius(matrix, inverse)
    coarsen.smooth_prolongation(product.indptr, inverse, weight, product.data)
    result = (tentative + product).tobsr(blocksize=tentative.blocksize)
    result.sort_indices()
    return result


def _spectral_radius(matrix: Matrix, inverse: Floats, steps: int = 12) -> float:
    """Largest eigenvalue of the block-Jacobi scaled matrix, from a fixed start."""
    size = matrix.blocksize[0]
    x = np.cos(1.0 + 7.0 * np.arange(matrix.shape[0], dtype=np.float64))
    radius = 1.0
    for _ in range(steps):
        x /= np.sqrt(np.square(x).sum())
        x = np.einsum("nij,nj->ni", inverse, (matrix @ x).reshape(-1, size)).reshape(-1)
        radius = float(np.sqrt(np.square(x).sum()))
    return 1.05 * radius


def _symmetric_product(prolong: Matrix, matrix: Matrix) -> Matrix:
    """Coarse matrix; unknowns that no fine unknown depends on get a diagonal of their own."""
    coarse = _transpose(prolong) @ (matrix @ prolong)
    coarse.sort_indices()
    size = coarse.blocksize[0]
    n_rows = coarse.shape[0] // size
    rows = np.repeat(np.arange(n_rows), np.diff(coarse.indptr))
    blocks = coarse.data[coarse.indices == rows]
    entries = np.einsum("nii->ni", blocks)
    largest = entries.max(axis=1, keepdims=True)
    idle = entries <= 1e-12 * largest
    row, place = np.nonzero(idle)
    blocks[row, place, :] = 0.0
    blocks[row, :, place] = 0.0
    blocks[row, place, place] = np.where(largest > 0.0, largest, 1.0)[row, 0]
    coarse.data[coarse.indices == rows] = blocks
    return coarse


def _transpose(matrix: Matrix) -> Matrix:
    """Block transpose with sorted columns."""
    result = matrix.T.tobsr(blocksize=matrix.blocksize[::-1])
    result.sort_indices()
    return result


def _renumber(matrix: Matrix, rows: Ints, columns: Ints) -> Matrix:
    """Block matrix whose new row and column k are old row ``rows[k]`` and ``columns[k]``."""
    n_blocks = matrix.indices.size
    shape = (rows.size, columns.size)
    place = scipy_sparse.csr_matrix(
        (np.arange(n_blocks, dtype=np.int64), matrix.indices, matrix.indptr), shape=shape
    )[rows]
    new_place = np.empty(columns.size, np.int32)
    new_place[columns] = np.arange(columns.size, dtype=np.int32)
    place = scipy_sparse.csr_matrix((place.data, new_place[place.indices], place.indptr), shape)
    place.sort_indices()
    return scipy_sparse.bsr_matrix(
        (matrix.data[place.data], place.indices, place.indptr), shape=matrix.shape
    )


def _transfer(matrix: Matrix) -> _Transfer:
    return _Transfer(matrix.indptr, matrix.indices, matrix.data.astype(np.float32))


def _invert(dense: Floats) -> Singles:
    """Inverse of the coarsest matrix by a scaled Cholesky factor, checked for singularity."""
    scale = 1.0 / np.sqrt(np.maximum(np.diagonal(dense), 1e-300))
    scaled = scale[:, None] * (0.5 * (dense + dense.T)) * scale
    inverse = np.empty((1, *scaled.shape))
    if coarsen.invert_diagonal(np.zeros(1, np.int32), scaled[None], inverse) >= 0:
        message = "the coarsest matrix is singular or indefinite: a rigid-body motion is not held"
        raise MatrixError(message, _FIX)
    return np.asarray(scale[:, None] * inverse[0] * scale, dtype=np.float32)
