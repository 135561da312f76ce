# SPDX-License-Identifier: BSD-3-Clause
"""Degree of cure of cement cells, each on its own, warmed by the heat that its reaction sets free.

The reaction runs from
1e-5 to 1e-1 per second in one curing, so each cell takes the sub-steps that it needs
(Bogacki, Shampine 1989, Appl Math Lett 2:321, orders 3 and 2).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels._jit import kernel, parallel_kernel, prange

__all__ = ["AUTOCATALYTIC", "KAMAL", "advance", "rates"]

Float = NDArray[np.float64]
Int = NDArray[np.int64]

AUTOCATALYTIC = 0
"""``A exp(-B/T) c^m (limit(T) - c)^n``; row: A, B, m, n, limit at T_r, its slope in T, T_r."""
KAMAL = 1
"""``(A1 exp(-B1/T) + A2 exp(-B2/T) c^m) (1 - c)^n``; row: A1, B1, A2, B2, m, n."""


@kernel
def _rate(law: int, row: Float, cure: float, temperature: float) -> float:
    """Rate of cure, 1/s; zero from the law's limit on."""
    if law == AUTOCATALYTIC:
        left = min(1.0, row[4] + row[5] * (temperature - row[6])) - cure
        if left <= 0.0 or cure <= 0.0:
            return 0.0
        autocatalytic: float = (
            row[0] * math.exp(-row[1] / temperature) * cure ** row[2] * left ** row[3]
        )
        return autocatalytic
    left = 1.0 - cure
    if left <= 0.0:
        return 0.0
    speed: float = row[0] * math.exp(-row[1] / temperature)
    if cure > 0.0:
        speed += row[2] * math.exp(-row[3] / temperature) * cure ** row[4]
    speed *= left ** row[5]
    return speed


@kernel
def _cell(
    law: int,
    row: Float,
    cure: float,
    temperature: float,
    rise: float,
    drift: float,
    step: float,
    tolerance: float,
) -> float:
    """Cure of one cell at the end of a step; its temperature is ``T + rise (c - cure) + drift t``."""
    done, length, now = 0.0, step, cure
    first = _rate(law, row, now, temperature)
    while done < step and first > 0.0:
        length = min(length, step - done)
        base = temperature - rise * cure + drift * done
        second_at = now + 0.5 * length * first
        second = _rate(law, row, second_at, base + rise * second_at + 0.5 * drift * length)
        third_at = now + 0.75 * length * second
        third = _rate(law, row, third_at, base + rise * third_at + 0.75 * drift * length)
        new = now + length * (2.0 * first + 3.0 * second + 4.0 * third) / 9.0
        last = _rate(law, row, new, base + rise * new + drift * length)
        error = abs(length * (-5.0 * first + 6.0 * second + 8.0 * third - 9.0 * last) / 72.0)
        allowed = tolerance * (new + 1e-3)
        if error <= allowed or length < 1e-9 * step:
            done = step if done + length >= step * (1.0 - 1e-14) else done + length
            now, first = min(new, 1.0), last
        length *= min(4.0, max(0.2, 0.9 * (allowed / max(error, 1e-300)) ** (1.0 / 3.0)))
    return now


@parallel_kernel
def advance(
    law: int,
    row: Float,
    cells: Int,
    rise: Float,
    drift: Float,
    step: float,
    tolerance: float,
    out_cure: Float,
    out: Float,
) -> None:
    """Let cells react for `step` s.

    Parameters
    ----------
    law, row : law and its constants
    cells, rise : (n,) flat indices into both fields; warming by complete cure, K
    drift : (n,) K/s, by which cells warm besides
    step, tolerance : s; error of a sub-step over the cure
    out_cure, out : flat degree of cure, 0 to 1, and temperature, K; changed in place
    """
    for n in prange(cells.size):
        cell = cells[n]
        old = out_cure[cell]
        new = _cell(law, row, old, out[cell], rise[n], drift[n], step, tolerance)
        out[cell] += rise[n] * (new - old) + drift[n] * step
        out_cure[cell] = new


@parallel_kernel
def rates(law: int, row: Float, cells: Int, cure: Float, temperature: Float, out: Float) -> None:
    """Rate of cure, 1/s, of each of `cells` (n,), of flat fields, into `out` (n,)."""
    for n in prange(cells.size):
        out[n] = _rate(law, row, cure[cells[n]], temperature[cells[n]])
