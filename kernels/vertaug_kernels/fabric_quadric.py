# SPDX-License-Identifier: BSD-3-Clause
"""Fabric-based quadric of trabecular bone: Zysset & Schwiedrzik 2013, with damage and densification.

Yield √(S·𝔽S) + F·S = r(κ) in material axes, Mandel vectors. Where 𝔽 - F⊗F is positive definite the surface is
the ellipsoid (S - c)·A(S - c) = ρ², A = 𝔽 - F⊗F, c = -r A⁻¹F, ρ² = r²(1 + F·A⁻¹F): the closest point in the norm
of the compliance is one root of one monotone equation, found from any trial.

Damage D(κ) and strength r(κ) are those of the step's start. So the step stays a convex minimisation with a
symmetric tangent even where bone softens; the price is first-order accuracy in κ. The stress
of the step's end is kept when D grows: the elastic strain handed back is that of the softer tissue.
"""

import math

from vertaug_kernels._jit import kernel
from vertaug_kernels._stack import stack_matrix, stack_vector
from vertaug_kernels.densification import densification
from vertaug_kernels.locking import add_mean_stress
from vertaug_kernels.orthotropic import orthotropic_stiffness
from vertaug_kernels.tensor import determinant3, inverse3

STIFFNESS, QUADRIC, LINEAR, STRENGTH, DAMAGE, DENSE = 2, 11, 20, 23, 27, 29
"""First columns of each group of parameters."""


@kernel
def strength(kappa, parameters):
    """r(κ): from R at first yield to 1 at κ_max, back towards R."""
    residual = parameters[STRENGTH]
    peak = parameters[STRENGTH + 1]
    width = parameters[STRENGTH + 2]
    rise = parameters[STRENGTH + 3]
    hump = math.exp(-((kappa - peak) ** 2) / (width * peak * peak))
    return residual + (1.0 - residual) * (hump - math.exp(-1.0 / width - rise * kappa))


@kernel
def damage(kappa, parameters):
    """D(κ) = D_c (1 - e^(-k κ))."""
    return parameters[DAMAGE] * -math.expm1(-parameters[DAMAGE + 1] * kappa)


@kernel
def solve_blocks(matrix, vector, out):
    """Solve a (6, 6) system of a normal 3×3 block and three shears on the diagonal."""
    block = stack_matrix(3, 3)
    inverse = stack_matrix(3, 3)
    for i in range(3):
        for j in range(3):
            block[i, j] = matrix[i, j]
        out[3 + i] = vector[3 + i] / matrix[3 + i, 3 + i]
    inverse3(block, determinant3(block), inverse)
    for i in range(3):
        out[i] = inverse[i, 0] * vector[0] + inverse[i, 1] * vector[1] + inverse[i, 2] * vector[2]


@kernel
def multiply(matrix, vector, out):
    """Matrix (6, 6) times vector (6,)."""
    for i in range(6):
        total = 0.0
        for j in range(6):
            total += matrix[i, j] * vector[j]
        out[i] = total


@kernel
def dot(a, b):
    """Scalar product of two vectors (6,)."""
    total = 0.0
    for i in range(6):
        total += a[i] * b[i]
    return total


@kernel
def _ellipsoid(parameters, r, out_matrix, out_centre):
    """A (6, 6) and c (6,) of the yield surface; returns ρ."""
    linear = stack_vector(6)
    for i in range(6):
        linear[i] = 0.0
    orthotropic_stiffness(parameters, QUADRIC, out_matrix)
    for i in range(3):
        linear[i] = parameters[LINEAR + i]
        out_matrix[3 + i, 3 + i] = parameters[QUADRIC + 6 + i]
    for i in range(3):
        for j in range(3):
            out_matrix[i, j] -= linear[i] * linear[j]
    solve_blocks(out_matrix, linear, out_centre)
    square = r * r * (1.0 + dot(linear, out_centre))
    for i in range(6):
        out_centre[i] *= -r
    return math.sqrt(square)


