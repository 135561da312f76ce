# SPDX-License-Identifier: BSD-3-Clause
"""An injection under way: one time step after another, by one syringe or several at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.cannula import Cannula, pressure_drop
from vertaug.cement.cement import is_set
from vertaug.cement.flowstate import FlowState, Inflow
from vertaug.cement.options import InjectionOptions
from vertaug.cement.pressure import unpad
from vertaug.cement.record import Recorder, Taken
from vertaug.cement.source import Source
from vertaug.cement.syringe import Demand, Flows, allowed_flows
from vertaug.errors import NotConvergedError

__all__ = ["Hand", "Pushing"]

Float = NDArray[np.float64]
_ALL_BUT_ALL = 1.0 - 1e-6
_DAMPED = 0.5
"""Share of the way, of logarithms, that viscosities go from one pass to the next, where they go to and fro."""
_STILL = 1e-6
"""Share of the injected cement that may move in a longest step of cement that stands still."""


class Hand:
    """A syringe on its cannula: where its tip lets out now, what it is asked and what it holds too much."""

    def __init__(
        self, cannula: Cannula, sources: Mapping[float, Source], shape: tuple[int, ...]
    ) -> None:
        self.cannula, self._sources = cannula, sources
        self.depth = self.stored = self.piston = self.left = self.flow = 0.0
        self.portion = 0
        self.answer = np.zeros(shape)

    @property
    def source(self) -> Source:
        """Where cement comes out at the present depth."""
        return self._sources[round(self.depth, 6)]

    @property
    def inflow(self) -> Inflow:
        """Cement that comes out now."""
        return Inflow(self.source, self.flow, self.portion, self.cannula.name)


_Flowing = tuple[tuple[str, float, float], ...]


def _inflow_of(hands: Sequence[Hand]) -> _Flowing:
    """What comes in: cannula, depth and flow of each hand."""
    return tuple((hand.cannula.name, hand.depth, hand.flow) for hand in hands)


class _Pass(NamedTuple):
    """One solve: flows, pressures of the tips, and the solver's iterations."""

    flows: Flows
    tips: Float
    iterations: int


