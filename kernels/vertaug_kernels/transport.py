# SPDX-License-Identifier: BSD-3-Clause
"""Transport of cement by implicit upwinding, one closed-form solve a cell, in falling pressure.

A two-point flux runs down a potential, so cells visited in falling pressure form no loop: when a
cell's turn comes, all that flows into it is known. Fields carry one ghost layer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels._jit import kernel

__all__ = ["front_capacity", "sweep"]

Float = NDArray[np.float64]
Int = NDArray[np.int64]


@kernel
def _cell(
    pore: float, before: float, entering: float, leaving: float, step: float, hold: float
) -> tuple[float, float]:
    """New saturation and fractional flow of one cell; `entering` mm³, `leaving` mm³/s.

    Solves ``pore S + step leaving f(S) = pore before + entering`` with
    ``f = clip((S - hold) / (1 - hold), 0, 1)``; what a full cell receives it passes on.
    """
    content = pore * before + entering
    if content <= pore * hold or leaving <= 0.0:
        return content / pore, 0.0
    slope = step * leaving / (1.0 - hold)
    saturation = (content + slope * hold) / (pore + slope)
    if saturation > 1.0:
        return 1.0, (content - pore) / (step * leaving)
    return saturation, (saturation - hold) / (1.0 - hold)


@kernel
def sweep(
    order: Int,
    tx: Float,
    ty: Float,
    tz: Float,
    anchor: Float,
    outer: Float,
    pressure: Float,
    pore: Float,
    source: Float,
    before: Float,
    step: float,
    hold: float,
    saturation: Float,
    flowing: Float,
) -> tuple[float, float]:
    """Move cement through one time step.

    Parameters
    ----------
    order : flat padded indices of the cells that take part, in falling pressure
    tx, ty, tz, anchor, outer : conductances, mm³/(s MPa), and the pressure behind `anchor`, MPa
    pressure, pore, source : MPa; pore volume, mm³; cement injected, mm³/s
    before : saturation at the start; `saturation` receives the end, `flowing` the cement fraction
        of what leaves each cell
    step, hold : s; saturation below which a cell lets no cement go

    Returns
    -------
    Cement that left the grid and cement that found no room (rounding only), mm³.
    """
    ny, nz = pore.shape[1], pore.shape[2]
    left_grid, no_room = 0.0, 0.0
    for n in range(order.size):
        flat = order[n]
        i, rest = flat // (ny * nz), flat % (ny * nz)
        j, k = rest // nz, rest % nz
        here = pressure[i, j, k]
        entering, leaving = source[i, j, k], 0.0
        for side in range(6):
            a, b, c = i, j, k
            if side == 0:
                a, conductance = i - 1, tx[i - 1, j, k]
            elif side == 1:
                a, conductance = i + 1, tx[i, j, k]
            elif side == 2:
                b, conductance = j - 1, ty[i, j - 1, k]
            elif side == 3:
                b, conductance = j + 1, ty[i, j, k]
            elif side == 4:
                c, conductance = k - 1, tz[i, j, k - 1]
            else:
                c, conductance = k + 1, tz[i, j, k]
            flow = conductance * (here - pressure[a, b, c])
            if flow > 0.0:
                leaving += flow
            elif flow < 0.0:
                entering -= flow * flowing[a, b, c]
        gone = max(anchor[i, j, k] * (here - outer[i, j, k]), 0.0)
        share, fraction = _cell(
            pore[i, j, k], before[i, j, k], step * entering, leaving + gone, step, hold
        )
        if share > 1.0:
            no_room += (share - 1.0) * pore[i, j, k]
            share = 1.0
        saturation[i, j, k] = share
        flowing[i, j, k] = fraction
        left_grid += step * gone * fraction
    return left_grid, no_room


@kernel
def front_capacity(saturation: Float, pore: Float, tx: Float, ty: Float, tz: Float) -> float:
    """Pore volume, mm³, of the cells less than half full beside a cell at least half full."""
    nx, ny, nz = pore.shape
    total = 0.0
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                if saturation[i, j, k] >= 0.5 or pore[i, j, k] == 0.0:
                    continue
                touched = (tx[i - 1, j, k] > 0.0 and saturation[i - 1, j, k] >= 0.5) or (
                    tx[i, j, k] > 0.0 and saturation[i + 1, j, k] >= 0.5
                )
                touched |= (ty[i, j - 1, k] > 0.0 and saturation[i, j - 1, k] >= 0.5) or (
                    ty[i, j, k] > 0.0 and saturation[i, j + 1, k] >= 0.5
                )
                touched |= (tz[i, j, k - 1] > 0.0 and saturation[i, j, k - 1] >= 0.5) or (
                    tz[i, j, k] > 0.0 and saturation[i, j, k + 1] >= 0.5
                )
                if touched:
                    total += pore[i, j, k]
    return total
