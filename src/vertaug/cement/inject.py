# SPDX-License-Identifier: BSD-3-Clause
"""Inject cement through cannulas in series with the bone: pressure, front, leakage in time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.cannula import Cannula, pressure_drop
from vertaug.cement.cement import Cement
from vertaug.cement.flowstate import FlowState
from vertaug.cement.options import InjectionOptions, Push
from vertaug.cement.pressure import unpad
from vertaug.cement.record import Recorder
from vertaug.cement.result import InjectionResult
from vertaug.cement.source import Source, locate_source
from vertaug.errors import InputError, NotConvergedError
from vertaug.grid.flow_grid import FlowGrid, Kind

__all__ = ["Progress", "inject"]

Float = NDArray[np.float64]
Progress = Callable[[float, float], None]
"""Called after each step with the time, s, and the share of the schedule's volume injected."""


class _Moment(NamedTuple):
    """Rate, mm³/s, pressures at tip and syringe, MPa, whether the limit holds, iterations."""

    rate: float
    tip: float
    syringe: float
    limited: bool
    iterations: int


class _Run:
    """One injection under way."""

    def __init__(
        self,
        state: FlowState,
        cannulas: dict[str, Cannula],
        options: InjectionOptions,
        record: Recorder,
    ) -> None:
        self.state, self.options, self.record = state, options, record
        self._cannulas = cannulas
        active = state.system.active
        self._sources = {
            name: locate_source(state.grid, cannula, active) for name, cannula in cannulas.items()
        }
        self._resistance = 0.0
        self._base = min(item.pressure for item in state.grid.compartments)

    def syringe(self, cannula: Cannula, source: Source, tip: float, rate: float) -> float:
        """Pressure at the syringe, MPa, for a pressure at the tip."""
        fluid = self.state.cement.in_tube(self.record.time)
        return tip + pressure_drop(fluid, source.radius, cannula.length, rate)

    def _tip(self, source: Source, rate: float, viscosity: float) -> float:
        pressure = unpad(self.state.system.pressure)
        return source.tip_pressure(pressure, rate, viscosity)

    def _affordable(
        self, cannula: Cannula, source: Source, base: float, resistance: float, most: float
    ) -> float:
        """Largest rate up to `most` whose syringe pressure keeps the limit: bisection."""
        low, high = 0.0, most
        for _ in range(60):
            rate = 0.5 * (low + high)
            tip = base + resistance * rate
            if self.syringe(cannula, source, tip, rate) > self.options.pressure_limit:
                high = rate
            else:
                low = rate
        return low

    def moment(
        self, cannula: Cannula, source: Source, asked: float, time: float, tolerance: float
    ) -> _Moment:
        """Pressure now, at the asked rate or at the one that the pressure limit allows."""
        state, limit = self.state, self.options.pressure_limit
        rate = asked
        if self._resistance > 0.0 and np.isfinite(limit):
            rate = self._affordable(cannula, source, self._base, self._resistance, asked)
            rate = max(rate, 1e-6 * asked)
        thick = state.update_viscosity(time, source, rate)
        state.set_source(source, rate)
        iterations = state.solve(tolerance)
        tip = self._tip(source, rate, thick)
        pressed = self.syringe(cannula, source, tip, rate)
        base = self._base
        for _ in range(6):
            self._resistance = max((tip - base) / rate, 1e-300) if rate > 0.0 else 0.0
            best = self._affordable(cannula, source, base, self._resistance, asked)
            short = not np.isfinite(limit) or abs(best - rate) <= 1e-3 * rate
            if short or best < self.options.least_rate * asked:
                break
            rate = best
            state.set_source(source, rate)
            iterations += state.resolve(tolerance)
            tip = self._tip(source, rate, thick)
            pressed = self.syringe(cannula, source, tip, rate)
        limited = np.isfinite(limit) and pressed > limit * (1.0 + 1e-2)
        held = limited or rate < asked * (1.0 - 1e-6)
        return _Moment(0.0 if limited else rate, tip, pressed, held, iterations)

    def _step_length(self, rate: float, left: float, source: Source) -> float:
        """Length of the next step, s."""
        options, state = self.options, self.state
        cells = state.grid.pore_volume()[tuple(source.cells.T)].sum()
        room = max(state.front_capacity(), float(cells))
        step = min(options.longest_step, options.front_step * room / rate, left / rate)
        tau = state.cement.curve.thickening_time
        step = min(step, 0.1 * tau, options.time_limit - self.record.time)
        return step

    def _stop(self) -> str:
        """Why the injection must end now; empty where it need not."""
        if sum(self.state.leaked.values()) >= self.options.leak_limit:
            return "leak"
        if self.record.time >= self.options.time_limit * (1.0 - 1e-12):
            return "time"
        return ""

    def advance(self, cannula: Cannula, asked: float, left: float) -> tuple[float, str]:
        """One step at `asked` mm³/s with `left` mm³ to go; returns the volume and a stop reason."""
        state, source = self.state, self._sources[cannula.name]
        step = self._step_length(max(asked, 1e-300), left, source) if asked > 0.0 else left
        iterations = 0
        for n in range(self.options.passes):
            last = n == self.options.passes - 1
            tolerance = self.options.tolerance if last else self.options.rough_tolerance
            now = self.moment(cannula, source, asked, self.record.time + step, tolerance)
            iterations += now.iterations
            if asked > 0.0 and now.rate < self.options.least_rate * asked:
                return 0.0, "pressure"
            if asked > 0.0:
                step = self._step_length(now.rate, left, source)
            state.update_speed()
            state.try_step(step)
        state.accept(step)
        self.record.add(step, now.rate, now.tip, now.syringe, now.limited, iterations)
        return now.rate * step, self._stop()

    def push(self, entry: Push, notify: Callable[[float], None]) -> str:
        """One entry of the schedule; returns the reason where the injection must stop."""
        cannula, left = self._cannulas[entry.cannula], entry.volume
        while left > 1e-9 * entry.volume:
            moved, reason = self.advance(cannula, entry.rate, left)
            left -= moved
            notify(moved)
            if reason:
                return reason
        waiting = entry.pause
        while waiting > 1e-9:
            step = min(waiting, self.options.longest_step)
            _, reason = self.advance(cannula, 0.0, step)
            waiting -= step
            if reason:
                return reason
        return ""


