# SPDX-License-Identifier: BSD-3-Clause
"""Soft tumour tissue of a metastasis as it is squeezed: a Bingham mass that is pressed out whole, not drained.

Liquid would need 1e4 s to leave a lump of 10 mm (aggregate modulus 8 to 250 kPa and k / mu = 0.02 mm^4/(N s),
La Barbera 2025), an injection lasts a minute: the tissue keeps its volume, cement and marrow do not pass it. Through
a hole of radius a and length L it goes from the pressure ``tau_y (2 L / a + c0)`` on; in bone from the gradient
``tau_y sqrt(phi / 2 k)``, since its pores are tubes of radius ``sqrt(8 k / phi)``. No flow curve of tumour tissue
was found: yield stress and viscosity are the orders of soft pastes.
"""

from __future__ import annotations

from dataclasses import dataclass

from vertaug.materials.card import Parameter
from vertaug.materials.rheology.bingham_1922 import Bingham
from vertaug.materials.rheology.flow_curve import FlowCurve, of_ages
from vertaug.materials.rows import require, require_positive

__all__ = ["CARD", "TumourTissue"]

_PASTE = "order of soft tissue pastes, uncalibrated"

CARD = (
    Parameter("tau_y", 1e-3, "MPa", 2e-4, 5e-3, "yield stress", _PASTE, "assumed"),
    Parameter("eta", 1e-4, "MPa*s", 1e-5, 1e-3, "viscosity while it flows", _PASTE, "assumed"),
    Parameter("c0", 5.0, "1", 4.0, 6.0, "entry pressure over yield stress", "extrusion of pastes", "recalled"),
    Parameter("m", 1e3, "s", 1e2, 1e4, "below rates of 1/m it creeps", "numerical choice", "assumed"),
    Parameter("cap", 1.0, "MPa*s", 0.1, 1e2, "viscosity at rest", "numerical choice: 1e7 times marrow", "assumed"),
)  # fmt: skip


@dataclass(frozen=True)
class TumourTissue:
    """Constants of the tissue: MPa, MPa s, s; `entry` is the pressure to enter a hole over the yield stress."""

    yield_stress: float = CARD[0].value
    viscosity: float = CARD[1].value
    entry: float = CARD[2].value
    sharpness: float = CARD[3].value
    cap: float = CARD[4].value

    def __post_init__(self) -> None:
        require_positive("tumour", viscosity=self.viscosity, sharpness=self.sharpness, cap=self.cap)
        require(
            "tumour", "yield_stress", self.yield_stress, self.yield_stress >= 0.0, "0 MPa or more"
        )
        require("tumour", "entry", self.entry, self.entry >= 0.0, "0 or more")

    def curve(self) -> FlowCurve:
        """Flow curve for the pores of bone, its yield rounded off."""
        law = Bingham(self.viscosity, self.yield_stress, self.sharpness)
        return of_ages({0.0: law}, cap=max(self.cap, self.viscosity))

    def warnings(self) -> tuple[str, ...]:
        """What the reader of results must know."""
        return (
            "tumour: yield stress and viscosity are uncalibrated; pressures and extruded volume scale with them",
        )
