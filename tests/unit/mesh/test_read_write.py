# SPDX-License-Identifier: BSD-3-Clause
from __future__ import annotations

from pathlib import Path

import meshio
import numpy as np
import pytest
import pyvista

from vertaug.errors import InputError
from vertaug.mesh import Mesh
from vertaug.mesh.read import read_surface, read_tetrahedra
from vertaug.mesh.surface import enclosed_volume, is_closed
from vertaug.mesh.write import write_cells, write_facets, write_series


@pytest.fixture
def surface(cube: Mesh) -> meshio.Mesh:
    return meshio.Mesh(cube.points, [("triangle", cube.facets)])


# ---- writing


def test_written_cells_open_in_pyvista(cube: Mesh, tmp_path: Path) -> None:
    path = write_cells(
        tmp_path / "new" / "cells.vtu",
        cube,
        {"displacement": 2.0 * cube.points},
        {"damage": np.arange(6.0), "flag": np.arange(6) > 2},
    )
    grid = pyvista.read(path)
    np.testing.assert_array_equal(grid.points, cube.points)
    np.testing.assert_array_equal(grid.cells_dict[10], cube.cells)
    np.testing.assert_array_equal(grid.cell_data["region"], cube.cell_region)
    np.testing.assert_array_equal(grid.cell_data["damage"], np.arange(6.0))
    np.testing.assert_array_equal(grid.cell_data["flag"], [0, 0, 0, 1, 1, 1])
    np.testing.assert_array_equal(grid.point_data["displacement"], 2.0 * cube.points)


def test_written_facets_open_in_pyvista(cube: Mesh, tmp_path: Path) -> None:
    grid = pyvista.read(write_facets(tmp_path / "facets.vtu", cube, {}, {"area": np.ones(12)}))
    np.testing.assert_array_equal(grid.cells_dict[5], cube.facets)
    np.testing.assert_array_equal(grid.cell_data["facet_set"], cube.facet_set)


def test_series_opens_in_pyvista(cube: Mesh, tmp_path: Path) -> None:
    files = [
        (
            0.5 * k,
            write_cells(tmp_path / "steps" / f"{k}.vtu", cube.with_points((1.0 + k) * cube.points)),
        )
        for k in range(3)
    ]
    reader = pyvista.get_reader(write_series(tmp_path / "series.pvd", files))
    assert reader.time_values == [0.0, 0.5, 1.0]
    reader.set_active_time_value(1.0)
    assert reader.read()[0].bounds[1] == pytest.approx(90.0)


def test_nothing_is_left_beside_the_file(cube: Mesh, tmp_path: Path) -> None:
    write_cells(tmp_path / "a.vtu", cube)
    with pytest.raises(ValueError, match="has 3 rows"):
        write_cells(tmp_path / "b.vtu", cube, {"wrong": np.zeros(3)})
    with pytest.raises(TypeError, match="no VTK type"):
        write_cells(tmp_path / "b.vtu", cube, {"wrong": np.zeros(8, dtype=complex)})
    assert [path.name for path in tmp_path.iterdir()] == ["a.vtu"]


# ---- reading cells


def test_own_file_comes_back_with_its_names(cube: Mesh, tmp_path: Path) -> None:
    again = read_tetrahedra(write_cells(tmp_path / "cells.vtu", cube))
    np.testing.assert_array_equal(again.points, cube.points)
    np.testing.assert_array_equal(again.cells, cube.cells)
    np.testing.assert_array_equal(again.cell_region, cube.cell_region)
    assert again.region_names == ("trabecular", "posterior")
    assert again.facet_names == ("outer",)


