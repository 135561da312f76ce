# SPDX-License-Identifier: BSD-3-Clause
"""Principal frames: tangents and stresses written in them, turned to the global axes.

A tangent is a 6×6 array over strains (11, 22, 33, 2·23, 2·13, 2·12), so that half its quadratic form
is an energy; a principal frame is given by its unit vectors in columns. Order of the pairs: 23, 13, 12.
"""

import math

from vertaug_kernels._jit import kernel

FIRST = (1, 0, 0)
SECOND = (2, 2, 1)
"""Axes of the shear entries 3, 4, 5."""


@kernel
def strain_rotation(vectors, out):
    """Matrix (6, 6) that takes a strain in global axes to the frame ``vectors`` (3, 3)."""
    for a in range(3):
        for i in range(3):
            out[a, i] = vectors[i, a] * vectors[i, a]
        for s in range(3):
            out[a, 3 + s] = vectors[FIRST[s], a] * vectors[SECOND[s], a]
    for r in range(3):
        a = FIRST[r]
        b = SECOND[r]
        for i in range(3):
            out[3 + r, i] = 2.0 * vectors[i, a] * vectors[i, b]
        for s in range(3):
            i = FIRST[s]
            j = SECOND[s]
            out[3 + r, 3 + s] = vectors[i, a] * vectors[j, b] + vectors[j, a] * vectors[i, b]


@kernel
def turn_diagonal(normal, shear, rotation, half, out):
    """Tangent (6, 6) in global axes from its normal block (3, 3) and shear moduli (3,)."""
    for i in range(6):
        for a in range(3):
            half[a, i] = (
                normal[a, 0] * rotation[0, i]
                + normal[a, 1] * rotation[1, i]
                + normal[a, 2] * rotation[2, i]
            )
            half[3 + a, i] = shear[a] * rotation[3 + a, i]
    _multiply_transposed(rotation, half, out)


@kernel
def turn_full(principal, rotation, half, out):
    """Tangent (6, 6) in global axes from a full one in the frame."""
    for a in range(6):
        for i in range(6):
            total = 0.0
            for b in range(6):
                total += principal[a, b] * rotation[b, i]
            half[a, i] = total
    _multiply_transposed(rotation, half, out)


@kernel
def _multiply_transposed(rotation, half, out):
    """``out`` = rotationᵀ half for 6×6 arrays."""
    for i in range(6):
        for j in range(6):
            total = 0.0
            for a in range(6):
                total += rotation[a, i] * half[a, j]
            out[i, j] = total


@kernel
def turn_stress(vectors, stress, out):
    """Stress (3, 3) in global axes from principal values (3,)."""
    for i in range(3):
        for j in range(i, 3):
            total = 0.0
            for a in range(3):
                total += stress[a] * vectors[i, a] * vectors[j, a]
            out[i, j] = total
            out[j, i] = total


@kernel
def finite_shear(square, stress, tangent, i, j):
    """Shear entry of the spatial tangent between principal axes i and j (squared stretches)."""
    gap = square[i] - square[j]
    if abs(gap) > 1e-7 * (square[i] + square[j]):
        return (stress[i] * square[j] - stress[j] * square[i]) / gap
    mean = 0.25 * (tangent[i, i] + tangent[j, j] - tangent[i, j] - tangent[j, i])
    return mean - 0.5 * (stress[i] + stress[j])


@kernel
def small_shear(strain, stress, tangent, i, j):
    """Shear entry of the tangent at small strain between principal axes i and j."""
    gap = strain[i] - strain[j]
    if abs(gap) > 1e-7 * (abs(strain[i]) + abs(strain[j])) + 1e-14:
        return 0.5 * (stress[i] - stress[j]) / gap
    return 0.25 * (tangent[i, i] + tangent[j, j] - tangent[i, j] - tangent[j, i])


@kernel
def slope(x, y):
    """First divided difference of ½ ln at two positive numbers."""
    gap = x - y
    if abs(gap) < 1e-12 * (x + y):
        return 1.0 / (x + y)
    return 0.5 * math.log1p(gap / y) / gap


@kernel
def curvature(x, y, z):
    """Second divided difference of ½ ln at three positive numbers, in any order."""
    low = min(x, y, z)
    high = max(x, y, z)
    middle = x + y + z - low - high
    if high - low < 2e-4 * high:
        mean = (x + y + z) / 3.0
        spread = ((x - mean) ** 2 + (y - mean) ** 2 + (z - mean) ** 2) / 12.0
        return -0.25 / mean**2 - 0.75 * spread / mean**4
    return (slope(high, middle) - slope(middle, low)) / (high - low)


@kernel
def curvatures(square, out):
    """The same (3, 3, 3) of three numbers, for indices in rising order."""
    for a in range(3):
        for b in range(a, 3):
            for k in range(b, 3):
                out[a, b, k] = curvature(square[a], square[b], square[k])


@kernel
def principal_block(h, a, b, size, square, stress, tangent, out):
    """Tangent block (size, size) of nodes a, b in principal axes; returns the initial-stress part."""
    geometric = 0.0
    for i in range(size):
        geometric += stress[i] * h[a, i] * h[b, i]
    for i in range(size):
        diagonal = (tangent[i, i] - 2.0 * stress[i]) * h[a, i] * h[b, i]
        for j in range(size):
            if i != j:
                shear = finite_shear(square, stress, tangent, i, j)
                diagonal += shear * h[a, j] * h[b, j]
                out[i, j] = h[a, i] * tangent[i, j] * h[b, j] + shear * h[a, j] * h[b, i]
        out[i, i] = diagonal
    return geometric
