# SPDX-License-Identifier: BSD-3-Clause
"""Barrier of fully compacted tissue, a term that every law can carry.

It acts on the total volume ratio, so it is elastic and exact in the step. The parameters are the
first two columns of every row: `lock_ratio` and `lock_bulk`.
"""

import math

from vertaug_kernels._jit import kernel


@kernel
def locking(ratio, parameters):
    """½ K_l ln²(J/J_l) for J < J_l; returns (energy, mean stress, tangent), zero above J_l."""
    if ratio >= parameters[0]:
        return 0.0 * parameters[1], 0.0, 0.0  # no number stays no number
    logarithm = math.log(ratio / parameters[0])
    bulk = parameters[1]
    return 0.5 * bulk * logarithm * logarithm, bulk * logarithm, bulk


@kernel
def add_mean_stress(stress, slope, out_stress, out_tangent):
    """Add a mean stress and its change with ln J to the first three rows and columns."""
    for i in range(3):
        out_stress[i] += stress
        for j in range(3):
            out_tangent[i, j] += slope
