# SPDX-License-Identifier: BSD-3-Clause
"""Distances between points, triangles and edges, the barrier on them, and their derivatives.

A separation is r = Σ wᵢ xᵢ over up to six nodes. Its weights depend on at most two free parameters,
the place of the closest point on a face or an edge; they are affine in these. Minimising over them
gives one formula for the gradient and the Hessian of the distance in every case, point or edge.
"""

import math

from vertaug_kernels._jit import kernel
from vertaug_kernels._stack import stack_matrix

FACE = 6
"""Feature code of a whole triangle; 0 to 2 are its corners, 3 to 5 its edges from corner 0, 1, 2."""


@kernel
def barrier(distance, reach, stiffness):
    """Energy per area -K h (g - 1)² ln g with g = distance/reach, its two derivatives; 0 from `reach` on.

    ``stiffness`` K in MPa; the pressure is 1.19 K at half the reach and grows without bound towards
    contact. Twice continuously differentiable.
    """
    if distance >= reach:
        return 0.0, 0.0, 0.0
    if not distance > 0.0:
        return math.inf, 0.0, 0.0
    g = distance / reach
    log = math.log(g)
    away = g - 1.0
    energy = -stiffness * reach * away * away * log
    slope = -stiffness * (2.0 * away * log + away * away / g)
    curve = -stiffness / reach * (2.0 * log + 4.0 * away / g - away * away / (g * g))
    return energy, slope, curve


