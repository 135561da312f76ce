# SPDX-License-Identifier: BSD-3-Clause
"""Cure that cement has before it is followed cell by cell."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from vertaug.materials.cure.kinetics import Kinetics
from vertaug_kernels import cure

__all__ = ["aged"]


def aged(kinetics: Kinetics, spells: Iterable[tuple[float, float]]) -> float:
    """Degree of cure of fresh cement after spells of (s, K) in which it keeps that temperature."""
    degree, one, none = np.array([kinetics.start]), np.zeros(1, dtype=np.int64), np.zeros(1)
    for seconds, temperature in spells:
        warm = np.array([temperature])
        cure.advance(kinetics.law, kinetics.row(), one, none, none, seconds, 1e-8, degree, warm)
    return float(degree[0])
