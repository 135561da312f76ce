# SPDX-License-Identifier: BSD-3-Clause
"""Tumour on the flow grid: where it is, how it resists, how it is pressed out."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from vertaug.cement.cannula import TubeFluid, pressure_drop
from vertaug.cement.pressure import PressureSystem, pad, unpad
from vertaug.cement.ways import STUCK, Ways
from vertaug.errors import InputError
from vertaug.grid.flow_grid import FlowGrid, Kind
from vertaug.materials.rheology.tumour import TumourTissue
from vertaug_kernels import third_phase

__all__ = ["Tumour", "TumourPhase", "extrusion_drop"]

Float = NDArray[np.float64]
_CREEP = 1e-12
"""Rate, mm³/s, below which tumour in a way counts as at rest."""

_LEFT_OVER = 1e-4
"""Volume, mm³, that a step may leave over and have put elsewhere; more is a fault."""


@dataclass(frozen=True)
class Tumour:
    """Tumour before an injection: its share of each cell's pores, (nx, ny, nz), and its constants."""

    saturation: Float
    tissue: TumourTissue = field(default_factory=TumourTissue)

    def check(self, grid: FlowGrid, cement: Float) -> None:
        """Refuse a tumour that cannot be on a grid beside the `cement` already there.

        Raises
        ------
        InputError
            a shape that is not the grid's, shares outside 0 to 1 or more than the pores hold.
        """
        if self.saturation.shape != grid.shape:
            raise InputError(
                "plan", "inject.tumour", f"shape {self.saturation.shape}", f"the grid's {grid.shape}",
                "give one share a cell", "E-CEMENT-020",
            )  # fmt: skip
        low, high = float(self.saturation.min()), float((self.saturation + cement).max())
        if not (low >= 0.0 and high <= 1.0 + 1e-12):
            raise InputError(
                "plan", "inject.tumour", f"shares from {low:g}, with cement up to {high:g}",
                "shares of the pores from 0 to 1, with cement no more than 1",
                "correct the shares", "E-CEMENT-020",
            )  # fmt: skip


def extrusion_drop(tissue: TumourTissue, radius: float, length: float, rate: float) -> float:
    """Pressure, MPa, that drives tumour at a rate, mm³/s, through a hole of `radius` and a tube of `length`, mm.

    Entry ``c0 tau_y + 3 eta Q / a³`` (Sampson), tube by Buckingham and Reiner; at no rate ``tau_y (2 L / a + c0)``.
    """
    plug = TubeFluid(tissue.viscosity, 1.0, tissue.yield_stress)
    entry = tissue.entry * tissue.yield_stress + 3.0 * tissue.viscosity * rate / radius**3
    if rate <= 0.0:
        return entry + 2.0 * tissue.yield_stress * length / radius
    return entry + pressure_drop(plug, radius, length, rate)


