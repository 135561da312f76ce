# SPDX-License-Identifier: BSD-3-Clause
"""A grid with further cells around it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vertaug.grid.flow_grid import FlowGrid, Kind

__all__ = ["widened"]


def widened(grid: FlowGrid, layers: int) -> FlowGrid:
    """The grid with sealed cells added on all six sides; its openings are left out."""
    return replace(
        grid,
        origin=grid.origin - layers * grid.spacing,
        kind=np.pad(grid.kind, layers, constant_values=int(Kind.SEALED)),
        compartment=np.pad(grid.compartment, layers, constant_values=-1),
        porosity=np.pad(grid.porosity, layers),
        permeability=np.pad(grid.permeability, ((0, 0), *(((layers, layers),) * 3)), mode="edge"),
        outlet=np.pad(grid.outlet, layers),
        openings=(),
        outlet_pressure=None
        if grid.outlet_pressure is None
        else np.pad(grid.outlet_pressure, layers),
        outlet_faces=None
        if grid.outlet_faces is None
        else np.pad(grid.outlet_faces, ((0, 0), *(((layers, layers),) * 3))),
    )
