# SPDX-License-Identifier: BSD-3-Clause
"""Every density law by its name."""

from __future__ import annotations

from typing import Literal, get_args

from vertaug.errors import InputError
from vertaug.materials.density import (
    anisotropic_table,
    crawford_2003,
    keller_1994,
    keyak_1998,
    kopperdahl_2002,
    morgan_2003,
    morgan_keaveny_2001,
    rho_1995,
)
from vertaug.materials.density.law import DensityLaw
from vertaug.materials.density.yield_strain import yield_law

__all__ = [
    "STIFFNESS_LAWS",
    "STRENGTH_LAWS",
    "StiffnessName",
    "StrengthName",
    "stiffness_law",
    "strength_law",
]

StiffnessName = Literal[
    "kopperdahl_2002",
    "morgan_2003",
    "crawford_2003",
    "anisotropic_table",
    "rho_1995",
    "keller_1994",
    "keyak_1998",
]
StrengthName = Literal["kopperdahl_2002", "morgan_keaveny_2001", "keyak_1998", "yield_strain"]

_MODULES = (
    kopperdahl_2002,
    morgan_2003,
    crawford_2003,
    anisotropic_table,
    rho_1995,
    keller_1994,
    keyak_1998,
    morgan_keaveny_2001,
)
_LAWS = tuple(law for module in _MODULES for law in module.LAWS)

STIFFNESS_LAWS: dict[str, DensityLaw] = {
    law.name: law for law in _LAWS if law.quantity == "stiffness"
}
STRENGTH_LAWS: dict[str, DensityLaw] = {
    law.name: law for law in _LAWS if law.quantity == "strength"
}
"""Laws of strength that stand alone; `yield_strain` is made of a law of stiffness."""


def stiffness_law(name: str) -> DensityLaw:
    """Law of Young's modulus called ``name``."""
    if name not in STIFFNESS_LAWS:
        raise _unknown("stiffness_law", name, get_args(StiffnessName))
    return STIFFNESS_LAWS[name]


def strength_law(name: str, stiffness: DensityLaw) -> DensityLaw:
    """Law of compressive yield called ``name``; `yield_strain` takes the modulus of ``stiffness``."""
    if name == "yield_strain":
        return yield_law(stiffness)
    if name not in STRENGTH_LAWS:
        raise _unknown("strength_law", name, get_args(StrengthName))
    return STRENGTH_LAWS[name]


def _unknown(field: str, name: str, known: tuple[str, ...]) -> InputError:
    """Error for a law that is not there."""
    return InputError(
        "density",
        field,
        repr(name),
        "one of " + ", ".join(known),
        "name a known law",
        "E-DENSITY-003",
    )
