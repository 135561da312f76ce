# SPDX-License-Identifier: BSD-3-Clause
"""Temperature and cure of cement while it is injected: carried along, conducted, perfused, reacting.

A step of the flow is followed by one of heat over the same time, a splitting of first order as the flow's steps are.
Cement comes in at the temperature of the syringe or at one that the cannula has warmed it to; what passes a vessel
keeps the temperature of the bone that it left. Heat is carried above the blood's temperature, so that
rounding of the flow's volumes carries next to none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.curing.ageing import aged
from vertaug.curing.body import Blood, Mixture
from vertaug.curing.conduction import pad, unpad
from vertaug.curing.curing import Curing
from vertaug.curing.damage import Damage
from vertaug.curing.moving import carry_temperature
from vertaug.curing.options import CuringOptions
from vertaug.curing.surface import SIDES, Boundary, Fixed
from vertaug.grid.flow_grid import FlowGrid
from vertaug.grid.moved import Moved
from vertaug.materials.cure.kinetics import Kinetics
from vertaug.materials.thermal.polymer import Polymer
from vertaug.materials.thermal.tissues import BONE, MARROW, ThermalTissue

__all__ = ["Entering", "FlowingHeat"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Entering:
    """Cement as it comes in: its `temperature`, K, and how it got there.

    It was mixed `age` s before the start and kept at `room`, K, until it leaves the cannula.
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
    ) -> None:
        self._supply = supply or Blood()
        self._mixture = Mixture(grid, polymer, self._supply, liquid, matrix)
        self._polymer, self._liquid, self._entering = polymer, liquid, entering
        self._volume, self._kinetics = grid.cell_volume, kinetics
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

    def entering(self, time: float) -> float:
        """Degree of cure of cement that leaves the cannula `time` s after the start."""
        return aged(self._kinetics, [(self._entering.age + time, self._entering.room)])

    def advance(self, moved: Moved) -> Float:
        """Go along with a step of the flow; returns the gain of cure in each cell, padded."""
        run, reference = self.run, self._supply.temperature
        inside = self._warm - reference
        inside, carried = carry_temperature(
            moved, inside, run.capacity, self._polymer.tissue, self._liquid,
            self._entering.temperature - reference, 0.0,
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
