# SPDX-License-Identifier: BSD-3-Clause
"""Endplates, walls, canal and pedicles of a vertebra in its own frame."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy._vertebra import Endplate, Landmarks
from vertaug.anatomy.frame import endplate_plane, find_frame
from vertaug.anatomy.pedicle import find_pedicle
from vertaug.anatomy.section import BodyColumns, Section, body_columns, sagittal_section
from vertaug.errors import InputError
from vertaug.mesh import SignedDistance

__all__ = ["find_frame", "find_landmarks", "landmark_warnings"]

Float = NDArray[np.float64]

BODY_ONLY_CANAL = 9.0
"""Distance of the canal's centre behind the wall where no arch shows it, mm (assumed)."""


def find_landmarks(distance: SignedDistance, where: str = "vertebra") -> Landmarks:
    """Landmarks of a bone in the vertebral frame.

    Parameters
    ----------
    distance : the bone in the vertebral frame, mm, step 1 mm or less
    where : file named in errors

    Raises
    ------
    InputError
        No body is found at the frame's origin.
    """
    section = sagittal_section(distance)
    if section is None or not _holds_origin(section):
        raise InputError(
            where, "anatomy.axes", "no bone where the body's middle should be",
            "the vertebral body around the frame's origin",
            "check `axes` and that the file holds one whole vertebra", "E-SHAPE-002",
        )  # fmt: skip
    columns = body_columns(distance, section)
    canal = _canal(distance, section)
    low, high = float(np.nanmin(columns.bottom)), float(np.nanmax(columns.top))
    width = _width(columns)
    left, right = (
        find_pedicle(distance, side, canal, section.posterior, width, (low, high))
        for side in (1, -1)
    )
    return Landmarks(
        superior=_endplate(columns, superior=True),
        inferior=_endplate(columns, superior=False),
        anterior_wall=section.anterior,
        posterior_wall=section.posterior,
        width=width,
        depth=_depth(section),
        canal=canal,
        pedicle_left=left,
        pedicle_right=right,
    )


def _holds_origin(section: Section) -> bool:
    y = int(np.argmin(np.abs(section.y)))
    return bool(section.body[y].any()) and section.anterior < 0.0 < section.posterior


def _endplate(columns: BodyColumns, superior: bool) -> Endplate:
    centre, normal = endplate_plane(columns.points(superior))
    return Endplate(centre, normal if superior else -normal)


def _width(columns: BodyColumns) -> float:
    """Widest left to right extent of the footprint, mm."""
    x = columns.x[np.isfinite(columns.top).any(axis=1)]
    return float(x[-1] - x[0])


def _depth(section: Section) -> float:
    """Extent from rim to rim in the mid-sagittal plane, mm."""
    y = section.y[section.body.any(axis=1)]
    y = y[y < section.posterior + 3.0]
    return float(y[-1] - y[0])


def _canal(distance: SignedDistance, section: Section) -> Float:
    """Middle of the gap between body and arch, at the height of the body's middle."""
    rows = np.nonzero(section.body.any(axis=0))[0]
    low, high = section.z[rows[0]] - 5.0, section.z[rows[-1]] + 5.0
    near = section.arch & ((section.z > low) & (section.z < high))
    behind = np.nonzero(near.any(axis=1))[0]
    if len(behind) == 0:
        return np.array([0.0, section.posterior + BODY_ONLY_CANAL, 0.0])
    return np.array([0.0, 0.5 * (section.posterior + float(section.y[behind[0]])), 0.0])


def landmark_warnings(landmarks: Landmarks, volume: float) -> tuple[str, ...]:
    """Sentences on sizes that no thoracic or lumbar vertebra has; volume of the bone in mm³."""
    middle = float(landmarks.superior.centre[2] - landmarks.inferior.centre[2])
    checks = (
        ("body width", landmarks.width, 18.0, 65.0, "mm"),
        ("body depth", landmarks.depth, 12.0, 48.0, "mm"),
        ("distance of the endplates", middle, 5.0, 42.0, "mm"),
        ("volume of the bone", volume / 1000.0, 8.0, 130.0, "cm³"),
    )
    found = [
        f"{name} is {value:.1f} {unit}, outside {low:g} to {high:g} {unit}"
        for name, value, low, high, unit in checks
        if not low <= value <= high
    ]
    for name, pedicle in (("left", landmarks.pedicle_left), ("right", landmarks.pedicle_right)):
        if pedicle is None:
            found.append(f"no {name} pedicle was found")
    return tuple(found)
