# SPDX-License-Identifier: BSD-3-Clause
"""Where a cannula lets cement out on the grid, and the pressure at its tip.

In a cavity or a cleft the source is its cells near the tip. In bone it is a ball of the cannula's inner
radius a. A grid does not resolve the pressure at the ball, so the tip pressure is the source-weighted
mean of the cells plus ``Q mu / (4 pi k) (1/a - 1/r)``, with r the radius at which the grid's own Green
function gives that mean (Peaceman 1978, carried to three dimensions and several cells): 1/r is
``4 pi sum w_i w_j G_ij``, where G is the lattice's: 0.252731/h on the diagonal, 0.086064/h between
neighbours, ``1/(4 pi d)`` beyond. It holds for nearly uniform permeability and viscosity around the tip.

An opening at the end or at the side is a ball of the same radius ahead of the tip or beside the cannula's
wall. The ball around a tip belongs to the cannula: its share of a cell holds no marrow (`Source.taken`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.cannula import Cannula
from vertaug.errors import InputError
from vertaug.grid.flow_grid import HOLLOW, INSIDE, FlowGrid

__all__ = ["Source", "locate_source", "mouth"]

Float = NDArray[np.float64]

_SAME, _NEIGHBOUR = 0.25273100985866, 0.08606434319199
_REACH = 3.0
_SAMPLES = 6


@dataclass(frozen=True)
class Source:
    """Source cells `cells` (n, 3), their shares `weights` (n,) of the flow, and the tip correction.

    `gap` is ``(1/a - 1/r) / (4 pi k)``, 1/mm³: times Q mu, the pressure that the grid does not see.
    `taken` (n,) is the share of each cell that the cannula's mouth takes up.
    """

    cells: NDArray[np.intp]
    weights: Float
    radius: float
    in_cavity: bool
    gap: float
    taken: Float

    def tip_pressure(self, pressure: Float, rate: float, viscosity: float) -> float:
        """Pressure, MPa, at the tip from a field (nx, ny, nz), the rate, mm³/s, and viscosity."""
        return self.mean(pressure) + rate * viscosity * self.gap

    def mean(self, field: Float) -> float:
        """Mean of a field (nx, ny, nz) over the source's cells."""
        return float(self.weights @ field[tuple(self.cells.T)])


def _lattice_mean(cells: NDArray[np.intp], weights: Float, spacing: float) -> float:
    """One over the radius at which a point source has the source's mean pressure, 1/mm."""
    apart = np.linalg.norm(cells[:, None] - cells[None], axis=-1)
    with np.errstate(divide="ignore"):
        green = np.where(apart > 1.01, 1.0 / (4.0 * np.pi * apart), _NEIGHBOUR)
    green[apart == 0.0] = _SAME
    return float(4.0 * np.pi * weights @ green @ weights / spacing)


def _ball(grid: FlowGrid, tip: Float, radius: float, usable: NDArray[np.bool_]) -> Source:
    """Source of a tip in bone: cells weighted by the volume of the ball in them."""
    low = np.maximum(grid.cell_at(tip - radius), 0)
    high = np.minimum(grid.cell_at(tip + radius), np.array(grid.shape) - 1)
    cells = np.stack(
        np.meshgrid(*[np.arange(a, b + 1) for a, b in zip(low, high, strict=True)], indexing="ij"),
        axis=-1,
    ).reshape(-1, 3)
    cells = cells[usable[tuple(cells.T)]]
    offset = (np.arange(_SAMPLES) + 0.5) / _SAMPLES - 0.5
    inner = np.stack(np.meshgrid(offset, offset, offset, indexing="ij"), axis=-1).reshape(-1, 3)
    points = grid.centres(cells)[:, None] + grid.spacing * inner - tip
    taken = (np.linalg.norm(points, axis=-1) <= radius).mean(axis=1)
    own = np.all(cells == grid.cell_at(tip[None])[0], axis=1)
    share = np.where(own & (taken == 0.0), 1.0, taken)
    kept = share > 0.0
    cells, taken, weights = cells[kept], taken[kept], share[kept] / share.sum()
    means = grid.permeability[:, *cells.T].prod(axis=0) ** (1.0 / 3.0)
    reach = _lattice_mean(cells, weights, grid.spacing)
    gap = (1.0 / radius - reach) / (4.0 * np.pi * float(weights @ means))
    return Source(cells, weights, radius, in_cavity=False, gap=gap, taken=taken)


