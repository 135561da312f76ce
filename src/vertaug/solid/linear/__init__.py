# SPDX-License-Identifier: BSD-3-Clause
"""Symmetric systems with three unknowns per node: pattern, assembly, solution."""

from vertaug.solid.linear._errors import MatrixError
from vertaug.solid.linear.choose import LinearSolver, Method, SolverReport
from vertaug.solid.linear.conjugate_gradient import LinearResult, Status
from vertaug.solid.linear.pattern import BlockPattern, ElementMap, build_pattern
from vertaug.solid.linear.rigid import RigidBodies

__all__ = [
    "BlockPattern",
    "ElementMap",
    "LinearResult",
    "LinearSolver",
    "MatrixError",
    "Method",
    "RigidBodies",
    "SolverReport",
    "Status",
    "build_pattern",
]
