# SPDX-License-Identifier: BSD-3-Clause
"""Ellipse with a tension cut-off: closest-point return in principal Kirchhoff stresses.

The admissible stresses are the ellipse q² + α² p² ≤ R² cut by τ_i ≤ T. With the ellipse's
multiplier γ known, the return is linear: the moduli are softened to G a and K b, with
a = 1/(1 + 3Gγ), b = 1/(1 + Kα²γ), and each principal stress at the cut-off takes a crack strain
of its own. The stresses that reach the cut-off are the largest ones.

Cracks are plastic strain in `crushable_cut_off`. In `crushable_closing` they stay part of the strain that
is handed back: what has opened must close before it carries compression again, along the same axes.
"""

import math

from vertaug_kernels._jit import kernel
from vertaug_kernels._stack import stack_indices, stack_matrix, stack_vector


@kernel
def eliminate(vector, active, lame, double_shear, target, cracks):
    """Take from ``vector`` (3,) what brings its active entries to ``target``.

    The moduli are λ δδ + 2μ δ; ``cracks`` (3,) gets the strains that do it, zero where inactive.
    """
    count = 0
    total = 0.0
    for i in range(3):
        cracks[i] = 0.0
        if active[i]:
            count += 1
            total += vector[i] - target
    if count == 0:
        return
    total /= double_shear + count * lame
    for i in range(3):
        if active[i]:
            cracks[i] = (vector[i] - target - lame * total) / double_shear
    for i in range(3):
        vector[i] -= lame * total + double_shear * cracks[i]


@kernel
def _normal(stress, alpha, out):
    """Gradient (3,) of ½(q² + α² p²); returns q² + α² p²."""
    p = (stress[0] + stress[1] + stress[2]) / 3.0
    square = 0.0
    for i in range(3):
        deviator = stress[i] - p
        square += deviator * deviator
        out[i] = 1.5 * deviator + alpha * alpha * p / 3.0
    return 1.5 * square + alpha * alpha * p * p


@kernel
def _at_multiplier(trial, bulk, shear, alpha, gamma, active, cut_off, stress, cracks):
    """Stresses for a given γ and active set; returns the softened λ and 2μ."""
    a = 1.0 / (1.0 + 3.0 * shear * gamma)
    b = 1.0 / (1.0 + bulk * alpha * alpha * gamma)
    p = (trial[0] + trial[1] + trial[2]) / 3.0
    for i in range(3):
        stress[i] = a * (trial[i] - p) + b * p
    lame = bulk * b - 2.0 * shear * a / 3.0
    eliminate(stress, active, lame, 2.0 * shear * a, cut_off, cracks)
    return lame, 2.0 * shear * a


@kernel
def _projected_normal(normal, lame, double_shear, active, out, scratch):
    """Softened moduli times the normal, with the active entries eliminated; returns their product."""
    total = normal[0] + normal[1] + normal[2]
    for i in range(3):
        out[i] = lame * total + double_shear * normal[i]
    eliminate(out, active, lame, double_shear, 0.0, scratch)
    return normal[0] * out[0] + normal[1] * out[1] + normal[2] * out[2]


@kernel
def _ellipse_multiplier(trial, bulk, shear, alpha, radius, active, cut_off, stress, cracks, work):
    """γ ≥ 0 that brings the stresses of an active set onto the ellipse; Newton from zero."""
    gamma = 0.0
    for _ in range(60):
        lame, double_shear = _at_multiplier(
            trial, bulk, shear, alpha, gamma, active, cut_off, stress, cracks
        )
        norm = math.sqrt(_normal(stress, alpha, work[0]))
        if norm <= radius * (1.0 + 1e-14):
            return gamma
        slope = _projected_normal(work[0], lame, double_shear, active, work[1], work[2]) / norm
        if not slope > 0.0:
            return gamma
        gamma += (norm - radius) / slope
    return gamma


@kernel
def _activate(trial, count, active):
    """Mark the ``count`` largest of three."""
    for i in range(3):
        rank = 0
        for j in range(3):
            if trial[j] > trial[i] or (trial[j] == trial[i] and j < i):
                rank += 1
        active[i] = rank < count


@kernel
def _admissible(trial, stress, cracks, active, cut_off):
    """Whether no crack closes and no inactive stress is past the cut-off, but for round-off of the trial."""
    slack = 1e-12 * (1.0 + abs(cut_off))
    for i in range(3):
        slack += 1e-14 * abs(trial[i])
    for i in range(3):
        if active[i] and cracks[i] < 0.0:
            return False
        if not active[i] and stress[i] > cut_off + slack:
            return False
    return True


