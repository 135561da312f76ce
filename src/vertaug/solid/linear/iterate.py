# SPDX-License-Identifier: BSD-3-Clause
"""Iterative solution with a hierarchy: in single precision, in double, and without symmetry."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.linear.bicgstab import stabilised_bi_conjugate_gradient
from vertaug.solid.linear.conjugate_gradient import LinearResult, Run, conjugate_gradient
from vertaug.solid.linear.level import NODE, apart
from vertaug.solid.linear.multigrid import Multigrid
from vertaug.solid.linear.norm import euclidean_norm
from vertaug.solid.linear.operators import Double, Single
from vertaug.solid.linear.pattern import BlockPattern
from vertaug.solid.linear.rank_one import RankOnes

__all__ = ["solve_double", "solve_general", "solve_single"]

Floats = NDArray[np.float64]

_ROUNDS = 3
_LEAST_GAIN = 0.1
_SAFETY = 0.9


def solve_double(
    pattern: BlockPattern,
    blocks: Floats,
    free: Floats,
    hierarchy: Multigrid,
    load: Floats,
    terms: RankOnes | None,
    tolerance: float,
    limit: int,
) -> LinearResult:
    """Conjugate gradients in double precision, the cycle in single.

    Parameters
    ----------
    pattern, blocks : matrix as assembled
    free : (n_nodes, 3) float64, 0 at fixed unknowns
    hierarchy : preconditioner
    load : (n_nodes, 3) float64, zero at fixed unknowns
    terms : rank-one terms
    tolerance, limit : relative residual and iterations to stop at
    """
    operator = Double(pattern, blocks, free, hierarchy.apply, terms)
    run = conjugate_gradient(operator, np.ascontiguousarray(load).reshape(-1), tolerance, limit)
    return _result(run, load.shape)


def solve_general(
    pattern: BlockPattern,
    blocks: Floats,
    free: Floats,
    hierarchy: Multigrid,
    load: Floats,
    terms: RankOnes | None,
    tolerance: float,
    limit: int,
) -> LinearResult:
    """Stabilised bi-conjugate gradients for a matrix without symmetry; see `solve_double`."""
    operator = Double(pattern, blocks, free, hierarchy.apply, terms)
    rhs = np.ascontiguousarray(load).reshape(-1)
    return _result(stabilised_bi_conjugate_gradient(operator, rhs, tolerance, limit), load.shape)


def solve_single(
    pattern: BlockPattern,
    blocks: Floats,
    free: Floats,
    hierarchy: Multigrid,
    load: Floats,
    terms: RankOnes | None,
    tolerance: float,
    limit: int,
) -> LinearResult:
    """Conjugate gradients in single precision, checked and refined in double; see `solve_double`.

    The matrix must be the one that the first level of the hierarchy holds. What single precision
    cannot reach is left to `solve_double`.
    """
    assert terms is None
    exact = Double(pattern, blocks, free, hierarchy.apply, None)
    operator, order = Single(hierarchy), hierarchy.order
    x, product, rest = np.zeros(load.shape), np.empty(load.size), load
    start = euclidean_norm(load)
    if start == 0.0:
        return LinearResult(x, 0, 0.0, "converged")
    done, residual = 0, 1.0
    for _ in range(_ROUNDS):
        scale = float(np.abs(rest).max())
        rhs = apart(rest[order] / scale)
        goal = _SAFETY * tolerance / residual
        run = conjugate_gradient(operator, rhs, goal, limit - done)
        done += run.iterations
        x[order] += scale * run.x.reshape(-1, NODE)[:, :3]
        if run.status == "negative_curvature":
            curved = np.empty(load.shape)
            assert run.curved is not None
            curved[order] = run.curved.reshape(-1, NODE)[:, :3]
            return LinearResult(x, done, run.residual * residual, run.status, curved)
        exact.multiply(x.reshape(-1), product)
        rest = load - product.reshape(load.shape)
        before, residual = residual, euclidean_norm(rest) / start
        if residual <= tolerance:
            return LinearResult(x, done, residual, "converged")
        if done >= limit:
            return LinearResult(x, done, residual, "max_iterations")
        if residual > _LEAST_GAIN * before:
            break
    run = conjugate_gradient(exact, rest.reshape(-1), tolerance / residual, limit - done)
    status = "max_iterations" if run.status == "negative_curvature" else run.status
    x += run.x.reshape(load.shape)
    return LinearResult(x, done + run.iterations, residual * run.residual, status)


def _result(run: Run, shape: tuple[int, ...]) -> LinearResult:
    curved = None if run.curved is None else np.asarray(run.curved, np.float64).reshape(shape)
    return LinearResult(run.x.reshape(shape), run.iterations, run.residual, run.status, curved)
