# SPDX-License-Identifier: BSD-3-Clause
"""A matrix with its preconditioner, in double precision as given or in single as ordered."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.linear.multigrid import Multigrid
from vertaug.solid.linear.pattern import BlockPattern
from vertaug.solid.linear.rank_one import Apply, RankOnes, corrected
from vertaug_kernels import krylov, sparse

__all__ = ["Double", "Single"]

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]


class Double:
    """The matrix as assembled, free unknowns only, with rank-one terms.

    Parameters
    ----------
    pattern, blocks : (n_blocks, 3, 3) float64
    free : (n_nodes, 3) float64, 0 at fixed unknowns
    apply : preconditioner of the matrix without the terms
    terms : rank-one terms
    """

    def __init__(
        self,
        pattern: BlockPattern,
        blocks: Floats,
        free: Floats,
        apply: Apply,
        terms: RankOnes | None,
    ) -> None:
        self._pattern, self._blocks, self._free, self._terms = pattern, blocks, free, terms
        self.precondition = apply if terms is None else corrected(apply, terms)

    def multiply(self, x: Floats, out: Floats) -> float:
        """Write the product to `out`; returns ``x . out``."""
        krylov.multiply_free(
            self._pattern.indptr, self._pattern.indices, self._blocks, self._free, x, out
        )
        if self._terms is not None:
            self._terms.add_product(x, out)
        return float(sparse.dot(x, out))


class Single:
    """The matrix that the first level of a hierarchy holds, in the order of that level."""

    def __init__(self, hierarchy: Multigrid) -> None:
        self._hierarchy = hierarchy
        self._level = hierarchy.levels[0]
        self._sums = np.empty((16, 2))

    def multiply(self, x: Singles, out: Singles) -> float:
        """Write the product to `out`; returns ``x . out``."""
        self._level.multiply(x, out)
        krylov.inner_two(x, out, out, self._sums)
        return float(self._sums[:, 0].sum())

    def precondition(self, residual: Singles, out: Singles) -> None:
        """Apply one cycle."""
        self._hierarchy.apply_ordered(residual, out)