class Pushing:
    """The steps of an injection; `stop` is why it must end, empty while it need not."""

    def __init__(
        self, state: FlowState, hands: dict[str, Hand], options: InjectionOptions, record: Recorder
    ) -> None:
        self.state, self.hands, self.options, self.record = state, hands, options, record
        self.stop = self.failure = ""
        self._rest = np.zeros_like(state.pore)
        self._good = state.system.pressure.copy()
        self._held = False
        self._constant = np.inf
        self._seen_at = np.inf
        self._flowed: tuple[_Pass | None, _Flowing] = None, ()
        self._last = next(iter(hands.values()))
        self._steps = 0

    def wait(self, pause: float) -> None:
        """Leave the pistons at rest for `pause` s."""
        end = self.record.time + pause
        while not self.stop and end - self.record.time > 1e-9 * max(pause, 1.0):
            self._step([], end - self.record.time)

    def settle(self, longest: float) -> None:
        """Leave the pistons at rest until nothing moves, at most `longest` s."""
        end, injected = self.record.time + longest, self.record.injected
        while not self.stop and end - self.record.time > 1e-9 * max(longest, 1.0):
            before, time = self._moved(), self.record.time
            self._step([], end - time)
            speed = np.abs(self._moved() - before).max() / max(self.record.time - time, 1e-300)
            if speed * self.options.longest_step < _STILL * max(injected, 1.0):
                return

    def _moved(self) -> Float:
        """Volumes, mm³, that tell whether cement still moves: injected, and leaked by pathway."""
        return np.array([self.record.injected, *self.state.leaked.values()])

    def push(self, hands: Sequence[Hand], notify: Callable[[float], None]) -> None:
        """Press the pistons of `hands` until each has moved what is `left`, mm³."""
        whole = {hand.cannula.name: hand.left for hand in hands}
        while not self.stop:
            asked = [hand for hand in hands if hand.left > 1e-9 * whole[hand.cannula.name]]
            if not asked:
                return
            before = sum(hand.left for hand in hands)
            self._step(asked, np.inf)
            notify(before - sum(hand.left for hand in hands))

    def _step(self, asked: Sequence[Hand], longest: float) -> None:
        """Take one step, or say why none can be taken."""
        self._steps += 1
        if self._steps > self.options.most_steps:
            self.stop, self.failure = "failure", f"more than {self.options.most_steps} time steps"
            return
        if self._has_set(asked):
            self.stop = "set"
            return
        try:
            self._try(asked, longest)
        except NotConvergedError as error:
            self.state.go_back()
            self.state.system.pressure[:] = self._good
            self.stop, self.failure = "failure", error.reason

    def _try(self, asked: Sequence[Hand], longest: float) -> None:
        """Solve, move and accept one step."""
        options, state, time = self.options, self.state, self.record.time
        parts = list(asked)
        parts += [hand for hand in self.hands.values() if hand.stored > 0.0 and hand not in parts]
        for hand in parts:
            hand.flow = hand.flow if self._held and hand.flow > 0.0 else hand.piston
        iterations, n, last = 0, 0, self._begun(parts, asked, longest)
        exact = last is not None
        while True:
            step = self._length(parts, asked, longest)
            inflows = [hand.inflow for hand in parts]
            share = _DAMPED if n >= options.passes else 1.0
            state.update_viscosity(time + step, inflows, share)
            state.system.assemble(state.viscosity)
            tolerance = options.tolerance if n or exact else options.rough_tolerance
            ways = state.way_flows
            found = self._solve(parts, asked, step, tolerance)
            iterations += found.iterations
            length = self._length(parts, asked, longest)
            # a syringe that gives has answered for the step that was asked
            step = min(step, length) if options.compliance > 0.0 else length
            state.update_speed()
            state.try_step(step, time, [hand.inflow for hand in parts])
            n += 1
            settled = n >= options.passes and self._settled(last, found, ways, share)
            if settled or n >= options.most_passes:
                break
            last = found
        if self._blocked(asked, found):
            state.go_back()
            self.stop = "pressure"
            return
        self._accept(parts, asked, step, found, iterations, n)
        self._flowed = found, _inflow_of(parts)

    def _begun(self, parts: list[Hand], asked: Sequence[Hand], longest: float) -> _Pass | None:
        """Move a step by the flows of the last one, where the same comes in; its solve, None where not."""
        found, before = self._flowed
        if found is None or not parts or _inflow_of(parts) != before:
            return None
        step = self._length(parts, asked, longest)
        self.state.try_step(step, self.record.time, [hand.inflow for hand in parts])
        return found

    def _settled(self, last: _Pass | None, now: _Pass, ways: Float, share: float) -> bool:
        """Whether a further pass would change little: flows through cannulas and ways, pressures of the tips.

        `share` is that of the way which the last pass went.
        """
        if last is None or not len(now.tips):
            return last is not None
        least = share * self.options.change
        flow = float(now.flows.flow.sum())
        moved = float(np.abs(now.flows.flow - last.flows.flow).max(initial=0.0))
        moved = max(moved, float(np.abs(self.state.way_flows - ways).max(initial=0.0)))
        rise = float(np.abs(now.tips - last.tips).max())
        span = float(np.abs(now.tips - self.state.system.outer.min()).max())
        return moved <= least * flow and rise <= least * span

    def _solve(
        self, parts: list[Hand], asked: Sequence[Hand], step: float, tolerance: float
    ) -> _Pass:
        """Pressure for the flows that the hands' pistons and the limit allow."""
        system, limit = self.state.system, self.options.pressure_limit
        pistons = [hand.piston if hand in asked else 0.0 for hand in parts]
        # without a source and with one pressure outside nothing flows: no solve would say so to the last bit
        single = len(parts) <= 1 and system.even
        if not (single or self._held or self.options.compliance > 0.0):
            for hand, piston in zip(parts, pistons, strict=True):
                hand.flow = piston
            self.state.set_source([hand.inflow for hand in parts])
            iterations = system.solve(self.state.source, tolerance).iterations
            tips = np.array([self._tip(hand) for hand in parts])
            drops = [self._drop(hand)(hand.flow) for hand in parts]
            pressed = tips + np.array(drops)
            if not (pressed > limit).any():
                flow = np.array(pistons)
                return _Pass(Flows(flow, flow, pressed), tips, iterations)
        return self._answer(parts, pistons, step, tolerance)

    def _answer(
        self, parts: list[Hand], pistons: list[float], step: float, tolerance: float
    ) -> _Pass:
        """The same by superposition: the field at rest, and the answer to each hand alone."""
        system, number = self.state.system, len(parts)
        iterations = system.rest(tolerance, self._rest)
        resistance = np.zeros((number, number))
        for j, hand in enumerate(parts):
            self.state.set_source([hand.inflow._replace(rate=1.0)])
            iterations += system.answer(self.state.source, tolerance, hand.answer)
            inside = unpad(hand.answer)
            resistance[:, j] = [item.source.mean(inside) for item in parts]
            resistance[j, j] += hand.source.gap * self.state.tip_viscosity(hand.source)
        rest = np.array([hand.source.mean(unpad(self._rest)) for hand in parts])
        demands = [
            Demand(piston, hand.stored, self._drop(hand))
            for hand, piston in zip(parts, pistons, strict=True)
        ]
        give = self.options.compliance
        flows = allowed_flows(demands, rest, resistance, self.options.pressure_limit, give, step)
        system.pressure[:] = self._rest
        for hand, flow in zip(parts, flows.flow, strict=True):
            hand.flow = float(flow)
            system.pressure += hand.flow * hand.answer
        self.state.set_source([hand.inflow for hand in parts])
        self._constant = np.inf
        if give > 0.0 and number:
            drops = [
                self._drop(hand)(max(hand.flow, 1e-9)) / max(hand.flow, 1e-9) for hand in parts
            ]
            self._constant = give * float((np.diag(resistance) + np.array(drops)).min())
        return _Pass(flows, rest + resistance @ flows.flow, iterations)

    def _tip(self, hand: Hand) -> float:
        """Pressure, MPa, at the tip from the present field."""
        thick = self.state.tip_viscosity(hand.source)
        return hand.source.tip_pressure(unpad(self.state.system.pressure), hand.flow, thick)

    def _drop(self, hand: Hand) -> Callable[[float], float]:
        """Pressure drop, MPa, along the cannula as a function of the flow."""
        fluid = self.state.in_cannula(self.record.time, hand.cannula.name)
        radius, length = hand.cannula.radius, hand.cannula.length
        return lambda flow: pressure_drop(fluid, radius, length, flow)

    def _blocked(self, asked: Sequence[Hand], found: _Pass) -> bool:
        """Whether no piston moves."""
        moves = [
            found.flows.piston[n] >= self.options.least_rate * hand.piston
            for n, hand in enumerate(asked)
        ]
        return bool(asked) and not any(moves)

    def _accept(
        self,
        parts: list[Hand],
        asked: Sequence[Hand],
        step: float,
        found: _Pass,
        iterations: int,
        passes: int,
    ) -> None:
        """Keep the step and its books, and look whether a rule ends the injection."""
        state, flows = self.state, found.flows
        self._held = False
        for n, hand in enumerate(parts):
            moved = 0.0
            if hand in asked:
                moved = min(float(flows.piston[n]) * step, hand.left)
                hand.left -= moved
                self._held |= bool(flows.piston[n] < hand.piston * _ALL_BUT_ALL)
                self._last = hand
            hand.stored = (
                max(hand.stored + moved - hand.flow * step, 0.0)
                if self.options.compliance > 0.0
                else 0.0
            )
        state.accept(step)
        self._good[:] = state.system.pressure
        at_rest = self._last.source.mean(unpad(state.system.pressure))
        error = self.record.add(
            Taken(
                step, {hand.cannula.name: hand.flow for hand in parts},
                float(found.tips.max(initial=-np.inf)) if parts else at_rest,
                float(flows.pressure.max(initial=-np.inf)) if parts else at_rest,
                self._held, iterations, passes,
            )
        )  # fmt: skip
        self._look(error)

    def _look(self, error: float) -> None:
        """Stop where cement does not balance, on a leak that is seen, and when the time is over."""
        options, time = self.options, self.record.time
        if abs(error) > 1e-10 * max(self.record.injected, 1.0):
            self.stop, self.failure = "failure", f"cement off its balance by {error:.1e} mm³"
            return
        if self.state.tumour is not None and abs(self.state.tumour.balance) > 1e-10:
            lost = self.state.tumour.balance
            self.stop, self.failure = "failure", f"tumour off its balance by {lost:.1e} of it"
            return
        rule = options.leak
        if rule is not None:
            watched = rule.pathways or tuple(self.state.leaked)
            seen = any(self.state.leaked[name] >= rule.seen for name in watched)
            self._seen_at = min(self._seen_at, time) if seen else self._seen_at
            if time >= self._seen_at + rule.delay - 1e-9:
                self.stop = "leak"
        if time >= options.time_limit * (1.0 - 1e-12):
            self.stop = self.stop or "time"

    def _has_set(self, asked: Sequence[Hand]) -> bool:
        """Whether cement at the tip of a cannula in use, which is no younger than that in it, has set."""
        wanted, time = self.options.set_viscosity, self.record.time
        return any(is_set(self.state.tip_fluid(hand.inflow, time), wanted) for hand in asked)

    def _length(self, parts: list[Hand], asked: Sequence[Hand], longest: float) -> float:
        """Length of the next step, s."""
        options, state = self.options, self.state
        step = min(longest, options.longest_step, options.time_limit - self.record.time)
        step = min(step, 0.1 * state.cement.curve.thickening_time / state.quickest)
        if np.isfinite(self._seen_at) and options.leak is not None:
            step = min(step, max(self._seen_at + options.leak.delay - self.record.time, 1e-6))
        rate = sum(hand.flow for hand in parts)
        if rate > 0.0:
            cells = sum(float(unpad(state.pore)[tuple(h.source.cells.T)].sum()) for h in parts)
            step = min(step, options.front_step * max(state.front_capacity(), cells) / rate)
        for hand in asked:
            # a syringe that gives moves its piston as asked until its pressure is at the limit
            pace = hand.piston if options.compliance > 0.0 and not self._held else hand.flow
            step = min(step, hand.left / max(pace, self.options.least_rate * hand.piston))
        return min(step, options.relaxing_step * self._constant)
