# SPDX-License-Identifier: BSD-3-Clause
"""Ellipse with a cut-off whose cracks close, in stresses scaled by fabric: `crushable_closing` with axes.

With P = diag(p₁, p₂, p₃) in the material axes, scaled strains P ε P and the stresses P⁻¹ τ P⁻¹ that do the same
work on them obey the isotropic law. So strengths along the axes are as p_i², shear strengths as p_i p_j, moduli as
p_i⁴, and no direction n pulls more than T n·P²n. A scaling that is a congruence keeps signs: openings stay
openings, and the step keeps its convex energy, its closest point and its symmetric tangent.
"""

import math

from vertaug_kernels._jit import inlined_kernel, kernel
from vertaug_kernels._stack import stack_matrices, stack_matrix, stack_vector
from vertaug_kernels.cut_off import crushable_closing
from vertaug_kernels.principal import (
    FIRST,
    SECOND,
    small_shear,
    strain_rotation,
    turn_diagonal,
    turn_stress,
)
from vertaug_kernels.tensor import eigen_symmetric

SCALE = 7
"""First column of p."""


@kernel
def _weights(parameters, out):
    """p_i p_j of the six components of a symmetric tensor."""
    for s in range(3):
        out[s] = parameters[SCALE + s] * parameters[SCALE + s]
        out[3 + s] = parameters[SCALE + FIRST[s]] * parameters[SCALE + SECOND[s]]


@inlined_kernel
def _elastic(scaled, parameters, stress):
    """Scaled stress (6,) of sound bone; returns its energy and whether nothing can flow or open."""
    bulk = parameters[2]
    shear = parameters[3]
    alpha = parameters[5]
    volume = scaled[0] + scaled[1] + scaled[2]
    pressure = bulk * volume
    square = 0.0
    for s in range(6):
        deviator = scaled[s] - (volume / 3.0 if s < 3 else 0.0)
        stress[s] = 2.0 * shear * deviator
        square += stress[s] * stress[s]
        if s < 3:
            stress[s] += pressure
    energy = 0.5 * pressure * volume + square / (4.0 * shear)
    radius = parameters[4] * parameters[4] * (1.0 + alpha * alpha / 9.0)
    inside = 1.5 * square + alpha * alpha * pressure * pressure <= radius
    # No principal stress is above the mean by more than √(2/3) of the deviator's norm.
    return energy, inside and pressure + math.sqrt(square / 1.5) <= parameters[6]


@inlined_kernel
def _elastic_tangent(parameters, weight, out):
    """Tangent (6, 6) of sound bone."""
    lame = parameters[2] - 2.0 * parameters[3] / 3.0
    for a in range(6):
        for b in range(6):
            value = lame if a < 3 and b < 3 else 0.0
            if a == b:
                value += 2.0 * parameters[3]
            out[a, b] = weight[a] * weight[b] * value


@inlined_kernel
def _fill_tangent(vectors, strain, stress, tangent, weight, out):
    """Tangent (6, 6) from that of principal scaled strains (3, 3)."""
    frame = stack_matrices(2, 6, 6)
    shear = stack_vector(3)
    for s in range(3):
        shear[s] = small_shear(strain, stress, tangent, FIRST[s], SECOND[s])
    strain_rotation(vectors, frame[0])
    turn_diagonal(tangent, shear, frame[0], frame[1], out)
    root = math.sqrt(2.0)
    for a in range(6):
        for b in range(6):
            factor = weight[a] * weight[b]
            if a >= 3:
                factor *= root
            if b >= 3:
                factor *= root
            out[a, b] *= factor


@kernel
def _components(tensor, factor, power, out):
    """Mandel components (6,) of a tensor, each times or over its ``factor``."""
    root = math.sqrt(2.0)
    for s in range(6):
        value = tensor[s, s] if s < 3 else root * tensor[FIRST[s - 3], SECOND[s - 3]]
        out[s] = value * factor[s] if power > 0 else value / factor[s]


@kernel
def fabric_closing(strain, parameters, out_stress, out_tangent, out_elastic):
    """The law in Mandel vectors of the material axes; returns (energy, norm of the ellipse's flow).

    ``strain`` and ``out_elastic`` hold the cracks' opening beside the elastic strain.
    """
    weight = stack_vector(6)
    scaled = stack_vector(6)
    _weights(parameters, weight)
    for s in range(6):
        scaled[s] = weight[s] * strain[s]
    energy, sound = _elastic(scaled, parameters, out_stress)
    if sound:
        _elastic_tangent(parameters, weight, out_tangent)
        for s in range(6):
            out_stress[s] *= weight[s]
            out_elastic[s] = strain[s]
        return energy, 0.0
    tensor = stack_matrix(3, 3)
    vectors = stack_matrix(3, 3)
    normal = stack_matrix(3, 3)
    work = stack_matrix(3, 3)
    values, stress, elastic = work[0], work[1], work[2]
    for s in range(3):
        i, j = FIRST[s], SECOND[s]
        tensor[s, s] = scaled[s]
        tensor[i, j] = tensor[j, i] = math.sqrt(0.5) * scaled[3 + s]
    eigen_symmetric(tensor, 3, values, vectors)
    energy, flow = crushable_closing(values, parameters, stress, normal, elastic)
    _fill_tangent(vectors, values, stress, normal, weight, out_tangent)
    turn_stress(vectors, stress, tensor)
    _components(tensor, weight, 1, out_stress)
    for s in range(6):
        out_elastic[s] = strain[s]
    if flow == 0.0:
        return energy, 0.0
    for i in range(3):
        elastic[i] = values[i] - elastic[i]
    turn_stress(vectors, elastic, tensor)
    _components(tensor, weight, -1, scaled)
    square = 0.0
    for s in range(6):
        out_elastic[s] -= scaled[s]
        square += scaled[s] * scaled[s]
    return energy, math.sqrt(square)
