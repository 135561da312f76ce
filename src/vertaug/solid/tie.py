# SPDX-License-Identifier: BSD-3-Clause
"""Points of a solid tied to rigid frames: rigid ties, potting, platens, the bond of a screw.

A tied point is a weighted sum of nodes, y = Σ N x: a node itself, or a place inside a cell. In the axes
of its frame, R, with its centre t, it should be at `arm`; its gap is γ = Rᵀ(y - t) - arm. The laws of γ:

- `ElasticLaw`: ½ Σ kᵢ γᵢ², all components (tied), some of them (a frictionless platen), none.
- `OneSidedLaw`: ½ k min(γ₃, 0)²: a plane that only pushes, along its frame's third axis.
- `BondLaw`: elastic across, elastic-perfectly plastic along a surface, up to a tangential force.

Ties are penalties. The relative error of a rigid tie is the stiffness of what it holds over its own;
`tie_stiffness` gives one that keeps it near 1e-4, and `reaction` is exact whatever the stiffness.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.solid import rotation
from vertaug.solid.frame import Frames
from vertaug.solid.item import Contribution
from vertaug.solid.support import nodal_areas

__all__ = [
    "BondLaw",
    "ElasticLaw",
    "GapLaw",
    "OneSidedLaw",
    "TieItem",
    "plane_platen",
    "platen",
    "potting",
    "rigid_tie",
    "tie_stiffness",
]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


class GapLaw(Protocol):
    """What a tie's gap costs."""

    def respond(self, gap: Float) -> tuple[Float, Float, Float]:
        """Energies (m,) mJ, forces (m, 3) N and stiffnesses (m, 3, 3) N/mm of gaps (m, 3) mm."""
        ...

    def committed(self, gap: Float) -> GapLaw:
        """Return the law at the start of the step that begins at the converged ``gap`` (m, 3)."""
        ...


def _not_negative(place: str, field: str, values: Float) -> None:
    if not (np.isfinite(values).all() and (values >= 0.0).all()):
        raise InputError(
            place, field, f"values from {values.min()} to {values.max()}", "finite values of 0 or more",
            "give stiffnesses in N/mm and forces in N", "E-PART-044",
        )  # fmt: skip


@dataclass(frozen=True)
class ElasticLaw:
    """Springs along the frame's axes: `stiffness` (m, 3) N/mm."""

    stiffness: Float

    def __post_init__(self) -> None:
        """Check the signs."""
        _not_negative("solid.tie.ElasticLaw", "stiffness", self.stiffness)

    def respond(self, gap: Float) -> tuple[Float, Float, Float]:
        """Energies (m,), forces (m, 3), stiffnesses (m, 3, 3)."""
        force = self.stiffness * gap
        return 0.5 * (force * gap).sum(axis=1), force, self.stiffness[:, :, None] * np.eye(3)

    def committed(self, gap: Float) -> ElasticLaw:
        """Return the law itself: it has no history."""
        return self


@dataclass(frozen=True)
class OneSidedLaw:
    """A plane at each arm that pushes along the frame's third axis: `stiffness` (m,) N/mm."""

    stiffness: Float

    def __post_init__(self) -> None:
        """Check the signs."""
        _not_negative("solid.tie.OneSidedLaw", "stiffness", self.stiffness)

    def respond(self, gap: Float) -> tuple[Float, Float, Float]:
        """Energies (m,), forces (m, 3), stiffnesses (m, 3, 3)."""
        depth = np.minimum(gap[:, 2], 0.0)
        force = np.zeros_like(gap)
        force[:, 2] = self.stiffness * depth
        matrix = np.zeros((len(gap), 3, 3))
        # a point just on the plane counts as in contact: else a body at rest on it would be loose
        matrix[:, 2, 2] = np.where(gap[:, 2] <= 0.0, self.stiffness, 0.0)
        return 0.5 * self.stiffness * depth**2, force, matrix

    def committed(self, gap: Float) -> OneSidedLaw:
        """Return the law itself: it has no history."""
        return self


