# SPDX-License-Identifier: BSD-3-Clause
"""The solid cells as an item: one step from a converged configuration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.item import Contribution
from vertaug_kernels import solid

__all__ = ["SolidItem"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True)
class SolidItem:
    """4-node tetrahedra on their way from one converged configuration to the next.

    `cells` (n, 4), `gradients` (n, 4, 3) at the start, `volume` (n,) initial, `metric` (n, 3, 3) and
    `ratio` (n,) at the start, `law` (n,) codes and `parameters` (n, 7) as in the kernels' laws.
    `viscosity` MPa resists the
    strain of the step itself.
    """

    cells: Int
    gradients: Float
    volume: Float
    metric: Float
    ratio: Float
    law: Int
    parameters: Float
    viscosity: float = 0.0

    @classmethod
    def start(
        cls, points: Float, cells: Int, volume: Float, metric: Float, ratio: Float, law: Int, parameters: Float,
        viscosity: float = 0.0,
    ) -> SolidItem:  # fmt: skip
        """Take shape gradients at ``points`` (n_nodes, 3), the configuration the step starts from."""
        gradients = np.zeros((len(cells), 4, 3))
        present = np.zeros(len(cells))
        solid.all_shape_gradients(points, cells, gradients, present)
        return cls(cells, gradients, volume, metric, ratio, law, parameters, viscosity)

    @property
    def connectivity(self) -> Int:
        """Nodes of each cell, (n, 4)."""
        return self.cells

    def energy(self, points: Float) -> float:
        """Stored energy plus the step's dissipation, mJ; infinite where a cell inverts."""
        out = np.zeros(len(self.cells))
        solid.cell_energies(
            points, self.cells, self.gradients, self.metric, self.ratio, self.law, self.parameters,
            self.volume, self.viscosity, out,
        )  # fmt: skip
        return float(out.sum())

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (n, 4, 3) and tangents (n, 12, 12)."""
        n = len(self.cells)
        energies = np.zeros(n)
        forces = np.zeros((n, 4, 3))
        matrices = np.zeros((n if with_matrix else 0, 12, 12))
        solid.cell_forces(
            points, self.cells, self.gradients, self.metric, self.ratio, self.law, self.parameters,
            self.volume, self.viscosity, with_matrix, energies, forces, matrices,
        )  # fmt: skip
        return Contribution(float(energies.sum()), forces, matrices if with_matrix else None)

    def history(self, points: Float) -> tuple[Float, Float, Float, Float]:
        """Metric (n, 3, 3), ratio (n,), plastic norm (n,), Cauchy stress (n, 3, 3) MPa at ``points``."""
        n = len(self.cells)
        metric, ratio = np.zeros((n, 3, 3)), np.zeros(n)
        plastic, stress = np.zeros(n), np.zeros((n, 3, 3))
        solid.cell_history(
            points, self.cells, self.gradients, self.metric, self.ratio, self.law, self.parameters,
            metric, ratio, plastic, stress,
        )  # fmt: skip
        return metric, ratio, plastic, stress
