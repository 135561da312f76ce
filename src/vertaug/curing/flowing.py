# SPDX-License-Identifier: BSD-3-Clause
"""Temperature and cure of cement while it is injected: carried along, conducted, perfused, reacting.

A step of the flow is followed by one of heat over the same time, a splitting of first order as the flow's steps are.
Cement comes in as its cannula has warmed it, or at the temperature of the syringe; what passes a vessel
keeps the temperature of the bone that it left. Heat is carried above the blood's temperature, so that
rounding of the flow's volumes carries next to none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.curing.ageing import aged
from vertaug.curing.body import Blood, Mixture
from vertaug.curing.cannula_heat import CannulaHeat
from vertaug.curing.conduction import pad, unpad
from vertaug.curing.curing import Curing
from vertaug.curing.damage import Damage
from vertaug.curing.moving import carry_temperature
from vertaug.curing.options import CuringOptions
from vertaug.curing.surface import SIDES, Boundary, Fixed
from vertaug.grid.flow_grid import FlowGrid
from vertaug.grid.moved import Moved, Stay
from vertaug.materials.cure.kinetics import Kinetics
from vertaug.materials.thermal.polymer import Polymer
from vertaug.materials.thermal.tissues import BONE, MARROW, ThermalTissue

__all__ = ["Entering", "FlowingHeat"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Entering:
    """Cement as it comes in: its `temperature`, K, and how it got there.

    It was mixed `age` s before the start and kept at `room`, K, until it leaves the cannula, or comes into the part
    of it that lies in the body where that is followed.
    """

    temperature: float
    room: float
    age: float


class FlowingHeat:
    """Heat and cure of an injection on a grid.

    Parameters
    ----------
    grid : of the flow
    polymer, kinetics, entering : the cement
    supply : blood; its temperature is that of the body at the start
    liquid, matrix : what cement displaces, and the solid of bone
    sides : boundaries by side; the body's temperature where left out
    options : limits of a step
    cannulas : those that warm their cement, by name
    """

    def __init__(
        self,
        grid: FlowGrid,
        polymer: Polymer,
        kinetics: Kinetics,
        entering: Entering,
        supply: Blood | None = None,
        liquid: ThermalTissue = MARROW,
        matrix: ThermalTissue = BONE,
        sides: dict[str, Boundary] | None = None,
        options: CuringOptions | None = None,
        cannulas: Mapping[str, CannulaHeat] | None = None,
    ) -> None:
        self._supply = supply or Blood()
        self._mixture = Mixture(grid, polymer, self._supply, liquid, matrix)
        self._polymer, self._liquid, self._entering = polymer, liquid, entering
        self._volume, self._kinetics = grid.cell_volume, kinetics
        self._cannulas = dict(cannulas or {})
        warm = self._supply.temperature
        around: dict[str, Boundary] = dict.fromkeys(SIDES, Fixed(warm))
        body = self._mixture.with_cement(np.zeros(grid.shape))
        self.damage = Damage(np.full(grid.shape, warm))
        self.run = Curing(
            body, kinetics, warm, sides=around if sides is None else sides, damage=self.damage, options=options
        )  # fmt: skip
        self._warm = np.full(tuple(n + 2 for n in grid.shape), warm)

    @property
    def temperature(self) -> Float:
        """Temperature now, K, padded; ghosts at that of the body."""
        return self._warm

    def entering(self, time: float, cannula: str = "") -> float:
        """Degree of cure of cement that leaves a cannula `time` s after the start; unwarmed, where none is named."""
        stay, cold = self.at_mouth(cannula), self._entering.age + time
        if stay is None:
            return aged(self._kinetics, [(cold, self._entering.room)])
        spells = [(max(cold - stay.seconds, 0.0), self._entering.room), (stay.seconds, stay.mean)]
        return aged(self._kinetics, spells)

    def at_mouth(self, cannula: str) -> Stay | None:
        """How long and how warm cement that leaves a cannula was in its warm part; None: it has none."""
        return self._cannulas[cannula].at_mouth() if cannula in self._cannulas else None

    def in_cannula(self, cannula: str) -> Stay | None:
        """The same of the cement in a cannula, on the mean."""
        return self._cannulas[cannula].within() if cannula in self._cannulas else None

    def _injected(self, moved: Moved) -> Float:
        """Temperature of the cement put into each cell over a step, K above the blood's, padded."""
        reference, heat = self._supply.temperature, np.zeros(moved.source.size)
        rates = {item.cannula: float(item.rates.sum()) for item in moved.brought}
        warm = {
            name: tube.advance(rates.get(name, 0.0), moved.length)
            for name, tube in self._cannulas.items()
        }
        for item in moved.brought:
            above = warm.get(item.cannula, self._entering.temperature) - reference
            heat[item.cells] += above * item.rates
        put, source = heat.reshape(moved.source.shape), moved.source
        return np.divide(put, source, out=np.zeros_like(put), where=source > 0.0)

    def advance(self, moved: Moved) -> Float:
        """Go along with a step of the flow; returns the gain of cure in each cell, padded."""
        run, reference = self.run, self._supply.temperature
        inside = self._warm - reference
        inside, carried = carry_temperature(
            moved, inside, run.capacity, self._polymer.tissue, self._liquid,
            self._injected(moved), 0.0,
        )  # fmt: skip
        brought = unpad(moved.degree)
        fresh = np.where(run.degree > 0.0, run.degree, self.entering(moved.time))
        degree = np.where(brought > 0.0, brought, fresh)
        body = self._mixture.with_cement(moved.cement / self._volume)
        run.carry_on(body, unpad(inside) + reference, degree, carried)
        before = run.degree.copy()
        run.advance(moved.length)
        unpad(self._warm)[:] = run.temperature
        return pad(run.degree - before)
