# SPDX-License-Identifier: BSD-3-Clause
"""What cement of the cavities and bone hand on to each other: tractions on the facets between them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh.surface import facet_areas, facet_normals
from vertaug.outcomes.interdigitation import cement_bone_facets
from vertaug.state import State

__all__ = ["InterfaceStress", "interface_stress"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True)
class InterfaceStress:
    """Tractions on f facets, MPa.

    `facets` (f, 3) point indices, normals out of the cement; `area` (f,) mm²; `cement`, `bone` (f, 3) traction from
    the stress of the cell on either side (bone with the cement in its pores). Cells have one stress each, so both
    differ; their mean is the estimate.
    """

    facets: Int
    area: Float
    normal: Float
    cement: Float
    bone: Float

    @property
    def traction(self) -> Float:
        """Mean of both sides, (f, 3)."""
        return np.asarray(0.5 * (self.cement + self.bone))

    @property
    def pull(self) -> Float:
        """Normal traction (f,), tension positive."""
        return np.asarray((self.traction * self.normal).sum(axis=1))

    @property
    def shear(self) -> Float:
        """Size of the tangential traction (f,)."""
        return np.asarray(np.linalg.norm(self.traction - self.pull[:, None] * self.normal, axis=1))

    @property
    def jump(self) -> float:
        """Mean difference of the two sides over the mean traction, weighted by area: an error of the mesh."""
        size = float(self.area @ np.linalg.norm(self.traction, axis=1))
        gap = float(self.area @ np.linalg.norm(self.cement - self.bone, axis=1))
        return gap / size if size > 0.0 else 0.0


def interface_stress(state: State, stress: Float) -> InterfaceStress:
    """Tractions between cement alone and bone.

    Parameters
    ----------
    state : with set cement; without any there are no facets
    stress : (n_cells, 3, 3) Cauchy stress of its cells, as `Equilibrium.stress` gives it, MPa
    """
    points = state.mesh.points
    facets, inner, outer = cement_bone_facets(state.mesh)
    normal = facet_normals(points, facets)
    return InterfaceStress(
        facets,
        facet_areas(points, facets),
        normal,
        np.einsum("fij,fj->fi", stress[inner], normal),
        np.einsum("fij,fj->fi", stress[outer], normal),
    )
