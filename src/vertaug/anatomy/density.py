# SPDX-License-Identifier: BSD-3-Clause
"""Fields of density and damage over a vertebra."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, map_coordinates

from vertaug.anatomy._vertebra import Frame, HeightProfile
from vertaug.imaging import Volume

__all__ = [
    "ConstantField",
    "CrushDamage",
    "ImageField",
    "crush_damage",
    "filled_outside",
]

Float = NDArray[np.float64]

CRUSHED = 0.2
"""Relative loss of height from which a body counts as fractured (Genant grade 1 starts there)."""

LARGEST_DAMAGE = 0.53
"""Damage of the band: stiffness falls by 53 % in a 25 % crush (Wegrzyn 2011)."""


@dataclass(frozen=True)
class ConstantField:
    """The same ``value`` everywhere."""

    value: float

    def __call__(self, points: Float) -> Float:
        """Values (n,) at ``points`` (n, 3)."""
        return np.full(len(points), self.value)


@dataclass(frozen=True)
class ImageField:
    """An image sampled trilinearly in the vertebral frame.

    Parameters
    ----------
    image : volume whose voxels all hold usable values (`filled_outside`)
    frame : vertebral frame in patient LPS
    """

    image: Volume
    frame: Frame

    def __call__(self, points: Float) -> Float:
        """Values (n,) at ``points`` (n, 3), mm; beyond the image its border holds."""
        index = self.image.to_index(self.frame.to_source(np.asarray(points)))
        return np.asarray(
            map_coordinates(self.image.values, index.T, order=1, mode="nearest"), dtype=np.float64
        )


def filled_outside(image: Volume, mask: NDArray[np.bool_]) -> Volume:
    """Image cropped to ``mask`` (nx, ny, nz) and 10 mm, outside it the nearest value inside.

    So soft tissue beyond the surface never mixes into bone at the border.
    """
    index = np.argwhere(mask)
    rim = np.ceil(10.0 / image.spacing).astype(np.intp)
    lower = np.maximum(index.min(0) - rim, 0)
    upper = np.minimum(index.max(0) + 1 + rim, np.array(mask.shape))
    part = image.crop(lower, upper)
    inside = mask[tuple(slice(a, b) for a, b in zip(lower, upper, strict=True))]
    nearest = distance_transform_edt(
        ~inside, sampling=part.spacing, return_distances=False, return_indices=True
    )
    return Volume(part.values[tuple(nearest)], part.affine, part.source, part.warnings)


@dataclass(frozen=True)
class CrushDamage:
    """Damage of a crushed body: a band between the endplates where height was lost.

    Parameters
    ----------
    y : (n,) positions along the depth, mm
    damage : (n,) damage of the band there, 0 to 1
    superior, inferior : (n,) z of the endplates there, mm
    width : half-width of the body, mm
    """

    y: Float
    damage: Float
    superior: Float
    inferior: Float
    width: float

    def __call__(self, points: Float) -> Float:
        """Damage (n,) at ``points`` (n, 3), mm: full in the middle, none at the endplates."""
        x, y, z = np.asarray(points, dtype=np.float64).T
        top, bottom = np.interp(y, self.y, self.superior), np.interp(y, self.y, self.inferior)
        place = (z - 0.5 * (top + bottom)) / np.maximum(0.5 * (top - bottom), 1.0)
        within = (y >= self.y[0]) & (y <= self.y[-1]) & (np.abs(x) <= self.width)
        across = np.clip(2.0 * (1.0 - np.abs(place)), 0.0, 1.0)
        return np.where(within, np.interp(y, self.y, self.damage) * across, 0.0)


def crush_damage(
    profile: HeightProfile, reference: HeightProfile, width: float
) -> tuple[CrushDamage | None, tuple[str, ...]]:
    """Damage left by a fracture, from the height lost against ``reference`` on the same y.

    Nothing in an image tells how loose a fracture is. Assumed: the lost height was crushed in the
    middle half between the endplates, and damage grows in proportion to the loss to 0.53 at 25 %.

    Returns
    -------
    field : None where less than 20 % is lost in every third
    warnings : the assumption, where it was made
    """
    before = reference.superior - reference.inferior
    loss = 1.0 - (profile.superior - profile.inferior) / np.maximum(before, 1.0)
    thirds = [part.mean() for part in np.array_split(loss, 3)]
    if max(thirds) < CRUSHED:
        return None, ()
    damage = np.clip(LARGEST_DAMAGE * loss / 0.25, 0.0, LARGEST_DAMAGE)
    field = CrushDamage(profile.y, damage, profile.superior, profile.inferior, 0.5 * width)
    text = (
        f"up to {100 * max(thirds):.0f} % of the height is lost; a damaged band of {damage.max():.2f}"
        " between the endplates is assumed: how mobile the fracture is cannot be seen in one image"
    )
    return field, (text,)