@kernel
def _softened(stiffness, ellipsoid, gamma, direction, out):
    """Softened moduli (C⁻¹ + γA)⁻¹ = (1 + γCA)⁻¹C times ``direction``."""
    system = stack_matrix(6, 6)
    side = stack_vector(6)
    for i in range(6):
        for j in range(6):
            system[i, j] = 0.0
    for i in range(3):
        system[3 + i, 3 + i] = 1.0 + gamma * stiffness[3 + i, 3 + i] * ellipsoid[3 + i, 3 + i]
        for j in range(3):
            total = 1.0 if i == j else 0.0
            for k in range(3):
                total += gamma * stiffness[i, k] * ellipsoid[k, j]
            system[i, j] = total
    multiply(stiffness, direction, side)
    solve_blocks(system, side, out)


@kernel
def closest_point(
    trial, stiffness, ellipsoid, centre, radius, out_stress, out_normal, out_softened
):
    """Closest point of the ellipsoid to a trial strain (6,) outside; returns γ.

    ``trial`` is the strain that the centre's stress is taken off. One over the norm is concave in γ
    and nearly straight: Newton on it climbs from zero.
    """
    gamma = 0.0
    for _ in range(100):
        _softened(stiffness, ellipsoid, gamma, trial, out_stress)
        multiply(ellipsoid, out_stress, out_normal)
        norm = math.sqrt(dot(out_stress, out_normal))
        _softened(stiffness, ellipsoid, gamma, out_normal, out_softened)
        step = (norm / radius - 1.0) * norm * norm / dot(out_normal, out_softened)
        if not step > 1e-15 * gamma:
            break
        gamma += step
    for i in range(6):
        out_stress[i] += centre[i]
    return gamma


@kernel
def _fill_tangent(stiffness, ellipsoid, gamma, normal, softened, out):
    """Softened moduli less their projection on the normal, (6, 6)."""
    unit = stack_vector(6)
    column = stack_vector(6)
    for i in range(6):
        unit[i] = 0.0
    product = dot(normal, softened)
    for j in range(6):
        unit[j] = 1.0
        _softened(stiffness, ellipsoid, gamma, unit, column)
        unit[j] = 0.0
        for i in range(6):
            out[i, j] = column[i] - softened[i] * softened[j] / product


@kernel
def fabric_quadric(strain, ratio, kappa, parameters, out_stress, out_tangent, out_elastic):
    """The quadric with what κ has done to it; returns (energy, plastic norm)."""
    sound = 1.0 - damage(kappa, parameters)
    ellipsoid = stack_matrix(6, 6)
    stiffness = stack_matrix(6, 6)
    centre = stack_vector(6)
    shifted = stack_vector(6)
    orthotropic_stiffness(parameters, STIFFNESS, stiffness)
    for i in range(6):
        for j in range(6):
            stiffness[i, j] *= sound
            out_tangent[i, j] = stiffness[i, j]
    radius = _ellipsoid(parameters, strength(kappa, parameters), ellipsoid, centre)
    solve_blocks(stiffness, centre, shifted)
    multiply(stiffness, strain, out_stress)
    energy = 0.5 * dot(strain, out_stress)
    outside = stack_vector(6)
    normal = stack_vector(6)
    for i in range(6):
        outside[i] = out_stress[i] - centre[i]
        out_elastic[i] = strain[i]
    multiply(ellipsoid, outside, normal)
    growth = 0.0
    if not dot(outside, normal) <= radius * radius:
        for i in range(6):
            shifted[i] = strain[i] - shifted[i]
        gamma = closest_point(
            shifted, stiffness, ellipsoid, centre, radius, out_stress, normal, outside
        )
        _fill_tangent(stiffness, ellipsoid, gamma, normal, outside, out_tangent)
        growth = gamma * math.sqrt(dot(normal, normal))
        solve_blocks(stiffness, out_stress, out_elastic)
        energy = 0.5 * dot(out_elastic, out_stress) + gamma * dot(normal, out_stress)
        softer = sound / (1.0 - damage(kappa + growth, parameters))
        for i in range(6):
            out_elastic[i] *= softer
    dense, stress, slope = densification(ratio, parameters, DENSE)
    add_mean_stress(stress, slope, out_stress, out_tangent)
    return energy + dense, growth
