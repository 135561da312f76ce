# SPDX-License-Identifier: BSD-3-Clause
"""Bending of cortex and endplates: hinges on the edges that two of their facets share.

A membrane under compression on yielding bone buckles in waves as short as its facets, at a load that falls with
them; what gives a shell its own wave length is its bending stiffness D = E t³/(12 (1 - ν²)). The angle of a hinge
counts from the angle it rests at: ½ k (θ - θ_0)², k = D l²/(A_1 + A_2), which on equilateral facets is exact for
bending to a cylinder (Seung, Nelson 1988, Phys Rev A 38:1005; both ways at once it is that of a plate of Poisson
ratio -1/3). The moment of an edge of length l stops at that of a fully plastic section, l σ_y t²/4, and the resting
angle follows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.item import Contribution
from vertaug.state import HingeHistory, ShellHistory

__all__ = ["HingeItem", "hinge_angles", "hinges_of"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

_SOFT = 0.02
"""Tangent of a yielded hinge, of its elastic stiffness: keeps what else holds the node in charge."""


def hinge_angles(corners: Float) -> Float:
    """Angles (h,) between the facets of hinges at ``corners`` (h, 4, 3), zero where they lie in one plane.

    The first two corners are the edge's, the others those of the facet whose border runs along it and against it.
    """
    edge, first, second = _normals(corners)
    sine = (np.cross(first, second) * edge).sum(axis=1) / np.linalg.norm(edge, axis=1)
    return np.asarray(np.arctan2(sine, (first * second).sum(axis=1)))


def _normals(corners: Float) -> tuple[Float, Float, Float]:
    """Edges and both facets' normals of double their area, (h, 3) each."""
    edge = corners[:, 1] - corners[:, 0]
    first = np.cross(edge, corners[:, 2] - corners[:, 0])
    return edge, first, np.cross(corners[:, 3] - corners[:, 0], edge)


def _gradients(corners: Float) -> Float:
    """Derivatives (h, 4, 3) of the angles by the corners."""
    edge, first, second = _normals(corners)
    length = np.linalg.norm(edge, axis=1, keepdims=True)
    along = edge / length
    one = first / (first**2).sum(axis=1, keepdims=True)
    two = second / (second**2).sum(axis=1, keepdims=True)

    def share(a: int, b: int) -> Float:
        """Way from corner b to corner a along the edge, (h, 1)."""
        return np.asarray(((corners[:, a] - corners[:, b]) * along).sum(axis=1, keepdims=True))

    return np.stack(
        [
            share(1, 2) * one + share(1, 3) * two,
            share(2, 0) * one + share(3, 0) * two,
            -length * one,
            -length * two,
        ],
        axis=1,
    )


def _pairs(facets: Int) -> tuple[Int, NDArray[np.int64]]:
    """Corners (h, 4) of the hinges of facets (m, 3), and the two facets (h, 2) of each."""
    edges = np.concatenate([facets[:, [0, 1]], facets[:, [1, 2]], facets[:, [2, 0]]])
    beside = np.concatenate([facets[:, 2], facets[:, 0], facets[:, 1]])
    key = np.sort(edges, axis=1)
    order = np.lexsort((key[:, 1], key[:, 0]))
    same = np.flatnonzero((key[order[1:]] == key[order[:-1]]).all(axis=1))
    one, two = order[same], order[same + 1]
    nodes = np.column_stack([edges[one], beside[one], beside[two]]).astype(np.int32)
    return nodes, np.column_stack([one, two]) % len(facets)


def hinges_of(points: Float, shell: ShellHistory) -> HingeHistory:
    """Hinges of stress-free membranes at ``points`` (n_nodes, 3) mm."""
    nodes, beside = _pairs(shell.facets)
    corner = points[shell.facets]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    area = 0.5 * np.linalg.norm(normal, axis=1)
    thickness = shell.volume / area
    total, difference, strength = shell.parameters.T
    poisson = (total - difference) / (total + difference)
    plate = total * (1.0 - poisson) * thickness**3 / (12.0 * (1.0 - poisson**2))
    plastic = 0.25 * strength * thickness**2
    length = np.linalg.norm(points[nodes[:, 1]] - points[nodes[:, 0]], axis=1)
    stiffness = plate[beside].mean(axis=1) * length**2 / area[beside].sum(axis=1)
    most = plastic[beside].mean(axis=1) * length
    return HingeHistory(nodes, hinge_angles(points[nodes]), np.stack([stiffness, most], axis=1))


@dataclass(frozen=True)
class HingeItem:
    """Hinges on their way from one converged configuration to the next.

    `nodes` (h, 4), `rest` (h,) angles at the start, `parameters` (h, 2) stiffness and largest moment, N mm.
    The tangent leaves out the turning of the moment's direction, so it is never negative.
    """

    nodes: Int
    rest: Float
    parameters: Float

    @property
    def connectivity(self) -> Int:
        """Nodes of each hinge, (h, 4)."""
        return self.nodes

    def _elastic(self, points: Float) -> tuple[Float, Float]:
        """Elastic and plastic parts (h,) of the angles from rest."""
        angle = hinge_angles(points[self.nodes]) - self.rest
        most = self.parameters[:, 1] / self.parameters[:, 0]
        elastic = np.clip(angle, -most, most)
        return elastic, angle - elastic

    def energy(self, points: Float) -> float:
        """Stored energy plus the step's dissipation, mJ."""
        elastic, plastic = self._elastic(points)
        stiffness, most = self.parameters.T
        return float((0.5 * stiffness * elastic**2 + most * np.abs(plastic)).sum())

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (h, 4, 3) and tangents (h, 12, 12)."""
        elastic, plastic = self._elastic(points)
        stiffness = self.parameters[:, 0]
        gradient = _gradients(points[self.nodes])
        forces = (stiffness * elastic)[:, None, None] * gradient
        if not with_matrix:
            return Contribution(self.energy(points), forces, None)
        flat = gradient.reshape(-1, 12)
        tangent = np.where(plastic == 0.0, stiffness, _SOFT * stiffness)
        matrices = tangent[:, None, None] * flat[:, :, None] * flat[:, None, :]
        return Contribution(self.energy(points), forces, matrices)

    def history(self, points: Float) -> Float:
        """Resting angles (h,) at ``points``."""
        return self.rest + self._elastic(points)[1]

    def after(self, points: Float) -> HingeItem:
        """Return the item of the next step, begun at the converged ``points``."""
        return HingeItem(self.nodes, self.history(points), self.parameters)
