# SPDX-License-Identifier: BSD-3-Clause
"""How cement holds in bone: how much of it lies in pores, over what area, and how deep."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from vertaug.materials.bone import bone_fraction
from vertaug.materials.permeability.carman_1937 import SURFACE
from vertaug.mesh import Mesh
from vertaug.mesh.surface import facet_areas, region_wall
from vertaug.state import CEMENT, State

__all__ = ["Interdigitation", "cement_bone_facets", "interdigitation"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True)
class Interdigitation:
    """Cement and bone.

    `in_pores_mm3`, `in_cavities_mm3` volume of cement; `share_in_pores` of all of it; `wall_mm2` area where cement
    of the cavities touches bone; `trabecular_mm2` surface of the trabeculae that it lies on; `depth_mm` how far
    cement in pores is from that wall, mean by volume, and `deepest_mm`, beyond which a twentieth of it lies. Both
    are None without cement in cavities.
    """

    in_pores_mm3: float
    in_cavities_mm3: float
    share_in_pores: float
    wall_mm2: float
    trabecular_mm2: float
    depth_mm: float | None
    deepest_mm: float | None

    def to_dict(self) -> dict[str, float | None]:
        """Numbers by name."""
        return asdict(self)


def cement_bone_facets(mesh: Mesh) -> tuple[Int, Int, Int]:
    """Triangles (f, 3) between cement alone and all else, normals out of the cement, and the cells on both sides.

    Cells (f,) of cement come first, those it touches second.
    """
    inside = np.zeros(mesh.n_cells, dtype=np.bool_)
    inside[mesh.cells_of(CEMENT)] = True
    return region_wall(mesh.cells, inside)


def interdigitation(state: State) -> Interdigitation | None:
    """How set cement holds in the bone of a state; None where none has set."""
    cement, mesh = state.cement, state.mesh
    if cement is None:
        return None
    volume = cement.fraction * mesh.volumes()
    alone = np.zeros(mesh.n_cells, dtype=np.bool_)
    alone[mesh.cells_of(CEMENT)] = True
    pores, cavities = float(volume[~alone].sum()), float(volume[alone].sum())
    facets, _, _ = cement_bone_facets(mesh)
    present = bone_fraction(state.bone.density) / state.bone.ratio * mesh.volumes()
    lain = SURFACE * float((present * cement.filling)[~alone].sum())
    depth = deepest = None
    if len(facets) and pores > 0.0:
        wall = cKDTree(mesh.points[facets].mean(axis=1))
        held = np.flatnonzero(~alone & (volume > 0.0))
        away = np.asarray(wall.query(mesh.centroids()[held])[0])
        order = np.argsort(away)
        within = np.cumsum(volume[held][order])
        depth = float(volume[held] @ away / pores)
        deepest = float(away[order][np.searchsorted(within, 0.95 * pores)])
    total = pores + cavities
    return Interdigitation(
        pores, cavities, pores / total if total > 0.0 else 0.0,
        float(facet_areas(mesh.points, facets).sum()), lain, depth, deepest,
    )  # fmt: skip
