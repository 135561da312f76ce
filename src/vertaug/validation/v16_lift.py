# SPDX-License-Identifier: BSD-3-Clause
"""V16: what two balloons lift against one.

A bench test found for two balloons against one 105 % more lift, 2.79 times the contact area and 26 % less stress.
Only the abstract was read. Assumed: the vertebra of the demonstration, 2 mL in each balloon. Lift is the force on
the upward half of the balloons' walls, contact area that half's area, stress the one over the other, all where the
inflation has settled.
"""

from __future__ import annotations

from vertaug.outcomes import all_lift, lift
from vertaug.procedure.stage import StageResult, last_of
from vertaug.solid.model import cavity_facets
from vertaug.validation.experiment import Findings, Setting
from vertaug.validation.treatment import SIDES, treat
from vertaug.validation.v07_deflation import demonstration

__all__ = ["lifted", "run"]

NAMES = (
    "lift force, two balloons over one",
    "contact area, two balloons over one",
    "stress under the balloons, two over one",
)


def lifted(inflated: StageResult) -> tuple[float, float, float]:
    """Lift (N), area of the upward half of the walls (mm²) and stress (MPa) of all balloons at an inflation's end."""
    mesh, pressures = inflated.state.mesh, inflated.facts["pressures"]
    both = all_lift(
        lift(mesh.points, facets, float(pressures[name]))
        for name, facets in cavity_facets(mesh).items()
    )
    return both.force, both.area, both.stress


def run(setting: Setting) -> Findings:
    """Inflate the left balloon alone, and both."""
    found, told = {}, {}
    for sides in (SIDES[:1], SIDES):
        plan = demonstration("2 mL")
        plan["balloon"] = [balloon for balloon in plan["balloon"] if balloon["side"] in sides]
        run_of = treat(setting, plan, ("access", "inflate"))
        inflated = last_of(run_of.done, "inflate")
        assert inflated is not None
        found[len(sides)] = lifted(inflated)
        told[f"{len(sides)} balloons"] = run_of.facts() | {
            "lift_N_area_mm2_stress_MPa": list(found[len(sides)])
        }
    values = {name: two / one for name, one, two in zip(NAMES, found[1], found[2], strict=True)}
    largest = max(facts["largest_pressure_psi"] for facts in told.values())
    return Findings(values, {}, told | {"largest_pressure_psi": largest})
