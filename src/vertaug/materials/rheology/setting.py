# SPDX-License-Identifier: BSD-3-Clause
"""Degree of cure against equivalent age, for laws that follow it where no heat of reaction is computed.

At one temperature a rate of cure makes the degree a function of time alone; equivalent age carries it to others.
"""

from __future__ import annotations

import numpy as np

from vertaug.materials.cure.kinetics import Kinetics
from vertaug_kernels import cure as kernels

__all__ = ["cure_with_age"]

_TOLERANCE = 1e-6


def cure_with_age(
    kinetics: Kinetics, temperature: float, until: float = 3600.0, points: int = 121
) -> tuple[tuple[float, float], ...]:
    """Pairs of an age, s, and the degree of cure that cement held at `temperature`, K, has reached."""
    ages = np.linspace(0.0, until, points)
    degree, heat = np.array([kinetics.start]), np.array([temperature])
    still, cell = np.zeros(1), np.zeros(1, dtype=np.int64)
    pairs = [(0.0, kinetics.start)]
    for age in ages[1:]:
        kernels.advance(
            kinetics.law,
            kinetics.row(),
            cell,
            still,
            still,
            float(ages[1]),
            _TOLERANCE,
            degree,
            heat,
        )
        pairs.append((float(age), float(degree[0])))
    return tuple(pairs)
