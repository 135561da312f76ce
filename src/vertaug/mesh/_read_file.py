# SPDX-License-Identifier: BSD-3-Clause
"""Opening a mesh file with meshio: quietly, and with errors a reader can act on."""

from __future__ import annotations

import contextlib
import io
import os
import re
import tempfile
import warnings
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np

from vertaug.errors import InputError

__all__ = ["names_in_vtk", "open_mesh"]

_KNOWN = ".inp, .msh, .mesh, .obj, .off, .ply, .stl, .vtk, .vtp, .vtu, .xdmf"
_FORMAT_OF = {".inp": "abaqus", ".msh": None, ".vtp": "vtu"}


def open_mesh(path: Path) -> Any:
    """Read a file into a ``meshio.Mesh``.

    Raises
    ------
    InputError
        The file is missing, a directory, empty, or no mesh file.
    """
    _check_path(path)
    if path.suffix.lower() == ".vtp":
        return _open_polydata(path)
    return _quietly(path, path, _FORMAT_OF.get(path.suffix.lower()))


def _check_path(path: Path) -> None:
    if not path.exists():
        raise _bad(path, "no such file", "an existing mesh file", "correct the path", 10)
    if path.is_dir():
        raise _bad(path, "a directory", "a mesh file", "name a file in it", 11)
    if path.stat().st_size == 0:
        raise _bad(path, "an empty file", "a mesh file", "export the mesh again", 12)
    if not os.access(path, os.R_OK):
        raise _bad(path, "a file that may not be read", "a readable file", "permit reading", 13)


def _bad(path: Path, found: str, expected: str, fix: str, number: int) -> InputError:
    return InputError(str(path), "file", found, expected, fix, f"E-MESH-{number:03d}")


def _quietly(path: Path, source: Path, file_format: str | None) -> Any:
    """Let meshio read ``source``; it may print, raise anything, or leave the process."""
    import meshio

    sink = io.StringIO()
    try:
        with (
            contextlib.redirect_stdout(sink),
            contextlib.redirect_stderr(sink),
            warnings.catch_warnings(),
            np.errstate(all="ignore"),
        ):
            warnings.simplefilter("ignore")
            mesh = meshio.read(source, file_format=file_format)
    except (Exception, SystemExit) as error:
        said = " ".join((str(error) if not isinstance(error, SystemExit) else "").split())
        detail = f" ({said[:120]})" if said else ""
        raise _bad(
            path, f"a file that cannot be read as a mesh{detail}", f"one of {_KNOWN}",
            "export the mesh again in one of these formats", 14,
        ) from error  # fmt: skip
    if mesh is None or len(mesh.points) == 0:
        raise _bad(path, "a mesh without points", "points and cells", "export it again", 15)
    return mesh


def _open_polydata(path: Path) -> Any:
    """Rewrite VTP as VTU, which differs by tag names and the cell types, and read that."""
    text = path.read_bytes()
    pieces = re.findall(rb'NumberOfPolys="(\d+)"', text)
    if b"PolyData" not in text or not pieces:
        raise _bad(path, "a file that is no VTP", f"one of {_KNOWN}", "export it again", 14)
    for tag in (b"Verts", b"Lines", b"Strips"):
        text = re.sub(rb"<%s>.*?</%s>" % (tag, tag), b"", text, flags=re.DOTALL)
        text = re.sub(rb"<%s\s*/>" % tag, b"", text)
    text = text.replace(b"PolyData", b"UnstructuredGrid").replace(
        b"NumberOfPolys", b"NumberOfCells"
    )
    for count in pieces:
        types = b" ".join([b"5"] * int(count))
        array = b'<DataArray type="UInt8" Name="types" format="ascii">%s</DataArray>' % types
        text = text.replace(b"</Polys>", array + b"</Cells>", 1)
    text = text.replace(b"<Polys>", b"<Cells>")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "surface.vtu"
        copy.write_bytes(text)
        return _quietly(path, copy, "vtu")


def names_in_vtk(path: Path, array: str) -> tuple[str, ...]:
    """Names that a written .vtu keeps beside an integer cell array; empty where it keeps none."""
    if path.suffix.lower() != ".vtu":
        return ()
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError:
        return ()
    for element in root.iterfind(".//CellData/DataArray"):
        if element.get("Name") == array and element.get("Names"):
            return tuple(str(element.get("Names")).split(";"))
    return ()