@dataclass(frozen=True)
class BondLaw:
    """Bond on a surface: elastic, with a limit on the tangential force.

    Parameters
    ----------
    normal : (m, 3) unit normals in the frame's axes
    across, along : (m,) N/mm, stiffness along the normal and in the surface
    limit : (m,) N, largest tangential force
    slip : (m, 3) mm, plastic slip so far, in the frame's axes
    dissipated : (m,) mJ so far
    """

    normal: Float
    across: Float
    along: Float
    limit: Float
    slip: Float
    dissipated: Float

    def __post_init__(self) -> None:
        """Check the signs."""
        for field in ("across", "along"):
            _not_negative("solid.tie.BondLaw", field, getattr(self, field))
        _not_negative("solid.tie.BondLaw", "limit", np.where(self.limit == np.inf, 0.0, self.limit))

    def _trial(self, gap: Float) -> tuple[Float, Float, Float, Float]:
        """Normal gap (m,), elastic slip (m, 3) at no further plastic slip, its size and its limit (m,)."""
        normal = (gap * self.normal).sum(axis=1)
        tangent = gap - normal[:, None] * self.normal - self.slip
        size = np.linalg.norm(tangent, axis=1)
        return normal, tangent, size, self.limit / np.where(self.along > 0.0, self.along, 1.0)

    def respond(self, gap: Float) -> tuple[Float, Float, Float]:
        """Energies with the step's dissipation (m,), forces (m, 3), stiffnesses (m, 3, 3)."""
        normal, tangent, size, yielding = self._trial(gap)
        slips = size > yielding
        safe = np.where(size > 0.0, size, 1.0)
        secant = self.along * np.where(slips, yielding / safe, 1.0)
        # not limit * excess for all: a bond that never gives has no limit
        excess = np.where(slips, self.limit, 0.0) * np.where(slips, size - yielding, 0.0)
        energy = 0.5 * self.along * np.minimum(size, yielding) ** 2 + excess
        outer = self.normal[:, :, None] * self.normal[:, None, :]
        plane = np.eye(3) - outer
        unit = tangent / safe[:, None]
        lost = np.where(slips, secant, 0.0)[:, None, None] * unit[:, :, None] * unit[:, None, :]
        matrix = self.across[:, None, None] * outer + secant[:, None, None] * plane - lost
        force = (self.across * normal)[:, None] * self.normal + secant[:, None] * tangent
        return energy + 0.5 * self.across * normal**2, force, matrix

    def committed(self, gap: Float) -> BondLaw:
        """Return the bond after the slip that ``gap`` (m, 3) brings."""
        _, tangent, size, yielding = self._trial(gap)
        slips = size > yielding
        more = np.where(slips, size - yielding, 0.0)
        safe = np.where(size > 0.0, size, 1.0)
        slip = self.slip + (more / safe)[:, None] * tangent
        lost = np.where(slips, self.limit, 0.0) * more
        return replace(self, slip=slip, dissipated=self.dissipated + lost)

    def used(self, gap: Float) -> Float:
        """Tangential force over its limit (m,), 0 to 1."""
        _, _, size, yielding = self._trial(gap)
        return np.asarray(np.minimum(size / np.where(yielding > 0.0, yielding, np.inf), 1.0))


