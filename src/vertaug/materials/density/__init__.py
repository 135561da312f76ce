# SPDX-License-Identifier: BSD-3-Clause
"""Stiffness and strength of bone from its density, and the measures of density they are fitted in."""

from __future__ import annotations

from vertaug.materials.density import (
    generic_120kvp,
    les_1994,
    schileo_2008,
    tissue_density,
    yield_strain,
)
from vertaug.materials.density.conversion import conversion_warnings, convert, line
from vertaug.materials.density.law import MEASURES, DensityLaw, Measure, Orthotropy
from vertaug.materials.density.registry import (
    STIFFNESS_LAWS,
    STRENGTH_LAWS,
    StiffnessName,
    StrengthName,
    stiffness_law,
    strength_law,
)

__all__ = [
    "MEASURES",
    "STIFFNESS_LAWS",
    "STRENGTH_LAWS",
    "DensityLaw",
    "Measure",
    "Orthotropy",
    "StiffnessName",
    "StrengthName",
    "conversion_warnings",
    "convert",
    "generic_120kvp",
    "les_1994",
    "line",
    "schileo_2008",
    "stiffness_law",
    "strength_law",
    "tissue_density",
    "yield_strain",
]
