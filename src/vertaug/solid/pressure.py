# SPDX-License-Identifier: BSD-3-Clause
"""Pressure on facets of 3, 4 or 6 nodes that follows them as they move.

On a closed surface, or one whose rim is held, the forces are the gradient of -p V with V the volume
between the facets and a fixed point: energy and a symmetric tangent. On an open surface with a free rim
they are no gradient of anything; `FollowerPressure` has their exact, unsymmetric tangent then.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.solid.item import Contribution

__all__ = ["FollowerPressure", "PressureLoad", "facet_rule", "open_rim", "pressure_on"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
Bool = NDArray[np.bool_]

_PLACE = "solid.pressure"


def _triangle_points() -> tuple[Float, Float]:
    """Points (6, 2) and weights (6,) exact to degree 4 on the unit triangle (Dunavant 1985)."""
    a, b = 0.445948490915965, 0.091576213509771
    wa, wb = 0.223381589678011, 0.109951743655322
    corners = [(a, a), (1 - 2 * a, a), (a, 1 - 2 * a), (b, b), (1 - 2 * b, b), (b, 1 - 2 * b)]
    return np.array(corners), 0.5 * np.repeat([wa, wb], 3)


def facet_rule(nodes: int) -> tuple[Float, Float, Float]:
    """Shape functions (q, k), derivatives (q, k, 2) and weights (q,) of a facet of k nodes.

    3: triangle; 4: quadrilateral; 6: triangle with the middles of its edges 01, 12, 20. The rules
    integrate the forces of a pressure exactly.
    """
    if nodes == 3:
        return (
            np.full((1, 3), 1.0 / 3.0),
            np.array([[[-1.0, -1.0], [1.0, 0.0], [0.0, 1.0]]]),
            np.array([0.5]),
        )
    if nodes == 4:
        g = 1.0 / np.sqrt(3.0)
        at = np.array([[-g, -g], [g, -g], [g, g], [-g, g]])
        corner = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])
        factor = 1.0 + at[:, None, :] * corner
        slope = np.stack([corner[:, 0] * factor[:, :, 1], corner[:, 1] * factor[:, :, 0]], axis=2)
        return factor.prod(axis=2) / 4.0, slope / 4.0, np.ones(4)
    if nodes == 6:
        at, weight = _triangle_points()
        bary = np.column_stack([1.0 - at.sum(axis=1), at])
        step = np.array([[-1.0, -1.0], [1.0, 0.0], [0.0, 1.0]])
        edges = ((0, 1), (1, 2), (2, 0))
        middle = np.stack([4.0 * bary[:, a] * bary[:, b] for a, b in edges], axis=1)
        value = np.concatenate([bary * (2.0 * bary - 1.0), middle], axis=1)
        slopes = [(4.0 * bary[:, [a]] - 1.0) * step[a] for a in range(3)]
        slopes += [4.0 * (bary[:, [a]] * step[b] + bary[:, [b]] * step[a]) for a, b in edges]
        return value, np.stack(slopes, axis=1), weight
    raise InputError(
        _PLACE, "facets", f"{nodes} nodes a facet", "3, 4 or 6", "convert the mesh", "E-PART-051"
    )


def open_rim(facets: Int) -> Int:
    """Nodes on the free edges of a surface of facets (m, 3 | 4 | 6); none where it is closed."""
    corners = 4 if facets.shape[1] == 4 else 3
    first = facets[:, :corners].ravel()
    second = np.roll(facets[:, :corners], -1, axis=1).ravel()
    middle = facets[:, 3:].ravel() if facets.shape[1] == 6 else first
    _, inverse, counts = np.unique(
        np.sort(np.stack([first, second], axis=1), axis=1),
        axis=0, return_inverse=True, return_counts=True,
    )  # fmt: skip
    free = counts[inverse.ravel()] == 1
    return np.unique(np.concatenate([first[free], second[free], middle[free]])).astype(np.int32)


def _skew(vector: Float) -> Float:
    """Matrices (..., 3, 3) of the cross product by each vector (..., 3) from the left."""
    out = np.zeros((*vector.shape, 3))
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        out[..., i, j] = -vector[..., k]
        out[..., j, i] = vector[..., k]
    return out


def _surface(points: Float, facets: Int) -> tuple[Float, Float, Float, Float, Float, Float]:
    """Places, tangents (m, q, 3) ×2 at the rule's points; shape functions, derivatives, weights."""
    value, slope, weight = facet_rule(facets.shape[1])
    corner = points[facets]
    place = np.einsum("qk,mki->mqi", value, corner)
    one = np.einsum("qk,mki->mqi", slope[..., 0], corner)
    two = np.einsum("qk,mki->mqi", slope[..., 1], corner)
    return place, one, two, value, slope, weight


