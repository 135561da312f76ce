# SPDX-License-Identifier: BSD-3-Clause
"""Choices of an injection: schedule, rules that stop it, time steps, tolerances."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from vertaug.materials.outside_spaces import SpaceProperties, properties_of

__all__ = ["InjectionOptions", "LeakRule", "Push"]


@dataclass(frozen=True)
class Push:
    """One entry of a schedule: after a `pause`, s, `volume` mm³ of the piston of `cannula` at `rate` mm³/s.

    The tip is drawn back by `retract` mm before the pause; with `remove` the cannula is taken out after the push, and
    leaves its track. `with_previous` lets this push begin together
    with the one before it in the schedule; it then has no pause of its own.
    """

    cannula: str
    volume: float
    rate: float
    pause: float = 0.0
    retract: float = 0.0
    with_previous: bool = False
    remove: bool = False


@dataclass(frozen=True)
class LeakRule:
    """Stop as a surgeon does who watches: `delay` s after `seen` mm³ have leaked by one of some pathways.

    The leak is what crossed each pathway's openings, each seen for itself; no `pathways` means all.
    """

    seen: float
    delay: float = 0.0
    pathways: tuple[str, ...] = ()


@dataclass(frozen=True)
class InjectionOptions:
    """Options; the defaults are what an injection is run with.

    Parameters
    ----------
    pressure_limit : highest pressure at the syringe, MPa; beyond it the rate falls
    compliance : volume that syringe, hose and pump take up by a pressure, mm³/MPa; let out again in a pause
    leak : when to stop on a leak; None: never
    set_viscosity : viscosity (10 1/s), MPa s, of cement in the cannula or at its tip that stops the injection
    time_limit : s
    settle : how long the flow is followed after the schedule, s; it ends before where all stands still
    leak_threshold : volume, mm³, from which a pathway counts as leaking
    front_step : share of the front's cells that one time step fills
    longest_step : s; also at most a tenth of the cement's thickening time
    relaxing_step : share of the time in which a compliant syringe empties that one time step takes
    passes, most_passes : pressure solves a step, at least and at most; all after the first take the
        mobility of the step's end
    change : relative change of flows and tip pressures between passes that ends them
    most_steps : time steps after which the injection is given up
    needle_track : the space at the far end of a track that a cannula leaves
    hold : saturation below which a cell lets no cement go (convex flux, keeps the front sharp)
    tolerance, rough_tolerance : residual of the pressure over the source, and that of the first pass
    least_rate : share of the asked rate below which the injection is given up as blocked
    """

    pressure_limit: float = math.inf
    compliance: float = 0.0
    leak: LeakRule | None = None
    set_viscosity: float = math.inf
    time_limit: float = 3600.0
    settle: float = 0.0
    leak_threshold: float = 1.0
    front_step: float = 0.5
    longest_step: float = 5.0
    relaxing_step: float = 0.25
    passes: int = 2
    most_passes: int = 12
    change: float = 1e-2
    most_steps: int = 20_000
    needle_track: SpaceProperties = field(default_factory=lambda: properties_of("needle_track"))
    hold: float = 0.6
    tolerance: float = 1e-7
    rough_tolerance: float = 1e-5
    least_rate: float = 1e-3
