# SPDX-License-Identifier: BSD-3-Clause
"""Facet loop of elastoplastic membranes: cortex and endplates, three nodes, plane stress.

Parameter columns: E/(1-ν), E/(1+ν) and yield strength, MPa. History: elastic left Cauchy-Green
tensor (2, 2) in the facet's own axes, the first along its first edge. ``volume`` is the initial
area times the initial thickness, mm³; stresses are Kirchhoff stresses.
"""

import math

import numpy as np

from vertaug_kernels._jit import kernel, parallel_kernel, prange
from vertaug_kernels._stack import stack_matrix, stack_vector
from vertaug_kernels.principal import principal_block
from vertaug_kernels.return_map import return_two_part
from vertaug_kernels.tensor import eigen_symmetric

CHUNK = 128
"""Facets handled by one iteration of the parallel loops."""


@kernel
def plane_stress(strain, parameters, stress, tangent, elastic):
    """Plane-stress von Mises plasticity on Hencky elasticity; returns (energy, plastic norm)."""
    ks = parameters[0]
    kd = parameters[1]
    strength = parameters[2]
    root = math.sqrt(0.5)
    s = ks * root * (strain[0] + strain[1])
    d = kd * root * (strain[0] - strain[1])
    gamma = return_two_part(root * s, math.sqrt(1.5) * d, 0.5 * ks, 1.5 * kd, strength)
    a = 1.0 / (1.0 + 0.5 * ks * gamma)
    b = 1.0 / (1.0 + 1.5 * kd * gamma)
    s *= a
    d *= b
    tss = ks * a
    tdd = kd * b
    tsd = 0.0
    if gamma > 0.0:
        ms = 0.5 * ks * a * s
        md = 1.5 * kd * b * d
        h = 0.5 * ks * a * s * s + 4.5 * kd * b * d * d
        tss -= 2.0 * ms * ms / h
        tdd -= 2.0 * md * md / h
        tsd -= 2.0 * ms * md / h
    tangent[0, 0] = 0.5 * (tss + tdd) + tsd
    tangent[1, 1] = 0.5 * (tss + tdd) - tsd
    tangent[0, 1] = 0.5 * (tss - tdd)
    tangent[1, 0] = tangent[0, 1]
    stress[0] = root * (s + d)
    stress[1] = root * (s - d)
    elastic[0] = root * (s / ks + d / kd)
    elastic[1] = root * (s / ks - d / kd)
    norm = gamma * math.sqrt(0.25 * s * s + 2.25 * d * d)
    energy = 0.5 * (s * s / ks + d * d / kd) + gamma * (0.5 * s * s + 1.5 * d * d)
    return energy, norm


@kernel
def facet_axes(points, facet, axes):
    """Orthonormal in-plane axes (2, 3), the first along the first edge; returns the double area."""
    edge = stack_matrix(2, 3)
    for i in range(3):
        edge[0, i] = points[facet[1], i] - points[facet[0], i]
        edge[1, i] = points[facet[2], i] - points[facet[0], i]
    length = math.sqrt(edge[0, 0] ** 2 + edge[0, 1] ** 2 + edge[0, 2] ** 2)
    along = 0.0
    for i in range(3):
        axes[0, i] = edge[0, i] / length
        along += edge[1, i] * axes[0, i]
    height = 0.0
    for i in range(3):
        axes[1, i] = edge[1, i] - along * axes[0, i]
        height += axes[1, i] ** 2
    height = math.sqrt(height)
    for i in range(3):
        axes[1, i] /= height
    return length * height


@kernel
def facet_gradients(points, facet, axes, gradients):
    """In-plane gradients (3, 2) of the linear shape functions; returns the area."""
    double = facet_axes(points, facet, axes)
    local = stack_matrix(3, 2)
    for a in range(3):
        for k in range(2):
            total = 0.0
            for i in range(3):
                total += (points[facet[a], i] - points[facet[0], i]) * axes[k, i]
            local[a, k] = total
    for a in range(3):
        b = (a + 1) % 3
        c = (a + 2) % 3
        gradients[a, 0] = (local[b, 1] - local[c, 1]) / double
        gradients[a, 1] = (local[c, 0] - local[b, 0]) / double
    return 0.5 * double


@parallel_kernel
def all_facet_gradients(points, facets, gradients, area):
    """In-plane gradients (m, 3, 2) and areas (m,) of every facet at ``points``."""
    for f in prange(len(facets)):
        axes = np.empty((2, 3))
        area[f] = facet_gradients(points, facets[f], axes, gradients[f])


@kernel
def _trial(points, facet, gradients, metric, axes, f, trial):
    """Step gradient (2, 2) in the candidate's axes and the trial metric; returns det f."""
    facet_axes(points, facet, axes)
    for i in range(2):
        for j in range(2):
            total = 0.0
            for a in range(3):
                for k in range(3):
                    total += (
                        axes[i, k] * (points[facet[a], k] - points[facet[0], k]) * gradients[a, j]
                    )
            f[i, j] = total
    for i in range(2):
        for j in range(2):
            total = 0.0
            for k in range(2):
                for m in range(2):
                    total += f[i, k] * metric[k, m] * f[j, m]
            trial[i, j] = total
    return f[0, 0] * f[1, 1] - f[0, 1] * f[1, 0]


