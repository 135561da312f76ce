# SPDX-License-Identifier: BSD-3-Clause
"""Graded blocks of hexahedra for contact: fine near one corner, coarse far from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import NotConvergedError
from vertaug.solid.cells import SMALL, SolidItem
from vertaug.solid.item import Item
from vertaug.solid.linear import LinearSolver, Method, build_pattern
from vertaug.solid.newton import NewtonOptions, NewtonResult, minimise
from vertaug.verification.stepping import elastic_row
from vertaug_kernels import laws

__all__ = ["Block", "block", "elastic", "graded", "settle", "triangles", "wedge"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


def graded(fine: float, size: float, length: float, growth: float = 1.5) -> Float:
    """Places 0 .. ``length``: steps of ``size`` up to ``fine``, then growing by about ``growth``."""
    count = max(round(fine / size), 1)
    near = fine / count
    steps = [near] * count
    rest = length - fine
    if rest > 0.0:
        number = 1
        while near * growth * (growth**number - 1.0) / (growth - 1.0) < rest:
            number += 1
        far = near * growth ** np.arange(1, number + 1)
        steps += list(far * rest / far.sum())
    return np.concatenate([[0.0], np.cumsum(steps)])


@dataclass(frozen=True, eq=False)
class Block:
    """Hexahedra on a grid: `points` (n, 3), `cells` (m, 8), and the number of each grid node."""

    points: Float
    cells: Int
    number: Int

    @property
    def top(self) -> Int:
        """Facets (m, 4) of the face of largest z, normals up."""
        return _quads(self.number[:, :, -1])

    @property
    def bottom(self) -> Int:
        """Facets (m, 4) of the face of least z, normals down."""
        return np.ascontiguousarray(_quads(self.number[:, :, 0])[:, ::-1])


def _quads(number: Int) -> Int:
    """Quadrilaterals (m, 4) of a sheet of nodes, turning from its first to its second axis."""
    corners = (number[:-1, :-1], number[1:, :-1], number[1:, 1:], number[:-1, 1:])
    return np.ascontiguousarray(np.stack([c.ravel() for c in corners], axis=1), dtype=np.int32)


def triangles(quads: Int) -> Int:
    """Two triangles for each quadrilateral, (m, 3), one where two of its corners are the same node."""
    both = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    apart = (both != both[:, [1, 2, 0]]).all(axis=1)
    return np.ascontiguousarray(both[apart])


def block(x: Float, y: Float, z: Float) -> Block:
    """Grid of hexahedra through the ascending places ``x``, ``y``, ``z``."""
    points = np.stack(np.meshgrid(x, y, z, indexing="ij"), axis=-1).reshape(-1, 3)
    number = np.arange(len(points), dtype=np.int32).reshape(len(x), len(y), len(z))
    low, high = number[:, :, :-1], number[:, :, 1:]
    cells = [
        sheet[i, j].ravel()
        for sheet in (low, high)
        for i, j in (
            (slice(None, -1), slice(None, -1)),
            (slice(1, None), slice(None, -1)),
            (slice(1, None), slice(1, None)),
            (slice(None, -1), slice(1, None)),
        )
    ]
    return Block(points, np.ascontiguousarray(np.stack(cells, axis=1)), number)


def wedge(r: Float, sectors: int, z: Float) -> Block:
    """Quarter of a round block: rings through ``r`` (from 0), ``sectors`` in the quarter, layers ``z``.

    Cells on the axis have two nodes twice. Radii are those of circles with the polygons' areas.
    """
    step = 0.5 * np.pi / sectors
    angle = step * np.arange(sectors + 1, dtype=np.float64)
    radius = r * np.sqrt(step / np.sin(step))
    body = block(radius, angle, z)
    rho, phi = body.points[:, 0], body.points[:, 1]
    points = np.stack([rho * np.cos(phi), rho * np.sin(phi), body.points[:, 2]], axis=1)
    points[np.abs(points) < 1e-12 * radius[-1]] = 0.0
    own = body.number.copy()
    own[0] = own[0, :1]
    kept, number = np.unique(own.ravel(), return_inverse=True)
    cells = number[body.cells].astype(np.int32)
    return Block(points[kept], cells, number.reshape(own.shape).astype(np.int32))


def elastic(body: Block, young: float, poisson: float) -> SolidItem:
    """Cells of linear elasticity."""
    return SolidItem.at_rest(
        body.points, body.cells, laws.HENCKY, elastic_row(young, poisson), kinematics=SMALL,
        averaged=False,
    )  # fmt: skip


def settle(
    points: Float,
    items: Sequence[Item],
    fixed: NDArray[np.bool_],
    reference: Float,
    tolerance: float = 1e-8,
) -> NewtonResult:
    """Equilibrium from ``points``, with iterative solves on large bodies.

    Raises
    ------
    NotConvergedError : Newton's iteration ended for another reason
    """
    pattern = build_pattern(len(points), *(item.connectivity for item in items))
    method: Method = "direct" if len(points) < 1500 else "auto"
    solver = LinearSolver(pattern, reference, fixed, method=method)
    options = NewtonOptions(tolerance=tolerance, max_iterations=100)
    result = minimise(points, items, solver, options)
    if not result.converged:
        raise NotConvergedError("verification", 0, result.reason, "nothing")
    return result
