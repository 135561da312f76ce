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


_BESIDE = 0.01
"""Share of a facet's size by which a point may lie beside the face opposite and still press on it."""


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

        Points beyond the edge of the face opposite, or further from it than ``search`` mm, carry
        nothing; they keep their rows, so rows of different steps belong to the same points.
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
        share, unit = np.zeros((*shape, 3)), np.zeros((*shape, 3))
        contact_energy.nearest_points(
            points, facets, pairs, opposed, rule, search, distance, share, unit
        )
        pair, side, index = np.nonzero(np.isfinite(distance))
        own, opposite = pairs[pair, side], pairs[pair, 1 - side]
        least = distance[pair, side, index]
        apart = least[:, None] * unit[pair, side, index]
        high_up = (apart * normal[opposite]).sum(axis=1)[:, None] * normal[opposite]
        beyond = np.sqrt(((apart - high_up) ** 2).sum(axis=1))
        faced = np.flatnonzero(beyond <= _BESIDE * np.sqrt(area[opposite]))
        order = faced[np.lexsort((opposite[faced], least[faced], index[faced], own[faced]))]
        point = own[order].astype(np.int64) * len(rule) + index[order]
        first = np.ones(len(order), dtype=np.bool_)
        first[1:] = point[1:] != point[:-1]
        pick, point = order[first], point[first]
        total = len(facets) * len(rule)
        nodes = np.repeat(np.concatenate([facets, facets], axis=1), len(rule), axis=0)
        weights = np.tile(np.concatenate([rule[:, :3], -rule[:, :3]], axis=1), (len(facets), 1))
        normals, measure = np.repeat(-normal, len(rule), axis=0), np.zeros(total)
        nodes[point, 3:] = facets[opposite[pick]]
        weights[point, 3:] = -share[pair[pick], side[pick], index[pick]]
        normals[point] = normal[opposite[pick]]
        measure[point] = 0.5 * area[own[pick]] * rule[index[pick], 3]
        return cls(
            np.ascontiguousarray(nodes, dtype=np.int32), weights, normals, measure, reach, stiffness
        )

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
