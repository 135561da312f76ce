# SPDX-License-Identifier: BSD-3-Clause
"""Cement cures and warms what is around it: reaction, blood and conduction in symmetric splitting.

``C dT/dt = div(k grad T) + H dc/dt - w (T - T_a)``. A step is half a step of reaction and blood, one of
conduction, and the other half in reverse order (Strang 1968, SIAM J Numer Anal 5:506): second order in time.
Conduction also gets the reaction's rate at the start of the step as a constant source, and the reaction gives it
back (balanced splitting: Speth, Green, MacNamara, Strang 2013, SIAM J Numer Anal 51:3084). The parts then no longer
pull the surface of the cement up and down, which took most of the steps. Each part changes the heat of the grid by an
amount that is known on its own, so the balance of a run is a check.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from vertaug.curing.body import HeatBody
from vertaug.curing.conduction import Conduction, pad, unpad
from vertaug.curing.damage import Damage
from vertaug.curing.options import CuringOptions
from vertaug.curing.record import Record
from vertaug.curing.surface import Anchors, Boundary, side_anchors
from vertaug.errors import NotConvergedError
from vertaug.materials.cure.kinetics import Kinetics
from vertaug_kernels import cure, heat

__all__ = ["Curing"]

Float = NDArray[np.float64]
_CHUNK = 65536
"""Cells that react in one call of a kernel, so that none keeps an interrupt waiting."""


class Curing:
    """Temperature and degree of cure of a grid, moved on in time.

    Parameters
    ----------
    body : what the cells are
    kinetics : rate of cure
    temperature : K, (nx, ny, nz) or one number
    degree : cure of the cement, (nx, ny, nz); that of fresh cement where left out
    sides : boundaries by side; sides left out are adiabatic
    anchors : further cells joined to a temperature or heated
    damage : what gathers damage; none where left out
    time : s, at the start
    """

    def __init__(
        self,
        body: HeatBody,
        kinetics: Kinetics,
        temperature: Float | float,
        degree: Float | None = None,
        sides: Mapping[str, Boundary] | None = None,
        anchors: Sequence[Anchors] = (),
        options: CuringOptions | None = None,
        damage: Damage | None = None,
        time: float = 0.0,
    ) -> None:
        self.kinetics, self.options, self.damage, self.time = (
            kinetics,
            options or CuringOptions(),
            damage,
            time,
        )
        self._row, self.record = kinetics.row(), Record()
        self._sides, self._extra = dict(sides or {}), tuple(anchors)
        shape = body.capacity.shape
        self._temperature = pad(np.broadcast_to(temperature, shape))
        start = np.full(shape, kinetics.start) if degree is None else degree
        self._degree = pad(np.where(body.reaction > 0.0, start, 0.0))
        self._guess = self.options.longest_step
        self._take(body)

    def _take(self, body: HeatBody) -> None:
        """Make what depends on the body."""
        self.body = body
        surface = [*side_anchors(body.conductivity, body.spacing, self._sides), *self._extra]
        self.conduction = Conduction(body.conductivity, body.capacity, body.spacing, surface)
        volume = body.spacing**3
        reaction = pad(body.reaction)
        self._cells = np.flatnonzero(reaction > 0.0).astype(np.int64)
        self._released = reaction.ravel()[self._cells] * volume
        self._rise = self._released * self.conduction.inverse.ravel()[self._cells]
        self._blood = pad(body.perfusion / body.capacity)
        self._bleeds = bool((body.perfusion > 0.0).any())
        self._planes = np.zeros(self._temperature.shape[0])
        self._warming = np.zeros(self._cells.size)

    @property
    def temperature(self) -> Float:
        """Temperature, K, (nx, ny, nz); a view."""
        return unpad(self._temperature)

    @property
    def degree(self) -> Float:
        """Degree of cure, (nx, ny, nz), 0 where there is no cement; a view."""
        return unpad(self._degree)

    @property
    def capacity(self) -> Float:
        """Heat capacity of each cell, mJ/K, padded."""
        return self.conduction.capacity

    def carry_on(
        self, body: HeatBody, temperature: Float, degree: Float, brought: Sequence[float]
    ) -> None:
        """Go on with other cells' contents, after cement has moved.

        `temperature` and `degree` (nx, ny, nz) are those that the contents have taken along, `brought` the heat, mJ
        above the blood's temperature, that came with them: what the cells gained else enters the balance as missing.
        """
        before = self.conduction.heat_content(self._temperature - self.body.blood)
        self._take(body)
        self._temperature = pad(temperature)
        self._degree = pad(np.where(body.reaction > 0.0, degree, 0.0))
        gained = self.conduction.heat_content(self._temperature - self.body.blood) - before
        self.record.carried += gained
        self.record.bring(brought)

    def advance(self, duration: float) -> None:
        """Move on by `duration` s.

        Raises
        ------
        NotConvergedError
            Steps become shorter than a billionth of what may be taken at once.
        """
        end, before = self.time + duration, self._temperature.copy()
        while self.time < end - 1e-12 * max(1.0, abs(end)):
            self._step(end - self.time)
        self.record.stored += self.conduction.heat_content(self._temperature - before)

    def _step(self, left: float) -> None:
        """One step that keeps the limits."""
        options = self.options
        before, cured = self._temperature.copy(), self._degree.ravel()[self._cells]
        most = min(
            left, options.longest_step, self.conduction.reach(options.most_stages), self._guess
        )
        length = min(most, self._reaction_limit())
        while True:
            if length < 1e-9 * min(options.longest_step, left):
                raise NotConvergedError("cure", len(self.record.time), f"a step of {length:.1e} s")
            released = self._react(0.5 * length)
            blood = self._perfuse(0.5 * length)
            step = self.conduction.step(
                self._temperature, self.time, length, self._cells, self._warming
            )
            growth = 0.8 * (options.conduction_error / max(step.error, 1e-300)) ** (1.0 / 3.0)
            if step.error <= options.conduction_error:
                break
            self._temperature[:] = before
            self._degree.ravel()[self._cells] = cured
            length *= max(0.2, min(growth, 0.9))
        self._temperature += step.change
        blood += self._perfuse(0.5 * length)
        released += self._react(0.5 * length)
        self.time += length
        suggested = length * min(2.0, max(growth, 0.5))
        self._guess = suggested if length < left else max(suggested, self._guess)
        if self.damage is not None:
            self.damage.add(unpad(before), self.temperature, length)
        self._note(released, blood, step.heat)

    def _note(self, released: float, blood: float, surface: float) -> None:
        """Enter a step into the record."""
        cured = self._degree.ravel()[self._cells]
        weight = self._released.sum()
        mean = float((cured * self._released).sum() / weight) if weight > 0.0 else 0.0
        peak = float(self.temperature.max())
        self.record.add(self.time, peak, mean, released, blood, surface)

    def _reaction_limit(self) -> float:
        """Step, s, in which the reaction warms no cell by more than the limit; keeps its rate as `_warming`."""
        if not self._cells.size:
            return float("inf")
        cured, warm, law = self._degree.ravel(), self._temperature.ravel(), self.kinetics.law
        for part in self._parts():
            cure.rates(law, self._row, self._cells[part], cured, warm, self._warming[part])
        self._warming *= self._rise
        fastest = float(self._warming.max())
        return self.options.temperature_step / fastest if fastest > 0.0 else float("inf")

    def _parts(self) -> list[slice]:
        return [slice(at, at + _CHUNK) for at in range(0, self._cells.size, _CHUNK)]

    def _react(self, length: float) -> float:
        """Let the cement react, less the warming that conduction takes over; heat released, mJ."""
        cured, warm = self._degree.ravel(), self._temperature.ravel()
        before = cured[self._cells]
        for part in self._parts():
            cure.advance(
                self.kinetics.law, self._row, self._cells[part], self._rise[part], -self._warming[part], length,
                self.options.cure_error, cured, warm,
            )  # fmt: skip
        return float(((cured[self._cells] - before) * self._released).sum())

    def _perfuse(self, length: float) -> float:
        """Let blood flow; heat it brings, mJ."""
        if not self._bleeds:
            return 0.0
        heat.relax(
            self._blood, self.conduction.capacity, self.body.blood, length, self._temperature, self._planes
        )  # fmt: skip
        return float(self._planes.sum())
