# SPDX-License-Identifier: BSD-3-Clause
"""What an integration point adds to its cell: resistance to the step, force by gradients at the start, moduli."""

import math

from vertaug_kernels._jit import inlined_kernel
from vertaug_kernels._stack import stack_matrix
from vertaug_kernels.averaging import FINITE, average_moduli, take_mean_stress
from vertaug_kernels.cell_matrix import (
    add_initial_stress,
    add_step_moduli,
    add_step_stress,
    point_moduli,
)


@inlined_kernel
def step_energy(kinematics, f, det, viscosity):
    """Resistance to the strain of one step, η/2 (tr fᵀf - 3 - 2 ln det f), per present volume."""
    if kinematics != FINITE or not viscosity > 0.0:
        return 0.0
    total = -3.0 - 2.0 * math.log(det)
    for i in range(3):
        for j in range(3):
            total += f[i, j] * f[i, j]
    return 0.5 * viscosity * total


@inlined_kernel
def put_point_force(
    kinematics, averaged, weight, resistance, stress, whole, inverse, row, lane, out
):
    """Write the force of one point by gradients at the start; returns what acts on the mean gradient, N mm."""
    total = stack_matrix(3, 3)
    pressure = 0.0
    for i in range(3):
        for j in range(3):
            total[i, j] = weight * stress[i, j]
    if averaged:
        pressure = take_mean_stress(total)
    if kinematics == FINITE and resistance > 0.0:
        add_step_stress(whole, resistance, total)
    for j in range(3):
        for i in range(3):
            value = total[j, i]
            if kinematics == FINITE:
                value = (
                    inverse[j, 0] * total[0, i]
                    + inverse[j, 1] * total[1, i]
                    + inverse[j, 2] * total[2, i]
                )
            out[row + 3 * j + i, lane] = value
    return pressure


@inlined_kernel
def add_mean_force(kinematics, pressure, share, inverse, lane, out):
    """Add what acts on the mean gradient to the forces of a cell's points."""
    for p in range(share.size):
        for j in range(3):
            if kinematics != FINITE:
                out[9 * p + 4 * j, lane] += pressure * share[p]
            elif share[p] > 0.0:
                for i in range(3):
                    out[9 * p + 3 * j + i, lane] += pressure * share[p] * inverse[p, j, i]


@inlined_kernel
def cell_moduli(
    kinematics, averaged, weight, resistance, stress, tangent, whole, out, out_left, out_right
):  # fmt: skip
    """Moduli (3, 3, 9) of one point and, with averaging, its terms with the mean gradient; returns κ/9."""
    kappa = 0.0
    point_moduli(tangent, weight, out)
    if averaged:
        kappa = average_moduli(kinematics, stress, tangent, weight, out, out_left, out_right)
    if kinematics == FINITE:
        add_initial_stress(stress, weight, out)
        if resistance > 0.0:
            add_step_moduli(whole, resistance, out)
    return kappa
