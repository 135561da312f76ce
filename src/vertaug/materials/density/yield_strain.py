# SPDX-License-Identifier: BSD-3-Clause
"""Strength from stiffness: the strain at yield hardly depends on density.

Vertebral trabecular bone yields at 0.84 ± 0.06 % in compression (Kopperdahl & Keaveny 1998, J Biomech
31:601) or 0.77 ± 0.06 % (Morgan & Keaveny 2001, J Biomech 34:569) after the 0.2 % offset, and at 0.70 %
to 0.78 % in tension. So σ_y = 0.008 E in compression. Example: 266 MPa gives 2.1 MPa.
"""

from __future__ import annotations

from vertaug.materials.card import Parameter
from vertaug.materials.density.law import DensityLaw

__all__ = ["CARD", "COMPRESSION", "TENSION", "yield_law"]

_PAPERS = "between Kopperdahl & Keaveny 1998 and Morgan & Keaveny 2001"

CARD = (
    Parameter("eps_c", 0.008, "1", 0.007, 0.009, "yield strain in compression", _PAPERS, "recalled"),
    Parameter("eps_t", 0.007, "1", 0.006, 0.008, "yield strain in tension", _PAPERS, "recalled"),
)  # fmt: skip
COMPRESSION, TENSION = (p.value for p in CARD)


def yield_law(stiffness: DensityLaw) -> DensityLaw:
    """Compressive yield stress as the yield strain times what ``stiffness`` gives."""
    return DensityLaw(
        "yield_strain", "strength", stiffness.measure, stiffness.low, stiffness.high, stiffness.site,
        CARD, lambda density: COMPRESSION * stiffness.value(density), stiffness.direction,
    )  # fmt: skip