@dataclass(frozen=True)
class TieItem:
    """Points tied to frames by one law.

    Parameters
    ----------
    frames : the frames
    frame : (m,) the frame of each point
    nodes : (m, k), `weights` (m, k) that sum to 1: the tied points
    arms : (m, 3) mm, where the points belong in their frame's axes
    law : of the gap
    """

    frames: Frames
    frame: Int
    nodes: Int
    weights: Float
    arms: Float
    law: GapLaw

    def __post_init__(self) -> None:
        """Check the weights and the indices."""
        place = "solid.tie.TieItem"
        if self.frame.size and not 0 <= self.frame.min() <= self.frame.max() < len(self.frames):
            raise InputError(
                place, "frame", f"{self.frame.min()} to {self.frame.max()}",
                f"0 to {len(self.frames) - 1}", "number the frames from 0", "E-PART-042",
            )  # fmt: skip
        sums = self.weights.sum(axis=1)
        if self.weights.shape != self.nodes.shape or not np.allclose(sums, 1.0, atol=1e-9):
            raise InputError(
                place, "weights", f"shape {self.weights.shape}, sums {sums.min()} to {sums.max()}",
                f"shape {self.nodes.shape}, rows that sum to 1", "use shape functions", "E-PART-045",
            )  # fmt: skip

    @property
    def connectivity(self) -> Int:
        """The point's nodes, then centre and rotation of its frame, (m, k + 2)."""
        ends = [self.frames.centres[self.frame], self.frames.rotations[self.frame]]
        return np.ascontiguousarray(np.column_stack([self.nodes, *ends]), dtype=np.int32)

    def committed(self, points: Float) -> TieItem:
        """Return the ties at the start of the step that begins at converged ``points``."""
        law = self.law.committed(self.gaps(points))
        return replace(self, frames=self.frames.committed(points), law=law)

    def positions(self, points: Float) -> Float:
        """Tied points (m, 3), mm."""
        return np.asarray(np.einsum("mk,mki->mi", self.weights, points[self.nodes]))

    def gaps(self, points: Float) -> Float:
        """Gaps (m, 3) in the frames' axes, mm."""
        vector = self.positions(points) - points[self.frames.centres[self.frame]]
        turned = self.frames.matrices(points)[self.frame]
        return np.asarray(np.einsum("mji,mj->mi", turned, vector) - self.arms)

    def carried(self, points: Float) -> Float:
        """Points (n_nodes, 3) with all tied nodes where their frames want them: a start for Newton."""
        out = points.copy()
        if self.nodes.shape[1] == 1:
            turned = np.einsum("mij,mj->mi", self.frames.matrices(points)[self.frame], self.arms)
            out[self.nodes[:, 0]] = points[self.frames.centres[self.frame]] + turned
        return out

    def energy(self, points: Float) -> float:
        """Energy of the ties, with what they dissipate in the step, mJ."""
        return float(self.law.respond(self.gaps(points))[0].sum())

    def reaction(self, points: Float, frame: int) -> tuple[Float, Float]:
        """Force (3,) N on a frame's centre and moment (3,) N mm about it, from the ties."""
        chosen = np.flatnonzero(self.frame == frame)
        _, force, _ = self.law.respond(self.gaps(points))
        turned = self.frames.matrices(points)[frame]
        pull = force[chosen] @ turned.T
        arm = self.positions(points)[chosen] - points[self.frames.centres[frame]]
        return pull.sum(axis=0), np.cross(arm, pull).sum(axis=0)

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (m, k + 2, 3) and tangents (m, 3 k + 6, 3 k + 6)."""
        vector = self.positions(points) - points[self.frames.centres[self.frame]]
        turned, slope, curve = self._rotations(points)
        gap = np.einsum("mji,mj->mi", turned, vector) - self.arms
        energy, force, stiffness = self.law.respond(gap)
        first = np.concatenate(
            [np.swapaxes(turned, 1, 2), np.einsum("mjik,mj->mik", slope, vector)], axis=2
        )
        gradient = np.einsum("mi,mij->mj", force, first)
        forces = self._spread(gradient[:, :, None])[..., 0].reshape(len(gap), -1, 3)
        total = float(energy.sum())
        if not with_matrix:
            return Contribution(total, forces, None)
        inner = np.einsum("mia,mij,mjb->mab", first, stiffness, first, optimize=True)
        mixed = np.einsum("mi,mjik->mjk", force, slope)
        inner[:, :3, 3:] += mixed
        inner[:, 3:, :3] += np.swapaxes(mixed, 1, 2)
        inner[:, 3:, 3:] += np.einsum("mi,mj,mjikl->mkl", force, vector, curve, optimize=True)
        half = self._spread(inner)
        return Contribution(total, forces, self._spread(np.swapaxes(half, 1, 2)))

    def _rotations(self, points: Float) -> tuple[Float, Float, Float]:
        """Orientations (m, 3, 3), derivatives (m, 3, 3, 3), (m, 3, 3, 3, 3) by the frame's vector."""
        value, first, second = rotation.exponential(self.frames.increments(points))
        after = rotation.right_matrix(self.frames.orientation)
        q = np.einsum("fij,fj->fi", after, value)
        dq = np.einsum("fij,fjk->fik", after, first)
        ddq = np.einsum("fij,fjkl->fikl", after, second)
        half = np.einsum("ijab,fb->fija", rotation.QUADRATIC, q)
        slope = 2.0 * np.einsum("fija,fak->fijk", half, dq)
        curve = 2.0 * np.einsum("fija,fakl->fijkl", half, ddq)
        curve += 2.0 * np.einsum("ijab,fak,fbl->fijkl", rotation.QUADRATIC, dq, dq, optimize=True)
        return rotation.matrix(q)[self.frame], slope[self.frame], curve[self.frame]

    def _spread(self, inner: Float) -> Float:
        """From derivatives (m, 6, c) by (y - t, φ) to (m, 3 k + 6, c) by the unknowns."""
        m, k = self.nodes.shape
        out = np.zeros((m, k + 2, 3, inner.shape[2]))
        out[:, :k] = self.weights[:, :, None, None] * inner[:, None, :3]
        out[:, k] = -inner[:, :3]
        out[:, k + 1] = inner[:, 3:] / self.frames.lever
        return out.reshape(m, 3 * k + 6, -1)


