# SPDX-License-Identifier: BSD-3-Clause
"""Cook's membrane by an independent method: Taylor-Hood triangles, displacement and mean stress.

Quadratic displacements with a linear field λ div u on triangles do not lock at any Poisson's ratio;
three meshes are extrapolated by Aitken's rule.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_matrix
from scipy.sparse.linalg import splu

__all__ = ["cook_tip"]

Float = NDArray[np.float64]
Plane = Literal["strain", "stress"]

WIDTH, LEFT, LIFT, TOP = 48.0, 44.0, 44.0, 60.0


def place(unit: Float) -> Float:
    """Map the unit square (n, 2) onto the membrane."""
    x, y = unit[:, 0], unit[:, 1]
    low, high = LIFT * x, LEFT + (TOP - LEFT) * x
    return np.stack([WIDTH * x, low + (high - low) * y], axis=1)


def _mesh(n: int) -> tuple[Float, NDArray[np.int64], NDArray[np.int64]]:
    """Points of the twice finer lattice, triangles of six nodes, numbers (2n + 1, 2n + 1)."""
    axis = np.linspace(0.0, 1.0, 2 * n + 1)
    unit = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)
    number = np.arange(len(unit)).reshape(2 * n + 1, 2 * n + 1)

    def node(i: int, j: int) -> NDArray[np.int64]:
        return number[i : i + 2 * n - 1 : 2, j : j + 2 * n - 1 : 2].ravel()

    lower = [node(*p) for p in ((0, 0), (2, 0), (2, 2), (1, 0), (2, 1), (1, 1))]
    upper = [node(*p) for p in ((0, 0), (2, 2), (0, 2), (1, 1), (1, 2), (0, 1))]
    return place(unit), np.concatenate([np.stack(t, axis=1) for t in (lower, upper)]), number


RULE = np.array([[1.0, 1.0, 4.0], [1.0, 4.0, 1.0], [4.0, 1.0, 1.0]]) / 6.0
"""Barycentric points, weights 1/3 of the area, exact to the second degree."""
SLOPE = np.array([[-1.0, -1.0], [1.0, 0.0], [0.0, 1.0]])


def _solve(n: int, shear: float, lame: float, force: float) -> float:
    """Lift of the upper right corner on one mesh."""
    points, triangles, number = _mesh(n)
    corner = points[triangles[:, :3]]
    jacobian = np.einsum("ka,tki->tia", SLOPE, corner)
    inverse, area = np.linalg.inv(jacobian), 0.5 * np.linalg.det(jacobian)
    m, half = len(triangles), 2 * len(points)
    stiffness, coupling = np.zeros((m, 12, 12)), np.zeros((m, 12, 3))
    mass = np.zeros((m, 3, 3))
    ends = ((0, 1), (1, 2), (2, 0))
    for share in RULE:
        slope = [(4.0 * share[k] - 1.0) * SLOPE[k] for k in range(3)]
        slope += [4.0 * (share[i] * SLOPE[j] + share[j] * SLOPE[i]) for i, j in ends]
        g = np.einsum("ka,tai->tki", np.array(slope), inverse)
        b = np.zeros((m, 3, 12))
        b[:, 0, 0::2], b[:, 1, 1::2] = g[:, :, 0], g[:, :, 1]
        b[:, 2, 0::2], b[:, 2, 1::2] = g[:, :, 1], g[:, :, 0]
        elastic = shear * np.diag([2.0, 2.0, 1.0])
        weight = area / 3.0
        stiffness += np.einsum("t,tki,kl,tlj->tij", weight, b, elastic, b, optimize=True)
        coupling += np.einsum("t,ti,k->tik", weight, g.reshape(m, 12), share)
        mass += np.einsum("t,k,l->tkl", weight, share, share)
    u = (2 * triangles[:, :, None] + np.arange(2)).reshape(m, 12)
    p = half + triangles[:, :3]
    rows, columns, values = [], [], []
    for left, right, block in (
        (u, u, stiffness), (u, p, coupling), (p, u, coupling.transpose(0, 2, 1)), (p, p, -mass / lame),
    ):  # fmt: skip
        rows.append(np.repeat(left, right.shape[1], axis=1).ravel())
        columns.append(np.tile(right, (1, left.shape[1])).ravel())
        values.append(block.ravel())
    size = half + len(points)
    entries = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
    matrix = csc_matrix(entries, shape=(size, size))
    load = np.zeros(size)
    edge = number[-1]
    share = np.zeros(2 * n + 1)
    share[0::2], share[1::2] = 2.0, 4.0
    share[[0, -1]] = 1.0
    load[2 * edge + 1] = force * share / share.sum()
    keep = np.zeros(size, dtype=bool)
    keep[:half] = True
    keep[half + number[::2, ::2].ravel()] = True
    clamped = number[0]
    keep[2 * clamped], keep[2 * clamped + 1] = False, False
    free = np.flatnonzero(keep)
    answer = np.zeros(size)
    answer[free] = splu(matrix[free][:, free]).solve(load[free])
    return float(answer[2 * number[-1, -1] + 1])


def cook_tip(
    young: float, poisson: float, force: float, plane: Plane = "strain", finest: int = 48
) -> float:
    """Lift (mm) of the upper right corner under a shear force (N) per mm of thickness."""
    shear = young / (2.0 * (1.0 + poisson))
    lame = young * poisson / ((1.0 + poisson) * (1.0 - 2.0 * poisson))
    if plane == "stress":
        lame = 2.0 * lame * shear / (lame + 2.0 * shear)
    coarse, middle, fine = (
        _solve(n, shear, lame, force) for n in (finest // 4, finest // 2, finest)
    )
    first, second = middle - coarse, fine - middle
    return fine + second * second / (first - second)
