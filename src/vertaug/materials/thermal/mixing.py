# SPDX-License-Identifier: BSD-3-Clause
"""Heat capacity and conductivity of a mixture: capacities add up, conductivities by their geometric mean."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.thermal.tissues import ThermalTissue

__all__ = ["mix"]

Float = NDArray[np.float64]


def mix(parts: Iterable[tuple[Float, ThermalTissue]]) -> tuple[Float, Float]:
    """Capacity, mJ/(mm³ K), and conductivity, mW/(mm K), from volume shares.

    The shares of a cell sum to one, or a little more where a grid's porosity does; weights of the geometric mean are
    shares of that sum.
    """
    capacity: Float | float = 0.0
    logarithm: Float | float = 0.0
    total: Float | float = 0.0
    for share, tissue in parts:
        capacity = capacity + share * tissue.capacity
        logarithm = logarithm + share * np.log(tissue.conductivity)
        total = total + share
    mean = np.exp(logarithm / total)
    return np.asarray(capacity, dtype=np.float64), np.asarray(mean, dtype=np.float64)
