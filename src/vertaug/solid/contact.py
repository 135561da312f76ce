# SPDX-License-Identifier: BSD-3-Clause
"""Contact of facets with facets, also of one surface with itself, without interpenetration.

A barrier on the distance of quadrature points to facets carries the pressure; it is weighted by
area, so its pressure converges with the mesh. A guard on all corner-facet and edge-edge distances,
of a much smaller reach, and a bound on each step keep facets from ever crossing. The idea of a
barrier with a search that stays free of intersections is Li et al., ACM Trans. Graph. 39 (2020) 49.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.contact_apart import Apart
from vertaug.solid.contact_surface import (
    ContactSurface,
    contact_surface,
    facet_areas,
    near_pairs,
    quadrature,
)
from vertaug.solid.item import Contribution
from vertaug_kernels import contact_energy, contact_pairs

__all__ = ["ContactOptions", "FacetContact", "Touch"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
Bool = NDArray[np.bool_]

_SPARE = 0.1
"""Share of a distance that a single step leaves at least."""
_FURTHEST = 10.0
"""Mean edge lengths a surface moves in one Newton step at most: bounds the search for pairs."""
_OPPOSED = 0.2
"""Cosine of the normals of two facets of one body above which they are neighbours, not opposite walls."""


@dataclass(frozen=True)
class ContactOptions:
    """`reach` mm below which facets repel each other, `stiffness` MPa of the barrier.

    At half the reach the pressure is 1.19 times the stiffness, at a fifth 5.8, at a tenth 12.2: the
    stiffness is best of the size of the pressures that are expected, and the reach below a third
    of the facets' edges. `guard` is the share of the reach below which corners and edges are
    kept apart as well, `points` (3, 6 or 12) the quadrature of a facet, `within` whether facets of
    one set see each other.
    """

    reach: float
    stiffness: float
    guard: float = 0.1
    points: int = 6
    within: bool = True


@dataclass(frozen=True, eq=False)
class Touch:
    """Quadrature points in contact, each with the nearest facet opposite.

    `nodes` (n, 6) of the point's facet and the other, `weights` (n, 6) of the separation,
    `normals` (n, 3) from the other facet to the point, `distances` (n,) mm, `pressures` (n,) MPa,
    `areas` (n,) mm² it stands for (half of its share of the facet, since both sides are counted),
    `facets` (n,) and `indices` (n,) of the point.
    """

    nodes: Int
    weights: Float
    normals: Float
    distances: Float
    pressures: Float
    areas: Float
    facets: Int
    indices: Int


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Pairs (n, 2) that cover all contacts near `origin`, whether they face each other or are very close."""

    pairs: Int
    facing: Bool
    close: Bool
    origin: Float


