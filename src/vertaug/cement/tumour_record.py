# SPDX-License-Identifier: BSD-3-Clause
"""Keeps the books of a tumour during an injection."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.flowstate import FlowState
from vertaug.cement.pressure import unpad
from vertaug.cement.result import TumourResult
from vertaug.cement.tumour import TumourPhase
from vertaug.grid.flow_grid import INSIDE

__all__ = ["TumourRecord"]

Float = NDArray[np.float64]


def _phase(state: FlowState) -> TumourPhase:
    """The tumour of a state that has one."""
    if state.tumour is None:
        raise ValueError("no tumour to keep the books of")
    return state.tumour


class TumourRecord:
    """Volumes of a tumour, and pressures in the spaces behind openings, as an injection goes on."""

    def __init__(self, state: FlowState) -> None:
        grid, ways = state.grid, state.system.ways
        self._inside = np.isin(grid.kind, INSIDE)
        self._start = float(_phase(state).cells()[self._inside].sum())
        space = grid.compartment[tuple(ways.outer.T - 1)] if len(ways.outer) else np.zeros(0, int)
        self._spaces = {
            item.name: np.flatnonzero(space == n) for n, item in enumerate(grid.compartments)
        }
        self._behind = {name: -np.inf for name, at in self._spaces.items() if len(at)}
        self._rows: list[dict[str, float]] = []
        self._worst = 0.0

    def add(self, state: FlowState) -> None:
        """Book a step that has been accepted."""
        phase, ways = _phase(state), state.system.ways
        self._rows.append(dict(phase.pressed_out))
        self._worst = max(self._worst, abs(phase.balance))
        beyond = state.system.pressure[tuple(ways.outer.T)]
        for name in self._behind:
            self._behind[name] = max(self._behind[name], float(beyond[self._spaces[name]].max()))

    def result(self, state: FlowState) -> TumourResult:
        """The tumour as it stands."""
        phase, pore = _phase(state), state.grid.pore_volume()
        lesion = phase.lesion & state.system.active
        room = float(unpad(state.pore)[lesion].sum())
        cement = float(unpad(state.before * state.pore)[lesion].sum())
        held = phase.cells()
        share = np.divide(phase.still, pore, out=np.zeros_like(pore), where=phase.still > 0.0)
        return TumourResult(
            saturation=unpad(phase.before) + share,
            lesion=lesion,
            start=self._start,
            left=float(held[self._inside].sum()),
            pressed_out=dict(phase.pressed_out),
            in_spaces=phase.by_space(state.grid),
            in_vessels=float(phase.filled_before.sum()),
            left_grid=phase.left_grid,
            lesion_fill=cement / room if room > 0.0 else 0.0,
            behind={name: value for name, value in self._behind.items() if np.isfinite(value)},
            curves={
                name: np.array([row[name] for row in self._rows]) for name in phase.pressed_out
            },
            balance_error=self._worst,
        )