@dataclass(frozen=True)
class PressureLoad:
    """A pressure that does work on the volume it opens.

    `facets` (m, 3 | 4 | 6) with normals out of the solid; `pressure` MPa pushes against the normals;
    `centre` (3,) mm, the fixed point of the volumes. The forces of an open surface are right except at
    its rim, see `pressure_on`.
    """

    facets: Int
    pressure: float
    centre: Float

    @property
    def connectivity(self) -> Int:
        """Nodes of each facet."""
        return self.facets

    def volume(self, points: Float) -> float:
        """Volume between the facets and the centre, against the normals, mm³."""
        place, one, two, _, _, weight = _surface(points, self.facets)
        normal = np.cross(one, two)
        return -float((((place - self.centre) * normal).sum(axis=2) @ weight).sum() / 3.0)

    def energy(self, points: Float) -> float:
        """Potential -p V, mJ."""
        return -self.pressure * self.volume(points)

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (m, k, 3) and tangents (m, 3 k, 3 k)."""
        place, one, two, value, slope, weight = _surface(points, self.facets)
        arm = place - self.centre
        factor = self.pressure / 3.0 * weight
        by_place, by_one, by_two = np.cross(one, two), np.cross(two, arm), np.cross(arm, one)
        forces = np.einsum("q,qa,mqi->mai", factor, value, by_place, optimize=True)
        forces += np.einsum("q,qa,mqi->mai", factor, slope[..., 0], by_one, optimize=True)
        forces += np.einsum("q,qa,mqi->mai", factor, slope[..., 1], by_two, optimize=True)
        energy = self.energy(points)
        if not with_matrix:
            return Contribution(energy, forces, None)
        # d(u·(v×w)) twice: u v -> -[w]x, u w -> [v]x, v w -> -[u]x, each with its transpose
        m, k = self.facets.shape
        upper = np.zeros((m, k, 3, k, 3))
        for left, right, middle in (
            (value, slope[..., 0], -two),
            (value, slope[..., 1], one),
            (slope[..., 0], slope[..., 1], -arm),
        ):
            upper += np.einsum(
                "q,qa,qb,mqij->maibj", factor, left, right, _skew(middle), optimize=True
            )
        matrices = upper.reshape(m, 3 * k, 3 * k)
        return Contribution(energy, forces, matrices + np.swapaxes(matrices, 1, 2))


@dataclass(frozen=True)
class FollowerPressure:
    """A pressure on an open surface with a free rim: forces that have no energy.

    `facets` and `pressure` as in `PressureLoad`; `start` (n_nodes, 3) mm, where the step began. The
    tangent is exact and unsymmetric. `energy` is minus the work of the step by the trapezoidal rule.
    """

    facets: Int
    pressure: float
    start: Float
    conservative: bool = False

    @property
    def connectivity(self) -> Int:
        """Nodes of each facet."""
        return self.facets

    def _forces(self, points: Float) -> Float:
        _, one, two, value, _, weight = _surface(points, self.facets)
        normal = np.cross(one, two)
        return np.asarray(
            np.einsum("q,qa,mqi->mai", self.pressure * weight, value, normal, optimize=True)
        )

    def energy(self, points: Float) -> float:
        """Minus the work since the start of the step, mJ."""
        mean = 0.5 * (self._forces(points) + self._forces(self.start))
        return float((mean * (points - self.start)[self.facets]).sum())

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (m, k, 3) and unsymmetric tangents (m, 3 k, 3 k)."""
        _, one, two, value, slope, weight = _surface(points, self.facets)
        forces, energy = self._forces(points), self.energy(points)
        if not with_matrix:
            return Contribution(energy, forces, None)
        factor = self.pressure * weight
        m, k = self.facets.shape
        matrices = np.zeros((m, k, 3, k, 3))
        for right, middle in ((slope[..., 0], -two), (slope[..., 1], one)):
            matrices += np.einsum(
                "q,qa,qb,mqij->maibj", factor, value, right, _skew(middle), optimize=True
            )
        return Contribution(energy, forces, matrices.reshape(m, 3 * k, 3 * k))


def pressure_on(
    points: Float, facets: Int, pressure: float, fixed: Bool | None = None
) -> PressureLoad | FollowerPressure:
    """Pressure (MPa) against the normals of ``facets`` (m, 3 | 4 | 6) at ``points`` (n_nodes, 3).

    Returns the load with an energy where the surface is closed or all its rim is held in ``fixed``
    (n_nodes, 3), and the one without elsewhere.
    """
    if not np.isfinite(pressure):
        raise InputError(
            _PLACE, "pressure", f"{pressure}", "a finite value", "give it in MPa", "E-PART-052"
        )
    rim = open_rim(facets)
    if not len(rim) or (fixed is not None and bool(fixed[rim].all())):
        return PressureLoad(facets, pressure, points[facets].mean(axis=(0, 1)))
    return FollowerPressure(facets, pressure, points.copy())
