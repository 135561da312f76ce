# SPDX-License-Identifier: BSD-3-Clause
"""What two liquids carry from cell to cell in proportion to an amount, such as temperature with heat capacity.

Implicit upwinding in falling pressure, as `vertaug_kernels.transport` moves the cement itself: each cell takes the
mean of what it held and what flows in, weighted by amount, so nothing is lost and no new extreme appears.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels._jit import kernel
from vertaug_kernels.transport import Gates, Triple, across

__all__ = ["carry"]

Float = NDArray[np.float64]
Int = NDArray[np.int64]


@kernel
def carry(
    order: Int,
    faces: Triple,
    gates: Gates,
    passed: Float,
    anchor: Float,
    outer: Float,
    pressure: Float,
    flowing: Float,
    source: Float,
    amounts: Float,
    brought: Float,
    held: Float,
    step: float,
    value: Float,
    out: Float,
) -> tuple[float, float, float]:
    """Carry a quantity through one time step.

    Parameters
    ----------
    order : flat padded indices of the cells that take part, in falling pressure
    faces, gates, anchor, outer, pressure, flowing, source : as in `vertaug_kernels.transport.sweep`, which was done
    passed : (m,) cement that came out of each way on the side it flowed to, mm³
    amounts : (2,) amount per mm³ of the injected liquid and of the other
    brought : (2,) value of what is injected, and of the other liquid that is drawn in through `anchor`
    held : amount in each cell at the start
    step : s
    value, out : value of each cell at the start and at the end

    Returns
    -------
    Amount times value that came in through the rim, that went out through it, and that stayed in the ways.
    """
    ny, nz = held.shape[1], held.shape[2]
    came, went, stayed = 0.0, 0.0, 0.0
    for n in range(order.size):
        flat = order[n]
        i, rest = flat // (ny * nz), flat % (ny * nz)
        j, k = rest // nz, rest % nz
        here = pressure[i, j, k]
        weight = held[i, j, k] + step * source[i, j, k] * amounts[0]
        content = held[i, j, k] * value[i, j, k] + step * source[i, j, k] * amounts[0] * brought[0]
        for side in range(6):
            a, b, c, p, q, r = across(side, i, j, k)
            moved = step * faces[side // 2][p, q, r] * (pressure[a, b, c] - here)
            if moved <= 0.0:
                continue
            share = flowing[a, b, c]
            entering = moved * (amounts[1] + share * (amounts[0] - amounts[1]))
            gate = gates[side // 2][p, q, r]
            if gate >= 0:
                through = moved * amounts[1] + passed[gate] * (amounts[0] - amounts[1])
                stayed += (entering - through) * out[a, b, c]
                entering = through
            weight += entering
            content += entering * out[a, b, c]
        gone = step * anchor[i, j, k] * (here - outer[i, j, k])
        if gone < 0.0:
            weight -= gone * amounts[1]
            content -= gone * amounts[1] * brought[1]
            came -= gone * amounts[1] * brought[1]
        out[i, j, k] = content / weight if weight > 0.0 else value[i, j, k]
        if gone > 0.0:
            share = flowing[i, j, k]
            went += gone * (amounts[1] + share * (amounts[0] - amounts[1])) * out[i, j, k]
    return came, went, stayed
