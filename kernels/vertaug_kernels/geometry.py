# SPDX-License-Identifier: BSD-3-Clause
"""Tetrahedra and triangles: quality, volume, containment."""

from __future__ import annotations

import math

from vertaug_kernels._jit import kernel, parallel_kernel, prange

__all__ = ["containing_cell", "enclosed_volume", "minimum_dihedral", "shape_quality"]


@kernel
def _six_volume(ax, ay, az, bx, by, bz, cx, cy, cz, dx, dy, dz):
    """Six times the signed volume of the tetrahedron a b c d."""
    ux, uy, uz = bx - ax, by - ay, bz - az
    vx, vy, vz = cx - ax, cy - ay, cz - az
    wx, wy, wz = dx - ax, dy - ay, dz - az
    return ux * (vy * wz - vz * wy) - uy * (vx * wz - vz * wx) + uz * (vx * wy - vy * wx)


@kernel
def _six_volume_at(points, a, b, c, d):
    """Six times the signed volume of four indexed points."""
    return _six_volume(
        points[a, 0], points[a, 1], points[a, 2],
        points[b, 0], points[b, 1], points[b, 2],
        points[c, 0], points[c, 1], points[c, 2],
        points[d, 0], points[d, 1], points[d, 2],
    )  # fmt: skip


@parallel_kernel
def shape_quality(points, cells, out):
    """Mean-ratio quality of tetrahedra: 12 (3V)^(2/3) / sum of squared edges.

    1 for the equilateral, 0 for a flat cell, negative for an inverted one (the volume's sign).
    Liu and Joe, BIT 34 (1994) 268-287.

    Parameters
    ----------
    points : (n_points, 3) mm
    cells : (n, 4) int32
    out : (n,) quality
    """
    for i in prange(cells.shape[0]):
        squares = 0.0
        for j in range(3):
            for k in range(j + 1, 4):
                for d in range(3):
                    edge = points[cells[i, k], d] - points[cells[i, j], d]
                    squares += edge * edge
        volume = _six_volume_at(points, cells[i, 0], cells[i, 1], cells[i, 2], cells[i, 3]) / 6.0
        size = 12.0 * (3.0 * abs(volume)) ** (2.0 / 3.0) / squares if squares > 0.0 else 0.0
        out[i] = math.copysign(size, volume)


@kernel
def _dihedral(points, a, b, c, d):
    """Angle (rad) at edge a b between the half planes through c and d."""
    e0 = points[b, 0] - points[a, 0]
    e1 = points[b, 1] - points[a, 1]
    e2 = points[b, 2] - points[a, 2]
    u0 = points[c, 0] - points[a, 0]
    u1 = points[c, 1] - points[a, 1]
    u2 = points[c, 2] - points[a, 2]
    v0 = points[d, 0] - points[a, 0]
    v1 = points[d, 1] - points[a, 1]
    v2 = points[d, 2] - points[a, 2]
    m0, m1, m2 = e1 * u2 - e2 * u1, e2 * u0 - e0 * u2, e0 * u1 - e1 * u0
    n0, n1, n2 = e1 * v2 - e2 * v1, e2 * v0 - e0 * v2, e0 * v1 - e1 * v0
    x0, x1, x2 = m1 * n2 - m2 * n1, m2 * n0 - m0 * n2, m0 * n1 - m1 * n0
    return math.atan2(math.sqrt(x0 * x0 + x1 * x1 + x2 * x2), m0 * n0 + m1 * n1 + m2 * n2)


@parallel_kernel
def minimum_dihedral(points, cells, out):
    """Smallest of the six dihedral angles of each tetrahedron.

    Parameters
    ----------
    points : (n_points, 3) mm
    cells : (n, 4) int32
    out : (n,) angle in rad
    """
    for i in prange(cells.shape[0]):
        a, b, c, d = cells[i, 0], cells[i, 1], cells[i, 2], cells[i, 3]
        low = min(_dihedral(points, a, b, c, d), _dihedral(points, a, c, b, d))
        low = min(low, min(_dihedral(points, a, d, b, c), _dihedral(points, b, c, a, d)))
        low = min(low, min(_dihedral(points, b, d, a, c), _dihedral(points, c, d, a, b)))
        out[i] = low


@kernel
def enclosed_volume(points, facets):
    """Volume (mm³) a closed surface encloses, by the divergence theorem; positive, normals out.

    Parameters
    ----------
    points : (n_points, 3) mm
    facets : (n, 3) int32
    """
    ox, oy, oz = 0.0, 0.0, 0.0
    if facets.shape[0] > 0:
        ox, oy, oz = points[facets[0, 0], 0], points[facets[0, 0], 1], points[facets[0, 0], 2]
    total = 0.0
    for i in range(facets.shape[0]):
        a, b, c = facets[i, 0], facets[i, 1], facets[i, 2]
        total += _six_volume(
            ox, oy, oz,
            points[a, 0], points[a, 1], points[a, 2],
            points[b, 0], points[b, 1], points[b, 2],
            points[c, 0], points[c, 1], points[c, 2],
        )  # fmt: skip
    return total / 6.0


@kernel
def _least_weight(points, cells, cell, x, y, z):
    """Smallest barycentric coordinate of a position in a cell; not negative means inside."""
    a, b, c, d = cells[cell, 0], cells[cell, 1], cells[cell, 2], cells[cell, 3]
    whole = _six_volume_at(points, a, b, c, d)
    ax, ay, az = points[a, 0], points[a, 1], points[a, 2]
    bx, by, bz = points[b, 0], points[b, 1], points[b, 2]
    cx, cy, cz = points[c, 0], points[c, 1], points[c, 2]
    dx, dy, dz = points[d, 0], points[d, 1], points[d, 2]
    low = _six_volume(x, y, z, bx, by, bz, cx, cy, cz, dx, dy, dz)
    low = min(low, _six_volume(ax, ay, az, x, y, z, cx, cy, cz, dx, dy, dz))
    low = min(low, _six_volume(ax, ay, az, bx, by, bz, x, y, z, dx, dy, dz))
    low = min(low, _six_volume(ax, ay, az, bx, by, bz, cx, cy, cz, x, y, z))
    return low / whole if whole > 0.0 else -math.inf


@parallel_kernel
def containing_cell(points, cells, queries, candidates, out_cell, out_weight):
    """Search candidate cells for the one that holds each query best.

    Parameters
    ----------
    points : (n_points, 3) mm
    cells : (n_cells, 4) int32
    queries : (n, 3) mm
    candidates : (n, k) int32 cells to look at, in the order they are tried
    out_cell : (n,) int32 the first cell that holds the query, else the one nearest to holding it
    out_weight : (n,) smallest barycentric coordinate there; negative when outside
    """
    for i in prange(queries.shape[0]):
        best = candidates[i, 0]
        weight = -math.inf
        for k in range(candidates.shape[1]):
            cell = candidates[i, k]
            here = _least_weight(points, cells, cell, queries[i, 0], queries[i, 1], queries[i, 2])
            if here > weight:
                weight = here
                best = cell
            if weight >= -1e-12:
                break
        out_cell[i] = best
        out_weight[i] = weight
