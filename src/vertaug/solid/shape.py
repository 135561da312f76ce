# SPDX-License-Identifier: BSD-3-Clause
"""Shape functions at any place of a cell, for what is embedded in it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.elements import HEX8, TET4, TET10, ElementKind

__all__ = ["cell_shape", "local_coordinates", "outside"]

Float = NDArray[np.float64]


def cell_shape(kind: ElementKind, local: Float) -> tuple[Float, Float]:
    """Shape functions (m, k) and derivatives (m, k, 3) at local coordinates (m, 3)."""
    m = len(local)
    if kind is HEX8:
        corner = kind.coordinates
        factor = 1.0 + local[:, None, :] * corner
        slopes = [corner[:, i] * factor[:, :, i - 2] * factor[:, :, i - 1] for i in range(3)]
        return factor.prod(axis=2) / 8.0, np.stack(slopes, axis=2) / 8.0
    value = np.concatenate([1.0 - local.sum(axis=1, keepdims=True), local], axis=1)
    slope = np.tile(TET4.derivatives, (m, 1, 1))
    if kind is TET4:
        return value, slope
    values = [value * (2.0 * value - 1.0)]
    derivatives = [(4.0 * value - 1.0)[..., None] * slope]
    for _, a, b in TET10.edges:
        values.append(4.0 * value[:, [a]] * value[:, [b]])
        one, two = value[:, a, None] * slope[:, b], value[:, b, None] * slope[:, a]
        derivatives.append(4.0 * (one + two)[:, None])
    return np.concatenate(values, axis=1), np.concatenate(derivatives, axis=1)


def outside(kind: ElementKind, local: Float) -> Float:
    """How far local coordinates (m, 3) lie outside the cell (m,), 0 inside."""
    if kind is HEX8:
        return np.asarray(np.maximum(np.abs(local).max(axis=1) - 1.0, 0.0))
    least = np.minimum(local.min(axis=1), 1.0 - local.sum(axis=1))
    return np.asarray(np.maximum(-least, 0.0))


def local_coordinates(kind: ElementKind, corner: Float, place: Float) -> Float:
    """Local coordinates (m, 3) of places (m, 3) in cells (m, k, 3), by Newton from the middle."""
    middle = TET4.points[0] if kind is not HEX8 else np.zeros(3)
    local = np.tile(middle, (len(place), 1))
    for _ in range(20):
        value, slope = cell_shape(kind, local)
        gap = place - np.einsum("mk,mki->mi", value, corner)
        jacobian = np.einsum("mki,mkj->mij", corner, slope)
        change = np.linalg.solve(jacobian, gap[..., None])[..., 0]
        # far from the cell the map may fold; a candidate like that is thrown away anyway
        local = np.clip(local + change, -8.0, 8.0)
        if np.abs(change).max(initial=0.0) < 1e-13:
            break
    return local
