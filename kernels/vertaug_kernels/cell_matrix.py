# SPDX-License-Identifier: BSD-3-Clause
"""Tangent of a cell from what its integration points answer, for any number of nodes.

Each point gives moduli D (3, 3, 9) by gradients of shape functions in space:

    K[ai, bj] = Σ_p Σ_cd g[p, c, a] D[p, c, d, 3i + j] g[p, d, b]

so that stress, initial stress, the resistance to the step's strain and the averaging of volume are entries of
D, and the tangent of a cell is two products of small matrices. Gradients lie as rows (3q, k), the
tangent as (k, 9k), row a, column 9b + 3i + j: the innermost loops are long and use the processor's vector units.
"""

from vertaug_kernels._jit import inlined_kernel, kernel
from vertaug_kernels._lanes import LANES, put, splat, take, turned

ENTRY = ((0, 5, 4), (5, 1, 3), (4, 3, 2))
"""Place of the component ij of a symmetric tensor among (11, 22, 33, 23, 13, 12)."""

_FULL = 90
"""Columns of the widest cell all of whose points reach all of its nodes."""


@inlined_kernel
def spatial_gradients(inverse, gradients, out):
    """Shape gradients (3, k) at the candidate, G f⁻¹, from those (k, 3) at the start."""
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
    entries, flat = moduli.reshape(81), out.reshape(out.size)
    for c in range(3):
        row = 27 * c
        d0, d1, d2 = take(entries, row), take(entries, row + 9), take(entries, row + 18)
        e0, e1, e2 = entries[row + 8], entries[row + 17], entries[row + 26]
        for b in range(nodes):
            g0, g1, g2 = g[0, b], g[1, b], g[2, b]
            at = 9 * (c * nodes + b)
            put(flat, at, d0 * splat(g0) + d1 * splat(g1) + d2 * splat(g2))
            flat[at + 8] = e0 * g0 + e1 * g1 + e2 * g2


@kernel
def cell_product(g, sides, points, symmetric, out):
    """Tangent (k, 9k) of a cell: gradients (3 points, k) transposed times sides (3 points, 9k).

    Two rows and 24 columns at a time, which stay in registers; with an odd number of nodes ``g`` and ``out`` have
    one more column and row. What lies below the diagonal of a symmetric tangent is taken from above.
    """
    width = sides.shape[1]
    nodes = width // 9
    for a in range(0, nodes, 2):
        column = 9 * a if symmetric else 0
        while column < width:
            _product_part(g, sides, points, a, min(column, width - 3 * LANES), out)
            column += 3 * LANES
    if symmetric:
        _mirror(out, nodes)


@inlined_kernel
def _product_part(g, sides, points, a, column, out):
    """Rows a and a + 1 of the product, from a column on."""
    width = sides.shape[1]
    sparse = width > _FULL
    flat = sides.reshape(sides.size)
    x0, x1, x2 = splat(0.0), splat(0.0), splat(0.0)
    y0, y1, y2 = x0, x1, x2
    for p in range(points):
        r = 3 * p
        if sparse and (
            g[r, a] == 0.0 and g[r + 1, a] == 0.0 and g[r + 2, a] == 0.0
            and g[r, a + 1] == 0.0 and g[r + 1, a + 1] == 0.0 and g[r + 2, a + 1] == 0.0
        ):  # fmt: skip
            continue  # a tetrahedron of a patch reaches four of its nodes
        for d in range(3):
            at = (r + d) * width + column
            s0, s1, s2 = take(flat, at), take(flat, at + LANES), take(flat, at + 2 * LANES)
            one, other = splat(g[r + d, a]), splat(g[r + d, a + 1])
            x0, x1, x2 = x0 + one * s0, x1 + one * s1, x2 + one * s2
            y0, y1, y2 = y0 + other * s0, y1 + other * s1, y2 + other * s2
    rows = out.reshape(out.size)
    at = a * width + column
    put(rows, at, x0)
    put(rows, at + LANES, x1)
    put(rows, at + 2 * LANES, x2)
    at += width
    put(rows, at, y0)
    put(rows, at + LANES, y1)
    put(rows, at + 2 * LANES, y2)


@inlined_kernel
def _mirror(out, nodes):
    """Fill a tangent (k, 9k) below its diagonal."""
    flat = out.reshape(out.size)
    for a in range(nodes):
        for b in range(a + 1, nodes):
            above, below = 9 * (a * nodes + b), 9 * (b * nodes + a)
            put(flat, below, turned(take(flat, above)))
            flat[below + 8] = flat[above + 8]


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
    """Add a cell's tangent (k · 9k,) to the blocks (n_blocks · 9,) at ``places`` (k, k)."""
    nodes = places.shape[0]
    for a in range(nodes):
        for b in range(nodes):
            block = 9 * places[a, b]
            entry = 9 * (a * nodes + b)
            put(out, block, take(out, block) + take(local, entry))
            out[block + 8] += local[entry + 8]
