# SPDX-License-Identifier: BSD-3-Clause
"""Follower load: a compression that runs along a path of points of the body, as of a cable.

Patwardhan et al. (1999, Spine 24:1003): a cable guided at every vertebra loads the spine along its own
curve, so that the load bends no segment and the column does not buckle. The cable's tension F is
constant, its potential is F times the length of the path, and its forces follow from that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.solid.axial import line_forces
from vertaug.solid.item import Contribution

__all__ = ["FollowerLoad", "follower_load"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True)
class FollowerLoad:
    """A cable of constant tension through guides, each a weighted mean of nodes.

    `guides` (g, k) nodes and `weights` (g, k) of each guide, rows that sum to 1; `force` N.
    """

    guides: Int
    weights: Float
    force: float

    @property
    def connectivity(self) -> Int:
        """Nodes of both guides of each stretch of cable, (g - 1, 2 k)."""
        return np.ascontiguousarray(np.concatenate([self.guides[:-1], self.guides[1:]], axis=1))

    def path(self, points: Float) -> Float:
        """Places of the guides, (g, 3) mm."""
        return np.asarray(np.einsum("gk,gki->gi", self.weights, points[self.guides]))

    def length(self, points: Float) -> float:
        """Length of the path, mm."""
        return float(np.linalg.norm(np.diff(self.path(points), axis=0), axis=1).sum())

    def energy(self, points: Float) -> float:
        """Potential, force times length, mJ."""
        return self.force * self.length(points)

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (g - 1, 2 k, 3) and tangents (g - 1, 6 k, 6 k)."""
        vector = np.diff(self.path(points), axis=0)
        length = np.linalg.norm(vector, axis=1)
        count = len(vector)
        tension, none = np.full(count, self.force), np.zeros(count)
        ends, tangent = line_forces(vector, length, tension, none)
        share = np.stack([self.weights[:-1], self.weights[1:]], axis=1)
        forces = (share[..., None] * ends[:, :, None]).reshape(count, -1, 3)
        if not with_matrix:
            return Contribution(self.energy(points), forces, None)
        inner = tangent.reshape(count, 2, 3, 2, 3)
        matrices = np.einsum("sak,saibj,sbl->sakiblj", share, inner, share, optimize=True)
        size = 3 * forces.shape[1]
        return Contribution(self.energy(points), forces, matrices.reshape(count, size, size))


def follower_load(
    groups: Sequence[Int], force: float, weights: Sequence[Float] | None = None
) -> FollowerLoad:
    """Cable of tension ``force`` N through the means of ``groups`` of nodes, in the order of the path.

    ``weights``, one array a group, need not sum to 1; without them all nodes of a group count alike.
    Guides of few nodes keep the matrix sparse: the centre of a frame tied to a vertebra is one node.
    """
    place = "solid.follower.follower_load"
    if len(groups) < 2 or min(len(group) for group in groups) == 0:
        raise InputError(
            place, "groups", f"{len(groups)} groups, sizes {[len(g) for g in groups]}",
            "two groups or more, none empty", "name the nodes of every guide", "E-PART-055",
        )  # fmt: skip
    if not (np.isfinite(force) and force >= 0.0):
        raise InputError(
            place, "force", f"{force}", "0 N or more: a cable only pulls its guides together",
            "give the compression as a positive force", "E-PART-055",
        )  # fmt: skip
    width = max(len(group) for group in groups)
    nodes = np.zeros((len(groups), width), dtype=np.int32)
    share = np.zeros((len(groups), width))
    for row, group in enumerate(groups):
        # short rows repeat their first node with no weight
        nodes[row] = group[0]
        nodes[row, : len(group)] = group
        each = np.ones(len(group)) if weights is None else np.asarray(weights[row])
        share[row, : len(group)] = each / each.sum()
    return FollowerLoad(nodes, share, float(force))
