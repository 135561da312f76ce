# SPDX-License-Identifier: BSD-3-Clause
"""A few terms s g g^T added to a matrix, and their inverse by Woodbury's formula."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug_kernels import sparse

__all__ = ["Apply", "RankOnes", "corrected", "negative_with", "rank_ones"]

Floats = NDArray[np.float64]
Apply = Callable[[Floats, Floats], None]

_PLACE = "solid.linear.rank_ones"


@dataclass(frozen=True, eq=False)
class RankOnes:
    """Terms s g g^T.

    Attributes
    ----------
    scales : (m,) float64, not zero
    vectors : (m, 3 n_nodes) float64, zero at fixed unknowns
    """

    scales: Floats
    vectors: Floats

    def inner(self, x: Floats) -> Floats:
        """Inner products of all vectors with `x`, (m,)."""
        return np.array([sparse.dot(vector, x) for vector in self.vectors])

    def add_product(self, x: Floats, out: Floats) -> None:
        """Add the product of all terms with `x` to `out`."""
        for weight, vector in zip(self.scales * self.inner(x), self.vectors, strict=True):
            out += weight * vector


def rank_ones(
    terms: Sequence[tuple[float, Floats]], n_nodes: int, fixed: NDArray[np.bool_] | None = None
) -> RankOnes | None:
    """Collect terms (s, g), g of 3 n_nodes values; zero scales and vectors are left out."""
    scales, vectors = [], []
    for position, (scale, vector) in enumerate(terms):
        flat = np.array(vector, dtype=np.float64).reshape(-1)
        if flat.size != 3 * n_nodes or not np.isfinite(scale) or not np.isfinite(flat).all():
            raise InputError(
                _PLACE,
                f"rank_ones[{position}]",
                f"scale {scale:g} and a vector of {flat.size} values",
                f"a finite scale and {3 * n_nodes} finite values",
                "pass one value for each unknown",
                "E-MESH-021",
            )
        if fixed is not None:
            flat[fixed.reshape(-1)] = 0.0
        if scale != 0.0 and flat.any():
            scales.append(float(scale))
            vectors.append(flat)
    return RankOnes(np.array(scales), np.array(vectors)) if scales else None


def corrected(apply: Apply, terms: RankOnes) -> Apply:
    """Inverse of (M + sum of s g g^T), given `apply` as the inverse of M.

    The formula is exact: z - W c with c = (S^-1 + G^T W)^-1 W^T r, where W is the inverse of M
    times G. What rounding of single precision leaves along G, where the sum is stiff, is then
    removed: G^T z = S^-1 c holds in double precision.
    """
    solved = np.empty_like(terms.vectors)
    for vector, out in zip(terms.vectors, solved, strict=True):
        apply(vector, out)
    response = np.array([terms.inner(row) for row in solved])
    response = 0.5 * (response + response.T)
    capacity = response + np.diag(1.0 / terms.scales)

    def apply_corrected(residual: Floats, out: Floats) -> None:
        apply(residual, out)
        inner = np.array([sparse.dot(row, residual) for row in solved])
        weights = np.linalg.solve(capacity, inner)
        for weight, row in zip(weights, solved, strict=True):
            out -= weight * row
        gap = weights / terms.scales - terms.inner(out)
        for weight, row in zip(np.linalg.solve(response, gap), solved, strict=True):
            out += weight * row

    return apply_corrected


def negative_with(apply: Apply, terms: RankOnes, negative: int) -> int:
    """Negative eigenvalues of (M + sum of s g g^T), where M has ``negative`` and `apply` as its inverse.

    By Sylvester's law of inertia on the bordered matrix: a stiff term on a volume or a displacement makes a
    body stable past its limit point, and the solver must know.
    """
    solved = np.empty_like(terms.vectors)
    for vector, out in zip(terms.vectors, solved, strict=True):
        apply(vector, out)
    response = np.array([terms.inner(row) for row in solved])
    capacity = 0.5 * (response + response.T) + np.diag(1.0 / terms.scales)
    gained = int((np.linalg.eigvalsh(capacity) > 0.0).sum())
    return negative + gained - int((terms.scales > 0.0).sum())
