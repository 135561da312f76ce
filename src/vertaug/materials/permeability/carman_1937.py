# SPDX-License-Identifier: BSD-3-Clause
"""Permeability of trabecular bone from its volume fraction and specific surface.

Carman (1937), Trans Inst Chem Eng 15:150-166: ``k = phi^3 / (c S^2)`` with porosity ``phi = 1 - v`` and
surface per volume ``S = s v``. With s = 17 1/mm it meets 4.45e-8 m² (Baroud 2004, human lumbar,
superior-inferior) near v = 0.10 and 2e-8 m² (top of Nauman 1999) near v = 0.15; measured values
reach down to 3e-11 m², so a multiplier spans what is not known. Example: v = 0.10 gives 5.0e-2 mm².
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.card import Parameter

__all__ = ["CARD", "permeability"]

Float = NDArray[np.float64]

CARD = (
    Parameter("c", 5.0, "1", 4.0, 6.0, "Kozeny constant", "Carman 1937", "recalled"),
    Parameter(
        "s",
        17.0,
        "1/mm",
        14.0,
        30.0,
        "bone surface per bone volume",
        "chosen to meet Baroud 2004, J Biomech 37:189",
        "derived",
    ),
)
KOZENY, SURFACE = (p.value for p in CARD)
_LEAST_FRACTION = 1e-3


def permeability(bone_fraction: Float, surface: float = SURFACE) -> Float:
    """Isotropic permeability, mm², of bone of volume fraction `bone_fraction` (n,), below 1.

    `surface` is bone surface per bone volume, 1/mm. Fractions below 0.001 are taken as 0.001.
    """
    fraction = np.maximum(bone_fraction, _LEAST_FRACTION)
    return np.asarray(
        (1.0 - fraction) ** 3 / (KOZENY * (surface * fraction) ** 2), dtype=np.float64
    )
