# SPDX-License-Identifier: BSD-3-Clause
"""The ways through the cortex on the padded grid: holes, and vessels that cement fills against time.

An opening's faces share it: each is a tube of its own with a part of the flow and of the volume. Cement
fills a tube as a plug from the bone on; ahead of it stands marrow. Both resist in series, cement by its
viscosity at the tube's own rate of shear (power law and yield stress as in the cannula). The mouth of a
hole (Sampson's) resists like ``3 pi a / 8`` of its tube, which is exact for a Newtonian liquid.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.cannula import flow_rate, pressure_drop
from vertaug.grid.flow_grid import FlowGrid, Opening, Side
from vertaug.materials.rheology.flow_curve import Fluid
from vertaug_kernels import flow

__all__ = ["STUCK", "Ways", "apparent_viscosity", "followed_rate"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

STUCK = 1e3
"""Viscosity, MPa s, of a liquid that its yield stress holds: six decades above any cement that flows."""
_SLOWEST = 1e-6
"""Rate of shear, 1/s, below which the viscosity of a tube's liquid is not followed."""


def apparent_viscosity(fluid: Fluid, radius: float, rate: float) -> float:
    """Viscosity, MPa s, of the Newtonian liquid that a tube of `radius` mm lets through as easily at `rate` mm³/s."""
    rate = max(rate, _SLOWEST * math.pi * radius**3)
    drop = pressure_drop(fluid, radius, 1.0, rate)
    return min(drop * math.pi * radius**4 / (8.0 * rate), STUCK)


def followed_rate(fluid: Fluid, radius: float, length: float, drop: float) -> float:
    """Rate, mm³/s, that a pressure drop, MPa, would drive along a plug of some length, mm.

    A plug that its yield stress held starts again by this rate, which the flow so far does not tell.
    """
    if length <= 0.0 or drop <= 0.0:
        return 0.0
    return flow_rate(fluid, radius, 0.5 * drop * radius / length)


class Ways:
    """Faces of all openings: arrays (m,) over faces, cells (m, 3) padded.

    `inner`, `outer` : cells on the side of the bone and outside
    `owner` : index of the opening in `openings`
    `capacity` : volume, mm³, of the tube behind a face; 0 for a hole
    `free` : 0 where an opening is barred, else 1
    `inside` : resistance, MPa s/mm³, of hole and tube; set before the pressure's assembly
    `conductance` : mm³/(s MPa), of the whole way from cell to cell
    """

    def __init__(self, openings: Sequence[Opening], grid: FlowGrid) -> None:
        self.openings = tuple(openings)
        faces = np.array([len(item.inner) for item in openings], dtype=np.intp)
        self.owner = np.repeat(np.arange(len(openings)), faces)
        inner = _stacked([item.inner for item in openings])
        outer = _stacked([item.outer for item in openings])
        step = outer - inner
        self.inner = np.ascontiguousarray(inner + 1)
        self.outer = np.ascontiguousarray(outer + 1)
        self.axis = np.abs(step).argmax(axis=1) if len(step) else np.zeros(0, dtype=np.intp)
        self.bone_low = np.asarray(step.sum(axis=1) > 0, dtype=np.uint8)
        self.lower = np.minimum(self.inner, self.outer)
        self.share = 1.0 / np.concatenate([np.ones(0), *(item.shares() for item in openings)])
        self.radius = np.repeat(
            np.array([item.radius for item in openings], dtype=np.float64), faces
        )
        self.length = np.repeat(
            np.array([item.length for item in openings], dtype=np.float64), faces
        )
        self.capacity = np.pi * self.radius**2 * self.length / self.share
        self._inner_shape = self._sides(openings, grid, "inner")
        self._outer_shape = self._sides(openings, grid, "outer")
        self.free = np.ones(len(self.owner))
        self.inside = np.zeros(len(self.owner))
        self.conductance = np.zeros(len(self.owner))

    def _sides(self, openings: Sequence[Opening], grid: FlowGrid, name: Side) -> Float:
        """Resistance over viscosity of spreading on one side, 1/mm³."""
        sides = [np.zeros(0)]
        for n, item in enumerate(openings):
            axis = self.axis[self.owner == n]
            along = grid.permeability[(axis, *getattr(item, name).T)]
            sides.append(item.side_shape(along, grid.spacing, name))
        return np.concatenate(sides)

    def gates(self, shape: tuple[int, ...]) -> tuple[Int, Int, Int]:
        """Number of the way on each padded face along x, y, z; -1 elsewhere."""
        gates = tuple(np.full(shape, -1, dtype=np.int32) for _ in range(3))
        for axis, gate in enumerate(gates):
            here = np.flatnonzero(self.axis == axis)
            gate[tuple(self.lower[here].T)] = here
        return gates[0], gates[1], gates[2]

    def fill(self, liquid: Float | float) -> None:
        """Take one viscosity, MPa s, (m,) or for all, for holes and tubes."""
        self.inside[:] = liquid * (self._hole() + self._tube())

    def _hole(self) -> Float:
        """Resistance over viscosity of the mouth, 1/mm³."""
        return np.asarray(3.0 * self.share / self.radius**3)

    def _tube(self) -> Float:
        """Resistance over viscosity of the tube, 1/mm³."""
        return np.asarray(8.0 * self.share * self.length / (np.pi * self.radius**4))

    def plug(self, mouth: Float, cement: Float, marrow: float, filled: Float) -> None:
        """Resistances of holes that what passes their `mouth` (m,) fills, and of tubes with cement and marrow.

        Viscosities in MPa s, `filled` (m,) cement in the tubes, mm³.
        """
        part = np.divide(
            filled, self.capacity, out=np.zeros_like(filled), where=self.capacity > 0.0
        )
        content = part * cement + (1.0 - part) * marrow
        self.inside[:] = mouth * self._hole() + content * self._tube()

    def update(self, viscosity: Float, faces: tuple[Float, Float, Float]) -> None:
        """Set the openings' conductances in the face arrays, for a padded field of viscosity, MPa s."""
        shapes = (self._inner_shape, self.inside, self._outer_shape)
        flow.opening_conductances(self.inner, self.outer, *shapes, viscosity, self.conductance)
        self.conductance *= self.free
        for axis in range(3):
            here = self.axis == axis
            faces[axis][tuple(self.lower[here].T)] = self.conductance[here]

    def bar(self, names: Sequence[str], barred: bool = True) -> None:
        """Close openings, or let them go."""
        for n, item in enumerate(self.openings):
            if item.name in names:
                self.free[self.owner == n] = 0.0 if barred else 1.0

    def follow(self, faces: tuple[Float, Float, Float]) -> None:
        """Take the openings' conductances back from the face arrays."""
        for axis in range(3):
            here = self.axis == axis
            self.conductance[here] = faces[axis][tuple(self.lower[here].T)]

    def flows(self, pressure: Float) -> Float:
        """Flow out of the bone through each face, mm³/s."""
        drop = pressure[tuple(self.inner.T)] - pressure[tuple(self.outer.T)]
        return np.asarray(self.conductance * drop, dtype=np.float64)

    def by_pathway(self, values: Float) -> dict[str, float]:
        """Sum values (m,) over the faces of each pathway."""
        sums = np.bincount(self.owner, values, len(self.openings))
        found: dict[str, float] = {item.pathway: 0.0 for item in self.openings}
        for item, value in zip(self.openings, sums, strict=True):
            found[item.pathway] += float(value)
        return found


def _stacked(cells: list[Int]) -> Int:
    """Cells of all openings, (m, 3)."""
    return np.concatenate([np.zeros((0, 3), dtype=np.int32), *cells]).astype(np.int32)
