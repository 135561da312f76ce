# SPDX-License-Identifier: BSD-3-Clause
"""What two liquids carry from cell to cell in proportion to an amount, such as temperature with heat capacity.

Implicit upwinding in falling pressure, as `vertaug_kernels.transport` moves the cement itself: each cell takes the
mean of what it held and what flows in, weighted by amount, so nothing is lost and no new extreme appears.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels._jit import kernel
from vertaug_kernels.around import (
    Gates,
    Triple,
    across,
    conductance,
    flat,
    flat_gates,
    gate_at,
    touched,
)

__all__ = ["carry"]

Float = NDArray[np.float64]
Int = NDArray[np.int64]


@kernel
def _carry(
    order: Int, sx: int, sy: int, faces: Triple, gates: Gates, passed: Float, anchor: Float, outer: Float,
    pressure: Float, flowing: Float, source: Float, amounts: Float, brought: Float, held: Float, step: float,
    value: Float, out: Float,
) -> tuple[float, float, float]:  # fmt: skip
    """`carry` on flat fields; where all around is zero and nothing is put in, it stays zero."""
    came, went, stayed = 0.0, 0.0, 0.0
    drawn = brought[1] != 0.0
    for n in range(order.size):
        cell = order[n]
        if (
            not drawn
            and source[cell] == 0.0
            and value[cell] == 0.0
            and not touched(cell, sx, sy, out)
        ):
            continue
        here = pressure[cell]
        weight = held[cell] + step * source[cell] * amounts[0]
        content = held[cell] * value[cell] + step * source[cell] * amounts[0] * brought[0]
        for side in range(6):
            other, face = across(cell, side, sx, sy)
            moved = step * conductance(faces, side, face) * (pressure[other] - here)
            if moved <= 0.0:
                continue
            share = flowing[other]
            entering = moved * (amounts[1] + share * (amounts[0] - amounts[1]))
            gate = gate_at(gates, side, face)
            if gate >= 0:
                through = moved * amounts[1] + passed[gate] * (amounts[0] - amounts[1])
                stayed += (entering - through) * out[other]
                entering = through
            weight += entering
            content += entering * out[other]
        gone = step * anchor[cell] * (here - outer[cell])
        if gone < 0.0:
            weight -= gone * amounts[1]
            content -= gone * amounts[1] * brought[1]
            came -= gone * amounts[1] * brought[1]
        out[cell] = content / weight if weight > 0.0 else value[cell]
        if gone > 0.0:
            share = flowing[cell]
            went += gone * (amounts[1] + share * (amounts[0] - amounts[1])) * out[cell]
    return came, went, stayed


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
    for n in range(order.size):
        out.reshape(-1)[order[n]] = value.reshape(-1)[order[n]]
    return _carry(
        order, held.shape[1] * held.shape[2], held.shape[2], flat(faces), flat_gates(gates), passed,
        anchor.reshape(-1), outer.reshape(-1), pressure.reshape(-1), flowing.reshape(-1), source.reshape(-1),
        amounts, brought, held.reshape(-1), step, value.reshape(-1), out.reshape(-1),
    )  # fmt: skip
