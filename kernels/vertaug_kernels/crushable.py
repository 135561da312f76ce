# SPDX-License-Identifier: BSD-3-Clause
"""Crushable foam with an ellipse whose tension side may be weaker: Deshpande & Fleck 2000."""

import math

from vertaug_kernels._jit import kernel
from vertaug_kernels.hencky import isotropic_tangent
from vertaug_kernels.return_map import return_two_part


@kernel
def crushable(strain, parameters, out_stress, out_tangent, out_elastic):
    """Split-ellipse plasticity on Hencky elasticity; returns (energy, plastic norm).

    Yield: q² + α² p² = (1 + α_c²/9) Y² with α = α_c where the mean Kirchhoff stress p is
    compressive and α_t where it is tensile (Deshpande & Fleck 2000 for α_t = α_c; Y is the
    uniaxial crush strength). Both halves meet at p = 0 with a common tangent, flow is associated.
    """
    bulk = parameters[2]
    shear = parameters[3]
    volume = strain[0] + strain[1] + strain[2]
    pressure = bulk * volume
    square = 0.0
    for i in range(3):
        out_stress[i] = 2.0 * shear * (strain[i] - volume / 3.0)
        square += out_stress[i] * out_stress[i]
    q_trial = math.sqrt(1.5 * square)
    alpha = parameters[5] if pressure < 0.0 else parameters[6]
    radius = parameters[4] * math.sqrt(1.0 + parameters[5] * parameters[5] / 9.0)
    gamma = return_two_part(q_trial, alpha * pressure, 3.0 * shear, bulk * alpha * alpha, radius)
    a = 1.0 / (1.0 + 3.0 * shear * gamma)
    b = 1.0 / (1.0 + bulk * alpha * alpha * gamma)
    p = b * pressure
    q = a * q_trial
    isotropic_tangent(bulk * b, shear * a, out_tangent)
    if gamma > 0.0:
        h = 6.0 * shear * a * q * q + 2.0 * bulk * alpha**4 * b * p * p
        for i in range(3):
            mi = 3.0 * shear * a * a * out_stress[i] + bulk * alpha * alpha * b * p
            for j in range(3):
                mj = 3.0 * shear * a * a * out_stress[j] + bulk * alpha * alpha * b * p
                out_tangent[i, j] -= 2.0 * mi * mj / h
    norm = 0.0
    for i in range(3):
        deviator = a * out_stress[i]
        out_elastic[i] = deviator / (2.0 * shear) + p / (3.0 * bulk)
        flow = gamma * (1.5 * deviator + alpha * alpha * p / 3.0)
        norm += flow * flow
        out_stress[i] = deviator + p
    energy = q * q / (6.0 * shear) + p * p / (2.0 * bulk) + gamma * radius * radius
    return energy, math.sqrt(norm)
