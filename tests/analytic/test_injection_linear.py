# SPDX-License-Identifier: BSD-3-Clause
"""Darcy flow in one dimension, layers, openings in series, and a manufactured solution."""

import math

import numpy as np
import pytest

from vertaug.cement.pressure import PressureSystem
from vertaug.grid.flow_grid import Compartment, FlowGrid, Kind, Opening
from vertaug.materials.permeability import baroud_2004, carman_1937
from vertaug_kernels import flow

LAYERS = ((5e-3, 3), (5e-4, 1), (2e-2, 6))
LENGTH, DROP, PERMEABILITY, POROSITY = 50.0, 1e-2, 1e-2, 0.9
CEMENT, MARROW = 1e-4, 1e-7


def bar(permeability: np.ndarray) -> FlowGrid:
    """Cells of 1 mm along x in two compartments, ends held at 0.2 MPa and 0."""
    shape = permeability.shape
    outlet = np.zeros(shape, dtype=bool)
    outlet[[0, -1]] = True
    compartment = np.full(shape, -1, dtype=np.int16)
    compartment[0], compartment[-1] = 0, 1
    return FlowGrid(
        origin=np.zeros(3),
        spacing=1.0,
        kind=np.full(shape, Kind.BONE, dtype=np.uint8),
        compartment=compartment,
        porosity=np.full(shape, 0.8),
        permeability=np.stack([permeability] * 3),
        outlet=outlet,
        openings=(),
        compartments=(Compartment("in", 0.2), Compartment("out", 0.0)),
    )


def through(grid: FlowGrid, viscosity: float = 1e-7) -> float:
    system = PressureSystem(grid)
    system.ways.fill(viscosity)
    system.assemble(np.full(system.pressure.shape, viscosity))
    system.solve(np.zeros_like(system.pressure), 1e-13)
    flows = system.anchor * (system.pressure - system.outer)
    return float(flows[-2].sum())


def test_opening_adds_its_resistance_in_series() -> None:
    shape, k, viscosity, radius, length = (6, 1, 1), 5e-3, 1e-7, 0.3, 2.0
    grid = bar(np.full(shape, k))
    kind = grid.kind.copy()
    kind[3:] = Kind.EXTERIOR
    compartment = grid.compartment.copy()
    compartment[3:] = 1
    cells = (np.array([[2, 0, 0]], dtype=np.int32), np.array([[3, 0, 0]], dtype=np.int32))
    opening = Opening("hole", "disc", radius, length, *cells)
    joined = FlowGrid(
        **{
            **vars(grid),
            "kind": kind,
            "compartment": compartment,
            "openings": (opening,),
        }
    )
    hole = 3.0 / radius**3 + 8.0 * length / (math.pi * radius**4)
    resistance = 5.0 / k + hole + 2.0 * max(0.5 / k, 0.25 / (k * radius))
    assert through(joined, viscosity) == pytest.approx(0.2 / (viscosity * resistance), rel=1e-10)
    sealed = FlowGrid(**{**vars(joined), "openings": ()})
    assert through(sealed) == 0.0


def test_front_in_a_bar_at_constant_pressure() -> None:
    """x (mu_m L + (mu_c - mu_m) x / 2) = k P t / phi with the front cell's viscosities in series."""
    cells, length, drop, k, phi = 60, 30.0, 0.2, 5e-3, 0.8
    thick, thin = 2e-4, 1.5e-7
    spacing, time, filled = length / cells, 0.0, 0.0
    step = 0.05 * spacing
    while filled < 0.5 * length:
        share = np.clip((filled + 0.5 * step) / spacing - np.arange(cells), 0.0, 1.0)
        out = np.zeros((cells, 1, 1))
        flow.front_viscosity(share.reshape(-1, 1, 1), np.full(out.shape, thick), thin, out)
        speed = drop * k / (out.sum() * spacing)
        filled, time = filled + step, time + step * phi / speed
    exact = filled * (thin * length + 0.5 * (thick - thin) * filled) * phi / (k * drop)
    assert time == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize(
    ("fraction", "expected"),
    [(0.05, 2.4e-1), (0.10, 5.0e-2), (0.15, 1.9e-2), (0.20, 8.9e-3), (0.30, 2.6e-3), (0.5, 3.5e-4)],
)
def test_permeability_table(fraction: float, expected: float) -> None:
    assert carman_1937.permeability(np.array([fraction]))[0] == pytest.approx(expected, rel=0.03)


def test_anisotropy_keeps_the_geometric_mean() -> None:
    along = baroud_2004.along_axes(np.array([2e-2]))
    assert along.prod() ** (1.0 / 3.0) == pytest.approx(2e-2, rel=1e-12)
    assert along[2, 0] / along[0, 0] == pytest.approx(1.29, rel=1e-12)
