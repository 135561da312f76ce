# SPDX-License-Identifier: BSD-3-Clause
"""Pedicles of a vertebra: narrowest section, axis, entry."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy._vertebra import PedicleAxis
from vertaug.mesh import SignedDistance

__all__ = ["find_pedicle"]

Float = NDArray[np.float64]
STEP = 0.5

NARROWEST = 1.0
"""Inscribed radius below which nothing counts as a pedicle, mm."""


def find_pedicle(
    distance: SignedDistance,
    side: int,
    canal: Float,
    wall: float,
    width: float,
    height: tuple[float, float],
) -> PedicleAxis | None:
    """Pedicle on one side, or None where no bone joins body and arch.

    Parameters
    ----------
    distance : bone in the vertebral frame, mm
    side : 1 left (x > 0), -1 right
    canal : (3,) centre of the canal, mm
    wall : y of the body's posterior wall, mm
    width : of the body, mm; the pedicle stays within it
    height : lowest and highest z of the body, mm
    """
    reach = max(canal[1] - wall, 3.0)
    rows = np.arange(wall + 1.0, wall + reach + STEP, STEP)
    found = [_inscribed(distance, side, y, 0.45 * width, height) for y in rows]
    waist = _waist([circle[1] for circle in found])
    if waist is None:
        return None
    start = np.array([found[waist][0][0], rows[waist], found[waist][0][1]])
    isthmus, direction = _axis(distance, start, side)
    radius = -float(distance.at(isthmus[None])[0])
    entry = _exit(distance, isthmus, -direction)
    if radius < NARROWEST or entry is None:
        return None
    return PedicleAxis(entry, isthmus, direction, radius)


def _inscribed(
    distance: SignedDistance, side: int, y: float, widest: float, height: tuple[float, float]
) -> tuple[Float, float]:
    """Deepest place (x, z) of the coronal section at ``y`` beside the mid-plane, and its depth."""
    x = side * np.arange(4.0, widest, STEP)
    z = np.arange(height[0], height[1] + 4.0, STEP)
    points = np.stack(np.meshgrid(x, [y], z, indexing="ij"), axis=-1)
    depth = -distance.at(points.reshape(-1, 3)).reshape(len(x), len(z))
    if depth.max() <= 0.0:
        return np.zeros(2), 0.0
    i, k = np.unravel_index(int(np.argmax(depth)), depth.shape)
    return np.array([x[i], z[k]]), float(depth[i, k])


def _waist(radii: list[float]) -> int | None:
    """Row of the narrowest section; None where the bone ends behind the body."""
    values = np.array(radii)
    if values.min() < NARROWEST:
        return None
    return int(np.argmin(values))


def _axis(distance: SignedDistance, start: Float, side: int) -> tuple[Float, Float]:
    """Point and direction of the line with most bone around it through the pedicle."""
    reach = np.arange(-7.0, 18.1, 1.0)
    shifts = np.array([[a, 0.0, b] for a in (-1.0, 0.0, 1.0) for b in (-2.0, -1.0, 0.0, 1.0, 2.0)])
    best, result = -np.inf, (start, np.array([0.0, -1.0, 0.0]))
    for inward in np.radians(np.arange(-5.0, 36.0, 5.0)):
        for upward in np.radians(np.arange(-25.0, 26.0, 5.0)):
            direction = _direction(side, float(inward), float(upward))
            lines = (start + shifts)[:, None] + reach[:, None] * direction
            depth = -distance.at(lines.reshape(-1, 3)).reshape(len(shifts), -1)
            score = _clearance(depth) - _unusual(float(inward), float(upward))
            place = int(np.argmax(score))
            if score[place] > best:
                best, result = float(score[place]), (start + shifts[place], direction)
    return _narrowest(distance, *result)


def _clearance(depth: Float) -> Float:
    """Score of lines (n, m): least depth on the way, and a little of the mean depth."""
    return np.asarray(depth[:, 3:].min(axis=1) + 0.3 * np.minimum(depth, 6.0).mean(axis=1))


def _unusual(inward: float, upward: float) -> float:
    """Price (mm) of angles (rad) far from the usual 12 degrees inward, level: settles ties."""
    return float(0.02 * abs(np.degrees(inward) - 12.0) + 0.03 * abs(np.degrees(upward)))


def _direction(side: int, inward: float, upward: float) -> Float:
    return np.array(
        [
            -side * np.sin(inward) * np.cos(upward),
            -np.cos(inward) * np.cos(upward),
            np.sin(upward),
        ]
    )


def _narrowest(distance: SignedDistance, point: Float, direction: Float) -> tuple[Float, Float]:
    reach = np.arange(-4.0, 4.1, 0.5)
    depth = -distance.at(point + reach[:, None] * direction)
    return np.asarray(point + reach[int(np.argmin(depth))] * direction), direction


def _exit(distance: SignedDistance, start: Float, direction: Float) -> Float | None:
    """Where a ray from inside leaves the bone, (3,); None within 60 mm inside."""
    reach = np.arange(0.0, 60.0, 0.25)
    depth = distance.at(start + reach[:, None] * direction)
    outside = np.nonzero(depth > 0.0)[0]
    if len(outside) == 0 or outside[0] == 0:
        return None
    k = int(outside[0])
    share = depth[k - 1] / (depth[k - 1] - depth[k])
    return np.asarray(start + (reach[k - 1] + 0.25 * share) * direction)
