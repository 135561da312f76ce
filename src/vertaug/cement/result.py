# SPDX-License-Identifier: BSD-3-Clause
"""What an injection gives."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vertaug.grid.flow_grid import FlowGrid, Kind

__all__ = ["History", "InjectionResult"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """Curves of an injection, one row a time step, the state at its end; shape (n,) each.

    `time` s; `injected`, `in_bone`, `in_cavity`, `marrow_out` mm³ so far; `leaked` by pathway, mm³;
    `rate` mm³/s; `syringe`, `tip` pressures, MPa; `limited` where the pressure limit cut the rate;
    `iterations` of the pressure solver.
    """

    time: Float
    injected: Float
    in_bone: Float
    in_cavity: Float
    marrow_out: Float
    leaked: dict[str, Float]
    rate: Float
    syringe: Float
    tip: Float
    limited: NDArray[np.bool_]
    iterations: NDArray[np.int64]


@dataclass(frozen=True)
class InjectionResult:
    """State at the end of an injection, its history and its balances.

    Parameters
    ----------
    grid : the grid it ran on
    saturation : share of each cell's pores that holds cement, (nx, ny, nz), 0 to 1
    pressure : MPa, (nx, ny, nz)
    history : curves
    injected : cement pushed out of the cannulas, mm³
    leaked : cement that crossed each pathway's openings, net, mm³
    left_grid : of that, what left the grid through its rim, mm³
    first_leak_s : time at which each pathway had leaked the threshold volume; None where never
    stopped : why it ended: ``schedule``, ``pressure``, ``leak``, ``time``
    limited_s : time during which the pressure limit held the rate down, s
    balance_error : injected minus found, relative to injected
    warnings : what the reader of results must know
    """

    grid: FlowGrid
    saturation: Float
    pressure: Float
    history: History
    injected: float
    leaked: dict[str, float]
    left_grid: float
    first_leak_s: dict[str, float | None]
    stopped: str
    limited_s: float
    balance_error: float
    warnings: tuple[str, ...] = field(default=())

    def cement_volume(self) -> Float:
        """Cement in each cell, mm³, (nx, ny, nz)."""
        return self.saturation * self.grid.pore_volume()

    def volume_in(self, *kinds: Kind) -> float:
        """Cement in the cells of some kinds, mm³."""
        return float(self.cement_volume()[np.isin(self.grid.kind, kinds)].sum())

    @property
    def pore_fill(self) -> float:
        """Cement in bone and cavity over their pore volume."""
        inside = np.isin(self.grid.kind, (Kind.BONE, Kind.CAVITY))
        return self.volume_in(Kind.BONE, Kind.CAVITY) / float(self.grid.pore_volume()[inside].sum())

    def body_fill(self, body_volume: float) -> float:
        """Cement in bone and cavity over the volume of the vertebral body, mm³."""
        return self.volume_in(Kind.BONE, Kind.CAVITY) / body_volume
