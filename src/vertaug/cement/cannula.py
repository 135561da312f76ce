# SPDX-License-Identifier: BSD-3-Clause
"""The cannula in series with the bone: pressure drop of creeping flow in a tube.

Newtonian fluid: Hagen-Poiseuille. Power law (Metzner & Reed 1955): ``(2 K L / R) [(3 n + 1) Q / (n pi R^3)]^n``.
Herschel-Bulkley: the flow rate at a wall stress is known in closed form and inverted here. Every other law: the
stress integral by quadrature. Inner radii are those of regular-wall hypodermic tubing; the cannulas of a product may
be wider.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from vertaug.errors import InputError
from vertaug.materials.rheology.flow_curve import Fluid
from vertaug_kernels import rheology, tube

__all__ = [
    "INNER_DIAMETER", "IN_BODY", "OUTER_DIAMETER", "Cannula", "TubeFluid", "flow_rate", "inner_radius",
    "pressure_drop",
]  # fmt: skip

INNER_DIAMETER = {8: 3.429, 10: 2.692, 11: 2.388, 13: 1.803, 15: 1.372}
"""Inner diameter, mm, by gauge (regular wall)."""
OUTER_DIAMETER = {8: 4.191, 10: 3.404, 11: 3.048, 13: 2.413, 15: 1.829}
"""Outer diameter, mm, by gauge."""
IN_BODY = 90.0
"""Length within the body, mm, where none is given: from the skin through a lumbar pedicle into the body; assumed."""


@dataclass(frozen=True)
class TubeFluid:
    """Herschel-Bulkley fluid: `consistency` MPa s^n, `index` n, `yield_stress` MPa."""

    consistency: float
    index: float = 1.0
    yield_stress: float = 0.0


@dataclass(frozen=True)
class Cannula:
    """A cannula that lets cement out at or beside its tip.

    Parameters
    ----------
    name : for schedule and results
    tip : (x, y, z) mm in the vertebral frame, before it is drawn back
    gauge, length : of its tube; length mm
    bore : inner diameter, mm; that of the gauge where left out
    direction : along which it was pushed in; needed to draw it back, and for an opening at its end or side
    opening : ``ball``, all around the tip; ``end``, ahead of it; ``side``, beside it
    facing : to which a side opening looks
    within : how long the way from the tip to where it came into the bone is, mm; needed to take it out
    in_body : length that lies within the warm body, mm
    """

    name: str
    tip: tuple[float, float, float]
    gauge: int
    length: float
    bore: float | None = None
    direction: tuple[float, float, float] | None = None
    opening: Literal["ball", "end", "side"] = "ball"
    facing: tuple[float, float, float] | None = None
    within: float | None = None
    in_body: float = IN_BODY

    @property
    def radius(self) -> float:
        """Inner radius, mm; `InputError` for a gauge not in the table."""
        return inner_radius(self.gauge) if self.bore is None else 0.5 * self.bore

    @property
    def outer_radius(self) -> float:
        """Outer radius, mm; that of the gauge, and no thinner than a wall of a tenth of the bore."""
        inner_radius(self.gauge)
        return max(0.5 * OUTER_DIAMETER[self.gauge], 1.1 * self.radius)


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


def _closed(fluid: Fluid) -> TubeFluid | None:
    """The same liquid where its tube flow is known in closed form; the law's range of rates is left out."""
    code = fluid.curve.code
    if code in (rheology.NEWTONIAN, rheology.CASTRO_MACOSKO):
        return TubeFluid(fluid.viscosity(1.0))
    if code not in (rheology.POWER_LAW, rheology.HERSCHEL_BULKLEY):
        return None
    constants = fluid.constants()
    consistency = constants["scale"]
    plug = constants.get("yield_over_scale", 0.0) * consistency
    return TubeFluid(consistency, constants["index"], plug)


def flow_rate(fluid: TubeFluid | Fluid, radius: float, wall_stress: float) -> float:
    """Flow rate, mm³/s, at the given wall shear stress, MPa (zero below the yield stress)."""
    if isinstance(fluid, Fluid):
        closed = _closed(fluid)
        if closed is None:
            return _integrated_rate(fluid, radius, wall_stress)
        # thicker than its cap no liquid gets, at the wall or anywhere
        capped = TubeFluid(fluid.constants()["cap"])
        return max(flow_rate(closed, radius, wall_stress), flow_rate(capped, radius, wall_stress))
    n, over = fluid.index, wall_stress - fluid.yield_stress
    if over <= 0.0:
        return 0.0
    plug = fluid.yield_stress
    terms = over**2 / (3.0 * n + 1.0) + 2.0 * plug * over / (2.0 * n + 1.0) + plug**2 / (n + 1.0)
    speed: float = (over / fluid.consistency) ** (1.0 / n) * over / wall_stress**3
    return math.pi * radius**3 * n * speed * terms


def pressure_drop(fluid: TubeFluid | Fluid, radius: float, length: float, rate: float) -> float:
    """Pressure drop, MPa, of a flow of `rate` mm³/s through a tube of `radius`, `length`, mm."""
    if rate <= 0.0:
        return 0.0
    if isinstance(fluid, Fluid):
        closed = _closed(fluid)
        if closed is None:
            return 2.0 * length * _integrated_stress(fluid, radius, rate) / radius
        capped = TubeFluid(fluid.constants()["cap"])
        return min(pressure_drop(item, radius, length, rate) for item in (closed, capped))
    n = fluid.index
    shear = (3.0 * n + 1.0) * rate / (n * math.pi * radius**3)
    stress: float = fluid.consistency * shear**n
    if fluid.yield_stress > 0.0:
        stress = _stress_at(fluid, radius, rate, stress)
    return 2.0 * length * stress / radius


def _integrated_stress(fluid: Fluid, radius: float, rate: float) -> float:
    """Wall stress, MPa, of a flow of `rate` mm³/s by the stress integral."""
    state = (fluid.age, fluid.cure, fluid.temperature)
    apparent = 4.0 * rate / (math.pi * radius**3)
    wall = float(tube.wall_rate(fluid.curve.code, fluid.curve.table, apparent, *state))
    return fluid.viscosity(wall) * wall


def _integrated_rate(fluid: Fluid, radius: float, wall_stress: float) -> float:
    """Flow rate, mm³/s, at a wall stress, MPa, by the stress integral; the rate at the wall by bisection."""
    if wall_stress <= 0.0:
        return 0.0
    high = 2.0 * wall_stress / fluid.viscosity(0.0)
    while fluid.viscosity(high) * high < wall_stress:
        high *= 2.0
    low = 0.25 * wall_stress / fluid.viscosity(0.0)
    for _ in range(200):
        middle = math.sqrt(low * high)
        if not low < middle < high:
            break
        if fluid.viscosity(middle) * middle < wall_stress:
            low = middle
        else:
            high = middle
    state = (fluid.age, fluid.cure, fluid.temperature)
    apparent = float(tube.apparent_rate(fluid.curve.code, fluid.curve.table, high, *state))
    return 0.25 * math.pi * radius**3 * apparent


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
