# SPDX-License-Identifier: BSD-3-Clause
"""A parametric vertebra written as a scan, a surface and a mesh comes back as it was."""

import meshio
import nibabel as nib
import numpy as np
import pytest

from vertaug.anatomy.ct import ct_vertebra
from vertaug.anatomy.density import filled_outside
from vertaug.anatomy.mesh_source import mesh_vertebra
from vertaug.anatomy.parametric import ParametricVertebra
from vertaug.errors import InputError
from vertaug.imaging import Calibration, Volume
from vertaug.mesh.redistance import volume_inside

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


@pytest.fixture(scope="module")
def truth():
    return ParametricVertebra("L1").build()


@pytest.fixture(scope="module")
def scan(truth, tmp_path_factory):
    """Label 20 and an image of 150 HU in bone, 40 outside, -1000 in one corner."""
    folder = tmp_path_factory.mktemp("scan")
    step = np.array([1.0, 1.0, 1.5])
    affine = np.diag([*step, 1.0])
    affine[:3, 3] = [-50.0, -30.0, -45.0]
    place = np.moveaxis(np.indices((101, 111, 61)), 0, -1) * step + affine[:3, 3]
    inside = (truth.distance.at(place.reshape(-1, 3)) < 0.0).reshape(101, 111, 61)
    image = np.where(inside, 150.0, 40.0).astype(np.float32)
    image[0, 0, 0] = -1000.0
    nib.save(nib.Nifti1Image(image, LPS_TO_RAS @ affine), folder / "ct.nii")
    labels = (20 * inside).astype(np.uint8)
    nib.save(nib.Nifti1Image(labels, LPS_TO_RAS @ affine), folder / "seg.nii")
    return folder


def test_scan(truth, scan):
    vertebra = ct_vertebra(
        scan / "seg.nii", 20, image=scan / "ct.nii", calibration=Calibration(0.8, 2.0)
    )
    size = [volume_inside(v.distance.values, v.distance.spacing) for v in (vertebra, truth)]
    assert size[0] == pytest.approx(size[1], rel=0.02)
    assert vertebra.frame.axes == pytest.approx(np.eye(3), abs=0.06)
    assert np.linalg.norm(vertebra.frame.origin) < 2.0
    # Density at the border is that of the bone, without the tissue beyond it.
    points = np.random.default_rng(3).uniform(-20.0, 20.0, (2000, 3))
    inside = vertebra.distance.at(points) < 0.0
    np.testing.assert_allclose(vertebra.density(points[inside]), 122.0, rtol=1e-5)
    assert "morphometry" in vertebra.reference_source
    assert vertebra.damage(points).max() == 0.0


def test_a_label_of_the_lesion_is_a_region_of_the_bone(truth, scan, tmp_path):
    """The lesion's voxels count as bone, and become its tumour at their place."""
    image = nib.load(scan / "seg.nii")
    labels = np.asarray(image.dataobj).copy()
    index = np.moveaxis(np.indices(labels.shape), 0, -1) - np.array([50, 30, 30])
    ball = np.linalg.norm(index * [1.0, 1.0, 1.5], axis=-1) < 7.0
    labels[ball & (labels == 20)] = 77
    nib.save(nib.Nifti1Image(labels, image.affine), tmp_path / "seg.nii")
    vertebra = ct_vertebra(
        tmp_path / "seg.nii", 20, density=75.0, axes=np.eye(3), neighbours="none", lesion=(77,)
    )
    size = [volume_inside(v.distance.values, v.distance.spacing) for v in (vertebra, truth)]
    assert size[0] == pytest.approx(size[1], rel=0.02)
    region = dict(vertebra.regions)["tumour"]
    found = volume_inside(region.values, region.spacing)
    assert found == pytest.approx(4.0 / 3.0 * np.pi * 7.0**3, rel=0.05)
    with pytest.raises(InputError, match="E-IMAGE-033"):
        ct_vertebra(tmp_path / "seg.nii", 20, density=75.0, lesion=(99,))


def test_segmentation_alone_needs_a_density(scan):
    with pytest.raises(InputError, match="E-IMAGE-070"):
        ct_vertebra(scan / "seg.nii", 20, axes=np.eye(3))


def test_given_axes_are_kept(scan):
    axes = np.array([[1.0, 0, 0], [0, 0.98, -0.2], [0, 0.2, 0.98]])
    axes /= np.linalg.norm(axes, axis=1)[:, None]
    vertebra = ct_vertebra(scan / "seg.nii", 20, density=80.0, axes=axes)
    np.testing.assert_allclose(vertebra.frame.axes, axes, atol=1e-12)
    assert vertebra.density(np.zeros((2, 3))) == pytest.approx([80.0, 80.0])


def test_values_outside_the_mask_come_from_inside():
    values = np.arange(27, dtype=np.float32).reshape(3, 3, 3)
    mask = np.zeros((3, 3, 3), dtype=bool)
    mask[1, 1, 1] = True
    filled = filled_outside(Volume(values, np.eye(4), "ct"), mask)
    np.testing.assert_array_equal(filled.values, 13.0)


def voxel_mesh(truth, path):
    """Tetrahedra, six a cube of 3 mm, of the vertebra; density grows with x."""
    axis = [np.arange(-48.0, 49.0, 3.0), np.arange(-27.0, 82.0, 3.0), np.arange(-48.0, 40.0, 3.0)]
    points = np.stack(np.meshgrid(*axis, indexing="ij"), axis=-1)
    number = np.arange(points[..., 0].size).reshape(points.shape[:3])
    inside = truth.distance.at((points[:-1, :-1, :-1] + 1.5).reshape(-1, 3)) < 0.0
    base = number[:-1, :-1, :-1].ravel()[inside]
    jump = [number[1, 0, 0], number[0, 1, 0], number[0, 0, 1]]
    orders = [(0, 1, 2), (1, 2, 0), (2, 0, 1), (0, 2, 1), (1, 0, 2), (2, 1, 0)]
    cells = []
    for n, order in enumerate(orders):
        path_of = np.cumsum([0, *(jump[i] for i in order)])
        tetra = base[:, None] + path_of
        cells.append(tetra if n < 3 else tetra[:, [0, 2, 1, 3]])
    cells = np.vstack(cells)
    flat = points.reshape(-1, 3)
    density = 100.0 + flat[cells].mean(axis=1)[:, 0]
    meshio.Mesh(flat, [("tetra", cells)], cell_data={"bmd": [density]}).write(path)


def test_mesh_with_density(truth, tmp_path):
    path = tmp_path / "bone.vtu"
    voxel_mesh(truth, path)
    vertebra = mesh_vertebra(path, axes="LPS", density_array="bmd", spacing=1.0)
    points = np.array([[10.0, 0.0, 0.0], [-10.0, 0.0, 0.0]])
    np.testing.assert_allclose(vertebra.density(points), [110.0, 90.0], atol=3.0)
    assert vertebra.landmarks.width == pytest.approx(truth.landmarks.width, abs=4.0)
    with pytest.raises(InputError, match="E-SHAPE-006"):
        mesh_vertebra(path, axes="LPS", density_array="hu", spacing=1.0)
