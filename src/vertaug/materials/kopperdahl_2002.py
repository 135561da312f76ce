# SPDX-License-Identifier: BSD-3-Clause
"""Stiffness and strength of vertebral trabecular bone from its mineral density.

Kopperdahl, Morgan, Keaveny (2002), J Orthop Res 20:801-805: power laws of QCT density
(K2HPO4-equivalent, g/cm³), along the superior-inferior axis. Fitted between about 0.05 and
0.25 g/cm³; used for denser bone it underestimates cortex. Example: 80 mg/cm³ gives 210 MPa and
1.12 MPa.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.card import Parameter

__all__ = ["CARD", "crush_strength", "modulus"]

Float = NDArray[np.float64]
_PAPER = "Kopperdahl 2002, J Orthop Res 20:801"

CARD = (
    Parameter("E_0", 2980.0, "MPa", 2000.0, 4000.0, "modulus at 1 g/cm³", _PAPER, "found"),
    Parameter("b_E", 1.05, "1", 0.9, 1.6, "exponent of the modulus", _PAPER, "found"),
    Parameter("S_0", 37.4, "MPa", 25.0, 50.0, "compressive yield at 1 g/cm³", _PAPER, "found"),
    Parameter("b_S", 1.39, "1", 1.2, 1.8, "exponent of the strength", _PAPER, "found"),
)
MODULUS, MODULUS_EXPONENT, STRENGTH, STRENGTH_EXPONENT = (p.value for p in CARD)


def modulus(density: Float) -> Float:
    """Axial Young's modulus (MPa) of bone of ``density`` (n,) mg/cm³ K2HPO4-equivalent."""
    return np.asarray(MODULUS * (density / 1000.0) ** MODULUS_EXPONENT, dtype=np.float64)


def crush_strength(density: Float) -> Float:
    """Axial compressive yield stress (MPa) of bone of ``density`` (n,) mg/cm³ K2HPO4-equivalent."""
    return np.asarray(STRENGTH * (density / 1000.0) ** STRENGTH_EXPONENT, dtype=np.float64)
