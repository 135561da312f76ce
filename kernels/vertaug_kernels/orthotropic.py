# SPDX-License-Identifier: BSD-3-Clause
"""Orthotropic linear elasticity in material axes, Mandel vectors; the third axis is the SI axis."""

from vertaug_kernels._jit import kernel


@kernel
def orthotropic_stiffness(parameters, first, out):
    """Stiffness (6, 6) from nine entries at ``first``: c11, c22, c33, c23, c13, c12, g23, g13, g12."""
    for i in range(6):
        for j in range(6):
            out[i, j] = 0.0
    for i in range(3):
        out[i, i] = parameters[first + i]
        out[3 + i, 3 + i] = 2.0 * parameters[first + 6 + i]
    out[1, 2] = out[2, 1] = parameters[first + 3]
    out[0, 2] = out[2, 0] = parameters[first + 4]
    out[0, 1] = out[1, 0] = parameters[first + 5]


@kernel
def orthotropic(strain, parameters, out_stress, out_tangent, out_elastic):
    """τ = C ε, W = ½ ε·C ε with Hencky (or small) strain; returns (energy, 0)."""
    orthotropic_stiffness(parameters, 2, out_tangent)
    energy = 0.0
    for i in range(6):
        total = 0.0
        for j in range(6):
            total += out_tangent[i, j] * strain[j]
        out_stress[i] = total
        out_elastic[i] = strain[i]
        energy += 0.5 * total * strain[i]
    return energy, 0.0
