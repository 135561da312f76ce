# SPDX-License-Identifier: BSD-3-Clause
"""Two-node beams and joints between frames, geometrically exact.

A pair of frames has six strains that no rigid motion changes: the vector between the centres in the
axes half-way between the two orientations, γ = Rₘᵀ(x₂ - x₁) - γ₀, and the rotation vector from one to the
other, κ. Energy ½ γᵀCγ + ½ κᵀDκ. With C and D of a joint this is a spring in six directions. With
C = {EA, GA*, GA*}/L and D = {GJ, EI, EI}/L it is a Reissner-Simo beam with one point of integration,
which cannot lock. Its bending part is completed by the *residual bending flexibility*,
1/GA* = 1/(κGA) + L²/(12 EI), with which the nodes of straight beams under nodal loads are exact in linear
theory (the stiffness equals that of Timoshenko's exact element); at large rotation it converges with h².
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.solid import rotation
from vertaug.solid.frame import Frames, axes_along
from vertaug.solid.item import Contribution
from vertaug.solid.section import Section

__all__ = ["PairItem", "beam", "joint"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

_SERIES = 18
_NEAR = 0.2


def _in_range(frames: Frames, pairs: Int) -> None:
    """Raise where a pair names a frame that is not there."""
    if pairs.size and not 0 <= pairs.min() <= pairs.max() < len(frames):
        raise InputError(
            "solid.beam", "pairs", f"frames {pairs.min()} to {pairs.max()}",
            f"frames 0 to {len(frames) - 1}", "number the frames from 0", "E-PART-042",
        )  # fmt: skip


def _logarithm_factor(scalar: Float) -> tuple[Float, Float, Float]:
    """Value f and derivatives by s of 2 acos(s)/√(1 - s²), with κ = f(s) v of a quaternion (s, v)."""
    t = 1.0 - scalar
    near = t < _NEAR
    s = np.where(near, 0.5, scalar)
    w = 1.0 - s * s
    f = 2.0 * np.arccos(s) / np.sqrt(w)
    first = (s * f - 2.0) / w
    second = (f + 3.0 * s * first) / w
    value, slope, curve = (np.zeros_like(t) for _ in range(3))
    coefficient = 2.0
    small = np.where(near, t, 0.0)
    for n in range(_SERIES):
        value += coefficient * small**n
        slope -= n * coefficient * small ** max(n - 1, 0)
        curve += n * (n - 1) * coefficient * small ** max(n - 2, 0)
        coefficient *= (n + 1) / (2 * n + 3)
    return np.where(near, value, f), np.where(near, slope, first), np.where(near, curve, second)


def _relative() -> Float:
    """Constants (4, 4, 4): the quaternion q̄₁ q₂ is RELATIVE[c, a, b] q₁_a q₂_b."""
    unit = np.eye(4)
    conjugate = unit * np.array([1.0, -1.0, -1.0, -1.0])
    return np.moveaxis(rotation.left_matrix(conjugate), 0, 1)


_RELATIVE = _relative()


@dataclass(frozen=True)
class PairItem:
    """Elastic pairs of frames.

    Parameters
    ----------
    frames : the frames the pairs connect
    pairs : (m, 2) indices into `frames`
    axes : (m, 2, 4) quaternions of the pair's axes in each of its two frames
    rest : (m, 3) mm, the vector between the centres without load, in the pair's axes
    stiffness : (m, 6), N/mm along the three axes and N mm/rad about them
    """

    frames: Frames
    pairs: Int
    axes: Float
    rest: Float
    stiffness: Float

    def __post_init__(self) -> None:
        """Check the indices and the stiffnesses."""
        _in_range(self.frames, self.pairs)
        if not (np.isfinite(self.stiffness).all() and (self.stiffness >= 0.0).all()):
            raise InputError(
                "solid.beam.PairItem", "stiffness", "a negative value or one that is not finite",
                "six values of 0 or more for each pair", "correct the section or the joint", "E-PART-043",
            )  # fmt: skip

    @property
    def connectivity(self) -> Int:
        """Centre and rotation of the first frame, then of the second, (m, 4)."""
        nodes = np.stack([self.frames.centres, self.frames.rotations], axis=1)
        return np.ascontiguousarray(nodes[self.pairs].reshape(-1, 4))

    def committed(self, points: Float) -> PairItem:
        """Return the pairs at the start of the step that begins at converged ``points``."""
        return replace(self, frames=self.frames.committed(points))

    def _ends(self, points: Float) -> tuple[Float, Float, Float, Float]:
        """Vector between the centres (m, 3); quaternions of both ends (m, 2, 4) and derivatives."""
        value, first, second = rotation.exponential(self.frames.increments(points))
        start = self.frames.orientation
        ends = []
        for a in range(2):
            frame = self.pairs[:, a]
            after = rotation.right_matrix(rotation.product(start[frame], self.axes[:, a]))
            ends.append(
                (
                    np.einsum("mij,mj->mi", after, value[frame]),
                    np.einsum("mij,mjk->mik", after, first[frame]),
                    np.einsum("mij,mjkl->mikl", after, second[frame]),
                )
            )
        quaternion, slope, curve = (np.stack(part, axis=1) for part in zip(*ends, strict=True))
        opposite = (quaternion[:, 0] * quaternion[:, 1]).sum(axis=1) < 0.0
        sign = np.where(opposite, -1.0, 1.0)
        quaternion[:, 1] *= sign[:, None]
        slope[:, 1] *= sign[:, None, None]
        curve[:, 1] *= sign[:, None, None, None]
        centre = points[self.frames.centres]
        return centre[self.pairs[:, 1]] - centre[self.pairs[:, 0]], quaternion, slope, curve

    def strains(self, points: Float) -> Float:
        """Displacement (mm) and rotation (rad) of the second frame against the first, (m, 6)."""
        vector, quaternion, _, _ = self._ends(points)
        relative = np.einsum("cab,ma,mb->mc", _RELATIVE, quaternion[:, 0], quaternion[:, 1])
        factor = _logarithm_factor(relative[:, 0])[0]
        middle = quaternion.sum(axis=1)
        middle /= np.linalg.norm(middle, axis=1, keepdims=True)
        gamma = np.einsum("mji,mj->mi", rotation.matrix(middle), vector) - self.rest
        return np.concatenate([gamma, factor[:, None] * relative[:, 1:]], axis=1)

    def resultants(self, points: Float) -> Float:
        """Axial force, two shear forces (N), torque and two bending moments (N mm), (m, 6)."""
        return self.stiffness * self.strains(points)

    def energy(self, points: Float) -> float:
        """Stored energy, mJ."""
        return float(0.5 * (self.stiffness * self.strains(points) ** 2).sum())

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (m, 4, 3) and tangents (m, 12, 12)."""
        vector, quaternion, slope, curve = self._ends(points)
        strain, first, second = _strain_derivatives(vector, quaternion)
        strain[:, :3] -= self.rest
        resultant = self.stiffness * strain
        energy = float(0.5 * (resultant * strain).sum())
        gradient = np.einsum("ms,msi->mi", resultant, first)
        lever = self.frames.lever
        jacobian = _jacobian(slope, lever)
        forces = np.einsum("mi,mij->mj", gradient, jacobian).reshape(-1, 4, 3)
        if not with_matrix:
            return Contribution(energy, forces, None)
        inner = np.einsum("ms,msi,msj->mij", self.stiffness, first, first)
        inner += np.einsum("ms,msij->mij", resultant, second)
        matrices = np.einsum("mia,mij,mjb->mab", jacobian, inner, jacobian, optimize=True)
        for end in range(2):
            part = gradient[:, 3 + 4 * end : 7 + 4 * end]
            rows = slice(6 * end + 3, 6 * end + 6)
            matrices[:, rows, rows] += np.einsum("mi,mikl->mkl", part, curve[:, end]) / lever**2
        return Contribution(energy, forces, matrices)


