# SPDX-License-Identifier: BSD-3-Clause
"""Bodies of the benchmarks of heat: bars of cells, an eighth of a ball in a box."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.curing.body import HeatBody
from vertaug.curing.curing import Curing
from vertaug.curing.options import CuringOptions
from vertaug.curing.surface import Anchors, Boundary
from vertaug.materials.cure import stanczyk_2004

__all__ = ["Octant", "bar", "conducting", "heated", "plain"]

Float = NDArray[np.float64]
_SPARE = 1e-9
"""Conductivity of the room outside a body, over its own."""


def plain(conductivity: Float, capacity: Float, spacing: float) -> HeatBody:
    """A body without cement and blood."""
    none = np.zeros(conductivity.shape)
    return HeatBody(spacing, conductivity, capacity, none, none)


def bar(cells: int, length: float, conductivity: float, capacity: float) -> HeatBody:
    """A row of cells along x."""
    shape = (cells, 1, 1)
    return plain(np.full(shape, conductivity), np.full(shape, capacity), length / cells)


def conducting(
    body: HeatBody,
    start: Float | float,
    error: float,
    sides: Mapping[str, Boundary] | None = None,
    anchors: Sequence[Anchors] = (),
    longest: float = 1e9,
) -> Curing:
    """Conduction alone, with steps of an estimated `error`, K."""
    options = CuringOptions(longest_step=longest, conduction_error=error)
    return Curing(
        body,
        stanczyk_2004.kinetics(**stanczyk_2004.PAPER),
        start,
        sides=sides,
        anchors=anchors,
        options=options,
    )


def heated(share: Float, power: float, spacing: float) -> Anchors:
    """Cells that give `power`, mW/mm³, in a share of their volume."""
    cells = np.argwhere(share > 0.0)
    flow = power * spacing**3 * share[tuple(cells.T)]
    return Anchors(cells, np.zeros(len(cells)), flow, 0.0)


@dataclass(frozen=True)
class Octant:
    """The eighth x, y, z > 0 of a box: `cells` along each edge of `spacing` mm."""

    cells: int
    spacing: float

    @property
    def axis(self) -> Float:
        """Centres of the cells along an edge, mm."""
        return np.asarray((np.arange(self.cells) + 0.5) * self.spacing, dtype=np.float64)

    def radius(self) -> Float:
        """Distance of the centres from the corner, mm, (n, n, n)."""
        x = self.axis
        square: Float = x[:, None, None] ** 2 + x[None, :, None] ** 2 + x[None, None, :] ** 2
        return np.sqrt(square)

    def share(self, radius: float) -> Float:
        """Share of each cell inside a ball about the corner; the sum is the ball's volume."""
        away = self.radius()
        share = (away < radius).astype(np.float64)
        crossed = np.argwhere(np.abs(away - radius) < self.spacing)
        parts = (np.arange(8) + 0.5) / 8.0 * self.spacing
        corner = crossed * self.spacing
        points = corner[:, None, :] + np.stack(np.meshgrid(parts, parts, parts), -1).reshape(-1, 3)
        inside = np.mean(np.linalg.norm(points, axis=2) < radius, axis=1)
        share[tuple(crossed.T)] = inside
        partly = (share > 0.0) & (share < 1.0)
        exact = np.pi * radius**3 / 6.0 / self.spacing**3
        share[partly] *= (exact - (share == 1.0).sum()) / share[partly].sum()
        return share

    def surface(self, radius: float, conductivity: float, temperature: float) -> Anchors:
        """Join the cells inside a ball to its surface, by the distance along each axis."""
        x, away = self.axis, self.radius()
        inside = away < radius
        found, conductance = [], []
        for axis in range(3):
            moved = np.moveaxis(inside, axis, 0)
            edge = moved.copy()
            edge[:-1] &= ~moved[1:]
            for index in np.argwhere(edge):
                across = x[index[1]] ** 2 + x[index[2]] ** 2
                gap = np.sqrt(max(radius**2 - across, 0.0)) - x[index[0]]
                found.append(np.roll(index, axis) if axis != 1 else index[[1, 0, 2]])
                conductance.append(conductivity * self.spacing**2 / max(gap, 0.05 * self.spacing))
        cells = np.array(found, dtype=np.int64).reshape(-1, 3)
        return Anchors(cells, np.array(conductance), np.zeros(len(cells)), temperature)

    def kept_apart(self, radius: float, conductivity: Float) -> Float:
        """Conductivity with next to none in cells outside a ball."""
        return np.where(self.radius() < radius, conductivity, _SPARE * conductivity.max())

    def at(self, field: Float, radius: float, power: float = 2.0) -> float:
        """Value at a distance from the corner, by the two nearest cells of the edge x: linear in a power of it.

        Steady fields are parabolas inside a ball that gives heat, and fall with one over the distance outside.
        """
        line, away = field[:, 0, 0], self.radius()[:, 0, 0]
        a, b = np.argsort(np.abs(away - radius))[:2]
        place = away**power
        slope = (line[b] - line[a]) / (place[b] - place[a])
        return float(line[a] + slope * (radius**power - place[a]))
