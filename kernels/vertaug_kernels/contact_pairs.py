# SPDX-License-Identifier: BSD-3-Clause
"""Contact of pairs of facets: barrier at quadrature points, guard on corners and edges, safe steps.

Two facets f, g have six nodes, f's first. Quadrature points of either act on the closest point of
the other with half the area's weight, so a uniform gap gives a uniform pressure. Where a point is
near several facets of one surface, their edges count negative and their corners positive, so that
their sum is the barrier of the one least distance. The guard acts on corner-facet and edge-edge
distances within a much smaller reach; it alone decides that nothing crosses.
"""

import math

from vertaug_kernels._jit import kernel, parallel_kernel, prange
from vertaug_kernels._stack import stack_indices, stack_matrix, stack_vector
from vertaug_kernels.contact import FACE, closest_of_edges, closest_on_triangle, dot3, separation

CHUNK = 64
"""Pairs that share one set of scratch arrays."""
EDGES = 15
"""Contacts of two facets that can cross first: 6 of a corner with a facet, 9 of two edges."""
PARALLEL = 1e-3
"""Squared sine, at the start, below which the guard of two edges fades out."""


@kernel
def pair_nodes(first, second, out):
    """The six nodes of a pair of facets."""
    for i in range(3):
        out[i] = first[i]
        out[3 + i] = second[i]


@kernel
def gather_pair(points, nodes, corner):
    """Copy the six nodes of a pair into ``corner`` (6, 3)."""
    for i in range(6):
        for d in range(3):
            corner[i, d] = points[nodes[i], d]


@kernel
def apart(corner, reach):
    """Whether the boxes of both facets are further apart than ``reach``."""
    for d in range(3):
        low = min(min(corner[0, d], corner[1, d]), corner[2, d])
        high = max(max(corner[0, d], corner[1, d]), corner[2, d])
        other_low = min(min(corner[3, d], corner[4, d]), corner[5, d])
        other_high = max(max(corner[3, d], corner[4, d]), corner[5, d])
        if low - other_high > reach or other_low - high > reach:
            return True
    return False


@kernel
def touching(nodes):
    """Whether both facets share a node."""
    for i in range(3):
        for j in range(3, 6):
            if nodes[i] == nodes[j]:
                return True
    return False


@kernel
def first_contact(corner, nodes, kind, weight, free):
    """Weights of one of the fifteen contacts of two facets.

    ``kind`` 0 to 5 is a corner and the other facet, 6 to 14 two edges. Writes ``weight`` (6,) and
    ``free`` (2, 6); returns the number of free parameters, -1 where the two share a node.
    """
    weight[:] = 0.0
    free[:] = 0.0
    if kind < 6:
        other = 3 if kind < 3 else 0
        for i in range(other, other + 3):
            if nodes[i] == nodes[kind]:
                return -1
        share3, free3 = stack_vector(3), stack_matrix(2, 3)
        count = closest_on_triangle(corner[kind], corner[other : other + 3], FACE, share3, free3)
        weight[kind] = 1.0
        for i in range(3):
            weight[other + i] = -share3[i]
            for m in range(2):
                free[m, other + i] = -free3[m, i]
        return count
    a, c = (kind - 6) // 3, 3 + (kind - 6) % 3
    b, d = (a + 1) % 3, 3 + (c - 2) % 3
    if nodes[a] == nodes[c] or nodes[a] == nodes[d] or nodes[b] == nodes[c] or nodes[b] == nodes[d]:
        return -1
    share4, free4 = stack_vector(4), stack_matrix(2, 4)
    count = closest_of_edges(corner[a], corner[b], corner[c], corner[d], share4, free4)
    weight[a], weight[b], weight[c], weight[d] = share4[0], share4[1], -share4[2], -share4[3]
    for m in range(2):
        free[m, a], free[m, b] = free4[m, 0], free4[m, 1]
        free[m, c], free[m, d] = -free4[m, 2], -free4[m, 3]
    return count


