# SPDX-License-Identifier: BSD-3-Clause
"""Shells of a sphere that expands: finite strain, any isotropic law, one point a shell.

A shell lies between two radii; its stretches are taken so that its volume ratio is exact. Principal
axes stay, so trial strains are elastic strains plus the growth of the logarithmic strains.
"""

import math

import numpy as np

from vertaug_kernels._jit import allocating_kernel, kernel
from vertaug_kernels._stack import stack_matrix, stack_vector
from vertaug_kernels.laws import respond

_DIFFERENCE = 1e-6


@kernel
def stored_energy(elastic, bulk, shear):
    """Hencky's energy of elastic strains (3,), MPa."""
    volume = elastic[0] + elastic[1] + elastic[2]
    total = 0.5 * bulk * volume * volume
    for i in range(3):
        total += shear * (elastic[i] - volume / 3.0) ** 2
    return total


@kernel
def shell_response(
    law, strain, ratio, kappa, parameters, column, hardening, cauchy, row,
    out_stress, out_tangent, out_elastic
):  # fmt: skip
    """Kirchhoff stress of the law with strength Y + H ε̂; if ``cauchy``, the law gives Cauchy stress.

    ``column`` is that of the strength in the row of parameters (-1: the law is taken as it is); ε̂ is
    conjugate to the strength in work and grows implicitly in the step. ``row`` is working space like
    ``parameters``. Returns the growth of ε̂, or of the law's own variable.
    """
    for k in range(len(parameters)):
        row[k] = parameters[k]
    growth = 0.0
    for _ in range(100):
        if column >= 0:
            row[column] = parameters[column] + hardening * (kappa + growth)
        energy, following = respond(
            law, strain, ratio, kappa, row, out_stress, out_tangent, out_elastic
        )
        if column >= 0:
            lost = energy - stored_energy(out_elastic, row[2], row[3])
            following = max(lost / row[column], 0.0)
        change = abs(following - growth)
        growth = following
        if column < 0 or hardening == 0.0 or change <= 1e-14 + 1e-13 * growth:
            break
    if cauchy:
        for i in range(3):
            out_stress[i] *= ratio
    return growth


@kernel
def shell_strains(rest, moved, out):
    """Logarithmic strains (2,) along the radius and the hoop, and their gradients: (3, 2) in all.

    ``rest`` (2,) radii and ``moved`` (2,) displacements: strains far below 1 keep all their digits.
    """
    gap = rest[1] - rest[0]
    whole = rest[0] * rest[0] + rest[0] * rest[1] + rest[1] * rest[1]
    linear = (2.0 * rest[0] + rest[1]) * moved[0] + (rest[0] + 2.0 * rest[1]) * moved[1]
    bent = moved[0] * moved[0] + moved[0] * moved[1] + moved[1] * moved[1]
    out[0, 0] = math.log1p((moved[1] - moved[0]) / gap)
    out[0, 1] = 0.5 * math.log1p((linear + bent) / whole)
    inner = rest[0] + moved[0]
    outer = rest[1] + moved[1]
    square = whole + linear + bent
    out[1, 0] = -1.0 / (outer - inner)
    out[1, 1] = 1.0 / (outer - inner)
    out[2, 0] = (2.0 * inner + outer) / (2.0 * square)
    out[2, 1] = (inner + 2.0 * outer) / (2.0 * square)


@kernel
def _response_and_moduli(
    law, strain, ratio, kappa, parameters, column, hardening, cauchy, row, stress, tangent, elastic, out
):  # fmt: skip
    """Answer at the strain, and differences (2, 2) of its stresses by radial and hoop strain.

    One call in one loop: the laws are compiled into it once. The last turn is that of the strain itself.
    """
    moved = stack_vector(3)
    growth = 0.0
    for turn in range(5):
        step = 0.0 if turn == 4 else (_DIFFERENCE if turn % 2 == 0 else -_DIFFERENCE)
        along = step if turn < 2 else 0.0
        around = 0.0 if turn < 2 else step
        moved[0] = strain[0] + along
        moved[1] = strain[1] + around
        moved[2] = moved[1]
        growth = shell_response(
            law, moved, ratio * math.exp(along + 2.0 * around), kappa, parameters, column, hardening,
            cauchy, row, stress, tangent, elastic,
        )  # fmt: skip
        if turn < 4:
            for i in range(2):
                value = 0.5 * stress[i] / step
                out[i, turn // 2] = value if turn % 2 == 0 else out[i, turn // 2] + value
    return growth


@kernel
def _shell_matrix(kinematics, inner, outer, stress, moduli, volume, out):
    """Stiffness (2, 2) of one shell, N/mm."""
    square = inner * inner + inner * outer + outer * outer
    for i in range(2):
        for j in range(2):
            g_i = kinematics[1, i]
            g_j = kinematics[1, j]
            h_i = kinematics[2, i]
            h_j = kinematics[2, j]
            bent = (2.0 if i == j else 1.0) / (2.0 * square) - 2.0 * h_i * h_j
            value = g_i * (moduli[0, 0] * g_j + moduli[0, 1] * h_j)
            value += 2.0 * h_i * (moduli[1, 0] * g_j + moduli[1, 1] * h_j)
            value += 2.0 * stress[1] * bent - stress[0] * g_i * g_j
            out[i, j] = volume * value


@allocating_kernel
def shells(
    moved, rest, before, elastic, kappa, law, parameters, column, hardening, cauchy,
    out_forces, out_matrices, out_strains, out_elastic, out_kappa
):  # fmt: skip
    """Forces (n, 2) N, stiffnesses (n, 2, 2) and new history of all shells, ``moved`` (n + 1,) mm.

    ``before`` (n, 2) are the logarithmic strains and ``elastic`` (n, 3), ``kappa`` (n,) the history at
    the step's start. Returns False where a shell would turn inside out.
    """
    kinematics = stack_matrix(3, 2)
    moduli = stack_matrix(2, 2)
    trial = stack_vector(3)
    stress = stack_vector(3)
    tangent = stack_matrix(3, 3)
    row = np.empty(len(parameters))
    for c in range(len(rest) - 1):
        inner = rest[c] + moved[c]
        outer = rest[c + 1] + moved[c + 1]
        if not outer > inner > 0.0:
            return False
        shell_strains(rest[c : c + 2], moved[c : c + 2], kinematics)
        for i in range(3):
            k = min(i, 1)
            trial[i] = elastic[c, i] + kinematics[0, k] - before[c, k]
        ratio = math.exp(kinematics[0, 0] + 2.0 * kinematics[0, 1])
        growth = _response_and_moduli(
            law, trial, ratio, kappa[c], parameters, column, hardening, cauchy, row,
            stress, tangent, out_elastic[c], moduli,
        )  # fmt: skip
        out_kappa[c] = kappa[c] + growth
        out_strains[c] = kinematics[0]
        volume = 4.0 * math.pi / 3.0 * (rest[c + 1] ** 3 - rest[c] ** 3)
        for i in range(2):
            out_forces[c, i] = volume * (
                stress[0] * kinematics[1, i] + 2.0 * stress[1] * kinematics[2, i]
            )
        _shell_matrix(kinematics, inner, outer, stress, moduli, volume, out_matrices[c])
    return True
