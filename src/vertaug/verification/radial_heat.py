# SPDX-License-Identifier: BSD-3-Clause
"""Curing of a ball of cement in shells about its centre, by an integrator of stiff equations: another code."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

__all__ = ["RadialCuring"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class RadialCuring:
    """A ball of cement of `radius` in bone whose surface, at `rim`, is held at `warm`, K.

    Pairs are of cement and of bone: `conductivity` mW/(mm K), `capacity` mJ/(mm³ K), temperature at the `start`, K.
    `heat` mJ/mm³ of cement, `perfusion` mW/(mm³ K) of bone; `constants` and `cure` at the start of the law
    ``A exp(-B/T) c^m (limit(T) - c)^n``.
    """

    radius: float
    rim: float
    conductivity: tuple[float, float]
    capacity: tuple[float, float]
    start: tuple[float, float]
    heat: float
    perfusion: float
    warm: float
    constants: tuple[float, ...]
    cure: float

    def _edges(self, cells: int) -> Float:
        """Edges of shells; the surface of the cement is one of them."""
        inner = max(4, round(cells * self.radius / self.rim))
        inside = np.linspace(0.0, self.radius, inner + 1)
        return np.concatenate([inside, np.linspace(self.radius, self.rim, cells - inner + 1)[1:]])

    def temperatures(
        self, times: tuple[float, ...], places: tuple[float, ...], cells: int
    ) -> Float:
        """Temperatures, K, (times, places) from ``cells`` shells."""
        edges = self._edges(cells)
        middle, volume = 0.5 * (edges[1:] + edges[:-1]), np.diff(edges**3) / 3.0
        cement = middle < self.radius
        conductivity, capacity = (
            np.where(cement, *self.conductivity),
            np.where(cement, *self.capacity),
        )
        gap = (middle[1:] - edges[1:-1]) / conductivity[1:] + (
            edges[1:-1] - middle[:-1]
        ) / conductivity[:-1]
        joint = edges[1:-1] ** 2 / gap
        last = edges[-1] ** 2 * conductivity[-1] / (edges[-1] - middle[-1])
        a, b, m, n, limit, slope, base = self.constants

        def change(_: float, state: Float) -> Float:
            temperature, cure = state[:cells], state[cells:]
            left = np.maximum(np.minimum(1.0, limit + slope * (temperature - base)) - cure, 0.0)
            rate = a * np.exp(-b / temperature) * np.maximum(cure, 0.0) ** m * left**n
            flow = joint * np.diff(temperature)
            heat = np.zeros(cells)
            heat[:-1] += flow
            heat[1:] -= flow
            heat[-1] += last * (self.warm - temperature[-1])
            source = np.where(cement, self.heat * rate, -self.perfusion * (temperature - self.warm))
            return np.concatenate(
                [(heat / volume + source) / capacity, np.where(cement, rate, 0.0)]
            )

        begin = np.concatenate([np.where(cement, *self.start), np.where(cement, self.cure, 0.0)])
        own = np.eye(cells)
        near = own + np.eye(cells, k=1) + np.eye(cells, k=-1)
        pattern = np.block([[near, own], [own, own]])
        found = solve_ivp(
            change, (0.0, times[-1]), begin, "BDF", times, rtol=1e-6, atol=1e-8,
            jac_sparsity=pattern,
        )  # fmt: skip
        if not found.success:
            raise ArithmeticError(found.message)
        return np.array([np.interp(places, middle, row) for row in found.y[:cells].T])
