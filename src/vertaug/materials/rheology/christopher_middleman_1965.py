# SPDX-License-Identifier: BSD-3-Clause
"""Apparent viscosity of a power-law fluid that creeps through a porous bed.

Christopher, Middleman (1965), Ind Eng Chem Fundam 4:422-426. With consistency K and index n the
apparent viscosity is ``K ((3 n + 1) / 4 n)^n g^(n - 1)`` at the shear rate ``g = C u / sqrt(k phi)``,
``C = 12 / sqrt(150)``, u the Darcy speed. Example: K = 200 Pa s^n, n = 0.6, k = 1e-8 m², phi = 0.9,
u = 1 mm/s gives 86.2 Pa s.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.card import Parameter

__all__ = ["CARD", "YIELD_SHARE", "apparent_viscosity", "shear_length", "threshold_gradient"]

Float = NDArray[np.float64]
_PAPER = "Christopher & Middleman 1965, Ind Eng Chem Fundam 4:422"

CARD = (
    Parameter(
        "C", 12.0 / np.sqrt(150.0), "1", 0.98, 6.0, "shear rate factor of the bed", _PAPER, "found"
    ),
    Parameter("g_min", 1e-2, "1/s", 1e-3, 1e-1, "lowest shear rate", "range of use", "assumed"),
    Parameter("g_max", 1e3, "1/s", 1e2, 1e4, "highest shear rate", "range of use", "assumed"),
)
BED, LOWEST, HIGHEST = (p.value for p in CARD)
YIELD_SHARE = BED / np.sqrt(2.0)
"""Viscosity that a yield stress adds in the bed over that in simple shear at the bed's shear rate.

Pores of radius sqrt(8 k / phi) let nothing through below the gradient 2 tau_y / radius = tau_y sqrt(phi / 2 k).
"""


def threshold_gradient(yield_stress: float, permeability: float, porosity: float) -> float:
    """Pressure gradient, MPa/mm, below which a yield stress (MPa) stands still in a bed (mm²)."""
    return float(yield_stress * np.sqrt(porosity / (2.0 * permeability)))


def shear_length(permeability: Float, porosity: Float) -> Float:
    """Darcy speed over shear rate, mm, from permeability, mm², and porosity."""
    return np.asarray(np.sqrt(permeability * porosity) / BED, dtype=np.float64)


def apparent_viscosity(consistency: float, index: float, shear_rate: Float) -> Float:
    """Apparent viscosity, MPa s, from the consistency, MPa s^n, and the shear rate, 1/s."""
    rate = np.clip(shear_rate, LOWEST, HIGHEST)
    factor = consistency * ((3.0 * index + 1.0) / (4.0 * index)) ** index
    return np.asarray(factor * rate ** (index - 1.0), dtype=np.float64)
