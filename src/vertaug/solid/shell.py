# SPDX-License-Identifier: BSD-3-Clause
"""Cortex and endplates as an item: elastoplastic membranes on facets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.item import Contribution
from vertaug_kernels import membrane

__all__ = ["ShellItem", "membrane_parameters"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


def membrane_parameters(modulus: Float, poisson: float, strength: Float) -> Float:
    """Rows (m, 3) for the membrane kernel from E (m,) MPa, ν and yield strength (m,) MPa."""
    return np.stack([modulus / (1.0 - poisson), modulus / (1.0 + poisson), strength], axis=1)


@dataclass(frozen=True)
class ShellItem:
    """3-node membranes on their way from one converged configuration to the next.

    `facets` (m, 3), `gradients` (m, 3, 2) at the start, `volume` (m,) initial area times thickness,
    `metric` (m, 2, 2) at the start, `parameters` (m, 3).
    """

    facets: Int
    gradients: Float
    volume: Float
    metric: Float
    parameters: Float

    @classmethod
    def start(
        cls, points: Float, facets: Int, volume: Float, metric: Float, parameters: Float
    ) -> ShellItem:
        """Take shape gradients at ``points`` (n_nodes, 3), the configuration the step starts from."""
        gradients, area = np.zeros((len(facets), 3, 2)), np.zeros(len(facets))
        membrane.all_facet_gradients(points, facets, gradients, area)
        return cls(facets, gradients, volume, metric, parameters)

    @property
    def connectivity(self) -> Int:
        """Nodes of each facet, (m, 3)."""
        return self.facets

    def energy(self, points: Float) -> float:
        """Stored energy plus the step's dissipation, mJ."""
        return self.evaluate(points, with_matrix=False).energy

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (m, 3, 3) and tangents (m, 9, 9)."""
        m = len(self.facets)
        energies, forces = np.zeros(m), np.zeros((m, 3, 3))
        matrices = np.zeros((m if with_matrix else 0, 9, 9))
        membrane.membrane_forces(
            points, self.facets, self.gradients, self.metric, self.parameters, self.volume,
            with_matrix, energies, forces, matrices,
        )  # fmt: skip
        return Contribution(float(energies.sum()), forces, matrices if with_matrix else None)

    def history(self, points: Float) -> tuple[Float, Float, Float]:
        """Metric (m, 2, 2), plastic norm (m,), principal Kirchhoff stresses (m, 2) MPa at ``points``."""
        m = len(self.facets)
        metric, plastic, stress = np.zeros((m, 2, 2)), np.zeros(m), np.zeros((m, 2))
        membrane.membrane_history(
            points,
            self.facets,
            self.gradients,
            self.metric,
            self.parameters,
            metric,
            plastic,
            stress,
        )
        return metric, plastic, stress
