# SPDX-License-Identifier: BSD-3-Clause
"""Heat that a liquid carries along a porous bar, and what it does to the pressure that drives the liquid.

Lengths mm, times s, heat capacities mJ/(mm³ K), conductivities mW/(mm K), temperatures or rises in K.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad, solve_ivp
from scipy.special import erfc, erfcx

from vertaug.materials.cure.kinetics import Kinetics

__all__ = ["WarmedBar", "cure_after", "mean_viscosity"]

Float = NDArray[np.float64]
AUTOCATALYTIC = 0


@dataclass(frozen=True)
class WarmedBar:
    """A liquid of heat `capacity` flows at Darcy speed `speed`, mm/s, through a bar of one `whole` capacity.

    The bar holds solid and liquid, which share their temperature, and has one `conductivity`.
    """

    speed: float
    capacity: float
    whole: float
    conductivity: float

    @property
    def pace(self) -> float:
        """Speed of the front of heat, mm/s: that of the liquid's volume, slowed by the ratio of capacities."""
        return self.speed * self.capacity / self.whole

    def rise(self, depth: Float, time: float) -> Float:
        """Rise over that of the liquid that comes in, which brings heat and conducts none back.

        Lindstrom, Haque, Freed, Boersma (1967), Environ Sci Technol 1:561; Ogata, Banks (1961), USGS Prof
        Paper 411-A hold the end's temperature instead, which differs where conduction outruns the flow.
        """
        v, d = self.pace, self.conductivity / self.whole
        width = 2.0 * np.sqrt(d * time)
        back, ahead = (depth - v * time) / width, (depth + v * time) / width
        bell = np.exp(-(back**2))
        shape = v * time / np.sqrt(np.pi * d * time) * bell
        return np.asarray(
            0.5 * erfc(back)
            + shape
            - 0.5 * (1.0 + v * depth / d + v * v * time / d) * bell * erfcx(ahead)
        )


def cure_after(kinetics: Kinetics, spells: tuple[tuple[float, float], ...]) -> float:
    """Degree of cure after spells of (s, K) by an adaptive integrator; the law of Stańczyk only."""
    if kinetics.law != AUTOCATALYTIC:
        raise ValueError(kinetics.name)
    factor, activation, m, n, limit, slope, reference = kinetics.constants
    cure = kinetics.start
    for seconds, warm in spells:
        most = min(1.0, limit + slope * (warm - reference))
        speed = factor * np.exp(-activation / warm)

        def rate(_: float, c: Float, most: float = most, speed: float = speed) -> Float:
            left = np.maximum(most - c, 0.0)
            return np.asarray(speed * np.maximum(c, 0.0) ** m * left**n)

        cure = float(
            solve_ivp(rate, (0.0, seconds), [cure], "LSODA", rtol=1e-10, atol=1e-13).y[0, -1]
        )
    return cure


def mean_viscosity(
    kinetics: Kinetics, thickness: Callable[[float], float], age: float, room: float, warm: float, time: float
) -> float:  # fmt: skip
    """Mean viscosity of cement along a bar that it entered at a constant rate for `time` s.

    Cement cured at `room`, K, in the syringe, `age` s before the start, and at `warm` from when it
    entered; `thickness` gives a viscosity from a degree of cure.
    """

    def viscosity(entered: float) -> float:
        return thickness(cure_after(kinetics, ((age + entered, room), (time - entered, warm))))

    return float(quad(viscosity, 0.0, time, epsrel=1e-6, limit=100)[0]) / time
