# SPDX-License-Identifier: BSD-3-Clause
"""Cell loop of Biot's consolidation on curved 10-node tetrahedra with linear pressure.

A rule of quadrature comes as arrays: barycentric coordinates (q, 4), weights (q,) that sum to one
sixth, and the reference gradients (q, 10, 3) of the quadratic shape functions.
"""

import numpy as np

from vertaug_kernels._jit import kernel, parallel_kernel, prange
from vertaug_kernels._stack import stack_matrix
from vertaug_kernels.tensor import determinant3, inverse3

CHUNK = 32
"""Cells handled by one iteration of the parallel loops; fixed, so results ignore the threads."""


@kernel
def reference_gradients(barycentric, out):
    """Gradients (10, 3) of the quadratic shape functions on the reference tetrahedron.

    Nodes: four corners, then the middles of edges 01, 12, 20, 03, 13, 23.
    """
    first = (0, 1, 2, 0, 1, 2)
    second = (1, 2, 0, 3, 3, 3)
    for j in range(3):
        for a in range(4):
            slope = -1.0 if a == 0 else (1.0 if a == j + 1 else 0.0)
            out[a, j] = (4.0 * barycentric[a] - 1.0) * slope
        for e in range(6):
            a = first[e]
            b = second[e]
            slope_a = -1.0 if a == 0 else (1.0 if a == j + 1 else 0.0)
            slope_b = -1.0 if b == 0 else (1.0 if b == j + 1 else 0.0)
            out[4 + e, j] = 4.0 * (barycentric[a] * slope_b + barycentric[b] * slope_a)


@kernel
def spatial_gradients(points, cell, reference, out_quadratic, out_linear):
    """Gradients (10, 3) and (4, 3) of both families in space; returns the Jacobian's determinant."""
    jacobian = stack_matrix(3, 3)
    inverse = stack_matrix(3, 3)
    for j in range(3):
        for i in range(3):
            total = 0.0
            for a in range(10):
                total += reference[a, j] * points[cell[a], i]
            jacobian[j, i] = total
    det = determinant3(jacobian)
    if not det > 0.0:
        return det
    inverse3(jacobian, det, inverse)
    for i in range(3):
        total = 0.0
        for j in range(3):
            out_linear[j + 1, i] = inverse[i, j]
            total += inverse[i, j]
        out_linear[0, i] = -total
        for a in range(10):
            out_quadratic[a, i] = (
                inverse[i, 0] * reference[a, 0]
                + inverse[i, 1] * reference[a, 1]
                + inverse[i, 2] * reference[a, 2]
            )
    return det


@kernel
def _add_stiffness(g, bulk, shear, weight, out):
    """Add the stiffness (30, 30) of isotropic elasticity at one point."""
    lame = bulk - 2.0 * shear / 3.0
    for a in range(10):
        for b in range(10):
            product = g[a, 0] * g[b, 0] + g[a, 1] * g[b, 1] + g[a, 2] * g[b, 2]
            for i in range(3):
                for j in range(3):
                    value = lame * g[a, i] * g[b, j] + shear * g[a, j] * g[b, i]
                    if i == j:
                        value += shear * product
                    out[3 * a + i, 3 * b + j] += weight * value


@kernel
def _add_fluid(g, h, barycentric, mobility, weight, coupling, mass, flow):
    """Add the divergence (30, 4), mass (4, 4) and flow (4, 4) matrices at one point."""
    for b in range(4):
        for a in range(10):
            for i in range(3):
                coupling[3 * a + i, b] += weight * g[a, i] * barycentric[b]
        for c in range(4):
            mass[b, c] += weight * barycentric[b] * barycentric[c]
            total = 0.0
            for i in range(3):
                for j in range(3):
                    total += h[b, i] * mobility[i, j] * h[c, j]
            flow[b, c] += weight * total


@parallel_kernel
def cell_matrices(
    points, cells, barycentric, weights, reference, bulk, shear, mobility,
    out_volume, out_stiffness, out_coupling, out_mass, out_flow
):  # fmt: skip
    """Matrices of every cell, zero on entry.

    Stiffness (n, 30, 30) N/mm, divergence (n, 30, 4) mm², mass (n, 4, 4) mm³ and flow (n, 4, 4)
    mm³/(MPa s); volume (n,) mm³, not positive where a cell is folded at a point of quadrature.
    """
    n_chunks = (len(cells) + CHUNK - 1) // CHUNK
    for chunk in prange(n_chunks):
        g = np.empty((10, 3))
        h = np.empty((4, 3))
        for c in range(chunk * CHUNK, min((chunk + 1) * CHUNK, len(cells))):
            for q in range(len(weights)):
                det = spatial_gradients(points, cells[c], reference[q], g, h)
                if not det > 0.0:
                    out_volume[c] = -1.0
                    break
                weight = weights[q] * det
                out_volume[c] += weight
                _add_stiffness(g, bulk[c], shear[c], weight, out_stiffness[c])
                _add_fluid(
                    g, h, barycentric[q], mobility[c], weight,
                    out_coupling[c], out_mass[c], out_flow[c],
                )  # fmt: skip


@parallel_kernel
def cell_fields(
    points, cells, vertices, barycentric, reference, displacement, pressure, mobility,
    out_strain, out_pressure, out_flux
):  # fmt: skip
    """Strain (n, 3, 3), pressure (n,) MPa and Darcy flux (n, 3) mm/s of every cell at one point.

    ``vertices`` (n, 4) are the rows of ``pressure``; ``barycentric`` (4,), ``reference`` (10, 3).
    """
    n_chunks = (len(cells) + CHUNK - 1) // CHUNK
    for chunk in prange(n_chunks):
        g = np.empty((10, 3))
        h = np.empty((4, 3))
        for c in range(chunk * CHUNK, min((chunk + 1) * CHUNK, len(cells))):
            spatial_gradients(points, cells[c], reference, g, h)
            for i in range(3):
                for j in range(3):
                    total = 0.0
                    for a in range(10):
                        total += displacement[cells[c, a], i] * g[a, j]
                        total += displacement[cells[c, a], j] * g[a, i]
                    out_strain[c, i, j] = 0.5 * total
            total = 0.0
            for b in range(4):
                total += barycentric[b] * pressure[vertices[c, b]]
            out_pressure[c] = total
            for i in range(3):
                total = 0.0
                for b in range(4):
                    for j in range(3):
                        total -= mobility[c, i, j] * h[b, j] * pressure[vertices[c, b]]
                out_flux[c, i] = total
