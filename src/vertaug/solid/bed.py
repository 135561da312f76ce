# SPDX-License-Identifier: BSD-3-Clause
"""Elastic beds on facets: Winkler foundations fixed in space, with stiffness per area.

Area is lumped at the nodes of the facets. `NormalBed` resists along the surface's normal and across it;
`TensionFreeBed` lets the surface lift off. For a bed along the coordinate axes there is `GroundBed`; for
one that hangs on a platen or a cast, the ties take area-weighted stiffnesses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.solid.item import Contribution
from vertaug.solid.support import nodal_areas

__all__ = ["NormalBed", "TensionFreeBed", "normal_bed", "tension_free_bed"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True)
class NormalBed:
    """Springs to the ground: `nodes` (m,), `rest` (m, 3) mm, `stiffness` (m, 3, 3) N/mm, symmetric."""

    nodes: Int
    rest: Float
    stiffness: Float

    @property
    def connectivity(self) -> Int:
        """One node a spring, (m, 1)."""
        return self.nodes[:, None]

    def _forces(self, points: Float) -> tuple[Float, Float]:
        gap = points[self.nodes] - self.rest
        return gap, np.asarray(np.einsum("mij,mj->mi", self.stiffness, gap))

    def energy(self, points: Float) -> float:
        """Stored energy, mJ."""
        gap, force = self._forces(points)
        return float(0.5 * (gap * force).sum())

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (m, 1, 3) and stiffnesses (m, 3, 3)."""
        gap, force = self._forces(points)
        energy = float(0.5 * (gap * force).sum())
        return Contribution(energy, force[:, None], self.stiffness if with_matrix else None)

    def reaction(self, points: Float) -> Float:
        """Force (3,) in N that the ground takes."""
        return np.asarray(self._forces(points)[1].sum(axis=0))


@dataclass(frozen=True)
class TensionFreeBed:
    """Springs that push only: `nodes` (m,), `rest` (m, 3) mm, `normal` (m, 3), `stiffness` (m,) N/mm.

    They act on what moves along the outward normal, into the bed, and not along the surface.
    """

    nodes: Int
    rest: Float
    normal: Float
    stiffness: Float

    @property
    def connectivity(self) -> Int:
        """One node a spring, (m, 1)."""
        return self.nodes[:, None]

    def depth(self, points: Float) -> Float:
        """How far each node is pressed into the bed (m,), mm; 0 where it has lifted off."""
        gap = ((points[self.nodes] - self.rest) * self.normal).sum(axis=1)
        return np.asarray(np.maximum(gap, 0.0))

    def energy(self, points: Float) -> float:
        """Stored energy, mJ."""
        return float(0.5 * (self.stiffness * self.depth(points) ** 2).sum())

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (m, 1, 3) and stiffnesses (m, 3, 3)."""
        gap = ((points[self.nodes] - self.rest) * self.normal).sum(axis=1)
        force = (self.stiffness * np.maximum(gap, 0.0))[:, None] * self.normal
        if not with_matrix:
            return Contribution(self.energy(points), force[:, None], None)
        # a node just at rest counts as pressed: else a body at rest would be loose
        active = np.where(gap >= 0.0, self.stiffness, 0.0)
        matrices = active[:, None, None] * self.normal[:, :, None] * self.normal[:, None, :]
        return Contribution(self.energy(points), force[:, None], matrices)

    def reaction(self, points: Float) -> Float:
        """Force (3,) in N that the ground takes."""
        return np.asarray((self.stiffness * self.depth(points)) @ self.normal)


def _surface(points: Float, facets: Int) -> tuple[Int, Float, Float]:
    """Nodes (m,), their areas (m,) mm² and their mean outward normals (m, 3)."""
    if facets.ndim != 2 or facets.shape[1] != 3 or not len(facets):
        raise InputError(
            "solid.bed", "facets", f"shape {facets.shape}", "(m, 3), at least one facet",
            "name a facet set that exists; cut other facets into triangles", "E-PART-056",
        )  # fmt: skip
    nodes, area = nodal_areas(points, facets)
    corner = points[facets]
    vector = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    where = np.searchsorted(nodes, facets.ravel())
    spread = np.repeat(vector, 3, axis=0)
    total = np.stack([np.bincount(where, spread[:, i], len(nodes)) for i in range(3)], axis=1)
    return nodes, area, total / np.linalg.norm(total, axis=1, keepdims=True)


def _stiffness(values: dict[str, float]) -> None:
    for field, value in values.items():
        if not (np.isfinite(value) and value >= 0.0):
            raise InputError(
                "solid.bed", field, f"{value}", "0 N/mm³ or more", "give a stiffness per area", "E-PART-057"
            )  # fmt: skip


def normal_bed(points: Float, facets: Int, normal: float, tangential: float = 0.0) -> NormalBed:
    """Winkler bed under ``facets`` (m, 3), ``normal`` and ``tangential`` in N/mm³."""
    _stiffness({"normal": normal, "tangential": tangential})
    nodes, area, outward = _surface(points, facets)
    along = outward[:, :, None] * outward[:, None, :]
    matrix = normal * along + tangential * (np.eye(3) - along)
    return NormalBed(nodes, points[nodes], area[:, None, None] * matrix)


def tension_free_bed(points: Float, facets: Int, normal: float) -> TensionFreeBed:
    """Bed under ``facets`` (m, 3) that pushes only, ``normal`` in N/mm³."""
    _stiffness({"normal": normal})
    nodes, area, outward = _surface(points, facets)
    return TensionFreeBed(nodes, points[nodes], outward, area * normal)
