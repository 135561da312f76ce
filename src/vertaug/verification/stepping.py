# SPDX-License-Identifier: BSD-3-Clause
"""Small solids, loads and steps that the benchmarks share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import NotConvergedError
from vertaug.solid.item import Item
from vertaug.solid.linear import LinearSolver, build_pattern
from vertaug.solid.load import NodalLoad
from vertaug.solid.newton import NewtonOptions, NewtonResult, minimise
from vertaug_kernels import laws

__all__ = [
    "elastic_row", "equilibrium", "foam_row", "law_row", "moduli", "pressure_forces",
]  # fmt: skip

Float = NDArray[np.float64]
Int = NDArray[np.int32]


def moduli(young: float, poisson: float) -> tuple[float, float]:
    """Bulk and shear modulus."""
    return young / (3.0 * (1.0 - 2.0 * poisson)), young / (2.0 * (1.0 + poisson))


def law_row(law: int, values: Mapping[str, float], lock: tuple[float, float] = (0.0, 0.0)) -> Float:
    """One row of parameters of a law, its names those of `laws.PARAMETERS`."""
    names = laws.PARAMETERS[law]
    if set(values) != set(names):
        raise ValueError(f"law {law} takes {', '.join(names)}")
    return np.array([*lock, *(values[name] for name in names)])


def elastic_row(young: float, poisson: float) -> Float:
    """Parameters of Hencky elasticity."""
    bulk, shear = moduli(young, poisson)
    return law_row(laws.HENCKY, {"bulk": bulk, "shear": shear})


def foam_row(
    young: float, poisson: float, strength: float, alpha: tuple[float, float] = (0.0, 0.0)
) -> Float:
    """Parameters of the crushable foam, the ellipse's factors in compression and tension; J2 by default."""
    bulk, shear = moduli(young, poisson)
    values = {"bulk": bulk, "shear": shear, "yield": strength}
    ellipse = {"alpha_compression": alpha[0], "alpha_tension": alpha[1]}
    return law_row(laws.CRUSHABLE, values | ellipse)


def equilibrium(
    points: Float,
    items: Sequence[Item],
    fixed: NDArray[np.bool_],
    tolerance: float = 1e-8,
    reference: Float | None = None,
) -> NewtonResult:
    """Equilibrium from ``points`` by Newton with direct solves.

    Raises
    ------
    NotConvergedError
        Newton's iteration ended for another reason.
    """
    pattern = build_pattern(len(points), *(item.connectivity for item in items))
    shape = points if reference is None else reference
    solver = LinearSolver(pattern, shape, fixed, method="direct")
    options = NewtonOptions(tolerance=tolerance, max_iterations=60)
    result = minimise(points, items, solver, options)
    if not result.converged:
        raise NotConvergedError("verification", 0, result.reason, "nothing")
    return result


def pressure_forces(points: Float, facets: Int, pressure: float) -> NodalLoad:
    """Forces of a pressure on triangles (m, 3) with normals out of the solid, as they lie."""
    corner = points[facets]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    total = np.zeros((len(points), 3))
    for a in range(3):
        np.add.at(total, facets[:, a], -pressure * normal / 6.0)
    nodes = np.unique(facets).astype(np.int32)
    return NodalLoad(nodes, total[nodes])
