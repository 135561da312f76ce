# SPDX-License-Identifier: BSD-3-Clause
"""Stages of a stabilised explicit step of second order, in increments.

Meyer, Balsara, Aslam (2014), J Comput Phys 257:594 (RKL2): s stages, stable up to ``(s² + s - 2) / 4`` times the
step of the explicit Euler method. With ``D_j = Y_j - Y_0`` and ``G = step L(Y_0)`` each stage is
``D_j = mu D_{j-1} + nu D_{j-2} + mu' step L(D_{j-1}) + push G``: the start value drops out,
and with it a field to read and its round-off.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Stages", "reach", "stages", "stages_for"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Stages:
    """Factors of a step.

    `first` is D_1 over G; `factors` (s - 1, 4) mu, nu, mu' and push of stages 2 to s; `weights` (s,) of the rates at
    Y_0 to Y_{s-1} in the whole step, which sum to 1.
    """

    first: float
    factors: Float
    weights: Float


def reach(count: int) -> float:
    """Longest stable step of ``count`` stages over that of the explicit Euler method."""
    return 0.25 * (count * count + count - 2)


def stages_for(ratio: float) -> int:
    """Least odd number of stages, at least 3, for a step over that of the explicit Euler method."""
    count = max(3, math.ceil(0.5 * (math.sqrt(9.0 + 16.0 * ratio) - 1.0) - 1e-12))
    return count + (count + 1) % 2


def stages(count: int) -> Stages:
    """Factors of a step with ``count`` stages, at least 2."""
    j = np.arange(count + 1, dtype=np.float64)
    b = np.full(count + 1, 1.0 / 3.0)
    b[2:] = (j[2:] ** 2 + j[2:] - 2.0) / (2.0 * j[2:] * (j[2:] + 1.0))
    width = 1.0 / reach(count)
    rows = np.zeros((count - 1, 4))
    made = np.zeros((count + 1, count))
    made[1, 0] = b[1] * width
    for n in range(2, count + 1):
        mu = (2.0 * n - 1.0) / n * b[n] / b[n - 1]
        nu = -(n - 1.0) / n * b[n] / b[n - 2]
        conduct = mu * width
        made[n] = mu * made[n - 1] + nu * made[n - 2]
        made[n, n - 1] += conduct
        made[n, 0] -= (1.0 - b[n - 1]) * conduct
        rows[n - 2] = mu, nu, conduct, b[n - 1] * conduct
    return Stages(float(b[1] * width), rows, made[count])
