# SPDX-License-Identifier: BSD-3-Clause
"""One fluid displaces another that stays mobile beside it, through any field of permeability.

The engine's cement fills a pore or does not; reservoir simulators let both fluids move in one pore by relative
permeabilities. This solves their problem, two incompressible fluids without gravity and capillarity, so
that pressure and transport can be held against theirs. Fluxes are two-point with harmonic permeability and
upstream mobility, as there.

Time: the flows of a step are those at its middle. Saturation goes half a step with the flows of the step
before, gives the mobilities for the pressure, and then goes the whole step with the new flows, each cell
integrated exactly. That is of second order with one set of flows a step and keeps bounds by construction. The
volume between the two saturations at the middle is what the step's length is controlled by; the volume between one
sweep of transport and two of half its length is what the number of sweeps in a step is controlled by.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.displacement_grid import BlockGrid, FlowNetwork, PorousBlock
from vertaug.cement.multigrid import Hierarchy, Operator
from vertaug.errors import InputError, NotConvergedError
from vertaug.materials.relative_permeability import corey_1954
from vertaug_kernels import fractional

__all__ = ["Displacement", "FluidPair", "History", "Steps", "displace"]

Float = NDArray[np.float64]
_NODES = 400
_GROWTH, _SHRINK = 2.0, 0.2
_ROUNDED = 1e-12
_MOST_SWEEPS = 1024
_UNCHECKED, _LONGER = 7, 1.2
"""Steps that keep the number of sweeps once a sixteenth of what is allowed was missed, unless they get longer."""


@dataclass(frozen=True)
class FluidPair:
    """The fluid that displaces and the one displaced: `viscosities` MPa s, Corey `exponents`.

    `most` is the largest saturation of the first that flow can reach.
    """

    viscosities: tuple[float, float]
    exponents: tuple[float, float] = (1.0, 1.0)
    most: float = 1.0


@dataclass(frozen=True)
class Steps:
    """Numerics of a displacement.

    Parameters
    ----------
    misplaced : volume that a step's flows, or its transport, may misplace, over the volume injected in all
    tolerance : residual of the pressure over the injected flow; flows balance whatever it is
    upstream : flow that may come from the wrong side of its face, over the injected flow
    """

    misplaced: float = 2e-4
    tolerance: float = 1e-4
    upstream: float = 1e-2


@dataclass
class History:
    """Of each step: its `middle`, s, the `pressure` at the source then, MPa; what it took.

    That is the `solves` of the pressure, their `iterations`, whether coarse cells of the solver were groups that
    strong faces join (`grouped`), and the `sweeps` of transport in half the step.
    """

    middle: list[float] = field(default_factory=list)
    pressure: list[float] = field(default_factory=list)
    solves: list[int] = field(default_factory=list)
    iterations: list[int] = field(default_factory=list)
    grouped: list[bool] = field(default_factory=list)
    sweeps: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Displacement:
    """`saturation` and `pressure` (MPa) at the end, (nx, ny, nz); volumes, mm³; what it took.

    `balance_error` is the volume of displacing fluid that is missing over the volume injected.
    """

    saturation: Float
    pressure: Float
    injected: float
    left_grid: float
    balance_error: float
    history: History


class _Run:
    """A displacement under way; fields padded."""

    def __init__(self, grid: BlockGrid, fluids: FluidPair, source: Float, steps: Steps) -> None:
        shape = grid.pore.shape
        self.grid, self.fluids, self.steps = grid, fluids, steps
        self.source, self.rate = np.pad(source, 1), float(source.sum())
        self.pressure, self._mobility = np.zeros(shape), np.zeros(shape)
        self.operator = Operator(*(np.zeros(shape) for _ in range(4)))
        self._hierarchy = Hierarchy(grid.place)
        ratio = fluids.viscosities[0] / fluids.viscosities[1]
        nodes, shares = corey_1954.nodes(_NODES, fluids.most, fluids.exponents, ratio)
        self._curve = nodes, shares, np.diff(shares) / np.diff(nodes)
        self.network, self.sweeps = FlowNetwork(grid), 1
        self._unchecked, self._checked = 0, 0.0
        self._known: list[tuple[float, Float]] = []
        self._piece = np.zeros(grid.pore.size, np.int32)

    def _face_upstream(self) -> float:
        """Conductances with the mobility upstream; returns the flow that this moved, over the injected."""
        moved, operator = 0.0, self.operator
        arrays = (self._mobility.ravel(), self.pressure.ravel())
        for axis, out in enumerate((operator.tx, operator.ty, operator.tz)):
            face = self.grid.faces[axis].ravel()
            stride = self.grid.strides[axis]
            moved += fractional.upstream_conductances(face, stride, *arrays, out.ravel())
        np.multiply(self.grid.anchor, self._mobility, out=operator.anchor)
        return moved / self.rate

    def _solve(self, tolerance: float) -> int:
        """Pressure for the present conductances; returns the iterations."""
        self._hierarchy.update(self.operator)
        report = self._hierarchy.solve(self.source, self.pressure, tolerance)
        if not report.residual <= tolerance:
            reached = f"{report.residual:.1e} after {report.iterations} iterations"
            raise NotConvergedError("displace", 0, f"pressure residual {reached}")
        return report.iterations

    @property
    def grouped(self) -> bool:
        """Whether coarse cells of the solver are groups that strong faces join."""
        return self._hierarchy.grouped

    def find_flows(self, saturation: Float) -> tuple[int, int]:
        """Flows for the mobilities of a saturation; returns solves of the pressure and their iterations."""
        fluids, tolerance = self.fluids, self.steps.tolerance
        fractional.total_mobility(
            saturation.ravel(), fluids.most, np.array(fluids.exponents), np.array(fluids.viscosities),
            self._mobility.ravel(),
        )  # fmt: skip
        self._face_upstream()
        solves, iterations = 1, self._solve(tolerance)
        while self._face_upstream() > self.steps.upstream and solves < 8:
            solves, iterations = solves + 1, iterations + self._solve(tolerance)
        stuck = self.network.build(self.operator, self.pressure, self.source)
        while stuck > _ROUNDED * self.rate:
            tolerance *= 1e-2
            solves, iterations = solves + 1, iterations + self._solve(tolerance)
            stuck = self.network.build(self.operator, self.pressure, self.source)
        return solves, iterations

    def move(self, saturation: Float, time: float) -> float:
        """Carry a saturation on in place with the present flows; returns the volume that left the grid."""
        left = 0.0
        for _ in range(self.sweeps):
            fields = (self.source.ravel(), self.grid.pore.ravel())
            state = (self._piece, saturation.ravel(), self.network.share)
            given = (*self.network.flows, *fields, *self._curve, time / self.sweeps, *state)
            gone, _ = fractional.advance(*given)
            left += gone
        return left

    def apart(self, first: Float, second: Float) -> float:
        """Volume between two saturations, mm³."""
        return float((np.abs(first - second) * self.grid.pore).sum())

    def carry(self, now: Float, step: float, allowed: float) -> tuple[Float, Float, float]:
        """Saturation in the middle and at the end of a step, and the volume that left the grid.

        As many sweeps as keep twice their length within `allowed`, mm³. One that keeps it easily is not held against
        half its length in each of the steps that follow.
        """
        while True:
            middle = now.copy()
            gone = self.move(middle, 0.5 * step)
            end = middle.copy()
            gone += self.move(end, 0.5 * step)
            if self._unchecked > 0 and step <= _LONGER * self._checked:
                self._unchecked -= 1
                return middle, end, gone
            once = now.copy()
            self.move(once, step)
            missed = self.apart(once, end)
            if missed <= allowed or self.sweeps >= _MOST_SWEEPS:
                break
            self.sweeps *= 2
        self._unchecked, self._checked = 0, step
        if missed < allowed / 16.0:
            self._unchecked = _UNCHECKED if self.sweeps == 1 else 0
            self.sweeps = max(self.sweeps // 2, 1)
        return middle, end, gone

    def expect(self, time: float) -> None:
        """Guess the pressure at a time, s, from those at the last two that were kept."""
        if len(self._known) == 2:
            (first, old), (second, new) = self._known
            share = min((time - second) / (second - first), _GROWTH)
            np.subtract(new, old, out=self.pressure)
            self.pressure *= share
            self.pressure += new

    def keep(self, time: float) -> None:
        """Keep the pressure as that at a time, s, to guess the next from."""
        self._known = [*self._known[-1:], (time, self.pressure.copy())]


def _check(grid: BlockGrid, fluids: FluidPair, source: Float, time: float) -> None:
    """Refuse what cannot be computed."""
    exponents, most = fluids.exponents, fluids.most
    wrong = ""
    if source.shape != tuple(n - 2 for n in grid.pore.shape):
        wrong = f"source of shape {source.shape} on {grid.pore.shape} padded cells"
    elif not (source.min() >= 0.0 and source.sum() > 0.0 and 0.0 < time < np.inf):
        wrong = (
            f"source of {source.sum():g} mm³/s in all, {source.min():g} at least, for {time:g} s"
        )
    elif not (min(fluids.viscosities) > 0.0 and min(exponents) >= 1.0 and 0.0 < most <= 1.0):
        wrong = f"viscosities {fluids.viscosities}, exponents {exponents}, saturation {most}"
    elif not grid.anchor.any():
        wrong = "a block without an open side"
    if wrong:
        raise InputError(
            "displacement", "input", wrong,
            "a flow into the block, a way out, viscosities above 0, exponents from 1, saturation to 1",
            "correct it", "E-DISPLACE-002",
        )  # fmt: skip


def displace(
    block: PorousBlock, fluids: FluidPair, source: Float, time: float, steps: Steps | None = None
) -> Displacement:
    """Inject at `source` (nx, ny, nz), mm³/s, for `time` s into a block full of the other fluid.

    Raises
    ------
    InputError
        for a block without an open side, a source that does not fit, properties out of range.
    NotConvergedError
        where the pressure cannot be solved.
    """
    steps, grid, history = steps or Steps(), BlockGrid(block), History()
    _check(grid, fluids, source, time)
    run = _Run(grid, fluids, np.asarray(source, dtype=np.float64), steps)
    now, done, left = np.zeros_like(grid.pore), 0.0, 0.0
    well = run.source > 0.0
    run.find_flows(now)
    allowed = steps.misplaced * run.rate * time
    step = float(grid.pore[well].sum()) / run.rate
    while done < time * (1.0 - _ROUNDED):
        step = min(step, time - done)
        guess = now.copy()
        run.move(guess, 0.5 * step)
        run.expect(done + 0.5 * step)
        solves, iterations = run.find_flows(guess)
        middle, end, gone = run.carry(now, step, allowed)
        longer = np.sqrt(0.8 * allowed / max(run.apart(middle, guess), 1e-300))
        if longer < 0.5:
            step *= max(longer, _SHRINK)
            continue
        run.keep(done + 0.5 * step)
        history.middle.append(done + 0.5 * step)
        now, done, left = end, done + step, left + gone
        history.pressure.append(float(run.pressure[well].mean()))
        history.solves.append(solves)
        history.iterations.append(iterations)
        history.grouped.append(run.grouped)
        history.sweeps.append(run.sweeps)
        step *= min(longer, _GROWTH)
    run.find_flows(now)
    injected, inner = run.rate * done, (slice(1, -1),) * 3
    error = abs(float((now * grid.pore).sum()) + left - injected) / injected
    return Displacement(
        now[inner].copy(), run.pressure[inner].copy(), injected, left, error, history
    )
