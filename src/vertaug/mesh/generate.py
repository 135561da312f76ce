# SPDX-License-Identifier: BSD-3-Clause
"""From a signed distance to a graded tetrahedral mesh with cavities."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.mesh._mesh import Mesh
from vertaug.mesh._mmg import Labelled, Local, adapt
from vertaug.mesh._projection import project
from vertaug.mesh._stuffing import cut, lattice_cells, make_manifold
from vertaug.mesh.distance import SignedDistance, capsule_distance
from vertaug.mesh.surface import boundary_facets, enclosed_volume, is_closed

__all__ = ["OUTER", "Capsule", "MeshSize", "check_cavity", "generate_mesh"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
Level = Callable[[Float], Float]

OUTER = "outer"
_DEVIATION = 0.4
CAVITY_DEVIATION = 0.08
SHORTEST = 0.5
GRADATION = 1.4
_CAVITY_VOLUME_TOLERANCE = 0.2


@dataclass(frozen=True)
class Capsule:
    """A segment from `start` (3,) to `end` (3,) swept by `radius`; mm."""

    start: Float
    end: Float
    radius: float

    def distance(self, points: Float) -> Float:
        """Signed distance (n,) of points (n, 3), negative inside; mm."""
        return capsule_distance(points, self.start, self.end, self.radius)

    @property
    def volume(self) -> float:
        """Volume in mm³."""
        length = float(np.linalg.norm(np.asarray(self.end) - np.asarray(self.start)))
        return float(np.pi * self.radius**2 * (length + 4.0 / 3.0 * self.radius))


@dataclass(frozen=True)
class MeshSize:
    """Wanted edge lengths, mm.

    Parameters
    ----------
    bulk : in the bone around the cavities
    cavity : at the cavities
    growth : increase of the edge length per distance from the cavities
    far : farther away than `reach` from every cavity, which is the posterior arch
    reach : distance from the cavities up to which ``bulk`` holds
    field : function of points (n, 3) to edge lengths (n,) that replaces ``bulk`` and ``far``
    """

    bulk: float = 2.8
    cavity: float = 0.8
    growth: float = 0.3
    far: float = 4.0
    reach: float = 18.0
    field: Level | None = None

    def __post_init__(self) -> None:
        for name in ("bulk", "cavity", "growth", "far", "reach"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value > 0.0):
                raise InputError(
                    "plan", f"mesh.{name}", f"{value}", "a number above 0", "correct it",
                    "E-MESH-001",
                )  # fmt: skip

    def at(self, points: Float, cavities: Sequence[Capsule]) -> Float:
        """Edge length (n,) at points (n, 3), mm."""
        if not cavities:
            away = np.zeros(len(points))
            near = np.full(len(points), np.inf)
        else:
            away = np.min([cavity.distance(points) for cavity in cavities], axis=0)
            near = self.cavity + self.growth * np.maximum(away, 0.0)
        return np.asarray(np.minimum(near, self._coarse(points, away)), dtype=np.float64)

    def _coarse(self, points: Float, away: Float) -> Float:
        """Edge length without the cavities' refinement."""
        if self.field is not None:
            return self.field(points)
        beyond = self.bulk + self.growth * np.maximum(away - self.reach, 0.0)
        return np.asarray(np.minimum(beyond, max(self.far, self.bulk)))


def generate_mesh(
    distance: SignedDistance,
    cavities: Mapping[str, Capsule],
    size: MeshSize,
    regions: Sequence[tuple[str, SignedDistance]] = (),
    default_region: str = "trabecular",
) -> Mesh:
    """Mesh the inside of a signed distance, less the cavities.

    A lattice is stuffed into the distance, adapted to ``size``, cut along the cavities, adapted
    again, and its surface points are put onto the exact surfaces.

    Parameters
    ----------
    distance : outer surface, solid where negative
    cavities : capsules by name, inside the solid and apart from each other
    size : wanted edge lengths
    regions : named signed distances; the first that is negative at a cell's centroid names it
    default_region : name of the cells no region holds

    Returns
    -------
    mesh : one connected solid; its facets are named ``outer`` or as their cavity; each cavity's
        facets form a closed surface

    Raises
    ------
    InputError
        Nothing is inside, or a cavity reaches the surface or another cavity.
    NotConvergedError
        Mmg failed.
    """
    capsules = tuple(cavities.values())
    outer = _boxed(distance)
    base = _stuffed(distance, outer, size)
    mesh = _adapted(base, size, capsules)
    if capsules:
        mesh = _adapted(_hollowed(mesh, outer, cavities), size, capsules)
    points = project(mesh, (outer, *[capsule.distance for capsule in capsules]))
    mesh = Labelled(points, mesh.cells, mesh.cell_label, mesh.facets, mesh.facet_label)
    for label, (name, capsule) in enumerate(cavities.items(), start=1):
        check_cavity(mesh, label, name, capsule)
    return _named(mesh, tuple(cavities), regions, default_region)


