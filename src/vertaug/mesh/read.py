# SPDX-License-Identifier: BSD-3-Clause
"""Volume meshes and surfaces from files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh._mesh import Mesh
from vertaug.mesh._read_file import names_in_vtk, open_mesh
from vertaug.mesh._validate import (
    check_cells,
    check_points,
    check_scale,
    oriented_surface,
    scale_of,
)
from vertaug.mesh.generate import OUTER
from vertaug.mesh.surface import boundary_facets

__all__ = ["Surface", "read_surface", "read_tetrahedra"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

_LABEL_ARRAYS = ("region", "facet_set", "gmsh:physical", "medit:ref", "material", "MaterialIds")
_DIMENSION = {"tetra": 3, "triangle": 2}
_MERGE = 1e-7


@dataclass(frozen=True)
class Surface:
    """A closed triangle surface: points (n, 3) in mm, triangles (m, 3), normals out."""

    points: Float
    triangles: Int


def read_tetrahedra(
    path: Path | str,
    units: str = "mm",
    *,
    orient: bool = False,
    default_region: str = "trabecular",
) -> Mesh:
    """Read a volume mesh.

    Regions come from element sets, physical names or integer cell arrays of the file; boundary
    facets take the names of triangles in the file and ``outer`` otherwise. Of 10-node
    tetrahedra the corners are used.

    Parameters
    ----------
    path : any format meshio reads
    units : ``mm``, ``cm``, ``m`` or ``um``
    orient : turn the cells where all of them are inverted
    default_region : name of the cells without one

    Raises
    ------
    InputError
        The file cannot be read, or its mesh cannot be used.
    """
    path = Path(path)
    scale = scale_of(str(path), units)
    raw = open_mesh(path)
    cells = _elements(raw, "tetra", 4)
    points = _points(raw, scale)
    check_points(str(path), points, cells)
    names, region = _labels(raw, path, "tetra", default_region)
    triangles = _elements(raw, "triangle", 3)
    facet_names, facet_label = _labels(raw, path, "triangle", OUTER)
    check_points(str(path), points, triangles)
    used = np.unique(cells)
    if len(used):
        check_scale(str(path), points[used], units)
    cells = check_cells(str(path), points, cells, orient)
    facets, _ = boundary_facets(cells)
    facet_set = _facet_labels(facets, triangles, facet_label, facet_names.index(OUTER))
    index = np.full(len(points), -1, dtype=np.int32)
    index[used] = np.arange(len(used), dtype=np.int32)
    return Mesh(
        points=np.ascontiguousarray(points[used]), cells=index[cells], cell_region=region,
        region_names=names, facets=index[facets], facet_set=facet_set, facet_names=facet_names,
    )  # fmt: skip


def read_surface(path: Path | str, units: str = "mm") -> Surface:
    """Read a closed surface; coincident points are merged and normals turned outwards.

    Every closed part counts as solid: a shell inside another adds nothing.

    Raises
    ------
    InputError
        The file cannot be read, or its surface is open, not manifold or of a wrong scale.
    """
    path = Path(path)
    scale = scale_of(str(path), units)
    raw = open_mesh(path)
    triangles = _elements(raw, "triangle", 3)
    quads = _elements(raw, "quad", 4)
    if len(quads):
        triangles = np.concatenate([triangles, quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    points = _points(raw, scale)
    check_points(str(path), points, triangles)
    if len(triangles):
        check_scale(str(path), points[np.unique(triangles)], units)
        points, triangles = _merged(points, triangles)
    return Surface(points, oriented_surface(str(path), points, triangles))


def _points(raw: Any, scale: float) -> Float:
    points = np.asarray(raw.points, dtype=np.float64)
    if points.shape[1] == 2:
        points = np.column_stack([points, np.zeros(len(points))])
    return np.ascontiguousarray(scale * points)


def _blocks(raw: Any, kind: str) -> list[int]:
    """Numbers of the cell blocks of a kind, first and second order."""
    return [i for i, block in enumerate(raw.cells) if block.type.rstrip("0123456789") == kind]


def _elements(raw: Any, kind: str, corners: int) -> Int:
    chosen = [np.asarray(raw.cells[i].data)[:, :corners] for i in _blocks(raw, kind)]
    if not chosen:
        return np.zeros((0, corners), dtype=np.int32)
    return np.ascontiguousarray(np.concatenate(chosen), dtype=np.int32)


def _labels(raw: Any, path: Path, kind: str, default: str) -> tuple[tuple[str, ...], Int]:
    """Names, and for each element of a kind the index of its own."""
    blocks = _blocks(raw, kind)
    count = sum(len(raw.cells[i].data) for i in blocks)
    for array in _LABEL_ARRAYS:
        if array in raw.cell_data and blocks:
            values = np.concatenate([np.asarray(raw.cell_data[array][i]).ravel() for i in blocks])
            if np.all(np.isfinite(values)) and np.all(values == np.round(values)):
                return _from_integers(raw, path, array, values.astype(np.int64), kind, default)
    return _from_sets(raw, blocks, count, default)


def _from_integers(
    raw: Any, path: Path, array: str, values: NDArray[np.int64], kind: str, default: str
) -> tuple[tuple[str, ...], Int]:
    kept = names_in_vtk(path, array)
    if kept and values.min() >= 0 and values.max() < len(kept):
        names = kept if default in kept or kind == "tetra" else (*kept, default)
        return names, values.astype(np.int32)
    tags, index = np.unique(values, return_inverse=True)
    known = {
        int(entry[0]): str(name)
        for name, entry in (raw.field_data or {}).items()
        if len(np.ravel(entry)) == 2 and int(entry[1]) == _DIMENSION[kind]
    }
    single = len(tags) == 1 and int(tags[0]) not in known
    names = (default,) if single else tuple(known.get(int(t), f"region_{t}") for t in tags)
    if kind == "triangle" and default not in names:
        names = (*names, default)
    return names, index.astype(np.int32)


def _from_sets(
    raw: Any, blocks: list[int], count: int, default: str
) -> tuple[tuple[str, ...], Int]:
    """Element sets, the larger ones first, so that the smallest set that holds a cell names it."""
    members: list[tuple[int, str, NDArray[np.bool_]]] = []
    for name, parts in (raw.cell_sets or {}).items():
        flags = []
        for i in blocks:
            flag = np.zeros(len(raw.cells[i].data), dtype=bool)
            if i < len(parts) and parts[i] is not None:
                flag[np.asarray(parts[i], dtype=np.int64)] = True
            flags.append(flag)
        held = np.concatenate(flags) if flags else np.zeros(0, dtype=bool)
        if held.any() and not name.startswith("gmsh:"):
            members.append((int(held.sum()), name, held))
    members.sort(key=lambda entry: (-entry[0], entry[1]))
    names = [default, *[name for _, name, _ in members if name != default]]
    label = np.zeros(count, dtype=np.int32)
    for _, name, held in members:
        label[held] = names.index(name)
    present = sorted({0, *np.unique(label).tolist()} if default == OUTER else np.unique(label))
    if not present:
        present = [0]
    return tuple(names[i] for i in present), np.searchsorted(present, label).astype(np.int32)


def _facet_labels(facets: Int, triangles: Int, label: Int, default: int) -> Int:
    """Label of the file's triangle on each boundary facet, ``default`` where there is none."""
    known = {
        tuple(key): int(value)
        for key, value in zip(np.sort(triangles).tolist(), label, strict=True)
    }
    keys = np.sort(facets).tolist()
    return np.array([known.get(tuple(key), default) for key in keys], dtype=np.int32)


def _merged(points: Float, triangles: Int) -> tuple[Float, Int]:
    """Merge coincident points; drop triangles that lose a side and points that nothing uses."""
    step = _MERGE * float(np.ptp(points[np.unique(triangles)], axis=0).max())
    key = np.round((points - points.min(axis=0)) / step).astype(np.int64)
    _, first, index = np.unique(key, axis=0, return_index=True, return_inverse=True)
    triangles = first[index.ravel()[triangles]].astype(np.int32)
    a, b, c = triangles.T
    triangles = triangles[(a != b) & (b != c) & (c != a)]
    used, flat = np.unique(triangles, return_inverse=True)
    return np.ascontiguousarray(points[used]), flat.reshape(-1, 3).astype(np.int32)
