# SPDX-License-Identifier: BSD-3-Clause
"""Shape functions at any place of a cell, for what is embedded in it or hangs on it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError

__all__ = ["cell_shape", "local_coordinates", "mass_rule", "outside"]

Float = NDArray[np.float64]

_HEX = np.array([[-1, -1, -1], [1, -1, -1], [1, 1, -1], [-1, 1, -1],
                 [-1, -1, 1], [1, -1, 1], [1, 1, 1], [-1, 1, 1]], dtype=np.float64)  # fmt: skip
_EDGES = ((0, 1), (1, 2), (0, 2), (0, 3), (1, 3), (2, 3))


def cell_shape(local: Float, nodes: int) -> tuple[Float, Float]:
    """Shape functions (m, k) and derivatives (m, k, 3) at local coordinates (m, 3).

    Cells of 4 or 10 nodes are tetrahedra, with the middles of the edges 01, 12, 02, 03, 13, 23; of 8
    hexahedra with local coordinates from -1 to 1.
    """
    m = len(local)
    if nodes == 8:
        factor = 1.0 + local[:, None, :] * _HEX
        slopes = [_HEX[:, i] * factor[:, :, i - 2] * factor[:, :, i - 1] for i in range(3)]
        return factor.prod(axis=2) / 8.0, np.stack(slopes, axis=2) / 8.0
    if nodes not in (4, 10):
        raise InputError(
            "solid.shape", "cells", f"{nodes} nodes a cell", "4, 8 or 10", "convert the mesh", "E-PART-048"
        )  # fmt: skip
    value = np.concatenate([1.0 - local.sum(axis=1, keepdims=True), local], axis=1)
    slope = np.concatenate([np.full((m, 1, 3), -1.0), np.tile(np.eye(3), (m, 1, 1))], axis=1)
    if nodes == 4:
        return value, slope
    values = [value * (2.0 * value - 1.0)]
    derivatives = [(4.0 * value - 1.0)[..., None] * slope]
    for a, b in _EDGES:
        values.append(4.0 * value[:, [a]] * value[:, [b]])
        one, two = value[:, a, None] * slope[:, b], value[:, b, None] * slope[:, a]
        derivatives.append(4.0 * (one + two)[:, None])
    return np.concatenate(values, axis=1), np.concatenate(derivatives, axis=1)


def mass_rule(nodes: int) -> tuple[Float, Float]:
    """Local coordinates (q, 3) and weights (q,) that integrate the shape functions of a straight cell."""
    if nodes == 8:
        return _HEX / np.sqrt(3.0), np.ones(8)
    if nodes == 4:
        return np.full((1, 3), 0.25), np.array([1.0 / 6.0])
    a, b = (5.0 - np.sqrt(5.0)) / 20.0, (5.0 + 3.0 * np.sqrt(5.0)) / 20.0
    return np.where(np.eye(4)[:, :3] > 0.0, b, a), np.full(4, 1.0 / 24.0)


def outside(local: Float, nodes: int) -> Float:
    """How far local coordinates (m, 3) lie outside the cell (m,), 0 inside."""
    if nodes == 8:
        return np.asarray(np.maximum(np.abs(local).max(axis=1) - 1.0, 0.0))
    least = np.minimum(local.min(axis=1), 1.0 - local.sum(axis=1))
    return np.asarray(np.maximum(-least, 0.0))


def local_coordinates(corner: Float, place: Float) -> Float:
    """Local coordinates (m, 3) of places (m, 3) in cells (m, k, 3), by Newton from the middle."""
    nodes = corner.shape[1]
    local = np.full((len(place), 3), 0.0 if nodes == 8 else 0.25)
    for _ in range(20):
        value, slope = cell_shape(local, nodes)
        gap = place - np.einsum("mk,mki->mi", value, corner)
        jacobian = np.einsum("mki,mkj->mij", corner, slope)
        change = np.linalg.solve(jacobian, gap[..., None])[..., 0]
        # far from the cell the map may fold; a candidate like that is thrown away anyway
        local = np.clip(local + change, -8.0, 8.0)
        if np.abs(change).max(initial=0.0) < 1e-13:
            break
    return local
