# SPDX-License-Identifier: BSD-3-Clause
"""What liquids carry from cell to cell: temperature with heat capacity, degree of cure with volume of cement.

Implicit upwinding in falling pressure, as `vertaug_kernels.transport` moves the cement itself: each cell takes the
mean of what it held and what flows in, weighted by amount, so nothing is lost and no new extreme appears.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels._jit import kernel

__all__ = ["carry"]

Float = NDArray[np.float64]
Int = NDArray[np.int64]


@kernel
def carry(
    order: Int,
    tx: Float,
    ty: Float,
    tz: Float,
    anchor: Float,
    outer: Float,
    pressure: Float,
    held: Float,
    leaving: Float,
    source: Float,
    source_value: float,
    rim: float,
    rim_value: float,
    step: float,
    value: Float,
    out: Float,
) -> tuple[float, float]:
    """Carry a quantity through one time step.

    Parameters
    ----------
    order : flat padded indices of the cells that take part, in falling pressure
    tx, ty, tz, anchor, outer, pressure : as in `vertaug_kernels.transport.sweep`
    held, leaving : weight in each cell at the start; weight per mm³ that leaves it (heat capacity, or
        share of cement)
    source, source_value : weight per s put into each cell, and the value it brings
    rim, rim_value : weight per mm³, and value, of what is drawn in through `anchor`
    step : s
    value, out : value of each cell at the start and at the end

    Returns
    -------
    Weight times value that came in through the rim and that went out through it.
    """
    ny, nz = held.shape[1], held.shape[2]
    came, went = 0.0, 0.0
    for n in range(order.size):
        flat = order[n]
        i, rest = flat // (ny * nz), flat % (ny * nz)
        j, k = rest // nz, rest % nz
        here = pressure[i, j, k]
        weight = held[i, j, k] + step * source[i, j, k]
        content = held[i, j, k] * value[i, j, k] + step * source[i, j, k] * source_value
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
            flow = conductance * (pressure[a, b, c] - here)
            if flow > 0.0:
                weight += step * flow * leaving[a, b, c]
                content += step * flow * leaving[a, b, c] * out[a, b, c]
        gone = step * anchor[i, j, k] * (here - outer[i, j, k])
        if gone < 0.0:
            weight -= gone * rim
            content -= gone * rim * rim_value
            came -= gone * rim * rim_value
        out[i, j, k] = content / weight if weight > 0.0 else value[i, j, k]
        if gone > 0.0:
            went += gone * leaving[i, j, k] * out[i, j, k]
    return came, went