@kernel
def facet_response(points, facet, gradients, metric, parameters, axes, work, stress, tangent):
    """Answer of one facet; returns (energy density, plastic norm, det f).

    ``work`` (4, 2, 2): [0] f, [1] trial tensor, [2] eigenvectors; ``work[3]`` unused.
    ``stress`` (3, 2): [0] principal stress, [1] squared stretches, [2] elastic strains.
    """
    det = _trial(points, facet, gradients, metric, axes, work[0], work[1])
    if not det > 0.0:
        return math.inf, 0.0, det
    eigen_symmetric(work[1], 2, stress[1], work[2])
    strain = stack_vector(2)
    for i in range(2):
        if not stress[1, i] > 0.0:
            return math.inf, 0.0, det
        strain[i] = 0.5 * math.log(stress[1, i])
    energy, norm = plane_stress(strain, parameters, stress[0], tangent, stress[2])
    return energy, norm, det


@kernel
def _principal_gradients(f, det, gradients, vectors, h):
    """Shape gradients at the candidate in principal in-plane axes, (3, 2)."""
    inverse = stack_matrix(2, 2)
    inverse[0, 0] = f[1, 1] / det
    inverse[1, 1] = f[0, 0] / det
    inverse[0, 1] = -f[0, 1] / det
    inverse[1, 0] = -f[1, 0] / det
    for a in range(3):
        for k in range(2):
            total = 0.0
            for i in range(2):
                g = gradients[a, 0] * inverse[0, i] + gradients[a, 1] * inverse[1, i]
                total += g * vectors[i, k]
            h[a, k] = total


@kernel
def _facet_matrix(h, directions, square, stress, tangent, volume, out):
    """Tangent (9, 9) of one facet; ``directions`` (2, 3) are the principal axes in space."""
    block = stack_matrix(2, 2)
    for a in range(3):
        for b in range(a, 3):
            geometric = principal_block(h, a, b, 2, square, stress, tangent, block)
            for i in range(3):
                for j in range(3):
                    total = geometric if i == j else 0.0
                    for k in range(2):
                        for m in range(2):
                            total += directions[k, i] * block[k, m] * directions[m, j]
                    out[3 * a + i, 3 * b + j] = volume * total
                    out[3 * b + j, 3 * a + i] = volume * total


@parallel_kernel
def membrane_forces(
    points, facets, gradients, metric, parameters, volume, with_matrix, energies, forces, matrices
):  # fmt: skip
    """Energy (m,) mJ, forces (m, 3, 3) N and, if asked for, tangents (m, 9, 9) N/mm."""
    n_chunks = (len(facets) + CHUNK - 1) // CHUNK
    for chunk in prange(n_chunks):
        work = np.empty((3, 2, 2))
        axes = np.empty((2, 3))
        directions = np.empty((2, 3))
        stress = np.empty((3, 2))
        tangent = np.empty((2, 2))
        h = np.empty((3, 2))
        for c in range(chunk * CHUNK, min((chunk + 1) * CHUNK, len(facets))):
            energy, _, det = facet_response(
                points,
                facets[c],
                gradients[c],
                metric[c],
                parameters[c],
                axes,
                work,
                stress,
                tangent,
            )
            energies[c] = volume[c] * energy
            if not energy < math.inf:
                continue
            _principal_gradients(work[0], det, gradients[c], work[2], h)
            for k in range(2):
                for i in range(3):
                    directions[k, i] = work[2, 0, k] * axes[0, i] + work[2, 1, k] * axes[1, i]
            for a in range(3):
                for i in range(3):
                    total = 0.0
                    for k in range(2):
                        total += stress[0, k] * h[a, k] * directions[k, i]
                    forces[c, a, i] = volume[c] * total
            if with_matrix:
                _facet_matrix(h, directions, stress[1], stress[0], tangent, volume[c], matrices[c])


@parallel_kernel
def membrane_history(
    points, facets, gradients, metric, parameters, out_metric, out_plastic, out_stress
):  # fmt: skip
    """History at the candidate: metric (m, 2, 2), plastic norm (m,), principal stresses (m, 2)."""
    for c in prange(len(facets)):
        work = np.empty((3, 2, 2))
        axes = np.empty((2, 3))
        stress = np.empty((3, 2))
        tangent = np.empty((2, 2))
        _, norm, _ = facet_response(
            points, facets[c], gradients[c], metric[c], parameters[c], axes, work, stress, tangent
        )
        out_plastic[c] = norm
        for k in range(2):
            out_stress[c, k] = stress[0, k]
        for i in range(2):
            for j in range(2):
                total = 0.0
                for k in range(2):
                    total += math.exp(2.0 * stress[2, k]) * work[2, i, k] * work[2, j, k]
                out_metric[c, i, j] = total
