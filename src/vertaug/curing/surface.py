# SPDX-License-Identifier: BSD-3-Clause
"""What happens to heat at the six sides of the grid, and at cells named one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.errors import InputError

__all__ = [
    "SIDES",
    "Adiabatic",
    "Anchors",
    "Boundary",
    "Convection",
    "Fixed",
    "Flux",
    "side_anchors",
]

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Outer = float | Callable[[float], float]
"""A temperature, K, or one as a function of time, s."""

SIDES = ("x-", "x+", "y-", "y+", "z-", "z+")


@dataclass(frozen=True)
class Adiabatic:
    """No heat passes."""


@dataclass(frozen=True)
class Fixed:
    """The surface has a `temperature`, K."""

    temperature: Outer


@dataclass(frozen=True)
class Flux:
    """Heat flows in, mW/mm²."""

    density: float


@dataclass(frozen=True)
class Convection:
    """Heat passes to a `temperature`, K, by a `coefficient`, mW/(mm² K)."""

    coefficient: float
    temperature: Outer


Boundary = Adiabatic | Fixed | Flux | Convection


@dataclass(frozen=True)
class Anchors:
    """Cells joined to a temperature outside, or heated: `cells` (n, 3), `conductance` mW/K, `flow` mW."""

    cells: Int
    conductance: Float
    flow: Float
    outer: Outer

    def temperatures(self, time: float) -> Float:
        """Temperature outside of each cell at a time, K."""
        warm = self.outer(time) if callable(self.outer) else self.outer
        return np.full(len(self.cells), warm)


def _layer(shape: tuple[int, int, int], axis: int, last: bool) -> Int:
    """Indices of the cells of one side."""
    sides = [np.arange(n) for n in shape]
    sides[axis] = sides[axis][-1:] if last else sides[axis][:1]
    return np.stack([m.ravel() for m in np.meshgrid(*sides, indexing="ij")], axis=1)


def side_anchors(
    conductivity: Float, spacing: float, sides: Mapping[str, Boundary]
) -> list[Anchors]:
    """Anchors of the sides of a grid whose cells conduct `conductivity`, mW/(mm K); sides left out are adiabatic.

    Raises
    ------
    InputError
        A side of another name, a coefficient that is negative.
    """
    result = []
    nx, ny, nz = conductivity.shape
    for side, boundary in sides.items():
        if side not in SIDES:
            raise InputError(
                "curing",
                "sides",
                repr(side),
                f"one of {', '.join(SIDES)}",
                "name a side",
                "E-CURE-006",
            )
        if isinstance(boundary, Adiabatic):
            continue
        cells = _layer((nx, ny, nz), "xyz".index(side[0]), side[1] == "+")
        zeros = np.zeros(len(cells))
        half = 2.0 * conductivity[tuple(cells.T)] * spacing
        if isinstance(boundary, Flux):
            result.append(Anchors(cells, zeros, zeros + boundary.density * spacing**2, 0.0))
        elif isinstance(boundary, Fixed):
            result.append(Anchors(cells, half, zeros, boundary.temperature))
        else:
            film = boundary.coefficient * spacing**2
            if not film >= 0.0:
                raise InputError(
                    "curing", f"sides.{side}.coefficient", f"{boundary.coefficient:g}", "0 mW/(mm² K) or more",
                    "give a positive coefficient", "E-CURE-007",
                )  # fmt: skip
            result.append(Anchors(cells, half * film / (half + film), zeros, boundary.temperature))
    return result
