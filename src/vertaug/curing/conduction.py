# SPDX-License-Identifier: BSD-3-Clause
"""Conduction on the grid by a stabilised explicit method of second order with an error estimate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vertaug.curing.stages import Stages, reach, stages, stages_for
from vertaug.curing.surface import Anchors
from vertaug.errors import InputError
from vertaug_kernels import heat

__all__ = ["Conduction", "Step", "pad", "unpad"]

Float = NDArray[np.float64]
Int = NDArray[np.int64]


def pad(field: Float) -> Float:
    """The field with one ghost layer of zeros."""
    return np.pad(np.asarray(field, dtype=np.float64), 1)


def unpad(field: Float) -> Float:
    """The field without its ghost layer (a view)."""
    return field[1:-1, 1:-1, 1:-1]


class Step(NamedTuple):
    """What a step adds to the padded temperature (K), the heat (mJ) that came in, the error estimate (K)."""

    change: Float
    heat: float
    error: float


class Conduction:
    """Heat flow between the cells of a grid and through its surface.

    Parameters
    ----------
    conductivity, capacity : (nx, ny, nz) mW/(mm K) and mJ/(mm³ K), positive
    spacing : mm
    anchors : the surface; none is adiabatic
    """

    def __init__(
        self, conductivity: Float, capacity: Float, spacing: float, anchors: Sequence[Anchors]
    ) -> None:
        for name, field in (("conductivity", conductivity), ("capacity", capacity)):
            if not (np.isfinite(field).all() and (field > 0.0).all()):
                raise InputError(
                    "curing", name, f"values from {np.min(field):g} to {np.max(field):g}", "finite and positive in "
                    "every cell", "give every cell a tissue", "E-CURE-008",
                )  # fmt: skip
        self.capacity = pad(capacity) * spacing**3
        inside = self.capacity > 0.0
        self.inverse = np.divide(1.0, self.capacity, out=np.zeros_like(self.capacity), where=inside)
        padded = pad(conductivity)
        self._faces = (np.empty_like(padded), np.empty_like(padded), np.empty_like(padded))
        for axis, face in enumerate(self._faces):
            heat.conductances(padded, axis, spacing, face)
        self._anchors = list(anchors)
        shape = padded.shape
        none = np.zeros((0, 3), dtype=np.int64)
        cells = np.concatenate([none, *(item.cells for item in anchors)]) + 1
        self._cells = np.ravel_multi_index(tuple(cells.T), shape).astype(np.int64)
        self._conductance = np.concatenate([np.zeros(0), *(item.conductance for item in anchors)])
        self._flow = np.concatenate([np.zeros(0), *(item.flow for item in anchors)])
        self._first, self._near, self._far = (np.zeros_like(padded) for _ in range(3))
        self._planes = np.zeros(shape[0])
        self.euler_step = self._euler_step()

    def _euler_step(self) -> float:
        """Longest stable step, s, of the explicit Euler method: two over Gershgorin's bound."""
        total = np.zeros_like(self.inverse)
        for axis, face in enumerate(self._faces):
            total += face + np.roll(face, 1, axis)
        held = np.zeros(total.size)
        np.add.at(held, self._cells, self._conductance)
        bound = ((2.0 * total + held.reshape(total.shape)) * self.inverse).max()
        return float(2.0 / bound) if bound > 0.0 else np.inf

    def reach(self, most: int) -> float:
        """Longest step, s, with up to ``most`` stages."""
        return self.euler_step * reach(most)

    def _outer(self, time: float) -> Float:
        return np.concatenate([np.zeros(0), *(item.temperatures(time) for item in self._anchors)])

    def step(
        self, temperature: Float, time: float, length: float, cells: Int, warming: Float
    ) -> Step:
        """Try a step of `length` s from the padded `temperature`, K; surfaces are those of its middle.

        `cells` (n,), flat padded indices that differ, warm by `warming`, K/s, besides.
        The change lies in a work array that the next call overwrites.
        """
        plan = stages(stages_for(length / self.euler_step))
        outer = self._outer(time + 0.5 * length)
        heat.first_increment(*self._faces, self.inverse, length, temperature, self._first)
        gained = heat.anchor_rate(
            self._cells, self._conductance, outer, self._flow, self.inverse.ravel(), length, temperature.ravel(),
            self._first.ravel(),
        )  # fmt: skip
        self._first.ravel()[cells] += length * warming
        np.multiply(self._first, plan.first, out=self._near)
        self._far[:] = 0.0
        gained += self._recursion(plan, length)
        return Step(self._near, gained, self._error(length))

    def _recursion(self, plan: Stages, length: float) -> float:
        """Stages 2 to s; returns what they change in the heat that comes in, mJ."""
        gained = 0.0
        for row, weight in zip(plan.factors, plan.weights[1:], strict=True):
            conduct = row[2] * length
            factors = np.array([row[0], row[1], conduct, row[3]])
            gained += weight * length * self._stage(factors)
            self._near, self._far = self._far, self._near
        return gained

    def _stage(self, factors: Float) -> float:
        """One stage from the newest increment into the older one's array; heat per time, mW, at the surface."""
        heat.next_increment(*self._faces, self.inverse, self._first, factors, self._near, self._far)
        near, far = self._near.ravel(), self._far.ravel()
        return heat.anchor_stage(
            self._cells, self._conductance, self.inverse.ravel(), factors[2], near, far
        )

    def _error(self, length: float) -> float:
        """Largest error estimate of the step, K (Sommeijer, Shampine, Verwer 1998, J Comput Appl Math 88:315)."""
        self._stage(np.array([-0.8, 0.0, 0.4 * length, 0.8]))
        heat.largest(self._far, self._planes)
        return float(self._planes.max())

    def heat_content(self, temperature: Float) -> float:
        """Heat, mJ, of padded temperatures above 0."""
        heat.plane_sums(self.capacity, temperature, self._planes)
        return float(self._planes.sum())
