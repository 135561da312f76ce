# SPDX-License-Identifier: BSD-3-Clause
"""Cell loop of the updated-Lagrangian solid: energy, nodal forces, tangent, new history.

A step goes from configuration n (``start``) to a candidate (``points``). History at n: elastic left
Cauchy-Green tensor ``metric`` and total volume ratio ``ratio``; ``volume`` is the *initial* cell
volume, so that energies and Kirchhoff stresses need no further factor.
"""

import math

import numpy as np

from vertaug_kernels._jit import kernel, parallel_kernel, prange
from vertaug_kernels.laws import respond
from vertaug_kernels.tensor import determinant3, eigen_symmetric, inverse3

CHUNK = 128
"""Cells handled by one iteration of the parallel loops; fixed, so results ignore the threads."""


@kernel
def shape_gradients(corners, gradients):
    """Gradients (4, 3) of the linear shape functions of a tetrahedron (4, 3); returns its volume."""
    edges = np.empty((3, 3))
    for i in range(3):
        for j in range(3):
            edges[i, j] = corners[i + 1, j] - corners[0, j]
    det = determinant3(edges)
    inverse = np.empty((3, 3))
    inverse3(edges, det, inverse)
    for j in range(3):
        total = 0.0
        for i in range(3):
            gradients[i + 1, j] = inverse[j, i]
            total += inverse[j, i]
        gradients[0, j] = -total
    return det / 6.0


@kernel
def relative_gradient(points, cell, gradients, f):
    """Deformation gradient (3, 3) of the step; returns its determinant."""
    for i in range(3):
        for j in range(3):
            total = 0.0
            for a in range(4):
                total += points[cell[a], i] * gradients[a, j]
            f[i, j] = total
    return determinant3(f)


@kernel
def push_forward(f, metric, out):
    """``out`` = f metric fᵀ for 3×3 arrays."""
    half = np.empty((3, 3))
    for i in range(3):
        for j in range(3):
            half[i, j] = f[i, 0] * metric[0, j] + f[i, 1] * metric[1, j] + f[i, 2] * metric[2, j]
    for i in range(3):
        for j in range(3):
            out[i, j] = half[i, 0] * f[j, 0] + half[i, 1] * f[j, 1] + half[i, 2] * f[j, 2]


@kernel
def cell_response(points, cell, gradients, metric, ratio, law, parameters, work, stress, tangent):
    """Answer of one cell; returns (energy density, plastic norm, det f).

    ``work`` (8, 3, 3): [0] f, [1] trial tensor, [2] eigenvectors, [3, 0] squared stretches,
    [3, 1] trial strains, [3, 2] elastic strains. An inverted cell gives infinite energy.
    """
    f = work[0]
    det = relative_gradient(points, cell, gradients, f)
    if not det > 0.0:
        return math.inf, 0.0, det
    push_forward(f, metric, work[1])
    eigen_symmetric(work[1], 3, work[3, 0], work[2])
    for i in range(3):
        if not work[3, 0, i] > 0.0:
            return math.inf, 0.0, det
        work[3, 1, i] = 0.5 * math.log(work[3, 0, i])
    energy, norm = respond(
        law, work[3, 1], ratio * det, 0.0, parameters, stress, tangent, work[3, 2]
    )
    return energy, norm, det


@kernel
def step_energy(f, viscosity):
    """Resistance to the strain of one step, η/2 (tr fᵀf - 3 - 2 ln det f), per present volume."""
    if not viscosity > 0.0:
        return 0.0
    det = determinant3(f)
    if not det > 0.0:
        return math.inf
    total = -3.0 - 2.0 * math.log(det)
    for i in range(3):
        for j in range(3):
            total += f[i, j] * f[i, j]
    return 0.5 * viscosity * total


@kernel
def _add_step_force(f, h, vectors, gradients, scale, out):
    """Add the forces (4, 3) of the step's resistance; ``h`` are gradients in principal axes."""
    for a in range(4):
        for i in range(3):
            total = 0.0
            for j in range(3):
                total += f[i, j] * gradients[a, j] - vectors[i, j] * h[a, j]
            out[a, i] += scale * total


