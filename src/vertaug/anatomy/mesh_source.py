# SPDX-License-Identifier: BSD-3-Clause
"""A vertebra from a mesh of tetrahedra."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vertaug.anatomy._vertebra import Field, Vertebra
from vertaug.anatomy.assemble import assemble_vertebra
from vertaug.anatomy.density import ConstantField
from vertaug.anatomy.orientation import Axes, to_lps
from vertaug.anatomy.surface import SPACING, frame_of_surface
from vertaug.errors import InputError
from vertaug.mesh import Mesh, SignedDistance
from vertaug.mesh.read import read_tetrahedra
from vertaug.mesh.surface_distance import distance_from_tetrahedra

__all__ = ["CellField", "mesh_vertebra"]

Float = NDArray[np.float64]
MAIN_REGION = "trabecular"


@dataclass(frozen=True)
class CellField:
    """Value of the cell whose centroid is nearest: tree over centroids, values (n,)."""

    tree: Any
    values: Float

    def __call__(self, points: Float) -> Float:
        """Values (n,) at ``points`` (n, 3), mm."""
        return np.asarray(self.values[self.tree.query(points)[1]], dtype=np.float64)


def mesh_vertebra(
    path: str | Path,
    *,
    units: str = "mm",
    axes: Axes = "auto",
    density: float = 75.0,
    density_array: str | None = None,
    name: str = "L1",
    spacing: float = SPACING,
    mobility: float | None = None,
) -> Vertebra:
    """Vertebra of a tetrahedral mesh; its named regions are kept.

    Parameters
    ----------
    path : VTU, VTK, MSH, INP or another format of tetrahedra
    units : unit of the file's coordinates
    axes : as for `vertaug.anatomy.surface.surface_vertebra`
    density : mg/cm³ K2HPO4-equivalent, where the mesh carries none
    density_array : name of the cell data that hold it
    name : level
    spacing : step of the signed distance, mm
    mobility : of a fracture that is found, 0 healed to 1 loose; None: assumed, with a warning

    Raises
    ------
    InputError
        The file cannot be used, the array is missing or not positive, or the shape does not tell
        its directions.
    """
    mesh = _in_lps(read_tetrahedra(path, units), to_lps(axes, str(path)))
    frame = frame_of_surface(mesh.points, mesh.facets, axes, str(path))
    local = mesh.with_points(frame.to_vertebral(mesh.points))
    field, notes = _density(local, path, density, density_array)
    return assemble_vertebra(
        name,
        distance_from_tetrahedra(local.points, local.cells, spacing),
        frame,
        field,
        regions=_regions(local, spacing),
        warnings=notes,
        where=str(path),
        mobility=mobility,
    )


def _in_lps(mesh: Mesh, turn: Float) -> Mesh:
    points = mesh.points @ turn.T
    if np.linalg.det(turn) > 0:
        return mesh.with_points(points)
    cells = np.ascontiguousarray(mesh.cells[:, [0, 2, 1, 3]])
    facets = np.ascontiguousarray(mesh.facets[:, ::-1])
    return Mesh(
        points, cells, mesh.cell_region, mesh.region_names,
        facets, mesh.facet_set, mesh.facet_names,
    )  # fmt: skip


def _regions(mesh: Mesh, spacing: float) -> tuple[tuple[str, SignedDistance], ...]:
    """Signed distance of every region but the main one."""
    if len(mesh.region_names) < 2:
        return ()
    names = [n for n in mesh.region_names if n != MAIN_REGION and len(mesh.cells_of(n))]
    return tuple(
        (name, distance_from_tetrahedra(mesh.points, mesh.cells[mesh.cells_of(name)], spacing))
        for name in names
    )


def _density(
    mesh: Mesh, path: str | Path, density: float, array: str | None
) -> tuple[Field, tuple[str, ...]]:
    if array is None:
        return ConstantField(density), ("one density holds in the whole bone",)
    values = _cell_data(path, array)
    if len(values) != mesh.n_cells or not np.isfinite(values).all() or values.min() <= 0.0:
        raise InputError(
            str(path), f"anatomy.density_array {array!r}",
            f"{len(values)} values from {values.min(initial=0.0):g} to {values.max(initial=0.0):g}",
            f"{mesh.n_cells} positive values in mg/cm³, one a tetrahedron",
            "write one density for every cell", "E-SHAPE-007",
        )  # fmt: skip
    return CellField(cKDTree(mesh.centroids()), values), ()


def _cell_data(path: str | Path, array: str) -> Float:
    """Values of a cell array over the tetrahedra of a file, in file order."""
    import meshio

    raw = meshio.read(path)
    if array not in raw.cell_data:
        names = ", ".join(sorted(raw.cell_data)) or "none"
        raise InputError(
            str(path), "anatomy.density_array", repr(array), f"a cell array of the file: {names}",
            "name one of these, or leave it out and give a density", "E-SHAPE-006",
        )  # fmt: skip
    parts = [
        np.asarray(data, dtype=np.float64).ravel()
        for block, data in zip(raw.cells, raw.cell_data[array], strict=True)
        if block.type.startswith("tetra")
    ]
    return np.concatenate(parts) if parts else np.zeros(0)