def _jacobian(slope: Float, lever: float) -> Float:
    """Derivative (m, 11, 12) of (d, q₁, q₂) by the twelve unknowns of a pair."""
    out = np.zeros((len(slope), 11, 12))
    for i in range(3):
        out[:, i, i] = -1.0
        out[:, i, 6 + i] = 1.0
    for end in range(2):
        out[:, 3 + 4 * end : 7 + 4 * end, 6 * end + 3 : 6 * end + 6] = slope[:, end] / lever
    return out


def _strain_derivatives(vector: Float, quaternion: Float) -> tuple[Float, Float, Float]:
    """Strains (m, 6), first (m, 6, 11) and second derivatives (m, 6, 11, 11) by (d, q₁, q₂)."""
    m = len(vector)
    value, first, second = np.zeros((m, 6)), np.zeros((m, 6, 11)), np.zeros((m, 6, 11, 11))
    _add_translation(vector, quaternion.sum(axis=1), value, first, second)
    _add_rotation(quaternion, value, first, second)
    return value, first, second


def _add_translation(
    vector: Float, middle: Float, value: Float, first: Float, second: Float
) -> None:
    """Vector in the axes half-way, R(q)ᵀd with q = (q₁ + q₂)/|q₁ + q₂|, into the first three strains."""
    square = (middle * middle).sum(axis=1)[:, None]
    # N_i = Σ Q_jiab d_j q_a q_b and strain = N / |q|²
    by_vector = np.einsum("jiab,ma,mb->mij", rotation.QUADRATIC, middle, middle)
    form = np.einsum("jiab,mj->miab", rotation.QUADRATIC, vector)
    slope = 2.0 * np.einsum("miab,mb->mia", form, middle)
    gamma = np.einsum("mij,mj->mi", by_vector, vector) / square
    inverse = 1.0 / square[:, :, None]
    by_q = (slope - 2.0 * gamma[:, :, None] * middle[:, None, :]) * inverse
    outer = by_q[:, :, :, None] * middle[:, None, None, :]
    unit = np.eye(4)
    by_qq = (
        2.0 * form - 2.0 * (outer + np.swapaxes(outer, 2, 3)) - 2.0 * gamma[:, :, None, None] * unit
    ) * inverse[..., None]
    by_dq = 2.0 * np.einsum("jiab,mb->mija", rotation.QUADRATIC, middle)
    by_dq -= 2.0 * by_vector[..., None] * (middle * inverse[:, 0])[:, None, None, :]
    by_dq *= inverse[..., None]
    value[:, :3] = gamma
    first[:, :3, :3] = by_vector * inverse
    for end in (slice(3, 7), slice(7, 11)):
        first[:, :3, end] = by_q
        second[:, :3, :3, end] = by_dq
        second[:, :3, end, :3] = np.swapaxes(by_dq, 2, 3)
        for other in (slice(3, 7), slice(7, 11)):
            second[:, :3, end, other] = by_qq


