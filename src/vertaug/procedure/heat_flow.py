# SPDX-License-Identifier: BSD-3-Clause
"""Heat while cement flows: what a plan starts it with, and how it is handed from injection to cure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.cannula import Cannula
from vertaug.curing.body import Blood
from vertaug.curing.cannula_heat import CannulaHeat, Tube
from vertaug.curing.damage import Damage
from vertaug.curing.flowing import Entering, FlowingHeat
from vertaug.curing.record import HeatBalance
from vertaug.grid.flow_grid import FlowGrid
from vertaug.materials.cure.kinetics import Kinetics
from vertaug.materials.thermal.polymer import Polymer, filled
from vertaug.procedure.case import Case

__all__ = [
    "Handed",
    "handed_on",
    "pack_heat",
    "plan_blood",
    "plan_heat",
    "plan_kinetics",
    "plan_polymer",
]

Float = NDArray[np.float64]
Arrays = dict[str, NDArray[Any]]

_PER_HUNDRED_GRAMS = 6e-6
"""mL per 100 g and minute in a flow of 1 mm³ per tonne and second."""
_DAMAGE = ("peak", "above", "minutes", "omega")


def plan_polymer(case: Case) -> Polymer:
    """The plan's cement as heat sees it: the product's, but for what the plan says."""
    plan, known = case.plan.cure, case.product.reaction.polymer
    made = Polymer(
        known.heat if plan.heat is None else plan.heat,
        known.shrinkage if plan.shrinkage is None else plan.shrinkage,
        known.tissue,
    )
    return made if plan.filler == "none" else filled(plan.filler, plan.filler_share, made)


def plan_kinetics(case: Case) -> Kinetics:
    """How fast the plan's cement cures: the product's law, from the plan's cure of fresh cement."""
    known, fresh = case.product.reaction.kinetics, case.plan.cure.fresh_cure
    return known if fresh is None else replace(known, start=fresh)


def plan_blood(case: Case) -> Blood:
    """Blood of the plan."""
    plan = case.plan.cure
    warm = case.plan.cement.body_temperature
    return Blood(plan.bone_flow * _PER_HUNDRED_GRAMS, plan.soft_flow * _PER_HUNDRED_GRAMS, warm)


def plan_heat(case: Case, grid: FlowGrid, cannulas: Sequence[Cannula]) -> FlowingHeat | None:
    """What follows heat and cure through an injection by some cannulas; None where the plan wants it left out."""
    plan = case.plan.cement
    if not case.plan.flow.heat:
        return None
    entering = Entering(plan.room_temperature, plan.room_temperature, plan.start_age)
    polymer = plan_polymer(case)
    warm = {
        item.name: CannulaHeat(
            Tube(
                item.radius, item.outer_radius, min(item.in_body, item.length), item.length,
                plan.room_temperature, plan.body_temperature, polymer.tissue,
            )
        )
        for item in cannulas if item.in_body > 0.0
    }  # fmt: skip
    return FlowingHeat(
        grid, polymer, plan_kinetics(case), entering, plan_blood(case), cannulas=warm
    )


def pack_heat(heat: FlowingHeat | None, cement: Float) -> tuple[Arrays, dict[str, Any]]:
    """Arrays and facts of the heat of an injection that left `cement`, mm³ by cell."""
    if heat is None:
        return {}, {}
    run, held = heat.run, float(cement.sum())
    arrays: Arrays = {f"heat_{name}": getattr(heat.damage, name) for name in _DAMAGE}
    arrays |= {f"heat_{name}": column for name, column in run.record.curves().items()}
    arrays |= {"heat_temperature": run.temperature.copy(), "heat_degree": run.degree.copy()}
    balance = run.record.balance()
    facts: dict[str, Any] = {"heat_parts": vars(balance), "heat_balance": balance.error}
    if held > 0.0:
        facts["cement_temperature"] = float((cement * run.temperature).sum()) / held
        facts["cement_cure"] = float((cement * run.degree).sum()) / held
    return arrays, facts


@dataclass(frozen=True)
class Handed:
    """What an injection hands to the cure.

    `temperature` K and `degree` (nx, ny, nz); `damage` so far; `balance` and `curves` of the injection.
    """

    temperature: Float
    degree: Float
    damage: Damage
    balance: HeatBalance
    curves: dict[str, Float]


def handed_on(
    arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, Any], layers: int, body: float
) -> Handed | None:
    """What an injection hands on, on a grid wider by `layers` cells at body temperature, K.

    None where heat was not followed.
    """
    if "heat_temperature" not in arrays:
        return None
    warm = np.pad(arrays["heat_temperature"], layers, constant_values=body)
    damage = Damage(np.full(warm.shape, body))
    inside = (..., *(slice(layers, layers + n) for n in arrays["heat_temperature"].shape))
    for name in _DAMAGE:
        getattr(damage, name)[inside] = arrays[f"heat_{name}"]
    return Handed(
        warm,
        np.pad(arrays["heat_degree"], layers),
        damage,
        HeatBalance(**facts["heat_parts"]),
        {name: arrays[f"heat_{name}"] for name in ("time_s", "peak_K", "cure")},
    )
