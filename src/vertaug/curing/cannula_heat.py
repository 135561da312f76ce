# SPDX-License-Identifier: BSD-3-Clause
"""Cement that warms in its cannula on the way through the patient.

The part of a cannula that lies within the body has tissue of body temperature around it. Cement flows through it
with the parabolic profile of creeping flow, takes up heat across its rings, the steel wall and the tissue, and comes
out warmer and older than it went in. Along the tube heat goes with the flow alone, so that in steady flow through a
tube of body temperature this is Graetz's problem (1883). At the start the tube is full of cement as cold as the room.

Implicit in time and first order in it and along the tube, upwind; second order across.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from vertaug.grid.moved import Stay
from vertaug.materials.thermal.tissues import CEMENT, SOFT_TISSUE, STEEL, ThermalTissue

__all__ = ["CannulaHeat", "Tube"]

Float = NDArray[np.float64]

_REACH = 20.0
"""Distance from the wall, mm, at which tissue keeps its temperature: heat goes 18 mm in ten minutes."""
_LONGEST = 0.5
"""Longest step, s: a quarter of the time in which cement at rest in a cannula of 11 gauge warms."""


@dataclass(frozen=True)
class Tube:
    """A cannula as heat sees it.

    Parameters
    ----------
    radius, outer_radius : of its wall, mm
    within : length within the body, mm
    length : in all, mm; the rest is at room temperature
    room, body : temperatures, K
    cement, wall, around : what fills it, what it is made of, what it lies in
    """

    radius: float
    outer_radius: float
    within: float
    length: float
    room: float
    body: float
    cement: ThermalTissue = CEMENT
    wall: ThermalTissue = STEEL
    around: ThermalTissue = SOFT_TISSUE


class CannulaHeat:
    """Temperature in and around a cannula, and how long and how warm its cement has stayed in it.

    Parameters
    ----------
    tube : the cannula
    cells : number of cells along the part within the body
    rings : number of rings of cement, and of tissue around the wall
    """

    def __init__(self, tube: Tube, cells: int = 40, rings: int = 12) -> None:
        self._tube, self._rings, self._spacing = tube, rings, tube.within / cells
        far = tube.outer_radius * (1.0 + _REACH / tube.outer_radius) ** np.linspace(
            0.0, 1.0, rings + 1
        )
        edges = np.concatenate([np.linspace(0.0, tube.radius, rings + 1), far])
        areas = np.pi * np.diff(edges**2)
        layers = [tube.cement] * rings + [tube.wall] + [tube.around] * rings
        self._capacity = areas * np.array([item.capacity for item in layers])
        self._area = areas[:rings]
        self._joins = _conductances(edges, np.array([item.conductivity for item in layers]))
        passed = 2.0 * (edges[: rings + 1] / tube.radius) ** 2
        self._share = np.diff(passed - 0.25 * passed**2)
        self._temperature = np.full((cells, len(areas)), tube.body)
        self._temperature[:, :rings] = tube.room
        self._seconds, self._kelvins = self._marks = np.zeros((2, cells, rings))
        self._flows = False
        self._solved = lru_cache(maxsize=4)(self._inverse)

    def _inverse(self, rate: float, step: float) -> Float:
        """Inverse of the implicit step of one slice of the tube, mm K/mJ over mm."""
        between, middle = self._joins[:-1], self._capacity / step
        middle += self._joins
        middle[1:] += between
        middle[: self._rings] += self._carried(rate)
        matrix = np.diag(middle) - np.diag(between, 1) - np.diag(between, -1)
        return np.asarray(np.linalg.inv(matrix))

    def _carried(self, rate: float) -> Float:
        """Heat that flow takes from slice to slice by ring, over the slice's length, mW/(mm K)."""
        return self._tube.cement.capacity * rate * self._share / self._spacing

    def advance(self, rate: float, seconds: float) -> float:
        """Let cement flow at `rate`, mm³/s, for some seconds; returns the mean temperature, K, that comes out."""
        number = max(1, int(np.ceil(seconds / _LONGEST)))
        self._flows, out = rate > 0.0, 0.0
        for _ in range(number):
            self._step(rate, seconds / number)
            out += self._mean(self._temperature[-1, : self._rings])
        return out / number

    def _step(self, rate: float, step: float) -> None:
        """One implicit step, slice after slice in the direction of flow."""
        tube, rings, warm = self._tube, self._rings, self._temperature
        inverse, carried = self._solved(rate, step), self._carried(rate)
        renewed = step * rate * self._share / (self._area * self._spacing)
        known = warm * (self._capacity / step)
        known[:, -1] += self._joins[-1] * tube.body
        if self._flows:
            known[0, :rings] += carried * tube.room
            warm[0] = inverse @ known[0]
            for n in range(1, len(warm)):
                known[n, :rings] += carried * warm[n - 1, :rings]
                warm[n] = inverse @ known[n]
        else:
            warm[:] = known @ inverse
        self._seconds += step
        self._kelvins += step * (warm[:, :rings] - tube.room)
        if self._flows:
            marks, fresh = self._marks, 1.0 / (1.0 + renewed)
            marks[:, 0] *= fresh
            for n in range(1, len(warm)):
                marks[:, n] = fresh * (marks[:, n] + renewed * marks[:, n - 1])

    def _mean(self, rings: Float) -> float:
        """Mean over rings of cement: of what flows out while it flows, else of what is there."""
        return float(np.average(rings, axis=-1, weights=self._share if self._flows else self._area))

    def _stay(self, seconds: float, kelvins: float, now: float) -> Stay:
        """A stay in the tube by its length and the kelvins above the room summed over it."""
        mean = self._tube.room + (kelvins / seconds if seconds > 0.0 else 0.0)
        return Stay(seconds, mean, now)

    def at_mouth(self) -> Stay:
        """How long and how warm the cement that comes out has been within the body."""
        return self._stay(
            self._mean(self._seconds[-1]), self._mean(self._kelvins[-1]),
            self._mean(self._temperature[-1, : self._rings]),
        )  # fmt: skip

    def within(self) -> Stay:
        """The same of the cement in the whole cannula, on the mean."""
        warm = self._tube.within / self._tube.length
        mean = [
            warm * float(np.average(field.mean(axis=0), weights=self._area))
            for field in (self._seconds, self._kelvins, self._temperature[:, : self._rings])
        ]
        return self._stay(mean[0], mean[1], mean[2] + (1.0 - warm) * self._tube.room)


def _conductances(edges: Float, conductivity: Float) -> Float:
    """Of the joints between rings of a long cylinder, the last one to the edge, mW/(mm K); (n,)."""
    middle = 0.5 * (edges[1:] + edges[:-1])
    outwards = np.log(edges[1:] / middle) / conductivity
    inwards = np.log(middle[1:] / edges[1:-1]) / conductivity[1:]
    outwards[:-1] += inwards
    return np.asarray(2.0 * np.pi / outwards)
