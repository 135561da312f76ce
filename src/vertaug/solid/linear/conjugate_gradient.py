# SPDX-License-Identifier: BSD-3-Clause
"""Truncated conjugate gradients, preconditioned, with rank-one terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.linear.pattern import BlockPattern
from vertaug.solid.linear.rank_one import Apply, RankOnes, corrected
from vertaug_kernels import sparse

__all__ = ["LinearResult", "Status", "conjugate_gradient"]

Floats = NDArray[np.float64]
Status = Literal["converged", "negative_curvature", "max_iterations"]


@dataclass(frozen=True, eq=False)
class LinearResult:
    """What a linear solve gave.

    Attributes
    ----------
    x : (n_nodes, 3) float64; a descent direction in any case: ``x . rhs >= 0``
    iterations : conjugate-gradient iterations, 0 for a direct solve
    residual : norm of the residual over norm of the right-hand side
    status : "converged", "negative_curvature" or "max_iterations"
    curvature_direction : (n_nodes, 3), the direction of curvature <= 0, where one was met
    """

    x: Floats
    iterations: int
    residual: float
    status: Status
    curvature_direction: Floats | None = None


def conjugate_gradient(
    pattern: BlockPattern,
    blocks: Floats,
    rhs: Floats,
    precondition: Apply,
    rank_ones: RankOnes | None = None,
    tolerance: float = 1e-8,
    max_iterations: int = 300,
) -> LinearResult:
    """Solve (A + sum of s g g^T) x = b until the residual is `tolerance` times its start.

    The Polak-Ribiere form is used, which bears a preconditioner of single precision.

    Parameters
    ----------
    pattern, blocks : A; (n_blocks, 3, 3) float64
    rhs : (n_nodes, 3) float64
    precondition : ``precondition(residual, out)`` on (3 n_nodes,) float64, symmetric positive
    rank_ones : the terms s g g^T
    tolerance : relative residual to stop at
    max_iterations : iterations to stop at

    Returns
    -------
    LinearResult; at curvature <= 0 the iterate so far, the preconditioned residual if it is first
    """
    b = np.ascontiguousarray(rhs, dtype=np.float64).reshape(-1)
    shape = rhs.shape
    start = float(np.sqrt(sparse.dot(b, b)))
    x = np.zeros_like(b)
    if start == 0.0:
        return LinearResult(x.reshape(shape), 0, 0.0, "converged")
    apply = precondition if rank_ones is None else corrected(precondition, rank_ones)
    r, product, z, change = b.copy(), np.empty_like(b), np.empty_like(b), np.empty_like(b)
    apply(r, z)
    p = z.copy()
    rho = sparse.dot(r, z)
    for iteration in range(1, max_iterations + 1):
        sparse.multiply(pattern.indptr, pattern.indices, blocks, p, product)
        if rank_ones is not None:
            rank_ones.add_product(p, product)
        curvature = sparse.dot(p, product)
        if not curvature > 0.0:
            best = p if iteration == 1 else x
            residual = float(np.sqrt(sparse.dot(r, r))) / start
            return LinearResult(
                best.reshape(shape), iteration, residual, "negative_curvature", p.reshape(shape)
            )
        alpha = rho / curvature
        x += alpha * p
        np.multiply(product, -alpha, out=change)
        r += change
        residual = float(np.sqrt(sparse.dot(r, r))) / start
        if residual <= tolerance:
            return LinearResult(x.reshape(shape), iteration, residual, "converged")
        apply(r, z)
        beta = sparse.dot(change, z) / rho
        rho = sparse.dot(r, z)
        p *= beta
        p += z
    return LinearResult(x.reshape(shape), max_iterations, residual, "max_iterations")
