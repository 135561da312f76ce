# SPDX-License-Identifier: BSD-3-Clause
"""What pictures are made from: plain arrays of one moment of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh import Mesh

__all__ = ["CementGrid", "Snapshot"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Snapshot:
    """The bone at the end of a stage.

    Parameters
    ----------
    stage : name of the stage, such as ``inflate``
    mesh : mesh with *current* points (vertebral frame, mm); facets named ``balloon_*`` are cavity
        walls, ``vein_*`` and ``defect_*`` openings
    volume_ratio : (n_cells,) J, current over initial volume
    filling : (n_cells,) share of the pores that is set cement; None where none has set
    emptied : the balloons have been taken out of their cavities
    """

    stage: str
    mesh: Mesh
    volume_ratio: Float
    filling: Float | None = None
    emptied: bool = False

    @property
    def relative_density(self) -> Float:
        """Bone per volume now over bone per volume at the start, ``1/J``, (n_cells,)."""
        return np.asarray(1.0 / self.volume_ratio, dtype=np.float64)

    @property
    def cavities(self) -> tuple[str, ...]:
        """Names of the facet sets that bound cavities, in the mesh's order."""
        names = self.mesh.facet_names
        return tuple(n for n in names if n.startswith("balloon") and len(self.mesh.facets_of(n)))

    @property
    def openings(self) -> tuple[str, ...]:
        """Names of the facet sets through which cement can leave."""
        names = self.mesh.facet_names
        found = (n for n in names if n.startswith(("vein", "defect", "foramen")))
        return tuple(n for n in found if len(self.mesh.facets_of(n)))

    @property
    def body_points(self) -> Float:
        """Points (n, 3) of the endplates and cavities, which tell where the body is, in mm.

        All points where the mesh names no endplates.
        """
        plates = [name for name in self.mesh.facet_names if name.startswith("endplate")]
        found = [self.mesh.facets_of(name) for name in (*plates, *self.cavities)]
        if not plates:
            return self.mesh.points
        return self.mesh.points[np.unique(self.mesh.facets[np.concatenate(found)])]


@dataclass(frozen=True)
class CementGrid:
    """Cement on a regular grid in the vertebral frame.

    Parameters
    ----------
    origin : (3,) centre of the first cell, mm
    spacing : edge of a cell, mm
    in_bone : (nx, ny, nz) share of the cell's volume that is cement, inside the bone
    leaked : the same outside the bone, by pathway
    """

    origin: Float
    spacing: float
    in_bone: Float
    leaked: Mapping[str, Float] = field(default_factory=dict)
