# SPDX-License-Identifier: BSD-3-Clause
"""What the flow grid needs to know of the deformed solid, as plain arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError

__all__ = ["DeformedSolid", "OpeningSite", "site_from_facets", "surface_volume"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True)
class DeformedSolid:
    """The solid in its present configuration.

    ============= ============ ==========================================================
    field         shape        meaning
    ============= ============ ==========================================================
    points        (n, 3)       present coordinates, mm, vertebral frame
    cells         (m, 4)       tetrahedra
    volume_ratio  (m,)         present volume over initial volume, J
    bone_fraction (m,)         bone volume fraction at J = 1
    region        (m,)         index into `region_names`
    region_names
    cavities                   pairs of a name and facets (f, 3) that close on themselves
    ============= ============ ==========================================================
    """

    points: Float
    cells: Int
    volume_ratio: Float
    bone_fraction: Float
    region: Int
    region_names: tuple[str, ...]
    cavities: tuple[tuple[str, Int], ...] = ()

    def present_fraction(self) -> Float:
        """Bone volume fraction now, ``bone_fraction / J``, at most 0.95; shape (m,)."""
        return np.clip(self.bone_fraction / self.volume_ratio, 0.0, 0.95)

    def volumes(self) -> Float:
        """Present cell volumes, mm³."""
        corner = self.points[self.cells]
        return np.asarray(np.linalg.det(corner[:, 1:] - corner[:, :1]) / 6.0, dtype=np.float64)

    def in_regions(self, prefixes: tuple[str, ...]) -> NDArray[np.bool_]:
        """Cells of the regions whose names start with one of `prefixes`; (m,)."""
        hit = [name.startswith(prefixes) for name in self.region_names]
        return np.asarray(np.array(hit, dtype=bool)[self.region])


@dataclass(frozen=True)
class OpeningSite:
    """A way through the cortex, before it is laid on a grid.

    Parameters
    ----------
    name, pathway : see `vertaug.grid.flow_grid.Opening`
    compartment : the space it leads to where no surroundings are known; ``vein`` leads into the circulation
    pressure : at its far end, MPa; None: that of the space
    points : (n, 3) on the opening, mm; one suffices for a small hole
    radius, length : mm
    facets : (f, 3, 3) corners, mm, of an opening that is no disc
    inside : (m, 3) line, mm, of the vessel of this radius that leads to it within the bone
    """

    name: str
    pathway: str
    compartment: str
    pressure: float | None
    points: Float
    radius: float
    length: float = 0.0
    facets: Float | None = None
    inside: Float | None = None


def site_from_facets(
    name: str,
    pathway: str,
    compartment: str,
    pressure: float | None,
    corners: Float,
    length: float = 0.0,
) -> OpeningSite:
    """Opening of the shape of some facets, `corners` (f, 3, 3) mm: their area gives the radius."""
    edges = corners[:, 1:] - corners[:, :1]
    area = 0.5 * float(np.linalg.norm(np.cross(edges[:, 0], edges[:, 1]), axis=1).sum())
    points = np.concatenate([corners.mean(axis=1), corners.reshape(-1, 3)])
    radius = float(np.sqrt(area / np.pi))
    return OpeningSite(name, pathway, compartment, pressure, points, radius, length, corners)


def surface_volume(points: Float, facets: Int, name: str) -> float:
    """Volume, mm³, enclosed by closed facets (f, 3); `InputError` where they do not close."""
    edges = np.sort(
        np.concatenate([facets[:, [0, 1]], facets[:, [1, 2]], facets[:, [2, 0]]]), axis=1
    )
    _, uses = np.unique(edges, axis=0, return_counts=True)
    if (uses % 2).any():
        raise InputError(
            where="state",
            field=f"cavities.{name}",
            found=f"{int((uses % 2).sum())} edges with a facet on one side only",
            expected="a closed surface",
            fix="pass every facet of the cavity's wall",
            code="E-CEMENT-007",
        )
    corner = points[facets]
    corner = corner - corner.mean(axis=(0, 1))
    return (
        abs(float(np.einsum("fi,fi->", corner[:, 0], np.cross(corner[:, 1], corner[:, 2])))) / 6.0
    )
