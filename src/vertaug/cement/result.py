# SPDX-License-Identifier: BSD-3-Clause
"""What an injection gives."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vertaug.grid.flow_grid import INSIDE, FlowGrid, Kind

__all__ = ["History", "InjectionResult", "TumourResult"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class History:
    """Curves of an injection, one row a time step, the state at its end; shape (n,) each.

    `time` s; `injected`, `in_bone`, `in_cavity`, `in_cleft`, `in_vessels`, `marrow_out` mm³ so far; `leaked`
    cement and `expelled` marrow by pathway, mm³; `spaces` cement that lies in each space outside or went on
    through it beyond the grid, mm³; `rate` mm³/s, all cannulas together, `rates` of each;
    `syringe`, `tip` pressures, MPa, the highest of the cannulas; `probes` pressures at named places, MPa;
    `limited` where the pressure limit cut the rate; `iterations` of the pressure solver in `passes` solves,
    `grouped` where coarse cells of the last one were groups that strong faces join, not all of them cubes;
    `balance` cement injected minus found, `marrow_balance` volume injected minus driven out, both over what was
    injected so far (over 1 mm³ while it is less); `lowest`, `highest` share of a cell's pores that holds cement.
    """

    time: Float
    injected: Float
    in_bone: Float
    in_cavity: Float
    in_cleft: Float
    in_vessels: Float
    marrow_out: Float
    leaked: dict[str, Float]
    expelled: dict[str, Float]
    spaces: dict[str, Float]
    rate: Float
    rates: dict[str, Float]
    syringe: Float
    tip: Float
    probes: dict[str, Float]
    limited: NDArray[np.bool_]
    iterations: NDArray[np.int64]
    passes: NDArray[np.int64]
    grouped: NDArray[np.bool_]
    balance: Float
    marrow_balance: Float
    lowest: Float
    highest: Float


@dataclass(frozen=True)
class TumourResult:
    """What became of a tumour.

    Parameters
    ----------
    saturation : share of each cell's pores that holds it at the end, (nx, ny, nz)
    lesion : cells that it filled by more than half at the start, (nx, ny, nz)
    start, left : mm³ inside the bone at the start and at the end
    pressed_out : mm³ through each pathway's openings, net
    in_spaces : of that, mm³ that lies in each space outside or left the grid through its rim
    in_vessels, left_grid : of that, mm³ in the vessels that lead out; in all, through the rim of the grid
    lesion_fill : share of the lesion's pores that cement fills at the end
    behind : highest pressure, MPa, in each space just outside an opening
    curves : mm³ so far by pathway, each (n,) as in `History`
    balance_error : largest loss or gain of tumour at any step over what there was at the start
    """

    saturation: Float
    lesion: NDArray[np.bool_]
    start: float
    left: float
    pressed_out: dict[str, float]
    in_spaces: dict[str, float]
    in_vessels: float
    left_grid: float
    lesion_fill: float
    behind: dict[str, float]
    curves: dict[str, Float]
    balance_error: float


@dataclass(frozen=True)
class InjectionResult:
    """State at the end of an injection, its history and its balances.

    Parameters
    ----------
    grid : the grid it ran on
    pore_volume : mm³ of each cell, (nx, ny, nz), less what the mouths of cannulas take up
    saturation : share of each cell's pores that holds cement, (nx, ny, nz), 0 to 1
    pressure : MPa, (nx, ny, nz)
    portions : cement in each cell by portion, mm³, (1 + pushes, nx, ny, nz); first what was there before
    age : equivalent age of the cement in each cell, s at 23 °C, (nx, ny, nz); 0 where there is none
    history : curves
    injected : cement pushed out of the cannulas, mm³
    compressed : cement still held under pressure in the syringes, mm³
    leaked : cement that crossed each pathway's openings, net, mm³
    expelled : marrow that did, mm³
    left_grid : of the cement, what left the grid through its rim, mm³
    in_vessels : cement in the vessels that lead out, mm³ by opening
    first_leak_s : time at which each pathway had leaked the threshold volume; None where never
    in_spaces : cement outside by the space where it lies, or by which it left the grid, mm³
    first_in_space_s : time at which each space held the threshold volume; None where never
    leaked_by_opening : cement that crossed each opening, net, mm³
    led_to : the leaked cement of each pathway by the space where it lies or by which it left the grid, or
        ``in_vessels``, mm³
    stopped : why it ended: ``schedule``, ``pressure``, ``leak``, ``set``, ``time``, ``failure``
    limited_s : time during which the pressure limit held the rate down, s
    balance_error : largest `History.balance`, absolute
    failure : what did not converge; empty where all did. The result is then that of the last good step
    warnings : what the reader of results must know
    tumour : what became of it; None where there was none
    """

    grid: FlowGrid
    pore_volume: Float
    saturation: Float
    pressure: Float
    portions: Float
    age: Float
    history: History
    injected: float
    compressed: float
    leaked: dict[str, float]
    expelled: dict[str, float]
    left_grid: float
    in_vessels: dict[str, float]
    first_leak_s: dict[str, float | None]
    in_spaces: dict[str, float]
    first_in_space_s: dict[str, float | None]
    leaked_by_opening: dict[str, float]
    led_to: dict[str, dict[str, float]]
    stopped: str
    limited_s: float
    balance_error: float
    failure: str = ""
    warnings: tuple[str, ...] = field(default=())
    tumour: TumourResult | None = None

    def cement_volume(self) -> Float:
        """Cement in each cell, mm³, (nx, ny, nz)."""
        return self.saturation * self.pore_volume

    def volume_in(self, *kinds: Kind) -> float:
        """Cement in the cells of some kinds, mm³."""
        return float(self.cement_volume()[np.isin(self.grid.kind, kinds)].sum())

    @property
    def pore_fill(self) -> float:
        """Cement in bone, cavities and clefts over their pore volume."""
        inside = np.isin(self.grid.kind, INSIDE)
        return self.volume_in(*INSIDE) / float(self.pore_volume[inside].sum())

    def body_fill(self, body_volume: float) -> float:
        """Cement in bone, cavities and clefts over the volume of the vertebral body, mm³."""
        return self.volume_in(*INSIDE) / body_volume
