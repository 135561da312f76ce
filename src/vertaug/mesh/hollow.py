# SPDX-License-Identifier: BSD-3-Clause
"""Cavities cut out of a mesh that is there, deformed or not, whose outer surface does not change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vertaug.errors import InputError
from vertaug.mesh._mesh import Mesh
from vertaug.mesh._mmg import Labelled, Local, adapt
from vertaug.mesh._projection import project
from vertaug.mesh._stuffing import cut, make_manifold
from vertaug.mesh.generate import (
    CAVITY_DEVIATION,
    GRADATION,
    SHORTEST,
    Capsule,
    MeshSize,
    check_cavity,
)
from vertaug.mesh.remesh import remesh
from vertaug.mesh.surface import boundary_facets
from vertaug.mesh.transfer import containing_cells

__all__ = ["hollowed"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


def hollowed(mesh: Mesh, cavities: Mapping[str, Capsule], size: MeshSize) -> Mesh:
    """Return ``mesh`` without its ``cavities``, capsules by name of their facets.

    Points, triangles and names of the facets there were stay as they are; cells are made anew in ``size``,
    and each takes the region of the old cell that holds its centroid.

    Raises
    ------
    InputError
        A cavity reaches the surface or another cavity.
    NotConvergedError
        Mmg failed.
    """
    capsules = tuple(cavities.values())
    fine = remesh(mesh, size.at(mesh.points, capsules), ())
    part = _rounded(_adapted(_carved(fine, cavities), size, capsules), cavities)
    region = mesh.cell_region[containing_cells(mesh, part.points[part.cells].mean(axis=1))]
    names = (*mesh.facet_names, *cavities)
    return Mesh(
        part.points, part.cells, region, mesh.region_names, part.facets, part.facet_label, names
    )


def _carved(mesh: Mesh, cavities: Mapping[str, Capsule]) -> Labelled:
    """Cut the cavities out of cells that are fine enough; their facets are labelled behind the mesh's own."""
    capsules = tuple(cavities.values())

    def level(points: Float) -> Float:
        return np.asarray(-np.min([capsule.distance(points) for capsule in capsules], axis=0))

    surface = np.zeros(mesh.n_points, dtype=bool)
    surface[np.unique(mesh.facets)] = True
    points, cells, _ = cut(mesh.points, mesh.cells, level, frozen=surface)
    solid = cells[make_manifold(points, cells)]
    used, flat = np.unique(solid, return_inverse=True)
    points, cells = points[used], np.ascontiguousarray(flat.reshape(solid.shape), dtype=np.int32)
    facets, label = _labels(mesh, points, cells, cavities)
    return Labelled(points, cells, np.ones(len(cells), dtype=np.int32), facets, label)


def _labels(
    old: Mesh, points: Float, cells: Int, cavities: Mapping[str, Capsule]
) -> tuple[Int, Int]:
    """Facets of the carved cells and their labels: those of old facets, new ones on the cavities."""
    facets, _ = boundary_facets(cells)
    away, index = cKDTree(old.points).query(points)
    was = np.where(away == 0.0, index, -1)[facets]
    known = {
        tuple(row): int(name)
        for row, name in zip(np.sort(old.facets, axis=1).tolist(), old.facet_set, strict=True)
    }
    label = np.array([known.get(tuple(row), -1) for row in np.sort(was, axis=1).tolist()])
    fresh = label < 0
    if np.count_nonzero(~fresh) != len(old.facets):
        raise InputError(
            "plan", " and ".join(cavities), "a channel that reaches the bone's surface",
            "a capsule inside the bone, two edge lengths away from its surface",
            "move or shorten the balloon", "E-MESH-004",
        )  # fmt: skip
    middle = points[facets[fresh]].mean(axis=1)
    distances = [np.abs(capsule.distance(middle)) for capsule in cavities.values()]
    label[fresh] = len(old.facet_names) + np.argmin(distances, axis=0)
    return facets, label.astype(np.int32)


def _adapted(part: Labelled, size: MeshSize, capsules: Sequence[Capsule]) -> Labelled:
    """Mmg on the carved mesh; of its facets the cavities' alone may change."""
    first = int(part.facet_label.max()) + 1 - len(capsules)
    own = range(first, first + len(capsules))
    return adapt(
        part,
        size.at(part.points, capsules),
        deviation=CAVITY_DEVIATION,
        gradation=GRADATION,
        fixed_labels=range(first),
        local=[Local(label, CAVITY_DEVIATION, SHORTEST * size.cavity) for label in own],
    )


def _rounded(part: Labelled, cavities: Mapping[str, Capsule]) -> Labelled:
    """Put the cavities' points onto their capsules, and check what came of it."""
    first = int(part.facet_label.max()) + 1 - len(cavities)
    outside = part.facet_label < first
    own = replace(part, facet_label=np.where(outside, len(cavities), part.facet_label - first))
    points = project(own, [capsule.distance for capsule in cavities.values()])
    for number, (name, capsule) in enumerate(cavities.items()):
        check_cavity(replace(own, points=points), number, name, capsule)
    return replace(part, points=points)
