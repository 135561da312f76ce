# SPDX-License-Identifier: BSD-3-Clause
"""Two-node elements that pull along their own line: springs and tension-only ligaments.

Large displacement: the force follows the line between the nodes, the tangent has its geometric part.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError
from vertaug.solid.item import Contribution

__all__ = ["LigamentItem", "SpringItem", "line_forces"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


def line_forces(
    vector: Float, length: Float, force: Float, stiffness: Float
) -> tuple[Float, Float]:
    """Forces (m, 2, 3) and tangents (m, 6, 6) of elements along ``vector`` (m, 3).

    ``force`` (m,) N and ``stiffness`` (m,) N/mm are the energy's first and second derivatives by the
    length. An element of no length has neither force nor tangent.
    """
    safe = np.where(length > 0.0, length, 1.0)
    unit = vector / safe[:, None]
    pull = force[:, None] * unit
    along = unit[:, :, None] * unit[:, None, :]
    across = np.eye(3) - along
    geometric = np.where(length > 0.0, force / safe, 0.0)
    block = stiffness[:, None, None] * along + geometric[:, None, None] * across
    tangent = np.concatenate(
        [np.concatenate([block, -block], axis=2), np.concatenate([-block, block], axis=2)], axis=1
    )
    return np.stack([-pull, pull], axis=1), tangent


def _checked(place: str, rules: dict[str, tuple[Float, float]], count: int) -> None:
    """Raise where an array is not (count,), not finite or below its least value."""
    for field, (values, least) in rules.items():
        fits = values.shape == (count,) and bool(np.isfinite(values).all())
        if not (fits and bool((values >= least).all())):
            found = f"shape {values.shape}, least {values.min() if values.size else 'none'}"
            raise InputError(
                place, field, found, f"{count} finite values of at least {least:g}",
                "give one value an element", "E-PART-034",
            )  # fmt: skip


@dataclass(frozen=True)
class SpringItem:
    """Linear springs between two nodes, in tension and compression.

    `nodes` (m, 2), `rest` (m,) mm length without force, `stiffness` (m,) N/mm.
    """

    nodes: Int
    rest: Float
    stiffness: Float

    def __post_init__(self) -> None:
        """Check the sizes and the signs."""
        rules = {"rest": (self.rest, 0.0), "stiffness": (self.stiffness, 0.0)}
        _checked("solid.axial.SpringItem", rules, len(self.nodes))

    @property
    def connectivity(self) -> Int:
        """The two nodes, (m, 2)."""
        return self.nodes

    def stretch(self, points: Float) -> Float:
        """Lengthening (m,), mm."""
        vector = points[self.nodes[:, 1]] - points[self.nodes[:, 0]]
        return np.asarray(np.linalg.norm(vector, axis=1) - self.rest)

    def energy(self, points: Float) -> float:
        """Stored energy, mJ."""
        return float(0.5 * (self.stiffness * self.stretch(points) ** 2).sum())

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (m, 2, 3) and tangents (m, 6, 6)."""
        vector = points[self.nodes[:, 1]] - points[self.nodes[:, 0]]
        length = np.linalg.norm(vector, axis=1)
        force = self.stiffness * (length - self.rest)
        forces, matrices = line_forces(vector, length, force, self.stiffness)
        return Contribution(self.energy(points), forces, matrices if with_matrix else None)


