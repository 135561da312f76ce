# SPDX-License-Identifier: BSD-3-Clause
"""A label mask made fit for meshing: one piece, no holes, a smooth level function."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import (
    binary_fill_holes,
    distance_transform_edt,
    gaussian_filter,
    label,
    map_coordinates,
)

from vertaug.imaging._volume import Float, Volume, image_error
from vertaug.mesh import SignedDistance
from vertaug.mesh.redistance import distance_from_level, shift_to_volume

__all__ = ["LabelShape", "shape_of_labels"]

MARGIN = 6.0
"""Empty rim kept around the bone, mm."""

SMOOTHING = 0.7
"""Standard deviation of the smoothing of the level function, in voxels along each axis."""


@dataclass(frozen=True)
class LabelShape:
    """One bone out of a label map.

    Parameters
    ----------
    mask : (nx, ny, nz) voxels of the bone after clean-up, cropped
    level : smooth level function on the same voxels, mm, negative inside
    volume : volume of the mask, mm³
    touches_border : the bone reaches the edge of the image and is probably cut off
    warnings : what the clean-up did
    """

    mask: NDArray[np.bool_]
    level: Volume
    volume: float
    touches_border: bool
    warnings: tuple[str, ...]

    def distance(self, spacing: float, origin: Float, axes: Float) -> SignedDistance:
        """Signed distance in a frame: ``origin`` (3,) and rows ``axes`` (3, 3) in patient LPS, mm.

        The volume inside is that of the mask to 1 %.
        """
        lower, shape = self._extent(spacing, origin, axes)
        matrix = self.level.affine[:3, :3]
        inverse = np.asarray(np.linalg.inv(matrix), dtype=np.float64)
        step = spacing * inverse @ axes.T
        start = inverse @ (origin + lower @ axes - self.level.affine[:3, 3])
        level = _resample(self.level.values, step, start, shape)
        rough = distance_from_level(level, spacing)
        shifted = shift_to_volume(rough, spacing, self.volume)
        return SignedDistance(lower, spacing, distance_from_level(shifted, spacing))

    def _extent(
        self, spacing: float, origin: Float, axes: Float
    ) -> tuple[Float, tuple[int, int, int]]:
        index = np.argwhere(self.mask).astype(np.float64)
        points = (self.level.to_patient(index) - origin) @ axes.T
        rim = MARGIN + 0.5 * float(self.level.spacing.max())
        lower = np.floor((points.min(0) - rim) / spacing) * spacing
        count = np.ceil((points.max(0) + rim - lower) / spacing).astype(int) + 1
        return lower, (int(count[0]), int(count[1]), int(count[2]))


def _resample(
    values: NDArray[np.float32], step: Float, start: Float, shape: tuple[int, int, int]
) -> NDArray[np.float64]:
    """Cubic resampling of voxels at ``start + step @ index``; outside, the border value."""
    from scipy.ndimage import spline_filter

    coefficients = spline_filter(values.astype(np.float64), order=3, mode="nearest")
    result = np.empty(shape)
    plane = np.stack(np.meshgrid(np.arange(shape[1]), np.arange(shape[2]), indexing="ij"))
    flat = plane.reshape(2, -1)
    for i in range(shape[0]):
        index = step[:, 1:] @ flat + (step[:, 0] * i + start)[:, None]
        result[i] = map_coordinates(
            coefficients, index, order=3, mode="nearest", prefilter=False
        ).reshape(shape[1:])
    return result


def shape_of_labels(segmentation: Volume, mask: NDArray[np.bool_], name: str) -> LabelShape:
    """The largest piece of ``mask`` (nx, ny, nz) with holes closed, as a smooth shape.

    Parameters
    ----------
    segmentation : volume the mask came from (its affine is used)
    mask : voxels of the bone
    name : how messages call the bone, such as ``label 20``
    """
    piece, warnings = _largest_piece(mask, name, segmentation.voxel_volume)
    index = np.argwhere(piece)
    lower, upper = index.min(0), index.max(0) + 1
    border = bool((lower == 0).any() or (upper == np.array(mask.shape)).any())
    if border:
        warnings += (f"{name} touches the edge of the image and may be cut off",)
    padded, affine = _padded(segmentation, piece, lower, upper)
    filled = binary_fill_holes(padded)
    closed = int(np.count_nonzero(filled) - np.count_nonzero(padded))
    if closed:
        warnings += (f"{name}: {closed} enclosed empty voxels were closed",)
    volume = float(np.count_nonzero(filled)) * segmentation.voxel_volume
    level = Volume(_smooth_level(filled, segmentation.spacing), affine, segmentation.source)
    return LabelShape(np.asarray(filled), level, volume, border, warnings)


def _largest_piece(
    mask: NDArray[np.bool_], name: str, voxel_volume: float
) -> tuple[NDArray[np.bool_], tuple[str, ...]]:
    pieces, count = label(mask, structure=np.ones((3, 3, 3)))
    if count == 0:
        raise image_error(
            "segmentation", name, "no voxel", "a bone", "choose a label that is in the file", 34
        )
    sizes = np.bincount(pieces.ravel())[1:]
    keep = int(np.argmax(sizes)) + 1
    if count == 1:
        return np.asarray(pieces == keep), ()
    rest = (int(sizes.sum()) - int(sizes.max())) * voxel_volume
    text = f"{name}: {count - 1} separate pieces ({rest:.0f} mm³) were left out"
    return np.asarray(pieces == keep), (text,)


def _padded(
    volume: Volume, mask: NDArray[np.bool_], lower: NDArray[np.intp], upper: NDArray[np.intp]
) -> tuple[NDArray[np.bool_], Float]:
    rim = np.ceil(MARGIN / volume.spacing).astype(int) + 2
    part = tuple(slice(int(a), int(b)) for a, b in zip(lower, upper, strict=True))
    padded = np.pad(mask[part], [(int(r), int(r)) for r in rim])
    affine = volume.affine.copy()
    affine[:3, 3] = volume.to_patient((lower - rim).astype(np.float64)[None])[0]
    return padded, affine


def _smooth_level(mask: NDArray[np.bool_], spacing: Float) -> NDArray[np.float32]:
    """Distance from the voxel faces (mm, negative inside), smoothed over `SMOOTHING` voxels."""
    level = np.where(
        mask, -_to_faces(np.asarray(mask), spacing), _to_faces(np.asarray(~mask), spacing)
    )
    return np.asarray(gaussian_filter(level, SMOOTHING), dtype=np.float32)


def _to_faces(side: NDArray[np.bool_], spacing: Float) -> Float:
    """Distance (mm) of the voxels of one side to the faces of the other's nearest voxel."""
    length, nearest = distance_transform_edt(side, sampling=spacing, return_indices=True)
    voxels = np.asarray(nearest - np.indices(side.shape), dtype=np.float64)
    step = voxels * spacing[:, None, None, None] / np.maximum(length, 1e-9)
    half = 0.5 * np.sqrt(np.einsum("i...,i->...", step**2, spacing**2))
    return np.asarray(np.maximum(length - half, 0.0), dtype=np.float64)
