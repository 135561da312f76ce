# SPDX-License-Identifier: BSD-3-Clause
"""Fields of density over a vertebra."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, map_coordinates

from vertaug.anatomy._vertebra import Frame
from vertaug.imaging import Volume

__all__ = [
    "ConstantField",
    "ImageField",
    "filled_outside",
]

Float = NDArray[np.float64]


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
