# SPDX-License-Identifier: BSD-3-Clause
"""Unilateral gaps between places of two bodies, as of facet joints: nothing until they close, then cartilage.

With n from the lower body to the upper one, the opening is (y - z)·n less its value at rest, plus the joint
space; the energy is ½ k min(opening, 0)². The normals of a `GapItem` keep their direction, for a body below that is
held; those of `turning_gaps` turn with the frame of a body, by any angle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.solid.frame import Frames
from vertaug.solid.item import Contribution
from vertaug.solid.tie import TieItem

__all__ = ["GapItem", "GapPlanes", "turning_gaps"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True)
class GapItem:
    """Gaps between nodes.

    `nodes` (m, 2) of the upper and the lower body, `normal` (m, 3) unit vectors from the lower to the upper one,
    `rest` (m,) mm their distance along it at rest, `space` (m,) mm the joint space, `stiffness` (m,) N/mm.
    """

    nodes: Int
    normal: Float
    rest: Float
    space: Float
    stiffness: Float

    def __post_init__(self) -> None:
        """Check the signs."""
        if not ((self.space >= 0.0).all() and (self.stiffness >= 0.0).all()):
            raise InputError(
                "solid.gap.GapItem", "space, stiffness", "values below 0", "0 mm and 0 N/mm or more",
                "a joint at rest carries nothing", "E-PART-060",
            )  # fmt: skip

    @property
    def connectivity(self) -> Int:
        """The two nodes, (m, 2)."""
        return self.nodes

    def openings(self, points: Float) -> Float:
        """How far each gap is open (m,), mm; below 0 where cartilage is pressed."""
        vector = points[self.nodes[:, 0]] - points[self.nodes[:, 1]]
        return np.asarray((vector * self.normal).sum(axis=1) - self.rest + self.space)

    def forces(self, points: Float) -> Float:
        """Compressive force (m,) in each gap, N."""
        return np.asarray(-self.stiffness * np.minimum(self.openings(points), 0.0))

    def energy(self, points: Float) -> float:
        """Stored energy, mJ."""
        return float(0.5 * (self.stiffness * np.minimum(self.openings(points), 0.0) ** 2).sum())

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (m, 2, 3) and tangents (m, 6, 6)."""
        push = -self.forces(points)[:, None] * self.normal
        forces = np.stack([push, -push], axis=1)
        if not with_matrix:
            return Contribution(self.energy(points), forces, None)
        closed = np.where(self.openings(points) < 0.0, self.stiffness, 0.0)
        way = np.concatenate([self.normal, -self.normal], axis=1)
        matrices = closed[:, None, None] * way[:, :, None] * way[:, None, :]
        return Contribution(self.energy(points), forces, matrices)


@dataclass(frozen=True)
class GapPlanes:
    """Law of ties that only push: a plane with each `normal` (m, 3), in its frame's axes, behind a `space` (m,) mm.

    `stiffness` (m,) N/mm.
    """

    normal: Float
    space: Float
    stiffness: Float

    def respond(self, gap: Float) -> tuple[Float, Float, Float]:
        """Energies (m,) mJ, forces (m, 3) N and stiffnesses (m, 3, 3) N/mm of gaps (m, 3) mm."""
        opening = (gap * self.normal).sum(axis=1) + self.space
        depth = np.minimum(opening, 0.0)
        closed = np.where(opening < 0.0, self.stiffness, 0.0)
        matrix = closed[:, None, None] * self.normal[:, :, None] * self.normal[:, None, :]
        force = (self.stiffness * depth)[:, None] * self.normal
        return 0.5 * self.stiffness * depth**2, force, matrix

    def committed(self, gap: Float) -> GapPlanes:
        """Return the law itself: it has no history."""
        return self


def turning_gaps(gaps: GapItem, frames: Frames, frame: Int) -> TieItem:
    """Return the ``gaps`` with normals that turn with ``frames``, one number of a ``frame`` (m,) each.

    The normals given are those of frames that have not turned.
    """
    own = Frames(
        gaps.nodes[:, 1], frames.rotations[frame], frames.lever, frames.start[frame], frames.orientation[frame]
    )  # fmt: skip
    count = len(gaps.nodes)
    law = GapPlanes(gaps.normal, gaps.space, gaps.stiffness)
    arms = gaps.rest[:, None] * gaps.normal
    each = np.arange(count, dtype=np.int32)
    return TieItem(own, each, gaps.nodes[:, :1], np.ones((count, 1)), arms, law)