@pytest.mark.parametrize("suffix", [".vtk", ".vtu", ".mesh", ".inp", ".msh"])
def test_formats_and_units(cube: Mesh, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cube{suffix}"
    raw = meshio.Mesh(cube.points / 1000.0, [("tetra", cube.cells)])
    raw.write(path, **({"file_format": "gmsh22"} if suffix == ".msh" else {}))
    mesh = read_tetrahedra(path, "m")
    np.testing.assert_allclose(mesh.points, cube.points, atol=1e-9)
    assert mesh.region_names == ("trabecular",)


def test_physical_names_of_gmsh_are_kept(cube: Mesh, tmp_path: Path) -> None:
    path = tmp_path / "cube.msh"
    tags = [np.array([7, 7, 7, 9, 9, 9]), np.where(cube.facet_set == 1, 4, 5)]
    meshio.Mesh(
        cube.points,
        [("tetra", cube.cells), ("triangle", cube.facets)],
        cell_data={"gmsh:physical": tags, "gmsh:geometrical": tags},
        field_data={"body": np.array([7, 3]), "arch": np.array([9, 3]), "top": np.array([4, 2])},
    ).write(path, file_format="gmsh22")
    mesh = read_tetrahedra(path)
    assert mesh.region_names == ("body", "arch")
    assert mesh.cells_of("arch").tolist() == [3, 4, 5]
    assert (mesh.points[mesh.facets[mesh.facets_of("top")]][:, :, 2] == 30.0).all()


def test_element_sets_of_abaqus_are_kept(cube: Mesh, tmp_path: Path) -> None:
    path = tmp_path / "cube.inp"
    nodes = "\n".join(f"{i + 1}, {x}, {y}, {z}" for i, (x, y, z) in enumerate(cube.points.tolist()))
    cells = "\n".join(
        f"{i + 1}, " + ", ".join(str(p + 1) for p in row)
        for i, row in enumerate(cube.cells.tolist())
    )
    path.write_text(
        f"*NODE\n{nodes}\n*ELEMENT, TYPE=C3D4\n{cells}\n"
        "*ELSET, ELSET=all\n1, 2, 3, 4, 5, 6\n*ELSET, ELSET=arch\n5, 6\n"
    )
    mesh = read_tetrahedra(path)
    assert set(mesh.region_names) == {"all", "arch"}
    assert mesh.cells_of("arch").tolist() == [4, 5]


def _fails(code: str, path: Path, **options: object) -> InputError:
    with pytest.raises(InputError) as caught:
        read_tetrahedra(path, **options)
    assert caught.value.code == code
    assert caught.value.where == str(path)
    assert caught.value.fix
    return caught.value


def test_files_that_are_none(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    _fails("E-MESH-010", tmp_path / "absent.vtu")
    _fails("E-MESH-011", tmp_path)
    (tmp_path / "empty.vtu").touch()
    _fails("E-MESH-012", tmp_path / "empty.vtu")
    for name in ("a.vtu", "a.vtp", "a.msh", "a.inp", "a.stl", "a.ply", "a.vtk", "a.obj", "a.xyz"):
        (tmp_path / name).write_bytes(b"\x00\x01 this is no mesh\n")
        error = _fails_any(tmp_path / name)
        assert error.code.startswith("E-MESH-0")
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err == ""


def _fails_any(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        read_tetrahedra(path)
    return caught.value


def test_meshes_that_cannot_be_used(cube: Mesh, tmp_path: Path) -> None:
    path = tmp_path / "cube.vtu"

    def write(points: np.ndarray, cells: np.ndarray, kind: str = "tetra") -> Path:
        meshio.Mesh(points, [(kind, cells)]).write(path)
        return path

    nan = cube.points.copy()
    nan[3, 1] = np.nan
    assert "first is 3" in _fails("E-MESH-021", write(nan, cube.cells)).found
    wrong = cube.cells.copy()
    wrong[2, 0] = 99
    _fails("E-MESH-022", write(cube.points, wrong))
    _fails("E-MESH-024", write(cube.points, cube.facets, "triangle"))
    flat = cube.points * [1.0, 1.0, 1e-9]
    _fails("E-MESH-025", write(flat, cube.cells))
    some = cube.cells.copy()
    some[2] = some[2][[1, 0, 2, 3]]
    assert "1 of 6" in _fails("E-MESH-026", write(cube.points, some)).found
    far = np.concatenate([cube.points, cube.points + 50.0])
    _fails("E-MESH-027", write(far, np.concatenate([cube.cells, cube.cells + 8])))
    _fails("E-MESH-020", write(cube.points, cube.cells), units="inch")


def test_cells_that_overlap_are_refused(cube: Mesh, tmp_path: Path) -> None:
    path = tmp_path / "cube.vtu"
    meshio.Mesh(cube.points, [("tetra", np.concatenate([cube.cells, cube.cells[:1]]))]).write(path)
    _fails("E-MESH-028", path)


def test_all_inverted_can_be_turned(cube: Mesh, tmp_path: Path) -> None:
    path = tmp_path / "cube.vtu"
    meshio.Mesh(cube.points, [("tetra", cube.cells[:, [1, 0, 2, 3]])]).write(path)
    assert "orient" in _fails("E-MESH-026", path).fix
    mesh = read_tetrahedra(path, orient=True)
    assert mesh.volumes().min() > 0.0
    assert enclosed_volume(mesh.points, mesh.facets) == pytest.approx(27000.0)


@pytest.mark.parametrize(
    ("factor", "units", "fix"),
    [(1e-3, "mm", '"m"'), (0.1, "mm", '"cm"'), (1e3, "mm", '"um"'), (1.0, "m", '"mm"')],
)
def test_a_wrong_unit_is_named(
    cube: Mesh, tmp_path: Path, factor: float, units: str, fix: str
) -> None:
    path = tmp_path / "cube.vtu"
    meshio.Mesh(factor * cube.points, [("tetra", cube.cells)]).write(path)
    assert fix in _fails("E-MESH-023", path, units=units).fix


# ---- reading surfaces


@pytest.mark.parametrize("suffix", [".stl", ".ply", ".obj", ".vtu", ".off"])
def test_surface_formats(surface: meshio.Mesh, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"cube{suffix}"
    surface.write(path)
    read = read_surface(path)
    assert len(read.points) == 8
    assert is_closed(read.triangles)
    assert enclosed_volume(read.points, read.triangles) == pytest.approx(27000.0, rel=1e-5)


@pytest.mark.parametrize("binary", [True, False])
def test_polydata(cube: Mesh, tmp_path: Path, binary: bool) -> None:
    path = tmp_path / "cube.vtp"
    pyvista.PolyData.from_regular_faces(cube.points, cube.facets).save(path, binary=binary)
    read = read_surface(path)
    assert enclosed_volume(read.points, read.triangles) == pytest.approx(27000.0)


def test_normals_are_turned_out(cube: Mesh, tmp_path: Path) -> None:
    mixed = cube.facets.copy()
    mixed[::3] = mixed[::3][:, [0, 2, 1]]
    path = tmp_path / "cube.ply"
    meshio.Mesh(cube.points, [("triangle", mixed)]).write(path)
    read = read_surface(path)
    assert enclosed_volume(read.points, read.triangles) == pytest.approx(27000.0)


def test_surfaces_that_cannot_be_used(cube: Mesh, tmp_path: Path) -> None:
    path = tmp_path / "cube.ply"

    def code(triangles: np.ndarray, points: np.ndarray = cube.points) -> str:
        meshio.Mesh(points, [("triangle", triangles)]).write(path)
        with pytest.raises(InputError) as caught:
            read_surface(path)
        return caught.value.code

    assert code(cube.facets[1:]) == "E-MESH-031"
    fin = np.array([[0, 1, 8], [1, 0, 8]])
    assert (
        code(np.concatenate([cube.facets, fin]), np.vstack([cube.points, [9, 9, -9]]))
        == "E-MESH-032"
    )
    assert code(cube.facets, cube.points / 1000.0) == "E-MESH-023"
