# SPDX-License-Identifier: BSD-3-Clause
"""What a time step of the flow has moved, for whatever goes along with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Brought", "Moved", "Stay"]

Float = NDArray[np.float64]


class Stay(NamedTuple):
    """Cement's stay in the warm part of its cannula: `seconds`, its `mean` temperature over them and `now`, K."""

    seconds: float
    mean: float
    now: float


class Brought(NamedTuple):
    """Cement that a `cannula` put into flat padded `cells` (k,), each once, at some `rates`, mm³/s (k,)."""

    cannula: str
    cells: NDArray[np.intp]
    rates: Float


@dataclass(frozen=True)
class Moved:
    """One time step of cement and the liquid before it, as it was taken.

    Fields are padded with one ghost layer, (nx + 2, ny + 2, nz + 2), but for those that say otherwise.

    ========== =====================================================================================
    field      meaning
    ========== =====================================================================================
    time       s, at the start of the step
    length     s
    order      (n,) flat padded indices of the cells that take part, in falling pressure
    faces      conductances along x, y, z, mm³/(s MPa)
    gates      number of the way on each face along x, y, z, -1 where there is none
    passed     (m,) cement that came out of each way on the side it flowed to, mm³
    anchor     conductance to the outside, mm³/(s MPa)
    outer      pressure behind `anchor`, MPa
    pressure   MPa
    flowing    share of cement in what left each cell
    source     cement that was put in, mm³/s
    brought    of the source, what came from each cannula that was pressed
    cement     (nx, ny, nz) cement in each cell at the end, mm³
    degree     degree of cure that the cement of each cell has brought along, 0 where there is none
    ========== =====================================================================================
    """

    time: float
    length: float
    order: NDArray[np.intp]
    faces: tuple[Float, Float, Float]
    gates: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]
    passed: Float
    anchor: Float
    outer: Float
    pressure: Float
    flowing: Float
    source: Float
    brought: tuple[Brought, ...]
    cement: Float
    degree: Float
