# SPDX-License-Identifier: BSD-3-Clause
"""Points in an order in which near ones follow each other, for the processor's caches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["curve_order"]


def curve_order(points: NDArray[np.float64]) -> NDArray[np.int32]:
    """Order (n,) of points (n, 3) along a Morton curve through their box, of 2²¹ places a side."""
    low = points.min(axis=0, initial=np.inf)
    size = max(float((points.max(axis=0, initial=-np.inf) - low).max(initial=0.0)), 1e-300)
    level = np.clip((points - low) / size * (2**21 - 1), 0, 2**21 - 1).astype(np.uint64)
    code = np.zeros(len(points), dtype=np.uint64)
    for axis in range(3):
        code |= _spread(level[:, axis]) << np.uint64(axis)
    return np.argsort(code, kind="stable").astype(np.int32)


def _spread(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Put two empty bits between the 21 bits of each number."""
    for shift, mask in (
        (32, 0x1F00000000FFFF), (16, 0x1F0000FF0000FF), (8, 0x100F00F00F00F00F), (4, 0x10C30C30C30C30C3),
        (2, 0x1249249249249249),
    ):  # fmt: skip
        value = (value | value << np.uint64(shift)) & np.uint64(mask)
    return value
