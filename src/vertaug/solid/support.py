# SPDX-License-Identifier: BSD-3-Clause
"""Discs as elastic beds: one to the fixed ground below, one to a loaded platen above.

The platen is rigid and moves freely, as under the ball joint of a testing rig on a sledge. Its six unknowns
are stored as two more nodes: its axial displacement and its two tilts times a lever length; its two displacements
across, and its torsion times the lever. Displacements are those of its point x = y = 0 at the height of the disc;
the three angles are one rotation vector and may be large.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.item import Contribution
from vertaug.solid.platen import SHIFTS, TURNS, Turn, turn_of

__all__ = ["AxialLoad", "GroundBed", "PlatenDisc", "nodal_areas"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

_SHIFTS, _TURNS = ([3 + unknown for unknown in part] for part in (SHIFTS, TURNS))
"""The platen's unknowns behind the three of a node."""


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

    def _centre(self) -> Float:
        """The platen's point (3,) that only shifts when it turns, mm."""
        return np.array([0.0, 0.0, self.rest[:, 2].mean()])

    def _away(self, points: Float) -> tuple[Turn, Float]:
        """How the platen stands, and the nodes (m, 3) as seen from its point that only shifts."""
        turn = turn_of(points[self.platen : self.platen + 2], self.lever)
        return turn, points[self.nodes] - self._centre() - turn.shift

    def stretch(self, points: Float) -> Float:
        """Stretch (m, 3) of the springs in the platen's axes, mm."""
        turn, away = self._away(points)
        return np.asarray(away @ turn.matrix - (self.rest - self._centre()))

    def energy(self, points: Float) -> float:
        """Energy of the springs, mJ."""
        return float(0.5 * (self.stiffness * self.stretch(points) ** 2).sum())

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (m, 3, 3) and stiffnesses (m, 9, 9)."""
        turn, away = self._away(points)
        stretch = away @ turn.matrix - (self.rest - self._centre())
        tension = self.stiffness * stretch
        arms = np.zeros((len(self.nodes), 3, 9))
        arms[:, :, :3] = turn.matrix.T
        arms[:, :, _SHIFTS] = -turn.matrix.T
        arms[:, :, _TURNS] = np.einsum("cji,mj->mic", turn.first, away)
        forces = np.einsum("mi,mia->ma", tension, arms).reshape(-1, 3, 3)
        energy = float(0.5 * (tension * stretch).sum())
        if not with_matrix:
            return Contribution(energy, forces, None)
        matrices = np.einsum("mi,mia,mib->mab", self.stiffness, arms, arms)
        mixed = np.einsum("mi,cji->mjc", tension, turn.first)
        for rows, sign in (([0, 1, 2], 1.0), (_SHIFTS, -1.0)):
            block = np.ix_(range(len(self.nodes)), rows, _TURNS)
            matrices[block] += sign * mixed
            matrices[np.ix_(range(len(self.nodes)), _TURNS, rows)] += sign * mixed.transpose(
                0, 2, 1
            )
        bent = np.einsum("mi,cdji,mj->mcd", tension, turn.second, away)
        matrices[np.ix_(range(len(self.nodes)), _TURNS, _TURNS)] += bent
        return Contribution(energy, forces, matrices)


@dataclass(frozen=True)
class AxialLoad:
    """Dead compressive load on the platen: `force` N at its point (`x`, `y`) mm, and moments that tilt it.

    `forwards` and `left` are the moments, N mm, that bend it to the front and to the left.
    """

    platen: int
    force: float
    x: float
    y: float
    lever: float
    forwards: float = 0.0
    left: float = 0.0

    @property
    def connectivity(self) -> Int:
        """The platen's two nodes, (1, 2)."""
        return np.array([[self.platen, self.platen + 1]], dtype=np.int32)

    def _moments(self) -> Float:
        """What the moments take off the energy per unknown, (6,) N."""
        out = np.zeros(6)
        out[[TURNS[0], TURNS[1]]] = np.array([self.forwards, self.left]) / self.lever
        return out

    def energy(self, points: Float) -> float:
        """Potential of the load, mJ."""
        six = points[self.platen : self.platen + 2]
        rise, _, _ = turn_of(six, self.lever).rise(np.array([self.x, self.y, 0.0]))
        return float(self.force * rise - self._moments() @ six.ravel())

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (1, 2, 3) and stiffness (1, 6, 6): the point at which it acts moves as the platen tilts."""
        six = points[self.platen : self.platen + 2]
        rise, slope, curve = turn_of(six, self.lever).rise(np.array([self.x, self.y, 0.0]))
        energy = float(self.force * rise - self._moments() @ six.ravel())
        forces = (self.force * slope - self._moments()).reshape(1, 2, 3)
        return Contribution(energy, forces, self.force * curve[None] if with_matrix else None)
