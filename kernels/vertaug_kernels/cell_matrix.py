# SPDX-License-Identifier: BSD-3-Clause
"""Forces and tangent of a cell from what its integration points answer, for any number of nodes.

Each point gives a force S (3, 3) and moduli D (3, 3, 9) by gradients of shape functions in space:

    f[a, i] = Σ_p Σ_c g[p, c, a] S[p, c, i]
    K[ai, bj] = Σ_p Σ_cd g[p, c, a] D[p, c, d, 3i + j] g[p, d, b]

so that stress, initial stress, the resistance to the step's strain and the averaging of volume are entries of
S and D, and the tangent of a cell is two products of small matrices. Gradients lie as rows (3q, k), the
tangent as (k, 9k), row a, column 9b + 3i + j: the innermost loops are long and use the processor's vector units.
"""

from vertaug_kernels._jit import inlined_kernel, kernel
from vertaug_kernels.tensor import determinant3, inverse3

ENTRY = ((0, 5, 4), (5, 1, 3), (4, 3, 2))
"""Place of the component ij of a symmetric tensor among (11, 22, 33, 23, 13, 12)."""


@inlined_kernel
def gather_motion(points, start, cell, out):
    """Motion (k, 3) of a cell's nodes in the step."""
    for a in range(cell.size):
        for i in range(3):
            out[a, i] = points[cell[a], i] - start[cell[a], i]


@inlined_kernel
def step_gradient(motion, gradients, out):
    """Deformation gradient (3, 3) of a step, 1 + Σ motion ⊗ G; returns its determinant."""
    for i in range(3):
        for j in range(3):
            out[i, j] = 1.0 if i == j else 0.0
    for a in range(motion.shape[0]):
        for i in range(3):
            for j in range(3):
                out[i, j] += motion[a, i] * gradients[a, j]
    return determinant3(out)


@inlined_kernel
def spatial_gradients(f, det, gradients, inverse, out):
    """Shape gradients (3, k) at the candidate, G f⁻¹, from those (k, 3) at the start."""
    inverse3(f, det, inverse)
    for a in range(gradients.shape[0]):
        for j in range(3):
            out[j, a] = (
                gradients[a, 0] * inverse[0, j]
                + gradients[a, 1] * inverse[1, j]
                + gradients[a, 2] * inverse[2, j]
            )


@inlined_kernel
def copy_gradients(gradients, out):
    """Shape gradients (k, 3) as (3, k)."""
    for a in range(gradients.shape[0]):
        for i in range(3):
            out[i, a] = gradients[a, i]


@inlined_kernel
def add_forces(g, stress, out):
    """Add the forces (k, 3) of a point's S (3, 3) at gradients (3, k)."""
    for a in range(out.shape[0]):
        for i in range(3):
            out[a, i] += g[0, a] * stress[0, i] + g[1, a] * stress[1, i] + g[2, a] * stress[2, i]


@inlined_kernel
def _moduli_row(tangent, s, weight, c, i, out):
    """Moduli (3, 9) of direction c and component i from row s of the tangent."""
    t0, t1, t2 = weight * tangent[s, 0], weight * tangent[s, 1], weight * tangent[s, 2]
    t3, t4, t5 = weight * tangent[s, 3], weight * tangent[s, 4], weight * tangent[s, 5]
    j = 3 * i
    out[c, 0, j], out[c, 0, j + 1], out[c, 0, j + 2] = t0, t5, t4
    out[c, 1, j], out[c, 1, j + 1], out[c, 1, j + 2] = t5, t1, t3
    out[c, 2, j], out[c, 2, j + 1], out[c, 2, j + 2] = t4, t3, t2


@kernel
def point_moduli(tangent, weight, out):
    """D (3, 3, 9) of a tangent (6, 6) over (11, 22, 33, 2·23, 2·13, 2·12), times the weight."""
    _moduli_row(tangent, 0, weight, 0, 0, out)
    _moduli_row(tangent, 1, weight, 1, 1, out)
    _moduli_row(tangent, 2, weight, 2, 2, out)
    _moduli_row(tangent, 3, weight, 1, 2, out)
    _moduli_row(tangent, 3, weight, 2, 1, out)
    _moduli_row(tangent, 4, weight, 0, 2, out)
    _moduli_row(tangent, 4, weight, 2, 0, out)
    _moduli_row(tangent, 5, weight, 0, 1, out)
    _moduli_row(tangent, 5, weight, 1, 0, out)


