# SPDX-License-Identifier: BSD-3-Clause
"""Energy, forces and tangent of pairs of facets in contact: the barrier and the guard."""

import math

import numpy as np

from vertaug_kernels._jit import kernel, parallel_kernel, prange
from vertaug_kernels._stack import stack_indices, stack_matrices, stack_matrix, stack_vector
from vertaug_kernels.contact import (
    FACE,
    add_distance_terms,
    barrier,
    closest_on_triangle,
    dot3,
    separation,
)
from vertaug_kernels.contact_pairs import (
    CHUNK,
    EDGES,
    PARALLEL,
    apart,
    first_contact,
    gather_pair,
    pair_nodes,
    touching,
)
from vertaug_kernels.tensor import clear


@kernel
def _place(rule, q, corner, first, point):
    """Quadrature point q of the facet in rows from ``first``."""
    for d in range(3):
        point[d] = 0.0
        for i in range(3):
            point[d] += rule[q, i] * corner[first + i, d]


@kernel
def _sign_of(feature, edge_sign, corner_sign):
    """How often a feature of a facet counts."""
    if feature < 3:
        return corner_sign[feature]
    if feature < FACE:
        return edge_sign[feature - 3]
    return 1.0


@kernel
def _point_weights(rule, q, first, share, free3, weight, free):
    """Weights of the separation of quadrature point q from the closest point of the other facet."""
    other = 3 - first
    for i in range(3):
        weight[first + i] = rule[q, i]
        weight[other + i] = -share[i]
        for m in range(2):
            free[m, first + i] = 0.0
            free[m, other + i] = -free3[m, i]


@kernel
def _surface_terms(
    corner, first, scale, edge_sign, corner_sign, rule, reach, stiffness, mode,
    weight, free, share, free3, gap, work, force, matrix,
):  # fmt: skip
    """Barrier of the quadrature points of one facet (rows from ``first``) against the other."""
    other = 3 - first
    energy = 0.0
    point = stack_vector(3)
    for q in range(rule.shape[0]):
        _place(rule, q, corner, first, point)
        for feature in range(FACE, -1, -1):
            sign = _sign_of(feature, edge_sign, corner_sign)
            if sign == 0.0:
                continue
            count = closest_on_triangle(point, corner[other : other + 3], feature, share, free3)
            _point_weights(rule, q, first, share, free3, weight, free)
            distance = separation(corner, weight, gap)
            if distance >= reach:
                if feature == FACE:
                    break
                continue
            value, slope, curve = barrier(distance, reach, stiffness)
            factor = sign * scale * rule[q, 3]
            energy += factor * value
            if mode > 0:
                add_distance_terms(
                    corner, weight, free, count, factor * slope, factor * curve, mode > 1, gap,
                    work, force, matrix,
                )  # fmt: skip
    return energy


@kernel
def _fade(square, limit):
    """Factor of the guard of two edges of squared cross product ``square``, and its two derivatives."""
    if square >= limit:
        return 1.0, 0.0, 0.0
    x = square / limit
    return (2.0 - x) * x, (2.0 - 2.0 * x) / limit, -2.0 / (limit * limit)


@kernel
def _edges(corner, a, b, c, d, out_first, out_second):
    """Vectors along two edges of a pair."""
    for k in range(3):
        out_first[k] = corner[b, k] - corner[a, k]
        out_second[k] = corner[d, k] - corner[c, k]