@dataclass(frozen=True)
class LigamentItem:
    """Tension-only bands: slack, then a quadratic toe, then two straight branches.

    With e the lengthening beyond the slack length, the force is 0 for e < 0, k e²/(2 t) up to the toe
    t, k (e - t/2) from there, and with slope k₂ beyond the knee. With nothing else a slack band has no
    stiffness at all, and nodes held by it alone make the tangent singular. `hold` (N/mm, 0 by
    default) then resists the motion of a slack band's ends against each other *within a step*, from
    `anchor`; its force must vanish at the end of the step and `held` tells what is left of it.

    Parameters
    ----------
    nodes : (m, 2)
    slack : (m,) mm, length below which there is no force
    toe : (m,) mm, length of the quadratic toe; 0 for none
    stiffness : (m,) N/mm after the toe
    knee : (m,) mm of lengthening at which the second slope begins; inf for none
    second : (m,) N/mm beyond the knee
    hold : N/mm of the regularisation; 0 for none
    anchor : (m, 3) mm, vector between the ends at the step's start; only read where `hold` is above 0
    """

    nodes: Int
    slack: Float
    toe: Float
    stiffness: Float
    knee: Float
    second: Float
    hold: float = 0.0
    anchor: Float | None = None

    def __post_init__(self) -> None:
        """Check the sizes, the signs, and that the knee lies beyond the toe."""
        place = "solid.axial.LigamentItem"
        rules = {
            name: (getattr(self, name), 0.0) for name in ("slack", "toe", "stiffness", "second")
        }
        _checked(place, rules, len(self.nodes))
        if self.knee.shape != self.toe.shape or not (self.knee >= self.toe).all():
            raise InputError(
                place, "knee", f"{self.knee}", "a lengthening of at least the toe, for each ligament",
                "raise the knee or shorten the toe", "E-PART-035",
            )  # fmt: skip
        if not (np.isfinite(self.hold) and self.hold >= 0.0):
            raise InputError(
                place, "hold", f"{self.hold}", "0 N/mm or more", "leave it out for none", "E-PART-036",
            )  # fmt: skip
        if self.hold > 0.0 and self.anchor is None:
            raise InputError(
                place, "anchor", "none", "the vectors between the ends at the step's start",
                "make the item with `held_from(points, hold)`", "E-PART-036",
            )  # fmt: skip

    def held_from(self, points: Float, hold: float) -> LigamentItem:
        """Return the same bands with a regularisation of ``hold`` N/mm that starts at ``points``."""
        return LigamentItem(
            self.nodes, self.slack, self.toe, self.stiffness, self.knee, self.second, hold,
            self._vectors(points),
        )  # fmt: skip

    @property
    def connectivity(self) -> Int:
        """The two nodes, (m, 2)."""
        return self.nodes

    def _vectors(self, points: Float) -> Float:
        return np.asarray(points[self.nodes[:, 1]] - points[self.nodes[:, 0]])

    def _law(self, length: Float) -> tuple[Float, Float, Float]:
        """Energy (mJ), force (N) and stiffness (N/mm) of each band, (m,), by its length."""
        e = np.maximum(length - self.slack, 0.0)
        toe = np.where(self.toe > 0.0, self.toe, 1.0)
        in_toe = e < self.toe
        k, t = self.stiffness, self.toe
        energy = np.where(in_toe, e**3 / (6.0 * toe), 0.5 * e * (e - t) + t * t / 6.0)
        force = np.where(in_toe, 0.5 * e * e / toe, e - 0.5 * t)
        # a band just at its slack length counts as taut: else a model at rest would have no stiffness
        slope = np.where(in_toe, e / toe, np.where(length >= self.slack, 1.0, 0.0))
        beyond = np.maximum(e - self.knee, 0.0)
        more = self.second - k
        return (
            k * energy + 0.5 * more * beyond**2,
            k * force + more * beyond,
            k * slope + np.where(beyond > 0.0, more, 0.0),
        )

    def tension(self, points: Float) -> Float:
        """Force (m,) in each band, N; the regularisation is not in it."""
        return self._law(np.linalg.norm(self._vectors(points), axis=1))[1]

    def slack_bands(self, points: Float) -> Int:
        """Bands that carry nothing, (k,)."""
        length = np.linalg.norm(self._vectors(points), axis=1)
        return np.flatnonzero(length <= self.slack).astype(np.int32)

    def held(self, points: Float) -> tuple[float, float]:
        """Largest force (N) and the energy (mJ) of the regularisation: what it falsifies."""
        drift, hold = self._drift(points)
        size = np.linalg.norm(drift, axis=1)
        return float((hold * size).max(initial=0.0)), float(0.5 * (hold * size**2).sum())

    def _drift(self, points: Float) -> tuple[Float, Float]:
        """Motion of the ends against each other in the step (m, 3), and the stiffness against it (m,)."""
        if self.anchor is None:
            return np.zeros((len(self.nodes), 3)), np.zeros(len(self.nodes))
        slack = np.linalg.norm(self.anchor, axis=1) <= self.slack
        return self._vectors(points) - self.anchor, np.where(slack, self.hold, 0.0)

    def energy(self, points: Float) -> float:
        """Stored energy, with that of the regularisation, mJ."""
        length = np.linalg.norm(self._vectors(points), axis=1)
        return float(self._law(length)[0].sum()) + self.held(points)[1]

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (m, 2, 3) and tangents (m, 6, 6)."""
        vector = self._vectors(points)
        length = np.linalg.norm(vector, axis=1)
        energy, force, stiffness = self._law(length)
        forces, matrices = line_forces(vector, length, force, stiffness)
        drift, hold = self._drift(points)
        pull = hold[:, None] * drift
        forces += np.stack([-pull, pull], axis=1)
        total = float(energy.sum()) + self.held(points)[1]
        if not with_matrix:
            return Contribution(total, forces, None)
        sign = np.kron(np.array([[1.0, -1.0], [-1.0, 1.0]]), np.eye(3))
        return Contribution(total, forces, matrices + hold[:, None, None] * sign)
