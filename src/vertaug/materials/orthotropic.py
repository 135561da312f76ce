# SPDX-License-Identifier: BSD-3-Clause
"""Orthotropic elasticity in material axes, the third along superior-inferior: τ = C ε, logarithmic strain.

Kirchhoff stress; at small strain Hooke's law in Cauchy stress. Young's moduli, Poisson ratios and shear moduli as
engineers give them: ν_ij is minus the strain along j over that along i in tension along i. Published ratios to the
axial modulus come with the density laws (`of_ratios`); a transversely isotropic material is `transverse`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.materials.card import Parameter
from vertaug.materials.density.law import Orthotropy
from vertaug.materials.rows import NO_LOCK, Locking, law_row, require_positive
from vertaug_kernels import laws

__all__ = ["CARD", "Orthotropic", "stiffness_columns"]

Float = NDArray[np.float64]
_CRAWFORD = "Crawford's ratios: E 0.333, ν 0.381 and 0.104, G 0.121 and 0.157 of the axial modulus"
_AXIAL = "Kopperdahl 2002 at 80 mg/cm³"

CARD = (
    Parameter("E1", 70.0, "MPa", 20.0, 200.0, "Young's modulus, left-right", _CRAWFORD, "recalled"),
    Parameter("E2", 70.0, "MPa", 20.0, 200.0, "Young's modulus, front-back", _CRAWFORD, "recalled"),
    Parameter("E3", 210.0, "MPa", 50.0, 600.0, "Young's modulus, superior-inferior", _AXIAL, "derived"),
    Parameter("nu12", 0.381, "1", 0.0, 0.4, "Poisson ratio", _CRAWFORD, "recalled"),
    Parameter("nu13", 0.104, "1", 0.0, 0.15, "Poisson ratio", _CRAWFORD, "recalled"),
    Parameter("nu23", 0.104, "1", 0.0, 0.15, "Poisson ratio", _CRAWFORD, "recalled"),
    Parameter("G23", 33.0, "MPa", 5.0, 200.0, "shear modulus", _CRAWFORD, "recalled"),
    Parameter("G13", 33.0, "MPa", 5.0, 200.0, "shear modulus", _CRAWFORD, "recalled"),
    Parameter("G12", 25.4, "MPa", 5.0, 200.0, "shear modulus", _CRAWFORD, "recalled"),
)  # fmt: skip


def stiffness_columns(
    law: str, compliance: Float, shear: tuple[float, float, float]
) -> dict[str, float]:
    """Columns `c11` to `g12` of a compliance block (3, 3) 1/MPa and shear moduli G23, G13, G12 MPa.

    Raises
    ------
    InputError
        Where the compliance is not positive definite: the material would give energy away.
    """
    finite = bool(np.isfinite(compliance).all())
    smallest = float(np.linalg.eigvalsh(compliance)[0]) if finite else math.nan
    if not smallest > 0.0:
        raise InputError(
            "material", f"{law}.poisson", f"a compliance with eigenvalue {smallest:g} 1/MPa",
            "a positive definite compliance", "lower the Poisson ratios", "E-MATERIAL-002",
        )  # fmt: skip
    c = np.linalg.inv(compliance)
    values = (c[0, 0], c[1, 1], c[2, 2], c[1, 2], c[0, 2], c[0, 1], *shear)
    return dict(zip(laws.PARAMETERS[laws.ORTHOTROPIC], (float(v) for v in values), strict=True))


@dataclass(frozen=True)
class Orthotropic:
    """Nine engineering constants."""

    young1: float = CARD[0].value
    young2: float = CARD[1].value
    young3: float = CARD[2].value
    poisson12: float = CARD[3].value
    poisson13: float = CARD[4].value
    poisson23: float = CARD[5].value
    shear23: float = CARD[6].value
    shear13: float = CARD[7].value
    shear12: float = CARD[8].value

    @classmethod
    def transverse(
        cls, across: float, along: float, poisson_across: float, poisson_along: float, shear: float
    ) -> Orthotropic:
        """Isotropic in plane 1-2; ``poisson_along`` is ν_31, the contraction under load along 3."""
        minor = poisson_along * across / along
        plane = across / (2.0 * (1.0 + poisson_across))
        return cls(across, across, along, poisson_across, minor, minor, shear, shear, plane)

    @classmethod
    def of_ratios(cls, axial: float, ratios: Orthotropy) -> Orthotropic:
        """Published ratios (of a density law) on the axial modulus ``axial`` MPa."""
        (first, second), (nu_23, nu_13, nu_12) = ratios.moduli, ratios.poissons
        shear = (axial * g for g in ratios.shears)
        return cls(axial * first, axial * second, axial, nu_12, nu_13, nu_23, *shear)

    def row(self, lock: Locking = NO_LOCK) -> Float:
        """Row of parameters for the kernels, MPa."""
        moduli = ("young1", "young2", "young3", "shear23", "shear13", "shear12")
        require_positive("orthotropic", **{name: getattr(self, name) for name in moduli})
        s = np.diag([1.0 / self.young1, 1.0 / self.young2, 1.0 / self.young3])
        s[0, 1] = s[1, 0] = -self.poisson12 / self.young1
        s[0, 2] = s[2, 0] = -self.poisson13 / self.young1
        s[1, 2] = s[2, 1] = -self.poisson23 / self.young2
        shear = (self.shear23, self.shear13, self.shear12)
        return law_row(laws.ORTHOTROPIC, lock, stiffness_columns("orthotropic", s, shear))
