# SPDX-License-Identifier: BSD-3-Clause
"""Perfectly plastic Mohr-Coulomb: planes, edges and apex in sorted principal Kirchhoff stresses.

With τ₁ ≥ τ₂ ≥ τ₃, tension positive: (1 + sin φ) τ₁ - (1 - sin φ) τ₃ = 2c cos φ, flow the same with the
dilation ψ. The planes are flat and the moduli constant, so a return to one plane, to one of the two
edges or to the apex is one linear solve; 0 ≤ ψ ≤ φ keeps the dissipation from being negative.
"""

import math

from vertaug_kernels._jit import kernel
from vertaug_kernels._stack import stack_indices, stack_matrix, stack_vector
from vertaug_kernels.hencky import isotropic_tangent


@kernel
def descending(values, out):
    """Indices (3,) of the entries of (3,) from the largest to the smallest."""
    out[0] = 0
    out[1] = 1
    out[2] = 2
    for last in range(2, 0, -1):
        for i in range(last):
            if values[out[i + 1]] > values[out[i]]:
                out[i], out[i + 1] = out[i + 1], out[i]


@kernel
def _set_plane(largest, smallest, sine, out):
    """Normal (3,) of the plane between two principal stresses."""
    for i in range(3):
        out[i] = 0.0
    out[largest] = 1.0 + sine
    out[smallest] = sine - 1.0


@kernel
def _stiff(vector, lame, double_shear, out):
    """Elastic moduli times a vector (3,)."""
    total = vector[0] + vector[1] + vector[2]
    for i in range(3):
        out[i] = lame * total + double_shear * vector[i]


@kernel
def _dot(a, b):
    """Scalar product of two vectors (3,)."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


@kernel
def return_to_planes(trial, count, normals, flows, target, lame, double_shear, out, out_inverse):
    """Return to ``count`` planes (1 or 2); stresses (3,), inverse hardness (2, 2).

    ``normals`` (2, 3); ``flows`` (2, 3) are elastic moduli times flow directions. The step is
    τ = trial - Σ flow_a γ_a with γ = inverse hardness (normals·trial - target).
    """
    a = _dot(normals[0], flows[0])
    for i in range(2):
        for j in range(2):
            out_inverse[i, j] = 0.0
    if count == 1:
        out_inverse[0, 0] = 1.0 / a
    else:
        b = _dot(normals[0], flows[1])
        c = _dot(normals[1], flows[0])
        d = _dot(normals[1], flows[1])
        det = a * d - b * c
        out_inverse[0, 0] = d / det
        out_inverse[0, 1] = -b / det
        out_inverse[1, 0] = -c / det
        out_inverse[1, 1] = a / det
    for i in range(3):
        out[i] = trial[i]
    for k in range(count):
        gamma = 0.0
        for m in range(count):
            gamma += out_inverse[k, m] * (_dot(normals[m], trial) - target)
        for i in range(3):
            out[i] -= gamma * flows[k, i]


@kernel
def _subtract_planes(count, normals, flows, inverse, moduli, out):
    """Tangent (3, 3) less Σ flow_a inverse_ab (moduli normal_b); ``moduli`` is (λ, 2μ)."""
    side = stack_vector(3)
    for m in range(count):
        _stiff(normals[m], moduli[0], moduli[1], side)
        for k in range(count):
            for i in range(3):
                for j in range(3):
                    out[i, j] -= flows[k, i] * inverse[k, m] * side[j]


@kernel
def return_sorted(trial, order, sines, target, moduli, out_stress, out_tangent):
    """Return of an inadmissible trial (3,) whose descending order is ``order``."""
    sine, dilation = sines
    first, middle, last = order[0], order[1], order[2]
    normals = stack_matrix(2, 3)
    flows = stack_matrix(2, 3)
    flow = stack_vector(3)
    inverse = stack_matrix(2, 2)
    _set_plane(first, last, sine, normals[0])
    _set_plane(first, last, dilation, flow)
    _stiff(flow, moduli[0], moduli[1], flows[0])
    return_to_planes(trial, 1, normals, flows, target, moduli[0], moduli[1], out_stress, inverse)
    count = 1
    if out_stress[first] < out_stress[middle] or out_stress[middle] < out_stress[last]:
        count = 2
        side = (1.0 - dilation) * trial[first] - 2.0 * trial[middle]
        compressed = side + (1.0 + dilation) * trial[last] > 0.0
        larger, smaller = (first, middle) if compressed else (middle, last)
        _set_plane(larger, smaller, sine, normals[1])
        _set_plane(larger, smaller, dilation, flow)
        _stiff(flow, moduli[0], moduli[1], flows[1])
        return_to_planes(
            trial, 2, normals, flows, target, moduli[0], moduli[1], out_stress, inverse
        )
        if sine > 0.0 and out_stress[first] < out_stress[last]:
            for i in range(3):
                out_stress[i] = 0.5 * target / sine
                for j in range(3):
                    out_tangent[i, j] = 0.0
            return
    _subtract_planes(count, normals, flows, inverse, moduli, out_tangent)


@kernel
def mohr_coulomb(strain, parameters, out_stress, out_tangent, out_elastic):
    """Mohr-Coulomb on Hencky elasticity; returns (energy, plastic norm).

    Columns: bulk, shear, 2c cos φ, sin φ, sin ψ.
    """
    bulk = parameters[2]
    shear = parameters[3]
    target = parameters[4]
    sine = parameters[5]
    trial = stack_vector(3)
    order = stack_indices(3)
    volume = strain[0] + strain[1] + strain[2]
    for i in range(3):
        trial[i] = bulk * volume + 2.0 * shear * (strain[i] - volume / 3.0)
        out_stress[i] = trial[i]
        out_elastic[i] = strain[i]
    isotropic_tangent(bulk, shear, out_tangent)
    descending(trial, order)
    admissible = (1.0 + sine) * trial[order[0]] - (1.0 - sine) * trial[order[2]] <= target
    if not admissible:
        moduli = (bulk - 2.0 * shear / 3.0, 2.0 * shear)
        sines = (sine, parameters[6])
        return_sorted(trial, order, sines, target, moduli, out_stress, out_tangent)
    mean = (out_stress[0] + out_stress[1] + out_stress[2]) / 3.0
    energy = 0.5 * mean * mean / bulk
    norm = 0.0
    for i in range(3):
        deviator = out_stress[i] - mean
        energy += deviator * deviator / (4.0 * shear)
        if not admissible:
            out_elastic[i] = deviator / (2.0 * shear) + mean / (3.0 * bulk)
            flow = strain[i] - out_elastic[i]
            energy += out_stress[i] * flow
            norm += flow * flow
    return energy, math.sqrt(norm)
