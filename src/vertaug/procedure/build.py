# SPDX-License-Identifier: BSD-3-Clause
"""From a plan to a vertebra and its mesh: what is there, the channels into it, the holes in it, its mesh."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy import Approach, HeightProfile, Vertebra
from vertaug.anatomy.access import Line, plan_access
from vertaug.anatomy.lesion import breach_opening, with_ellipsoid
from vertaug.anatomy.naming import name_facets, posterior_region
from vertaug.anatomy.openings import BASIVERTEBRAL_DEPTH, Opening, default_openings, place_opening
from vertaug.errors import InputError
from vertaug.mesh import Capsule, Mesh, MeshSize, generate_mesh
from vertaug.procedure.build_sources import source_vertebra, with_fracture
from vertaug.procedure.plan import Plan
from vertaug.procedure.plan_anatomy import ParametricAnatomy, ReferenceHeights
from vertaug.procedure.plan_balloon import Balloon
from vertaug.procedure.plan_sections import Defect, Vein

__all__ = [
    "build_mesh",
    "build_vertebra",
    "cannulas_for_balloons",
    "channel_capsules",
    "mesh_size",
    "plan_channels",
    "plan_openings",
]

Float = NDArray[np.float64]


def build_vertebra(plan: Plan) -> Vertebra:
    """Return the vertebra that ``plan.anatomy`` describes, in the vertebral frame.

    Raises
    ------
    InputError
        Input that cannot be a vertebra; the file, what was found, what was expected, the fix.
    """
    anatomy = plan.anatomy
    vertebra = source_vertebra(anatomy)
    if not isinstance(anatomy, ParametricAnatomy):
        vertebra = with_fracture(vertebra, anatomy.band, anatomy.cleft)
    if anatomy.tumour is not None and anatomy.tumour.label is None:
        shape = anatomy.tumour
        diameters = (shape.width, shape.depth, shape.height)
        vertebra = with_ellipsoid(vertebra, shape.centre, diameters)
    if anatomy.reference is not None:
        profile = _reference(anatomy.reference, vertebra)
        vertebra = replace(
            vertebra, reference=profile, reference_source="heights in the plan", reference_doubt=0.0
        )
    return vertebra


def _reference(heights: ReferenceHeights, vertebra: Vertebra) -> HeightProfile:
    """Profile that has the given height all over each third of the body's depth."""
    marks = vertebra.landmarks
    y = marks.anterior_wall + (marks.posterior_wall - marks.anterior_wall) * _THIRDS
    half = 0.5 * np.repeat([heights.anterior, heights.middle, heights.posterior], 2)
    return HeightProfile(y, half, -half)


_STEP = 1e-6
_THIRDS: Float = np.array(
    [0.0, 1.0 / 3.0 - _STEP, 1.0 / 3.0 + _STEP, 2.0 / 3.0 - _STEP, 2.0 / 3.0 + _STEP, 1.0]
)


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


def cannulas_for_balloons(plan: Plan) -> list[dict[str, Any]]:
    """Tables ``[[cannula]]`` for the same plan without balloons, as in a vertebroplasty.

    Each goes in where the balloon would, has its name, and ends in the middle of its place.

    Raises
    ------
    InputError
        As `plan_channels`.
    """
    ways, _ = plan_channels(plan, build_vertebra(plan))
    return [
        {
            "name": way.name,
            "tip": [f"{x:.6f} mm" for x in 0.5 * (way.balloon_start + way.balloon_end)],
            "entry": [f"{x:.6f} mm" for x in way.entry],
        }
        for way in ways
    ]


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


def plan_openings(plan: Plan, vertebra: Vertebra) -> tuple[Opening, ...]:
    """Return the plan's veins and defects, placed on the bone, and the usual outlets it asks for.

    Raises
    ------
    InputError
        There is no surface at the place asked for.
    """
    items: tuple[Vein | Defect, ...] = (*plan.vein, *plan.defect)
    named = {item.name for item in items}
    own = [_opening(item, vertebra) for item in items]
    tumour = plan.anatomy.tumour
    breaches: tuple[Opening, ...] = ()
    if tumour is not None and tumour.breach is not None:
        breaches = (breach_opening(vertebra, tumour.breach, tumour.breach_radius),)
    taken = [item.centre for item in (*own, *breaches)]
    usual = default_openings(vertebra, segmental=6, taken=taken) if plan.outlets.usual else ()
    for breach in breaches:
        # the tumour has taken the mouth of a vessel that its hole holds
        usual = tuple(
            item
            for item in usual
            if np.linalg.norm(item.centre - breach.centre) > breach.radius + item.radius
        )
    return (
        *own,
        *breaches,
        *(item for item in usual if item.name not in named),
    )


def _opening(item: Vein | Defect, vertebra: Vertebra) -> Opening:
    """One vein or defect."""
    given = item.position
    centre = place_opening(vertebra, item.site, item.height) if given is None else np.array(given)
    if isinstance(item, Vein):
        inside = item.inside
        if inside is None:
            deep = item.pathway == "basivertebral"
            inside = BASIVERTEBRAL_DEPTH * vertebra.landmarks.depth if deep else 0.0
        return Opening(
            item.name, "vein", item.pathway, centre, item.radius, item.length, inside
        )  # fmt: skip
    return Opening(item.name, "defect", item.pathway, centre, item.radius)


def channel_capsules(approaches: Sequence[Approach]) -> dict[str, Capsule]:
    """Channels of some approaches by the names of their facets, as deflated balloons fill them."""
    return {
        f"balloon_{approach.name}": Capsule(
            approach.balloon_start, approach.balloon_end, approach.channel_radius
        )
        for approach in approaches
    }


def build_mesh(
    plan: Plan, vertebra: Vertebra, *, channels: bool = True
) -> tuple[Mesh, tuple[Approach, ...], tuple[Opening, ...], tuple[str, ...]]:
    """Mesh the vertebra, with its ``channels`` or whole, and name its facets.

    Returns
    -------
    mesh : regions ``trabecular``, ``posterior`` and the vertebra's own; facets ``cortex``,
        ``endplate_*``, ``vein_*``, ``defect_*``, ``cannula_*`` and one ``balloon_<name>`` a channel
    approaches : one a balloon, named as the balloon
    openings : veins, then defects, as in the plan, the tumour's breach, then the usual outlets
    warnings : what the reader must know

    Raises
    ------
    InputError
        A balloon does not fit, a channel leaves the bone, an opening lies off the surface.
    """
    approaches, warnings = plan_channels(plan, vertebra) if channels else ((), ())
    openings = plan_openings(plan, vertebra)
    size = mesh_size(plan)
    if not approaches:
        size = replace(size, field=_coarser_behind(size, vertebra))
    regions = (*vertebra.regions, ("posterior", posterior_region(vertebra)))
    mesh = generate_mesh(vertebra.distance, channel_capsules(approaches), size, regions)
    return name_facets(mesh, vertebra, openings, approaches), approaches, openings, warnings


def _coarser_behind(size: MeshSize, vertebra: Vertebra) -> Callable[[Float], Float]:
    """Edge lengths that grow behind the body's wall, where channels would tell how far the arch is."""
    wall = vertebra.landmarks.posterior_wall

    def field(points: Float) -> Float:
        behind = np.maximum(points[:, 1] - wall, 0.0)
        return np.minimum(size.bulk + size.growth * behind, max(size.far, size.bulk))

    return field
