# SPDX-License-Identifier: BSD-3-Clause
"""Thermal damage of each cell: peak, time above thresholds, equivalent minutes at 43 °C, Arrhenius integral.

The temperature is taken as linear in time within a step. Equivalent minutes are then exact; the Arrhenius
integral is summed by Gauss's three points on parts of at most 1 K.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels._jit import kernel, parallel_kernel, prange

__all__ = ["accumulate"]

Float = NDArray[np.float64]

_HALF = 316.15
_NODE = math.sqrt(0.6)


@kernel
def _mean_exponential(start: float, end: float) -> float:
    """Mean of exp over an interval."""
    width = end - start
    if abs(width) < 1e-9:
        return math.exp(0.5 * (start + end))
    return math.exp(start) * math.expm1(width) / width


@kernel
def _minutes(start: float, end: float, step: float) -> float:
    """Equivalent minutes at 43 °C of a ramp from `start` to `end`, K, in `step` s."""
    low, high = min(start, end), max(start, end)
    share = 1.0 if low >= _HALF else 0.0
    if low < _HALF < high:
        share = (high - _HALF) / (high - low)
    total = 0.0
    if share > 0.0:
        total = share * _mean_exponential(
            math.log(2.0) * (max(low, _HALF) - _HALF), math.log(2.0) * (high - _HALF)
        )
    if share < 1.0:
        total += (1.0 - share) * _mean_exponential(
            math.log(4.0) * (low - _HALF), math.log(4.0) * (min(high, _HALF) - _HALF)
        )
    return total * step / 60.0


@kernel
def _integral(start: float, end: float, step: float, factor: float, activation: float) -> float:
    """Integral of ``exp(factor - activation / T)`` over a ramp, K, in `step` s."""
    parts = max(1, math.ceil(abs(end - start)))
    width, total = (end - start) / parts, 0.0
    for n in range(parts):
        middle = start + (n + 0.5) * width
        total += 8.0 * math.exp(factor - activation / middle)
        total += 5.0 * math.exp(factor - activation / (middle - 0.5 * _NODE * width))
        total += 5.0 * math.exp(factor - activation / (middle + 0.5 * _NODE * width))
    return total * step / (18.0 * parts)


@kernel
def _share_above(start: float, end: float, mark: float) -> float:
    """Share of a ramp's time that lies above a mark."""
    low, high = min(start, end), max(start, end)
    if low >= mark:
        return 1.0
    if high <= mark:
        return 0.0
    return (high - mark) / (high - low)


@parallel_kernel
def accumulate(
    before: Float,
    after: Float,
    step: float,
    least: float,
    marks: Float,
    arrhenius: Float,
    out_peak: Float,
    out_above: Float,
    out_minutes: Float,
    out: Float,
) -> None:
    """Add one step to the damage of every cell.

    Parameters
    ----------
    before, after : (nx, ny, nz) temperatures at the ends of the step, K
    step, least : s; cells that stay below this temperature, K, are passed over
    marks : (m,) K, thresholds whose times are wanted
    arrhenius : (2,) logarithm of the factor A, 1/s, and activation temperature B, K
    out_peak, out_above, out_minutes, out : highest temperature, K; time above each mark, s, (m, nx, ny, nz);
        equivalent minutes at 43 °C; Arrhenius integral
    """
    nx, ny, nz = after.shape
    for i in prange(nx):
        for j in range(ny):
            for k in range(nz):
                start, end = before[i, j, k], after[i, j, k]
                out_peak[i, j, k] = max(out_peak[i, j, k], end)
                if max(start, end) < least:
                    continue
                for m in range(marks.size):
                    out_above[m, i, j, k] += step * _share_above(start, end, marks[m])
                out_minutes[i, j, k] += _minutes(start, end, step)
                out[i, j, k] += _integral(start, end, step, arrhenius[0], arrhenius[1])