@kernel
def _least_separation(points, first, second, out_gap):
    """Least distance of two facets, and the vector (3,) from the second to the first; see `separations`."""
    corner, nodes = stack_matrix(6, 3), stack_indices(6)
    weight, free, gap = stack_vector(6), stack_matrix(2, 6), stack_vector(3)
    pair_nodes(first, second, nodes)
    gather_pair(points, nodes, corner)
    least = math.inf
    for kind in range(EDGES):
        count = first_contact(corner, nodes, kind, weight, free)
        if count < 0:
            continue
        distance = separation(corner, weight, gap)
        if distance < least:
            least = distance
            side = -1.0 if kind >= 3 and kind < 6 else 1.0
            for d in range(3):
                out_gap[d] = side * gap[d]
    return least


@parallel_kernel
def separations(points, facets, pairs, out_gap, out_distance):
    """Least distance (n,) of each pair of facets, and the vector (n, 3) from the second to the first.

    Infinite where no contact of the two is possible without a node they share.
    """
    for chunk in prange((len(pairs) + CHUNK - 1) // CHUNK):
        for p in range(chunk * CHUNK, min((chunk + 1) * CHUNK, len(pairs))):
            out_distance[p] = _least_separation(
                points, facets[pairs[p, 0]], facets[pairs[p, 1]], out_gap[p]
            )


@kernel
def _takes_part(kind, i):
    """Whether node i of a pair belongs to one of its fifteen contacts."""
    if kind < 6:
        return i == kind or (i >= 3) == (kind < 3)
    if i < 3:
        return i != ((kind - 6) // 3 + 2) % 3
    return i - 3 != ((kind - 6) % 3 + 2) % 3


@kernel
def _closing_speed(motion, kind):
    """Bound on the speed at which the two sides of a contact near; takes their mean out of ``motion``."""
    count = 0
    for i in range(6):
        if _takes_part(kind, i):
            count += 1
    for d in range(3):
        mean = 0.0
        for i in range(6):
            if _takes_part(kind, i):
                mean += motion[i, d]
        for i in range(6):
            motion[i, d] -= mean / count
    first = 0.0
    second = 0.0
    for i in range(6):
        if _takes_part(kind, i):
            speed = math.sqrt(dot3(motion[i], motion[i]))
            if i < 3:
                first = max(first, speed)
            else:
                second = max(second, speed)
    return first + second


@kernel
def _safe_step(corner, motion, nodes, kind, spare, weight, free, gap):
    """Share of ``motion`` (6, 3) that keeps a contact at ``spare`` of its distance (conservative advancement)."""
    moved = stack_matrix(6, 3)
    for i in range(6):
        for d in range(3):
            moved[i, d] = corner[i, d]
    count = first_contact(moved, nodes, kind, weight, free)
    if count < 0:
        return 1.0
    start = separation(moved, weight, gap)
    speed = _closing_speed(motion, kind)
    if speed <= (1.0 - spare) * start:
        return 1.0
    done, distance = 0.0, start
    for _ in range(200):
        advance = 0.9 * (distance - spare * start) / speed
        done += advance
        if done >= 1.0:
            return 1.0
        for i in range(6):
            for d in range(3):
                moved[i, d] = corner[i, d] + done * motion[i, d]
        first_contact(moved, nodes, kind, weight, free)
        distance = separation(moved, weight, gap)
        if distance <= 1.1 * spare * start or advance < 1e-4:
            return done
    return done


@kernel
def _safe_share(points, step, first, second, spare):
    """Share of a step along which two facets keep at least ``spare`` of their distance."""
    corner, motion, nodes = stack_matrix(6, 3), stack_matrix(6, 3), stack_indices(6)
    weight, free, gap = stack_vector(6), stack_matrix(2, 6), stack_vector(3)
    pair_nodes(first, second, nodes)
    gather_pair(points, nodes, corner)
    gather_pair(step, nodes, motion)
    least = 1.0
    for kind in range(EDGES):
        share = _safe_step(corner, motion, nodes, kind, spare, weight, free, gap)
        least = min(least, share)
    return least


@parallel_kernel
def safe_steps(points, step, facets, pairs, spare, out):
    """Share (n,) of a step along which each pair keeps at least ``spare`` of its distance."""
    for chunk in prange((len(pairs) + CHUNK - 1) // CHUNK):
        for p in range(chunk * CHUNK, min((chunk + 1) * CHUNK, len(pairs))):
            out[p] = _safe_share(points, step, facets[pairs[p, 0]], facets[pairs[p, 1]], spare)
