# SPDX-License-Identifier: BSD-3-Clause
"""Syringes on cannulas: which flows the pistons, the pressure limit and the syringes' give allow.

The bone answers flows linearly as long as its viscosities stand: the tips' pressures are
``rest + resistance @ flows``. Each syringe adds the drop along its cannula. A syringe that gives
holds ``compliance * pressure`` of cement beyond its volume at rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

__all__ = ["Demand", "Flows", "allowed_flows"]

Float = NDArray[np.float64]
_ROUNDS = 100


@dataclass(frozen=True)
class Demand:
    """What one syringe is asked: rate of its piston, mm³/s, cement it holds too much, mm³, and its cannula's drop."""

    piston: float
    stored: float
    drop: Callable[[float], float]


@dataclass(frozen=True)
class Flows:
    """Flows out of the cannulas and rates of the pistons, mm³/s, pressures of the syringes, MPa; (n,) each."""

    flow: Float
    piston: Float
    pressure: Float


def _root(function: Callable[[float], float], high: float) -> float:
    """Where a rising function passes zero between 0 and `high`; the end that is nearest where it does not."""
    if high <= 0.0 or function(0.0) >= 0.0:
        return 0.0
    if function(high) <= 0.0:
        return high
    return float(brentq(function, 0.0, high, xtol=1e-15 * high, rtol=1e-14))


def _one(
    demand: Demand, rest: float, resistance: float, limit: float, compliance: float, step: float
) -> tuple[float, float, float]:
    """Flow, rate of the piston and pressure of one syringe whose tip stands at `rest` + `resistance` flow."""

    def pressure(flow: float) -> float:
        return rest + resistance * flow + demand.drop(flow)

    if compliance <= 0.0:
        flow = demand.piston
        if pressure(flow) > limit:
            flow = _root(lambda q: pressure(q) - limit, flow)
        return flow, flow, pressure(flow)
    offered = demand.stored + demand.piston * step
    flow = _root(lambda q: q * step + compliance * pressure(q) - offered, offered / step)
    held = (offered - flow * step) / compliance
    if held <= limit:
        return flow, demand.piston, held
    flow = _root(lambda q: pressure(q) - limit, flow)
    piston = flow + (compliance * limit - demand.stored) / step
    return flow, min(max(piston, 0.0), demand.piston), limit


def allowed_flows(
    demands: list[Demand],
    rest: Float,
    resistance: Float,
    limit: float,
    compliance: float,
    step: float,
) -> Flows:
    """Flows, each as much as its piston asks or its syringe's pressure allows, all at once.

    Parameters
    ----------
    demands : of each syringe
    rest, resistance : pressure of the tips without flow (n,), MPa, and its rise by flows (n, n), MPa s/mm³
    limit : highest pressure of a syringe, MPa
    compliance : of each syringe, mm³/MPa
    step : time over which what is stored is let out, s (implicit)
    """
    number = len(demands)
    flow, piston, pressure = np.zeros(number), np.zeros(number), np.zeros(number)
    for _ in range(_ROUNDS):
        last = flow.copy()
        for i, demand in enumerate(demands):
            others = float(rest[i] + resistance[i] @ flow - resistance[i, i] * flow[i])
            own = float(resistance[i, i])
            flow[i], piston[i], pressure[i] = _one(demand, others, own, limit, compliance, step)
        change = np.abs(flow - last).max(initial=0.0)
        if change <= 1e-12 * max(float(flow.max(initial=0.0)), 1e-300):
            break
    return Flows(flow, piston, pressure)
