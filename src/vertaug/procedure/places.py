# SPDX-License-Identifier: BSD-3-Clause
"""Places and sizes that a plan gives, held against its vertebra before anything is meshed."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy import Vertebra
from vertaug.anatomy.canal import find_canal
from vertaug.anatomy.naming import FAR
from vertaug.anatomy.profile import heights, profile_from_distance
from vertaug.cement.cannula import Cannula as Tube
from vertaug.errors import InputError
from vertaug.procedure.plan import Plan
from vertaug.procedure.plan_flow import Cannula

__all__ = ["check_places"]

Float = NDArray[np.float64]

_REACH = 3.0
"""How far from bone a cannula's tip may lie, mm: as far as the injection looks for a cell to let cement into."""
_LARGE = 0.4
"""Share of the body that balloons may fill before the reader is told (a 4 mL balloon a side in a mean L1: 0.3)."""
_NO_LOSS = 1.0
"""Heights before a fracture that are lower than the present ones by more than this all over are an error, mm."""


def check_places(plan: Plan, vertebra: Vertebra) -> tuple[str, ...]:
    """Return what the reader must know of balloons that are large for their vertebra.

    Raises
    ------
    InputError
        An opening's position away from the bone, a cannula's tip outside of it or its way through the canal, heights
        before the fracture below the present ones.
    """
    for kind, items in (("vein", plan.vein), ("defect", plan.defect)):
        for item in items:
            if item.position is not None:
                _check_opening(f"{kind}.{item.name}.position", item.position, item.radius, vertebra)
    for cannula in plan.cannula:
        if cannula.tip is not None:
            _check_tip(cannula, vertebra)
    if plan.anatomy.reference is not None:
        _check_reference(vertebra)
    return _large_balloons(plan, vertebra)


def _from_bone(vertebra: Vertebra, points: Float) -> Float:
    """Signed distance (n,) mm of ``points`` (n, 3) to the bone's surface; off the grid at least that to the grid."""
    grid = vertebra.distance
    held = np.clip(
        points, grid.origin, grid.origin + grid.spacing * (np.array(grid.values.shape) - 1)
    )
    return np.asarray(grid.at(held) + np.linalg.norm(points - held, axis=1))


def _check_opening(
    field: str, position: tuple[float, float, float], radius: float, vertebra: Vertebra
) -> None:
    apart = float(_from_bone(vertebra, np.array([position]))[0])
    if abs(apart) > FAR + radius:
        raise InputError(
            "plan", field, f"a place {abs(apart):.0f} mm {'out of' if apart > 0 else 'deep in'} the bone",
            "a place on the bone's surface (left, backwards, up from the body's middle)",
            "correct it, or give site and height in its place", "E-PLACE-001",
        )  # fmt: skip


def _check_tip(cannula: Cannula, vertebra: Vertebra) -> None:
    tip = np.asarray(cannula.tip, dtype=np.float64)
    field = f"cannula.{cannula.name}"
    ends = tip if cannula.entry is None else np.asarray(cannula.entry)
    way = tip + np.linspace(0.0, 1.0, 101)[:, None] * (ends - tip)
    radius = Tube(
        cannula.name, (0.0, 0.0, 0.0), cannula.gauge, cannula.length, cannula.inner_diameter
    ).outer_radius
    into = radius - float(find_canal(vertebra).distance(way).min())
    if into > 0.0:
        alone = cannula.entry is None
        raise InputError(
            "plan", f"{field}.{'tip' if alone else 'entry'}",
            f"a {'tip' if alone else 'cannula'} of radius {radius:.1f} mm that reaches into the spinal canal by "
            f"{into:.1f} mm", "one that leaves the canal alone",
            "move the tip into the body" if alone else "move the entry outward, or the tip to its side",
            "E-PLACE-003",
        )  # fmt: skip
    apart = float(_from_bone(vertebra, tip[None])[0])
    if apart > _REACH:
        raise InputError(
            "plan", f"{field}.tip", f"a place {apart:.0f} mm out of the bone",
            "a place within the body (left, backwards, up from its middle)", "correct it", "E-PLACE-002",
        )  # fmt: skip


def _check_reference(vertebra: Vertebra) -> None:
    reference = vertebra.reference
    if reference is None:
        return
    present = heights(profile_from_distance(vertebra.distance, vertebra.landmarks))
    before = heights(reference)
    if all(old < new - _NO_LOSS for old, new in zip(before, present, strict=True)):
        shown = [" / ".join(f"{value:.1f}" for value in row) for row in (before, present)]
        raise InputError(
            "plan", "anatomy.reference", f"{shown[0]} mm",
            f"heights before the fracture, not all below the present {shown[1]} mm",
            "give those of the intact vertebra, or leave the table out", "E-PLACE-004",
        )  # fmt: skip


def _large_balloons(plan: Plan, vertebra: Vertebra) -> tuple[str, ...]:
    if "inflate" not in plan.procedure.kinds:
        return ()
    marks = vertebra.landmarks
    height = float(np.mean(heights(profile_from_distance(vertebra.distance, marks))))
    body = 0.25 * math.pi * marks.width * marks.depth * height
    together = sum(balloon.volume for balloon in plan.balloon)
    if together <= _LARGE * body:
        return ()
    return (
        f"balloons of {together / 1e3:.1f} mL in a body of about {body / 1e3:.0f} mL: endplates or cortex stop them "
        "before they are full, unless the body opens",
    )
