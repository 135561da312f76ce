# SPDX-License-Identifier: BSD-3-Clause
"""Heat that goes along with cement and marrow as they flow."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vertaug.grid.moved import Moved
from vertaug.materials.thermal.tissues import ThermalTissue
from vertaug_kernels import advection

__all__ = ["Carried", "carry_temperature"]

Float = NDArray[np.float64]


class Carried(NamedTuple):
    """Heat that a step of flow brought, mJ: with what was `injected`, through the `rim`, out of the `ways`."""

    injected: float
    rim: float
    ways: float


def carry_temperature(
    moved: Moved, temperature: Float, capacity: Float, cement: ThermalTissue, liquid: ThermalTissue,
    injected: Float, drawn_in: float,
) -> tuple[Float, Carried]:  # fmt: skip
    """Temperature after a step of flow, and the heat that it brought.

    What passes a way through the cortex keeps the temperature of the cell that it left; where a vessel keeps
    cement and gives marrow, the difference stays with it.

    Parameters
    ----------
    temperature, capacity : padded, K above any reference and mJ/K, at the start of the step, bone included
    cement, liquid : the two that flow
    injected : temperature, as `temperature`, of the cement put into each cell, padded
    drawn_in : temperature of liquid that comes in at the rim, as `temperature`
    """
    out = temperature.copy()
    amounts = np.array([cement.capacity, liquid.capacity])
    # the kernel knows one temperature of all that is put in; as heat that the cell has each has its own
    put = moved.length * cement.capacity * moved.source * injected
    start = np.divide(put, capacity, out=np.zeros_like(put), where=put != 0.0)
    start += temperature
    came, went, stayed = advection.carry(
        moved.order, moved.faces, moved.gates, moved.passed, moved.anchor, moved.outer, moved.pressure,
        moved.flowing, moved.source, amounts, np.array([0.0, drawn_in]), capacity, moved.length,
        start, out,
    )  # fmt: skip
    return out, Carried(float(put.sum()), came - went, -stayed)
