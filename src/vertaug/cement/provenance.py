# SPDX-License-Identifier: BSD-3-Clause
"""By which pathway the cement outside the bone has come, wherever it went on to.

Each cell outside keeps the shares that the pathways have in its cement. What flows on takes the shares of the cell
that it leaves, by the flows of the step that moved the cement itself, so that each pathway's volume outside is what
crossed its openings to rounding; only what goes back into the bone need not go by the way that it came.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.pressure import PressureSystem
from vertaug.grid.flow_grid import Kind
from vertaug_kernels import advection

__all__ = ["IN_VESSELS", "Provenance"]

Float = NDArray[np.float64]
Gates = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]

IN_VESSELS = "in_vessels"
"""Name under which cement stands that fills the vessels of a pathway and lies in no space yet."""
_CEMENT_ALONE = np.array([1.0, 0.0])


class Provenance:
    """Shares of the pathways in the cement of each cell outside.

    Parameters
    ----------
    system : pressure and flows of the grid
    """

    def __init__(self, system: PressureSystem) -> None:
        self._system, ways = system, system.ways
        pathways = [item.pathway for item in ways.openings]
        self.pathways = tuple(dict.fromkeys(pathways))
        index = np.array([self.pathways.index(name) for name in pathways], dtype=np.intp)
        self._of_way = index[ways.owner] if len(index) else np.zeros(0, dtype=np.intp)
        shape = system.pressure.shape
        outside = np.zeros(shape, dtype=bool)
        outside[1:-1, 1:-1, 1:-1] = system.grid.kind == Kind.EXTERIOR
        self._outside = outside.ravel()
        self._inner = np.ravel_multi_index(tuple(ways.inner.T), shape)
        self._shares = np.zeros((len(self.pathways), *shape))
        self.left = np.zeros((len(self.pathways), len(system.grid.compartments)))

    def follow(
        self, order: NDArray[np.intp], gates: Gates, passed: Float, held: Float, flowing: Float, step: float
    ) -> None:  # fmt: skip
        """Go along with a step of the flow.

        Parameters
        ----------
        order, gates, flowing, step : as the step had them
        passed : (m,) cement that came out of each way at its outer end, mm³
        held : cement in each cell at the start, mm³, padded
        """
        system = self._system
        if not (passed.any() or self._shares.any()):
            return
        outer = order[self._outside[order]]
        nothing, number = np.zeros_like(held), held.size
        crossed = np.bincount(self._inner, passed, number)
        for n, share in enumerate(self._shares):
            mine = np.bincount(self._inner, np.where(self._of_way == n, passed, 0.0), number)
            if not (mine.any() or share.any()):
                continue
            now = np.divide(mine, crossed, out=np.zeros(number), where=crossed > 0.0)
            now = now.reshape(held.shape)
            advection.carry(
                outer, system.faces, gates, passed, system.anchor, system.outer, system.pressure, flowing,
                nothing, _CEMENT_ALONE, np.zeros(2), held, step, share, now,
            )  # fmt: skip
            now.ravel()[~self._outside] = 0.0
            share[:] = now
            self.left[n] += system.over_rim(step, flowing * share)

    def table(self, cement: Float, in_vessels: Mapping[str, float]) -> dict[str, dict[str, float]]:
        """Cement by pathway and by the space where it lies or by which it left the grid, mm³.

        `cement` is that of each cell, mm³, (nx, ny, nz), `in_vessels` that of the openings' vessels by pathway.
        """
        grid = self._system.grid
        outside = grid.kind == Kind.EXTERIOR
        space, held = grid.compartment[outside], cement[outside]
        found = {}
        for n, pathway in enumerate(self.pathways):
            share = self._shares[n, 1:-1, 1:-1, 1:-1][outside]
            lying = np.bincount(space, share * held, len(grid.compartments)) + self.left[n]
            row = {item.name: float(lying[k]) for k, item in enumerate(grid.compartments)}
            found[pathway] = {IN_VESSELS: float(in_vessels[pathway])} | row
        return found
