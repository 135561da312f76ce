# SPDX-License-Identifier: BSD-3-Clause
"""Stiffness of a polymer while it cures: none before its gel point, linear in the degree of cure from there.

Bogetti & Gillespie (1992), J Compos Mater 26:626, mixing rule without relaxation (γ = 0): the modulus goes from E_0
at the degree α_g to E at α_f.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.card import Parameter

__all__ = ["CARD", "cured_share"]

Float = NDArray[np.float64]
_PAPER = "Bogetti & Gillespie 1992, J Compos Mater 26:626"

CARD = (
    Parameter("alpha_g", 0.3, "1", 0.05, 0.6, "degree of cure at which cement begins to carry",
              "acrylic dough hardens in the first half of its reaction", "assumed"),
    Parameter("alpha_f", 0.95, "1", 0.8, 1.0, "degree of cure of the cement whose modulus was measured",
              "a few per cent of monomer are left", "assumed"),
    Parameter("E_0/E", 1e-3, "1", 1e-4, 1e-2, "modulus before the gel point over that of cured polymer", _PAPER,
              "recalled"),
)  # fmt: skip
GEL, FULL, FRESH = (p.value for p in CARD)


def cured_share(degree: Float) -> Float:
    """Share (n,) of the cured stiffness and strength at the ``degree`` (n,) of cure, 0 to 1."""
    risen = np.clip((np.asarray(degree) - GEL) / (FULL - GEL), 0.0, 1.0)
    return np.asarray(FRESH + (1.0 - FRESH) * risen, dtype=np.float64)