def _add_rotation(quaternion: Float, value: Float, first: Float, second: Float) -> None:
    """Rotation vector from one end to the other, f(s) v of q̄₁q₂ = (s, v), into the last three strains."""
    one, two = quaternion[:, 0], quaternion[:, 1]
    relative = np.einsum("cab,ma,mb->mc", _RELATIVE, one, two)
    by = np.concatenate(
        [np.einsum("cab,mb->mca", _RELATIVE, two), np.einsum("cab,ma->mcb", _RELATIVE, one)], axis=2
    )
    twice = np.zeros((4, 8, 8))
    twice[:, :4, 4:] = _RELATIVE
    twice[:, 4:, :4] = np.swapaxes(_RELATIVE, 1, 2)
    f, slope, curve = _logarithm_factor(relative[:, 0])
    v, ds, dv = relative[:, 1:], by[:, 0], by[:, 1:]
    value[:, 3:] = f[:, None] * v
    first[:, 3:, 3:] = f[:, None, None] * dv + (slope[:, None] * v)[:, :, None] * ds[:, None]
    cross = dv[:, :, :, None] * ds[:, None, None, :]
    squares = (
        curve[:, None, None] * ds[:, :, None] * ds[:, None, :] + slope[:, None, None] * twice[0]
    )
    second[:, 3:, 3:, 3:] = (
        f[:, None, None, None] * twice[1:]
        + slope[:, None, None, None] * (cross + np.swapaxes(cross, 2, 3))
        + v[:, :, None, None] * squares[:, None]
    )


