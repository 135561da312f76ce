# SPDX-License-Identifier: BSD-3-Clause
"""Stress of tissue that densifies, with a barrier that no finite energy passes.

Below the onset the published mean stress g_L x + g_P x^(w-1), x = ln J - ε_c < 0, is added; from
`BARRIER_START` times the packed volume ratio down a barrier rises that is infinite at the packed ratio.
Both act on the total volume ratio, so they are elastic and exact in the step.
"""

import math

from vertaug_kernels._jit import kernel

BARRIER_START = 1.5


@kernel
def _barrier(ratio, packed, bulk):
    """½ K ln²((J - J_p)/(J_s - J_p)) below J_s; returns (energy, mean stress, tangent)."""
    start = BARRIER_START * packed
    if ratio >= start:
        return 0.0, 0.0, 0.0
    gap = ratio - packed
    if not gap > 0.0:
        return math.inf, 0.0, 0.0
    logarithm = math.log(gap / (start - packed))
    stress = bulk * logarithm * ratio / gap
    slope = bulk * (ratio * ratio - logarithm * ratio * packed) / (gap * gap)
    return 0.5 * bulk * logarithm * logarithm, stress, slope


@kernel
def densification(ratio, parameters, first):
    """Energy, mean stress and tangent by ln J.

    Columns from ``first``: onset ε_c, linear g_L, power g_P, exponent w, packed ratio, packed bulk.
    """
    energy, stress, slope = _barrier(ratio, parameters[first + 4], parameters[first + 5])
    x = parameters[first] - math.log(ratio)
    if not x <= 0.0:
        linear = parameters[first + 1]
        power = parameters[first + 3]
        steep = parameters[first + 2] * x ** (power - 2.0)
        energy += 0.5 * linear * x * x + steep * x * x / power
        stress -= linear * x + steep * x
        slope += linear + steep * (power - 1.0)
    return energy, stress, slope
