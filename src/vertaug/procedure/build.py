# SPDX-License-Identifier: BSD-3-Clause
"""From a plan to a vertebra: chooses the anatomy's source and puts fracture and reference on it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy import Approach, HeightProfile, Vertebra
from vertaug.anatomy.access import Line, plan_access
from vertaug.anatomy.fracture import Band as FractureBand
from vertaug.anatomy.fracture import Cleft as FractureCleft
from vertaug.anatomy.fracture import Deformity as FractureDeformity
from vertaug.anatomy.parametric import ParametricVertebra
from vertaug.errors import InputError
from vertaug.mesh import Capsule, Mesh, MeshSize, generate_mesh
from vertaug.procedure.plan import Plan
from vertaug.procedure.plan_anatomy import (
    Band,
    Cleft,
    Deformity,
    Dimensions,
    ParametricAnatomy,
    ReferenceHeights,
)
from vertaug.procedure.plan_sections import Balloon

__all__ = ["bare_mesh", "build_vertebra", "mesh_size", "plan_channels"]

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


def plan_channels(plan: Plan, vertebra: Vertebra) -> tuple[tuple[Approach, ...], tuple[str, ...]]:
    """Return one approach a balloon, named as the balloon, and what the reader must know of them.

    Raises
    ------
    InputError
        A balloon does not fit, its channel leaves the bone, or there is no pedicle.
    """
    shapes = {(b.length, b.channel_diameter, b.route) for b in plan.balloon}
    sides = [balloon.side for balloon in plan.balloon]
    together = len(shapes) == 1 and len(set(sides)) == len(sides)
    groups = [plan.balloon] if together else [(balloon,) for balloon in plan.balloon]
    approaches: list[Approach] = []
    warnings: list[str] = []
    for group in groups:
        found, said = _approaches(vertebra, group)
        approaches += found
        warnings += said
    return tuple(approaches), tuple(dict.fromkeys(warnings))


def _approaches(
    vertebra: Vertebra, group: tuple[Balloon, ...]
) -> tuple[list[Approach], tuple[str, ...]]:
    """Approaches of balloons of one kind, each on a side of its own."""
    lines: dict[str, Line] = {
        balloon.side: Line(np.array(balloon.entry), np.array(balloon.target))
        for balloon in group
        if balloon.entry is not None and balloon.target is not None
    }
    try:
        access = plan_access(
            vertebra,
            [balloon.side for balloon in group],
            balloon_length=group[0].length,
            channel_radius=0.5 * group[0].channel_diameter,
            route=group[0].route,
            lines=lines,
        )
    except InputError as error:
        raise _named_by_balloon(error, group) from error
    named = [
        replace(approach, name=balloon.name)
        for approach, balloon in zip(access.approaches, group, strict=True)
    ]
    return named, access.warnings


def _named_by_balloon(error: InputError, group: tuple[Balloon, ...]) -> InputError:
    """Return ``error`` with the balloon's name in place of its side."""
    for balloon in group:
        old = f"balloon.{balloon.side}."
        if error.field.startswith(old):
            return replace(error, field=f"balloon.{balloon.name}.{error.field.removeprefix(old)}")
    return error


def mesh_size(plan: Plan) -> MeshSize:
    """Edge lengths that the plan asks for."""
    return MeshSize(bulk=plan.mesh.size, cavity=plan.mesh.cavity_size)


def bare_mesh(plan: Plan, vertebra: Vertebra, approaches: tuple[Approach, ...]) -> Mesh:
    """Mesh of the bone with one cavity a balloon, ``balloon_<name>``; the rest is ``outer``."""
    cavities = {
        f"balloon_{approach.name}": Capsule(
            approach.balloon_start, approach.balloon_end, approach.channel_radius
        )
        for approach in approaches
    }
    return generate_mesh(vertebra.distance, cavities, mesh_size(plan), vertebra.regions)
