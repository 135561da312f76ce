# SPDX-License-Identifier: BSD-3-Clause
"""Heights of a vertebral body: endplate to endplate in the mid-sagittal plane."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy._vertebra import HeightProfile, Landmarks
from vertaug.anatomy.section import sagittal_section, zero_crossing
from vertaug.errors import InputError
from vertaug.mesh import SignedDistance

__all__ = [
    "heights",
    "mean_profile",
    "profile_from_distance",
    "profile_from_triangles",
    "rim_heights",
    "wedge_angle",
]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
STEP = 0.5
SECTIONS = (-2.0, -1.0, 0.0, 1.0, 2.0)
"""Sagittal planes averaged, x in mm."""

RIM = 0.2
"""Share of the depth at either end where the rounding of the rim is looked for."""

RIM_PLACE = 0.75
"""Where heights near the rim are taken, as a share of the body's half-axes (assumed)."""

STEEPEST = 1.0
"""Slope at which the rim, not the endplate, is met."""


def profile_from_distance(distance: SignedDistance, landmarks: Landmarks) -> HeightProfile:
    """Profile of a body given as a signed distance in the vertebral frame.

    Columns run through the body's piece of the mid-sagittal section from its lowest to its highest
    point, so that the basivertebral foramen does not count; the rounded rim is left out.
    """
    section = sagittal_section(distance)
    if section is None:
        raise _no_profile("no bone in the mid-sagittal plane")
    inside = (section.y >= landmarks.anterior_wall - 5.0) & (
        section.y <= landmarks.posterior_wall + 3.0
    )
    rows = np.nonzero(inside & section.body.any(axis=1))[0]
    if len(rows) < 8:
        raise _no_profile(f"{len(rows) * STEP:g} mm of body in the mid-sagittal plane")
    y = section.y[rows]
    lowest = section.z[np.argmax(section.body[rows], axis=1)]
    highest = section.z[section.body.shape[1] - 1 - np.argmax(section.body[rows, ::-1], axis=1)]
    superior = np.mean([_end(distance, x, y, highest, 1.0) for x in SECTIONS], axis=0)
    inferior = np.mean([_end(distance, x, y, lowest, -1.0) for x in SECTIONS], axis=0)
    return _without_rim(HeightProfile(y, superior, inferior))


def _no_profile(found: str) -> InputError:
    return InputError(
        "vertebra", "profile", found, "a body of at least 4 mm depth at the frame's origin",
        "check the axes and the surface", "E-SHAPE-003",
    )  # fmt: skip


def _end(distance: SignedDistance, x: float, y: Float, around: Float, sign: float) -> Float:
    """Surface height within 4 mm of ``around`` (n,), searched from outside; ``around`` if none."""
    reach = np.arange(4.0, -4.1, -0.5)
    z = around[:, None] + sign * reach
    points = np.stack([np.full(z.shape, x), np.broadcast_to(y[:, None], z.shape), z], axis=-1)
    depth = distance.at(points.reshape(-1, 3)).reshape(z.shape)
    found = zero_crossing(depth, reach)
    return np.asarray(around + sign * np.where(np.isfinite(found), found, 0.0))


def _without_rim(profile: HeightProfile) -> HeightProfile:
    """Profile cut where an endplate turns down into a wall."""
    slopes = np.gradient(profile.superior, profile.y), np.gradient(profile.inferior, profile.y)
    count = len(profile.y)
    edge = max(1, round(RIM * count))
    front = (slopes[0][:edge] > STEEPEST) | (slopes[1][:edge] < -STEEPEST)
    rear = (slopes[0][-edge:] < -STEEPEST) | (slopes[1][-edge:] > STEEPEST)
    first = int(np.nonzero(front)[0][-1]) + 1 if front.any() else 0
    last = count - edge + int(np.nonzero(rear)[0][0]) if rear.any() else count
    part = slice(first, last)
    return HeightProfile(profile.y[part], profile.superior[part], profile.inferior[part])


def profile_from_triangles(
    points: Float,
    superior: Int,
    inferior: Int,
    landmarks: Landmarks,
    y: Float | None = None,
) -> HeightProfile:
    """Profile of two endplates given as triangles, deformed or not.

    Parameters
    ----------
    points : (n, 3) coordinates in the vertebral frame, mm
    superior, inferior : (m, 3) triangles of the two endplates
    landmarks : of the undeformed body; its walls bound the profile
    y : (k,) positions to sample, mm; by default every 0.5 mm where both endplates are

    Raises
    ------
    InputError
        An endplate does not reach the mid-sagittal plane.
    """
    if y is None:
        count = max(2, round(landmarks.depth / STEP) + 1)
        y = np.linspace(landmarks.anterior_wall, landmarks.posterior_wall, count)
    upper = _height_of(points, superior, y, 1.0)
    lower = _height_of(points, inferior, y, -1.0)
    both = np.isfinite(upper) & np.isfinite(lower)
    if np.count_nonzero(both) < 2:
        raise _no_profile("endplates that do not meet the plane x = 0 together")
    return HeightProfile(y[both], upper[both], lower[both])


