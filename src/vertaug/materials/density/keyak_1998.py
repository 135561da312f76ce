# SPDX-License-Identifier: BSD-3-Clause
"""Stiffness and strength of femoral bone from its ash density, in pieces.

Keyak, Rossi, Jones, Skinner (1998), J Biomech 31:125-133, as used by CT-based models of vertebrae too.
Modulus: 33900 ρ^2.20 up to 0.27 g/cm³, 469 + 5307 ρ up to 0.60, 10200 ρ^2.01 beyond. Strength:
137 ρ^1.88 below 0.317 g/cm³, 114 ρ^1.72 beyond. The pieces were printed with rounded constants and meet
within 0.004 % at 0.27, 0.60 and 0.317 g/cm³. To have no jump at all, each piece
beyond the first is scaled to meet the one before, by as much. Example: 200 mg/cm³ gives 983 MPa and 6.65 MPa.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.materials.card import Parameter
from vertaug.materials.density.law import DensityLaw, power_law

__all__ = ["CARD", "LAWS", "joints"]

Float = NDArray[np.float64]
_PAPER = "Keyak 1998, J Biomech 31:125"

CARD = (
    Parameter("E_1", 33900.0, "MPa", 25000.0, 40000.0, "modulus, lightest bone", _PAPER, "recalled"),
    Parameter("b_1", 2.20, "1", 1.8, 2.6, "its exponent", _PAPER, "recalled"),
    Parameter("E_2", 469.0, "MPa", 300.0, 700.0, "modulus, middle: intercept", _PAPER, "recalled"),
    Parameter("s_2", 5307.0, "MPa", 4500.0, 6500.0, "modulus, middle: per g/cm³", _PAPER, "recalled"),
    Parameter("E_3", 10200.0, "MPa", 8000.0, 12000.0, "modulus, densest bone", _PAPER, "recalled"),
    Parameter("b_3", 2.01, "1", 1.7, 2.4, "its exponent", _PAPER, "recalled"),
    Parameter("rho_1", 270.0, "mg/cm³", 200.0, 350.0, "first joint of the modulus", _PAPER, "recalled"),
    Parameter("rho_2", 600.0, "mg/cm³", 500.0, 700.0, "second joint of the modulus", _PAPER, "recalled"),
    Parameter("S_1", 137.0, "MPa", 100.0, 170.0, "strength, lighter bone", _PAPER, "recalled"),
    Parameter("c_1", 1.88, "1", 1.6, 2.2, "its exponent", _PAPER, "recalled"),
    Parameter("S_2", 114.0, "MPa", 90.0, 140.0, "strength, denser bone", _PAPER, "recalled"),
    Parameter("c_2", 1.72, "1", 1.5, 2.0, "its exponent", _PAPER, "recalled"),
    Parameter("rho_s", 317.0, "mg/cm³", 250.0, 400.0, "joint of the strength", _PAPER, "recalled"),
    Parameter("low", 50.0, "mg/cm³", 20.0, 100.0, "least ash fitted", _PAPER, "recalled"),
    Parameter("high", 1200.0, "mg/cm³", 1000.0, 1400.0, "most ash fitted", _PAPER, "recalled"),
)  # fmt: skip
_E1, _B1, _E2, _SLOPE, _E3, _B3, _J1, _J2, _S1, _C1, _S2, _C2, _JS, _LOW, _HIGH = (
    p.value for p in CARD
)


def _middle(density: Float) -> Float:
    """Linear piece of the modulus, MPa."""
    return np.asarray(_E2 + _SLOPE * density / 1000.0, dtype=np.float64)


_PIECES = (power_law(_E1, _B1), _middle, power_law(_E3, _B3))
_STRENGTHS = (power_law(_S1, _C1), power_law(_S2, _C2))


def joints() -> dict[float, tuple[float, float]]:
    """At each joint (mg/cm³) what the printed pieces left and right of it give, MPa."""
    sides = ((_J1, _PIECES[:2]), (_J2, _PIECES[1:]), (_JS, _STRENGTHS))
    return {
        at: (float(left(np.array(at))), float(right(np.array(at)))) for at, (left, right) in sides
    }


_AT = {at: left / right for at, (left, right) in joints().items()}


def _modulus(density: Float) -> Float:
    """Modulus (n,) MPa of ash ``density`` (n,) mg/cm³, continuous."""
    first, second, third = (piece(density) for piece in _PIECES)
    second = second * _AT[_J1]
    third = third * (_AT[_J1] * _AT[_J2])
    return np.where(density <= _J1, first, np.where(density <= _J2, second, third))


def _strength(density: Float) -> Float:
    """Strength (n,) MPa of ash ``density`` (n,) mg/cm³, continuous."""
    first, second = (piece(density) for piece in _STRENGTHS)
    return np.where(density < _JS, first, second * _AT[_JS])


LAWS = (
    DensityLaw(
        "keyak_1998", "stiffness", "ash", _LOW, _HIGH, "human femur", CARD, _modulus, "mean"
    ),
    DensityLaw(
        "keyak_1998", "strength", "ash", _LOW, _HIGH, "human femur", CARD, _strength, "mean"
    ),
)
