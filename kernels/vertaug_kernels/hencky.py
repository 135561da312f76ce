# SPDX-License-Identifier: BSD-3-Clause
"""Isotropic Hencky elasticity in principal logarithmic strains."""

from vertaug_kernels._jit import kernel


@kernel
def isotropic_tangent(bulk, shear, out):
    """dτ_A/dε_B of isotropic Hencky elasticity."""
    for i in range(3):
        for j in range(3):
            out[i, j] = bulk - 2.0 * shear / 3.0
        out[i, i] += 2.0 * shear


@kernel
def hencky(strain, parameters, out_stress, out_tangent, out_elastic):
    """τ = K tr(ε) 1 + 2 G dev(ε); returns (energy, 0)."""
    bulk = parameters[2]
    shear = parameters[3]
    volume = strain[0] + strain[1] + strain[2]
    energy = 0.5 * bulk * volume * volume
    isotropic_tangent(bulk, shear, out_tangent)
    for i in range(3):
        deviator = strain[i] - volume / 3.0
        energy += shear * deviator * deviator
        out_stress[i] = bulk * volume + 2.0 * shear * deviator
        out_elastic[i] = strain[i]
    return energy, 0.0
