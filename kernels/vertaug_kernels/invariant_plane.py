# SPDX-License-Identifier: BSD-3-Clause
"""Laws that return in the plane of mean stress p and von Mises stress q.

The trial stress is p_t 1 + q_t n̂ with n̂ = s/q_t (n̂·n̂ = 2/3); a return keeps n̂. A law says what p, q
become and their four derivatives by p_t, q_t; the rest is the same for all of them.
"""

import math

from vertaug_kernels._jit import kernel
from vertaug_kernels.return_map import return_two_part


@kernel
def trial_invariants(strain, bulk, shear, out_direction):
    """p, q of the trial stress of isotropic Hencky elasticity; n̂ (3,), zero where q is."""
    volume = strain[0] + strain[1] + strain[2]
    square = 0.0
    for i in range(3):
        out_direction[i] = 2.0 * shear * (strain[i] - volume / 3.0)
        square += out_direction[i] * out_direction[i]
    q = math.sqrt(1.5 * square)
    for i in range(3):
        out_direction[i] = out_direction[i] / q if q > 0.0 else 0.0
    return bulk * volume, q


@kernel
def return_to_ellipse(p_trial, q_trial, bulk, shear, centre, alpha, radius, out_slopes):
    """Closest point of q² + α² (p - p₀)² = R²; returns (p, q).

    ``out_slopes`` (4,): ∂p/∂p_t, ∂p/∂q_t, ∂q/∂p_t, ∂q/∂q_t. Needs α > 0.
    """
    stiffness = bulk * alpha * alpha
    y = alpha * (p_trial - centre)
    gamma = return_two_part(q_trial, y, 3.0 * shear, stiffness, radius)
    a = 1.0 / (1.0 + 3.0 * shear * gamma)
    b = 1.0 / (1.0 + stiffness * gamma)
    q = a * q_trial
    y *= b
    out_slopes[0] = b
    out_slopes[1] = 0.0
    out_slopes[2] = 0.0
    out_slopes[3] = a
    if gamma == 0.0:
        return p_trial, q_trial
    h = 3.0 * shear * a * q * q + stiffness * b * y * y
    out_slopes[0] -= stiffness * b * y * b * y / h
    out_slopes[1] -= stiffness * b * y * a * q / (h * alpha)
    out_slopes[2] -= 3.0 * shear * a * q * b * y * alpha / h
    out_slopes[3] -= 3.0 * shear * a * q * a * q / h
    return centre + y / alpha, q


@kernel
def assemble(
    bulk, shear, p_trial, q_trial, p, q, slopes, direction, out_stress, out_tangent, out_elastic
):  # fmt: skip
    """Stress, tangent and elastic strain; returns (stored energy, σ·Δε_p, volume and shear flow)."""
    share = q / q_trial if q_trial > 0.0 else slopes[3]
    side = 2.0 * shear * share
    for i in range(3):
        n = direction[i]
        out_stress[i] = p + q * n
        out_elastic[i] = p / (3.0 * bulk) + q * n / (2.0 * shear)
        for j in range(3):
            m = direction[j]
            value = slopes[0] * bulk + 3.0 * shear * slopes[1] * m + slopes[2] * bulk * n
            value += (3.0 * shear * slopes[3] - 1.5 * side) * n * m - side / 3.0
            out_tangent[i, j] = value
        out_tangent[i, i] += side
    stored = 0.5 * p * p / bulk + q * q / (6.0 * shear)
    volume_flow = (p_trial - p) / bulk
    shear_flow = (q_trial - q) / (3.0 * shear)
    return stored, p * volume_flow + q * shear_flow, volume_flow, shear_flow


@kernel
def flow_norm(volume_flow, shear_flow):
    """Norm of the plastic strain from its volume and its equivalent shear."""
    return math.sqrt(volume_flow * volume_flow / 3.0 + 1.5 * shear_flow * shear_flow)
