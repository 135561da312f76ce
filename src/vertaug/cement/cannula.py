# SPDX-License-Identifier: BSD-3-Clause
"""The cannula in series with the bone: pressure drop of creeping flow in a tube.

Newtonian fluid: Hagen-Poiseuille. Power law (Metzner & Reed 1955): ``(2 K L / R) [(3 n + 1) Q / (n pi R^3)]^n``.
Herschel-Bulkley: the flow rate at a wall stress is known in closed form and inverted here. Inner radii
are those of regular-wall hypodermic tubing; the cannulas of a product may be wider.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from vertaug.errors import InputError

__all__ = ["INNER_DIAMETER", "Cannula", "TubeFluid", "flow_rate", "inner_radius", "pressure_drop"]

INNER_DIAMETER = {8: 3.429, 10: 2.692, 11: 2.388, 13: 1.803, 15: 1.372}
"""Inner diameter, mm, by gauge (regular wall)."""


@dataclass(frozen=True)
class TubeFluid:
    """Herschel-Bulkley fluid: `consistency` MPa s^n, `index` n, `yield_stress` MPa."""

    consistency: float
    index: float = 1.0
    yield_stress: float = 0.0


@dataclass(frozen=True)
class Cannula:
    """A cannula: `tip` (x, y, z) mm in the vertebral frame, `gauge`, `length` mm."""

    name: str
    tip: tuple[float, float, float]
    gauge: int
    length: float


def inner_radius(gauge: int) -> float:
    """Inner radius, mm, of a cannula of `gauge`; `InputError` for a gauge not in the table."""
    if gauge not in INNER_DIAMETER:
        raise InputError(
            where="plan",
            field="cannula.gauge",
            found=f"{gauge}",
            expected=f"one of {sorted(INNER_DIAMETER)}",
            fix="choose a gauge of the table",
            code="E-CEMENT-002",
        )
    return 0.5 * INNER_DIAMETER[gauge]


def flow_rate(fluid: TubeFluid, radius: float, wall_stress: float) -> float:
    """Flow rate, mm³/s, at the given wall shear stress, MPa (zero below the yield stress)."""
    n, over = fluid.index, wall_stress - fluid.yield_stress
    if over <= 0.0:
        return 0.0
    plug = fluid.yield_stress
    terms = over**2 / (3.0 * n + 1.0) + 2.0 * plug * over / (2.0 * n + 1.0) + plug**2 / (n + 1.0)
    speed: float = (over / fluid.consistency) ** (1.0 / n) * over / wall_stress**3
    return math.pi * radius**3 * n * speed * terms


def pressure_drop(fluid: TubeFluid, radius: float, length: float, rate: float) -> float:
    """Pressure drop, MPa, of a flow of `rate` mm³/s through a tube of `radius`, `length`, mm."""
    if rate <= 0.0:
        return 0.0
    n = fluid.index
    shear = (3.0 * n + 1.0) * rate / (n * math.pi * radius**3)
    stress: float = fluid.consistency * shear**n
    if fluid.yield_stress > 0.0:
        stress = _stress_at(fluid, radius, rate, stress)
    return 2.0 * length * stress / radius


def _stress_at(fluid: TubeFluid, radius: float, rate: float, guess: float) -> float:
    """Wall stress, MPa, at which a yield-stress fluid flows at `rate`: bisection to rounding."""
    low, high = fluid.yield_stress, fluid.yield_stress + guess
    while flow_rate(fluid, radius, high) < rate:
        high = fluid.yield_stress + 2.0 * (high - fluid.yield_stress)
    for _ in range(200):
        middle = 0.5 * (low + high)
        if middle in (low, high):
            break
        if flow_rate(fluid, radius, middle) < rate:
            low = middle
        else:
            high = middle
    return high