def _boxed(distance: SignedDistance) -> Level:
    """Signed distance that is positive outside the sampled box."""
    low = distance.origin
    high = low + distance.spacing * (np.array(distance.values.shape) - 1)

    def level(points: Float) -> Float:
        outside = np.max(np.maximum(low - points, points - high), axis=1)
        return np.asarray(np.maximum(distance.at(points), outside))

    return level


def _stuffed(distance: SignedDistance, outer: Level, size: MeshSize) -> Labelled:
    """Uniform mesh of the whole solid; its facets carry label 0."""
    inside = np.argwhere(distance.values < 0.0)
    if len(inside) == 0:
        raise InputError(
            "anatomy", "signed distance", "no point inside the bone", "a solid to mesh",
            "check the segmentation, its label and its units", "E-MESH-002",
        )  # fmt: skip
    low = distance.origin + distance.spacing * (inside.min(axis=0) - 1.0)
    high = distance.origin + distance.spacing * (inside.max(axis=0) + 1.0)
    points, cells = lattice_cells(low, high, size.bulk)
    points, cells, _ = cut(points, cells, outer)
    cells = cells[make_manifold(points, cells)]
    if len(cells) == 0:
        raise InputError(
            "anatomy", "signed distance", f"nothing thicker than {size.bulk} mm",
            "a solid several edge lengths thick", "reduce mesh.bulk", "E-MESH-003",
        )  # fmt: skip
    return _labelled(points, cells)


def _labelled(points: Float, cells: Int) -> Labelled:
    used, flat = np.unique(cells, return_inverse=True)
    cells = flat.reshape(cells.shape).astype(np.int32)
    facets, _ = boundary_facets(cells)
    return Labelled(
        np.ascontiguousarray(points[used]), cells, np.ones(len(cells), dtype=np.int32),
        facets, np.zeros(len(facets), dtype=np.int32),
    )  # fmt: skip


def _adapted(mesh: Labelled, size: MeshSize, capsules: Sequence[Capsule]) -> Labelled:
    """Mmg on a mesh; cavities (labels from 1) are followed more closely."""
    labels = range(1, int(mesh.facet_label.max()) + 1)
    wanted = size.at(mesh.points, capsules)
    shortest = SHORTEST * float(wanted[np.unique(mesh.facets[mesh.facet_label == 0])].min())
    return adapt(
        mesh,
        wanted,
        deviation=_DEVIATION,
        gradation=GRADATION,
        local=[
            Local(0, _DEVIATION, shortest),
            *[Local(label, CAVITY_DEVIATION, SHORTEST * size.cavity) for label in labels],
        ],
    )


def _hollowed(mesh: Labelled, outer: Level, cavities: Mapping[str, Capsule]) -> Labelled:
    """Cut the cavities out and label their facets 1, 2, ..."""
    capsules = tuple(cavities.values())

    def level(points: Float) -> Float:
        nearest = np.min([capsule.distance(points) for capsule in capsules], axis=0)
        return np.asarray(-nearest)

    surface = np.zeros(len(mesh.points), dtype=bool)
    surface[np.unique(mesh.facets)] = True
    points, cells, on_cut = cut(mesh.points, mesh.cells, level, frozen=surface)
    solid = make_manifold(points, cells)
    hollow = _labelled(points, cells[solid])
    on_cut = on_cut[np.unique(cells[solid])]
    nearest = np.argmin(np.abs([capsule.distance(hollow.points) for capsule in capsules]), axis=0)
    inner = on_cut[hollow.facets].all(axis=1)
    label = np.where(inner, 1 + nearest[hollow.facets[:, 0]], 0).astype(np.int32)
    return Labelled(hollow.points, hollow.cells, hollow.cell_label, hollow.facets, label)


def check_cavity(mesh: Labelled, label: int, name: str, capsule: Capsule) -> None:
    """A cavity must be closed and of the capsule's volume."""
    facets = mesh.facets[mesh.facet_label == label]
    volume = -enclosed_volume(mesh.points, facets)
    error = abs(volume / capsule.volume - 1.0)
    if not is_closed(facets) or error > _CAVITY_VOLUME_TOLERANCE:
        raise InputError(
            "plan",
            f"cavity {name}",
            f"an open or distorted surface ({volume:.1f} of {capsule.volume:.1f} mm³)",
            "a capsule inside the bone, two edge lengths away from its surface and other cavities",
            "move or shorten the balloon, or reduce mesh.cavity",
            "E-MESH-004",
        )


def _named(
    mesh: Labelled,
    cavity_names: tuple[str, ...],
    regions: Sequence[tuple[str, SignedDistance]],
    default_region: str,
) -> Mesh:
    names = (default_region, *[name for name, _ in regions])
    centroid = mesh.points[mesh.cells].mean(axis=1)
    region = np.zeros(len(mesh.cells), dtype=np.int32)
    for index in range(len(regions), 0, -1):
        region[regions[index - 1][1].at(centroid) < 0.0] = index
    return Mesh(
        points=mesh.points,
        cells=mesh.cells,
        cell_region=region,
        region_names=names,
        facets=mesh.facets,
        facet_set=mesh.facet_label,
        facet_names=(OUTER, *cavity_names),
    )
