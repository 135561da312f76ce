# SPDX-License-Identifier: BSD-3-Clause
"""Volume enclosed by a surface of triangles and its area, with first and second derivatives."""

import math

import numpy as np

from vertaug_kernels._jit import kernel, parallel_kernel, prange
from vertaug_kernels._stack import stack_matrix, stack_vector


@kernel
def _cross(a, b, out):
    """``out`` = a × b."""
    out[0] = a[1] * b[2] - a[2] * b[1]
    out[1] = a[2] * b[0] - a[0] * b[2]
    out[2] = a[0] * b[1] - a[1] * b[0]


@kernel
def _corners(points, facet, centre, out):
    """Corners (3, 3) of a triangle seen from ``centre``."""
    for a in range(3):
        for i in range(3):
            out[a, i] = points[facet[a], i] - centre[i]


@kernel
def _add_skew(vector, factor, block_row, block_column, out):
    """Add factor·ε_ijk v_k to block (row, column) of ``out`` (9, 9) and its transpose."""
    r = 3 * block_row
    c = 3 * block_column
    for i in range(3):
        j = (i + 1) % 3
        k = (i + 2) % 3
        out[r + i, c + j] += factor * vector[k]
        out[r + j, c + i] -= factor * vector[k]
        out[c + j, r + i] += factor * vector[k]
        out[c + i, r + j] -= factor * vector[k]


@kernel
def _edges_and_normal(corner, edges, normal):
    """Edges opposite to each corner and the unit normal of a triangle; returns twice its area."""
    for a in range(3):
        b = (a + 1) % 3
        c = (a + 2) % 3
        for i in range(3):
            edges[a, i] = corner[c, i] - corner[b, i]
    _cross(edges[0], edges[1], normal)
    double = math.sqrt(normal[0] ** 2 + normal[1] ** 2 + normal[2] ** 2)
    for i in range(3):
        normal[i] /= double
    return double


@kernel
def _add_area_hessian(edges, normal, double, factor, out):
    """Add factor times the Hessian of the triangle's area to ``out`` (9, 9)."""
    moved = stack_matrix(9, 3)
    unit = stack_vector(3)
    for a in range(3):
        for i in range(3):
            for k in range(3):
                unit[k] = 1.0 if k == i else 0.0
            _cross(edges[a], unit, moved[3 * a + i])
            along = (
                normal[0] * moved[3 * a + i, 0]
                + normal[1] * moved[3 * a + i, 1]
                + normal[2] * moved[3 * a + i, 2]
            )
            for k in range(3):
                moved[3 * a + i, k] -= along * normal[k]
    for a in range(3):
        for i in range(3):
            for b in range(3):
                for j in range(3):
                    total = 0.0
                    for k in range(3):
                        total += moved[3 * a + i, k] * moved[3 * b + j, k]
                    out[3 * a + i, 3 * b + j] += factor * 0.5 * total / double
    for a in range(3):
        _add_skew(normal, 0.5 * factor, a, (a + 1) % 3, out)


@parallel_kernel
def enclosure_gradients(points, facets, centre, volume, area, volume_gradient, area_gradient):
    """Volume and area of each triangle's share, (m,), with gradients (m, 3, 3).

    The volume is that of the tetrahedron over ``centre`` (3,), positive where the triangle's
    normal points away from it; summed over a closed surface it is the enclosed volume.
    """
    for f in prange(len(facets)):
        corner = np.empty((3, 3))
        _corners(points, facets[f], centre, corner)
        edges = np.empty((3, 3))
        normal = np.empty(3)
        for a in range(3):
            _cross(corner[(a + 1) % 3], corner[(a + 2) % 3], volume_gradient[f, a])
            for i in range(3):
                volume_gradient[f, a, i] /= 6.0
        total = 0.0
        for i in range(3):
            total += corner[0, i] * volume_gradient[f, 0, i]
        volume[f] = total
        area[f] = 0.5 * _edges_and_normal(corner, edges, normal)
        for a in range(3):
            _cross(normal, edges[a], area_gradient[f, a])
            for i in range(3):
                area_gradient[f, a, i] *= 0.5


@parallel_kernel
def enclosure_hessians(points, facets, centre, volume_factor, area_factor, out):
    """Hessians (m, 9, 9): volume_factor times that of the volume plus area_factor times the area's."""
    for f in prange(len(facets)):
        corner = np.empty((3, 3))
        _corners(points, facets[f], centre, corner)
        edges = np.empty((3, 3))
        normal = np.empty(3)
        for i in range(9):
            for j in range(9):
                out[f, i, j] = 0.0
        _add_skew(corner[2], volume_factor / 6.0, 0, 1, out[f])
        _add_skew(corner[0], volume_factor / 6.0, 1, 2, out[f])
        _add_skew(corner[1], volume_factor / 6.0, 2, 0, out[f])
        double = _edges_and_normal(corner, edges, normal)
        _add_area_hessian(edges, normal, double, area_factor, out[f])
