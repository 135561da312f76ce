# SPDX-License-Identifier: BSD-3-Clause
"""From a tetrahedral mesh and closed surfaces to samples on a regular lattice.

The lattice point (i, j, k) lies at ``origin + step * (i, j, k)``, mm.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels._jit import allocating_kernel

__all__ = ["fill_surface", "own_samples", "sample_means"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
Byte = NDArray[np.uint8]


@allocating_kernel
def _inverse(points: Float, cell: Int, out: Float) -> float:
    """Rows of the inverse of a tetrahedron's edge matrix into `out` (3, 3); returns 6 x volume."""
    a = points[cell[1]] - points[cell[0]]
    b = points[cell[2]] - points[cell[0]]
    c = points[cell[3]] - points[cell[0]]
    out[0] = np.cross(b, c)
    out[1] = np.cross(c, a)
    out[2] = np.cross(a, b)
    volume: float = a[0] * out[0, 0] + a[1] * out[0, 1] + a[2] * out[0, 2]
    if volume != 0.0:
        out /= volume
    return volume


@allocating_kernel
def own_samples(points: Float, cells: Int, origin: Float, step: float, owner: Int) -> None:
    """Write into `owner` (nx, ny, nz) the first tetrahedron that holds each sample, else leave it.

    `points` (n, 3) mm, `cells` (m, 4) of positive volume; `owner` starts at -1.
    """
    rows = np.empty((3, 3))
    low = np.empty(3, np.int64)
    high = np.empty(3, np.int64)
    for cell in range(cells.shape[0]):
        if _inverse(points, cells[cell], rows) <= 0.0:
            continue
        for d in range(3):
            lowest, highest = np.inf, -np.inf
            for corner in range(4):
                x = (points[cells[cell, corner], d] - origin[d]) / step
                lowest, highest = min(lowest, x), max(highest, x)
            low[d] = max(0, int(np.ceil(lowest)))
            high[d] = min(owner.shape[d] - 1, int(np.floor(highest)))
        base = points[cells[cell, 0]]
        for i in range(low[0], high[0] + 1):
            x = origin[0] + step * i - base[0]
            for j in range(low[1], high[1] + 1):
                y = origin[1] + step * j - base[1]
                for k in range(low[2], high[2] + 1):
                    if owner[i, j, k] >= 0:
                        continue
                    z = origin[2] + step * k - base[2]
                    r = rows[0, 0] * x + rows[0, 1] * y + rows[0, 2] * z
                    s = rows[1, 0] * x + rows[1, 1] * y + rows[1, 2] * z
                    t = rows[2, 0] * x + rows[2, 1] * y + rows[2, 2] * z
                    if min(r, s, t, 1.0 - r - s - t) >= -1e-12:
                        owner[i, j, k] = cell


@allocating_kernel
def _side(ay: float, az: float, by: float, bz: float, y: float, z: float) -> bool:
    """Whether (y, z) lies left of the edge a-b; an edge seen from both sides gives opposite answers."""
    if ay < by or (ay == by and az < bz):
        return (by - ay) * (z - az) - (bz - az) * (y - ay) >= 0.0
    return not ((ay - by) * (z - bz) - (az - bz) * (y - by) >= 0.0)


@allocating_kernel
def fill_surface(points: Float, facets: Int, origin: Float, step: float, inside: Byte) -> None:
    """Set `inside` (nx, ny, nz) to the parity of crossings of a closed surface along +x.

    `facets` (n, 3) index `points` (m, 3) mm. Ties on edges are broken alike in both facets that
    share the edge, so every line crosses a closed surface an even number of times.
    """
    nx, ny, nz = inside.shape
    for facet in range(facets.shape[0]):
        a, b, c = points[facets[facet, 0]], points[facets[facet, 1]], points[facets[facet, 2]]
        area = (b[1] - a[1]) * (c[2] - a[2]) - (b[2] - a[2]) * (c[1] - a[1])
        if area == 0.0:
            continue
        j0 = max(0, int(np.ceil((min(a[1], b[1], c[1]) - origin[1]) / step)))
        j1 = min(ny - 1, int(np.floor((max(a[1], b[1], c[1]) - origin[1]) / step)))
        k0 = max(0, int(np.ceil((min(a[2], b[2], c[2]) - origin[2]) / step)))
        k1 = min(nz - 1, int(np.floor((max(a[2], b[2], c[2]) - origin[2]) / step)))
        for j in range(j0, j1 + 1):
            y = origin[1] + step * j
            for k in range(k0, k1 + 1):
                z = origin[2] + step * k
                first = _side(a[1], a[2], b[1], b[2], y, z)
                if first != _side(b[1], b[2], c[1], c[2], y, z):
                    continue
                if first != _side(c[1], c[2], a[1], a[2], y, z):
                    continue
                s = ((y - a[1]) * (c[2] - a[2]) - (z - a[2]) * (c[1] - a[1])) / area
                t = ((b[1] - a[1]) * (z - a[2]) - (b[2] - a[2]) * (y - a[1])) / area
                x = a[0] + s * (b[0] - a[0]) + t * (c[0] - a[0])
                start = max(0, int(np.ceil((x - origin[0]) / step)))
                for i in range(start, nx):
                    inside[i, j, k] ^= 1


@allocating_kernel
def sample_means(
    owner: Int, value: Float, chosen: Byte, per_side: int, count: Float, mean: Float
) -> None:
    """Share and mean value by voxel of the samples whose owner is `chosen`.

    Each voxel holds ``per_side**3`` samples. `value`, `chosen` are by tetrahedron; `count`
    (nx, ny, nz) receives the share of samples, `mean` the mean of `value` over them (0 if none).
    """
    nx, ny, nz = count.shape
    for i in range(nx):
        for j in range(ny):
            for k in range(nz):
                hits, total = 0, 0.0
                for a in range(per_side * i, per_side * (i + 1)):
                    for b in range(per_side * j, per_side * (j + 1)):
                        for c in range(per_side * k, per_side * (k + 1)):
                            cell = owner[a, b, c]
                            if cell >= 0 and chosen[cell] == 1:
                                hits += 1
                                total += value[cell]
                count[i, j, k] = hits / per_side**3
                mean[i, j, k] = total / hits if hits > 0 else 0.0
