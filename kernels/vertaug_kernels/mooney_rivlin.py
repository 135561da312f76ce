# SPDX-License-Identifier: BSD-3-Clause
"""Compressible Mooney-Rivlin solid with a split of shape and volume, in principal log strains."""

import math

from vertaug_kernels._jit import kernel
from vertaug_kernels._stack import stack_vector


@kernel
def mooney_rivlin(strain, parameters, out_stress, out_tangent, out_elastic):
    """W = C₁₀ (Ī₁ - 3) + C₀₁ (Ī₂ - 3) + K/2 ln² J of the isochoric stretches; returns (energy, 0)."""
    bulk = parameters[2]
    first = parameters[3]
    second = parameters[4]
    volume = strain[0] + strain[1] + strain[2]
    slope = stack_vector(3)
    curve = stack_vector(3)
    energy = 0.5 * bulk * volume * volume
    mean = 0.0
    curves = 0.0
    for i in range(3):
        grown = math.expm1(2.0 * (strain[i] - volume / 3.0))
        square = 1.0 + grown
        energy += (first - second / square) * grown
        slope[i] = 2.0 * (first * square - second / square)
        curve[i] = 4.0 * (first * square + second / square)
        mean += slope[i] / 3.0
        curves += curve[i] / 3.0
    for i in range(3):
        out_stress[i] = bulk * volume + slope[i] - mean
        out_elastic[i] = strain[i]
        for j in range(3):
            out_tangent[i, j] = bulk + (curves - curve[i] - curve[j]) / 3.0
        out_tangent[i, i] += curve[i]
    return energy, 0.0