def beam(
    points: Float, frames: Frames, pairs: Int, section: Section, up: Float | None = None
) -> PairItem:
    """Straight beams of one section between frames (m, 2), free of load at ``points`` (n_nodes, 3).

    ``up`` (3,) is about where the section's axis 3, its height, points; without it any direction is
    taken, as suits round sections.
    """
    pairs = np.asarray(pairs, dtype=np.int32).reshape(-1, 2)
    _in_range(frames, pairs)
    centre = points[frames.centres]
    vector = centre[pairs[:, 1]] - centre[pairs[:, 0]]
    length = np.linalg.norm(vector, axis=1)
    axes = axes_along(vector, up)
    if up is not None:
        # axes_along puts its second axis along `up`; the section's third is to be there
        axes = np.stack([axes[:, :, 0], -axes[:, :, 2], axes[:, :, 1]], axis=2)
    force, moment = section.force_stiffness(), section.moment_stiffness()
    stiffness = np.zeros((len(pairs), 6))
    stiffness[:, 0] = force[0] / length
    stiffness[:, 3:] = moment / length[:, None]
    # a force along axis 2 bends about axis 3 and the other way round
    for shear, bending in ((1, 2), (2, 1)):
        flexibility = 1.0 / force[shear] + length**2 / (12.0 * moment[bending])
        stiffness[:, shear] = 1.0 / (flexibility * length)
    rest = np.zeros((len(pairs), 3))
    rest[:, 0] = length
    return PairItem(frames, pairs, _in_frames(frames, pairs, axes), rest, stiffness)


def joint(
    points: Float, frames: Frames, pairs: Int, stiffness: Float, axes: Float | None = None
) -> PairItem:
    """Springs in six directions between frames (m, 2), free of load at ``points`` (n_nodes, 3).

    ``stiffness`` (6,): N/mm along and N mm/rad about ``axes`` (3, 3, columns; the coordinate axes by
    default). A rigid connection is one with high values, a hinge about an axis one with a zero.
    """
    pairs = np.asarray(pairs, dtype=np.int32).reshape(-1, 2)
    _in_range(frames, pairs)
    stiff = np.asarray(stiffness, dtype=np.float64)
    if stiff.shape != (6,):
        raise InputError(
            "solid.beam.joint", "stiffness", f"shape {stiff.shape}", "(6,): three N/mm, three N mm/rad",
            "give six values", "E-PART-043",
        )  # fmt: skip
    turned = np.tile(np.eye(3) if axes is None else np.asarray(axes), (len(pairs), 1, 1))
    centre = points[frames.centres]
    vector = centre[pairs[:, 1]] - centre[pairs[:, 0]]
    rest = np.einsum("mji,mj->mi", turned, vector)
    return PairItem(
        frames, pairs, _in_frames(frames, pairs, turned), rest, np.tile(stiff, (len(pairs), 1))
    )


def _in_frames(frames: Frames, pairs: Int, axes: Float) -> Float:
    """Quaternions (m, 2, 4) of ``axes`` (m, 3, 3) seen from both frames of each pair."""
    turned = rotation.from_matrix(axes)
    back = frames.orientation * np.array([1.0, -1.0, -1.0, -1.0])
    return np.stack([rotation.product(back[pairs[:, a]], turned) for a in range(2)], axis=1)
