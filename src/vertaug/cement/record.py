# SPDX-License-Identifier: BSD-3-Clause
"""Keeps the books of an injection: curves, first leaks, balances of every step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.flowstate import FlowState
from vertaug.cement.portions import AGE
from vertaug.cement.pressure import unpad
from vertaug.cement.result import History, InjectionResult
from vertaug.cement.tumour_record import TumourRecord
from vertaug.grid.flow_grid import Kind

__all__ = ["Probes", "Recorder", "Taken"]

Float = NDArray[np.float64]
Probes = Mapping[str, NDArray[np.intp]]
"""Cells (n, 3) over which the pressure is averaged, by name."""

_COLUMNS = (
    "time", "injected", "in_bone", "in_cavity", "in_cleft", "in_vessels", "marrow_out", "rate", "syringe", "tip",
    "limited", "iterations", "passes", "grouped", "balance", "marrow_balance", "lowest", "highest",
)  # fmt: skip
_GROUPS = ("leaked", "expelled", "spaces", "rates", "probes")


@dataclass(frozen=True)
class Taken:
    """A time step as it was taken: its length, s, flows by cannula, mm³/s, and highest pressures, MPa."""

    step: float
    flows: Mapping[str, float]
    tip: float
    syringe: float
    limited: bool
    iterations: int
    passes: int


class Recorder:
    """Rows of the history as the injection goes on; `time` is the clock, s, `injected` the cement so far, mm³."""

    def __init__(self, state: FlowState, cannulas: tuple[str, ...], probes: Probes) -> None:
        self._state, self._cannulas, self._probes = state, cannulas, probes
        self.time = self.injected = self._limited = 0.0
        self._rows: list[dict[str, float]] = []
        self._groups: dict[str, list[dict[str, float]]] = {name: [] for name in _GROUPS}
        self._start = float(state.cement_volume().sum() + state.filled_before.sum())
        self._bone = state.grid.kind == Kind.BONE
        self._cavity = state.grid.kind == Kind.CAVITY
        self._tumour = TumourRecord(state) if state.tumour is not None else None
        self._cleft = state.grid.kind == Kind.CLEFT
        self._outside = state.grid.kind == Kind.EXTERIOR
        self._space = state.grid.compartment[self._outside]

    def add(self, taken: Taken) -> float:
        """Book a step that has been accepted; returns the error of the cement's balance, mm³."""
        state = self._state
        rate = sum(taken.flows.values())
        self.time += taken.step
        self.injected += rate * taken.step
        self._limited += taken.step if taken.limited else 0.0
        cement = state.cement_volume()
        vessels = float(state.filled_before.sum())
        found = float(cement.sum()) + vessels - self._start + state.left_grid
        share = unpad(state.before)
        most = max(self.injected, 1.0)
        self._rows.append(
            {
                "time": self.time,
                "injected": self.injected,
                "in_bone": float(cement[self._bone].sum()),
                "in_cavity": float(cement[self._cavity].sum()),
                "in_cleft": float(cement[self._cleft].sum()),
                "in_vessels": vessels,
                "marrow_out": state.marrow_out,
                "rate": rate,
                "syringe": taken.syringe,
                "tip": taken.tip,
                "limited": float(taken.limited),
                "iterations": float(taken.iterations),
                "passes": float(taken.passes),
                "grouped": float(state.system.grouped),
                "balance": (self.injected - found) / most,
                "marrow_balance": (
                    self.injected - state.marrow_out - state.left_grid - state.tumour_out
                )
                / most,
                "lowest": float(share.min()),
                "highest": float(share.max()),
            }
        )
        pressure = unpad(state.system.pressure)
        if self._tumour is not None:
            self._tumour.add(state)
        self._groups["leaked"].append(dict(state.leaked))
        self._groups["expelled"].append(dict(state.expelled))
        self._groups["spaces"].append(self._in_spaces(cement))
        self._groups["rates"].append({n: taken.flows.get(n, 0.0) for n in self._cannulas})
        self._groups["probes"].append(
            {name: float(pressure[tuple(cells.T)].mean()) for name, cells in self._probes.items()}
        )
        return self.injected - found

    def _in_spaces(self, cement: Float) -> dict[str, float]:
        """Cement, mm³, that lies in each space outside the bone or has left the grid through its rim."""
        state = self._state
        lying = np.bincount(self._space, cement[self._outside], len(state.left_by_space))
        total = lying + state.left_by_space
        return {
            item.name: float(total[n]) for n, item in enumerate(state.grid.compartments)
        }  # fmt: skip

    def _first_leaks(
        self, history: History, curves: Mapping[str, Float], threshold: float
    ) -> dict[str, float | None]:
        """Time at which each curve crossed the threshold, linear within the step."""
        first: dict[str, float | None] = {}
        for name, volume in curves.items():
            reached = np.flatnonzero(volume >= threshold)
            first[name] = None
            if len(reached):
                n = int(reached[0])
                start, before = (history.time[n - 1], volume[n - 1]) if n else (0.0, 0.0)
                part = (threshold - before) / (volume[n] - before)
                first[name] = float(start + part * (history.time[n] - start))
        return first

    def _group(self, name: str, keys: tuple[str, ...]) -> dict[str, Float]:
        """Curves of a group of numbers."""
        return {key: np.array([row[key] for row in self._groups[name]]) for key in keys}

    def _history(self) -> History:
        column = {name: np.array([row[name] for row in self._rows]) for name in _COLUMNS}
        return History(
            time=column["time"],
            injected=column["injected"],
            in_bone=column["in_bone"],
            in_cavity=column["in_cavity"],
            in_cleft=column["in_cleft"],
            in_vessels=column["in_vessels"],
            marrow_out=column["marrow_out"],
            leaked=self._group("leaked", tuple(self._state.leaked)),
            expelled=self._group("expelled", tuple(self._state.expelled)),
            spaces=self._group(
                "spaces", tuple(item.name for item in self._state.grid.compartments)
            ),
            rate=column["rate"],
            rates=self._group("rates", self._cannulas),
            syringe=column["syringe"],
            tip=column["tip"],
            probes=self._group("probes", tuple(self._probes)),
            limited=column["limited"].astype(bool),
            iterations=column["iterations"].astype(np.int64),
            passes=column["passes"].astype(np.int64),
            grouped=column["grouped"].astype(bool),
            balance=column["balance"],
            marrow_balance=column["marrow_balance"],
            lowest=column["lowest"],
            highest=column["highest"],
        )

    def result(
        self,
        stopped: str,
        compressed: float,
        threshold: float,
        failure: str,
        warnings: tuple[str, ...],
    ) -> InjectionResult:
        """The injection as it stands."""
        state, history = self._state, self._history()
        held = np.moveaxis(state.portions.now.held, -1, 0)[:, 1:-1, 1:-1, 1:-1]
        pore = unpad(state.pore)
        still = np.divide(
            state.still, state.grid.pore_volume(), out=np.zeros_like(pore), where=state.still > 0.0
        )
        age = state.portions.mean(AGE, np.arange(state.pore.size), 0.0).reshape(state.pore.shape)
        ways = state.system.ways
        vessels = np.bincount(ways.owner, state.filled_before, len(ways.openings))
        return InjectionResult(
            grid=state.grid,
            pore_volume=np.where(state.system.active, pore, state.grid.pore_volume()),
            saturation=unpad(state.before) + still,
            pressure=unpad(state.system.pressure),
            portions=np.ascontiguousarray(held),
            age=unpad(age),
            history=history,
            injected=self.injected,
            compressed=compressed,
            leaked=dict(state.leaked),
            expelled=dict(state.expelled),
            left_grid=state.left_grid,
            in_vessels={
                item.name: float(volume)
                for item, volume in zip(ways.openings, vessels, strict=True)
                if item.length > 0.0
            },
            first_leak_s=self._first_leaks(history, history.leaked, threshold),
            in_spaces={
                name: float(curve[-1]) if len(curve) else 0.0
                for name, curve in history.spaces.items()
            },
            first_in_space_s=self._first_leaks(history, history.spaces, threshold),
            leaked_by_opening={
                item.name: float(volume)
                for item, volume in zip(ways.openings, state.leaked_by_opening, strict=True)
            },
            led_to=state.provenance.table(
                state.cement_volume(), ways.by_pathway(state.filled_before)
            ),
            stopped=stopped,
            limited_s=self._limited,
            balance_error=float(np.abs(history.balance).max(initial=0.0)),
            failure=failure,
            warnings=warnings,
            tumour=None if self._tumour is None else self._tumour.result(state),
        )
