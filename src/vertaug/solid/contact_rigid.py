# SPDX-License-Identifier: BSD-3-Clause
"""Contact of facets with a rigid body given by a formula."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.solid.contact_friction import Grip
from vertaug.solid.contact_law import gap_energy
from vertaug.solid.contact_shapes import RigidShape
from vertaug.solid.contact_surface import quadrature
from vertaug.solid.item import Contribution

__all__ = ["RigidContact", "facet_quadrature"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


def facet_quadrature(corners: int, count: int) -> tuple[Float, Float, Float]:
    """Shape functions (q, k), their two derivatives (q, k, 2) and weights (q,) of a kind of facet.

    Facets of 3 and 6 nodes (corners, then the middles of the edges 01, 12, 20) take the triangle
    rule of ``count`` points, those of 4 nodes a Gauss rule of 3 by 3. Weights sum to the area of
    the reference facet.
    """
    if corners == 4:
        place, share = np.polynomial.legendre.leggauss(3)
        r, s = (axis.ravel() for axis in np.meshgrid(place, place, indexing="ij"))
        corner = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
        a, b = 1.0 + r[:, None] * corner[:, 0], 1.0 + s[:, None] * corner[:, 1]
        slope = np.stack([corner[:, 0] * b, corner[:, 1] * a], axis=2)
        return 0.25 * a * b, 0.25 * slope, np.outer(share, share).ravel()
    rule = quadrature(count)
    bary, weight = rule[:, :3], 0.5 * rule[:, 3]
    change = np.array([[-1.0, -1.0], [1.0, 0.0], [0.0, 1.0]])
    if corners == 3:
        return bary, np.tile(change, (len(rule), 1, 1)), weight
    if corners != 6:
        raise InputError(
            "solid.contact", "facets", f"{corners} nodes a facet", "3, 4 or 6",
            "give the facets of linear or quadratic cells", "E-CONTACT-003",
        )  # fmt: skip
    ends = np.array([[0, 1], [1, 2], [2, 0]])
    middle = 4.0 * bary[:, ends[:, 0]] * bary[:, ends[:, 1]]
    shape = np.concatenate([bary * (2.0 * bary - 1.0), middle], axis=1)
    at_corner = (4.0 * bary - 1.0)[:, :, None] * change
    one, two = bary[:, ends[:, 0], None], bary[:, ends[:, 1], None]
    at_middle = 4.0 * (one * change[ends[:, 1]] + two * change[ends[:, 0]])
    return shape, np.concatenate([at_corner, at_middle], axis=1), weight


@dataclass(frozen=True, eq=False)
class RigidContact:
    """Facets pressed against a rigid body, frictionless; see `Grip` for friction.

    `facets` (m, k) of 3, 4 or 6 nodes, `shape` the body, `reach` mm, `stiffness` MPa of the gap's
    pressure, `measure` (m, q) mm² each place of a facet stands for, `shares` (q, k) its shape functions there.
    """

    facets: Int
    shape: RigidShape
    reach: float
    stiffness: float
    measure: Float
    shares: Float

    @classmethod
    def start(
        cls, points: Float, facets: Int, shape: RigidShape, reach: float, stiffness: float,
        count: int | None = None,
    ) -> RigidContact:  # fmt: skip
        """Take areas at ``points`` (n_nodes, 3).

        The gap is taken at the nodes: as many as there are pressures the facets can carry, so a stiff
        gap does not lock. With ``count`` it is taken at that many quadrature points of a triangle.
        """
        k = facets.shape[1]
        shares, slopes, weight = facet_quadrature(k, 6 if count is None else count)
        sides = np.einsum("qka,mkd->mqad", slopes, points[facets])
        normal = np.cross(sides[:, :, 0], sides[:, :, 1])
        measure = np.sqrt((normal * normal).sum(axis=2)) * weight
        if count is None:
            # corners of a quadratic facet would carry nothing: it counts as four linear ones
            lumped = (
                shares if k < 6 else np.broadcast_to([1.0 / 12.0] * 3 + [0.25] * 3, shares.shape)
            )
            measure = np.einsum("mq,qk->mk", measure, lumped)
            shares = np.eye(k)
        return cls(
            np.ascontiguousarray(facets, dtype=np.int32), shape, reach, stiffness, measure, shares
        )

    @property
    def connectivity(self) -> Int:
        """Nodes of each facet, (m, k)."""
        return self.facets

    def places(self, points: Float) -> Float:
        """Quadrature points (m, q, 3) mm."""
        return np.asarray(np.einsum("qk,mkd->mqd", self.shares, points[self.facets]))

    def gaps(self, points: Float) -> tuple[Float, Float, Float]:
        """Gaps (m, q), normals (m, q, 3) and their derivatives (m, q, 3, 3)."""
        m, q = self.measure.shape
        gap, normal, hessian = self.shape.gap(self.places(points).reshape(-1, 3))
        return gap.reshape(m, q), normal.reshape(m, q, 3), hessian.reshape(m, q, 3, 3)

    def energy(self, points: Float) -> float:
        """Energy of the gaps, mJ."""
        gap, _, _ = self.gaps(points)
        return float((self.measure * gap_energy(gap, self.reach, self.stiffness)[0]).sum())

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (m, k, 3) and tangents (m, 3k, 3k)."""
        gap, normal, hessian = self.gaps(points)
        energy, slope, curve = gap_energy(gap, self.reach, self.stiffness)
        push = (self.measure * slope)[..., None] * normal
        forces = np.einsum("qk,mqd->mkd", self.shares, push)
        total = float((self.measure * energy).sum())
        if not with_matrix:
            return Contribution(total, forces, None)
        m, k = self.facets.shape
        matrices = np.zeros((m, 3 * k, 3 * k))
        active = np.flatnonzero((gap < self.reach).any(axis=1))
        direct = normal[active, :, :, None] * normal[active, :, None, :]
        block = curve[active, :, None, None] * direct
        block += slope[active, :, None, None] * hessian[active]
        block *= self.measure[active, :, None, None]
        pairs = self.shares[:, :, None] * self.shares[:, None, :]
        full = np.einsum("qab,mqde->madbe", pairs, block)
        matrices[active] = full.reshape(len(active), 3 * k, 3 * k)
        return Contribution(total, forces, matrices)

    def pressures(self, points: Float) -> Float:
        """Pressures (m, q) MPa at the quadrature points."""
        return -gap_energy(self.gaps(points)[0], self.reach, self.stiffness)[1]

    def force(self, points: Float) -> Float:
        """Force (3,) N of the solid on the body."""
        _, normal, _ = self.gaps(points)
        load = (self.measure * self.pressures(points))[..., None] * normal
        return np.asarray(-load.sum(axis=(0, 1)))

    def penetration(self, points: Float) -> float:
        """Deepest overlap (mm) of nodes and quadrature points, 0 where there is none."""
        at_nodes, _, _ = self.shape.gap(points[np.unique(self.facets)])
        least = min(float(at_nodes.min(initial=0.0)), float(self.gaps(points)[0].min(initial=0.0)))
        return max(-least, 0.0)

    def grip(self, points: Float) -> Grip:
        """Return what friction needs of the contact at ``points``: every quadrature point, pressed or not."""
        m, q = self.measure.shape
        _, normal, _ = self.gaps(points)
        return Grip(
            nodes=np.repeat(self.facets, q, axis=0),
            weights=np.tile(self.shares, (m, 1)),
            normals=normal.reshape(-1, 3),
            forces=(self.measure * self.pressures(points)).ravel(),
        )
