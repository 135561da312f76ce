# SPDX-License-Identifier: BSD-3-Clause
"""VTK files of a mesh: cells, boundary facets, and series over time."""

from __future__ import annotations

import base64
import os
import tempfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh._mesh import Mesh

__all__ = ["write_cells", "write_facets", "write_series"]

Array = NDArray[Any]

_TYPES = {
    "f8": "Float64", "f4": "Float32", "i4": "Int32", "i8": "Int64", "u1": "UInt8", "i1": "Int8",
    "i2": "Int16",
}  # fmt: skip
_TETRAHEDRON, _TRIANGLE, _HEXAHEDRON = 10, 5, 12


def write_cells(
    path: Path | str,
    mesh: Mesh,
    point_data: Mapping[str, Array] | None = None,
    cell_data: Mapping[str, Array] | None = None,
) -> Path:
    """Write the cells as .vtu, with their region and any further arrays.

    Parameters
    ----------
    path : file to write; it appears complete or not at all
    mesh : mesh, mm
    point_data : arrays (n_points,) or (n_points, k) by name
    cell_data : arrays (n_cells,) or (n_cells, k) by name
    """
    named = {"region": (mesh.cell_region, mesh.region_names)}
    return _write_grid(path, mesh.points, mesh.cells, _TETRAHEDRON, point_data, cell_data, named)


def write_facets(
    path: Path | str,
    mesh: Mesh,
    point_data: Mapping[str, Array] | None = None,
    facet_data: Mapping[str, Array] | None = None,
) -> Path:
    """Write the boundary facets as .vtu, with the index of their name and any further arrays."""
    named = {"facet_set": (mesh.facet_set, mesh.facet_names)}
    return _write_grid(path, mesh.points, mesh.facets, _TRIANGLE, point_data, facet_data, named)


def write_voxels(
    path: Path | str, points: Array, voxels: Array, cell_data: Mapping[str, Array]
) -> Path:
    """Write hexahedra (n, 8) on ``points`` (k, 3) mm as .vtu, with arrays (n,) by name."""
    return _write_grid(path, points, voxels, _HEXAHEDRON, None, cell_data, {})


def write_series(path: Path | str, entries: Sequence[tuple[float, Path | str]]) -> Path:
    """Write a .pvd that lists files with their times; paths are kept relative to it."""
    path = Path(path)
    rows = []
    for time, file in entries:
        name = quoteattr(Path(os.path.relpath(file, path.parent)).as_posix())
        rows.append(f'<DataSet timestep="{float(time)!r}" part="0" file={name}/>')
    text = (
        '<?xml version="1.0"?>\n<VTKFile type="Collection" version="0.1" '
        'byte_order="LittleEndian">\n<Collection>\n'
        + "\n".join(rows)
        + "\n</Collection>\n</VTKFile>\n"
    )
    return _replace(path, text)


def _replace(path: Path, text: str) -> Path:
    """Write beside the target and move into place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return path


def _encoded(values: Array) -> str:
    """One zlib block in base64, as VTK's inline binary format wants it."""
    raw = values.tobytes()
    packed = zlib.compress(raw, 1)
    header = np.array([1, len(raw), len(raw), len(packed)], dtype="<u8").tobytes()
    return base64.b64encode(header).decode() + base64.b64encode(packed).decode()


def _array(name: str, values: Array, names: Sequence[str] = ()) -> str:
    values = np.ascontiguousarray(values)
    if values.dtype == np.bool_:
        values = values.astype(np.uint8)
    code = values.dtype.newbyteorder("<").str[1:]
    if code not in _TYPES:
        message = f"array {name!r} of type {values.dtype} has no VTK type"
        raise TypeError(message)
    components = int(np.prod(values.shape[1:], dtype=np.int64))
    extra = f" Names={quoteattr(';'.join(names))}" if names else ""
    return (
        f'<DataArray type="{_TYPES[code]}" Name={quoteattr(name)} '
        f'NumberOfComponents="{components}" format="binary"{extra}>'
        f"{_encoded(values.astype(values.dtype.newbyteorder('<')))}</DataArray>"
    )


def _section(tag: str, count: int, data: Mapping[str, Array] | None) -> list[str]:
    rows = []
    for name, values in (data or {}).items():
        if len(values) != count:
            message = f"array {name!r} has {len(values)} rows, expected {count}"
            raise ValueError(message)
        rows.append(_array(name, np.asarray(values)))
    return [f"<{tag}>", *rows, f"</{tag}>"]


def _write_grid(
    path: Path | str,
    points: Array,
    cells: Array,
    kind: int,
    point_data: Mapping[str, Array] | None,
    cell_data: Mapping[str, Array] | None,
    named: Mapping[str, tuple[Array, Sequence[str]]],
) -> Path:
    n, corners = cells.shape
    own = [_array(name, values, names) for name, (values, names) in named.items()]
    further = {k: v for k, v in (cell_data or {}).items() if k not in named}
    cell_section = _section("CellData", n, further)
    parts = [
        '<?xml version="1.0"?>',
        '<VTKFile type="UnstructuredGrid" version="1.0" byte_order="LittleEndian" '
        'header_type="UInt64" compressor="vtkZLibDataCompressor">',
        "<UnstructuredGrid>",
        f'<Piece NumberOfPoints="{len(points)}" NumberOfCells="{n}">',
        *_section("PointData", len(points), point_data),
        cell_section[0], *own, *cell_section[1:],
        "<Points>", _array("Points", points), "</Points>",
        "<Cells>",
        _array("connectivity", cells.ravel()),
        _array("offsets", np.arange(corners, corners * n + 1, corners, dtype=np.int64)),
        _array("types", np.full(n, kind, dtype=np.uint8)),
        "</Cells>", "</Piece>", "</UnstructuredGrid>", "</VTKFile>", "",
    ]  # fmt: skip
    return _replace(Path(path), "\n".join(parts))
