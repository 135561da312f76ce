# SPDX-License-Identifier: BSD-3-Clause
"""Facet loop of fibres: a cracked cortex that still holds along its crack.

Each facet carries stress along one direction of its plane, elastic-perfectly plastic in logarithmic
strain. ``direction`` (m, 2) is a unit vector in the facet's axes at the start of the step, ``strain``
(m,) the elastic strain there, ``parameters`` (m, 2) modulus and strength, MPa.
"""

import math

import numpy as np

from vertaug_kernels._jit import kernel, parallel_kernel, prange
from vertaug_kernels.membrane import facet_axes


@kernel
def _stretch(points, facet, gradients, direction, along, weight):
    """Image (3,) of the fibre's unit vector and the weights (3,) of the nodes; returns its length."""
    for a in range(3):
        weight[a] = gradients[a, 0] * direction[0] + gradients[a, 1] * direction[1]
    square = 0.0
    for i in range(3):
        total = 0.0
        for a in range(3):
            total += weight[a] * (points[facet[a], i] - points[facet[0], i])
        along[i] = total
        square += total * total
    return math.sqrt(square)


@kernel
def _uniaxial(strain, modulus, strength):
    """Energy of the step, stress and tangent modulus at a trial elastic strain."""
    stress = modulus * strain
    if abs(stress) <= strength:
        return 0.5 * stress * strain, stress, modulus
    limit = strength if stress > 0.0 else -strength
    elastic = limit / modulus
    return 0.5 * limit * elastic + limit * (strain - elastic), limit, 0.0


@parallel_kernel
def fibre_forces(
    points, facets, gradients, direction, strain, parameters, volume, with_matrix, energies, forces, matrices
):  # fmt: skip
    """Energy (m,) mJ, forces (m, 3, 3) N and, if asked for, tangents (m, 9, 9) N/mm."""
    for c in prange(len(facets)):
        along = np.empty(3)
        weight = np.empty(3)
        length = _stretch(points, facets[c], gradients[c], direction[c], along, weight)
        energy, stress, slope = _uniaxial(
            strain[c] + math.log(length), parameters[c, 0], parameters[c, 1]
        )
        energies[c] = volume[c] * energy
        scale = volume[c] / (length * length)
        for a in range(3):
            for i in range(3):
                forces[c, a, i] = scale * stress * weight[a] * along[i]
        if with_matrix:
            for i in range(3):
                for j in range(3):
                    value = (slope - 2.0 * stress) * along[i] * along[j] / (length * length)
                    if i == j:
                        value += stress
                    for a in range(3):
                        for b in range(3):
                            matrices[c, 3 * a + i, 3 * b + j] = (
                                scale * value * weight[a] * weight[b]
                            )


@parallel_kernel
def fibre_history(
    points, facets, gradients, direction, strain, parameters, out_direction, out_strain
):
    """History at the candidate: direction (m, 2) and elastic strain (m,)."""
    for c in prange(len(facets)):
        along = np.empty(3)
        weight = np.empty(3)
        axes = np.empty((2, 3))
        length = _stretch(points, facets[c], gradients[c], direction[c], along, weight)
        _, stress, _ = _uniaxial(strain[c] + math.log(length), parameters[c, 0], parameters[c, 1])
        out_strain[c] = stress / parameters[c, 0]
        facet_axes(points, facets[c], axes)
        for k in range(2):
            total = 0.0
            for i in range(3):
                total += axes[k, i] * along[i] / length
            out_direction[c, k] = total
