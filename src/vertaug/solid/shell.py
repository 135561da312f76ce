# SPDX-License-Identifier: BSD-3-Clause
"""Cortex and endplates as an item: elastoplastic membranes on facets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.item import Contribution
from vertaug.state import FibreHistory
from vertaug_kernels import fibre, membrane

__all__ = ["FibreItem", "ShellItem", "horizontal_directions", "membrane_parameters"]

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

    def after(self, points: Float) -> ShellItem:
        """Return the item of the next step, begun at the converged ``points``."""
        metric, _, _ = self.history(points)
        return ShellItem.start(points, self.facets, self.volume, metric, self.parameters)


def horizontal_directions(points: Float, facets: Int) -> Float:
    """Horizontal unit vector (k, 2) in the axes of each facet (k, 3); any where a facet is level."""
    corner = points[facets]
    first = corner[:, 1] - corner[:, 0]
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = corner[:, 2] - corner[:, 0]
    second -= (second * first).sum(axis=1, keepdims=True) * first
    second /= np.linalg.norm(second, axis=1, keepdims=True)
    level = np.stack([-second[:, 2], first[:, 2]], axis=1)
    length = np.linalg.norm(level, axis=1, keepdims=True)
    return np.where(length > 1e-9, level / np.maximum(length, 1e-9), np.array([1.0, 0.0]))


@dataclass(frozen=True)
class FibreItem:
    """Cracked cortex on its way from one converged configuration to the next.

    `facets` (k, 3), `gradients` (k, 3, 2) at the start, `volume` (k,), `direction` (k, 2),
    `strain` (k,), `parameters` (k, 2) as in the fibre kernel.
    """

    facets: Int
    gradients: Float
    volume: Float
    direction: Float
    strain: Float
    parameters: Float

    @classmethod
    def start(cls, points: Float, history: FibreHistory) -> FibreItem:
        """Take shape gradients at ``points`` (n_nodes, 3), the configuration the step starts from."""
        count = len(history.facets)
        gradients, area = np.zeros((count, 3, 2)), np.zeros(count)
        membrane.all_facet_gradients(points, history.facets, gradients, area)
        return cls(
            history.facets,
            gradients,
            history.volume,
            history.direction,
            history.strain,
            history.parameters,
        )

    @property
    def connectivity(self) -> Int:
        """Nodes of each facet, (k, 3)."""
        return self.facets

    def energy(self, points: Float) -> float:
        """Stored energy plus the step's dissipation, mJ."""
        return self.evaluate(points, with_matrix=False).energy

    def evaluate(self, points: Float, *, with_matrix: bool) -> Contribution:
        """Energy, forces (k, 3, 3) and tangents (k, 9, 9)."""
        k = len(self.facets)
        energies, forces = np.zeros(k), np.zeros((k, 3, 3))
        matrices = np.zeros((k if with_matrix else 0, 9, 9))
        fibre.fibre_forces(
            points, self.facets, self.gradients, self.direction, self.strain, self.parameters,
            self.volume, with_matrix, energies, forces, matrices,
        )  # fmt: skip
        return Contribution(float(energies.sum()), forces, matrices if with_matrix else None)

    def history(self, points: Float) -> tuple[Float, Float]:
        """Direction (k, 2) and elastic strain (k,) at ``points``."""
        k = len(self.facets)
        direction, strain = np.zeros((k, 2)), np.zeros(k)
        fibre.fibre_history(
            points, self.facets, self.gradients, self.direction, self.strain, self.parameters,
            direction, strain,
        )  # fmt: skip
        return direction, strain

    def after(self, points: Float) -> FibreItem:
        """Return the item of the next step, begun at the converged ``points``."""
        direction, strain = self.history(points)
        return FibreItem.start(
            points, FibreHistory(self.facets, self.volume, direction, strain, self.parameters)
        )