def tie_stiffness(young: float, size: float, nodes: int) -> float:
    """Penalty (N/mm) a node that makes a tie ten thousand times as stiff as what it holds.

    ``young`` MPa and ``size`` mm, the width, of the part held; ``nodes`` the number of nodes tied.
    """
    return 1e4 * young * size / max(nodes, 1)


def _arms(points: Float, frames: Frames, frame: int, nodes: Int) -> Float:
    """Places (m, 3) of ``nodes`` in a frame's axes."""
    turned = frames.matrices(points)[frame]
    return np.asarray((points[nodes] - points[frames.centres[frame]]) @ turned)


def _tie(
    points: Float, frames: Frames, frame: int, nodes: Int, arms: Float, law: GapLaw
) -> TieItem:
    nodes = np.asarray(nodes, dtype=np.int32)
    if nodes.size == 0:
        raise InputError(
            "solid.tie", "nodes", "none", "at least one node", "name a facet set that exists", "E-PART-046"
        )  # fmt: skip
    which = np.full(len(nodes), frame, dtype=np.int32)
    return TieItem(frames, which, nodes[:, None], np.ones((len(nodes), 1)), arms, law)


def rigid_tie(
    points: Float, frames: Frames, frame: int, nodes: Int, stiffness: float | Float
) -> TieItem:
    """Nodes (m,) that move with a frame in all directions.

    ``stiffness`` N/mm, one for all or (m,): a penalty for a rigid tie or a cast (`tie_stiffness`), or
    the area-weighted stiffness of a potting or a bed.
    """
    each = np.broadcast_to(np.asarray(stiffness, dtype=np.float64), (len(nodes),))
    law = ElasticLaw(np.repeat(each[:, None], 3, axis=1))
    return _tie(points, frames, frame, nodes, _arms(points, frames, frame, nodes), law)


def potting(
    points: Float, frames: Frames, frame: int, facets: Int, axial: float, shear: float
) -> TieItem:
    """Facets (m, 3) cast in a frame, or bedded on it as an endplate is on a disc.

    ``axial`` and ``shear`` N/mm³: stiffness of the cast or the bed per area, along the frame's third axis
    and across it.
    """
    nodes, area = nodal_areas(points, facets)
    law = ElasticLaw(area[:, None] * np.array([shear, shear, axial]))
    return _tie(points, frames, frame, nodes, _arms(points, frames, frame, nodes), law)


def platen(
    points: Float, frames: Frames, frame: int, nodes: Int, stiffness: float | Float
) -> TieItem:
    """Nodes (m,) that a frictionless platen holds along its frame's third axis, both ways."""
    law = ElasticLaw(np.zeros((len(nodes), 3)))
    law.stiffness[:, 2] = stiffness
    return _tie(points, frames, frame, nodes, _arms(points, frames, frame, nodes), law)


def plane_platen(
    points: Float, frames: Frames, frame: int, nodes: Int, stiffness: float | Float
) -> TieItem:
    """Nodes (m,) that a flat frictionless platen pushes along its frame's third axis, never pulls.

    The plane goes through the frame's centre; nodes may start away from it, and none may start behind it
    if there is to be no load at the start.
    """
    each = np.array(np.broadcast_to(np.asarray(stiffness, dtype=np.float64), (len(nodes),)))
    arms = _arms(points, frames, frame, nodes)
    arms[:, 2] = 0.0
    return _tie(points, frames, frame, nodes, arms, OneSidedLaw(each))
