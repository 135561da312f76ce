# SPDX-License-Identifier: BSD-3-Clause
"""Bodies one above the other that turn by finite angles along a trial step of Newton's iteration.

A Newton step moves a body that turns along the tangent of its arc, which stretches it by half the square of the
angle. Stiff ties, bone and fibres take that for strain, and the search then goes by a tenth of a step where the
column above is long. Here each trial goes along the arc: to the step itself is added what a finite turn has beyond
its tangent, body upon body from the lowest, so that two bodies stay together where their disc is. The correction is
of second order in the step, so that near equilibrium the iteration is Newton's as before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.solid import rotation

__all__ = ["Chain"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True)
class Chain:
    """Nodes of bodies that stand one on the other, numbered from the top down.

    `upper` (n,) body of each node, -1 for nodes that are no places; `lower` (n,) the body below it where the node
    lies between two, else the same; `share` (n,) how far it goes with the upper one, 1 for nodes of one body.
    """

    upper: Int
    lower: Int
    share: Float

    def moved(self, points: Float, motion: Float, length: float) -> Float:
        """Return ``points`` (n, 3) after a ``length`` of ``motion`` (n, 3), on which each body turns as a body."""
        centres, turns = self._rigid(points, motion)
        beyond = _beyond(length * turns)
        shift = self._shifts(points, centres, beyond)
        out = points + length * motion
        place = self.upper >= 0
        for body, share in (
            (self.upper[place], self.share[place]),
            (self.lower[place], 1.0 - self.share[place]),
        ):
            arms = points[place] - centres[body]
            out[place] += share[:, None] * (
                np.einsum("mij,mj->mi", beyond[body], arms) + shift[body]
            )
        return out

    def _rigid(self, points: Float, motion: Float) -> tuple[Float, Float]:
        """Centres (b, 3) of the bodies, and their turns (b, 3) rad that fit ``motion`` best."""
        own = np.flatnonzero((self.upper >= 0) & (self.share == 1.0))
        body = self.upper[own]
        count = int(self.upper.max()) + 1

        def summed(values: Float) -> Float:
            columns = values.reshape(len(own), -1).T
            return np.stack([np.bincount(body, column, count) for column in columns], axis=1)

        number = np.bincount(body, minlength=count)[:, None]
        centres = summed(points[own]) / number
        arms = points[own] - centres[body]
        square = (arms * arms).sum(axis=1)
        inertia = square[:, None, None] * np.eye(3) - arms[:, :, None] * arms[:, None, :]
        moment = summed(np.cross(arms, motion[own]))
        tensors = summed(inertia).reshape(count, 3, 3)
        return centres, np.asarray(np.linalg.solve(tensors, moment[:, :, None])[:, :, 0])

    def _shifts(self, points: Float, centres: Float, beyond: Float) -> Float:
        """Shift (b, 3) of each body by which it stays on the one below, the lowest being held."""
        shift = np.zeros_like(centres)
        for body in range(len(centres) - 2, -1, -1):
            joint = points[(self.upper == body) & (self.lower == body + 1)].mean(axis=0)
            below = beyond[body + 1] @ (joint - centres[body + 1])
            shift[body] = shift[body + 1] + below - beyond[body] @ (joint - centres[body])
        return shift


def _beyond(turns: Float) -> Float:
    """What finite ``turns`` (b, 3) rad have beyond their tangents: R - 1 - [turn]x, (b, 3, 3)."""
    tangent = np.zeros((len(turns), 3, 3))
    for i in range(3):
        j, k = (i + 1) % 3, (i + 2) % 3
        tangent[:, k, j], tangent[:, j, k] = turns[:, i], -turns[:, i]
    return rotation.matrix(rotation.exponential(turns)[0]) - np.eye(3) - tangent
