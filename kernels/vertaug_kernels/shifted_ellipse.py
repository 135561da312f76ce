# SPDX-License-Identifier: BSD-3-Clause
"""Crushable foam with a shifted ellipse whose compressive end hardens with the plastic volume.

q² + α² (p - p₀)² = α² ((p_c + p_t)/2)², p₀ = (p_t - p_c)/2, p > 0 in tension. The tensile end p_t stays, the
compressive end is p_c J_p^(-m) with the plastic volume ratio J_p at the step's start. Flow is associated.
"""

import math

from vertaug_kernels._jit import kernel
from vertaug_kernels._stack import stack_vector
from vertaug_kernels.densification import densification
from vertaug_kernels.invariant_plane import (
    assemble,
    flow_norm,
    return_to_ellipse,
    trial_invariants,
)
from vertaug_kernels.locking import add_mean_stress


@kernel
def plastic_volume(strain, ratio):
    """Plastic volume ratio at the step's start, the same for every candidate of the step."""
    return ratio * math.exp(-(strain[0] + strain[1] + strain[2]))


@kernel
def shifted_ellipse(strain, ratio, parameters, out_stress, out_tangent, out_elastic):
    """Shifted ellipse on Hencky elasticity with densification; returns (energy, plastic norm)."""
    bulk = parameters[2]
    shear = parameters[3]
    alpha = parameters[4]
    tensile = parameters[6]
    compressive = parameters[5] * plastic_volume(strain, ratio) ** -parameters[7]
    direction = stack_vector(3)
    slopes = stack_vector(4)
    p_trial, q_trial = trial_invariants(strain, bulk, shear, direction)
    p, q = return_to_ellipse(
        p_trial, q_trial, bulk, shear, 0.5 * (tensile - compressive), alpha,
        0.5 * alpha * (tensile + compressive), slopes,
    )  # fmt: skip
    stored, dissipated, volume_flow, shear_flow = assemble(
        bulk, shear, p_trial, q_trial, p, q, slopes, direction, out_stress, out_tangent, out_elastic
    )
    dense, stress, slope = densification(ratio, parameters, 8)
    add_mean_stress(stress, slope, out_stress, out_tangent)
    return stored + dissipated + dense, flow_norm(volume_flow, shear_flow)
