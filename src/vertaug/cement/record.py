# SPDX-License-Identifier: BSD-3-Clause
"""Keeps the books of an injection: curves, first leaks, balance."""

from __future__ import annotations

import numpy as np

from vertaug.cement.flowstate import FlowState
from vertaug.cement.pressure import unpad
from vertaug.cement.result import History, InjectionResult
from vertaug.grid.flow_grid import Kind

__all__ = ["Recorder"]


class Recorder:
    """Rows of the history as the injection goes on; `time` is the clock, s."""

    def __init__(self, state: FlowState, threshold: float) -> None:
        self._state, self._threshold = state, threshold
        self.time = self._injected = self._limited = 0.0
        self._rows: list[tuple[float, ...]] = []
        self._leaks: list[dict[str, float]] = []
        self._first: dict[str, float | None] = dict.fromkeys(state.leaked)
        self._start = float(state.cement_volume().sum())
        self._bone = state.grid.kind == Kind.BONE
        self._cavity = state.grid.kind == Kind.CAVITY

    def add(
        self,
        step: float,
        rate: float,
        tip: float,
        syringe: float,
        limited: bool,
        iterations: int,
    ) -> None:
        """Book a step of `step` s that has been accepted."""
        previous = self._leaks[-1] if self._leaks else dict.fromkeys(self._state.leaked, 0.0)
        self._note_first(previous, step)
        self.time += step
        self._injected += rate * step
        self._limited += step if limited else 0.0
        cement = self._state.cement_volume()
        self._leaks.append(dict(self._state.leaked))
        self._rows.append(
            (
                self.time,
                self._injected,
                float(cement[self._bone].sum()),
                float(cement[self._cavity].sum()),
                self._state.marrow_out,
                rate,
                syringe,
                tip,
                float(limited),
                float(iterations),
            )
        )

    def _note_first(self, previous: dict[str, float], step: float) -> None:
        """Time at which a pathway crossed the threshold, linear within the step."""
        for pathway, now in self._state.leaked.items():
            if self._first[pathway] is None and now >= self._threshold:
                part = (self._threshold - previous[pathway]) / (now - previous[pathway])
                self._first[pathway] = self.time + part * step

    def _history(self) -> History:
        columns = np.array(self._rows, dtype=np.float64).reshape(-1, 10).T
        leaked = {name: np.array([row[name] for row in self._leaks]) for name in self._state.leaked}
        time, injected, bone, cavity, marrow, rate, syringe, tip, limited, iterations = columns
        return History(
            time,
            injected,
            bone,
            cavity,
            marrow,
            leaked,
            rate,
            syringe,
            tip,
            limited.astype(bool),
            iterations.astype(np.int64),
        )

    def result(self, stopped: str) -> InjectionResult:
        """The injection as it stands."""
        state = self._state
        found = float(state.cement_volume().sum()) - self._start + state.left_grid
        return InjectionResult(
            grid=state.grid,
            saturation=unpad(state.before),
            pressure=unpad(state.system.pressure),
            history=self._history(),
            injected=self._injected,
            leaked=dict(state.leaked),
            left_grid=state.left_grid,
            first_leak_s=dict(self._first),
            stopped=stopped,
            limited_s=self._limited,
            balance_error=abs(self._injected - found) / max(self._injected, 1e-300),
            warnings=state.cement.warnings(),
        )