@kernel
def _add_step_matrix(h, vectors, gradients, scale, out):
    """Add the tangent (12, 12) of the step's resistance."""
    g = np.empty((4, 3))
    for a in range(4):
        for i in range(3):
            g[a, i] = vectors[i, 0] * h[a, 0] + vectors[i, 1] * h[a, 1] + vectors[i, 2] * h[a, 2]
    for a in range(4):
        for b in range(4):
            product = 0.0
            for k in range(3):
                product += gradients[a, k] * gradients[b, k]
            for i in range(3):
                for j in range(3):
                    value = g[b, i] * g[a, j]
                    if i == j:
                        value += product
                    out[3 * a + i, 3 * b + j] += scale * value


@parallel_kernel
def cell_energies(points, cells, gradients, metric, ratio, law, parameters, volume, viscosity, out):
    """Energy (mJ) of every cell, (n_cells,); infinite where the cell would invert."""
    n_chunks = (len(cells) + CHUNK - 1) // CHUNK
    for chunk in prange(n_chunks):
        work = np.empty((4, 3, 3))
        stress = np.empty(3)
        tangent = np.empty((3, 3))
        for c in range(chunk * CHUNK, min((chunk + 1) * CHUNK, len(cells))):
            energy, _, _ = cell_response(
                points, cells[c], gradients[c], metric[c], ratio[c], law[c], parameters[c],
                work, stress, tangent,
            )  # fmt: skip
            out[c] = volume[c] * (energy + ratio[c] * step_energy(work[0], viscosity))


@kernel
def _spatial_gradients(f, det, gradients, vectors, out):
    """Shape gradients at the candidate, in principal axes, (4, 3)."""
    inverse = np.empty((3, 3))
    inverse3(f, det, inverse)
    for a in range(4):
        for k in range(3):
            total = 0.0
            for i in range(3):
                g = (
                    gradients[a, 0] * inverse[0, i]
                    + gradients[a, 1] * inverse[1, i]
                    + gradients[a, 2] * inverse[2, i]
                )
                total += g * vectors[i, k]
            out[a, k] = total


@kernel
def spatial_shear(square, stress, tangent, i, j):
    """Shear entry of the spatial tangent between principal axes i and j (squared stretches)."""
    gap = square[i] - square[j]
    if abs(gap) > 1e-7 * (square[i] + square[j]):
        return (stress[i] * square[j] - stress[j] * square[i]) / gap
    mean = 0.25 * (tangent[i, i] + tangent[j, j] - tangent[i, j] - tangent[j, i])
    return mean - 0.5 * (stress[i] + stress[j])


@kernel
def _principal_block(h, a, b, size, square, stress, tangent, out):
    """Tangent block (size, size) of nodes a, b in principal axes; returns the initial-stress part."""
    geometric = 0.0
    for i in range(size):
        geometric += stress[i] * h[a, i] * h[b, i]
    for i in range(size):
        diagonal = (tangent[i, i] - 2.0 * stress[i]) * h[a, i] * h[b, i]
        for j in range(size):
            if i != j:
                shear = spatial_shear(square, stress, tangent, i, j)
                diagonal += shear * h[a, j] * h[b, j]
                out[i, j] = h[a, i] * tangent[i, j] * h[b, j] + shear * h[a, j] * h[b, i]
        out[i, i] = diagonal
    return geometric


@kernel
def _cell_matrix(h, vectors, square, stress, tangent, volume, out):
    """Tangent (12, 12) of one cell, N/mm."""
    block = np.empty((3, 3))
    half = np.empty((3, 3))
    for a in range(4):
        for b in range(a, 4):
            geometric = _principal_block(h, a, b, 3, square, stress, tangent, block)
            for i in range(3):
                for k in range(3):
                    half[i, k] = (
                        vectors[i, 0] * block[0, k]
                        + vectors[i, 1] * block[1, k]
                        + vectors[i, 2] * block[2, k]
                    )
            for i in range(3):
                for j in range(3):
                    total = (
                        half[i, 0] * vectors[j, 0]
                        + half[i, 1] * vectors[j, 1]
                        + half[i, 2] * vectors[j, 2]
                    )
                    if i == j:
                        total += geometric
                    out[3 * a + i, 3 * b + j] = volume * total
                    out[3 * b + j, 3 * a + i] = volume * total


