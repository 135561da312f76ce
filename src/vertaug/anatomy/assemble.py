# SPDX-License-Identifier: BSD-3-Clause
"""From a signed distance in the vertebral frame to a complete `Vertebra`."""

from __future__ import annotations

from dataclasses import dataclass

from vertaug.anatomy._vertebra import Field, Frame, HeightProfile, Landmarks, Vertebra
from vertaug.anatomy.band import MOBILITY, find_crush, open_cleft
from vertaug.anatomy.before_fracture import SCATTER, expected_profile
from vertaug.anatomy.density import ConstantField
from vertaug.anatomy.landmarks import find_landmarks, landmark_warnings
from vertaug.anatomy.profile import heights, mean_profile, profile_from_distance
from vertaug.errors import InputError
from vertaug.mesh import SignedDistance
from vertaug.mesh.redistance import volume_inside

__all__ = ["assemble_vertebra"]


def assemble_vertebra(
    name: str,
    distance: SignedDistance,
    frame: Frame,
    density: Field,
    *,
    neighbours: tuple[HeightProfile, ...] = (),
    neighbour_source: str = "none",
    regions: tuple[tuple[str, SignedDistance], ...] = (),
    warnings: tuple[str, ...] = (),
    where: str = "vertebra",
    mobility: float | None = None,
) -> Vertebra:
    """Find landmarks, reference heights and fracture damage, and put the vertebra together.

    Parameters
    ----------
    name : level
    distance : bone in the vertebral frame, mm
    frame : vertebral frame in source coordinates
    density : mineral density field, mg/cm³
    neighbours : profiles of intact neighbours, each in its own frame
    neighbour_source : phrase on them
    regions, warnings : handed on
    where : file named in errors
    mobility : of a fracture, 0 healed to 1 loose; None: assumed, with a warning
    """
    landmarks = find_landmarks(distance, where)
    warnings += landmark_warnings(landmarks, volume_inside(distance.values, distance.spacing))
    damage: Field = ConstantField(0.0)
    before = _before(name, distance, landmarks, neighbours, neighbour_source)
    warnings += before.notes
    if before.profile is not None and before.reference is not None:
        crush, notes = find_crush(
            before.profile, before.reference, landmarks.width,
            None if isinstance(density, ConstantField) else density,
            mobility=mobility, doubt=before.doubt,
        )  # fmt: skip
        warnings += notes
        if crush is not None:
            damage = crush
            cleft = open_cleft(crush, MOBILITY if mobility is None else mobility, distance)
            if cleft is not None and "cleft" not in dict(regions):
                regions = (("cleft", cleft), *regions)
    return Vertebra(
        name=name,
        distance=distance,
        frame=frame,
        landmarks=landmarks,
        density=density,
        damage=damage,
        regions=regions,
        reference=before.reference,
        reference_source=before.source,
        reference_doubt=before.doubt,
        warnings=warnings,
    )


@dataclass(frozen=True)
class _Before:
    """Heights now and before a fracture, where known, the phrase on them, and their relative scatter."""

    profile: HeightProfile | None
    reference: HeightProfile | None
    source: str
    doubt: float = 0.0
    notes: tuple[str, ...] = ()


def _before(
    name: str,
    distance: SignedDistance,
    landmarks: Landmarks,
    neighbours: tuple[HeightProfile, ...],
    neighbour_source: str,
) -> _Before:
    """Reference heights from the neighbours, else from the mean of the level scaled to the body's size."""
    if neighbours:
        profile = profile_from_distance(distance, landmarks)
        return _Before(profile, mean_profile(profile, neighbours), neighbour_source)
    try:
        profile = profile_from_distance(distance, landmarks)
    except InputError as error:
        text = f"nothing tells the heights before a fracture: {error.found}"
        return _Before(None, None, "none", notes=(text,))
    expected = expected_profile(name, profile, landmarks)
    if expected is None:
        text = f"nothing tells the heights before a fracture: no mean of the level {name}"
        return _Before(profile, None, "none", notes=(text,))
    scatter = SCATTER * max(heights(expected))
    source = f"morphometry of {name} scaled to this body, ±{scatter:.1f} mm"
    note = (
        f"no intact neighbour: heights before a fracture are those of a mean {name} of this body's width and depth, "
        f"not below what is left of it, ±{scatter:.1f} mm (one standard deviation, assumed)"
    )
    return _Before(profile, expected, source, SCATTER, (note,))
