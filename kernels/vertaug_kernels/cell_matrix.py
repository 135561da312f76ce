# SPDX-License-Identifier: BSD-3-Clause
"""Forces and tangent that one integration point adds to its cell, for any number of nodes.

Shape gradients lie as (3, k) and the tangent of a cell as (3, 3, k, k), entry [i, j, b, a] for row (a, i) and
column (b, j), so that the innermost loops run over the nodes a and use the processor's vector units.
"""

from vertaug_kernels._jit import kernel
from vertaug_kernels.tensor import determinant3, inverse3

_ENTRY = ((0, 5, 4), (5, 1, 3), (4, 3, 2))
"""Place of the component ij of a symmetric tensor among (11, 22, 33, 23, 13, 12)."""


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
    """Shape gradients (3, k) at the candidate, G f⁻¹, from those (k, 3) at the start."""
    inverse3(f, det, inverse)
    for a in range(gradients.shape[0]):
        for k in range(3):
            out[k, a] = (
                gradients[a, 0] * inverse[0, k]
                + gradients[a, 1] * inverse[1, k]
                + gradients[a, 2] * inverse[2, k]
            )


@kernel
def copy_gradients(gradients, out):
    """Shape gradients (k, 3) as (3, k)."""
    for a in range(gradients.shape[0]):
        for i in range(3):
            out[i, a] = gradients[a, i]


@kernel
def add_point_force(g, shift, averaged, stress, weight, out):
    """Add the forces (k, 3) of a stress (3, 3); ``shift`` (3, k) counts where ``averaged``."""
    trace = stress[0, 0] + stress[1, 1] + stress[2, 2]
    for a in range(g.shape[1]):
        for i in range(3):
            total = stress[i, 0] * g[0, a] + stress[i, 1] * g[1, a] + stress[i, 2] * g[2, a]
            if averaged:
                total += trace * shift[i, a]
            out[a, i] += weight * total


@kernel
def _strained(tangent, g, b, weight, out):
    """Columns (6, 3): tangent times the strains of node b, times the weight."""
    g0 = weight * g[0, b]
    g1 = weight * g[1, b]
    g2 = weight * g[2, b]
    for s in range(6):
        out[s, 0] = tangent[s, 0] * g0 + tangent[s, 5] * g1 + tangent[s, 4] * g2
        out[s, 1] = tangent[s, 5] * g0 + tangent[s, 1] * g1 + tangent[s, 3] * g2
        out[s, 2] = tangent[s, 4] * g0 + tangent[s, 3] * g1 + tangent[s, 2] * g2


@kernel
def _add_shift(tangent, shift, b, weight, out):
    """Add tangent times the averaged strains of node b to the columns (6, 3)."""
    for s in range(6):
        normal = weight * (tangent[s, 0] + tangent[s, 1] + tangent[s, 2])
        for j in range(3):
            out[s, j] += normal * shift[j, b]


@kernel
def add_point_matrix(g, shift, averaged, tangent, weight, columns, out):
    """Add B̄ᵀ c B̄ times the weight to the cell's tangent."""
    k = g.shape[1]
    for b in range(k):
        _strained(tangent, g, b, weight, columns)
        if averaged:
            _add_shift(tangent, shift, b, weight, columns)
        for j in range(3):
            for i in range(3):
                c0 = columns[_ENTRY[i][0], j]
                c1 = columns[_ENTRY[i][1], j]
                c2 = columns[_ENTRY[i][2], j]
                for a in range(k):
                    out[i, j, b, a] += c0 * g[0, a] + c1 * g[1, a] + c2 * g[2, a]
            if averaged:
                normal = columns[0, j] + columns[1, j] + columns[2, j]
                for i in range(3):
                    for a in range(k):
                        out[i, j, b, a] += normal * shift[i, a]


@kernel
def add_initial_stress(g, stress, weight, out):
    """Add (∇a · τ ∇b) 1 times the weight to the cell's tangent."""
    k = g.shape[1]
    for b in range(k):
        s0 = weight * (stress[0, 0] * g[0, b] + stress[0, 1] * g[1, b] + stress[0, 2] * g[2, b])
        s1 = weight * (stress[1, 0] * g[0, b] + stress[1, 1] * g[1, b] + stress[1, 2] * g[2, b])
        s2 = weight * (stress[2, 0] * g[0, b] + stress[2, 1] * g[1, b] + stress[2, 2] * g[2, b])
        for i in range(3):
            for a in range(k):
                out[i, i, b, a] += s0 * g[0, a] + s1 * g[1, a] + s2 * g[2, a]


@kernel
def add_step_force(f, g, gradients, weight, out):
    """Add the forces (k, 3) of the resistance to the step's own strain, weight (f G - f⁻ᵀ G)."""
    for a in range(g.shape[1]):
        for i in range(3):
            total = -g[i, a]
            for j in range(3):
                total += f[i, j] * gradients[a, j]
            out[a, i] += weight * total


@kernel
def add_step_matrix(g, gradients, weight, out):
    """Add the tangent of the resistance to the step's own strain."""
    k = g.shape[1]
    for b in range(k):
        for a in range(k):
            product = 0.0
            for j in range(3):
                product += gradients[a, j] * gradients[b, j]
            for i in range(3):
                out[i, i, b, a] += weight * product
        for i in range(3):
            factor = weight * g[i, b]
            for j in range(3):
                for a in range(k):
                    out[i, j, b, a] += factor * g[j, a]


@kernel
def put_matrix(local, out):
    """Write a cell's tangent as a matrix (3k, 3k)."""
    k = local.shape[2]
    for b in range(k):
        for j in range(3):
            for i in range(3):
                for a in range(k):
                    out[3 * a + i, 3 * b + j] = local[i, j, b, a]


@kernel
def add_blocks(local, places, out):
    """Add a cell's tangent to the blocks (n_blocks, 3, 3) at ``places`` (k, k)."""
    k = local.shape[2]
    for a in range(k):
        for b in range(k):
            block = places[a, b]
            for i in range(3):
                for j in range(3):
                    out[block, i, j] += local[i, j, b, a]
