# SPDX-License-Identifier: BSD-3-Clause
"""One door for images: a NIfTI file or a folder of DICOM slices."""

from __future__ import annotations

from pathlib import Path

from vertaug.imaging._volume import Volume, image_error
from vertaug.imaging.dicom import read_dicom_series
from vertaug.imaging.nifti import read_nifti

__all__ = ["read_volume"]


def read_volume(path: str | Path) -> Volume:
    """Volume in patient LPS coordinates, mm, of a NIfTI file or a folder of DICOM slices.

    Raises
    ------
    InputError
        The path does not exist, or `read_nifti` or `read_dicom_series` refuses what is there.
    """
    where = Path(path)
    if not where.exists():
        raise image_error(
            where, "file", "does not exist", "a NIfTI file or a folder of DICOM slices",
            "check the path; it is relative to the folder of the plan", 1,
        )  # fmt: skip
    return read_dicom_series(where) if where.is_dir() else read_nifti(where)
