# SPDX-License-Identifier: BSD-3-Clause
"""Forces and tangent that one integration point adds to its cell, for any number of nodes."""

from vertaug_kernels._jit import kernel
from vertaug_kernels.principal import FIRST, SECOND
from vertaug_kernels.tensor import determinant3, inverse3


@kernel
def step_gradient(points, start, cell, gradients, f):
    """Deformation gradient (3, 3) of a step, 1 + Σ (x - x_start) ⊗ G; returns its determinant."""
    for i in range(3):
        for j in range(3):
            f[i, j] = 1.0 if i == j else 0.0
    for a in range(cell.size):
        for i in range(3):
            move = points[cell[a], i] - start[cell[a], i]
            for j in range(3):
                f[i, j] += move * gradients[a, j]
    return determinant3(f)


@kernel
def spatial_gradients(f, det, gradients, inverse, out):
    """Shape gradients (k, 3) at the candidate, G f⁻¹."""
    inverse3(f, det, inverse)
    for a in range(gradients.shape[0]):
        for k in range(3):
            out[a, k] = (
                gradients[a, 0] * inverse[0, k]
                + gradients[a, 1] * inverse[1, k]
                + gradients[a, 2] * inverse[2, k]
            )


@kernel
def add_point_force(g, shift, averaged, stress, weight, out):
    """Add the forces (k, 3) of a stress (3, 3); ``shift`` (k, 3) counts where ``averaged``."""
    trace = stress[0, 0] + stress[1, 1] + stress[2, 2]
    for a in range(g.shape[0]):
        for i in range(3):
            total = stress[i, 0] * g[a, 0] + stress[i, 1] * g[a, 1] + stress[i, 2] * g[a, 2]
            if averaged:
                total += trace * shift[a, i]
            out[a, i] += weight * total


@kernel
def _strained(tangent, g, b, weight, out):
    """Columns (6, 3): tangent times the strains of node b, times the weight."""
    for s in range(6):
        out[s, 0] = weight * (
            tangent[s, 0] * g[b, 0] + tangent[s, 5] * g[b, 1] + tangent[s, 4] * g[b, 2]
        )
        out[s, 1] = weight * (
            tangent[s, 5] * g[b, 0] + tangent[s, 1] * g[b, 1] + tangent[s, 3] * g[b, 2]
        )
        out[s, 2] = weight * (
            tangent[s, 4] * g[b, 0] + tangent[s, 3] * g[b, 1] + tangent[s, 2] * g[b, 2]
        )


@kernel
def _add_shift(tangent, shift, b, weight, out):
    """Add tangent times the averaged strains of node b to the columns (6, 3)."""
    for s in range(6):
        sum_of_normal = weight * (tangent[s, 0] + tangent[s, 1] + tangent[s, 2])
        for j in range(3):
            out[s, j] += sum_of_normal * shift[b, j]


@kernel
def add_point_matrix(g, shift, averaged, tangent, weight, symmetric, columns, out):
    """Add B̄ᵀ c B̄ times the weight to the tangent (3k, 3k); upper blocks only where symmetric."""
    k = g.shape[0]
    for b in range(k):
        _strained(tangent, g, b, weight, columns)
        if averaged:
            _add_shift(tangent, shift, b, weight, columns)
        last = b + 1 if symmetric else k
        for a in range(last):
            g0 = g[a, 0]
            g1 = g[a, 1]
            g2 = g[a, 2]
            for j in range(3):
                out[3 * a, 3 * b + j] += (
                    g0 * columns[0, j] + g1 * columns[5, j] + g2 * columns[4, j]
                )
                out[3 * a + 1, 3 * b + j] += (
                    g0 * columns[5, j] + g1 * columns[1, j] + g2 * columns[3, j]
                )
                out[3 * a + 2, 3 * b + j] += (
                    g0 * columns[4, j] + g1 * columns[3, j] + g2 * columns[2, j]
                )
                if averaged:
                    normal = columns[0, j] + columns[1, j] + columns[2, j]
                    for i in range(3):
                        out[3 * a + i, 3 * b + j] += shift[a, i] * normal


@kernel
def add_initial_stress(g, stress, weight, symmetric, out):
    """Add (∇a · τ ∇b) 1 times the weight to the tangent (3k, 3k)."""
    k = g.shape[0]
    for b in range(k):
        s0 = weight * (stress[0, 0] * g[b, 0] + stress[0, 1] * g[b, 1] + stress[0, 2] * g[b, 2])
        s1 = weight * (stress[1, 0] * g[b, 0] + stress[1, 1] * g[b, 1] + stress[1, 2] * g[b, 2])
        s2 = weight * (stress[2, 0] * g[b, 0] + stress[2, 1] * g[b, 1] + stress[2, 2] * g[b, 2])
        last = b + 1 if symmetric else k
        for a in range(last):
            value = s0 * g[a, 0] + s1 * g[a, 1] + s2 * g[a, 2]
            for i in range(3):
                out[3 * a + i, 3 * b + i] += value


@kernel
def mirror_blocks(k, out):
    """Copy the upper node blocks of a symmetric tangent (3k, 3k) to the lower ones."""
    for b in range(k):
        for a in range(b):
            for i in range(3):
                for j in range(3):
                    out[3 * b + j, 3 * a + i] = out[3 * a + i, 3 * b + j]


@kernel
def add_step_force(f, g, gradients, weight, out):
    """Add the forces (k, 3) of the resistance to the step's own strain, weight (f G - f⁻ᵀ G)."""
    for a in range(g.shape[0]):
        for i in range(3):
            total = -g[a, i]
            for j in range(3):
                total += f[i, j] * gradients[a, j]
            out[a, i] += weight * total


@kernel
def add_step_matrix(g, gradients, weight, symmetric, out):
    """Add the tangent (3k, 3k) of the resistance to the step's own strain."""
    k = g.shape[0]
    for b in range(k):
        last = b + 1 if symmetric else k
        for a in range(last):
            product = 0.0
            for j in range(3):
                product += gradients[a, j] * gradients[b, j]
            for i in range(3):
                out[3 * a + i, 3 * b + i] += weight * product
                for j in range(3):
                    out[3 * a + i, 3 * b + j] += weight * g[b, i] * g[a, j]


@kernel
def engineering_pair(s):
    """Axes of strain component s of (11, 22, 33, 2·23, 2·13, 2·12)."""
    if s < 3:
        return s, s
    return FIRST[s - 3], SECOND[s - 3]
