# SPDX-License-Identifier: BSD-3-Clause
"""A ball at small strain whose cavity is grown by moving its nodes radially, with its energies."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.cells import SolidItem
from vertaug.verification.facets import mean_over
from vertaug.verification.meshes import Body
from vertaug.verification.solids import nodal_forces, symmetry, work_pressure
from vertaug.verification.stepping import equilibrium

__all__ = ["Path"]

Float = NDArray[np.float64]


@dataclass
class Path:
    """A ball whose cavity is grown by moving its nodes radially; keeps the energies of the way."""

    body: Body
    item: SolidItem
    points: Float
    work: float = 0.0
    dissipated: float = 0.0
    tolerance: float = 1e-8

    def grow(self, displacement: float) -> None:
        """Move the cavity's nodes to a radial displacement, mm, and find equilibrium."""
        body = self.body
        inner = body.nodes("inner")
        fixed = symmetry(body)
        fixed[inner] = True
        start = self.points.copy()
        way = body.points[inner] / np.linalg.norm(body.points[inner], axis=1, keepdims=True)
        start[inner] = body.points[inner] + displacement * way
        before = nodal_forces(self.item, self.points)[inner]
        result = equilibrium(start, [self.item], fixed, self.tolerance, body.points)
        after = nodal_forces(self.item, result.points)[inner]
        moved = result.points[inner] - self.points[inner]
        self.work += 0.5 * float(((before + after) * moved).sum())
        total = self.item.energy(result.points)
        self.item = self.item.after(result.points)
        self.points = result.points
        self.dissipated += total - self.stored()

    def stored(self) -> float:
        """Elastic energy, mJ, from the elastic strains of all points."""
        item = self.item
        mean = np.trace(item.metric, axis1=1, axis2=2)
        square = (item.metric**2).sum(axis=(1, 2)) - mean**2 / 3.0
        bulk, shear = item.parameters[:, 2], item.parameters[:, 3]
        return float((item.volume * (0.5 * bulk * mean**2 + shear * square)).sum())

    def pressure(self) -> float:
        """Pressure in the cavity."""
        return work_pressure(self.body, self.item, self.points)

    def mean_displacement(self, name: str) -> float:
        """Mean radial displacement of named facets."""
        start = self.body.points
        radial = ((self.points - start) * start).sum(axis=1) / np.linalg.norm(start, axis=1)
        return mean_over(start, self.body.facets[name], radial)
