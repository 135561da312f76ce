# SPDX-License-Identifier: BSD-3-Clause
"""Frames: points that turn, with finite rotations in nodes of their own.

A frame has two nodes of three unknowns: its centre (mm) and its rotation. The rotation node holds
the rotation vector of the present step times a length, the lever, so that its unknowns are lengths
and its residuals forces. Inside a step the rotation is exact, R = exp(φ) R₀; at the end of the step
`committed` composes it into the orientation R₀ and starts the next φ at zero, so that no rotation
vector ever comes near a full turn. The values in the rotation node themselves go on (`start` keeps
where the step began): for turns about one axis they are the total angle times the lever.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.solid import rotation

__all__ = ["Frames", "add_frames", "add_rotations", "axes_along"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True)
class Frames:
    """Frames at one moment between two steps.

    `centres` (f,) and `rotations` (f,) are nodes, `lever` mm, `start` (f, 3) mm the rotation nodes'
    values at the step's start, `orientation` (f, 4) the quaternions there.
    """

    centres: Int
    rotations: Int
    lever: float
    start: Float
    orientation: Float

    def __post_init__(self) -> None:
        """Check the sizes and the lever."""
        if not (np.isfinite(self.lever) and self.lever > 0.0):
            raise InputError(
                "solid.frame.Frames", "lever", f"{self.lever}", "a length above 0 mm",
                "take about the size of what the frame holds", "E-PART-031",
            )  # fmt: skip

    @classmethod
    def at_rest(cls, points: Float, centres: Int, rotations: Int, lever: float) -> Frames:
        """Frames without rotation at ``points`` (n_nodes, 3)."""
        centres, rotations = (np.asarray(n, dtype=np.int32) for n in (centres, rotations))
        unit = np.tile([1.0, 0.0, 0.0, 0.0], (len(centres), 1))
        return cls(centres, rotations, lever, points[rotations].copy(), unit)

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.centres)

    def increments(self, points: Float) -> Float:
        """Rotation vectors (f, 3) of the step so far, rad."""
        return np.asarray((points[self.rotations] - self.start) / self.lever)

    def quaternions(self, points: Float) -> Float:
        """Orientations (f, 4) at ``points``."""
        return rotation.product(rotation.exponential(self.increments(points))[0], self.orientation)

    def matrices(self, points: Float) -> Float:
        """Orientations (f, 3, 3) at ``points``; the identity for a frame that never turned."""
        return rotation.matrix(self.quaternions(points))

    def committed(self, points: Float) -> Frames:
        """Return the frames at the start of the step that begins at converged ``points``."""
        quaternion = self.quaternions(points)
        quaternion /= np.linalg.norm(quaternion, axis=1, keepdims=True)
        return replace(self, start=points[self.rotations].copy(), orientation=quaternion)

    def moved(
        self,
        points: Float,
        frame: int,
        translation: tuple[float, float, float] = (0.0, 0.0, 0.0),
        turn: tuple[float, float, float] = (0.0, 0.0, 0.0),
    ) -> Float:
        """Points (n_nodes, 3) with one frame moved by a translation (mm) and turned further (rad).

        For a motion that is prescribed: move the frame's fixed unknowns, then find equilibrium.
        A turn that has the axis of the step's earlier turns adds to them exactly.
        """
        out = points.copy()
        out[self.centres[frame]] += np.asarray(translation)
        out[self.rotations[frame]] += self.lever * np.asarray(turn)
        return out


def add_frames(points: Float, centres: Float, lever: float) -> tuple[Float, Frames]:
    """Append two nodes for each of ``centres`` (f, 3) mm; returns the points and the frames."""
    centres = np.atleast_2d(np.asarray(centres, dtype=np.float64))
    n, count = len(points), len(centres)
    more = np.vstack([points, centres, np.zeros((count, 3))])
    first = np.arange(n, n + count, dtype=np.int32)
    return more, Frames.at_rest(more, first, first + np.int32(count), lever)


def add_rotations(points: Float, nodes: Int, lever: float) -> tuple[Float, Frames]:
    """Append a rotation node for each of ``nodes`` (f,), which become the frames' centres."""
    nodes = np.asarray(nodes, dtype=np.int32)
    more = np.vstack([points, np.zeros((len(nodes), 3))])
    turns = np.arange(len(points), len(more), dtype=np.int32)
    return more, Frames.at_rest(more, nodes, turns, lever)


def axes_along(direction: Float, up: Float | None = None) -> Float:
    """Right-handed axes (m, 3, 3), as columns: along ``direction`` (m, 3), the second near ``up`` (3,).

    Without ``up`` the second axis is square to the coordinate axis that is least along ``direction``.
    """
    length = np.linalg.norm(direction, axis=1, keepdims=True)
    if not (length > 0.0).all():
        raise InputError(
            "solid.frame.axes_along", "direction", "a direction of no length", "vectors that are not zero",
            "remove elements whose two ends are one point", "E-PART-032",
        )  # fmt: skip
    first = direction / length
    if up is None:
        guide = np.eye(3)[np.abs(first).argmin(axis=1)]
    else:
        guide = np.broadcast_to(np.asarray(up, dtype=np.float64), first.shape)
    second = guide - (guide * first).sum(axis=1, keepdims=True) * first
    size = np.linalg.norm(second, axis=1, keepdims=True)
    if not (size > 1e-9 * np.linalg.norm(guide, axis=1, keepdims=True)).all():
        raise InputError(
            "solid.frame.axes_along", "up", f"{up}, parallel to an element", "a direction across every element",
            "give another direction for the section's height", "E-PART-033",
        )  # fmt: skip
    second /= size
    return np.stack([first, second, np.cross(first, second)], axis=2)
