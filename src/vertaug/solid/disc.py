# SPDX-License-Identifier: BSD-3-Clause
"""A disc as items: hexahedra of ground and gel, fibres along their diagonals, a fluid in the nucleus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy.disc_mesh import DiscMesh
from vertaug.materials.disc import SOUND, DiscTissue
from vertaug.solid.axial import LigamentItem
from vertaug.solid.cavity import CavityItem, syringe_energy
from vertaug.solid.cells import SolidItem
from vertaug.solid.elements import HEX8
from vertaug.solid.item import Item

__all__ = ["Disc", "disc_items"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True)
class Disc:
    """A disc among other nodes.

    `cells` of ground and gel, `fibres`, `fluid` of the nucleus (None where no fluid carries), `gel` (k,) rows of
    the nucleus' integration points, `lower` and `upper` (m, 4) faces on the endplates, normals out.
    """

    cells: SolidItem
    fibres: LigamentItem
    fluid: CavityItem | None
    gel: Int
    lower: Int
    upper: Int

    @property
    def items(self) -> list[Item]:
        """All of them."""
        return [self.cells, self.fibres, *([self.fluid] if self.fluid else [])]

    def pressure(self, points: Float) -> float:
        """Intradiscal pressure (MPa) at ``points`` (n_nodes, 3): of the fluid and the gel in it together."""
        stress = self.cells.history(points).stress[self.gel]
        volume = self.cells.volume[self.gel]
        mean = float(np.average(np.trace(stress, axis1=1, axis2=2), weights=volume)) / 3.0
        return (self.fluid.pressure(points) if self.fluid else 0.0) - mean


def _shares(tissue: DiscTissue, volume: Float) -> Float:
    """Fibres over each ring, by volume (rings,), from outside inwards; ``volume`` (rings,) of the rings."""
    place = (
        np.linspace(0.0, len(tissue.areas) - 1.0, len(volume)) if len(volume) > 1 else np.zeros(1)
    )
    areas = np.interp(place, np.arange(len(tissue.areas)), tissue.areas)
    return np.asarray(tissue.fibres * areas * volume.sum() / (areas @ volume))


def disc_items(mesh: DiscMesh, points: Float, first: int, tissue: DiscTissue = SOUND) -> Disc:
    """Make items of a disc at rest, whose nodes begin at ``first`` among ``points`` (n_nodes, 3)."""
    shift = np.int32(first)
    cells = np.ascontiguousarray(mesh.cells + shift)
    nucleus = mesh.ring < 0
    rows = np.where(nucleus[:, None], tissue.gel.row(), tissue.ground.row())
    solid = SolidItem.at_rest(points, cells, tissue.law, rows)
    volume = solid.volume.reshape(-1, HEX8.n_points).sum(axis=1)
    rings = np.arange(mesh.n_rings)
    share = _shares(tissue, np.array([volume[mesh.ring == k].sum() for k in rings]))
    place = (
        np.linspace(0.0, len(tissue.moduli) - 1.0, len(rings)) if len(rings) > 1 else np.zeros(1)
    )
    modulus = np.interp(place, np.arange(len(tissue.moduli)), tissue.moduli)
    nodes = np.ascontiguousarray(mesh.diagonals + shift)
    length = np.linalg.norm(points[nodes[:, 1]] - points[nodes[:, 0]], axis=1)
    # both diagonals of a cell's outer face share its fibres
    of_cell = np.bincount(mesh.cell, length, len(cells))
    area = share[mesh.family] * volume[mesh.cell] / of_cell[mesh.cell]
    stiffness = modulus[mesh.family] * area / length
    fibres = LigamentItem(
        nodes, length, tissue.toe * length, stiffness, np.full_like(length, np.inf), stiffness
    )
    fluid = None
    if tissue.bulk > 0.0:
        wall = np.ascontiguousarray(mesh.nucleus[:, ::-1] + shift)
        empty = CavityItem(wall, syringe_energy(1.0, 1.0))
        fluid = CavityItem(wall, syringe_energy(empty.volume(points), tissue.bulk))
    gel = np.flatnonzero(np.repeat(nucleus, HEX8.n_points)).astype(np.int32)
    return Disc(solid, fibres, fluid, gel, mesh.lower + shift, mesh.upper + shift)
