# SPDX-License-Identifier: BSD-3-Clause
"""Stabilised bi-conjugate gradients for systems that are not symmetric.

Source: van der Vorst, SIAM J. Sci. Stat. Comput. 13 (1992) 631-644, doi:10.1137/0913035.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.linear.conjugate_gradient import Operator, Run
from vertaug.solid.linear.norm import euclidean_norm
from vertaug_kernels import sparse

__all__ = ["stabilised_bi_conjugate_gradient"]

Floats = NDArray[np.float64]

_LOST = 1e-14


def stabilised_bi_conjugate_gradient(
    operator: Operator, rhs: Floats, tolerance: float, max_iterations: int
) -> Run:
    """Solve A x = b from zero; preconditioned from the right, so the residual is the true one.

    An iteration multiplies and preconditions twice. Where the recursion breaks down it starts
    again from the residual of the best iterate so far, which is what is returned.

    Parameters
    ----------
    operator : A and its preconditioner
    rhs : (n,) float64
    tolerance : relative residual to stop at
    max_iterations : iterations to stop at
    """
    start = euclidean_norm(rhs)
    x = np.zeros_like(rhs)
    if start == 0.0:
        return Run(x, 0, 0.0, "converged")
    r = rhs.copy()
    best, least = x.copy(), 1.0
    shadow, p, v = r.copy(), np.zeros_like(rhs), np.zeros_like(rhs)
    t, search, corrected = (np.empty_like(rhs) for _ in range(3))
    rho = alpha = omega = 1.0
    for iteration in range(1, max_iterations + 1):
        latest = sparse.dot(shadow, r)
        if abs(latest) < _LOST * euclidean_norm(shadow) * euclidean_norm(r) or omega == 0.0:
            shadow, rho, alpha, omega = r.copy(), 1.0, 1.0, 1.0
            p[:], v[:] = 0.0, 0.0
            latest = sparse.dot(r, r)
        p -= omega * v
        p *= (latest / rho) * (alpha / omega)
        p += r
        rho = latest
        operator.precondition(p, search)
        operator.multiply(search, v)
        with np.errstate(divide="ignore", invalid="ignore"):
            alpha = float(np.divide(rho, sparse.dot(shadow, v)))
        if not np.isfinite(alpha):
            omega = 0.0
            continue
        x += alpha * search
        r -= alpha * v
        operator.precondition(r, corrected)
        operator.multiply(corrected, t)
        size = sparse.dot(t, t)
        omega = sparse.dot(t, r) / size if size > 0.0 else 0.0
        x += omega * corrected
        r -= omega * t
        residual = euclidean_norm(r) / start
        if residual < least:
            least = residual
            best[:] = x
        if residual <= tolerance:
            return Run(x, iteration, residual, "converged")
    return Run(best, max_iterations, least, "max_iterations")
