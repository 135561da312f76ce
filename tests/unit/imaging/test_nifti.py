# SPDX-License-Identifier: BSD-3-Clause
"""NIfTI files: coordinates, and every header doubt refused."""

import gzip
import struct

import nibabel as nib
import numpy as np
import pytest

from vertaug.errors import InputError
from vertaug.imaging import Volume, read_volume, require_same_grid

AFFINE = np.array([[2.0, 0, 0, 10.0], [0, 0, -3.0, 20.0], [0, 1.5, 0, -5.0], [0, 0, 0, 1]])
PIXDIM_Y = 84


def write(path, values=None, affine=AFFINE, unit="mm", code=1):
    if values is None:
        values = np.arange(60, dtype=np.float32).reshape(3, 4, 5)
    image = nib.Nifti1Image(values, affine)
    image.header.set_xyzt_units(unit)
    image.set_sform(affine, code)
    image.set_qform(affine, code)
    nib.save(image, path)
    return path


def refused(path, code):
    with pytest.raises(InputError) as caught:
        read_volume(path)
    assert caught.value.code == code
    return caught.value


def test_voxels_lie_in_lps(tmp_path):
    volume = read_volume(write(tmp_path / "a.nii.gz"))
    np.testing.assert_allclose(volume.spacing, [2.0, 1.5, 3.0])
    # RAS (10 + 2, 20 - 3 * 3, -5 + 1.5 * 2) has its first two signs turned.
    place = volume.to_patient(np.array([[1.0, 2.0, 3.0]]))
    np.testing.assert_allclose(place, [[-12.0, -11.0, -2.0]])
    np.testing.assert_allclose(volume.to_index(place), [[1.0, 2.0, 3.0]])
    assert volume.values[1, 2, 3] == 33.0
    assert volume.voxel_volume == pytest.approx(9.0)


def test_missing_file(tmp_path):
    refused(tmp_path / "none.nii", "E-IMAGE-001")


def test_text_is_no_image(tmp_path):
    path = tmp_path / "a.nii"
    path.write_text("not an image " * 60)
    refused(path, "E-IMAGE-002")


@pytest.mark.parametrize("value", [0.0, -1.5, np.nan])
def test_spacing_that_is_not_positive(tmp_path, value):
    path = write(tmp_path / "a.nii")
    raw = bytearray(path.read_bytes())
    raw[PIXDIM_Y : PIXDIM_Y + 4] = struct.pack("<f", value)
    path.write_bytes(bytes(raw))
    assert refused(path, "E-IMAGE-007").field == "pixdim.y"


def test_no_transform(tmp_path):
    refused(write(tmp_path / "a.nii", code=0), "E-IMAGE-009")


def test_metres(tmp_path):
    refused(write(tmp_path / "a.nii", unit="meter"), "E-IMAGE-008")


def test_nan_voxels(tmp_path):
    values = np.zeros((3, 4, 5), dtype=np.float32)
    values[1, 1, 1] = np.nan
    assert "1 voxels" in refused(write(tmp_path / "a.nii", values), "E-IMAGE-014").found


def test_header_larger_than_the_file(tmp_path):
    path = write(tmp_path / "a.nii")
    path.write_bytes(path.read_bytes()[:-40])
    refused(path, "E-IMAGE-003")


def test_truncated_gzip(tmp_path):
    values = np.random.default_rng(1).normal(size=(20, 20, 20)).astype(np.float32)
    path = write(tmp_path / "a.nii.gz", values)
    path.write_bytes(path.read_bytes()[:6000])
    refused(path, "E-IMAGE-003")


def test_gzip_of_a_short_image(tmp_path):
    plain = write(tmp_path / "a.nii").read_bytes()[:-40]
    path = tmp_path / "b.nii.gz"
    path.write_bytes(gzip.compress(plain))
    refused(path, "E-IMAGE-003")


def test_sheared_axes(tmp_path):
    affine = np.eye(4)
    affine[1, 2] = 0.3
    image = nib.Nifti1Image(np.zeros((3, 3, 3), dtype=np.float32), affine)
    path = tmp_path / "a.nii"
    nib.save(image, path)
    refused(path, "E-IMAGE-012")


def test_four_dimensions(tmp_path):
    refused(write(tmp_path / "a.nii", np.zeros((3, 3, 3, 2), dtype=np.float32)), "E-IMAGE-004")


def test_grids_that_differ():
    image = Volume(np.zeros((4, 4, 4), np.float32), np.eye(4), "ct")
    moved = np.eye(4)
    moved[0, 3] = 0.5
    with pytest.raises(InputError) as caught:
        require_same_grid(image, Volume(image.values, moved, "seg"))
    assert caught.value.code == "E-IMAGE-021"
    with pytest.raises(InputError) as caught:
        require_same_grid(image, Volume(np.zeros((4, 4, 5), np.float32), np.eye(4), "seg"))
    assert caught.value.code == "E-IMAGE-020"
    require_same_grid(image, Volume(image.values, np.eye(4), "seg"))
