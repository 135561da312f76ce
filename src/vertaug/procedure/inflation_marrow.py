# SPDX-License-Identifier: BSD-3-Clause
"""Marrow that inflation presses out: pressures in the vertebra and volumes by pathway, state by state."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.compaction import MarrowFlow, compaction, marrow_flow, tumour_flow, walled
from vertaug.cement.solid_view import DeformedSolid
from vertaug.grid.flow_grid import FlowGrid
from vertaug.mesh.surface import enclosed_volume
from vertaug.outcomes import to_mL
from vertaug.procedure.case import Case
from vertaug.procedure.flow_setup import plan_probes, solid_view
from vertaug.procedure.flow_surroundings import plan_grid
from vertaug.procedure.stage import StageResult
from vertaug.procedure.tumour_setup import plan_tumour
from vertaug.solid.balances import cavity_volumes
from vertaug.solid.model import outer_facets
from vertaug.state import State

__all__ = ["MarrowWatch", "marrow_summary"]

Float = NDArray[np.float64]
_LEAST_GROWTH = 1e-3
"""Growth of the cavities, mm³, below which a step drives no marrow."""


class MarrowWatch:
    """Follows the states of an inflation; at some of them it solves for the marrow's flow.

    A step's compaction, over the time in which the pistons give its growth, is the source. Steps after which
    the mesh was renewed are left out. The states lie evenly over the balloons' volumes. In the first steps
    the bone that the balloon relieves of its load may draw marrow in.
    """

    def __init__(self, case: Case, start: State) -> None:
        self._case = case
        self._last = start
        self._begun = sum(cavity_volumes(start).values())
        self._wanted = sum(balloon.volume for balloon in case.plan.balloon)
        self._rate = sum(balloon.rate for balloon in case.plan.balloon)
        self._expelled = _pressed_out(start)
        self._names: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        self._rows: list[list[float]] = []
        self._volumes: dict[str, float] = {}
        self._tumour: dict[str, float] = {}
        self._reached = self._begun

    def __call__(self, state: State) -> None:
        """Look at a state; solve where one is due."""
        last, self._last = self._last, state
        number = self._case.plan.flow.inflation_states
        if len(self._rows) >= number or not self._case.openings:
            return
        volume = sum(cavity_volumes(state).values())
        due = (len(self._rows) + 0.5) / number
        share = (volume - self._begun) / max(self._wanted - self._begun, _LEAST_GROWTH)
        same = last.remeshes == state.remeshes and last.mesh.points.shape == state.mesh.points.shape
        growth = volume - sum(cavity_volumes(last).values())
        if share > due and same and growth > _LEAST_GROWTH:
            self._solve(last, state, volume, growth)

    def _solve(self, last: State, state: State, volume: float, growth: float) -> None:
        """Pressures and flows of a step."""
        case = self._case
        solid = solid_view(state)
        grid, _ = plan_grid(case, state)
        grid = walled(grid)
        given = compaction(last.mesh.points, solid, grid)
        flow = self._flow(grid, solid, given * (self._rate / growth), volume)
        probes = plan_probes(case, grid)
        pressures = [float(flow.pressure[tuple(cells.T)].mean()) for cells in probes.values()]
        self._names = (tuple(probes), tuple(flow.outflow))
        self._rows.append([volume, *pressures, *flow.outflow.values()])
        pressed, whole = _pressed_out(state), sum(flow.outflow.values())
        for name, part in flow.outflow.items():
            gained = (pressed - self._expelled) * part / whole if whole != 0.0 else 0.0
            self._volumes[name] = self._volumes.get(name, 0.0) + gained
        self._expelled = pressed

    def _flow(
        self, grid: FlowGrid, solid: DeformedSolid, source: Float, volume: float
    ) -> MarrowFlow:
        """Flow of marrow, and of a tumour since the state before that was solved for."""
        plan = self._case.plan
        gone = sum(self._tumour.values())
        tumour, _ = plan_tumour(plan, solid, grid, gone)
        if tumour is None:
            return marrow_flow(grid, source, plan.cement.marrow_viscosity)
        duration = max(volume - self._reached, _LEAST_GROWTH) / self._rate
        self._reached = volume
        flow = tumour_flow(grid, source, plan.cement.marrow_viscosity, tumour, duration)
        for name, out in flow.tumour.items():
            self._tumour[name] = self._tumour.get(name, 0.0) + out
        return flow

    def add_to(self, result: StageResult) -> None:
        """Put what was found among the stage's facts and arrays."""
        probes, pathways = self._names
        result.arrays["marrow"] = np.array(self._rows, dtype=np.float64).reshape(
            len(self._rows), 1 + len(probes) + len(pathways)
        )
        result.facts["marrow"] = {
            "probes": list(probes), "pathways": list(pathways), "expelled": dict(self._volumes),
            "tumour": dict(self._tumour),
        }  # fmt: skip


def _pressed_out(state: State) -> float:
    """Volume, mm³, by which the cavities have grown more than the outer surface: marrow is pressed out."""
    cavity = sum(cavity_volumes(state).values()) - state.cavity_volume
    return (
        cavity - enclosed_volume(state.mesh.points, outer_facets(state.mesh)) + state.outer_volume
    )


def marrow_summary(inflated: StageResult | None) -> dict[str, Any] | None:
    """Highest pressure by place, kPa, and marrow expelled by pathway, mL, of an inflation; None without one."""
    known = {} if inflated is None else inflated.facts.get("marrow", {})
    if inflated is None or not known.get("probes"):
        return None
    table = inflated.arrays["marrow"]
    return {
        "intravertebral_kPa": {
            name: 1000.0 * float(table[:, 1 + n].max()) for n, name in enumerate(known["probes"])
        },
        "expelled_mL": {name: to_mL(volume) for name, volume in known["expelled"].items()},
        **(
            {"tumour_mL": {name: to_mL(v) for name, v in known["tumour"].items()}}
            if known.get("tumour")
            else {}
        ),
    }