class FacetContact:
    """Contact during one step, as an item.

    The pairs near the start form the pattern of the tangent. Pairs that come near only during the
    step add their energy and forces exactly, and to the tangent the blocks of their nodes alone.

    Parameters
    ----------
    points : (n_nodes, 3) mm at the start of the step, free of intersections
    sets : facet sets (m_i, 3), normals out of the solid, one body each
    options : reach and stiffness
    before : contact of an earlier step on the same facets, whose topology and measured distances are taken over
    """

    def __init__(
        self,
        points: Float,
        sets: Sequence[Int],
        options: ContactOptions,
        before: FacetContact | None = None,
    ) -> None:
        self.surface: ContactSurface = before.surface if before else contact_surface(sets)
        facets = self.surface.facets
        self._passing: Apart = before._passing if before else Apart(facets)
        self._apart: Apart = before._apart if before else Apart(facets)
        self.options = options
        self._rule = quadrature(options.points)
        self._area, _ = facet_areas(points, facets)
        corner = points[facets]
        edges = corner[:, [1, 2, 0]] - corner
        self._lengths = np.ascontiguousarray((edges * edges).sum(axis=2))
        self._edge = float(np.sqrt(self._lengths).mean()) if len(facets) else 1.0
        self._margin = options.reach
        self._known: tuple[NDArray[np.int64], Bool] = (
            np.zeros(0, dtype=np.int64),
            np.zeros(0, dtype=np.bool_),
        )
        self._list = self._search(points)
        pairs = self._list.pairs[self._list.facing | self._list.close]
        self._listed = self._key(pairs)
        own = np.repeat(self.surface.nodes[:, None], 6, axis=1)
        near = np.concatenate([facets[pairs[:, 0]], facets[pairs[:, 1]]], axis=1)
        self.connectivity: Int = np.ascontiguousarray(np.concatenate([near, own]), dtype=np.int32)
        self._row_of = np.full(len(points), -1, dtype=np.int64)
        self._row_of[self.surface.nodes] = len(near) + np.arange(len(self.surface.nodes))

    @property
    def near(self) -> int:
        """Number of pairs of facets in the pattern of the tangent."""
        return len(self._listed)

    def _key(self, pairs: Int) -> NDArray[np.int64]:
        """One ascending number for each sorted pair."""
        return pairs[:, 0].astype(np.int64) * len(self.surface.facets) + pairs[:, 1]

    def _search(self, points: Float) -> _Pairs:
        """Pairs that can touch while no node moves further than the margin."""
        corner = points[self.surface.facets]
        distance = self.options.reach + 2.0 * self._margin
        low, high = corner.min(axis=1) - 0.5 * distance, corner.max(axis=1) + 0.5 * distance
        pairs = near_pairs(low, high, self.surface.body, within=self.options.within)
        pairs = pairs[~self._apart.beyond(points, pairs, distance)]
        gap, least = np.zeros((len(pairs), 3)), np.zeros(len(pairs))
        contact_pairs.separations(points, self.surface.facets, pairs, gap, least)
        kept = np.flatnonzero(least <= distance)
        pairs = np.ascontiguousarray(pairs[kept])
        facing = self._facing(points, pairs, gap[kept])
        close = least[kept] <= 2.0 * self.options.guard * self.options.reach
        return _Pairs(pairs, facing, close, self._surface_points(points))

    def _facing(self, points: Float, pairs: Int, gap: Float) -> Bool:
        """Whether the outsides of two facets look at each other; decided once for each pair."""
        _, normal = facet_areas(points, self.surface.facets)
        first, second = normal[pairs[:, 0]], normal[pairs[:, 1]]
        across = ((second - first) * gap).sum(axis=1) > 0.0
        opposed = (first * second).sum(axis=1) < _OPPOSED
        facing = across & opposed
        known, answers = self._known
        key = self._key(pairs)
        if len(known):
            place = np.minimum(np.searchsorted(known, key), len(known) - 1)
            facing = np.where(known[place] == key, answers[place], facing)
        joined, first_of = np.unique(np.concatenate([known, key]), return_index=True)
        self._known = (joined, np.concatenate([answers, facing])[first_of])
        return np.asarray(facing)

    def _surface_points(self, points: Float) -> Float:
        """Nodes of the surface (n, 3) relative to their mean: distances do not change by translation."""
        own = points[self.surface.nodes]
        return np.asarray(own - own.mean(axis=0)) if len(own) else own

    def _near(self, points: Float) -> _Pairs:
        """Pairs that cover all contacts at ``points``."""
        moved = self._surface_points(points) - self._list.origin
        if len(moved) and float((moved * moved).sum(axis=1).max()) > self._margin**2:
            self._list = self._search(points)
        return self._list

    def _terms(
        self, points: Float, pairs: Int, facing: Bool, mode: int
    ) -> tuple[Float, Float, Float]:
        """Energies, forces and tangents of pairs."""
        n, surface, options = len(pairs), self.surface, self.options
        energies = np.zeros(n)
        forces = np.zeros((n if mode > 0 else 1, 6, 3))
        matrices = np.zeros((n if mode > 1 else 1, 18, 18))
        if n:
            contact_energy.pair_terms(
                points, surface.facets, pairs, facing, self._area, self._lengths,
                surface.edge_sign, surface.corner_sign, self._rule, options.reach,
                options.guard * options.reach, options.stiffness, mode, energies, forces, matrices,
            )  # fmt: skip
        return energies, forces, matrices

    def energy(self, points: Float) -> float:
        """Energy of the barriers, mJ."""
        near = self._near(points)
        return float(self._terms(points, near.pairs, near.facing, 0)[0].sum())

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (m, 6, 3) and tangents (m, 18, 18) on the pairs and nodes of the start."""
        near = self._near(points)
        energies = self._terms(points, near.pairs, near.facing, 0)[0]
        active = np.flatnonzero(energies != 0.0)
        pairs = np.ascontiguousarray(near.pairs[active])
        mode = 2 if with_matrix else 1
        _, part, matrix = self._terms(points, pairs, near.facing[active], mode)
        forces = np.zeros((len(self.connectivity), 6, 3))
        matrices = np.zeros((len(self.connectivity) if with_matrix else 0, 18, 18))
        key = self._key(pairs)
        place = np.searchsorted(self._listed, key)
        inside = place < len(self._listed)
        inside[inside] = self._listed[place[inside]] == key[inside]
        forces[place[inside]] = part[inside]
        if with_matrix:
            matrices[place[inside]] = matrix[inside]
        for index in np.flatnonzero(~inside):
            nodes = self.surface.facets[pairs[index]].ravel()
            rows = self._row_of[nodes]
            np.add.at(forces[:, 0], rows, part[index])
            if with_matrix:
                blocks = matrix[index].reshape(6, 3, 6, 3)
                for a, row in enumerate(rows):
                    matrices[row, :3, :3] += blocks[a, :, a]
        return Contribution(float(energies.sum()), forces, matrices if with_matrix else None)

    def largest_step(self, points: Float, step: Float) -> float:
        """Share of ``step`` (n_nodes, 3) that certainly brings no two facets to cross."""
        facets = self.surface.facets
        if not len(facets):
            return 1.0
        motion = step - step[self.surface.nodes].mean(axis=0)
        furthest = float(np.sqrt((motion[self.surface.nodes] ** 2).sum(axis=1).max()))
        scale = min(1.0, _FURTHEST * self._edge / max(furthest, 1e-300))
        motion = scale * motion
        here, there = points[facets], (points + motion)[facets]
        low = np.minimum(here.min(axis=1), there.min(axis=1))
        high = np.maximum(here.max(axis=1), there.max(axis=1))
        pairs = near_pairs(low, high, self.surface.body, within=self.options.within)
        pairs = pairs[~self._passing.through(points, motion, pairs, _SPARE)]
        shares = np.ones(len(pairs))
        contact_pairs.safe_steps(points, motion, facets, pairs, _SPARE, shares)
        return scale * float(shares.min(initial=1.0))

    def gap(self, points: Float) -> float:
        """Least distance (mm) of facets that can touch, infinite where none is near."""
        pairs = self._near(points).pairs
        gap, least = np.zeros((len(pairs), 3)), np.zeros(len(pairs))
        contact_pairs.separations(points, self.surface.facets, pairs, gap, least)
        return float(least.min(initial=np.inf))

    def touch(self, points: Float) -> Touch:
        """Quadrature points within reach of a facet opposite, each with the nearest one."""
        near, rule, facets = self._near(points), self._rule, self.surface.facets
        n, q = len(near.pairs), len(rule)
        distance = np.full((n, 2, q), np.inf)
        share, normal = np.zeros((n, 2, q, 3)), np.zeros((n, 2, q, 3))
        contact_energy.nearest_points(
            points,
            facets,
            near.pairs,
            near.facing,
            rule,
            self.options.reach,
            distance,
            share,
            normal,
        )
        pair, side, index = np.nonzero(np.isfinite(distance))
        own, other = near.pairs[pair, side], near.pairs[pair, 1 - side]
        least = distance[pair, side, index]
        order = np.lexsort((other, least, index, own))
        own, other, index, least = own[order], other[order], index[order], least[order]
        first = np.ones(len(own), dtype=np.bool_)
        first[1:] = (own[1:] != own[:-1]) | (index[1:] != index[:-1])
        pick = order[first]
        own, other, index, least = own[first], other[first], index[first], least[first]
        weights = np.concatenate([rule[index, :3], -share[pair[pick], side[pick], index]], axis=1)
        g = least / self.options.reach
        pressure = self.options.stiffness * (2.0 * (g - 1.0) * np.log(g) + (g - 1.0) ** 2 / g)
        return Touch(
            nodes=np.concatenate([facets[own], facets[other]], axis=1),
            weights=weights,
            normals=normal[pair[pick], side[pick], index],
            distances=least,
            pressures=pressure,
            areas=0.5 * self._area[own] * rule[index, 3],
            facets=own,
            indices=index.astype(np.int32),
        )
