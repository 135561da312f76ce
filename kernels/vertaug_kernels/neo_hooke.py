# SPDX-License-Identifier: BSD-3-Clause
"""Compressible neo-Hookean solid in principal logarithmic strains."""

import math

from vertaug_kernels._jit import kernel


@kernel
def neo_hooke(strain, parameters, out_stress, out_tangent, out_elastic):
    """W = μ/2 (I₁ - 3 - 2 ln J) + λ/2 ln² J with λ = K - 2G/3, μ = G; returns (energy, 0)."""
    mu = parameters[3]
    lame = parameters[2] - 2.0 * mu / 3.0
    volume = strain[0] + strain[1] + strain[2]
    energy = 0.5 * lame * volume * volume - mu * volume
    for i in range(3):
        grown = math.expm1(2.0 * strain[i])
        energy += 0.5 * mu * grown
        out_stress[i] = mu * grown + lame * volume
        out_elastic[i] = strain[i]
        for j in range(3):
            out_tangent[i, j] = lame
        out_tangent[i, i] += 2.0 * mu * (1.0 + grown)
    return energy, 0.0
