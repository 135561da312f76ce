# SPDX-License-Identifier: BSD-3-Clause
"""Drucker-Prager cone with an elliptic compression cap and a cut-off in mean tension.

With p > 0 in tension: cone q + M p = d with flow of slope M_ψ, cap q² + (p - p_a)²/R² = B² for p < p_a with
B = d - M p_a (they meet at the cap's top), cut-off p = p_t. The cap's end p_b = |p_a| + R B hardens as
J_p^(-m) with the plastic volume ratio J_p < 1 at the step's start. Cap and cut-off are associated; the cone
is where M_ψ = M.
"""

from vertaug_kernels._jit import kernel
from vertaug_kernels._stack import stack_vector
from vertaug_kernels.invariant_plane import (
    assemble,
    flow_norm,
    return_to_ellipse,
    trial_invariants,
)
from vertaug_kernels.shifted_ellipse import plastic_volume


@kernel
def _to_corner(p, q, q_free, out_slopes):
    """A state of fixed p and, unless ``q_free``, fixed q; callers add 0·p to keep what is no number."""
    for k in range(4):
        out_slopes[k] = 0.0
    if q_free:
        out_slopes[3] = 1.0
    return p, q


@kernel
def return_to_cone(p_trial, q_trial, bulk, shear, cone, top, cut_off, out_slopes):
    """From a trial with p above the cap's top ``top``; ``cone`` is (M, M_ψ, d); returns (p, q)."""
    friction, dilation, cohesion = cone
    excess = q_trial + friction * p_trial - cohesion
    at_cut_off = max(cohesion - friction * cut_off, 0.0)
    hardness = 3.0 * shear + bulk * friction * dilation
    gamma = 0.0 if excess <= 0.0 else excess / hardness
    p = p_trial - bulk * dilation * gamma
    if not p <= cut_off:
        q_free = q_trial <= at_cut_off
        return _to_corner(cut_off + 0.0 * p, q_trial if q_free else at_cut_off, q_free, out_slopes)
    if not p >= top:
        return _to_corner(top + 0.0 * p, cohesion - friction * top, False, out_slopes)
    out_slopes[0] = 1.0
    out_slopes[1] = 0.0
    out_slopes[2] = 0.0
    out_slopes[3] = 1.0
    if gamma > 0.0:
        out_slopes[0] -= bulk * dilation * friction / hardness
        out_slopes[1] -= bulk * dilation / hardness
        out_slopes[2] -= 3.0 * shear * friction / hardness
        out_slopes[3] -= 3.0 * shear / hardness
    return p, q_trial - 3.0 * shear * gamma


@kernel
def drucker_prager(strain, ratio, parameters, out_stress, out_tangent, out_elastic):
    """Capped cone on Hencky elasticity; returns (energy, plastic norm)."""
    bulk = parameters[2]
    shear = parameters[3]
    friction = parameters[4]
    cohesion = parameters[6]
    aspect = parameters[9]
    plastic = plastic_volume(strain, ratio)
    hardening = plastic ** -parameters[10] if plastic < 1.0 else 1.0
    crush = parameters[8] * hardening
    top = (aspect * cohesion - crush) / (1.0 + aspect * friction)
    direction = stack_vector(3)
    slopes = stack_vector(4)
    p_trial, q_trial = trial_invariants(strain, bulk, shear, direction)
    if p_trial < top:
        p, q = return_to_ellipse(
            p_trial, q_trial, bulk, shear, top, 1.0 / aspect, cohesion - friction * top, slopes
        )
    else:
        p, q = return_to_cone(
            p_trial, q_trial, bulk, shear, (friction, parameters[5], cohesion), top, parameters[7],
            slopes,
        )  # fmt: skip
    stored, dissipated, volume_flow, shear_flow = assemble(
        bulk, shear, p_trial, q_trial, p, q, slopes, direction, out_stress, out_tangent, out_elastic
    )
    return stored + dissipated, flow_norm(volume_flow, shear_flow)
