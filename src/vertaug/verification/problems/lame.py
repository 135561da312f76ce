# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark b: thick elastic spheres and cylinders under pressure."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from vertaug.solid.cells import SolidItem
from vertaug.solid.support import nodal_areas
from vertaug.verification.check import Check, study
from vertaug.verification.closed_forms.lame import HollowSphere
from vertaug.verification.meshes import ball, octant
from vertaug.verification.problem import Meshes, Poisson, Positive, benchmark
from vertaug.verification.stepping import elastic_row, equilibrium, pressure_forces
from vertaug_kernels import laws


@benchmark(
    "b.sphere", "SOLID", "Hollow elastic sphere under inner pressure",
    "Displacements of a thick elastic sphere agree with Lamé and converge at second order.",
    quick={"meshes": (3, 6)},
)  # fmt: skip
def sphere(
    young: Positive = 200.0,
    poisson: Poisson = 0.3,
    inner: Positive = 5.0,
    outer: Positive = 15.0,
    pressure: Positive = 0.01,
    meshes: Meshes = (3, 6, 12),
) -> Iterator[Check]:
    """Grow a hole in one eighth of a ball."""
    exact = HollowSphere(young, poisson, inner, outer, pressure)
    found = []
    for n in meshes:
        body = ball(octant(n), np.geomspace(inner, outer, 2 * n + 1))
        count = len(body.cells)
        rows = elastic_row(young, poisson)
        item = SolidItem.start(
            body.points, body.cells, body.volume(), np.tile(np.eye(3), (count, 1, 1)),
            np.ones(count), np.full(count, laws.HENCKY, dtype=np.int32), np.tile(rows, (count, 1)),
        )  # fmt: skip
        load = pressure_forces(body.points, body.inner, pressure)
        result = equilibrium(body.points, [item, load], body.fixed())
        radial = np.linalg.norm(result.points, axis=1) - np.linalg.norm(body.points, axis=1)
        row = []
        for facets in (body.inner, body.outer):
            nodes, area = nodal_areas(body.points, facets)
            row.append(float(area @ radial[nodes] / area.sum()))
        found.append(row)
    for k, (name, radius) in enumerate((("u(a)", inner), ("u(b)", outer))):
        yield study(
            name, exact.displacement(radius), meshes, [row[k] for row in found],
            order=2.0, slack=0.4, tolerance=0.02, standard=12, floor=1e-4, unit="mm",
            why="linear tetrahedra and flat facets: errors of second order",
        )  # fmt: skip
