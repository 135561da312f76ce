# SPDX-License-Identifier: BSD-3-Clause
"""J2 plasticity with linear and saturating hardening, implicit in the step.

The yield stress is Y + H κ + (Y_s - Y)(1 - e^(-δκ)), κ the accumulated equivalent plastic strain
(Voce's saturation with a linear rest). Two forms with the same parameters: `j2` in principal axes
and `j2_tensor`, which needs no eigenvectors and leaves at once where the trial is elastic.
"""

import math

from vertaug_kernels._jit import kernel
from vertaug_kernels._stack import stack_vector
from vertaug_kernels.invariant_plane import assemble, trial_invariants


@kernel
def _unsaturated(kappa, parameters):
    """What saturation has still to add to the yield stress at κ."""
    rise = parameters[6] - parameters[4]
    return rise * math.exp(-parameters[7] * kappa) if rise != 0.0 else 0.0


@kernel
def yield_stress(kappa, parameters):
    """Yield stress and its slope at κ."""
    rest = _unsaturated(kappa, parameters)
    slope = parameters[5] + parameters[7] * rest
    return parameters[6] - rest + parameters[5] * kappa, slope


@kernel
def hardening_work(kappa, growth, parameters):
    """Integral of the yield stress from κ to κ + Δκ."""
    rate = parameters[7]
    rest = _unsaturated(kappa, parameters)
    if rate * growth > 1e-6:
        saturated = rest * -math.expm1(-rate * growth) / rate
    else:
        saturated = rest * growth * (1.0 - 0.5 * rate * growth)
    return (parameters[6] + parameters[5] * (kappa + 0.5 * growth)) * growth - saturated


@kernel
def plastic_growth(q, kappa, shear, parameters):
    """Δκ ≥ 0 with q - 3G Δκ = σ_y(κ + Δκ); Newton from zero climbs, the left side is convex."""
    growth = 0.0
    for _ in range(60):
        strength, slope = yield_stress(kappa + growth, parameters)
        step = (q - 3.0 * shear * growth - strength) / (3.0 * shear + slope)
        growth += step
        if not step > 1e-15 * growth:
            break
    return growth


@kernel
def j2(strain, kappa, parameters, out_stress, out_tangent, out_elastic):
    """J2 in principal axes; returns (stored energy + work of hardening, Δκ)."""
    bulk = parameters[2]
    shear = parameters[3]
    direction = stack_vector(3)
    slopes = stack_vector(4)
    slopes[0] = slopes[3] = 1.0
    slopes[1] = slopes[2] = 0.0
    p, q_trial = trial_invariants(strain, bulk, shear, direction)
    strength, _ = yield_stress(kappa, parameters)
    growth = 0.0
    if not q_trial <= strength:
        growth = plastic_growth(q_trial, kappa, shear, parameters)
        _, slope = yield_stress(kappa + growth, parameters)
        slopes[3] = slope / (3.0 * shear + slope)
    q = q_trial - 3.0 * shear * growth
    stored, _, _, _ = assemble(
        bulk, shear, p, q_trial, p, q, slopes, direction, out_stress, out_tangent, out_elastic
    )
    return stored + hardening_work(kappa, growth, parameters), growth


@kernel
def _isotropic_mandel(bulk, shear, out):
    """Isotropic stiffness (6, 6) in Mandel notation."""
    for i in range(6):
        for j in range(6):
            out[i, j] = 0.0
        out[i, i] = 2.0 * shear
    for i in range(3):
        for j in range(3):
            out[i, j] += bulk - 2.0 * shear / 3.0


@kernel
def j2_tensor(strain, kappa, parameters, out_stress, out_tangent, out_elastic):
    """J2 on Mandel vectors (6,); returns (stored energy + work of hardening, Δκ)."""
    bulk = parameters[2]
    shear = parameters[3]
    volume = strain[0] + strain[1] + strain[2]
    square = 0.0
    for i in range(6):
        out_stress[i] = 2.0 * shear * (strain[i] - (volume / 3.0 if i < 3 else 0.0))
        square += out_stress[i] * out_stress[i]
    q_trial = math.sqrt(1.5 * square)
    strength, _ = yield_stress(kappa, parameters)
    growth = 0.0
    share = 1.0
    if not q_trial <= strength:
        growth = plastic_growth(q_trial, kappa, shear, parameters)
        share = 1.0 - 3.0 * shear * growth / q_trial
    _isotropic_mandel(bulk, shear * share, out_tangent)
    if growth > 0.0:
        _, slope = yield_stress(kappa + growth, parameters)
        factor = slope / (3.0 * shear + slope) - share
        factor *= 3.0 * shear / (q_trial * q_trial)
        for i in range(6):
            for j in range(6):
                out_tangent[i, j] += factor * out_stress[i] * out_stress[j]
    q = share * q_trial
    for i in range(6):
        out_stress[i] *= share
        out_elastic[i] = out_stress[i] / (2.0 * shear)
        if i < 3:
            out_stress[i] += bulk * volume
            out_elastic[i] += volume / 3.0
    stored = 0.5 * bulk * volume * volume + q * q / (6.0 * shear)
    return stored + hardening_work(kappa, growth, parameters), growth
