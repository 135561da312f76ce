# SPDX-License-Identifier: BSD-3-Clause
"""Distance of grid nodes to triangles, and the winding number along grid lines."""

from __future__ import annotations

import math

from vertaug_kernels._jit import kernel
from vertaug_kernels._stack import stack_indices

__all__ = ["scatter_distance", "scatter_winding", "sweep_nearest"]


@kernel
def _clamp(value):
    return min(max(value, 0.0), 1.0)


@kernel
def _segment_square(px, py, pz, ax, ay, az, bx, by, bz):
    """Squared distance of p to the segment a b."""
    ux, uy, uz = bx - ax, by - ay, bz - az
    length = ux * ux + uy * uy + uz * uz
    t = 0.0
    if length > 0.0:
        t = _clamp(((px - ax) * ux + (py - ay) * uy + (pz - az) * uz) / length)
    dx, dy, dz = px - ax - t * ux, py - ay - t * uy, pz - az - t * uz
    return dx * dx + dy * dy + dz * dz


@kernel
def _triangle_square(px, py, pz, corner, i):
    """Squared distance of p to triangle i of ``corner`` (n, 3, 3)."""
    ax, ay, az = corner[i, 0, 0], corner[i, 0, 1], corner[i, 0, 2]
    bx, by, bz = corner[i, 1, 0], corner[i, 1, 1], corner[i, 1, 2]
    cx, cy, cz = corner[i, 2, 0], corner[i, 2, 1], corner[i, 2, 2]
    ux, uy, uz = bx - ax, by - ay, bz - az
    vx, vy, vz = cx - ax, cy - ay, cz - az
    wx, wy, wz = px - ax, py - ay, pz - az
    uu = ux * ux + uy * uy + uz * uz
    uv = ux * vx + uy * vy + uz * vz
    vv = vx * vx + vy * vy + vz * vz
    wu = wx * ux + wy * uy + wz * uz
    wv = wx * vx + wy * vy + wz * vz
    det = uu * vv - uv * uv
    if det > 0.0:
        s = (vv * wu - uv * wv) / det
        t = (uu * wv - uv * wu) / det
        if s >= 0.0 and t >= 0.0 and s + t <= 1.0:
            dx, dy, dz = wx - s * ux - t * vx, wy - s * uy - t * vy, wz - s * uz - t * vz
            return dx * dx + dy * dy + dz * dz
    best = _segment_square(px, py, pz, ax, ay, az, bx, by, bz)
    best = min(best, _segment_square(px, py, pz, bx, by, bz, cx, cy, cz))
    return min(best, _segment_square(px, py, pz, cx, cy, cz, ax, ay, az))


@kernel
def scatter_distance(corner, first, last, band, square, nearest):
    """Lower the squared distance of every grid node within ``band`` of some triangles.

    Lengths are in grid steps and positions relative to the first node.

    Parameters
    ----------
    corner : (n, 3, 3) corners of the triangles
    first, last : range of triangles to do
    band : half width of the band
    square : (nx, ny, nz) squared distances, updated
    nearest : (nx, ny, nz) int32 triangle they belong to, updated
    """
    for i in range(first, last):
        low = stack_indices(3)
        high = stack_indices(3)
        for d in range(3):
            least = min(min(corner[i, 0, d], corner[i, 1, d]), corner[i, 2, d])
            most = max(max(corner[i, 0, d], corner[i, 1, d]), corner[i, 2, d])
            low[d] = max(math.ceil(least - band), 0)
            high[d] = min(math.floor(most + band), square.shape[d] - 1)
        for x in range(low[0], high[0] + 1):
            for y in range(low[1], high[1] + 1):
                for z in range(low[2], high[2] + 1):
                    here = _triangle_square(float(x), float(y), float(z), corner, i)
                    if here < square[x, y, z]:
                        square[x, y, z] = here
                        nearest[x, y, z] = i


@kernel
def sweep_nearest(corner, step_x, step_y, step_z, square, nearest):
    """Hand the nearest triangle on from node to node in one of eight directions.

    Closest-point form of the fast sweeping method: Zhao, Math. Comp. 74 (2005) 603-627.

    Parameters
    ----------
    corner : (n, 3, 3) corners in grid steps
    step_x, step_y, step_z : +1 or -1, direction of the sweep
    square : (nx, ny, nz) squared distance, updated
    nearest : (nx, ny, nz) int32 triangle it belongs to, -1 where none is known yet, updated
    """
    nx, ny, nz = nearest.shape
    for ix in range(nx):
        x = ix if step_x > 0 else nx - 1 - ix
        for iy in range(ny):
            y = iy if step_y > 0 else ny - 1 - iy
            for iz in range(nz):
                z = iz if step_z > 0 else nz - 1 - iz
                for side in range(3):
                    fx = x - step_x if side == 0 else x
                    fy = y - step_y if side == 1 else y
                    fz = z - step_z if side == 2 else z
                    if fx < 0 or fy < 0 or fz < 0 or fx >= nx or fy >= ny or fz >= nz:
                        continue
                    triangle = nearest[fx, fy, fz]
                    if triangle < 0 or triangle == nearest[x, y, z]:
                        continue
                    here = _triangle_square(float(x), float(y), float(z), corner, triangle)
                    if here < square[x, y, z]:
                        square[x, y, z] = here
                        nearest[x, y, z] = triangle


@kernel
def scatter_winding(corner, axis, change):
    """Mark where lines through the nodes, along one axis, enter and leave a closed surface.

    The running sum of ``change`` along the axis is the winding number at the nodes.

    Parameters
    ----------
    corner : (n, 3, 3) corners in grid steps, normals out
    axis : 0, 1 or 2
    change : (nx, ny, nz) int16, zero on entry: +1 at the first node after an entry, -1 after an exit
    """
    a = (axis + 1) % 3
    b = (axis + 2) % 3
    node = stack_indices(3)
    for i in range(corner.shape[0]):
        x0, y0 = corner[i, 0, a], corner[i, 0, b]
        x1, y1 = corner[i, 1, a], corner[i, 1, b]
        x2, y2 = corner[i, 2, a], corner[i, 2, b]
        double = (x1 - x0) * (y2 - y0) - (y1 - y0) * (x2 - x0)
        if double == 0.0:
            continue
        step = -1 if double > 0.0 else 1
        low_x = max(math.ceil(min(min(x0, x1), x2)), 0)
        high_x = min(math.floor(max(max(x0, x1), x2)), change.shape[a] - 1)
        low_y = max(math.ceil(min(min(y0, y1), y2)), 0)
        high_y = min(math.floor(max(max(y0, y1), y2)), change.shape[b] - 1)
        for p in range(low_x, high_x + 1):
            for q in range(low_y, high_y + 1):
                u = ((x1 - p) * (y2 - q) - (y1 - q) * (x2 - p)) / double
                v = ((x2 - p) * (y0 - q) - (y2 - q) * (x0 - p)) / double
                w = 1.0 - u - v
                if u < 0.0 or v < 0.0 or w < 0.0:
                    continue
                height = u * corner[i, 0, axis] + v * corner[i, 1, axis] + w * corner[i, 2, axis]
                first = max(math.ceil(height), 0)
                if first < change.shape[axis]:
                    node[axis] = first
                    node[a] = p
                    node[b] = q
                    change[node[0], node[1], node[2]] += step
