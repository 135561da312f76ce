# SPDX-License-Identifier: BSD-3-Clause
"""Intact vertebrae above and below: their axes and heights stand in for what was before."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy._vertebra import Frame, HeightProfile
from vertaug.anatomy.frame import find_frame
from vertaug.anatomy.landmarks import find_landmarks
from vertaug.anatomy.profile import heights, profile_from_distance
from vertaug.errors import InputError
from vertaug.imaging import LabelShape, Volume, label_sizes, shape_of_labels
from vertaug.mesh import SignedDistance

__all__ = ["Neighbour", "find_neighbours", "frame_of_shape"]

Float = NDArray[np.float64]
SEARCH_SPACING = 1.2

INTACT = 0.85
"""Least ratio of the lowest to the highest of the three heights of an intact body (assumed)."""


@dataclass(frozen=True)
class Neighbour:
    """An intact neighbour: its label, its frame in patient LPS, its profile in that frame."""

    label: int
    frame: Frame
    profile: HeightProfile


def source_distance(shape: LabelShape) -> SignedDistance:
    """Coarse signed distance of a shape in patient LPS, for finding its frame."""
    centre = shape.level.to_patient(np.argwhere(shape.mask).mean(axis=0)[None])[0]
    distance = shape.distance(SEARCH_SPACING, centre, np.eye(3))
    return replace(distance, origin=distance.origin + centre)


def frame_of_shape(
    shape: LabelShape, axes: Float | None = None, superior: Float | None = None
) -> Frame:
    """Vertebral frame of a shape in patient LPS."""
    return find_frame(source_distance(shape), np.eye(3), axes, superior, where=shape.level.source)


def find_neighbours(
    segmentation: Volume, labels: tuple[int, ...]
) -> tuple[tuple[Neighbour, ...], tuple[str, ...]]:
    """Intact neighbours among ``labels``, and sentences on those that were passed over."""
    sizes = label_sizes(segmentation)
    found: list[Neighbour] = []
    notes: list[str] = []
    for label in labels:
        if label not in sizes:
            continue
        result = _neighbour(segmentation, label)
        if isinstance(result, str):
            notes.append(result)
        else:
            found.append(result)
    return tuple(found), tuple(notes)


def _neighbour(segmentation: Volume, label: int) -> Neighbour | str:
    name = f"neighbour label {label}"
    shape = shape_of_labels(segmentation, np.rint(segmentation.values) == label, name)
    if shape.touches_border:
        return f"{name} is cut off by the edge of the image and gives no reference heights"
    try:
        frame = frame_of_shape(shape)
        distance = shape.distance(0.9, frame.origin, frame.axes)
        profile = profile_from_distance(distance, find_landmarks(distance))
    except InputError as error:
        return f"{name} gives no reference heights: {error.found}"
    parts = heights(profile)
    if min(parts) < INTACT * max(parts):
        text = ", ".join(f"{part:.1f}" for part in parts)
        return f"{name} may be fractured itself (heights {text} mm) and gives no reference"
    return Neighbour(label, frame, profile)
