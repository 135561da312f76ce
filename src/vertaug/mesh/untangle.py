# SPDX-License-Identifier: BSD-3-Clause
"""Points of tetrahedra moved until no cell is turned inside out, with some points held.

Garanzha, Kaporin, Kudryavtseva, Protais, Ray, Sokolov (2021), ACM Trans Graph 40:154: a shape energy that is infinite
for flat and turned cells is made finite by a volume that is rounded off at zero; as its minimum is followed, the
rounding is taken back, so that cells turn over one after the other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import coo_array, csr_array
from scipy.sparse.linalg import splu

__all__ = ["smooth_start", "untangle"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
Mask = NDArray[np.bool_]

_ROUNDS = 40
_STEPS = 60
_VOLUME_SHARE = 0.1
"""Weight of volumes against shapes."""
_ROUNDING = 0.2
_LEAST = 1e-2
"""Volume of the smallest cell, of the mean one, from which a mesh counts as untangled."""
_EDGES = np.array([[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]])
_REGULAR = np.array(
    [[1.0, 0.5, 0.5], [0.0, np.sqrt(0.75), np.sqrt(1.0 / 12.0)], [0.0, 0.0, np.sqrt(2.0 / 3.0)]]
)
_FLAT = 1e-12


def smooth_start(points: Float, cells: Int, held: Mask) -> Float:
    """Put each free point (n, 3) into the mean of its neighbours, the `held` (n,) as they are."""
    ends = cells[:, _EDGES].reshape(-1, 2)
    both = np.concatenate([ends, ends[:, ::-1]])
    ones = np.ones(len(both))
    graph = coo_array((ones, (both[:, 0], both[:, 1])), shape=(len(points), len(points))).tocsr()
    graph.data[:] = 1.0
    free = np.flatnonzero(~held)
    rows = csr_array(graph[free])
    degree = np.asarray(rows.sum(axis=1)).ravel()
    inner = (
        coo_array((degree, (np.arange(len(free)), np.arange(len(free))))).tocsc()
        - rows[:, free].tocsc()
    )
    found = points.copy()
    found[free] = splu(inner.tocsc()).solve(rows[:, np.flatnonzero(held)] @ points[held])
    return found


class _Shape:
    """Energy of the shapes of cells, and its gradient, in the free points."""

    def __init__(self, points: Float, cells: Int, held: Mask, volume: float) -> None:
        self.points, self.cells, self.free = points.copy(), cells, np.flatnonzero(~held)
        # cells are measured in edges of the regular one of their mean volume
        edge = (6.0 * np.sqrt(2.0) * volume / len(cells)) ** (1.0 / 3.0)
        self._back = np.linalg.inv(edge * _REGULAR)
        self.rounding = 1.0

    def gradients(self) -> Float:
        """Deformation gradient of each cell from the regular one, (m, 3, 3)."""
        corner = self.points[self.cells]
        edges = np.moveaxis(corner[:, 1:] - corner[:, :1], 1, 2)
        return np.asarray(edges @ self._back)

    def least(self) -> float:
        """Volume of the worst cell over the mean one."""
        return float(np.linalg.det(self.gradients()).min())

    def __call__(self, place: Float) -> tuple[float, Float]:
        """Energy and gradient (3 f,) with the free points at `place` (3 f,)."""
        self.points[self.free] = place.reshape(-1, 3)
        gradient = self.gradients()
        first, second, third = gradient[:, :, 0], gradient[:, :, 1], gradient[:, :, 2]
        adjoint = np.stack(
            [np.cross(second, third), np.cross(third, first), np.cross(first, second)], axis=2
        )
        volume = (first * adjoint[:, :, 0]).sum(axis=1)
        root = np.hypot(volume, self.rounding)
        # both forms of the same, each without a difference of like numbers
        half = np.where(
            volume > 0.0, 0.5 * (volume + root), 0.5 * self.rounding**2 / (root - volume + _FLAT**2)
        )
        slope = half / root
        square, power = (gradient**2).sum(axis=(1, 2)), half ** (-2.0 / 3.0)
        shape, size = square * power, (volume**2 + 1.0) / half
        by_volume = -(2.0 / 3.0) * shape / half * slope
        by_volume += _VOLUME_SHARE * (2.0 * volume - size * slope) / half
        stress = 2.0 * gradient * power[:, None, None] + by_volume[:, None, None] * adjoint
        force = stress @ self._back.T
        total = np.zeros_like(self.points)
        for axis in range(3):
            parts = force[:, axis, :]
            whole = np.column_stack([-parts.sum(axis=1), parts])
            total[:, axis] = np.bincount(self.cells.ravel(), whole.ravel(), len(total))
        return float((shape + _VOLUME_SHARE * size).sum()), total[self.free].ravel()


def untangle(points: Float, cells: Int, held: Mask, volume: float) -> tuple[Float, float]:
    """Move the free points until all cells have positive volumes.

    Parameters
    ----------
    points, cells : (n, 3) mm and (m, 4), turned so that they should have positive volumes
    held : (n,) points that stay
    volume : of all cells together, mm³

    Returns
    -------
    Points, and the smallest cell's volume over the mean one: at most zero where cells are still turned.
    """
    shape = _Shape(points, cells, held, volume)
    least = shape.least()
    for _ in range(_ROUNDS):
        if least > _LEAST:
            break
        shape.rounding = float(np.sqrt(_FLAT + (_ROUNDING * min(least - _LEAST, 0.0)) ** 2))
        found = minimize(
            shape, shape.points[shape.free].ravel(), jac=True, method="L-BFGS-B",
            options={"maxiter": _STEPS, "maxcor": 8},
        )  # fmt: skip
        shape(found.x)
        least = shape.least()
    return shape.points, least
