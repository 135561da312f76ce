# SPDX-License-Identifier: BSD-3-Clause
"""The mid-sagittal section of a vertebra and the columns of its body."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_opening, label

from vertaug.mesh import SignedDistance

__all__ = ["BodyColumns", "Section", "body_columns", "sagittal_section", "zero_crossing"]

Float = NDArray[np.float64]
STEP = 0.5
"""Grid of the sections, mm."""


@dataclass(frozen=True)
class Section:
    """Section of body and arch with the plane x = 0.

    Parameters
    ----------
    y, z : (ny,), (nz,) positions of the samples, mm
    body, arch : (ny, nz) samples in the body's piece, and in the pieces behind it
    anterior, posterior : y of the body's walls at its mid-height, mm
    """

    y: Float
    z: Float
    body: NDArray[np.bool_]
    arch: NDArray[np.bool_]
    anterior: float
    posterior: float


@dataclass(frozen=True)
class BodyColumns:
    """Top and bottom of the body in vertical columns.

    Parameters
    ----------
    x, y : (nx,), (ny,) positions of the columns, mm
    top, bottom : (nx, ny) z of the two ends, mm; NaN outside the body's footprint
    """

    x: Float
    y: Float
    top: Float
    bottom: Float

    def points(self, superior: bool) -> Float:
        """Points (n, 3) of one endplate, mm."""
        height = self.top if superior else self.bottom
        i, j = np.nonzero(np.isfinite(height))
        return np.stack([self.x[i], self.y[j], height[i, j]], axis=1)


def _range(distance: SignedDistance, axis: int) -> Float:
    lower = float(distance.origin[axis])
    upper = lower + distance.spacing * (distance.values.shape[axis] - 1)
    return np.arange(np.ceil(lower / STEP), np.floor(upper / STEP) + 1) * STEP


def sagittal_section(distance: SignedDistance, x: float = 0.0) -> Section | None:
    """Section near plane ``x``; None where the plane meets no bone.

    The body is the piece with the largest inscribed circle, or the piece in front where body and
    arch are one.
    """
    y, z = _range(distance, 1), _range(distance, 2)
    points = np.stack(np.meshgrid([x - 1.5, x, x + 1.5], y, z, indexing="ij"), axis=-1)
    depth = distance.at(points.reshape(-1, 3)).reshape(3, len(y), len(z)).mean(axis=0)
    pieces, count = label(depth < 0.0)
    if count == 0:
        return None
    keep = int(pieces[np.unravel_index(int(np.argmin(depth)), depth.shape)])
    body = pieces == keep
    arch = _behind(np.asarray(pieces, dtype=np.int32), count, keep)
    middle = _mid_row(body, z)
    run = np.nonzero(body[:, middle])[0]
    return Section(y, z, body, arch, float(y[run[0]]), float(y[run[-1]]))


def _behind(pieces: NDArray[np.int32], count: int, keep: int) -> NDArray[np.bool_]:
    """Pieces whose middle lies behind the middle of the body."""
    front = np.nonzero(pieces == keep)[0].mean()
    arch = np.zeros(pieces.shape, dtype=bool)
    for piece in range(1, count + 1):
        if piece != keep and np.nonzero(pieces == piece)[0].mean() > front:
            arch |= pieces == piece
    return arch


def _mid_row(body: NDArray[np.bool_], z: Float) -> int:
    """Row at the mean height of the body's middle columns."""
    rows = np.nonzero(body.any(axis=1))[0]
    centre = body[rows[0] + len(rows) // 4 : rows[-1] - len(rows) // 4 + 1]
    return round(float(np.nonzero(centre)[1].mean()))


def body_columns(distance: SignedDistance, section: Section) -> BodyColumns:
    """Columns through the body in front of its posterior wall, pedicles and processes left out."""
    z = section.z[np.nonzero(section.body.any(axis=0))[0]]
    z = np.arange(z[0] - 8.0, z[-1] + 8.0 + STEP, STEP)
    x = _range(distance, 0)[::2]
    y = np.arange(section.anterior - 6.0, section.posterior, 2 * STEP)
    points = np.stack(np.meshgrid(x, y, z, indexing="ij"), axis=-1).reshape(-1, 3)
    depth = distance.at(points).reshape(len(x), len(y), len(z))
    foot = _footprint(np.asarray((depth < 0.0).any(axis=2)), section)
    top, bottom = _ends(depth, z)
    return BodyColumns(x, y, np.where(foot, top, np.nan), np.where(foot, bottom, np.nan))


def _footprint(shadow: NDArray[np.bool_], section: Section) -> NDArray[np.bool_]:
    """Shadow of the body without slender parts at its sides."""
    radius = max(2, round(0.2 * (section.posterior - section.anterior) / (2 * STEP)))
    grid = np.arange(-radius, radius + 1)
    disc = grid[:, None] ** 2 + grid**2 <= radius**2
    wide = np.pad(shadow, ((0, 0), (0, radius)), mode="edge")
    opened = binary_opening(np.pad(wide, radius), disc)[radius:-radius, radius:-radius]
    opened = opened[:, : shadow.shape[1]]
    pieces, count = label(opened)
    if count > 1:
        opened = pieces == int(np.argmax(np.bincount(pieces.ravel())[1:])) + 1
    opened = opened & shadow
    return np.asarray(opened & _between_sides(opened)[:, None])


def _between_sides(foot: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Columns of x no further out than the front half reaches, where no process starts."""
    rows = np.nonzero(foot.any(axis=0))[0]
    front = foot[:, rows[0] : rows[0] + max(1, len(rows) // 2)]
    columns = np.nonzero(front.any(axis=1))[0]
    keep = np.zeros(len(foot), dtype=bool)
    keep[max(0, columns[0] - 1) : columns[-1] + 2] = True
    return keep


def _ends(depth: Float, z: Float) -> tuple[Float, Float]:
    """Highest and lowest crossing of zero along the last axis; NaN where there is no solid."""
    return zero_crossing(depth[..., ::-1], z[::-1]), zero_crossing(depth, z)


def zero_crossing(depth: Float, position: Float) -> Float:
    """Position where ``depth`` (..., n) first falls below zero, linear between samples; or NaN."""
    solid = depth < 0.0
    index = np.argmax(solid, axis=-1)
    before = np.maximum(index - 1, 0)
    inner = np.take_along_axis(depth, index[..., None], -1)[..., 0]
    outer = np.take_along_axis(depth, before[..., None], -1)[..., 0]
    share = np.where(before < index, outer / np.where(outer > inner, outer - inner, 1.0), 1.0)
    found = position[before] + share * (position[index] - position[before])
    return np.asarray(np.where(solid.any(axis=-1), found, np.nan), dtype=np.float64)
