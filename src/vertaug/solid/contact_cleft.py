# SPDX-License-Identifier: BSD-3-Clause
"""The two faces of a fracture: pressure and friction where they touch, no tension.

Faces of one crack may start on top of each other. Each quadrature point of either face is paired
with the place opposite it at the start of a step, and the normal of that place is kept during the
step: the gap is a linear function of the nodes, negative for an overlap. The pressure begins at
contact and grows without practical bound within an overlap of `reach`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.contact_friction import Grip
from vertaug.solid.contact_law import gap_energy
from vertaug.solid.contact_surface import contact_surface, facet_areas, near_pairs, quadrature
from vertaug.solid.item import Contribution
from vertaug_kernels import contact_energy

__all__ = ["CleftContact"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class CleftContact:
    """Contact of two faces during one step.

    `nodes` (n, 6) of a point's facet and the one opposite, `weights` (n, 6), `normals` (n, 3) out
    of the facet opposite, `measure` (n,) mm² (half, since both faces are sampled), `reach` mm,
    `stiffness` MPa of the gap's pressure.
    """

    nodes: Int
    weights: Float
    normals: Float
    measure: Float
    reach: float
    stiffness: float

    @classmethod
    def start(
        cls, points: Float, one: Int, other: Int, reach: float, stiffness: float,
        search: float, count: int = 6,
    ) -> CleftContact:  # fmt: skip
        """Pair the faces ``one`` and ``other`` (m, 3) as they lie at ``points``.

        ``search`` mm bounds the distance of points that are paired; the others are left out.
        """
        surface = contact_surface([one, other])
        rule, facets = quadrature(count), surface.facets
        corner = points[facets]
        low, high = corner.min(axis=1) - 0.5 * search, corner.max(axis=1) + 0.5 * search
        pairs = near_pairs(low, high, surface.body, within=False)
        area, normal = facet_areas(points, facets)
        opposed = (normal[pairs[:, 0]] * normal[pairs[:, 1]]).sum(axis=1) < 0.0
        shape = (len(pairs), 2, len(rule))
        distance = np.full(shape, np.inf)
        share, unused = np.zeros((*shape, 3)), np.zeros((*shape, 3))
        contact_energy.nearest_points(
            points, facets, pairs, opposed, rule, search, distance, share, unused
        )
        pair, side, index = np.nonzero(np.isfinite(distance))
        own, opposite = pairs[pair, side], pairs[pair, 1 - side]
        order = np.lexsort((opposite, distance[pair, side, index], index, own))
        first = np.ones(len(order), dtype=np.bool_)
        mine, which = own[order], index[order]
        first[1:] = (mine[1:] != mine[:-1]) | (which[1:] != which[:-1])
        pick = order[first]
        own, opposite, index = own[pick], opposite[pick], index[pick]
        weights = np.concatenate([rule[index, :3], -share[pair[pick], side[pick], index]], axis=1)
        nodes = np.concatenate([facets[own], facets[opposite]], axis=1)
        measure = 0.5 * area[own] * rule[index, 3]
        return cls(
            np.ascontiguousarray(nodes, dtype=np.int32), weights, normal[opposite], measure, reach,
            stiffness,
        )  # fmt: skip

    @property
    def connectivity(self) -> Int:
        """Nodes of each pair, (n, 6)."""
        return self.nodes

    def gaps(self, points: Float) -> Float:
        """Gaps (n,) mm, negative for an overlap."""
        apart = np.einsum("nk,nkd->nd", self.weights, points[self.nodes])
        return np.asarray((apart * self.normals).sum(axis=1))

    def energy(self, points: Float) -> float:
        """Energy of the gaps, mJ."""
        gap = self.gaps(points) + self.reach
        return float((self.measure * gap_energy(gap, self.reach, self.stiffness)[0]).sum())

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (n, 6, 3) and tangents (n, 18, 18)."""
        gap = self.gaps(points) + self.reach
        energy, slope, curve = gap_energy(gap, self.reach, self.stiffness)
        pull = self.weights[:, :, None] * self.normals[:, None, :]
        forces = (self.measure * slope)[:, None, None] * pull
        total = float((self.measure * energy).sum())
        if not with_matrix:
            return Contribution(total, forces, None)
        flat = pull.reshape(len(pull), -1)
        scale = (self.measure * curve)[:, None, None]
        return Contribution(total, forces, scale * flat[:, :, None] * flat[:, None, :])

    def pressures(self, points: Float) -> Float:
        """Pressures (n,) MPa."""
        gap = self.gaps(points) + self.reach
        return -gap_energy(gap, self.reach, self.stiffness)[1]

    def grip(self, points: Float) -> Grip:
        """Return what friction needs of the contact at ``points``."""
        return Grip(self.nodes, self.weights, self.normals, self.measure * self.pressures(points))
