# SPDX-License-Identifier: BSD-3-Clause
"""The tetrahedral mesh: points, cells, boundary facets, and the names of regions and facets."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["Mesh"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True)
class Mesh:
    """A labelled, conforming mesh of 4-node tetrahedra; never changed in place.

    =============== ================ ====================================================
    field           shape            meaning
    =============== ================ ====================================================
    points          (n_points, 3)    coordinates in mm, vertebral frame
    cells           (n_cells, 4)     point indices, positive volume
    cell_region     (n_cells,)       index into `region_names`
    facets          (n_facets, 3)    *every* boundary triangle, normal out of the solid
    facet_set       (n_facets,)      index into `facet_names`; one name a facet
    =============== ================ ====================================================
    """

    points: Float
    cells: Int
    cell_region: Int
    region_names: tuple[str, ...]
    facets: Int
    facet_set: Int
    facet_names: tuple[str, ...]

    @property
    def n_points(self) -> int:
        """Number of points."""
        return len(self.points)

    @property
    def n_cells(self) -> int:
        """Number of tetrahedra."""
        return len(self.cells)

    def cells_of(self, region: str) -> NDArray[np.intp]:
        """Indices of the cells of a region; empty where the region is absent."""
        if region not in self.region_names:
            return np.zeros(0, dtype=np.intp)
        return np.flatnonzero(self.cell_region == self.region_names.index(region))

    def facets_of(self, name: str) -> NDArray[np.intp]:
        """Indices of the facets that carry ``name``; empty where it is absent."""
        if name not in self.facet_names:
            return np.zeros(0, dtype=np.intp)
        return np.flatnonzero(self.facet_set == self.facet_names.index(name))

    def volumes(self) -> Float:
        """Signed cell volumes in mm³, shape (n_cells,)."""
        corner = self.points[self.cells]
        edges = corner[:, 1:] - corner[:, :1]
        return np.asarray(np.linalg.det(edges) / 6.0, dtype=np.float64)

    def centroids(self) -> Float:
        """Cell centroids in mm, shape (n_cells, 3)."""
        return np.asarray(self.points[self.cells].mean(axis=1), dtype=np.float64)

    def with_points(self, points: Float) -> Mesh:
        """Return the same mesh at other coordinates, ``points`` of shape (n_points, 3) in mm."""
        return replace(self, points=np.ascontiguousarray(points, dtype=np.float64))
