# SPDX-License-Identifier: BSD-3-Clause
"""How hot named places get, and what that does to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_dilation

from vertaug.curing.damage import Damage
from vertaug.grid.flow_grid import FlowGrid, Kind
from vertaug.materials.damage import sapareto_dewey_1984

__all__ = ["PlaceHeat", "grid_places", "place_heat"]

Float = NDArray[np.float64]
Mask = NDArray[np.bool_]
_FULL = 0.5
"""Share of a cell's pores from which on it counts as cement."""


@dataclass(frozen=True)
class PlaceHeat:
    """The worst of a place's cells.

    `peak` K; `above` s above each threshold of the damage; `minutes` at 43 °C; `omega` the Arrhenius integral;
    `damaged` mm³ with the dose that damages bone or more; `volume` mm³ of the place.
    """

    peak: float
    above: tuple[float, ...]
    minutes: float
    omega: float
    damaged: float
    volume: float


def grid_places(grid: FlowGrid, saturation: Float) -> dict[str, Mask]:
    """Places that the grid itself knows, by name, each with at least one cell.

    ``bone`` holds no cement (less than half of its pores), ``interface`` is the part of it that touches
    cement, and each space outside the bone has its own name.
    """
    cement = (saturation >= _FULL) & (grid.kind != Kind.SEALED)
    bone = (grid.kind == Kind.BONE) & ~cement
    places = {"bone": bone, "interface": bone & binary_dilation(cement)}
    for index, space in enumerate(grid.compartments):
        places[space.name] = (grid.compartment == index) & ~cement
    return {name: mask for name, mask in places.items() if mask.any()}


def place_heat(damage: Damage, places: Mapping[str, Mask], spacing: float) -> dict[str, PlaceHeat]:
    """The worst that happened in each place; places without cells are left out."""
    found = {}
    for name, mask in places.items():
        if not mask.any():
            continue
        minutes = damage.minutes[mask]
        killed = int((minutes >= sapareto_dewey_1984.BONE).sum())
        found[name] = PlaceHeat(
            float(damage.peak[mask].max()), tuple(float(a[mask].max()) for a in damage.above),
            float(minutes.max()), float(damage.omega[mask].max()), killed * spacing**3,
            int(mask.sum()) * spacing**3,
        )  # fmt: skip
    return found
