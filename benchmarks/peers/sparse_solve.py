# SPDX-License-Identifier: BSD-3-Clause
"""The linear solver that peers without a good one of their own are given.

Pardiso of MKL where `pypardiso` is installed, else SuperLU in its symmetric mode, which is several
times slower.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse.linalg import splu

__all__ = ["free_solver"]


def free_solver():
    """Name of the solver, and a function of (matrix, rhs) that solves."""
    try:
        import pypardiso
    except ImportError:

        def solve(matrix, rhs):
            options = {"SymmetricMode": True}
            factor = splu(matrix.tocsc(), "MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options=options)
            return factor.solve(rhs)

        return "SuperLU", solve
    solver = pypardiso.PyPardisoSolver(mtype=11)

    def solve_pardiso(matrix, rhs):
        matrix = matrix.tocsr()
        matrix.sort_indices()
        solver.factorize(matrix)
        return np.asarray(solver.solve(matrix, rhs))

    return "Pardiso", solve_pardiso
