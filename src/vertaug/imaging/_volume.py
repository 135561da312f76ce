# SPDX-License-Identifier: BSD-3-Clause
"""An image in patient space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError

__all__ = ["Volume", "image_error", "require_same_grid"]

Float = NDArray[np.float64]


def image_error(
    where: object, field: str, found: str, expected: str, fix: str, code: int
) -> InputError:
    """Input error of an image, with a code ``E-IMAGE-nnn``."""
    return InputError(str(where), field, found, expected, fix, f"E-IMAGE-{code:03d}")


@dataclass(frozen=True)
class Volume:
    """A scalar image and where it lies in patient space.

    Parameters
    ----------
    values : (nx, ny, nz) voxel values, in the unit of the file (HU, mg/cm³, label)
    affine : (4, 4) voxel index to patient LPS coordinates of the voxel's centre, mm
    source : file or folder it was read from
    warnings : what the reader of results must know
    """

    values: NDArray[np.float32]
    affine: Float
    source: str
    warnings: tuple[str, ...] = ()

    @property
    def spacing(self) -> Float:
        """Voxel size along the three index directions, (3,), mm."""
        return np.asarray(np.linalg.norm(self.affine[:3, :3], axis=0), dtype=np.float64)

    @property
    def origin(self) -> Float:
        """Patient LPS coordinates of the first voxel's centre, (3,), mm."""
        return np.asarray(self.affine[:3, 3], dtype=np.float64)

    @property
    def voxel_volume(self) -> float:
        """Volume of a voxel, mm³."""
        return float(abs(np.linalg.det(self.affine[:3, :3])))

    def to_patient(self, index: Float) -> Float:
        """Voxel indices (n, 3) to patient LPS coordinates (n, 3), mm."""
        return np.asarray(index @ self.affine[:3, :3].T + self.affine[:3, 3], dtype=np.float64)

    def to_index(self, points: Float) -> Float:
        """Patient LPS coordinates (n, 3), mm, to fractional voxel indices (n, 3)."""
        shifted = np.asarray(points, dtype=np.float64) - self.affine[:3, 3]
        return np.asarray(np.linalg.solve(self.affine[:3, :3], shifted.T).T, dtype=np.float64)

    def crop(self, lower: NDArray[np.intp], upper: NDArray[np.intp]) -> Volume:
        """Part from voxel ``lower`` (3,) up to, without, ``upper`` (3,)."""
        part = tuple(slice(int(a), int(b)) for a, b in zip(lower, upper, strict=True))
        affine = self.affine.copy()
        affine[:3, 3] = self.to_patient(np.asarray(lower, dtype=np.float64)[None])[0]
        return Volume(self.values[part], affine, self.source, self.warnings)


def require_same_grid(image: Volume, segmentation: Volume) -> None:
    """Raise `InputError` unless two volumes have one shape and one affine (to 1e-3 voxel)."""
    shapes = image.values.shape, segmentation.values.shape
    if shapes[0] != shapes[1]:
        raise image_error(
            segmentation.source,
            "shape",
            f"{shapes[1]} voxels",
            f"{shapes[0]}, the shape of {image.source}",
            "resample the segmentation onto the image with nearest-neighbour interpolation",
            20,
        )
    corners = np.array(np.meshgrid(*[(0, n - 1) for n in shapes[0]])).reshape(3, -1).T
    shift = np.linalg.norm(
        image.to_patient(corners) - segmentation.to_patient(corners), axis=1
    ).max()
    if shift > 1e-3 * float(image.spacing.min()) * max(shapes[0]):
        raise image_error(
            segmentation.source,
            "affine",
            f"corners up to {shift:.3g} mm from those of {image.source}",
            "the same position, axes and spacing as the image",
            "resample the segmentation onto the image, or use the pair that belongs together",
            21,
        )
