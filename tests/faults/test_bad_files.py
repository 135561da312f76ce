# SPDX-License-Identifier: BSD-3-Clause
"""Every file a user can get wrong, through the command: message, exit code, nothing lost."""

import meshio
import nibabel
import numpy as np
import pytest
from typer.testing import CliRunner

from vertaug.cli import app

RUNNER = CliRunner()
REST = """
[[balloon]]
name = "left"
side = "left"
[procedure]
stages = ["access"]
"""


def refused(tmp_path, anatomy):
    """Standard error of ``check`` for a plan that must be refused."""
    plan = tmp_path / "plan.toml"
    plan.write_text(f"[anatomy]\n{anatomy}\n{REST}")
    before = {file: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()}
    result = RUNNER.invoke(app, ["check", str(plan)])
    assert result.exit_code == 2, result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    for word in ("found ", "expected ", "fix "):
        assert word in result.stderr
    after = {file: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()}
    assert after == before
    return result.stderr


def block(scale=1.0):
    """Points and tetrahedra of a block of 40 x 30 x 25 mm, times ``scale``."""
    grid = np.stack(np.meshgrid(*[np.linspace(0, 1, n) for n in (7, 6, 5)], indexing="ij"), -1)
    points = grid.reshape(-1, 3) * [40.0, 30.0, 25.0] * scale
    index = np.arange(7 * 6 * 5).reshape(7, 6, 5)
    corner = [
        index[a : a + 6, b : b + 5, c : c + 4].ravel()
        for a in (0, 1)
        for b in (0, 1)
        for c in (0, 1)
    ]
    paths = [(4, 6), (4, 5), (2, 6), (2, 3), (1, 5), (1, 3)]
    signs = [1, -1, -1, 1, 1, -1]
    cells = []
    for (middle, last), sign in zip(paths, signs, strict=True):
        one = [corner[0], corner[middle], corner[last], corner[7]]
        cells.append(np.stack(one if sign > 0 else [one[0], one[2], one[1], one[3]], axis=1))
    return points, np.concatenate(cells)


def surface_of(cells):
    """Boundary triangles of tetrahedra, normals out."""
    faces = cells[:, [[1, 2, 3], [0, 3, 2], [0, 1, 3], [0, 2, 1]]].reshape(-1, 3)
    _, inverse, count = np.unique(
        np.sort(faces, axis=1), axis=0, return_inverse=True, return_counts=True
    )
    return faces[count[inverse.ravel()] == 1]


def write_mesh(path, points, cells):
    meshio.write_points_cells(path, points, [("tetra", cells)])
    return f'source = "mesh"\nfile = "{path.name}"'


def write_surface(path, points, triangles):
    meshio.write_points_cells(path, points, [("triangle", triangles)])
    return f'source = "surface"\nfile = "{path.name}"'


@pytest.mark.parametrize("source", ["surface", "mesh"])
def test_missing_file(tmp_path, source):
    message = refused(tmp_path, f'source = "{source}"\nfile = "no.vtu"')
    assert "anatomy.file" in message
    assert str(tmp_path / "no.vtu") in message


@pytest.mark.parametrize("source", ["surface", "mesh"])
@pytest.mark.parametrize("name", ["bone.vtu", "bone.stl", "bone.txt"])
def test_file_that_is_no_mesh(tmp_path, source, name):
    (tmp_path / name).write_text("Dear surgeon, please find enclosed\n")
    assert name in refused(tmp_path, f'source = "{source}"\nfile = "{name}"')


def test_surface_where_a_mesh_is_asked_for(tmp_path):
    points, cells = block()
    write_surface(tmp_path / "bone.vtu", points, surface_of(cells))
    message = refused(tmp_path, 'source = "mesh"\nfile = "bone.vtu"')
    assert "tetra" in message


def test_inverted_cells(tmp_path):
    points, cells = block()
    cells[7] = cells[7, [1, 0, 2, 3]]
    message = refused(tmp_path, write_mesh(tmp_path / "bone.vtu", points, cells))
    assert "bone.vtu" in message
    assert "first is 7" in message


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_coordinates_that_are_no_numbers(tmp_path, bad):
    points, cells = block()
    points[11, 1] = bad
    message = refused(tmp_path, write_mesh(tmp_path / "bone.vtu", points, cells))
    assert "bone.vtu" in message
    assert "first is 11" in message


@pytest.mark.parametrize("kind", ["mesh", "surface"])
def test_coordinates_in_metres(tmp_path, kind):
    points, cells = block(scale=1e-3)
    file = tmp_path / "bone.vtu"
    if kind == "mesh":
        message = refused(tmp_path, write_mesh(file, points, cells))
    else:
        message = refused(tmp_path, write_surface(file, points, surface_of(cells)))
    assert "bone.vtu" in message
    assert "units" in message


def test_open_surface(tmp_path):
    points, cells = block()
    triangles = surface_of(cells)[3:]
    message = refused(tmp_path, write_surface(tmp_path / "bone.stl", points, triangles))
    assert "bone.stl" in message
    assert "closed" in message


def write_image(path, values):
    nibabel.save(nibabel.Nifti1Image(values, np.diag([-1.0, -1.0, 1.0, 1.0])), path)


def labels(shape=(30, 28, 26)):
    values = np.zeros(shape, dtype=np.uint8)
    values[5:25, 5:23, 5:20] = 20
    return values


CT = 'source = "ct"\nsegmentation = "seg.nii.gz"\nlabel = {}\n'


def test_label_that_is_not_there(tmp_path):
    write_image(tmp_path / "seg.nii.gz", labels())
    message = refused(tmp_path, CT.format(19) + 'density = "75 mg/cm^3"')
    assert "19" in message
    assert "20" in message
    assert "seg.nii.gz" in message


def test_image_and_segmentation_of_different_shape(tmp_path):
    write_image(tmp_path / "seg.nii.gz", labels())
    write_image(tmp_path / "ct.nii.gz", np.zeros((30, 28, 20), dtype=np.int16))
    message = refused(tmp_path, CT.format(20) + 'image = "ct.nii.gz"')
    assert "(30, 28, 20)" in message or "30 x 28 x 20" in message or "30 × 28 × 20" in message


@pytest.mark.parametrize("name", ["ct.nii.gz", "seg.nii.gz"])
def test_file_that_is_no_image(tmp_path, name):
    write_image(tmp_path / "seg.nii.gz", labels())
    write_image(tmp_path / "ct.nii.gz", np.zeros((30, 28, 26), dtype=np.int16))
    (tmp_path / name).write_bytes(b"not an image at all")
    assert name in refused(tmp_path, CT.format(20) + 'image = "ct.nii.gz"')


def test_neither_image_nor_density(tmp_path):
    write_image(tmp_path / "seg.nii.gz", labels())
    assert "anatomy.density" in refused(tmp_path, CT.format(20))


@pytest.mark.parametrize(
    ("spacing", "words"),
    [
        ([1.0, 1.0, 8.0], ["1 x 1 x 8 mm", "at most 5 mm", "thin slices"]),
        ([1e-3, 1e-3, 1.25e-3], ["pixdim", "0.001 x 0.001 x 0.00125 mm", "in mm, not in m"]),
    ],
)
def test_spacing_that_is_not_that_of_a_vertebra(tmp_path, spacing, words):
    affine = np.diag([-spacing[0], -spacing[1], spacing[2], 1.0])
    nibabel.save(nibabel.Nifti1Image(labels(), affine), tmp_path / "seg.nii.gz")
    message = refused(tmp_path, CT.format(20) + 'density = "75 mg/cm^3"')
    for word in ("seg.nii.gz", *words):
        assert word in message, message
