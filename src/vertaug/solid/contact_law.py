# SPDX-License-Identifier: BSD-3-Clause
"""Pressure of a gap: the barrier, continued by a parabola where bodies may start overlapped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["LEAST", "gap_energy", "gap_pressure"]

Float = NDArray[np.float64]

LEAST = 0.1
"""Share of the reach below which the barrier goes on as its own Taylor parabola."""


def _barrier(share: Float, reach: float, stiffness: float) -> tuple[Float, Float, Float]:
    """Barrier -K h (g - 1)² ln g and its derivatives at ``share`` g in (0, 1]."""
    log, away = np.log(share), share - 1.0
    energy = -stiffness * reach * away * away * log
    slope = -stiffness * (2.0 * away * log + away * away / share)
    curve = -stiffness / reach * (2.0 * log + 4.0 * away / share - (away / share) ** 2)
    return energy, slope, curve


def gap_energy(gap: Float, reach: float, stiffness: float) -> tuple[Float, Float, Float]:
    """Energy per area (N/mm), minus the pressure (MPa), and its slope (N/mm³) of gaps (n,) mm.

    Nothing from ``reach`` on, the barrier below it, and below a tenth of the reach the parabola
    that has the barrier's value, slope and curvature there: finite for overlaps too.
    """
    share = np.clip(gap / reach, LEAST, 1.0)
    energy, slope, curve = _barrier(share, reach, stiffness)
    below = np.minimum(gap - LEAST * reach, 0.0)
    return energy + slope * below + 0.5 * curve * below * below, slope + curve * below, curve


def gap_pressure(gap: Float, reach: float, stiffness: float) -> Float:
    """Pressure (MPa) of gaps (n,) mm."""
    return -gap_energy(gap, reach, stiffness)[1]
