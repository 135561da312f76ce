# SPDX-License-Identifier: BSD-3-Clause
"""New cells for a deformed mesh whose outer surface must not change."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vertaug.errors import NotConvergedError
from vertaug.mesh._mesh import Mesh
from vertaug.mesh._mmg import Labelled, adapt
from vertaug.mesh.quality import shape_quality
from vertaug.mesh.surface import (
    area,
    boundary_facets,
    enclosed_volume,
    is_closed,
    region_wall,
    vertex_normals,
)
from vertaug.mesh.transfer import containing_cells

__all__ = ["remesh", "size_field", "volume_changes"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

_DEVIATION = 0.05
_GRADATION = 1.4
_VOLUME_TOLERANCE = 1e-2
_LARGEST_CORRECTION = 0.1
_CORRECTIONS = 3


def size_field(
    mesh: Mesh,
    movable: Collection[str],
    fine: float,
    bulk: float,
    growth: float,
    kept: Collection[str] = (),
) -> Float:
    """Edge lengths that grow with the distance from the movable facets and the walls of kept regions.

    Parameters
    ----------
    mesh : mesh to size
    movable : names of facets
    fine : edge length there, mm
    bulk : largest edge length, mm
    growth : increase per distance
    kept : names of regions

    Returns
    -------
    size (n_points,), mm
    """
    chosen = np.isin(mesh.facet_set, _indices(mesh, movable))
    wall, _, _ = region_wall(mesh.cells, _inside(mesh, kept))
    near = np.unique(np.concatenate([mesh.facets[chosen].ravel(), wall.ravel()]))
    if not len(near):
        return np.full(mesh.n_points, bulk)
    distance, _ = cKDTree(mesh.points[near]).query(mesh.points)
    return np.asarray(np.minimum(bulk, fine + growth * distance), dtype=np.float64)


def remesh(mesh: Mesh, size: Float, movable: Collection[str], kept: Collection[str] = ()) -> Mesh:
    """Mesh the same solid anew.

    Facets that are not movable keep their points and triangles exactly, and so do the walls between kept
    regions and the rest; movable facets follow the present surface. A new cell takes the region of the old
    cell that holds its centroid, on its own side of those walls.

    Parameters
    ----------
    mesh : cells of positive volume
    size : (n_points,) wanted edge length, mm
    movable : names of the facets that may change, such as the cavities
    kept : names of regions whose walls stay

    Raises
    ------
    NotConvergedError
        The mesh holds inverted cells, Mmg failed, or the new mesh fails a check: inverted cells,
        fixed facets changed, a cavity's volume changed by more than 1 %.
    """
    _check_input(mesh, size)
    labels = _indices(mesh, movable)
    fixed = [index for index in range(len(mesh.facet_names)) if index not in labels]
    inside = _inside(mesh, kept)
    wall, _, _ = region_wall(mesh.cells, inside)
    between = len(mesh.facet_names)
    start = Labelled(
        mesh.points,
        mesh.cells,
        1 + inside.astype(np.int32),
        np.vstack([mesh.facets, wall]),
        np.concatenate([mesh.facet_set, np.full(len(wall), between, dtype=np.int32)]),
    )
    held = [*fixed, between] if len(wall) else fixed
    result = adapt(start, size, deviation=_DEVIATION, gradation=_GRADATION, fixed_labels=held)
    outer = result.facet_label != between
    result = replace(result, facets=result.facets[outer], facet_label=result.facet_label[outer])
    new = _as_mesh(mesh, result, inside)
    walls, _, _ = region_wall(new.cells, _inside(new, kept))
    new = _with_volumes(mesh, new, movable, np.unique(walls))
    _check_result(mesh, new, fixed, movable)
    return new


def _with_volumes(
    old: Mesh, new: Mesh, movable: Collection[str], held: NDArray[np.integer]
) -> Mesh:
    """Shift the closed movable surfaces along their normals so that their volumes are as before.

    Points ``held`` stay, so that the last digits of a volume may then be missing.

    Mmg follows a smooth surface through the facets, which bulges out of them a little.
    """
    changes = volume_changes(old, new, movable)
    for name, change in changes.items():
        if abs(change) > _LARGEST_CORRECTION:
            raise _failure(f"Mmg changed the volume of {name} by {100.0 * change:.1f} %")
    points = new.points.copy()
    for name in changes:
        facets = new.facets[new.facets_of(name)]
        target = enclosed_volume(old.points, old.facets[old.facets_of(name)])
        normal = vertex_normals(new.points, facets)
        normal[held] = 0.0
        for _ in range(_CORRECTIONS):
            missing = target - enclosed_volume(points, facets)
            points += (missing / area(points, facets)) * normal
    moved = new.with_points(points)
    return moved if np.all(moved.volumes() > 0.0) else new


def volume_changes(old: Mesh, new: Mesh, movable: Collection[str]) -> dict[str, float]:
    """Relative change of the volume inside each movable surface that is closed."""
    out = {}
    for name in sorted(movable):
        if not is_closed(old.facets[old.facets_of(name)]):
            continue
        before = enclosed_volume(old.points, old.facets[old.facets_of(name)])
        after = enclosed_volume(new.points, new.facets[new.facets_of(name)])
        out[name] = after / before - 1.0
    return out


def _indices(mesh: Mesh, names: Collection[str]) -> list[int]:
    return [index for index, name in enumerate(mesh.facet_names) if name in names]


def _failure(reason: str) -> NotConvergedError:
    return NotConvergedError("remesh", 0, reason)


def _check_input(mesh: Mesh, size: Float) -> None:
    if size.shape != (mesh.n_points,) or not np.all(np.isfinite(size)) or np.any(size <= 0.0):
        raise _failure(f"size must be {mesh.n_points} positive numbers, got shape {size.shape}")
    inverted = int(np.count_nonzero(mesh.volumes() <= 0.0))
    if inverted:
        raise _failure(f"{inverted} cells are inverted before remeshing")


def _inside(mesh: Mesh, regions: Collection[str]) -> NDArray[np.bool_]:
    """Cells (n,) of some regions."""
    chosen = [index for index, name in enumerate(mesh.region_names) if name in regions]
    return np.isin(mesh.cell_region, chosen)


def _as_mesh(old: Mesh, result: Labelled, inside: NDArray[np.bool_]) -> Mesh:
    """Name regions by the old cell at each centroid, on its side; facets by the label Mmg carried."""
    centroid = result.points[result.cells].mean(axis=1)
    region = np.zeros(len(result.cells), dtype=np.int32)
    if len(old.region_names) > 1 and not inside.any():
        region = old.cell_region[containing_cells(old, centroid)]
    elif inside.any():
        for label, among in ((1, ~inside), (2, inside)):
            here = result.cell_label == label
            region[here] = old.cell_region[containing_cells(old, centroid[here], among)]
    return Mesh(
        result.points, result.cells, region, old.region_names,
        result.facets, result.facet_label, old.facet_names,
    )  # fmt: skip


def _rows(points: Float, facets: Int) -> set[tuple[float, ...]]:
    """Triangles as their nine coordinates, rotated so that the smallest corner leads."""
    corner = points[facets]
    order = np.lexsort((corner[..., 2], corner[..., 1], corner[..., 0]), axis=-1)[:, 0]
    turn = (order[:, None] + np.arange(3)) % 3
    rows = np.take_along_axis(corner, turn[..., None], axis=1).reshape(-1, 9)
    return set(map(tuple, rows.tolist()))


def _check_result(old: Mesh, new: Mesh, fixed: list[int], movable: Collection[str]) -> None:
    inverted = int(np.count_nonzero(shape_quality(new.points, new.cells) <= 0.0))
    if inverted:
        raise _failure(f"{inverted} new cells are inverted")
    boundary, _ = boundary_facets(new.cells)
    if {tuple(row) for row in np.sort(boundary).tolist()} != {
        tuple(row) for row in np.sort(new.facets).tolist()
    } or len(boundary) != len(new.facets):
        raise _failure("the named facets are not the boundary of the new cells")
    if not is_closed(boundary):
        raise _failure("the new boundary is not a closed surface")
    for index in fixed:
        before = _rows(old.points, old.facets[old.facet_set == index])
        if before != _rows(new.points, new.facets[new.facet_set == index]):
            raise _failure(f"the fixed facets {old.facet_names[index]} changed")
    for name, change in volume_changes(old, new, movable).items():
        if abs(change) > _VOLUME_TOLERANCE:
            raise _failure(f"the volume of {name} changed by {100.0 * change:.2f} %")
