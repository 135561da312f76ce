# SPDX-License-Identifier: BSD-3-Clause
"""From a plan to a vertebra: chooses the anatomy's source and puts fracture and reference on it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy import HeightProfile, Vertebra
from vertaug.anatomy.fracture import Band as FractureBand
from vertaug.anatomy.fracture import Cleft as FractureCleft
from vertaug.anatomy.fracture import Deformity as FractureDeformity
from vertaug.anatomy.parametric import ParametricVertebra
from vertaug.procedure.plan import Plan
from vertaug.procedure.plan_anatomy import (
    Band,
    Cleft,
    Deformity,
    Dimensions,
    ParametricAnatomy,
    ReferenceHeights,
)

__all__ = ["build_vertebra"]

Float = NDArray[np.float64]


def build_vertebra(plan: Plan) -> Vertebra:
    """Return the vertebra that ``plan.anatomy`` describes, in the vertebral frame.

    Raises
    ------
    InputError
        Input that cannot be a vertebra; the file, what was found, what was expected, the fix.
    """
    anatomy = plan.anatomy
    vertebra = _BUILDERS[anatomy.source](anatomy)
    if anatomy.reference is not None:
        profile = _reference(anatomy.reference, vertebra)
        vertebra = replace(vertebra, reference=profile, reference_source="heights in the plan")
    return vertebra


def _parametric(anatomy: ParametricAnatomy) -> Vertebra:
    """Vertebra from morphometry."""
    band = FractureBand() if anatomy.band is None else _band(anatomy.band)
    return ParametricVertebra(
        level=anatomy.level,
        scale=anatomy.scale,
        dimensions=_dimensions(anatomy.dimensions),
        density=anatomy.density,
        deformity=_deformity(anatomy.deformity),
        band=band,
        cleft=None if anatomy.cleft is None else _cleft(anatomy.cleft),
    ).build()


_BUILDERS: dict[str, Callable[[Any], Vertebra]] = {"parametric": _parametric}


def _dimensions(given: Dimensions) -> dict[str, float]:
    """Sizes that the plan gives, mm and degrees."""
    values = {name: value for name, value in vars(given).items() if value is not None}
    return {
        name: math.degrees(value) if name.endswith("angle") else value
        for name, value in values.items()
    }


def _deformity(given: Deformity) -> FractureDeformity:
    heights = (given.anterior_height, given.middle_height, given.posterior_height)
    return FractureDeformity(kind=given.kind, grade=given.genant, heights=heights)


def _band(given: Band) -> FractureBand:
    return FractureBand(height=given.height, centre=given.centre, damage=given.damage)


def _cleft(given: Cleft) -> FractureCleft:
    return FractureCleft(given.centre, given.width, given.depth, given.height)


def _reference(heights: ReferenceHeights, vertebra: Vertebra) -> HeightProfile:
    """Profile whose mean height over each third of the body's depth is the one given."""
    marks = vertebra.landmarks
    y = np.linspace(marks.anterior_wall, marks.posterior_wall, 61)
    places = marks.anterior_wall + (marks.posterior_wall - marks.anterior_wall) * _MIDDLES
    half = 0.5 * np.interp(y, places, [heights.anterior, heights.middle, heights.posterior])
    return HeightProfile(y, half, -half)


_MIDDLES: Float = np.array([1.0, 3.0, 5.0]) / 6.0