@kernel
def _fill_tangent(bulk, shear, alpha, gamma, active, stress, tangent, work):
    """Consistent tangent (3, 3): softened moduli projected on what is active."""
    lame = (
        bulk / (1.0 + bulk * alpha * alpha * gamma)
        - 2.0 * shear / (1.0 + 3.0 * shear * gamma) / 3.0
    )
    double_shear = 2.0 * shear / (1.0 + 3.0 * shear * gamma)
    for j in range(3):
        for i in range(3):
            work[1, i] = lame + (double_shear if i == j else 0.0)
        eliminate(work[1], active, lame, double_shear, 0.0, work[2])
        for i in range(3):
            tangent[i, j] = work[1, i]
    if gamma > 0.0:
        _normal(stress, alpha, work[0])
        product = _projected_normal(work[0], lame, double_shear, active, work[1], work[2])
        if product > 1e-30:
            for i in range(3):
                for j in range(3):
                    tangent[i, j] -= work[1, i] * work[1, j] / product


@kernel
def _returned(strain, parameters, out_stress, out_tangent, cracks):
    """Stress, tangent and crack strains of a trial strain; returns energy, γ and whether anything flows."""
    bulk = parameters[2]
    shear = parameters[3]
    alpha = parameters[5]
    cut_off = parameters[6]
    radius = parameters[4] * math.sqrt(1.0 + alpha * alpha / 9.0)
    work = stack_matrix(3, 3)
    trial = stack_vector(3)
    active = stack_indices(3)
    volume = strain[0] + strain[1] + strain[2]
    for i in range(3):
        trial[i] = bulk * volume + 2.0 * shear * (strain[i] - volume / 3.0)
    gamma = 0.0
    for count in range(4):
        _activate(trial, count, active)
        gamma = _ellipse_multiplier(
            trial, bulk, shear, alpha, radius, active, cut_off, out_stress, cracks, work
        )
        if _admissible(trial, out_stress, cracks, active, cut_off):
            break
    _fill_tangent(bulk, shear, alpha, gamma, active, out_stress, out_tangent, work)
    p = (out_stress[0] + out_stress[1] + out_stress[2]) / 3.0
    energy = 0.5 * p * p / bulk + gamma * _normal(out_stress, alpha, work[0])
    for i in range(3):
        deviator = out_stress[i] - p
        energy += deviator * deviator / (4.0 * shear) + cracks[i] * cut_off
    return energy, gamma, gamma > 0.0 or active[0] or active[1] or active[2]


@kernel
def _elastic_strain(stress, bulk, shear, out):
    """Principal elastic strains (3,) of principal stresses."""
    p = (stress[0] + stress[1] + stress[2]) / 3.0
    for i in range(3):
        out[i] = (stress[i] - p) / (2.0 * shear) + p / (3.0 * bulk)


@kernel
def crushable_cut_off(strain, parameters, out_stress, out_tangent, out_elastic):
    """Crushable law with tension cut-off on Hencky elasticity; returns (energy, plastic norm).

    Ellipse as in `crushable` with one factor on both sides; `cut_off` is the largest tensile
    principal Kirchhoff stress, which must lie inside the ellipse.
    """
    cracks = stack_vector(3)
    energy, _, flows = _returned(strain, parameters, out_stress, out_tangent, cracks)
    norm = 0.0
    if flows:
        _elastic_strain(out_stress, parameters[2], parameters[3], out_elastic)
    for i in range(3):
        if not flows:
            out_elastic[i] = strain[i]
        norm += (strain[i] - out_elastic[i]) ** 2
    return energy, math.sqrt(norm)


@kernel
def crushable_closing(strain, parameters, out_stress, out_tangent, out_elastic):
    """The same law with cracks that close again; returns (energy, norm of the ellipse's flow).

    ``strain`` and ``out_elastic`` hold the cracks' opening beside the elastic strain, and the energy the
    cut-off times the whole opening: as long as the cut-off stays, that comes back when the crack closes.
    """
    cracks = stack_vector(3)
    normal = stack_vector(3)
    energy, gamma, _ = _returned(strain, parameters, out_stress, out_tangent, cracks)
    norm = 0.0
    for i in range(3):
        out_elastic[i] = strain[i]
    if gamma > 0.0:
        _normal(out_stress, parameters[5], normal)
        for i in range(3):
            out_elastic[i] = strain[i] - gamma * normal[i]
            norm += (gamma * normal[i]) ** 2
    return energy, math.sqrt(norm)