@kernel
def dot3(a, b):
    """Scalar product of two vectors (3,)."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@kernel
def dot_difference(a, b, c, d):
    """(a - b) · (c - d) of four points (3,)."""
    return (
        (a[0] - b[0]) * (c[0] - d[0])
        + (a[1] - b[1]) * (c[1] - d[1])
        + (a[2] - b[2]) * (c[2] - d[2])
    )


@kernel
def _on_edge(i, j, t, share, free):
    """Closest point on the edge from corner i to j at parameter ``t``."""
    share[:] = 0.0
    free[:] = 0.0
    share[i] = 1.0 - t
    share[j] = t
    free[0, i] = -1.0
    free[0, j] = 1.0
    return 1


@kernel
def _on_corner(i, share, free):
    """Closest point at corner i."""
    share[:] = 0.0
    free[:] = 0.0
    share[i] = 1.0
    return 0


@kernel
def _closest_on_edge(p, corner, i, j, share, free):
    """Closest point to p on the closed edge i j of ``corner`` (3, 3)."""
    length = dot_difference(corner[j], corner[i], corner[j], corner[i])
    along = dot_difference(p, corner[i], corner[j], corner[i])
    if along <= 0.0 or length == 0.0:
        return _on_corner(i, share, free)
    if along >= length:
        return _on_corner(j, share, free)
    return _on_edge(i, j, along / length, share, free)


@kernel
def _closest_on_face(p, corner, share, free):
    """Closest point to p on the closed triangle ``corner`` (3, 3), by its Voronoi regions."""
    a, b, c = corner[0], corner[1], corner[2]
    d1 = dot_difference(b, a, p, a)
    d2 = dot_difference(c, a, p, a)
    if d1 <= 0.0 and d2 <= 0.0:
        return _on_corner(0, share, free)
    d3 = dot_difference(b, a, p, b)
    d4 = dot_difference(c, a, p, b)
    if d3 >= 0.0 and d4 <= d3:
        return _on_corner(1, share, free)
    d5 = dot_difference(b, a, p, c)
    d6 = dot_difference(c, a, p, c)
    if d6 >= 0.0 and d5 <= d6:
        return _on_corner(2, share, free)
    vc = d1 * d4 - d3 * d2
    if vc <= 0.0 and d1 >= 0.0 and d3 <= 0.0:
        return _on_edge(0, 1, d1 / (d1 - d3), share, free)
    vb = d5 * d2 - d1 * d6
    if vb <= 0.0 and d2 >= 0.0 and d6 <= 0.0:
        return _on_edge(0, 2, d2 / (d2 - d6), share, free)
    va = d3 * d6 - d5 * d4
    if va <= 0.0 and d4 >= d3 and d5 >= d6:
        return _on_edge(1, 2, (d4 - d3) / ((d4 - d3) + (d5 - d6)), share, free)
    total = va + vb + vc
    share[1] = vb / total
    share[2] = vc / total
    share[0] = 1.0 - share[1] - share[2]
    free[0, 0] = -1.0
    free[0, 1] = 1.0
    free[0, 2] = 0.0
    free[1, 0] = -1.0
    free[1, 1] = 0.0
    free[1, 2] = 1.0
    return 2


@kernel
def closest_on_triangle(p, corner, feature, share, free):
    """Closest point to p (3,) on a triangle, an edge or a corner of it.

    Parameters
    ----------
    p : (3,) point
    corner : (3, 3) corners
    feature : `FACE`, or the code of an edge or a corner
    share : (3,) barycentric coordinates of the closest point, written
    free : (2, 3) change of them with each free parameter, written

    Returns
    -------
    number of free parameters: 2 in the face, 1 on an edge, 0 at a corner
    """
    if feature == FACE:
        return _closest_on_face(p, corner, share, free)
    if feature >= 3:
        i = feature - 3
        return _closest_on_edge(p, corner, i, (i + 1) % 3, share, free)
    return _on_corner(feature, share, free)


@kernel
def _set_edges(s, t, on_first, on_second, share, free):
    """Coordinates of two points on two edges; free parameters where they are not at ends."""
    share[0] = 1.0 - s
    share[1] = s
    share[2] = 1.0 - t
    share[3] = t
    free[:] = 0.0
    count = 0
    if on_first:
        free[count, 0] = -1.0
        free[count, 1] = 1.0
        count += 1
    if on_second:
        free[count, 2] = -1.0
        free[count, 3] = 1.0
        count += 1
    return count


@kernel
def _clamped(p, a, b):
    """Parameter of the point of the segment a b closest to p."""
    length = dot_difference(b, a, b, a)
    if length == 0.0:
        return 0.0
    return min(max(dot_difference(p, a, b, a) / length, 0.0), 1.0)


@kernel
def _square_between(a, b, s, c, d, t):
    """Squared distance of a + s (b - a) to c + t (d - c)."""
    total = 0.0
    for k in range(3):
        gap = a[k] + s * (b[k] - a[k]) - c[k] - t * (d[k] - c[k])
        total += gap * gap
    return total


@kernel
def closest_of_edges(a, b, c, d, share, free):
    """Closest points of the segments a b and c d.

    ``share`` (4,) are the coordinates on a, b and on c, d; ``free`` (2, 4) their change with each
    free parameter. Returns the number of these. Parallel edges meet at an end.
    """
    uu = dot_difference(b, a, b, a)
    vv = dot_difference(d, c, d, c)
    uv = dot_difference(b, a, d, c)
    wu = dot_difference(a, c, b, a)
    wv = dot_difference(a, c, d, c)
    det = uu * vv - uv * uv
    if det > 1e-14 * uu * vv:
        s = (uv * wv - vv * wu) / det
        t = (uu * wv - uv * wu) / det
        if s > 0.0 and s < 1.0 and t > 0.0 and t < 1.0:
            return _set_edges(s, t, True, True, share, free)
    best = math.inf
    best_s = 0.0
    best_t = 0.0
    for end in range(4):
        if end < 2:
            s = float(end)
            t = _clamped(a if end == 0 else b, c, d)
        else:
            t = float(end - 2)
            s = _clamped(c if end == 2 else d, a, b)
        square = _square_between(a, b, s, c, d, t)
        if square < best:
            best = square
            best_s = s
            best_t = t
    first = best_s > 0.0 and best_s < 1.0
    second = best_t > 0.0 and best_t < 1.0
    return _set_edges(best_s, best_t, first, second, share, free)


@kernel
def separation(corner, weight, out):
    """Write r = Σ wᵢ xᵢ of ``corner`` (k, 3) into (3,); returns its length."""
    for d in range(3):
        total = 0.0
        for i in range(weight.size):
            total += weight[i] * corner[i, d]
        out[d] = total
    return math.sqrt(dot3(out, out))


@kernel
def _coupling(corner, weight, free, count, gap, work):
    """Mixed derivatives (2, k, 3) of ½ r² in nodes and free parameters, times a root of the inverse."""
    tangent = stack_matrix(2, 3)
    for m in range(count):
        for d in range(3):
            tangent[m, d] = 0.0
            for i in range(weight.size):
                tangent[m, d] += free[m, i] * corner[i, d]
        for i in range(weight.size):
            for d in range(3):
                work[m, i, d] = weight[i] * tangent[m, d] + free[m, i] * gap[d]
    if count == 0:
        return
    first = math.sqrt(dot3(tangent[0], tangent[0]))
    for i in range(weight.size):
        for d in range(3):
            work[0, i, d] /= first
    if count == 2:
        # Cholesky factor of the 2 x 2 matrix of tangents
        mixed = dot3(tangent[0], tangent[1]) / first
        second = math.sqrt(max(dot3(tangent[1], tangent[1]) - mixed * mixed, 1e-300))
        for i in range(weight.size):
            for d in range(3):
                work[1, i, d] = (work[1, i, d] - mixed * work[0, i, d]) / second


@kernel
def add_distance_terms(
    corner, weight, free, count, slope, curve, with_matrix, gap, work, force, matrix
):
    """Add forces and tangent of an energy E(d) of the distance d of two closest points.

    Parameters
    ----------
    corner, weight : (k, 3) nodes and (k,) weights of the separation
    free, count : (2, k) change of the weights with each of ``count`` free parameters
    slope, curve : E', E''
    with_matrix : add the tangent as well
    gap, work : (3,), (2, k, 3), scratch
    force, matrix : (k, 3), (3 k, 3 k), added to
    """
    n = weight.size
    distance = separation(corner, weight, gap)
    for i in range(n):
        for d in range(3):
            force[i, d] += slope * weight[i] * gap[d] / distance
    if not with_matrix:
        return
    _coupling(corner, weight, free, count, gap, work)
    turn = slope / distance
    normal = (curve - turn) / (distance * distance)
    for i in range(n):
        for a in range(3):
            row = 3 * i + a
            for j in range(n):
                for b in range(3):
                    value = normal * weight[i] * weight[j] * gap[a] * gap[b]
                    if a == b:
                        value += turn * weight[i] * weight[j]
                    for m in range(count):
                        value -= turn * work[m, i, a] * work[m, j, b]
                    matrix[row, 3 * j + b] += value
