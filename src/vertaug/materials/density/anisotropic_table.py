# SPDX-License-Identifier: BSD-3-Clause
"""Orthotropic stiffness of vertebral trabecular bone as in a published table of model properties.

Int J Spine Surg (markup 5781), a finite-element study of the spine that turns the axial law of Morgan
2003 into an orthotropic one: E = 4730, 1987, 1357 times ρ^1.56 MPa (wet apparent, g/cm³), ν = 0.2. It
gives no shear moduli; they follow here as √(E_i E_j)/(2 (1 + ν)).
"""

from __future__ import annotations

import math

from vertaug.materials.card import Parameter
from vertaug.materials.density.law import DensityLaw, Orthotropy, power_law

__all__ = ["CARD", "LAWS"]

_TABLE = "Int J Spine Surg, property table 5781"

CARD = (
    Parameter("E_3", 4730.0, "MPa", 3500.0, 6000.0, "axial modulus at 1 g/cm³", _TABLE, "found"),
    Parameter("E_2", 1987.0, "MPa", 1000.0, 3000.0, "larger transverse modulus", _TABLE, "found"),
    Parameter("E_1", 1357.0, "MPa", 800.0, 2500.0, "smaller transverse modulus", _TABLE, "found"),
    Parameter("b", 1.56, "1", 1.3, 1.9, "exponent", _TABLE, "found"),
    Parameter("nu", 0.2, "1", 0.1, 0.4, "Poisson ratio of the stiffer axis to the softer", _TABLE, "found"),
    Parameter("low", 110.0, "mg/cm³", 80.0, 140.0, "least apparent density", "Morgan 2003", "recalled"),
    Parameter("high", 350.0, "mg/cm³", 300.0, 400.0, "most apparent density", "Morgan 2003", "recalled"),
)  # fmt: skip
_E3, _E2, _E1, _B, _NU, _LOW, _HIGH = (p.value for p in CARD)
_LATERAL, _SAGITTAL = _E1 / _E3, _E2 / _E3


def _shear(product: float) -> float:
    """Shear modulus over E₃ from the product of two moduli over E₃²."""
    return math.sqrt(product) / (2.0 * (1.0 + _NU))


LAWS = (
    DensityLaw(
        "anisotropic_table", "stiffness", "apparent", _LOW, _HIGH, "human vertebra",
        CARD, power_law(_E3, _B),
        orthotropy=Orthotropy(
            (_LATERAL, _SAGITTAL),
            (_shear(_SAGITTAL), _shear(_LATERAL), _shear(_LATERAL * _SAGITTAL)),
            (_NU * _SAGITTAL, _NU * _LATERAL, _NU * _LATERAL / _SAGITTAL),
        ),
    ),
)  # fmt: skip
