# SPDX-License-Identifier: BSD-3-Clause
"""What each cell of the grid is to heat: capacity, conductivity, heat of reaction, blood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.grid.flow_grid import HOLLOW, INSIDE, FlowGrid, Kind
from vertaug.materials.thermal import blood
from vertaug.materials.thermal.mixing import mix
from vertaug.materials.thermal.polymer import Polymer
from vertaug.materials.thermal.tissues import BONE, MARROW, SOFT_TISSUE, ThermalTissue

__all__ = ["Blood", "HeatBody", "Mixture", "heat_body"]

Float = NDArray[np.float64]


@dataclass(frozen=True)
class Blood:
    """Flow of blood in `bone` and `soft` tissue, mL per 100 g and minute, and its `temperature`, K."""

    bone: float = blood.BONE_FLOW
    soft: float = blood.SOFT_FLOW
    temperature: float = blood.BODY


@dataclass(frozen=True)
class HeatBody:
    """Fields (nx, ny, nz) of a grid of cubic cells with edge `spacing`, mm.

    `conductivity` mW/(mm K); `capacity` mJ/(mm³ K); `reaction` heat of complete cure over the volume of the cell,
    mJ/mm³, zero without cement; `perfusion` mW/(mm³ K); `blood` the temperature, K, that it draws towards.
    """

    spacing: float
    conductivity: Float
    capacity: Float
    reaction: Float
    perfusion: Float
    blood: float = blood.BODY


class Mixture:
    """Tissues of a grid, into whose pores cement comes.

    Bone cells hold bone tissue and marrow, cavities marrow; all others soft tissue, in whose pores the same liquid
    stands where the grid lets it flow. Cement takes the liquid's place, volume for volume, so that what
    flows in and out of a cell is what its heat capacity changes by. Blood flows in the share of the pores that
    holds no cement, and in no cavity.

    Parameters
    ----------
    grid, polymer : where, and the cement
    supply : blood
    liquid, matrix : what cement displaces, and the solid of bone
    """

    def __init__(
        self,
        grid: FlowGrid,
        polymer: Polymer,
        supply: Blood | None = None,
        liquid: ThermalTissue = MARROW,
        matrix: ThermalTissue = BONE,
    ) -> None:
        supply = supply or Blood()
        inside = np.isin(grid.kind, INSIDE)
        self._sealed = grid.kind == Kind.SEALED
        self._pores = np.where(self._sealed, 0.0, grid.porosity)
        rest = np.maximum(1.0 - self._pores, 0.0)
        self._sum = self._pores + rest
        parts = [
            (np.where(inside, rest, 0.0), matrix), (self._pores, liquid), (np.where(inside, 0.0, rest), SOFT_TISSUE),
        ]  # fmt: skip
        self._capacity, self._conductivity = mix(parts)
        flow = np.where(inside, blood.perfusion(supply.bone), blood.perfusion(supply.soft))
        self._perfusion = np.where(np.isin(grid.kind, HOLLOW), 0.0, flow)
        self._grid, self._polymer, self._supply, self._liquid = grid, polymer, supply, liquid

    def with_cement(self, cement: Float) -> HeatBody:
        """The body once `cement`, a share of each cell's volume, (nx, ny, nz), is in its pores."""
        cells = np.flatnonzero((cement > 0.0) & ~self._sealed)
        capacity, conductivity, perfusion, reaction = (
            np.ascontiguousarray(field).copy()
            for field in (self._capacity, self._conductivity, self._perfusion, 0.0 * cement)
        )
        share, tissue = cement.ravel()[cells], self._polymer.tissue
        capacity.ravel()[cells] += share * (tissue.capacity - self._liquid.capacity)
        ratio = tissue.conductivity / self._liquid.conductivity
        conductivity.ravel()[cells] *= ratio ** (share / self._sum.ravel()[cells])
        reaction.ravel()[cells] = share * self._polymer.heat
        free = 1.0 - share / np.maximum(self._pores.ravel()[cells], 1e-12)
        perfusion.ravel()[cells] *= np.clip(free, 0.0, 1.0)
        return HeatBody(
            self._grid.spacing, conductivity, capacity, reaction, perfusion, self._supply.temperature
        )  # fmt: skip


def heat_body(
    grid: FlowGrid, cement: Float, polymer: Polymer, supply: Blood | None = None
) -> HeatBody:
    """Mix tissues and cement in every cell, as `Mixture` says; `cement` is its share of each cell's volume."""
    return Mixture(grid, polymer, supply).with_cement(cement)
