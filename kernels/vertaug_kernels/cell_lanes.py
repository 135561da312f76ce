# SPDX-License-Identifier: BSD-3-Clause
"""Eight cells at once: deformation gradients of their points, forces of their nodes, points at rest.

Arrays of lanes are (rows, 8): shape gradients in row 3 (p k + a) + i, the motion of nodes in row 3 a + i, step
gradients and point forces in row 9 p + 3 i + j. Cells lie one behind the other in memory, so rows come in and go out
by transposing blocks of eight by eight.
"""

import numpy as np

from vertaug_kernels._jit import allocating_kernel, inlined_kernel
from vertaug_kernels._lanes import (
    LANES,
    at_most,
    gather_block,
    put,
    root,
    scatter_block,
    splat,
    take,
)
from vertaug_kernels._stack import stack_matrix
from vertaug_kernels.laws import rest_of

_LINE = 64
"""Bytes of a line of the cache: a vector of lanes fills one and should not lie across two."""


@allocating_kernel
def lane_rows(rows):
    """Array of lanes (rows, LANES), not set, that begins with a line of the cache."""
    memory = np.empty((rows + 1) * LANES)
    first = (-memory.ctypes.data % _LINE) // 8
    return memory[first : first + rows * LANES].reshape(rows, LANES)


@inlined_kernel
def gather_rows(flat, begins, width, out):
    """Take ``width`` ≥ 8 numbers of each lane from ``flat`` at ``begins`` (8,)."""
    for block in range((width + LANES - 1) // LANES):
        gather_block(flat, begins, min(LANES * block, width - LANES), out)


@inlined_kernel
def scatter_rows(lanes, begins, width, flat):
    """Write them back."""
    for block in range((width + LANES - 1) // LANES):
        scatter_block(lanes, begins, min(LANES * block, width - LANES), flat)


@inlined_kernel
def lane_motion(points, start, cells, of_lane, out):
    """Motion of the nodes of eight cells in the step."""
    for lane in range(LANES):
        cell = of_lane[lane]
        for a in range(cells.shape[1]):
            node = cells[cell, a]
            for i in range(3):
                out[3 * a + i, lane] = points[node, i] - start[node, i]


@inlined_kernel
def lane_steps(motion, gradients, nodes, points, out):
    """Step gradients, 1 + Σ motion ⊗ G, at the points of eight cells."""
    zero = splat(0.0)
    one = splat(1.0)
    for p in range(points):
        f0, f1, f2 = one, zero, zero
        f3, f4, f5 = zero, one, zero
        f6, f7, f8 = zero, zero, one
        for a in range(nodes):
            row = 3 * (p * nodes + a)
            g0, g1, g2 = take(gradients, row), take(gradients, row + 1), take(gradients, row + 2)
            m0, m1, m2 = take(motion, 3 * a), take(motion, 3 * a + 1), take(motion, 3 * a + 2)
            f0, f1, f2 = f0 + m0 * g0, f1 + m0 * g1, f2 + m0 * g2
            f3, f4, f5 = f3 + m1 * g0, f4 + m1 * g1, f5 + m1 * g2
            f6, f7, f8 = f6 + m2 * g0, f7 + m2 * g1, f8 + m2 * g2
        _put_tensor(out, 9 * p, f0, f1, f2, f3, f4, f5, f6, f7, f8)


@inlined_kernel
def _put_tensor(out, row, t0, t1, t2, t3, t4, t5, t6, t7, t8):
    """Write nine rows."""
    put(out, row, t0)
    put(out, row + 1, t1)
    put(out, row + 2, t2)
    put(out, row + 3, t3)
    put(out, row + 4, t4)
    put(out, row + 5, t5)
    put(out, row + 6, t6)
    put(out, row + 7, t7)
    put(out, row + 8, t8)


@inlined_kernel
def lane_forces(stresses, gradients, nodes, points, out):
    """Forces of nodes, Σ G P, from the point forces P [j, i] of eight cells by gradients at the start."""
    for a in range(nodes):
        x, y, z = splat(0.0), splat(0.0), splat(0.0)
        for p in range(points):
            row = 3 * (p * nodes + a)
            for j in range(3):
                g = take(gradients, row + j)
                at = 9 * p + 3 * j
                x = x + g * take(stresses, at)
                y = y + g * take(stresses, at + 1)
                z = z + g * take(stresses, at + 2)
        put(out, 3 * a, x)
        put(out, 3 * a + 1, y)
        put(out, 3 * a + 2, z)


@inlined_kernel
def lane_rest(
    of_lane, points, volume, law, parameters, kappa, strains, steps, out_energies, out_stresses, out_done
):  # fmt: skip
    """Answer at small strain of points that do not flow; bit l of ``out_done`` (points,) tells of lane l.

    The laws are those with a tangent at rest. Where the bit is not set, what is written means nothing.
    """
    known = stack_matrix(4, 8)
    for p in range(points):
        fit = 0
        for lane in range(LANES):
            row = of_lane[lane] * points + p
            bulk, shear, strength, resting = rest_of(law[row], kappa[row], parameters[row])
            known[0, lane] = bulk
            known[1, lane] = shear
            known[2, lane] = strength
            known[3, lane] = volume[row]
            if resting:
                fit |= 1 << lane
        at = 9 * p
        bulk, shear, strength = take(known, 0), take(known, 1), take(known, 2)
        weight = take(known, 3)
        out_done[p] = fit & _rest_point(
            at, bulk, shear, strength, weight, strains, steps, p, out_energies, out_stresses
        )


@inlined_kernel
def _rest_point(at, bulk, shear, strength, weight, strains, steps, p, out_energies, out_stresses):
    """One point of eight cells, see `lane_rest`; bits of the lanes that do not flow."""
    one, half, two = splat(1.0), splat(0.5), splat(2.0)
    e0 = take(strains, at) + (take(steps, at) - one)
    e1 = take(strains, at + 4) + (take(steps, at + 4) - one)
    e2 = take(strains, at + 8) + (take(steps, at + 8) - one)
    e3 = take(strains, at + 5) + half * (take(steps, at + 5) + take(steps, at + 7))
    e4 = take(strains, at + 2) + half * (take(steps, at + 2) + take(steps, at + 6))
    e5 = take(strains, at + 1) + half * (take(steps, at + 1) + take(steps, at + 3))
    change = e0 + e1 + e2
    third = change * splat(1.0 / 3.0)
    d0, d1, d2 = e0 - third, e1 - third, e2 - third
    square = (d0 * d0 + d1 * d1 + d2 * d2) + two * (e3 * e3 + e4 * e4 + e5 * e5)
    energy = half * bulk * change * change + shear * square
    put(out_energies, p, weight * energy)
    twice = two * shear
    pressure = weight * bulk * change
    scale = weight * twice
    s3, s4, s5 = scale * e3, scale * e4, scale * e5
    _put_tensor(
        out_stresses, at, pressure + scale * d0, s5, s4, s5, pressure + scale * d1, s3, s4, s3,
        pressure + scale * d2,
    )  # fmt: skip
    return at_most(twice * root(splat(1.5) * square), strength)