@kernel
def _cell_force(h, vectors, stress, volume, out):
    """Nodal forces (4, 3) of one cell, N."""
    for a in range(4):
        for i in range(3):
            total = 0.0
            for k in range(3):
                total += vectors[i, k] * stress[k] * h[a, k]
            out[a, i] = volume * total


@parallel_kernel
def cell_forces(
    points, cells, gradients, metric, ratio, law, parameters, volume, viscosity, with_matrix,
    energies, forces, matrices
):  # fmt: skip
    """Energy (n,), forces (n, 4, 3) in N and, if asked for, tangents (n, 12, 12) in N/mm."""
    n_chunks = (len(cells) + CHUNK - 1) // CHUNK
    for chunk in prange(n_chunks):
        work = np.empty((4, 3, 3))
        stress = np.empty(3)
        tangent = np.empty((3, 3))
        h = np.empty((4, 3))
        for c in range(chunk * CHUNK, min((chunk + 1) * CHUNK, len(cells))):
            energy, _, det = cell_response(
                points, cells[c], gradients[c], metric[c], ratio[c], law[c], parameters[c],
                work, stress, tangent,
            )  # fmt: skip
            energies[c] = volume[c] * (energy + ratio[c] * step_energy(work[0], viscosity))
            if not energy < math.inf:
                continue
            _spatial_gradients(work[0], det, gradients[c], work[2], h)
            _cell_force(h, work[2], stress, volume[c], forces[c])
            if with_matrix:
                _cell_matrix(h, work[2], work[3, 0], stress, tangent, volume[c], matrices[c])
            if viscosity > 0.0:
                scale = viscosity * volume[c] * ratio[c]
                _add_step_force(work[0], h, work[2], gradients[c], scale, forces[c])
                if with_matrix:
                    _add_step_matrix(h, work[2], gradients[c], scale, matrices[c])


@parallel_kernel
def cell_history(
    points, cells, gradients, metric, ratio, law, parameters, out_metric, out_ratio, out_plastic, out_stress
):  # fmt: skip
    """History at the candidate: metric (n, 3, 3), ratio (n,), plastic norm (n,), Cauchy stress."""
    n_chunks = (len(cells) + CHUNK - 1) // CHUNK
    for chunk in prange(n_chunks):
        work = np.empty((4, 3, 3))
        stress = np.empty(3)
        tangent = np.empty((3, 3))
        for c in range(chunk * CHUNK, min((chunk + 1) * CHUNK, len(cells))):
            _, norm, det = cell_response(
                points, cells[c], gradients[c], metric[c], ratio[c], law[c], parameters[c],
                work, stress, tangent,
            )  # fmt: skip
            out_ratio[c] = ratio[c] * det
            out_plastic[c] = norm
            for i in range(3):
                for j in range(3):
                    total = 0.0
                    tau = 0.0
                    for k in range(3):
                        pair = work[2, i, k] * work[2, j, k]
                        total += math.exp(2.0 * work[3, 2, k]) * pair
                        tau += stress[k] * pair
                    out_metric[c, i, j] = total
                    out_stress[c, i, j] = tau / out_ratio[c]


@parallel_kernel
def all_shape_gradients(points, cells, gradients, volume):
    """Gradients (n, 4, 3) and volumes (n,) of every cell at ``points``."""
    for c in prange(len(cells)):
        corners = np.empty((4, 3))
        for a in range(4):
            for i in range(3):
                corners[a, i] = points[cells[c, a], i]
        volume[c] = shape_gradients(corners, gradients[c])