def _near(grid: FlowGrid, tip: Float, chosen: NDArray[np.bool_]) -> tuple[NDArray[np.intp], Float]:
    """Chosen cells and the distance, mm, of their centres from the tip, nearest first."""
    cells = np.argwhere(chosen)
    apart = np.linalg.norm(grid.centres(cells) - tip, axis=1)
    order = np.argsort(apart, kind="stable")
    return cells[order], apart[order]


def _unit(cannula: Cannula, name: str, vector: tuple[float, float, float] | None) -> Float:
    """A direction of the cannula, scaled to one; `InputError` where it has none."""
    length = 0.0 if vector is None else float(np.linalg.norm(vector))
    if vector is None or not (np.isfinite(length) and length > 0.0):
        raise InputError(
            where="plan",
            field=f"cannula.{cannula.name}.{name}",
            found=f"{vector}",
            expected="a direction: three numbers, not all zero",
            fix=f"say the {name} of the cannula, or leave out what needs it",
            code="E-CEMENT-010",
        )
    return np.asarray(vector, dtype=np.float64) / length


def mouth(cannula: Cannula, depth: float) -> Float:
    """Middle, mm, of the ball in which a cannula lets cement out when it is drawn back by `depth` mm.

    Raises
    ------
    InputError
        no direction to draw it back or to look ahead, none to look aside.
    """
    tip = np.asarray(cannula.tip, dtype=np.float64)
    if depth > 0.0:
        tip = tip - depth * _unit(cannula, "direction", cannula.direction)
    if cannula.opening == "end":
        return tip + cannula.radius * _unit(cannula, "direction", cannula.direction)
    if cannula.opening == "side":
        back = cannula.radius * _unit(cannula, "direction", cannula.direction)
        aside = _unit(cannula, "facing", cannula.facing)
        return tip - back + cannula.outer_radius * aside
    return tip


def locate_source(
    grid: FlowGrid, cannula: Cannula, usable: NDArray[np.bool_], depth: float
) -> Source:
    """Find the source cells of a cannula among the `usable` ones (nx, ny, nz).

    A mouth that a cavity is within reach of lets out into the cavity; else into the bone around it;
    one in a sealed cell uses the nearest cell of bone or cavity within 3 mm. `depth` mm is how far the
    tip is drawn back.

    Raises
    ------
    InputError
        where no such cell lies within 3 mm, or a direction is missing.
    """
    tip, radius = mouth(cannula, depth), cannula.radius
    inside = usable & np.isin(grid.kind, INSIDE)
    cells, apart = _near(grid, tip, inside)
    if not len(cells) or apart[0] > _REACH:
        nearest = f"nearest bone {apart[0]:.1f} mm away" if len(cells) else "no bone that drains"
        raise InputError(
            where="plan",
            field=f"cannula.{cannula.name}.tip",
            found=f"{tip.round(2).tolist()} mm, {nearest}",
            expected=f"a point within {_REACH:g} mm of bone or cavity that drains to an outlet",
            fix="move the tip into the vertebral body, or open a pathway for the marrow",
            code="E-CEMENT-003",
        )
    cavity, gap = _near(grid, tip, inside & np.isin(grid.kind, HOLLOW))
    near_cavity = radius + 0.5 * grid.spacing
    touching = gap <= max(near_cavity, apart[0] + 0.01 * grid.spacing)
    if touching.any():
        pore = grid.porosity[tuple(cavity[touching].T)]
        return Source(
            cavity[touching], pore / pore.sum(), radius, in_cavity=True, gap=0.0,
            taken=np.zeros(len(pore)),
        )  # fmt: skip
    home = grid.cell_at(tip[None])[0]
    on_grid = bool(((home >= 0) & (home < grid.shape)).all())
    if not (on_grid and inside[tuple(home)]):
        tip = grid.centres(cells[:1])[0]
    source = _ball(grid, tip, radius, inside)
    # only around the tip does the ball stand for the cannula itself
    return source if cannula.opening == "ball" else replace(source, taken=0.0 * source.taken)
