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
from vertaug.materials.thermal.tissues import BONE, MARROW, SOFT_TISSUE

__all__ = ["HeatBody", "heat_body"]

Float = NDArray[np.float64]


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


def heat_body(
    grid: FlowGrid,
    saturation: Float,
    polymer: Polymer,
    bone_flow: float = blood.BONE_FLOW,
    soft_flow: float = blood.SOFT_FLOW,
    body_temperature: float = blood.BODY,
) -> HeatBody:
    """Mix tissues and cement in every cell.

    Bone cells hold bone tissue, marrow and cement; cavities marrow and cement; all others soft tissue in which
    leaked cement takes its room. Blood flows in the share of a cell's room that holds no cement.

    Parameters
    ----------
    grid, saturation : the grid and the share of each cell's pores that holds cement, (nx, ny, nz)
    polymer : the cement
    bone_flow, soft_flow : blood, mL per 100 g and minute
    body_temperature : K
    """
    pores = np.minimum(grid.porosity, 1.0)
    inside = np.isin(grid.kind, INSIDE)
    sealed = grid.kind == Kind.SEALED
    share = np.clip(saturation, 0.0, 1.0)
    cement = np.where(sealed, 0.0, pores * share)
    bone = np.where(inside, 1.0 - pores, 0.0)
    marrow = np.where(inside, pores * (1.0 - share), 0.0)
    soft = np.where(inside, 0.0, 1.0 - cement)
    capacity, conductivity = mix(
        [(cement, polymer.tissue), (bone, BONE), (marrow, MARROW), (soft, SOFT_TISSUE)]
    )
    flow = np.where(inside, blood.perfusion(bone_flow), blood.perfusion(soft_flow))
    flow = np.where(np.isin(grid.kind, HOLLOW), 0.0, flow) * np.where(sealed, 1.0, 1.0 - share)
    return HeatBody(
        grid.spacing, conductivity, capacity, cement * polymer.heat, flow, body_temperature
    )