def _height_of(points: Float, facets: Int, y: Float, sign: float) -> Float:
    """Outermost z of triangles over (x, y) for x in `SECTIONS`, mean over x; NaN where none is."""
    columns = np.stack(np.meshgrid(SECTIONS, y, indexing="ij"), axis=-1).reshape(-1, 2)
    table = _outermost(points, facets, columns, sign).reshape(len(SECTIONS), len(y))
    weights = np.isfinite(table)
    total = np.where(weights, table, 0.0).sum(axis=0)
    count = weights.sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _outermost(points: Float, facets: Int, columns: Float, sign: float) -> Float:
    """Outermost z (k,) of triangles over the ``columns`` (k, 2) at x, y; NaN where none is."""
    corner = points[facets]
    edge1, edge2 = corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]
    area = edge1[:, 0] * edge2[:, 1] - edge1[:, 1] * edge2[:, 0]
    usable = np.abs(area) > 1e-12
    corner, edge1, edge2, area = corner[usable], edge1[usable], edge2[usable], area[usable]
    result = np.full(len(columns), np.nan)
    for i, column in enumerate(columns):
        offset = column - corner[:, 0, :2]
        s = (offset[:, 0] * edge2[:, 1] - offset[:, 1] * edge2[:, 0]) / area
        t = (edge1[:, 0] * offset[:, 1] - edge1[:, 1] * offset[:, 0]) / area
        hit = (s >= -1e-9) & (t >= -1e-9) & (s + t <= 1.0 + 1e-9)
        if hit.any():
            z = corner[hit, 0, 2] + s[hit] * edge1[hit, 2] + t[hit] * edge2[hit, 2]
            result[i] = sign * np.max(sign * z)
    return result


def rim_heights(points: Float, superior: Int, inferior: Int, landmarks: Landmarks) -> Float:
    """Heights (6,) mm near the rim, every 60° from the front on to the left; NaN where an endplate does not reach.

    The places lie on an ellipse of `RIM_PLACE` times the body's half-axes. Arguments are as in
    `profile_from_triangles`.
    """
    middle = 0.5 * (landmarks.anterior_wall + landmarks.posterior_wall)
    half = 0.5 * (landmarks.posterior_wall - landmarks.anterior_wall)
    angle = np.radians(60.0 * np.arange(6))
    columns = np.stack(
        [
            RIM_PLACE * 0.5 * landmarks.width * np.sin(angle),
            middle - RIM_PLACE * half * np.cos(angle),
        ],
        axis=1,
    )
    upper, lower = (
        _outermost(points, facets, columns, sign)
        for facets, sign in ((superior, 1.0), (inferior, -1.0))
    )
    return upper - lower


def heights(profile: HeightProfile) -> tuple[float, float, float]:
    """Mean height (mm) of the anterior, middle and posterior third of the profile's extent."""
    span = profile.y[-1] - profile.y[0]
    grid = profile.y[0] + span * (np.arange(60) + 0.5) / 60
    values = np.interp(grid, profile.y, profile.superior - profile.inferior)
    anterior, middle, posterior = values.reshape(3, 20).mean(axis=1)
    return float(anterior), float(middle), float(posterior)


def wedge_angle(profile: HeightProfile) -> float:
    """Angle (degrees) between lines fitted to the endplates; positive: lower in front."""
    slopes = [np.polyfit(profile.y, z, 1)[0] for z in (profile.superior, profile.inferior)]
    return float(np.degrees(np.arctan(slopes[0]) - np.arctan(slopes[1])))


def mean_profile(target: HeightProfile, others: tuple[HeightProfile, ...]) -> HeightProfile:
    """Mean of ``others`` at the same relative depth, on the y of ``target``.

    Each profile is in its own vertebral frame, with the origin in the middle of its body.
    """
    place = (target.y - target.y[0]) / (target.y[-1] - target.y[0])
    ends = []
    for name in ("superior", "inferior"):
        parts = [
            np.interp(place, (p.y - p.y[0]) / (p.y[-1] - p.y[0]), getattr(p, name)) for p in others
        ]
        ends.append(np.mean(parts, axis=0))
    return HeightProfile(target.y, ends[0], ends[1])
