# SPDX-License-Identifier: BSD-3-Clause
"""NIfTI files to patient LPS volumes, with every header doubt refused."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from vertaug.imaging._volume import Float, Volume, image_error

__all__ = ["read_nifti"]

LARGEST_BYTES = 16 * 2**30
RAS_TO_LPS = np.diag([-1.0, -1.0, 1.0, 1.0])
AXIS_NAMES = ("x", "y", "z")


def read_nifti(path: Path) -> Volume:
    """Volume of a NIfTI-1 or NIfTI-2 file (``.nii``, ``.nii.gz``).

    The header's RAS coordinates become LPS; the sform is used where its code is set, else the qform.

    Raises
    ------
    InputError
        The file is truncated, not NIfTI, not one 3-D scalar image, has no spatial transform,
        a spacing that is zero or negative, a unit other than mm, or voxels that are not finite.
    """
    image = _open(path)
    header = image.header
    shape = _checked_shape(path, image)
    _check_pixdim(path)
    _check_unit(path, header)
    affine = _checked_affine(path, image)
    values = _voxels(path, image, shape)
    return Volume(values, RAS_TO_LPS @ affine, str(path), _form_warnings(header))


def _open(path: Path) -> Any:
    import nibabel as nib

    try:
        image = nib.load(path)
    except (nib.filebasedimages.ImageFileError, nib.spatialimages.HeaderDataError) as error:
        raise _not_an_image(path, str(error).splitlines()[0]) from error
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise _truncated(path, str(error)) from error
    if not isinstance(image, nib.Nifti1Image | nib.Nifti2Image):
        raise _not_an_image(path, f"a {type(image).__name__} file")
    return image


def _not_an_image(path: Path, found: str) -> Exception:
    return image_error(
        path, "file", found, "a NIfTI file (.nii, .nii.gz) or a folder of DICOM slices",
        "convert the image to NIfTI, or give the folder that holds one CT series", 2,
    )  # fmt: skip


def _truncated(path: Path, found: str) -> Exception:
    return image_error(
        path, "voxels", f"the file ends early or is damaged ({found})",
        "as many bytes as the header announces", "copy or export the file again", 3,
    )  # fmt: skip


def _checked_shape(path: Path, image: Any) -> tuple[int, int, int]:
    shape = tuple(int(n) for n in image.shape)
    if len(shape) > 3 and all(n == 1 for n in shape[3:]):
        shape = shape[:3]
    if len(shape) != 3 or min(shape) < 2:
        raise image_error(
            path, "dim", f"shape {shape}", "one 3-D image of at least 2 voxels a side",
            "extract a single volume", 4,
        )  # fmt: skip
    data_type = image.get_data_dtype()
    if data_type.kind not in "iuf":
        raise image_error(
            path, "datatype", str(data_type), "integer or real scalars",
            "export the image as scalars, not colour or complex values", 5,
        )  # fmt: skip
    _check_size(path, image, int(np.prod(shape, dtype=np.int64)) * int(data_type.itemsize))
    return shape[0], shape[1], shape[2]


def _check_size(path: Path, image: Any, needed: int) -> None:
    available = path.stat().st_size
    if path.suffix == ".nii" and needed + int(image.dataobj.offset) > available:
        raise _truncated(path, f"header announces {needed} bytes of voxels, file has {available}")
    if needed > LARGEST_BYTES:
        raise image_error(
            path, "dim", f"{needed / 2**30:.0f} GiB of voxels",
            f"at most {LARGEST_BYTES // 2**30} GiB", "crop the image to the spine", 6,
        )  # fmt: skip


def _check_pixdim(path: Path) -> None:
    """Refuse spacings that a reader would silently repair."""
    import nibabel as nib

    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as stream:
        block = stream.read(540)
    first_kind: Any = nib.Nifti1Header
    second_kind: Any = nib.Nifti2Header
    first = first_kind(block[:348], check=False)
    header = first if int(first["sizeof_hdr"]) == 348 else second_kind(block, check=False)
    spacing = np.asarray(header["pixdim"][1:4], dtype=np.float64)
    for axis, value in zip(AXIS_NAMES, spacing, strict=True):
        if not (np.isfinite(value) and value > 0.0):
            raise image_error(
                path, f"pixdim.{axis}", f"{value:g} mm", "a spacing above zero",
                "correct the header from the scanner's protocol, never by guessing", 7,
            )  # fmt: skip


def _check_unit(path: Path, header: Any) -> None:
    unit = header.get_xyzt_units()[0]
    if unit not in ("mm", "unknown"):
        raise image_error(
            path, "xyzt_units", str(unit), "mm",
            "convert spacing and transform of the header to mm", 8,
        )  # fmt: skip


def _checked_affine(path: Path, image: Any) -> Float:
    header = image.header
    if int(header["sform_code"]) == 0 and int(header["qform_code"]) == 0:
        raise image_error(
            path, "sform_code, qform_code", "both 0: position and orientation are unknown",
            "a code above 0 and its transform",
            "convert from the original DICOM series, which knows left from right", 9,
        )  # fmt: skip
    affine = np.asarray(image.affine, dtype=np.float64)
    size = np.linalg.norm(affine[:3, :3], axis=0)
    flat = abs(np.linalg.det(affine[:3, :3])) <= 1e-6 * float(np.prod(size))
    if not np.isfinite(affine).all() or flat:
        raise image_error(
            path, "affine", "a transform that is singular or not finite", "an invertible transform",
            "convert from the original DICOM series", 10,
        )  # fmt: skip
    zooms = np.asarray(header.get_zooms()[:3], dtype=np.float64)
    if np.abs(size / zooms - 1.0).max() > 0.01:
        raise image_error(
            path, "pixdim", f"spacing {_triple(zooms)} mm, but the transform says {_triple(size)}",
            "one spacing, to 1 %", "correct the header", 11,
        )  # fmt: skip
    cosines = affine[:3, :3] / size
    if np.abs(cosines.T @ cosines - np.eye(3)).max() > 0.01:
        raise image_error(
            path, "affine", "axes that are not at right angles (gantry tilt)", "orthogonal axes",
            "resample the image onto a rectangular grid", 12,
        )  # fmt: skip
    if size.max() > 10.0 or size.min() < 0.02:
        raise image_error(
            path, "pixdim", f"{_triple(size)} mm", "0.02 to 10 mm",
            "write the header's spacing and transform in mm"
            + (", not in m" if size.max() < 0.02 else ""), 13,
        )  # fmt: skip
    return affine


def _triple(values: Float) -> str:
    return " x ".join(f"{value:.4g}" for value in values)


def _voxels(path: Path, image: Any, shape: tuple[int, int, int]) -> Any:
    try:
        values = np.asarray(image.dataobj, dtype=np.float32).reshape(shape)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise _truncated(path, str(error)) from error
    bad = int(values.size - np.count_nonzero(np.isfinite(values)))
    if bad:
        raise image_error(
            path, "voxels", f"{bad} voxels are NaN or infinite", "finite values",
            "replace them by the value of air, or crop them away", 14,
        )  # fmt: skip
    return values


def _form_warnings(header: Any) -> tuple[str, ...]:
    if int(header["sform_code"]) == 0 or int(header["qform_code"]) == 0:
        return ()
    gap = float(np.abs(header.get_sform() - header.get_qform()).max())
    if gap < 0.1:
        return ()
    return (f"sform and qform differ by up to {gap:.3g}; the sform is used",)
