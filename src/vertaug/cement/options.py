# SPDX-License-Identifier: BSD-3-Clause
"""Choices of an injection: limits, time steps, tolerances."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["InjectionOptions", "Push"]


@dataclass(frozen=True)
class Push:
    """One entry of a schedule: `volume` mm³ through `cannula` at `rate` mm³/s, then `pause` s."""

    cannula: str
    volume: float
    rate: float
    pause: float = 0.0


@dataclass(frozen=True)
class InjectionOptions:
    """Options; the defaults are what an injection is run with.

    Parameters
    ----------
    pressure_limit : highest pressure at the syringe, MPa; beyond it the rate falls
    leak_limit : leaked volume, mm³, at which the injection stops
    time_limit : s
    leak_threshold : volume, mm³, from which a pathway counts as leaking
    front_step : share of the front's cells that one time step fills
    longest_step : s; also at most a tenth of the cement's thickening time
    passes : pressure solves a step; the second takes the mobility of the step's end
    hold : saturation below which a cell lets no cement go (convex flux, keeps the front sharp)
    tolerance, rough_tolerance : relative residual of the pressure, in the last pass and before it
    least_rate : share of the asked rate below which the injection is given up as blocked
    """

    pressure_limit: float = math.inf
    leak_limit: float = math.inf
    time_limit: float = 3600.0
    leak_threshold: float = 1.0
    front_step: float = 0.5
    longest_step: float = 5.0
    passes: int = 2
    hold: float = 0.6
    tolerance: float = 1e-10
    rough_tolerance: float = 1e-5
    least_rate: float = 1e-3