@kernel
def _add_fading(corner, kind, weight, gap, energy, slope, mode, factor1, factor2, force, matrix):
    """Add what the fading of the guard of near parallel edges brings besides the guard's own terms."""
    a, c = (kind - 6) // 3, 3 + (kind - 6) % 3
    b, d = (a + 1) % 3, 3 + (c - 2) % 3
    u, v, change = stack_vector(3), stack_vector(3), stack_matrix(6, 3)
    _edges(corner, a, b, c, d, u, v)
    uu, vv, uv = dot3(u, u), dot3(v, v), dot3(u, v)
    clear(change)
    for k in range(3):
        change[b, k] = 2.0 * (vv * u[k] - uv * v[k])
        change[a, k] = -change[b, k]
        change[d, k] = 2.0 * (uu * v[k] - uv * u[k])
        change[c, k] = -change[d, k]
    for i in range(6):
        for k in range(3):
            force[i, k] += energy * factor1 * change[i, k]
    if mode < 2:
        return
    side = stack_matrix(2, 6)
    clear(side)
    side[0, a], side[0, b], side[1, c], side[1, d] = -1.0, 1.0, -1.0, 1.0
    distance = math.sqrt(dot3(gap, gap))
    for i in range(6):
        for j in range(6):
            one = side[0, i] * side[0, j]
            two = side[1, i] * side[1, j]
            cross, turned = side[0, i] * side[1, j], side[1, i] * side[0, j]
            for k in range(3):
                for m in range(3):
                    same = 1.0 if k == m else 0.0
                    second = one * 2.0 * (vv * same - v[k] * v[m])
                    second += two * 2.0 * (uu * same - u[k] * u[m])
                    mixed = 4.0 * u[k] * v[m] - 2.0 * v[k] * u[m] - 2.0 * uv * same
                    second += cross * mixed
                    mixed = 4.0 * u[m] * v[k] - 2.0 * v[m] * u[k] - 2.0 * uv * same
                    second += turned * mixed
                    value = energy * (factor1 * second + factor2 * change[i, k] * change[j, m])
                    both = change[i, k] * weight[j] * gap[m] + change[j, m] * weight[i] * gap[k]
                    matrix[3 * i + k, 3 * j + m] += value + factor1 * slope * both / distance


@kernel
def _guard_terms(
    corner, nodes, area, lengths, guard, stiffness, mode,
    weight, free, gap, work, force, matrix,
):  # fmt: skip
    """Barrier of all corner-facet and edge-edge distances below ``guard``."""
    energy = 0.0
    u, v = stack_vector(3), stack_vector(3)
    for kind in range(EDGES):
        count = first_contact(corner, nodes, kind, weight, free)
        if count < 0:
            continue
        distance = separation(corner, weight, gap)
        if distance >= guard:
            continue
        value, slope, curve = barrier(distance, guard, stiffness)
        scale = area[0 if kind < 3 else 1] / 3.0 if kind < 6 else (area[0] + area[1]) / 18.0
        factor0, factor1, factor2 = 1.0, 0.0, 0.0
        if kind >= 6:
            a, c = (kind - 6) // 3, 3 + (kind - 6) % 3
            b, d = (a + 1) % 3, 3 + (c - 2) % 3
            _edges(corner, a, b, c, d, u, v)
            square = dot3(u, u) * dot3(v, v) - dot3(u, v) ** 2
            limit = PARALLEL * lengths[0, a] * lengths[1, c - 3]
            factor0, factor1, factor2 = _fade(max(square, 0.0), limit)
        energy += scale * factor0 * value
        if mode > 0:
            if factor1 != 0.0:
                _add_fading(
                    corner, kind, weight, gap, scale * value, scale * slope, mode, factor1, factor2,
                    force, matrix,
                )  # fmt: skip
            add_distance_terms(
                corner, weight, free, count, scale * factor0 * slope, scale * factor0 * curve,
                mode > 1, gap, work, force, matrix,
            )  # fmt: skip
    return energy


