# SPDX-License-Identifier: BSD-3-Clause
"""What must hold of points, cells and surfaces that come from a file."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, connected_components

from vertaug.errors import InputError
from vertaug.mesh.surface import boundary_facets, components, edge_counts, enclosed_volume
from vertaug.mesh.surface import non_manifold_points as touching_points

__all__ = ["UNITS", "check_cells", "check_points", "check_scale", "oriented_surface", "scale_of"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

UNITS = {"mm": 1.0, "cm": 10.0, "m": 1000.0, "um": 1e-3}
_LOOKS_LIKE = (("m", 0.02, 0.3), ("cm", 2.0, 14.0), ("um", 2e4, 3e5))
_DEGENERATE = 1e-4


def _error(where: str, field: str, found: str, expected: str, fix: str, number: int) -> InputError:
    return InputError(where, field, found, expected, fix, f"E-MESH-{number:03d}")


def scale_of(where: str, units: str) -> float:
    """Millimetres per unit."""
    if units not in UNITS:
        raise _error(where, "units", repr(units), "one of mm, cm, m, um", "correct units", 20)
    return UNITS[units]


def check_points(where: str, points: Float, elements: Int) -> None:
    """Coordinates are finite and every index names a point."""
    bad = np.flatnonzero(~np.isfinite(points).all(axis=1))
    if len(bad):
        raise _error(
            where, "points", f"{len(bad)} points without finite coordinates, the first is {bad[0]}",
            "finite coordinates", "export the mesh again", 21,
        )  # fmt: skip
    wrong = np.flatnonzero(((elements < 0) | (elements >= len(points))).any(axis=1))
    if len(wrong):
        raise _error(
            where, "cells", f"cell {wrong[0]} names point {elements[wrong[0]].max()}",
            f"point numbers below {len(points)}", "export the mesh again", 22,
        )  # fmt: skip


def check_scale(where: str, points: Float, units: str) -> None:
    """The bounding box (mm) must not look as if the unit were another one."""
    extent = float(np.ptp(points, axis=0).max())
    for unit, low, high in _LOOKS_LIKE:
        if low <= extent <= high:
            raise _error(
                where, "units", f"a bounding box of {extent:.4g} mm with units {units!r}",
                "20 to 300 mm for a vertebra",
                f'the file looks like {unit}; set units = "{_corrected(unit, units)}"', 23,
            )  # fmt: skip


def _corrected(unit: str, units: str) -> str:
    """The unit that explains the extent, given what was assumed."""
    wanted = UNITS[unit] * UNITS[units]
    return next((name for name, scale in UNITS.items() if np.isclose(scale, wanted)), unit)


def check_cells(where: str, points: Float, cells: Int, orient: bool) -> Int:
    """Cells with positive volumes that form one solid with a manifold surface."""
    if len(cells) == 0:
        raise _error(
            where, "cells", "no tetrahedra", "4-node tetrahedra",
            "export a volume mesh, or read the file as a surface", 24,
        )  # fmt: skip
    cells = _positive(where, points, cells, orient)
    if len(np.unique(components(cells))) > 1:
        raise _error(
            where, "cells", f"{components(cells).max() + 1} separate pieces", "one connected solid",
            "merge coincident points, or keep one piece", 27,
        )  # fmt: skip
    facets, _ = boundary_facets(cells)
    touching = touching_points(facets)
    if len(touching) or np.any(edge_counts(facets)[1] % 2):
        raise _error(
            where, "cells", f"{len(touching)} points where the solid touches itself, or cells that overlap",
            "a manifold surface", "repair the mesh in the tool that made it", 28,
        )  # fmt: skip
    return cells


def _positive(where: str, points: Float, cells: Int, orient: bool) -> Int:
    corner = points[cells]
    volume = np.linalg.det(corner[:, 1:] - corner[:, :1]) / 6.0
    edge = np.linalg.norm(corner - np.roll(corner, 1, axis=1), axis=2).max(axis=1)
    flat = np.flatnonzero(np.abs(volume) <= _DEGENERATE * edge**3 / 6.0)
    if len(flat):
        raise _error(
            where, "cells", f"{len(flat)} flat cells, the first is {flat[0]}",
            "cells with a volume", "remesh, or repair the mesh in the tool that made it", 25,
        )  # fmt: skip
    inverted = np.flatnonzero(volume < 0.0)
    if len(inverted) == 0:
        return cells
    if len(inverted) < len(cells):
        raise _error(
            where, "cells", f"{len(inverted)} of {len(cells)} cells inverted, the first is {inverted[0]}",
            "cells with positive volumes", "repair the mesh in the tool that made it", 26,
        )  # fmt: skip
    if not orient:
        raise _error(
            where, "cells", "all cells inverted: their points are numbered the other way round",
            "cells with positive volumes", "set orient = true", 26,
        )  # fmt: skip
    return np.ascontiguousarray(cells[:, [0, 1, 3, 2]])


def oriented_surface(where: str, points: Float, triangles: Int) -> Int:
    """Closed manifold triangles, turned so that all normals point out."""
    if len(triangles) == 0:
        raise _error(
            where, "cells", "no triangles", "a closed triangle surface",
            "export the surface, not points or lines", 30,
        )  # fmt: skip
    _, counts = edge_counts(triangles)
    if np.any(counts == 1):
        raise _error(
            where, "surface", f"{int(np.sum(counts == 1))} open edges", "a closed surface",
            "close the holes in the tool that made it", 31,
        )  # fmt: skip
    if np.any(counts > 2):
        raise _error(
            where, "surface", f"{int(np.sum(counts > 2))} edges with more than two triangles",
            "a manifold surface", "repair the surface in the tool that made it", 32,
        )  # fmt: skip
    turned, part = _turned_alike(where, triangles)
    for label in range(int(part.max()) + 1):
        here = part == label
        if enclosed_volume(points, turned[here]) < 0.0:
            turned[here] = turned[here][:, [0, 2, 1]]
    return turned


def _turned_alike(where: str, triangles: Int) -> tuple[Int, Int]:
    """Turn triangles so that neighbours run through their common edge in opposite directions."""
    n = len(triangles)
    ends = np.stack([triangles, np.roll(triangles, -1, axis=1)], axis=-1).reshape(-1, 2)
    key = np.sort(ends, axis=1)
    order = np.lexsort((key[:, 1], key[:, 0]))
    one, two = order[0::2], order[1::2]
    same = (ends[one] == ends[two]).all(axis=1)
    rows, columns = np.concatenate([one, two]) // 3, np.concatenate([two, one]) // 3
    weight = np.concatenate([same, same]).astype(np.int8)
    graph = csr_array((weight + 1, (rows, columns)), shape=(n, n))
    part = connected_components(graph, directed=False)[1].astype(np.int32)
    flip = np.zeros(n, dtype=bool)
    for label in range(int(part.max()) + 1):
        start = int(np.argmax(part == label))
        visited, parent = breadth_first_order(graph, start, directed=False)
        link = np.asarray(graph[parent[visited[1:]], visited[1:]]).ravel() > 1
        for facet, odd in zip(visited[1:], link, strict=True):
            flip[facet] = flip[parent[facet]] ^ odd
    turned = triangles.copy()
    turned[flip] = turned[flip][:, [0, 2, 1]]
    after = np.where(flip[one // 3] ^ flip[two // 3], ~same, same)
    if after.any():
        raise _error(
            where, "surface", "a surface that cannot be oriented", "an orientable surface",
            "repair the surface in the tool that made it", 33,
        )  # fmt: skip
    return turned, part
