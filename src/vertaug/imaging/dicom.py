# SPDX-License-Identifier: BSD-3-Clause
"""A folder of CT slices in DICOM files to one patient LPS volume."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.imaging._volume import Float, Volume, image_error

__all__ = ["read_dicom_series"]

REQUIRED = (
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "PixelSpacing",
    "RescaleSlope",
    "RescaleIntercept",
    "Rows",
    "Columns",
)


def read_dicom_series(folder: Path) -> Volume:
    """Volume in HU of the one CT series in ``folder``, slices sorted along the slice normal.

    Nothing but geometry, scaling and pixels is read: no patient data gets into the volume.

    Raises
    ------
    InputError
        No DICOM file, several series, not CT, colour or inverted grey values, missing scaling,
        a missing or doubled slice, uneven spacing, gantry tilt, or a truncated file.
    """
    slices = _read_slices(folder)
    _check_one_series(folder, slices)
    for path, header in slices:
        _check_slice(path, header)
    _check_one_grid(folder, slices)
    ordered, step = _sort(folder, slices)
    values = np.stack([_hounsfield(path, header) for path, header in ordered], axis=-1)
    return Volume(values, _affine(ordered[0][1], step), str(folder))


Slice = tuple[Path, Any]


def _read_slices(folder: Path) -> list[Slice]:
    import pydicom
    from pydicom.errors import InvalidDicomError

    slices: list[Slice] = []
    for path in sorted(p for p in folder.iterdir() if p.is_file() and p.name != "DICOMDIR"):
        try:
            slices.append((path, pydicom.dcmread(path)))
        except InvalidDicomError:
            continue
        except (EOFError, OSError, ValueError, KeyError) as error:
            raise _damaged(path, error) from error
    slices = [(path, header) for path, header in slices if "PixelData" in header]
    if len(slices) < 2:
        raise image_error(
            folder, "files", f"{len(slices)} DICOM slices", "a folder with at least 2 CT slices",
            "give the folder of one CT series", 40,
        )  # fmt: skip
    return slices


def _damaged(path: Path, error: Exception) -> Exception:
    return image_error(
        path, "file", f"truncated or damaged ({type(error).__name__})", "a complete DICOM file",
        "export the series again", 41,
    )  # fmt: skip


def _check_one_series(folder: Path, slices: list[Slice]) -> None:
    counts = Counter(str(header.get("SeriesInstanceUID", "none")) for _, header in slices)
    if len(counts) > 1:
        found = "; ".join(f"{uid} ({count} slices)" for uid, count in counts.most_common())
        raise image_error(
            folder, "SeriesInstanceUID", f"{len(counts)} series: {found}", "one series",
            "put each series into its own folder", 42,
        )  # fmt: skip


def _check_slice(path: Path, header: Any) -> None:
    missing = [name for name in REQUIRED if header.get(name) is None]
    if missing:
        raise image_error(
            path, missing[0], "missing", f"present in every CT slice ({', '.join(REQUIRED)})",
            "export the original series, not a screen capture or a derived image", 43,
        )  # fmt: skip
    expected = (
        ("Modality", "CT", 44),
        ("PhotometricInterpretation", "MONOCHROME2", 45),
        ("SamplesPerPixel", 1, 46),
    )
    for name, value, code in expected:
        found = header.get(name)
        if found != value:
            raise image_error(
                path, name, str(found), str(value),
                "use an original CT series with plain grey values", code,
            )  # fmt: skip
    if int(header.get("NumberOfFrames", 1) or 1) > 1:
        raise image_error(
            path, "NumberOfFrames", str(header.NumberOfFrames), "one slice per file",
            "convert the multi-frame file to classic slices or to NIfTI", 47,
        )  # fmt: skip


def _check_one_grid(folder: Path, slices: list[Slice]) -> None:
    first = slices[0][1]
    for path, header in slices[1:]:
        for name in ("Rows", "Columns", "PixelSpacing", "ImageOrientationPatient"):
            here, there = np.array(header[name].value, float), np.array(first[name].value, float)
            if not np.allclose(here, there, atol=1e-4):
                raise image_error(
                    path, name, str(here.tolist()), f"{there.tolist()} as in the other slices",
                    f"keep one reconstruction only in {folder}", 48,
                )  # fmt: skip


def _sort(folder: Path, slices: list[Slice]) -> tuple[list[Slice], Float]:
    """Slices along the normal, and the step (3,) in mm from one to the next."""
    normal = _directions(slices[0][1])[2]
    positions = np.array([header.ImagePositionPatient for _, header in slices], dtype=np.float64)
    order = np.argsort(positions @ normal, kind="stable")
    gaps = np.diff((positions @ normal)[order])
    usual = float(np.median(gaps))
    if gaps.min() < 1e-3:
        raise image_error(
            folder, "ImagePositionPatient", "two slices at one place", "one slice per position",
            "remove the double or the second reconstruction", 49,
        )  # fmt: skip
    if np.abs(gaps / usual - 1.0).max() > 0.02:
        worst = int(np.argmax(np.abs(gaps / usual - 1.0)))
        raise image_error(
            folder, "ImagePositionPatient",
            f"a gap of {gaps[worst]:.3f} mm after slice {worst + 1}, {usual:.3f} mm elsewhere",
            "even spacing", "add the missing slices or resample the series evenly", 50,
        )  # fmt: skip
    step = (positions[order[-1]] - positions[order[0]]) / (len(slices) - 1)
    lateral = float(np.linalg.norm(step - usual * normal))
    if lateral > 0.01 * usual:
        angle = np.degrees(np.arctan2(lateral, usual))
        raise image_error(
            folder, "ImagePositionPatient", f"slices sheared by {angle:.1f} degrees (gantry tilt)",
            "slices stacked along their normal", "resample onto a rectangular grid", 51,
        )  # fmt: skip
    return [slices[i] for i in order], np.asarray(step, dtype=np.float64)


def _directions(header: Any) -> tuple[Float, Float, Float]:
    cosines = np.array(header.ImageOrientationPatient, dtype=np.float64)
    return cosines[:3], cosines[3:], np.cross(cosines[:3], cosines[3:])


def _affine(header: Any, step: Float) -> Float:
    along_row, along_column, _ = _directions(header)
    spacing = np.array(header.PixelSpacing, dtype=np.float64)
    affine = np.eye(4)
    affine[:3, 0] = along_row * spacing[1]
    affine[:3, 1] = along_column * spacing[0]
    affine[:3, 2] = step
    affine[:3, 3] = np.array(header.ImagePositionPatient, dtype=np.float64)
    return affine


def _hounsfield(path: Path, header: Any) -> NDArray[np.float32]:
    try:
        stored = np.asarray(header.pixel_array)
    except (ValueError, EOFError, OSError, AttributeError) as error:
        raise _damaged(path, error) from error
    except (RuntimeError, NotImplementedError) as error:
        raise image_error(
            path, "TransferSyntaxUID", "a compression that cannot be read here", "plain pixels",
            "export the series uncompressed", 52,
        ) from error  # fmt: skip
    stored = _stored_bits(stored.astype(np.int64), header)
    values = stored * float(header.RescaleSlope) + float(header.RescaleIntercept)
    return np.asarray(values.T, dtype=np.float32)


def _stored_bits(values: NDArray[np.int64], header: Any) -> NDArray[np.int64]:
    """Values without the bits above BitsStored, which the standard leaves undefined."""
    bits = int(header.BitsStored)
    values = values & ((1 << bits) - 1)
    if int(header.PixelRepresentation) == 1:
        values = np.where(values >= 1 << (bits - 1), values - (1 << bits), values)
    return values
