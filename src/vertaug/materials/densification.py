# SPDX-License-Identifier: BSD-3-Clause
"""Mean stress of bone that densifies, with a barrier to infinity at full packing.

Constants as in public scripts for vertebral bone at large strain, whose strain measure is not stated:
S_d = g_L x + g_P x^(w-1), x = tr E - ε_c < 0, with g_L = 1100 (BV/TV)^2.928 and g_P = 1300 (BV/TV)^2.77 MPa,
w = 6, ε_c = -0.3. Here tr E is ln J and the stress Kirchhoff. At BV/TV 0.1 and x = -0.55 that is -0.82 MPa: far too
soft near full packing, so from 1.5 J_p down ½ K ln²((J - J_p)/(J_p/2)) is added, J_p = 1.05 BV/TV.
"""

from __future__ import annotations

from dataclasses import dataclass

from vertaug.materials.card import Parameter
from vertaug.materials.rows import require, require_positive

__all__ = ["CARD", "Densification"]

_SCRIPTS = "public scripts with the densification constants"

CARD = (
    Parameter("eps_c", -0.3, "1", -1.0, -0.05, "ln J at which densification starts", _SCRIPTS, "found"),
    Parameter("g_L0", 1100.0, "MPa", 0.0, 5000.0, "linear stiffness at BV/TV = 1", _SCRIPTS, "found"),
    Parameter("n_L", 2.928, "1", 1.0, 5.0, "its exponent of BV/TV", _SCRIPTS, "found"),
    Parameter("g_P0", 1300.0, "MPa", 0.0, 5000.0, "power stiffness at BV/TV = 1", _SCRIPTS, "found"),
    Parameter("n_P", 2.77, "1", 1.0, 5.0, "its exponent of BV/TV", _SCRIPTS, "found"),
    Parameter("w", 6.0, "1", 2.0, 8.0, "exponent of the power energy", _SCRIPTS, "found"),
    Parameter("s_p", 1.05, "1", 1.0, 3.0, "volume ratio of full packing over BV/TV", "no voids left", "assumed"),
    Parameter("K_p", 20.0, "MPa", 0.1, 500.0, "scale of the barrier", "numerical barrier", "assumed"),
)  # fmt: skip


@dataclass(frozen=True)
class Densification:
    """Constants of the added stress; zero `linear`, `power` and `barrier` take it away."""

    onset: float = CARD[0].value
    linear: float = CARD[1].value
    linear_exponent: float = CARD[2].value
    power: float = CARD[3].value
    power_exponent: float = CARD[4].value
    exponent: float = CARD[5].value
    packing: float = CARD[6].value
    barrier: float = CARD[7].value

    def columns(self, bone_volume_fraction: float) -> dict[str, float]:
        """Columns of the kernels' laws that densify, for tissue of this BV/TV."""
        rho = bone_volume_fraction
        require("densification", "bone_volume_fraction", rho, 0.0 < rho < 0.6, "above 0, below 0.6")
        require("densification", "onset", self.onset, self.onset <= 0.0, "0 or less")
        require("densification", "exponent", self.exponent, self.exponent >= 2.0, "2 or more")
        for name in ("linear", "power", "barrier"):
            value = getattr(self, name)
            require("densification", name, value, value >= 0.0, "0 MPa or more")
        require_positive("densification", packing=self.packing)
        return {
            "onset": self.onset,
            "dense_linear": self.linear * rho**self.linear_exponent,
            "dense_power": self.power * rho**self.power_exponent,
            "dense_exponent": self.exponent,
            "packed_ratio": self.packing * rho,
            "packed_bulk": self.barrier,
        }
