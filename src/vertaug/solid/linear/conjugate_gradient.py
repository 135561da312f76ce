# SPDX-License-Identifier: BSD-3-Clause
"""Truncated conjugate gradients, preconditioned, in single or in double precision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels import krylov

__all__ = ["LinearResult", "Operator", "Run", "Status", "conjugate_gradient"]

Floats = NDArray[np.float64]
Vector = NDArray[Any]
Status = Literal["converged", "negative_curvature", "max_iterations"]

_PARTS = 16


@dataclass(frozen=True, eq=False)
class LinearResult:
    """What a linear solve gave.

    Attributes
    ----------
    x : (n_nodes, 3) float64; for symmetric systems a descent direction: ``x . rhs >= 0``
    iterations : Krylov iterations, 0 for a direct solve
    residual : norm of the residual over norm of the right-hand side
    status : "converged", "negative_curvature" or "max_iterations"
    curvature_direction : (n_nodes, 3), the direction of curvature <= 0, where one was met
    """

    x: Floats
    iterations: int
    residual: float
    status: Status
    curvature_direction: Floats | None = None


class Operator(Protocol):
    """A matrix and its preconditioner on flat vectors of one precision."""

    def multiply(self, x: Vector, out: Vector) -> float:
        """Write the product to `out`; returns ``x . out``."""

    def precondition(self, residual: Vector, out: Vector) -> None:
        """Approximate the solution for one right-hand side; symmetric positive."""


@dataclass(frozen=True, eq=False)
class Run:
    """What conjugate gradients gave: solution, iterations, relative residual by recursion."""

    x: Floats
    iterations: int
    residual: float
    status: Status
    curved: Vector | None = None


def conjugate_gradient(
    operator: Operator, rhs: Vector, tolerance: float, max_iterations: int
) -> Run:
    """Solve A x = b from zero until the residual is `tolerance` times that of zero.

    The Polak-Ribiere form is used, which bears a preconditioner of single precision.

    Parameters
    ----------
    operator : A and its preconditioner
    rhs : (n,) float32 or float64; all vectors but the solution are of this type
    tolerance : relative residual to stop at
    max_iterations : iterations to stop at

    Returns
    -------
    Run; at curvature <= 0 the iterate so far, the preconditioned residual if it is the first
    """
    kind = rhs.dtype.type
    x, sums = np.zeros(rhs.size), np.empty(_PARTS)
    start = float(np.sqrt(_inner(rhs, rhs, rhs)[0]))
    if start == 0.0:
        return Run(x, 0, 0.0, "converged")
    r, product, z = rhs.copy(), np.empty_like(rhs), np.empty_like(rhs)
    operator.precondition(r, z)
    p = z.copy()
    rho, residual = _inner(z, r, r)[0], 1.0
    for iteration in range(1, max_iterations + 1):
        curvature = operator.multiply(p, product)
        if not curvature > 0.0:
            best = p.astype(np.float64) if iteration == 1 else x
            return Run(best, iteration, residual, "negative_curvature", p)
        alpha = rho / curvature
        krylov.advance(alpha, p, product, sums, x, r)
        residual = float(np.sqrt(sums.sum())) / start
        if residual <= tolerance:
            return Run(x, iteration, residual, "converged")
        operator.precondition(r, z)
        latest, change = _inner(z, r, product)
        beta, rho = -alpha * change / rho, latest
        krylov.combine(kind(beta), z, _PARTS, p)
    return Run(x, max_iterations, residual, "max_iterations")


def _inner(x: Vector, y: Vector, z: Vector) -> tuple[float, float]:
    """Inner products of `x` with `y` and with `z`."""
    sums = np.empty((_PARTS, 2))
    krylov.inner_two(x, y, z, sums)
    first, second = sums.sum(axis=0)
    return float(first), float(second)