@kernel
def _pair_energy(
    points, first, second, facing, areas, first_lengths, second_lengths, signs, reach, guard, stiffness,
    rule, mode, force, matrix
):  # fmt: skip
    """Energy of one pair; forces and tangent are added. ``signs`` are those of edges and corners of both."""
    corner, nodes = stack_matrix(6, 3), stack_indices(6)
    weight, free, gap, work = (
        stack_vector(6), stack_matrix(2, 6), stack_vector(3), stack_matrices(2, 6, 3)
    )  # fmt: skip
    share, free3 = stack_vector(3), stack_matrix(2, 3)
    squares = stack_matrix(2, 3)
    pair_nodes(first, second, nodes)
    gather_pair(points, nodes, corner)
    if apart(corner, max(reach, guard)):
        return 0.0
    for i in range(3):
        squares[0, i] = first_lengths[i]
        squares[1, i] = second_lengths[i]
    first_edges, first_corners, second_edges, second_corners = signs
    energy = 0.0
    if facing and not touching(nodes):
        energy += _surface_terms(
            corner, 0, 0.5 * areas[0], second_edges, second_corners, rule, reach, stiffness, mode, weight, free,
            share, free3, gap, work, force, matrix,
        )  # fmt: skip
        energy += _surface_terms(
            corner, 3, 0.5 * areas[1], first_edges, first_corners, rule, reach, stiffness, mode, weight, free,
            share, free3, gap, work, force, matrix,
        )  # fmt: skip
    return energy + _guard_terms(
        corner, nodes, areas, squares, guard, stiffness, mode, weight, free, gap, work,
        force, matrix,
    )  # fmt: skip


@parallel_kernel
def pair_terms(
    points, facets, pairs, facing, area, lengths, edge_sign, corner_sign, rule, reach, guard,
    stiffness, mode, energies, forces, matrices,
):  # fmt: skip
    """Energy (n,) mJ, forces (n, 6, 3) N and tangents (n, 18, 18) N/mm of pairs of facets.

    Parameters
    ----------
    points, facets : (n_nodes, 3) mm, (m, 3)
    pairs, facing : (n, 2) facets, (n,) whether their outsides face each other across a gap
    area, lengths : (m,) mm², (m, 3) squared edge lengths mm², both of the start
    edge_sign, corner_sign : (m, 3) with which each edge and corner counts in its facet
    rule : (q, 4) barycentric coordinates and weights
    reach, guard : mm, below which barrier and guard act
    stiffness : MPa
    mode : 0 energies only, 1 forces too, 2 tangents too
    energies, forces, matrices : zero on entry
    """
    for chunk in prange((len(pairs) + CHUNK - 1) // CHUNK):
        for p in range(chunk * CHUNK, min((chunk + 1) * CHUNK, len(pairs))):
            f, g = pairs[p, 0], pairs[p, 1]
            signs = (edge_sign[f], corner_sign[f], edge_sign[g], corner_sign[g])
            energies[p] = _pair_energy(
                points, facets[f], facets[g], facing[p], (area[f], area[g]), lengths[f], lengths[g], signs, reach,
                guard, stiffness, rule, mode, forces[p if mode > 0 else 0], matrices[p if mode > 1 else 0],
            )  # fmt: skip


@parallel_kernel
def nearest_points(
    points, facets, pairs, facing, rule, reach, out_distance, out_share, out_normal
):  # fmt: skip
    """Distance of every quadrature point of both facets of each pair to the other facet.

    Parameters
    ----------
    points, facets, pairs, facing, rule, reach : as in `pair_terms`
    out_distance : (n, 2, q), infinite beyond ``reach``
    out_share : (n, 2, q, 3) barycentric coordinates of the closest point
    out_normal : (n, 2, q, 3) unit vector from the closest point to the quadrature point, 0 at no distance
    """
    for p in prange(len(pairs)):
        corner, nodes = np.empty((6, 3)), np.empty(6, np.int32)
        weight, gap = np.empty(6), np.empty(3)
        free, change = np.empty((2, 3)), np.empty((2, 6))
        nodes[:3] = facets[pairs[p, 0]]
        nodes[3:] = facets[pairs[p, 1]]
        gather_pair(points, nodes, corner)
        out_distance[p] = np.inf
        if not facing[p] or touching(nodes) or apart(corner, reach):
            continue
        for side in range(2):
            first, other = 3 * side, 3 - 3 * side
            for q in range(rule.shape[0]):
                _place(rule, q, corner, first, gap)
                share = out_share[p, side, q]
                closest_on_triangle(gap, corner[other : other + 3], FACE, share, free)
                _point_weights(rule, q, first, share, free, weight, change)
                distance = separation(corner, weight, gap)
                if distance < reach:
                    out_distance[p, side, q] = distance
                    for d in range(3):
                        out_normal[p, side, q, d] = gap[d] / max(distance, 1e-300)
