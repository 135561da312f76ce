# SPDX-License-Identifier: BSD-3-Clause
"""Sparse direct solution, for small systems and as the method of last resort."""

from __future__ import annotations

import importlib
import importlib.util
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse as scipy_sparse
from scipy.sparse.linalg import splu

from vertaug.errors import InputError
from vertaug.solid.linear._errors import MatrixError
from vertaug.solid.linear.conjugate_gradient import LinearResult
from vertaug.solid.linear.norm import euclidean_norm
from vertaug.solid.linear.pattern import BlockPattern
from vertaug.solid.linear.rank_one import Apply, RankOnes, corrected, negative_with

__all__ = ["Factor", "factorize", "library", "solve_direct"]

Floats = NDArray[np.float64]

_SINGULAR = 1e-13
_FIX = "hold the rigid-body motions of every part; look for elements without stiffness"


@dataclass(frozen=True, eq=False)
class Factor:
    """A factorised matrix.

    Attributes
    ----------
    apply : ``apply(rhs, out)`` on (3 n_nodes,) float64
    indefinite : True where a negative pivot was met; None where the library does not tell
    negative : number of negative pivots, where the library tells
    """

    apply: Apply
    indefinite: bool | None
    negative: int | None = None


def library(method: str) -> str:
    """Library that a direct method uses: "pardiso" or "superlu".

    Raises
    ------
    InputError : Pardiso is asked for and not installed
    """
    installed = importlib.util.find_spec("pypardiso") is not None
    if method == "pardiso" and not installed:
        raise InputError(
            "solid.linear.LinearSolver",
            "method",
            "pardiso, which is not installed",
            "an installed library",
            'install the extra: pip install "vertaug[direct]", or ask for superlu',
            "E-RUN-016",
        )
    return "pardiso" if installed and method != "superlu" else "superlu"


def factorize(
    pattern: BlockPattern, blocks: Floats, name: str = "superlu", *, symmetric: bool = True
) -> Factor:
    """Factorise with the library of that name.

    Raises
    ------
    MatrixError : the matrix is singular or not finite
    """
    if not np.isfinite(blocks).all():
        found = "the matrix has values that are not finite"
        raise MatrixError(found, "check the stress update of the elements")
    shape = (3 * pattern.n_nodes,) * 2
    matrix = scipy_sparse.bsr_matrix((blocks, pattern.indices, pattern.indptr), shape=shape)
    if name == "pardiso":
        return _pardiso(matrix.tocsr())
    return _superlu(matrix.tocsc(), symmetric=symmetric)


def solve_direct(
    pattern: BlockPattern,
    blocks: Floats,
    rhs: Floats,
    factor: Factor,
    rank_ones: RankOnes | None = None,
    *,
    symmetric: bool = True,
) -> LinearResult:
    """Solve with one step of iterative refinement; tells indefinite systems by status.

    Where the system is indefinite, the solution or its negative is returned, whichever descends.
    """
    apply = factor.apply if rank_ones is None else corrected(factor.apply, rank_ones)
    b = np.ascontiguousarray(rhs, dtype=np.float64).reshape(-1)
    x, correction = np.zeros_like(b), np.empty_like(b)
    rest = b
    for _ in range(2):
        apply(rest, correction)
        x += correction
        rest = b - _product(pattern, blocks, x, rank_ones)
    start = euclidean_norm(b)
    residual = euclidean_norm(rest) / start if start > 0.0 else 0.0
    if not residual < 1e-3:
        message = f"the direct solution leaves a relative residual of {residual:.1e}: singular"
        raise MatrixError(message, _FIX)
    if not symmetric:
        return LinearResult(x.reshape(rhs.shape), 0, residual, "converged")
    descent = float(x @ b)
    stable = descent >= 0.0 and not _indefinite(factor, rank_ones)
    direction = x.reshape(rhs.shape) if descent >= 0.0 else -x.reshape(rhs.shape)
    if stable:
        return LinearResult(direction, 0, residual, "converged")
    curved = direction if descent < 0.0 else None
    return LinearResult(direction, 0, residual, "negative_curvature", curved)


def _indefinite(factor: Factor, terms: RankOnes | None) -> bool:
    """Whether the factorised matrix with its rank-one terms is known to have negative eigenvalues."""
    if terms is None or not factor.negative:
        return bool(factor.indefinite)
    return negative_with(factor.apply, terms, factor.negative) > 0


def _product(
    pattern: BlockPattern, blocks: Floats, x: Floats, rank_ones: RankOnes | None
) -> Floats:
    product = pattern.multiply(blocks, x)
    if rank_ones is not None:
        rank_ones.add_product(x, product)
    return product


def _superlu(matrix: Any, *, symmetric: bool) -> Factor:
    diagonal = np.abs(matrix.diagonal())
    scale = 1.0 / np.sqrt(np.where(diagonal > 0.0, diagonal, 1.0))
    scaling = scipy_sparse.diags_array(scale)
    try:
        factor = splu(
            scipy_sparse.csc_matrix(scaling @ matrix @ scaling),
            permc_spec="MMD_AT_PLUS_A" if symmetric else "COLAMD",
            diag_pivot_thresh=0.0 if symmetric else 1.0,
            options={"SymmetricMode": symmetric},
        )
    except RuntimeError:
        message = "the matrix is singular"
        raise MatrixError(message, _FIX) from None
    pivots = factor.U.diagonal()
    if float(np.abs(pivots).min()) < _SINGULAR:
        message = f"the matrix is singular: smallest scaled pivot {np.abs(pivots).min():.1e}"
        raise MatrixError(message, _FIX)
    indefinite = bool((pivots < 0.0).any()) if symmetric else None

    def apply(rhs: Floats, out: Floats) -> None:
        out[:] = scale * factor.solve(scale * rhs)

    return Factor(apply, indefinite, int((pivots < 0.0).sum()))


def _pardiso(matrix: Any) -> Factor:
    solver = importlib.import_module("pypardiso").PyPardisoSolver()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        solver.factorize(matrix)

    def apply(rhs: Floats, out: Floats) -> None:
        out[:] = solver.solve(matrix, rhs)

    return Factor(apply, None)