@inlined_kernel
def add_initial_stress(stress, weight, out):
    """Add to D (3, 3, 9) what turning a stress (3, 3) resists: weight τ_cd δ_ij."""
    for c in range(3):
        for d in range(3):
            value = weight * stress[c, d]
            out[c, d, 0] += value
            out[c, d, 4] += value
            out[c, d, 8] += value


@inlined_kernel
def add_step_stress(f, weight, out):
    """Add the resistance to the step's own strain, weight (f fᵀ - 1), to S (3, 3)."""
    for i in range(3):
        out[i, i] -= weight
        for j in range(3):
            out[i, j] += weight * (f[i, 0] * f[j, 0] + f[i, 1] * f[j, 1] + f[i, 2] * f[j, 2])


@inlined_kernel
def add_step_moduli(f, weight, out):
    """Add the tangent of that resistance, weight ((f fᵀ)_cd δ_ij + δ_id δ_jc), to D (3, 3, 9)."""
    for c in range(3):
        for d in range(3):
            value = weight * (f[c, 0] * f[d, 0] + f[c, 1] * f[d, 1] + f[c, 2] * f[d, 2])
            out[c, d, 0] += value
            out[c, d, 4] += value
            out[c, d, 8] += value
            out[c, d, 3 * d + c] += weight


@inlined_kernel
def point_sides(moduli, g, out):
    """Rows (3, 9k) of one point: Σ_d D[c, d] g[d, b] at column 9b."""
    nodes = out.shape[1] // 9
    for c in range(3):
        for b in range(nodes):
            g0 = g[0, b]
            g1 = g[1, b]
            g2 = g[2, b]
            for m in range(9):
                out[c, 9 * b + m] = (
                    moduli[c, 0, m] * g0 + moduli[c, 1, m] * g1 + moduli[c, 2, m] * g2
                )


@kernel
def cell_product(g, sides, points, out):
    """Tangent (k, 9k) of a cell: gradients (3 points, k) transposed times sides (3 points, 9k).

    Two rows at a time, so that each side is read half as often; with an odd number of nodes ``g`` and ``out`` have
    one more column and row.
    """
    width = sides.shape[1]
    for a in range(0, width // 9, 2):
        for m in range(width):
            out[a, m] = 0.0
            out[a + 1, m] = 0.0
        for p in range(points):
            r = 3 * p
            g0 = g[r, a]
            g1 = g[r + 1, a]
            g2 = g[r + 2, a]
            h0 = g[r, a + 1]
            h1 = g[r + 1, a + 1]
            h2 = g[r + 2, a + 1]
            if g0 == 0.0 and g1 == 0.0 and g2 == 0.0 and h0 == 0.0 and h1 == 0.0 and h2 == 0.0:
                continue  # a tetrahedron of a patch reaches four of its nodes
            for m in range(width):
                s0 = sides[r, m]
                s1 = sides[r + 1, m]
                s2 = sides[r + 2, m]
                out[a, m] += g0 * s0 + g1 * s1 + g2 * s2
                out[a + 1, m] += h0 * s0 + h1 * s1 + h2 * s2


@inlined_kernel
def put_matrix(local, out):
    """Write a cell's tangent as a matrix (3k, 3k)."""
    nodes = out.shape[0] // 3
    for a in range(nodes):
        for b in range(nodes):
            for i in range(3):
                for j in range(3):
                    out[3 * a + i, 3 * b + j] = local[a, 9 * b + 3 * i + j]


@inlined_kernel
def add_blocks(local, places, out):
    """Add a cell's tangent to the blocks (n_blocks, 3, 3) at ``places`` (k, k)."""
    nodes = places.shape[0]
    for a in range(nodes):
        for b in range(nodes):
            block = places[a, b]
            for i in range(3):
                for j in range(3):
                    out[block, i, j] += local[a, 9 * b + 3 * i + j]
