# SPDX-License-Identifier: BSD-3-Clause
"""A folder of DICOM slices: geometry, scaling, and mixed or damaged series refused."""

import numpy as np
import pydicom
import pytest
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from vertaug.errors import InputError
from vertaug.imaging import read_volume


def write_slice(folder, number, **changes):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = f"1.2.3.{number + 1}"
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    data = FileDataset(None, {}, file_meta=meta, preamble=b"\0" * 128)
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, f"1.2.3.{number + 1}"
    data.SeriesInstanceUID, data.Modality = "1.2.9", "CT"
    data.PatientName = "Somebody^Else"
    data.ImagePositionPatient = [-10.0, -20.0, 5.0 + 2.0 * number]
    data.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    data.PixelSpacing = [0.5, 0.8]
    data.Rows, data.Columns, data.SamplesPerPixel = 3, 4, 1
    data.PhotometricInterpretation = "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
    data.RescaleSlope, data.RescaleIntercept = 2.0, -1024.0
    pixels = (100 * number + np.arange(12, dtype=np.uint16)).reshape(3, 4)
    data.PixelData = (pixels | 0x3000).astype("<u2").tobytes()
    for name, value in changes.items():
        if value is None:
            delattr(data, name)
        else:
            setattr(data, name, value)
    data.save_as(folder / f"{9 - number}.dcm", enforce_file_format=True)


@pytest.fixture
def series(tmp_path):
    for number in range(4):
        write_slice(tmp_path, number)
    return tmp_path


def refused(folder, code):
    with pytest.raises(InputError) as caught:
        read_volume(folder)
    assert caught.value.code == code
    assert "Somebody" not in str(caught.value)
    return caught.value


def test_geometry_and_scaling(series):
    (series / "notes.txt").write_text("ignored")
    volume = read_volume(series)
    assert volume.values.shape == (4, 3, 4)
    np.testing.assert_allclose(volume.spacing, [0.8, 0.5, 2.0])
    np.testing.assert_allclose(volume.origin, [-10.0, -20.0, 5.0])
    # Column 1, row 2, slice 3; bits above the twelve stored ones are not part of the value.
    assert volume.values[1, 2, 3] == 2.0 * (300 + 2 * 4 + 1) - 1024.0


def test_missing_slice(series):
    (series / "7.dcm").unlink()
    assert "gap" in refused(series, "E-IMAGE-050").found


def test_two_series(series):
    write_slice(series, 5, SeriesInstanceUID="1.2.10")
    found = refused(series, "E-IMAGE-042").found
    assert "1.2.9 (4 slices)" in found
    assert "1.2.10 (1 slices)" in found


def test_gantry_tilt(tmp_path):
    for number in range(4):
        write_slice(tmp_path, number, ImagePositionPatient=[0.0, 0.5 * number, 2.0 * number])
    assert "14.0 degrees" in refused(tmp_path, "E-IMAGE-051").found


def test_double_slice(series):
    write_slice(series, 5, ImagePositionPatient=[-10.0, -20.0, 5.0])
    refused(series, "E-IMAGE-049")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"RescaleSlope": None}, "E-IMAGE-043"),
        ({"Modality": "MR"}, "E-IMAGE-044"),
        ({"PhotometricInterpretation": "MONOCHROME1"}, "E-IMAGE-045"),
        ({"PixelSpacing": [0.5, 0.5]}, "E-IMAGE-048"),
    ],
)
def test_slice_that_does_not_belong(series, change, code):
    write_slice(series, 1, **change)
    refused(series, code)


def test_truncated_slice(series):
    path = series / "8.dcm"
    data = pydicom.dcmread(path)
    data.PixelData = data.PixelData[:10]
    data.save_as(path)
    refused(series, "E-IMAGE-041")


def test_empty_folder(tmp_path):
    refused(tmp_path, "E-IMAGE-040")