def _check(
    grid: FlowGrid, cannulas: dict[str, Cannula], schedule: Sequence[Push], drains: bool
) -> None:
    """Refuse what cannot be injected."""
    for n, entry in enumerate(schedule):
        if entry.cannula not in cannulas:
            raise InputError(
                "plan",
                f"inject.schedule[{n}].cannula",
                repr(entry.cannula),
                f"one of {sorted(cannulas)}",
                "name a cannula of the plan",
                "E-CEMENT-004",
            )
        if not (entry.volume > 0.0 and entry.rate > 0.0 and entry.pause >= 0.0):
            raise InputError(
                "plan",
                f"inject.schedule[{n}]",
                f"volume {entry.volume} mm³, rate {entry.rate} mm³/s, pause {entry.pause} s",
                "positive volume and rate, pause of zero or more",
                "correct the entry",
                "E-CEMENT-005",
            )
    if not drains:
        raise InputError(
            "plan",
            "inject.openings",
            f"{len(grid.openings)} openings, none joins the bone to an outlet",
            "at least one way out for the marrow, which is incompressible",
            "add a basivertebral or segmental foramen, or another opening",
            "E-CEMENT-006",
        )


def inject(
    grid: FlowGrid,
    cement: Cement,
    cannulas: Sequence[Cannula],
    schedule: Sequence[Push],
    options: InjectionOptions | None = None,
    progress: Progress | None = None,
    saturation: Float | None = None,
) -> InjectionResult:
    """Inject cement by a schedule and follow it, and the marrow it drives out.

    Quasi-static Darcy flow of two incompressible fluids with a sharp front. Each step solves the
    pressure for the viscosities of the step's end (two passes), then moves cement by implicit
    upwinding in falling pressure; cement closes to rounding whatever the step.

    Parameters
    ----------
    grid, cement, cannulas, schedule : what is injected where, in order
    options : limits and numerics
    progress : called after each step
    saturation : cement already there, (nx, ny, nz); none where left out

    Raises
    ------
    InputError
        for a schedule that names no cannula, a tip outside the bone, no outlet for the marrow.
    NotConvergedError
        where cement does not balance to 1e-8 of the injected volume.
    """
    options = options or InjectionOptions()
    start = np.zeros(grid.shape) if saturation is None else saturation
    state = FlowState(grid, cement, options.hold, start)
    by_name = {cannula.name: cannula for cannula in cannulas}
    interior = (grid.kind == Kind.BONE) | (grid.kind == Kind.CAVITY)
    _check(grid, by_name, schedule, bool((state.system.active & interior).any()))
    record = Recorder(state, options.leak_threshold)
    run = _Run(state, by_name, options, record)
    total, done, stopped = sum(entry.volume for entry in schedule), 0.0, ""

    def notify(moved: float) -> None:
        nonlocal done
        done += moved
        if progress is not None:
            progress(record.time, done / total)

    for entry in schedule:
        stopped = run.push(entry, notify)
        if stopped:
            break
    result = record.result(stopped or "schedule")
    if result.balance_error > 1e-8:
        raise NotConvergedError(
            "inject", len(result.history.time), f"cement balance off by {result.balance_error:.1e}"
        )
    return result
