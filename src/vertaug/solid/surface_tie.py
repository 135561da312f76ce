# SPDX-License-Identifier: BSD-3-Clause
"""Ties a surface of four-sided faces to the triangles of another mesh that does not match it.

At points of each common piece of a face and a triangle, the place y on the face must stay where it was seen from the
triangle: g = y - z - c n, with z the place on the triangle, n its normal and c their distance at rest. The
energy is ½ k A g². Since the distance turns with the triangle, rigid motions cost nothing. Pieces are cut exactly:
with enough points in each, a uniform traction passes between flat meshes as nodal forces of both. With one point
a piece, which triangles smaller than the faces make do with, its stress is 1 % off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.materials.card import Parameter
from vertaug.solid.item import Contribution
from vertaug.solid.surface_overlap import overlaps

__all__ = ["CARD", "SurfaceTie", "tie_surfaces"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

CARD = (
    Parameter("k_t", 1e3, "N/mm³", 1e2, 1e5, "stiffness of a tie between surfaces",
              "penalty: 1 µm at 1 MPa", "assumed"),
)  # fmt: skip
_PAST = 1.6
_CORNERS = np.array([[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]])


def _skew(vector: Float) -> Float:
    """Matrices (m, 3, 3) of the cross product by each vector (m, 3) from the left."""
    out = np.zeros((*vector.shape, 3))
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        out[:, i, j], out[:, j, i] = -vector[:, k], vector[:, k]
    return out


@dataclass(frozen=True)
class SurfaceTie:
    """Pieces of a tie.

    Parameters
    ----------
    faces : (m, 4) nodes, `face_weights` (m, 4): the places on the faces
    triangles : (m, 3) nodes, `weights` (m, 3): the places on the triangles
    distance : (m,) mm at rest, along the triangle's normal
    area : (m,) mm² of the pieces
    stiffness : N/mm³
    """

    faces: Int
    face_weights: Float
    triangles: Int
    weights: Float
    distance: Float
    area: Float
    stiffness: float = CARD[0].value

    @property
    def connectivity(self) -> Int:
        """Nodes of the face, then of the triangle, (m, 7)."""
        return np.ascontiguousarray(np.concatenate([self.faces, self.triangles], axis=1))

    def _normals(self, points: Float) -> tuple[Float, Float, Float, Float]:
        """Normals (m, 3), twice the areas (m,) and the two edges (m, 3) of the triangles."""
        corner = points[self.triangles]
        one, two = corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]
        vector = np.cross(one, two)
        size = np.linalg.norm(vector, axis=1)
        return vector / size[:, None], size, one, two

    def gaps(self, points: Float) -> Float:
        """What parts the surfaces beyond their distance at rest, (m, 3) mm."""
        there = np.einsum("mk,mki->mi", self.face_weights, points[self.faces])
        here = np.einsum("mk,mki->mi", self.weights, points[self.triangles])
        return np.asarray(there - here - self.distance[:, None] * self._normals(points)[0])

    def tractions(self, points: Float) -> Float:
        """Traction (m, 3) MPa by which the faces pull at the triangles."""
        return self.stiffness * self.gaps(points)

    def normal_tractions(self, points: Float) -> Float:
        """Its part along the triangles' normals (m,), below 0 where the surfaces press."""
        return np.asarray((self.tractions(points) * self._normals(points)[0]).sum(axis=1))

    def resultant(self, points: Float) -> Float:
        """Force (3,) N by which the faces pull at the triangles."""
        return np.asarray((self.area[:, None] * self.tractions(points)).sum(axis=0))

    def energy(self, points: Float) -> float:
        """Energy of the tie, mJ."""
        return float(
            0.5 * self.stiffness * (self.area * (self.gaps(points) ** 2).sum(axis=1)).sum()
        )

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (m, 7, 3) and tangents (m, 21, 21)."""
        gap = self.gaps(points)
        normal, size, one, two = self._normals(points)
        slope = self._slope(normal, size, one, two)
        pull = (self.stiffness * self.area)[:, None] * gap
        forces = np.einsum("mi,mij->mj", pull, slope).reshape(-1, 7, 3)
        energy = float(0.5 * (pull * gap).sum())
        if not with_matrix:
            return Contribution(energy, forces, None)
        scale = np.sqrt(self.stiffness * self.area)[:, None, None]
        scaled = scale * slope
        matrices = np.matmul(np.swapaxes(scaled, 1, 2), scaled)
        matrices[:, 15:, 15:] += self._curve(pull, normal, size, one, two)[0]
        corner, far = self._curve(pull, normal, size, one, two)[1:]
        matrices[:, 12:15, 15:] += corner
        matrices[:, 15:, 12:15] += np.swapaxes(corner, 1, 2)
        matrices[:, 12:15, 12:15] += far
        return Contribution(energy, forces, matrices)

    def _slope(self, normal: Float, size: Float, one: Float, two: Float) -> Float:
        """Derivative (m, 3, 21) of the gaps."""
        m = len(size)
        out = np.zeros((m, 3, 7, 3))
        for i in range(3):
            out[:, i, :4, i] = self.face_weights
            out[:, i, 4:, i] = -self.weights
        by_one, by_two = self._normal_slope(normal, size, one, two)
        shift = self.distance[:, None, None]
        out[:, :, 5] -= shift * by_one
        out[:, :, 6] -= shift * by_two
        out[:, :, 4] += shift * (by_one + by_two)
        return out.reshape(m, 3, 21)

    @staticmethod
    def _normal_slope(normal: Float, size: Float, one: Float, two: Float) -> tuple[Float, Float]:
        """Derivatives (m, 3, 3) of the normals by the two edges."""
        plane = (np.eye(3) - normal[:, :, None] * normal[:, None, :]) / size[:, None, None]
        return plane @ -_skew(two), plane @ _skew(one)

    def _curve(
        self, pull: Float, normal: Float, size: Float, one: Float, two: Float
    ) -> tuple[Float, Float, Float]:
        """Second derivative of -c pull·n by corners 2 and 3 (m, 6, 6), 1 with those (m, 3, 6), and 1 (m, 3, 3)."""
        q = -self.distance[:, None] * pull
        along = (q * normal).sum(axis=1)[:, None, None]
        flat = q - along[:, 0] * normal
        plane = np.eye(3) - normal[:, :, None] * normal[:, None, :]
        mixed = flat[:, :, None] * normal[:, None, :]
        second = -(mixed + np.swapaxes(mixed, 1, 2) + along * plane) / (size**2)[:, None, None]
        first = np.concatenate([-_skew(two), _skew(one)], axis=2)
        inner = np.swapaxes(first, 1, 2) @ second @ first
        bend = -_skew(flat / size[:, None])
        inner[:, :3, 3:] += bend
        inner[:, 3:, :3] += np.swapaxes(bend, 1, 2)
        corner = -(inner[:, :3] + inner[:, 3:])
        return inner, corner, -(corner[:, :, :3] + corner[:, :, 3:])


def tie_surfaces(
    points: Float,
    faces: Int,
    triangles: Int,
    direction: Float,
    stiffness: float = CARD[0].value,
    *,
    exact: bool = False,
) -> SurfaceTie:
    """Tie ``faces`` (f, 4) to ``triangles`` (t, 3) of ``points`` (n_nodes, 3), seen along ``direction`` (3,).

    Normals of the triangles point against ``direction``, those of the faces along it. ``exact`` takes several
    points a piece, where triangles are as large as faces and the stress beside the tie matters.

    Raises
    ------
    InputError : E-SOLID-050, no triangle lies over a face, or less than nine tenths of the faces' area do
    """
    axis = np.asarray(direction, dtype=np.float64) / np.linalg.norm(direction)
    x = np.eye(3)[np.abs(axis).argmin()]
    x = x - (x @ axis) * axis
    x /= np.linalg.norm(x)
    plane = np.stack([x, np.cross(axis, x)], axis=1)
    corner = points[triangles]
    normal = np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    facing = np.flatnonzero(normal @ axis < -0.2 * np.linalg.norm(normal, axis=1))
    seen = (corner[facing] @ plane)[:, ::-1]
    found = overlaps(points[faces] @ plane, seen, exact=exact)
    chosen, weights = facing[found.triangle], found.weights[:, ::-1]
    area = found.share * 0.5 * np.linalg.norm(normal[chosen], axis=1)
    covered = (area * np.abs(normal[chosen] @ axis) / np.linalg.norm(normal[chosen], axis=1)).sum()
    quad = points[faces] @ plane
    one, two = quad[:, 2] - quad[:, 0], quad[:, 3] - quad[:, 1]
    whole = 0.5 * np.abs(one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]).sum()
    if not covered > 0.9 * whole:
        raise InputError(
            "solid", "tie", f"{covered:.0f} of {whole:.0f} mm² of a surface over the other",
            "nine tenths or more", "bring the surfaces together, or make the tied one smaller", "E-SOLID-050",
        )  # fmt: skip
    place = np.einsum("mk,mki->mi", weights, corner[chosen])
    unit = normal[chosen] / np.linalg.norm(normal[chosen], axis=1)[:, None]
    shape, distance, met = _shot(points[faces[found.face]], place, unit)
    return SurfaceTie(
        faces[found.face[met]], shape[met], triangles[chosen[met]], np.ascontiguousarray(weights[met]),
        distance[met], area[met], stiffness,
    )  # fmt: skip


def _shot(quad: Float, place: Float, normal: Float) -> tuple[Float, Float, NDArray[np.intp]]:
    """Where lines through ``place`` along ``normal`` meet faces (m, 4, 3) or what continues them.

    Weights (m, 4) and distances (m,), and which of them met: sharply curved corners may send a line far past.
    """
    local, distance = np.zeros((len(quad), 2)), np.zeros(len(quad))
    for _ in range(12):
        factor = 1.0 + local[:, None] * _CORNERS
        weights = factor.prod(axis=2) / 4.0
        by_xi = _CORNERS[:, 0] * factor[:, :, 1] / 4.0
        by_eta = _CORNERS[:, 1] * factor[:, :, 0] / 4.0
        gap = np.einsum("mk,mki->mi", weights, quad) - place - distance[:, None] * normal
        slope = np.stack(
            [np.einsum("mk,mki->mi", d, quad) for d in (by_xi, by_eta)] + [-normal], axis=2
        )
        change = np.linalg.solve(slope, -gap[:, :, None])[..., 0]
        local += np.clip(change[:, :2], -1.0, 1.0)
        distance += change[:, 2]
    weights = (1.0 + local[:, None] * _CORNERS).prod(axis=2) / 4.0
    vector = np.einsum("mk,mki->mi", weights, quad) - place
    distance = (vector * normal).sum(axis=1)
    off = np.linalg.norm(vector - distance[:, None] * normal, axis=1)
    met = np.flatnonzero((np.abs(local).max(axis=1) < _PAST) & (off < 1e-9))
    return weights, np.asarray(distance), met
