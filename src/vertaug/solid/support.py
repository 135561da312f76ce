# SPDX-License-Identifier: BSD-3-Clause
"""Discs as elastic beds: one to the fixed ground below, one to a loaded platen above.

The platen is rigid and moves freely, as under the ball joint of a testing rig on a sledge. Its six unknowns
are stored as two more nodes: its axial displacement and its two tilts times a lever length; its two displacements
across at the height of its disc, and its torsion times the lever.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.item import Contribution

__all__ = ["AxialLoad", "GroundBed", "PlatenDisc", "nodal_areas"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


def nodal_areas(points: Float, facets: Int) -> tuple[Int, Float]:
    """Nodes of ``facets`` (m, 3) and the area (mm²) each of them carries, a third of its facets'."""
    corner = points[facets]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    share = np.repeat(np.linalg.norm(normal, axis=1) / 6.0, 3)
    nodes, inverse = np.unique(facets.ravel(), return_inverse=True)
    return nodes.astype(np.int32), np.bincount(inverse, share, len(nodes)).astype(np.float64)


@dataclass(frozen=True)
class GroundBed:
    """Springs from nodes to fixed points.

    `nodes` (m,), `rest` (m, 3) mm, `stiffness` (m, 3) N/mm along x, y, z.
    """

    nodes: Int
    rest: Float
    stiffness: Float

    @property
    def connectivity(self) -> Int:
        """One node a spring, (m, 1)."""
        return self.nodes[:, None]

    def energy(self, points: Float) -> float:
        """Energy of the springs, mJ."""
        return float(0.5 * (self.stiffness * (points[self.nodes] - self.rest) ** 2).sum())

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (m, 1, 3) and stiffnesses (m, 3, 3)."""
        gap = points[self.nodes] - self.rest
        matrices = np.zeros((len(self.nodes), 3, 3))
        matrices[:, range(3), range(3)] = self.stiffness
        forces = (self.stiffness * gap)[:, None]
        return Contribution(self.energy(points), forces, matrices if with_matrix else None)

    def reaction(self, points: Float) -> Float:
        """Force (3,) in N that the ground takes."""
        return np.asarray((self.stiffness * (points[self.nodes] - self.rest)).sum(axis=0))


@dataclass(frozen=True)
class PlatenDisc:
    """Springs from nodes to points of the platen.

    `nodes` (m,), `rest` (m, 3) mm, `stiffness` (m, 3) N/mm along x, y, z, `platen` index of the first of the
    platen's two nodes, `lever` mm by which its rotations are multiplied.
    """

    nodes: Int
    rest: Float
    stiffness: Float
    platen: int
    lever: float

    @property
    def connectivity(self) -> Int:
        """A node and the platen's two for each spring, (m, 3)."""
        first = np.full_like(self.nodes, self.platen)
        return np.stack([self.nodes, first, first + 1], axis=1)

    def _arms(self) -> Float:
        """Derivative (m, 3, 9) of each spring's stretch by its node and by the platen's unknowns."""
        arms = np.zeros((len(self.nodes), 3, 9))
        arms[:, range(3), range(3)] = 1.0
        x, y, z = ((self.rest - self.rest.mean(axis=0)) / self.lever).T
        arms[:, 2, 3] = arms[:, 0, 6] = arms[:, 1, 7] = -1.0
        arms[:, 2, 4] = -self.rest[:, 1] / self.lever
        arms[:, 2, 5] = self.rest[:, 0] / self.lever
        arms[:, 0, 5], arms[:, 0, 8] = -z, y
        arms[:, 1, 4], arms[:, 1, 8] = z, -x
        return arms

    def stretch(self, points: Float) -> Float:
        """Stretch (m, 3) of the springs, mm."""
        platen = points[self.platen : self.platen + 2].ravel()
        return np.asarray(points[self.nodes] - self.rest + self._arms()[:, :, 3:] @ platen)

    def energy(self, points: Float) -> float:
        """Energy of the springs, mJ."""
        return float(0.5 * (self.stiffness * self.stretch(points) ** 2).sum())

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (m, 3, 3) and stiffnesses (m, 9, 9)."""
        arms = self._arms()
        tension = self.stiffness * self.stretch(points)
        forces = np.einsum("mi,mia->ma", tension, arms).reshape(-1, 3, 3)
        energy = float(0.5 * (tension * self.stretch(points)).sum())
        if not with_matrix:
            return Contribution(energy, forces, None)
        matrices = np.einsum("mi,mia,mib->mab", self.stiffness, arms, arms)
        return Contribution(energy, forces, matrices)


@dataclass(frozen=True)
class AxialLoad:
    """Dead compressive load on the platen: `force` N at (`x`, `y`) mm."""

    platen: int
    force: float
    x: float
    y: float
    lever: float

    @property
    def connectivity(self) -> Int:
        """The platen's node, (1, 1)."""
        return np.array([[self.platen]], dtype=np.int32)

    def _vector(self) -> Float:
        """Load on the platen's three unknowns, N."""
        return self.force * np.array([1.0, self.y / self.lever, -self.x / self.lever])

    def energy(self, points: Float) -> float:
        """Potential of the load, mJ."""
        return float(self._vector() @ points[self.platen])

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy and forces (1, 1, 3); the load has no stiffness."""
        return Contribution(self.energy(points), self._vector()[None, None], None)
