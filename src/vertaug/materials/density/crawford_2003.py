# SPDX-License-Identifier: BSD-3-Clause
"""Stiffness of vertebral trabecular bone, linear in QCT density, and its orthotropy.

Crawford, Cann, Keaveny (2003), Bone 33:744-750, for voxel models of whole vertebrae:
E = -34.7 + 3230 ρ MPa (K2HPO4-equivalent, g/cm³), nothing below 10.7 mg/cm³. Example: 100 mg/cm³ gives
288 MPa.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.card import Parameter
from vertaug.materials.density.law import DensityLaw, Orthotropy

__all__ = ["CARD", "LAWS"]

_PAPER = "Crawford 2003, Bone 33:744"

CARD = (
    Parameter("a", -34.7, "MPa", -60.0, 0.0, "modulus at no density; clipped at 0", _PAPER, "found"),
    Parameter("b", 3230.0, "MPa", 2500.0, 4000.0, "modulus per g/cm³", _PAPER, "found"),
    Parameter("E_x/E_z", 0.333, "1", 0.2, 0.6, "transverse over axial modulus", _PAPER, "recalled"),
    Parameter("nu_xy", 0.381, "1", 0.2, 0.5, "transverse Poisson ratio", _PAPER, "recalled"),
    Parameter("nu_xz", 0.104, "1", 0.05, 0.3, "transverse to axial Poisson ratio", _PAPER, "recalled"),
    Parameter("G_xy/E_z", 0.121, "1", 0.08, 0.25, "transverse shear modulus", _PAPER, "recalled"),
    Parameter("G_xz/E_z", 0.157, "1", 0.1, 0.3, "axial shear modulus", _PAPER, "recalled"),
    Parameter("low", 50.0, "mg/cm³", 10.0, 80.0, "least K2HPO4 fitted", _PAPER, "recalled"),
    Parameter("high", 250.0, "mg/cm³", 200.0, 350.0, "most K2HPO4 fitted", _PAPER, "recalled"),
)  # fmt: skip
_A, _B, _RATIO, _NU_XY, _NU_XZ, _G_XY, _G_XZ, _LOW, _HIGH = (p.value for p in CARD)


def _modulus(density: NDArray[np.float64]) -> NDArray[np.float64]:
    """Axial modulus (n,) MPa of K2HPO4-equivalent ``density`` (n,) mg/cm³."""
    return np.asarray(np.maximum(_A + _B * density / 1000.0, 0.0), dtype=np.float64)


LAWS = (
    DensityLaw(
        "crawford_2003", "stiffness", "phosphate", _LOW, _HIGH, "human vertebra", CARD, _modulus,
        orthotropy=Orthotropy((_RATIO, _RATIO), (_G_XZ, _G_XZ, _G_XY), (_NU_XZ, _NU_XZ, _NU_XY)),
    ),
)  # fmt: skip
