# SPDX-License-Identifier: BSD-3-Clause
"""Coulomb friction of a contact whose normal forces and directions are frozen in a solve.

Each point carries an elastic slip e. Below `elastic_slip` s it sticks with the tangential force
(μN/s) e; beyond, it slides with the force μN, and e keeps the length s. The step's energy
μN H(|e|), H(y) = y²/2s below s and y - s/2 beyond, is what sticks is stored and what slides is
lost: the lost part is never negative, and a stick that lasts does not creep. N is frozen: `settled`
solves again with the forces found until they no longer change, and tells how much they still did.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.item import Contribution
from vertaug.solid.newton import NewtonResult

__all__ = ["FrictionItem", "Grip", "Settled", "settled"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Grip:
    """Points of contact: `nodes` (n, k), `weights` (n, k) of the separation, `normals` (n, 3), `forces` (n,) N."""

    nodes: Int
    weights: Float
    normals: Float
    forces: Float


def _across(vectors: Float, normals: Float) -> Float:
    """Part (n, 3) of ``vectors`` across ``normals``."""
    return np.asarray(vectors - (vectors * normals).sum(axis=1)[:, None] * normals)


@dataclass(frozen=True, eq=False)
class FrictionItem:
    """Friction during one solve.

    `grip` the frozen contact, `friction` the coefficient μ, `elastic_slip` mm at which sliding
    begins, `origin` (n, 3) the separations at the step's start, `slip` (n, 3) the elastic slip then.
    """

    grip: Grip
    friction: float
    elastic_slip: float
    origin: Float
    slip: Float

    @classmethod
    def start(
        cls, points: Float, grip: Grip, friction: float, elastic_slip: float,
        slip: Float | None = None, motion: Float | None = None,
    ) -> FrictionItem:  # fmt: skip
        """Begin a step at ``points`` (n_nodes, 3), in which the rigid body moves by ``motion`` (3,)."""
        origin = np.einsum("nk,nkd->nd", grip.weights, points[grip.nodes])
        if motion is not None:
            origin = origin + motion
        kept = np.zeros_like(origin) if slip is None else _across(slip, grip.normals)
        return cls(grip, friction, elastic_slip, origin, kept)

    def regripped(self, grip: Grip) -> FrictionItem:
        """Return the same step with other forces and normals; points and weights are the same."""
        slip = _across(self.slip, grip.normals)
        return FrictionItem(grip, self.friction, self.elastic_slip, self.origin, slip)

    @property
    def connectivity(self) -> Int:
        """Nodes of each point, (n, k)."""
        return self.grip.nodes

    @property
    def limits(self) -> Float:
        """Largest tangential forces (n,) N."""
        return self.friction * self.grip.forces

    def _stretch(self, points: Float) -> tuple[Float, Float]:
        """Trial elastic slips (n, 3) and their lengths (n,)."""
        grip = self.grip
        here = np.einsum("nk,nkd->nd", grip.weights, points[grip.nodes])
        trial = _across(here - self.origin, grip.normals) + self.slip
        return trial, np.sqrt((trial * trial).sum(axis=1))

    def _energies(self, length: Float) -> Float:
        """Smoothed lengths (n,): H of the module's text."""
        s = self.elastic_slip
        return np.where(length < s, 0.5 * length * length / s, length - 0.5 * s)

    def energy(self, points: Float) -> float:
        """Energy stored and lost, mJ."""
        return float((self.limits * self._energies(self._stretch(points)[1])).sum())

    def tractions(self, points: Float) -> Float:
        """Tangential forces (n, 3) N on the first side of each point, against its slip."""
        trial, length = self._stretch(points)
        return -(self.limits / np.maximum(length, self.elastic_slip))[:, None] * trial

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (n, k, 3) and tangents (n, 3k, 3k)."""
        trial, length = self._stretch(points)
        weights, normals = self.grip.weights, self.grip.normals
        stiffness = self.limits / np.maximum(length, self.elastic_slip)
        forces = weights[:, :, None] * (stiffness[:, None] * trial)[:, None, :]
        energy = float((self.limits * self._energies(length)).sum())
        if not with_matrix:
            return Contribution(energy, forces, None)
        plane = np.eye(3) - normals[:, :, None] * normals[:, None, :]
        sliding = length > self.elastic_slip
        unit = np.where(sliding, 1.0 / np.maximum(length, 1e-300), 0.0)[:, None] * trial
        block = stiffness[:, None, None] * (plane - unit[:, :, None] * unit[:, None, :])
        pairs = weights[:, :, None] * weights[:, None, :]
        full = np.einsum("nab,nde->nadbe", pairs, block)
        size = 3 * weights.shape[1]
        return Contribution(energy, forces, full.reshape(-1, size, size))

    def slip_after(self, points: Float) -> Float:
        """Elastic slips (n, 3) mm to begin the next step with."""
        trial, length = self._stretch(points)
        shrink = self.elastic_slip / np.maximum(length, self.elastic_slip)
        kept = shrink[:, None] * trial
        return np.where(self.grip.forces[:, None] > 0.0, kept, 0.0)

    def dissipation(self, points: Float) -> float:
        """Energy lost by sliding in the step, mJ; never negative."""
        _, length = self._stretch(points)
        return float((self.limits * np.maximum(length - self.elastic_slip, 0.0)).sum())


@dataclass(frozen=True, eq=False)
class Settled:
    """A frictional step: Newton's last result, the friction it used, solves, and the error of lagging.

    `lag` is the sum of the changes of the normal forces by the last solve over their sum.
    """

    newton: NewtonResult
    friction: tuple[FrictionItem, ...]
    rounds: int
    lag: float


def _lag(before: tuple[FrictionItem, ...], after: tuple[FrictionItem, ...]) -> float:
    """Relative change of all normal forces."""
    change = sum(
        float(np.abs(b.grip.forces - a.grip.forces).sum())
        for a, b in zip(before, after, strict=True)
    )
    return change / max(sum(float(a.grip.forces.sum()) for a in after), 1e-300)


def settled(
    points: Float,
    friction: tuple[FrictionItem, ...],
    solve: Callable[[Float, tuple[FrictionItem, ...]], NewtonResult],
    regrip: Callable[[Float, tuple[FrictionItem, ...]], tuple[FrictionItem, ...]],
    tolerance: float = 1e-3,
    rounds: int = 20,
) -> Settled:
    """Solve a step again and again with the normal forces of the solve before.

    Parameters
    ----------
    points : (n_nodes, 3) mm to begin from
    friction : items with the forces at the step's start
    solve : equilibrium from given points with these friction items
    regrip : the items with normal forces and directions at given points, by `FrictionItem.regripped`
    tolerance : relative change of the forces at which to stop; one round is plain lagging
    rounds : most solves

    Returns
    -------
    Settled, whose `lag` tells the change that remained
    """
    lag = np.inf
    for count in range(1, rounds + 1):
        result = solve(points, friction)
        if not result.converged:
            break
        points = result.points
        following = regrip(points, friction)
        lag = _lag(friction, following)
        if lag <= tolerance:
            break
        if count < rounds:
            friction = following
    return Settled(result, friction, count, lag)
