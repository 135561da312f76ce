# SPDX-License-Identifier: BSD-3-Clause
"""From a signed distance in the vertebral frame to a complete `Vertebra`."""

from __future__ import annotations

from vertaug.anatomy._vertebra import Field, Frame, HeightProfile, Vertebra
from vertaug.anatomy.density import ConstantField, crush_damage
from vertaug.anatomy.landmarks import find_landmarks, landmark_warnings
from vertaug.anatomy.profile import mean_profile, profile_from_distance
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
    """
    landmarks = find_landmarks(distance, where)
    warnings += landmark_warnings(landmarks, volume_inside(distance.values, distance.spacing))
    damage: Field = ConstantField(0.0)
    reference = None
    if neighbours:
        profile = profile_from_distance(distance, landmarks)
        reference = mean_profile(profile, neighbours)
        crush, notes = crush_damage(profile, reference, landmarks.width)
        warnings += notes
        damage = damage if crush is None else crush
    return Vertebra(
        name=name,
        distance=distance,
        frame=frame,
        landmarks=landmarks,
        density=density,
        damage=damage,
        regions=regions,
        reference=reference,
        reference_source=neighbour_source if neighbours else "none",
        warnings=warnings,
    )
