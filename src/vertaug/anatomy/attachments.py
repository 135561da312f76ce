# SPDX-License-Identifier: BSD-3-Clause
"""Where ligaments are fixed to a vertebra, found on its signed distance from its landmarks.

Each ligament has bands to the vertebra above and as many to the one below, so that band k of one vertebra's lower
ends meets band k of the next one's upper ends. Longitudinal ligaments leave the body's front and back walls near
its rims; the flava leave the laminae's edges; interspinous and supraspinous ones the edges of the spinous process
and its tip; intertransverse ones the tips of the transverse processes. Capsules belong to joints (`facet_joints`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy._vertebra import Vertebra

__all__ = ["Attachments", "find_attachments"]

Float = NDArray[np.float64]

_STEP = 0.25
_RIM = 3.0
"""Longitudinal ligaments are fixed this far below an endplate's plane, mm."""
_BEHIND = 45.0
_TIP = 2.0


@dataclass(frozen=True)
class Attachments:
    """Ends on one vertebra, mm, in its frame: by ligament (k, 3), `upper` of bands to the one above, `lower` below.

    A ligament that was not found, as on a body without its arch, is left out.
    """

    upper: dict[str, Float]
    lower: dict[str, Float]


def find_attachments(vertebra: Vertebra) -> Attachments:
    """Find the ends of all ligaments but the capsules."""
    upper: dict[str, Float] = {}
    lower: dict[str, Float] = {}
    for superior, ends in ((True, upper), (False, lower)):
        ends["ALL"] = _wall(vertebra, superior, -1.0, 0.2)
        ends["PLL"] = _wall(vertebra, superior, 1.0, 0.12)
    for name, pair in (
        ("LF", _laminae(vertebra)),
        ("ISL", _spinous(vertebra, (0.35, 0.65))),
        ("SSL", _spinous(vertebra, None)),
        ("ITL", _transverse(vertebra)),
    ):
        if pair is not None:
            upper[name], lower[name] = pair
    return Attachments(upper, lower)


def _wall(vertebra: Vertebra, superior: bool, way: float, spread: float) -> Float:
    """Three places on the front (``way`` -1) or back wall near a rim, from right to left."""
    marks = vertebra.landmarks
    plate = marks.superior if superior else marks.inferior
    side = 1.0 if superior else -1.0
    middle = 0.5 * (marks.anterior_wall + marks.posterior_wall)
    places = []
    for share in (-spread, 0.0, spread):
        x = share * marks.width
        along = np.arange(0.0, marks.depth, _STEP)
        y = middle + way * along
        away = np.column_stack([np.full_like(y, x), y]) - plate.centre[:2]
        z = plate.centre[2] - away @ plate.normal[:2] / plate.normal[2] - side * _RIM
        line = np.column_stack([np.full_like(y, x), y, z])
        places.append(_last_inside(vertebra, line))
    return np.array(places)


def _last_inside(vertebra: Vertebra, line: Float) -> Float:
    """Where the first stretch of bone along a line (n, 3) ends."""
    value = vertebra.distance.at(line)
    first = int(np.argmax(value < 0.0))
    outside = np.flatnonzero(value[first:] >= 0.0)
    if len(outside) == 0 or outside[0] == 0:
        return np.asarray(line[np.abs(value).argmin()])
    after = first + int(outside[0])
    share = value[after - 1] / (value[after - 1] - value[after])
    return np.asarray(line[after - 1] + share * (line[after] - line[after - 1]))


def _section(vertebra: Vertebra, x: float) -> tuple[Float, Float, NDArray[np.bool_]]:
    """Bone behind the canal's middle in a sagittal plane: y (n,), z (m,), mask (n, m)."""
    marks = vertebra.landmarks
    y = np.arange(marks.canal[1], marks.canal[1] + _BEHIND + marks.depth, 0.5)
    z = np.arange(-1.6 * marks.depth, 1.2 * marks.depth, 0.5)
    grid = np.stack(np.meshgrid([x], y, z, indexing="ij"), axis=-1).reshape(-1, 3)
    return y, z, (vertebra.distance.at(grid) < 0.0).reshape(len(y), len(z))


def _edge(vertebra: Vertebra, start: Float, up: float) -> Float:
    """Where bone ends above (``up`` 1) or below a place inside it."""
    line = start + up * np.arange(0.0, 60.0, _STEP)[:, None] * np.array([0.0, 0.0, 1.0])
    return _last_inside(vertebra, line)


def _laminae(vertebra: Vertebra) -> tuple[Float, Float] | None:
    """Upper and lower edges of the laminae, right and left."""
    upper, lower = [], []
    for side in (-1.0, 1.0):
        x = side * 0.12 * vertebra.landmarks.width
        y, z, bone = _section(vertebra, x)
        if not bone.any():
            return None
        first = int(np.argmax(bone.any(axis=1)))
        # a little behind the canal's wall, in the middle of the lamina there
        row = bone[min(first + 4, len(y) - 1)]
        if not row.any():
            return None
        middle = np.array([x, y[min(first + 4, len(y) - 1)], z[row].mean()])
        upper.append(_edge(vertebra, middle, 1.0))
        lower.append(_edge(vertebra, middle, -1.0))
    return np.array(upper), np.array(lower)


def _spinous(vertebra: Vertebra, shares: tuple[float, ...] | None) -> tuple[Float, Float] | None:
    """Upper and lower edges of the spinous process at shares of its length; of its tip without."""
    y, z, bone = _section(vertebra, 0.0)
    there = np.flatnonzero(bone.any(axis=1))
    if len(there) < 10:
        return None
    first, last = y[there[0]], y[there[-1]]
    places = [last - _TIP] if shares is None else [first + s * (last - first) for s in shares]
    upper, lower = [], []
    for place in places:
        column = int(np.abs(y - place).argmin())
        middle = np.array([0.0, y[column], z[bone[column]].mean()])
        upper.append(_edge(vertebra, middle, 1.0))
        lower.append(_edge(vertebra, middle, -1.0))
    return np.array(upper), np.array(lower)


def _transverse(vertebra: Vertebra) -> tuple[Float, Float] | None:
    """Upper and lower edges of the transverse processes near their tips, right and left."""
    marks, grid = vertebra.landmarks, vertebra.distance
    points = grid.coordinates()[grid.values < 0.0].astype(np.float64)
    points = points[points[:, 1] > marks.posterior_wall]
    upper, lower = [], []
    for side in (-1.0, 1.0):
        if len(points) == 0 or (side * points[:, 0]).max() < 0.3 * marks.width:
            return None
        reach = (side * points[:, 0]).max() - _TIP
        near = points[np.abs(side * points[:, 0] - reach) < grid.spacing]
        middle = np.array([side * reach, *near[:, 1:].mean(axis=0)])
        upper.append(_edge(vertebra, middle, 1.0))
        lower.append(_edge(vertebra, middle, -1.0))
    return np.array(upper), np.array(lower)
