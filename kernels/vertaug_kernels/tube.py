# SPDX-License-Identifier: BSD-3-Clause
"""Creeping flow in a tube of any liquid whose stress follows the rate: the stress integral by quadrature.

The flow Q through a tube of radius a is told by its apparent rate ``4 Q / (pi a^3)``. With the rate g_w and the
stress s_w at the wall it is ``4/3 (g_w - integral of (s / s_w)^3 dg from 0 to g_w)``: the integral of Rabinowitsch by
parts, which needs no slope of the flow curve.
"""

from __future__ import annotations

import math

import numpy as np

from vertaug_kernels._jit import inlined_kernel, kernel
from vertaug_kernels.rheology import viscosity

_POINT, _WEIGHT = np.polynomial.legendre.leggauss(16)
_PANELS, _SHARE = 12, 0.25
"""Panels of the integral, each a quarter as high as the next: a stress may rise steeply at low rates."""


@kernel
def apparent_rate(law, table, wall_rate, age, cure, temperature):
    """Apparent rate of the flow whose rate at the wall is `wall_rate`, 1/s."""
    wall = viscosity(law, table, wall_rate, age, cure, temperature) * wall_rate
    if wall <= 0.0:
        return 0.0
    total, high = 0.0, 1.0
    for panel in range(_PANELS + 1):
        low = _SHARE * high if panel < _PANELS else 0.0
        for n in range(16):
            part = 0.5 * (low + high) + 0.5 * (high - low) * _POINT[n]
            rate = part * wall_rate
            stress = viscosity(law, table, rate, age, cure, temperature) * rate
            total += 0.5 * (high - low) * _WEIGHT[n] * (stress / wall) ** 3
        high = low
    return 4.0 / 3.0 * wall_rate * (1.0 - total)


@inlined_kernel
def _short(law, table, wall_rate, wanted, age, cure, temperature):
    """Whether the flow at a rate at the wall is slower than wanted."""
    return apparent_rate(law, table, wall_rate, age, cure, temperature) < wanted


@kernel
def wall_rate(law, table, apparent, age, cure, temperature):
    """Rate at the wall, 1/s, of the flow with an apparent rate: bisection of its logarithm to rounding.

    The rate at the wall is never below three quarters of the apparent one, where stress does not fall with rate.
    """
    if apparent <= 0.0:
        return 0.0
    low, high = 0.7 * apparent, 1.5 * apparent
    while _short(law, table, high, apparent, age, cure, temperature) and high < 1e12 * apparent:
        high *= 2.0
    for _ in range(200):
        middle = math.sqrt(low * high)
        if middle <= low or middle >= high:
            break
        if _short(law, table, middle, apparent, age, cure, temperature):
            low = middle
        else:
            high = middle
    return high
