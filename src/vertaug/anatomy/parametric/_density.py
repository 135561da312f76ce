# SPDX-License-Identifier: BSD-3-Clause
"""Mineral density of an intact vertebra: trabecular body, denser pedicles and arch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy.parametric._body import Body

__all__ = ["Density", "Heterogeneity"]

Float = NDArray[np.float64]

PEDICLE = 2.0
"""Density of the pedicles over that of the body (engineering value)."""
ARCH = 350.0
"""Density of the posterior elements, a mix of shell and spongiosa, mg/cm³ (engineering value)."""
WAVES = 60


@dataclass(frozen=True)
class Heterogeneity:
    """A smooth random field: relative standard deviation, length (mm) over which it varies, seed."""

    amplitude: float = 0.0
    length: float = 6.0
    seed: int = 0

    def factor(self, points: Float) -> Float:
        """Factor on density at ``points`` (n, 3): exp of a Gaussian field, mean about 1."""
        if self.amplitude == 0.0:
            return np.ones(len(points))
        random = np.random.default_rng(self.seed)
        waves = random.normal(scale=1.0 / self.length, size=(WAVES, 3))
        phase = random.uniform(0.0, 2.0 * np.pi, WAVES)
        field = np.zeros(len(points))
        for wave, shift in zip(waves, phase, strict=True):
            field += np.cos(points @ wave + shift)
        field *= self.amplitude * np.sqrt(2.0 / WAVES)
        return np.asarray(np.exp(field - 0.5 * self.amplitude**2))


@dataclass(frozen=True)
class Density:
    """Density (mg/cm³ K2HPO4-equivalent) of the intact bone by position."""

    body: Body
    trabecular: float
    canal_depth: float
    heterogeneity: Heterogeneity

    def __call__(self, points: Float) -> Float:
        """Density at intact ``points`` (n, 3) mm: body, then pedicle, then arch going backward."""
        behind = points[:, 1] - self.body.posterior
        pedicle = max(PEDICLE * self.trabecular, self.trabecular)
        places = np.array([-2.0, 3.0, 0.5 * self.canal_depth, 0.9 * self.canal_depth])
        values = np.array([self.trabecular, pedicle, pedicle, max(ARCH, pedicle)])
        along = np.asarray(np.interp(behind, places, values), dtype=np.float64)
        return np.asarray(along * self.heterogeneity.factor(points))