class TumourPhase:
    """Tumour that moves with a `FlowState`; fields padded, `before` at the step's start, `now` tried.

    `filled` and `crossed` (m,) are what stands in the ways and what the step has pressed through their mouths, mm³;
    `pressed_out` by pathway, `left_grid` through the grid's rim, mm³ so far; `still` (nx, ny, nz) the volume, mm³,
    in cells that do not drain.
    """

    def __init__(
        self, tumour: Tumour, system: PressureSystem, pore: Float, shear_length: Float
    ) -> None:
        grid, active = system.grid, system.active
        self.tissue, self._pore, self._shear_length = tumour.tissue, pore, shear_length
        self._curve = tumour.tissue.curve()
        self.still = np.where(active, 0.0, tumour.saturation * grid.pore_volume())
        self.before = np.asarray(pad(np.where(active, tumour.saturation, 0.0)), dtype=np.float64)
        self.now, self.flowing, self.given = (
            self.before.copy(),
            np.zeros_like(self.before),
            np.zeros_like(self.before),
        )
        self._thick, self._zero = np.zeros_like(self.before), np.zeros_like(self.before)
        self._warm = np.full_like(self.before, 310.15)
        ways = system.ways
        self.filled_before, self.filled, self.crossed, self._inside = (
            np.zeros(len(ways.owner)) for _ in range(4)
        )
        self.lesion = unpad(self.before) > 0.5
        self.start = self.volume()
        self.pressed_out = dict.fromkeys(ways.by_pathway(self.filled), 0.0)
        self.left_by_space = np.zeros(len(grid.compartments))
        self.left_grid = self.no_room = 0.0
        self._step_left = self._step_no_room = 0.0

    def volume(self) -> float:
        """Tumour on the grid and in the ways, mm³, at the step's start."""
        return float((self.before * self._pore).sum() + self.filled_before.sum() + self.still.sum())

    def cells(self) -> Float:
        """Tumour in each cell, mm³, (nx, ny, nz)."""
        return unpad(self.before * self._pore) + self.still

    @property
    def balance(self) -> float:
        """Tumour lost over what there was at the start (over 1 mm³ where it was less)."""
        return (self.start - self.volume() - self.left_grid) / max(self.start, 1.0)

    def thicken(self, speed: Float, marrow: float, out: Float) -> None:
        """Put tumour in the place of marrow, MPa s, in a padded field of viscosity, at Darcy speeds, mm/s.

        Bone lets no tumour by below its threshold gradient: the law's yield does that, rounded off. Passes by
        the speed of the one before converge, since the law thins with the rate.
        """
        held = np.flatnonzero(self.now > 0.0)
        fields = (speed, self._shear_length, self._zero, self._zero, self._warm)
        self._curve.in_bed(held, *fields, self._thick)
        share, thick = self.now.ravel()[held], self._thick.ravel()[held]
        out.ravel()[held] += share * (thick - marrow)

    def resist(self, ways: Ways, flows: Float, marrow: float) -> None:
        """Add what tumour in mouths and tubes resists more than `marrow`, MPa s, at `flows` (m,), mm³/s."""
        mouth = self.now[tuple(ways.inner.T)]
        for n in np.flatnonzero((mouth > 0.0) | (self.filled > 0.0)):
            part = self.filled[n] / ways.capacity[n] if ways.capacity[n] > 0.0 else 0.0
            length, radius, share = part * ways.length[n], float(ways.radius[n]), ways.share[n]
            rate = max(abs(flows[n]) * share, _CREEP)
            rate = max(
                rate, self._followed(mouth[n], length, radius, abs(flows[n]) * self._inside[n])
            )
            own = self._drop(mouth[n], length, radius, rate) * share / rate
            plain = 3.0 * mouth[n] / radius**3 + 8.0 * length / (np.pi * radius**4)
            self._inside[n] = min(own, STUCK * plain * share)
            ways.inside[n] += self._inside[n] - marrow * plain * share
        self._inside[(mouth <= 0.0) & (self.filled <= 0.0)] = 0.0

    def _drop(self, mouth: float, length: float, radius: float, rate: float) -> float:
        """Pressure, MPa, over the tumour in one way at the opening's rate, mm³/s."""
        whole = extrusion_drop(self.tissue, radius, length, rate)
        entry = extrusion_drop(self.tissue, radius, 0.0, rate)
        return whole - (1.0 - mouth) * entry

    def _followed(self, mouth: float, length: float, radius: float, drop: float) -> float:
        """Rate, mm³/s, that a pressure drives tumour at that stood still so far; 0 below its threshold."""
        if drop <= self._drop(mouth, length, radius, 0.0):
            return 0.0
        high = drop * radius**3 / (3.0 * self.tissue.viscosity * max(mouth, 1e-9))
        high = min(
            high, drop * np.pi * radius**4 / (8.0 * self.tissue.viscosity * max(length, 1e-9))
        )

        def excess(rate: float) -> float:
            return self._drop(mouth, length, radius, rate) - drop

        if excess(high) <= 0.0:
            return high
        return float(brentq(excess, 0.0, high, xtol=1e-12 * high))

    def move(
        self,
        order: NDArray[np.intp],
        system: PressureSystem,
        gates: tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]],
        cement: tuple[Float, Float, Float],
        step: float,
        hold: float,
    ) -> None:
        """Follow the `cement` (share at the end, share of what leaves, mm³ in the ways before) of a step tried."""
        ways = system.ways
        self.flowing[:] = 0.0
        self._step_left, self._step_no_room = third_phase.follow(
            order, system.faces, gates, ways.bone_low, system.anchor, system.outer, system.pressure,
            self._pore, cement, ways.capacity, self.given, self.before, self.filled_before, step, hold, 
            self.now, self.flowing, self.filled, self.crossed,
        )  # fmt: skip

    def find_room(self, cement: Float, cement_left_over: float) -> None:
        """Put what the step tried left over, mm³, where marrow has the most room beside its like.

        Where tumour stands, flows are less than what the pressure's tolerance leaves of a cell's balance, and a full
        cell may be given some 1e-9 mm³ that it cannot pass on. `cement` (padded share) is changed in place.
        """
        for share, volume in ((cement, cement_left_over), (self.now, self._step_no_room)):
            if 0.0 < volume <= _LEFT_OVER:
                room = np.where(share > 0.0, self._pore * (1.0 - cement - self.now), 0.0)
                place = np.unravel_index(int(np.argmax(room)), room.shape)
                if room[place] > volume:
                    share[place] += volume / self._pore[place]

    def accept(self, ways: Ways) -> dict[str, float]:
        """Keep the step; returns what went through the mouths by pathway, mm³."""
        moved = ways.by_pathway(self.crossed)
        for name, volume in moved.items():
            self.pressed_out[name] += volume
        self.left_grid += self._step_left
        self.no_room += self._step_no_room
        self.before[:] = self.now
        self.filled_before[:] = self.filled
        return moved

    @property
    def step_left(self) -> float:
        """Tumour that the step tried pressed through the grid's rim, mm³."""
        return self._step_left

    def go_back(self) -> None:
        """Forget a step that was tried."""
        self.now[:] = self.before
        self.filled[:] = self.filled_before

    def by_space(self, grid: FlowGrid) -> dict[str, float]:
        """Tumour that lies in each space outside the bone or left the grid through its rim, mm³."""
        volume, outside = self.cells(), grid.kind == Kind.EXTERIOR
        return {
            item.name: float(
                volume[outside & (grid.compartment == n)].sum() + self.left_by_space[n]
            )
            for n, item in enumerate(grid.compartments)
        }
