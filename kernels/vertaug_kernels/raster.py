# SPDX-License-Identifier: BSD-3-Clause
"""Triangles to pixels: a depth buffer for opaque ones, blending in depth order for clear ones.

Pictures need no display and no graphics library with it: where neither EGL nor OSMesa is
installed, which is usual on a server, OpenGL windows end the process.
Vertices are (column, row, depth), pixel units, depth growing toward the viewer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels._jit import kernel

__all__ = ["blend_clear", "paint_opaque"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@kernel
def _clip(low: float, high: float, size: int) -> tuple[int, int]:
    """Whole pixels between two positions, kept within the picture: first and one past the last."""
    first = max(0, int(np.ceil(low)))
    last = min(size - 1, int(np.floor(high)))
    return first, last + 1


@kernel
def paint_opaque(
    vertices: Float,
    triangles: Int,
    colours: Float,
    image_out: Float,
    depth_out: Float,
) -> None:
    """Paint triangles into ``image_out`` where nearer than ``depth_out``.

    Parameters
    ----------
    vertices : (n, 3) column, row, depth
    triangles : (m, 3) indices into vertices
    colours : (n, 4) red, green, blue in 0 to 1 (opacity is not read)
    image_out : (rows, columns, 3) painted in place
    depth_out : (rows, columns) nearest depth, painted in place
    """
    rows, columns = depth_out.shape
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ax, ay, bx, by = vertices[a, 0], vertices[a, 1], vertices[b, 0], vertices[b, 1]
        cx, cy = vertices[c, 0], vertices[c, 1]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(area) < 1e-12:
            continue
        left, right = _clip(min(ax, bx, cx), max(ax, bx, cx), columns)
        top, bottom = _clip(min(ay, by, cy), max(ay, by, cy), rows)
        for row in range(top, bottom):
            for column in range(left, right):
                u = ((bx - column) * (cy - row) - (by - row) * (cx - column)) / area
                v = ((cx - column) * (ay - row) - (cy - row) * (ax - column)) / area
                w = 1.0 - u - v
                if u < 0.0 or v < 0.0 or w < 0.0:
                    continue
                depth = u * vertices[a, 2] + v * vertices[b, 2] + w * vertices[c, 2]
                if depth <= depth_out[row, column]:
                    continue
                depth_out[row, column] = depth
                for k in range(3):
                    image_out[row, column, k] = (
                        u * colours[a, k] + v * colours[b, k] + w * colours[c, k]
                    )


@kernel
def blend_clear(
    vertices: Float,
    triangles: Int,
    colours: Float,
    depth: Float,
    image_out: Float,
) -> None:
    """Blend see-through triangles, given from far to near, over ``image_out``.

    Parameters
    ----------
    vertices : (n, 3) column, row, depth
    triangles : (m, 3) indices into vertices, the farthest first
    colours : (n, 4) red, green, blue and opacity in 0 to 1
    depth : (rows, columns) depth of the opaque things, which hide what lies behind them
    image_out : (rows, columns, 3) blended in place
    """
    rows, columns = depth.shape
    for t in range(triangles.shape[0]):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        ax, ay, bx, by = vertices[a, 0], vertices[a, 1], vertices[b, 0], vertices[b, 1]
        cx, cy = vertices[c, 0], vertices[c, 1]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(area) < 1e-12:
            continue
        left, right = _clip(min(ax, bx, cx), max(ax, bx, cx), columns)
        top, bottom = _clip(min(ay, by, cy), max(ay, by, cy), rows)
        for row in range(top, bottom):
            for column in range(left, right):
                u = ((bx - column) * (cy - row) - (by - row) * (cx - column)) / area
                v = ((cx - column) * (ay - row) - (cy - row) * (ax - column)) / area
                w = 1.0 - u - v
                if u < 0.0 or v < 0.0 or w < 0.0:
                    continue
                if (
                    u * vertices[a, 2] + v * vertices[b, 2] + w * vertices[c, 2]
                    < depth[row, column]
                ):
                    continue
                opacity = u * colours[a, 3] + v * colours[b, 3] + w * colours[c, 3]
                for k in range(3):
                    over = u * colours[a, k] + v * colours[b, k] + w * colours[c, k]
                    image_out[row, column, k] += opacity * (over - image_out[row, column, k])
