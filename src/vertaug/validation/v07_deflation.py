# SPDX-License-Identifier: BSD-3-Clause
"""V7: height lost as balloons are deflated, and won in all.

Rotter et al. (2010), Eur Spine J 19:916: balloons in 24 fractured vertebrae T11 to L5 under a constant load. Of the
height before, 11.7 ± 6.2 % were lost on deflation and 8.0 ± 9.4 % won in all; with a stent 3.7 ± 3.8 and 13.3 ± 7.6
%. Assumed: an L1 of 75 mg/cm³, crushed by a machine that pushes 10 mm in front of its middle until two fifths of its
anterior height are gone, left for half an hour; 110 N, 2 mL on each side. The strain in which torn bone lets go was
calibrated to the loss in a given wedge of the same vertebra, on steps that lagged behind; it was not changed.
"""

from __future__ import annotations

from typing import Any

from vertaug.procedure.plan_load import demo_keys
from vertaug.validation.experiment import Findings, Setting
from vertaug.validation.treatment import FRACTURE, Treatment, treat

__all__ = ["LOST", "WON", "demonstration", "fractured", "run"]

LOST = "anterior height lost on deflation, % of that before"
WON = "anterior height won in all, % of that before"
LOST_STENT = "anterior height lost with a stent, % of that before"
WON_STENT = "anterior height won in all with a stent, % of that before"


def demonstration(volume: str) -> dict[str, Any]:
    """Plan of the demonstration up to its deflation, with ``volume`` in each balloon."""
    plan = demo_keys()
    kept = {key: plan[key] for key in ("anatomy", "boundary", "outlets", "defect")}
    return kept | {"balloon": [balloon | {"volume": volume} for balloon in plan["balloon"]]}


def fractured(volume: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same with the vertebra whole at first, and the stage that crushes it."""
    plan = demonstration(volume)
    plan["anatomy"] = {key: plan["anatomy"][key] for key in ("source", "level", "density")}
    return plan, {"kind": "fracture", "anterior_loss": 0.4, "depth": "30 mm"}


def _share(found: Treatment) -> tuple[float, float]:
    """Anterior height lost on deflation and won in all, % of that before."""
    before = found.before.anterior
    inflated, deflated = found.heights("inflate").anterior, found.heights("deflate").anterior
    return 100.0 * (inflated - deflated) / before, 100.0 * (deflated - before) / before


def run(setting: Setting) -> Findings:
    """Inflate and deflate two balloons in the demonstration's vertebra, and two that leave a stent."""
    values: dict[str, float] = {}
    facts: dict[str, Any] = {}
    for device, names in (("balloon", (LOST, WON)), ("stent", (LOST_STENT, WON_STENT))):
        plan, fracture = fractured("2 mL")
        plan["balloon"] = [balloon | {"device": device} for balloon in plan["balloon"]]
        found = treat(setting, plan, fracture=fracture)
        values |= dict(zip(names, _share(found), strict=True))
        told = found.facts()
        facts["fracture"] = {key: told.pop(key) for key in ("intact_mm", *FRACTURE)}
        facts[device] = told
    largest = max(facts[device]["largest_pressure_psi"] for device in ("balloon", "stent"))
    return Findings(values, {}, facts | {"largest_pressure_psi": largest})
