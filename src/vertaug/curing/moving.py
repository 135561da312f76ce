# SPDX-License-Identifier: BSD-3-Clause
"""Heat and cure that go along with cement and marrow as they flow."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.thermal.tissues import ThermalTissue
from vertaug_kernels import advection

__all__ = ["Flow", "carry_degree", "carry_temperature"]

Float = NDArray[np.float64]
Int = NDArray[np.int64]


@dataclass(frozen=True)
class Flow:
    """One time step of two liquids on padded fields (nx + 2, ny + 2, nz + 2).

    `order` flat padded indices of the cells that take part, in falling pressure; `faces` conductances along x, y, z,
    and `anchor`, mm³/(s MPa); `outer` and `pressure` MPa; `pore` mm³; `before` share of cement in the pores at the
    start; `flowing` share of cement in what leaves each cell; `source` cement put in, mm³/s; `length` s.
    """

    order: Int
    faces: tuple[Float, Float, Float]
    anchor: Float
    outer: Float
    pressure: Float
    pore: Float
    before: Float
    flowing: Float
    source: Float
    length: float


def carry_temperature(
    flow: Flow, temperature: Float, capacity: Float, cement: ThermalTissue, marrow: ThermalTissue,
    injected: float, drawn_in: float,
) -> tuple[Float, float]:  # fmt: skip
    """Temperature, K, after a step of flow, and the heat above 0 K that left through the rim, mJ.

    Parameters
    ----------
    temperature, capacity : padded, K and mJ/K, at the start of the step, bone included
    cement, marrow : the liquids
    injected, drawn_in : temperatures, K, of injected cement and of marrow that comes in at the rim
    """
    leaving = flow.flowing * cement.capacity + (1.0 - flow.flowing) * marrow.capacity
    out = temperature.copy()
    came, went = advection.carry(
        flow.order, *flow.faces, flow.anchor, flow.outer, flow.pressure, capacity, leaving,
        flow.source * cement.capacity, injected, marrow.capacity, drawn_in, flow.length, temperature, out,
    )  # fmt: skip
    return out, went - came


def carry_degree(flow: Flow, degree: Float, fresh: float) -> Float:
    """Degree of cure after a step of flow; injected cement has the cure `fresh`.

    What holds for the degree of cure holds for any mean over the cement, such as its age.
    """
    out = degree.copy()
    advection.carry(
        flow.order, *flow.faces, flow.anchor, flow.outer, flow.pressure, flow.pore * flow.before,
        flow.flowing, flow.source, fresh, 0.0, 0.0, flow.length, degree, out,
    )  # fmt: skip
    return out
