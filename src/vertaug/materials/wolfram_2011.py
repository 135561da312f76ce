# SPDX-License-Identifier: BSD-3-Clause
"""Damage of trabecular bone from its accumulated plastic strain.

Wolfram, Wilke, Zysset (2011), J Biomech 44:1479: D = D_c (1 - exp(-k_d κ)), κ the accumulated norm
of the plastic strain; mean over axial and transverse, tension and compression. D lowers stiffness,
not strength. Example: κ = 0.12 gives D = 0.53.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.card import Parameter

__all__ = ["CARD", "accumulated_strain", "damage"]

Float = NDArray[np.float64]
_PAPER = "Wolfram 2011, J Biomech 44:1479 (constants as used by Schwiedrzik 2013)"

CARD = (
    Parameter("D_c", 0.85, "1", 0.5, 0.95, "largest damage", _PAPER, "found"),
    Parameter("k_d", 8.0075, "1", 4.0, 15.0, "rate of damage with plastic strain", _PAPER, "found"),
)
CRITICAL, RATE = (p.value for p in CARD)


def damage(accumulated: Float) -> Float:
    """Damage (n,) after the accumulated plastic strain ``accumulated`` (n,)."""
    return np.asarray(CRITICAL * -np.expm1(-RATE * accumulated), dtype=np.float64)


def accumulated_strain(value: Float) -> Float:
    """Accumulated plastic strain (n,) that leaves the damage ``value`` (n,), at most 0.999 D_c."""
    share = np.clip(np.asarray(value) / CRITICAL, 0.0, 0.999)
    return np.asarray(-np.log1p(-share) / RATE, dtype=np.float64)
