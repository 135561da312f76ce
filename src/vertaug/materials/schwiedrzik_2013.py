# SPDX-License-Identifier: BSD-3-Clause
"""Fabric-based quadric of trabecular bone with softening, damage and densification.

Schwiedrzik, Wolfram, Zysset (2013), Biomech Model Mechanobiol 12:1155-1168; constants as in the group's public
material routine. Elastic E_i = E_0 ρ^k m_i^2l, G_ij = μ_0 ρ^k (m_i m_j)^l, ν_ij = ν_0 (m_i/m_j)^l with ρ = BV/TV and
fabric m_i of mean 1. Yield √(S·𝔽S) + F·S = r(κ) of the *nominal Kirchhoff* stress (what the tissue carries,
damage included, so that damage lowers stiffness and not strength); flow is associated, κ the accumulated norm
of the plastic strain. r = R + (1-R)[exp(-(κ-κ_m)²/(w κ_m²)) - exp(-1/w - s κ)] goes from R at first yield to 1 and
back to R; r and D = D_c (1 - e^(-kκ)) are those of the step's start (why: the kernel's docstring).

Example: ρ = 0.1, m = (0.87, 0.87, 1.26): 88 and 200 MPa, ultimate stress in compression 1.74 axial and
0.84 MPa transverse, 1.37 MPa in axial tension. First yield is at 0.7 of these.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.materials import wolfram_2011
from vertaug.materials.card import Parameter
from vertaug.materials.densification import Densification
from vertaug.materials.orthotropic import stiffness_columns
from vertaug.materials.rows import NO_LOCK, Locking, law_row, require, require_positive
from vertaug_kernels import laws

__all__ = ["CARD", "FabricQuadric"]

Float = NDArray[np.float64]
_ROUTINE = "public material routine of Schwiedrzik 2012 and Schenk 2018, constants of Zysset 2013"

CARD = (
    Parameter("rho", 0.10, "1", 0.05, 0.2, "bone volume fraction", "osteoporotic bone", "assumed"),
    Parameter("m1", 0.87, "1", 0.8, 0.95, "fabric, left-right (made mean 1)", "typical vertebra", "assumed"),
    Parameter("m2", 0.87, "1", 0.8, 0.95, "fabric, front-back", "typical vertebra", "assumed"),
    Parameter("m3", 1.26, "1", 1.1, 1.4, "fabric, superior-inferior", "typical vertebra", "assumed"),
    Parameter("E_0", 9759.0, "MPa", 8000.0, 12700.0, "Young's modulus at ρ = 1", _ROUTINE, "found"),
    Parameter("nu_0", 0.2278, "1", 0.1, 0.3, "Poisson ratio", _ROUTINE, "found"),
    Parameter("mu_0", 3117.0, "MPa", 2500.0, 4100.0, "shear modulus at ρ = 1", _ROUTINE, "found"),
    Parameter("k", 1.91, "1", 1.5, 2.2, "exponent of ρ, stiffness", _ROUTINE, "found"),
    Parameter("l", 1.1, "1", 0.9, 1.3, "exponent of fabric, stiffness", _ROUTINE, "found"),
    Parameter("s_t", 57.69, "MPa", 45.0, 88.0, "tensile strength at ρ = 1", _ROUTINE, "found"),
    Parameter("s_c", 73.1, "MPa", 57.0, 111.0, "compressive strength at ρ = 1", _ROUTINE, "found"),
    Parameter("tau_0", 29.61, "MPa", 23.0, 45.0, "shear strength at ρ = 1", _ROUTINE, "found"),
    Parameter("zeta_0", 0.28, "1", 0.0, 0.4, "interaction of normal stresses", _ROUTINE, "found"),
    Parameter("p", 1.82, "1", 1.5, 2.0, "exponent of ρ, strength", _ROUTINE, "found"),
    Parameter("q", 0.98, "1", 0.8, 1.2, "exponent of fabric, strength", _ROUTINE, "found"),
    Parameter("R", 0.7, "1", 0.5, 1.0, "first yield and plateau over strength", _ROUTINE, "found"),
    Parameter("kappa_m", 0.01, "1", 0.005, 0.03, "κ of the strength", _ROUTINE, "found"),
    Parameter("w", 8.0, "1", 4.0, 16.0, "width of the hump", _ROUTINE, "found"),
    Parameter("s", 1000.0, "1", 500.0, 2000.0, "rate of the rise", _ROUTINE, "found"),
    *wolfram_2011.CARD,
)  # fmt: skip


@dataclass(frozen=True)
class FabricQuadric:
    """Constants of the quadric, in the order of its card, and densification."""

    bone_volume_fraction: float = CARD[0].value
    fabric1: float = CARD[1].value
    fabric2: float = CARD[2].value
    fabric3: float = CARD[3].value
    young: float = CARD[4].value
    poisson: float = CARD[5].value
    shear: float = CARD[6].value
    density_exponent: float = CARD[7].value
    fabric_exponent: float = CARD[8].value
    tension: float = CARD[9].value
    compression: float = CARD[10].value
    shear_strength: float = CARD[11].value
    interaction: float = CARD[12].value
    strength_density_exponent: float = CARD[13].value
    strength_fabric_exponent: float = CARD[14].value
    residual: float = CARD[15].value
    peak_kappa: float = CARD[16].value
    peak_width: float = CARD[17].value
    rise_rate: float = CARD[18].value
    damage_limit: float = CARD[19].value
    damage_rate: float = CARD[20].value
    densification: Densification = field(default_factory=Densification)

    def __post_init__(self) -> None:
        positive = (
            "fabric1", "fabric2", "fabric3", "young", "shear", "tension", "compression", "shear_strength",
            "residual", "peak_kappa", "peak_width", "rise_rate", "density_exponent", "fabric_exponent",
            "strength_density_exponent", "strength_fabric_exponent",
        )  # fmt: skip
        require_positive("fabric_quadric", **{name: getattr(self, name) for name in positive})
        rho, limit = self.bone_volume_fraction, self.damage_limit
        require(
            "fabric_quadric", "bone_volume_fraction", rho, 0.0 < rho < 0.6, "above 0, below 0.6"
        )
        for name in ("poisson", "interaction"):
            value = getattr(self, name)
            require("fabric_quadric", name, value, -1.0 < value < 0.5, "-1 to below 0.5")
        require("fabric_quadric", "residual", self.residual, self.residual <= 1.0, "at most 1")
        require("fabric_quadric", "damage_limit", limit, 0.0 <= limit < 1.0, "0 to below 1")
        require(
            "fabric_quadric", "damage_rate", self.damage_rate, self.damage_rate >= 0.0, "0 or more"
        )

    @property
    def _fabric(self) -> Float:
        """Eigenvalues of the fabric (3,), of mean 1."""
        m = np.array([self.fabric1, self.fabric2, self.fabric3])
        return np.asarray(m / m.mean())

    def _stiffness(self) -> dict[str, float]:
        """Columns of the sound stiffness."""
        m = self._fabric**self.fabric_exponent
        scale = self.bone_volume_fraction**self.density_exponent
        compliance = (np.eye(3) * (1.0 + self.poisson) - self.poisson) / (self.young * scale)
        g = self.shear * scale
        shear = (float(g * m[1] * m[2]), float(g * m[0] * m[2]), float(g * m[0] * m[1]))
        return stiffness_columns("fabric_quadric", compliance / np.outer(m, m), shear)

    def _surface(self) -> dict[str, float]:
        """Columns of 𝔽 and F, 1/MPa² and 1/MPa.

        Raises
        ------
        InputError
            Where the surface would be open: no stress limits hydrostatic crushing.
        """
        m = self._fabric**self.strength_fabric_exponent
        strength = self.bone_volume_fraction**self.strength_density_exponent * m * m
        product = 2.0 * self.tension * self.compression
        s0 = (self.tension + self.compression) / product
        linear = (self.compression - self.tension) / product / strength
        square = s0 * s0 * (np.eye(3) * (1.0 + self.interaction) - self.interaction)
        square = square / np.outer(strength, strength)
        if not float(np.linalg.eigvalsh(square - np.outer(linear, linear))[0]) > 0.0:
            raise InputError(
                "material", "fabric_quadric.interaction", f"{self.interaction:g}",
                "a surface that closes on the hydrostatic axis (below about 0.48)", "lower interaction",
                "E-MATERIAL-003",
            )  # fmt: skip
        s = self.shear_strength * self.bone_volume_fraction**self.strength_density_exponent
        shear = [0.5 / (s * m[i] * m[j]) ** 2 for i, j in ((1, 2), (0, 2), (0, 1))]
        names = ("f11", "f22", "f33", "f23", "f13", "f12", "h23", "h13", "h12", "f1", "f2", "f3")
        values = (*np.diag(square), square[1, 2], square[0, 2], square[0, 1], *shear, *linear)
        return dict(zip(names, (float(v) for v in values), strict=True))

    def row(self, lock: Locking = NO_LOCK) -> Float:
        """Row of parameters for the kernels, MPa."""
        columns = self._stiffness() | self._surface()
        columns |= {
            "residual": self.residual, "peak_kappa": self.peak_kappa, "peak_width": self.peak_width,
            "rise_rate": self.rise_rate, "damage_limit": self.damage_limit, "damage_rate": self.damage_rate,
        }  # fmt: skip
        columns |= self.densification.columns(self.bone_volume_fraction)
        return law_row(laws.FABRIC_QUADRIC, lock, columns)
