# SPDX-License-Identifier: BSD-3-Clause
"""Benchmarks l and m: flow through layers and through a cannula."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.cannula import TubeFluid, pressure_drop
from vertaug.cement.pressure import PressureSystem
from vertaug.grid.flow_grid import Compartment, FlowGrid, Kind
from vertaug.verification.check import Check
from vertaug.verification.problem import Bounds, Positive, benchmark

Float = NDArray[np.float64]


def _bar(permeability: Float, pressure: float) -> FlowGrid:
    """Cells of 1 mm along x between two compartments."""
    shape = permeability.shape
    outlet = np.zeros(shape, dtype=bool)
    outlet[[0, -1]] = True
    compartment = np.full(shape, -1, dtype=np.int16)
    compartment[0], compartment[-1] = 0, 1
    return FlowGrid(
        origin=np.zeros(3), spacing=1.0, kind=np.full(shape, Kind.BONE, dtype=np.uint8),
        compartment=compartment, porosity=np.full(shape, 0.8),
        permeability=np.stack([permeability] * 3), outlet=outlet, openings=(),
        compartments=(Compartment("in", pressure), Compartment("out", 0.0)),
    )  # fmt: skip


def _through(grid: FlowGrid, viscosity: float) -> float:
    """Flow out of the far end, mm³/s."""
    system = PressureSystem(grid)
    system.assemble(np.full(system.pressure.shape, viscosity))
    system.solve(np.zeros_like(system.pressure), 1e-13)
    flows = system.anchor * (system.pressure - system.outer)
    return float(flows[-2].sum())


@benchmark(
    "l.layers", "FLOW", "Darcy flow through layers, in series and side by side",
    "Layers across the flow give the harmonic mean of their permeabilities, along it the mean.",
)  # fmt: skip
def layers(
    permeabilities: tuple[Positive, ...] = (5e-3, 5e-4, 2e-2),
    cells: tuple[Annotated[int, Bounds(1, 100)], ...] = (3, 1, 6),
    pressure: Positive = 0.2,
    viscosity: Positive = 1e-7,
) -> Iterator[Check]:
    """Drive a liquid through a stack of cells of 1 mm."""
    pairs = list(zip(permeabilities, cells, strict=True))
    stack = np.concatenate([np.full(n, k) for k, n in pairs])
    total = sum(cells)
    series = total / sum(n / k for k, n in pairs)
    parallel = sum(n * k for k, n in pairs) / total
    why = "two-point fluxes are exact in one dimension"
    flow = _through(_bar(stack.reshape(-1, 1, 1), pressure), viscosity)
    yield Check(
        "permeability in series", series, flow * total * viscosity / pressure, 1e-10, why, "mm²"
    )
    block = np.broadcast_to(stack[None, :, None], (4, total, 1)).copy()
    flow = _through(_bar(block, pressure), viscosity)
    yield Check(
        "permeability side by side", parallel, flow * 4.0 * viscosity / pressure / total, 1e-10, why,
        "mm²",
    )  # fmt: skip


def _buckingham(
    index: float, consistency: float, plug: float, radius: float, slope: float
) -> float:
    """Flow (mm³/s) of a Herschel-Bulkley fluid in a tube under a wall stress of ``slope`` R/2."""
    wall = 0.5 * radius * slope
    gap = wall - plug
    if gap <= 0.0:
        return 0.0
    bracket = gap**2 / (3.0 * index + 1.0) + 2.0 * plug * gap / (2.0 * index + 1.0)
    bracket = (bracket + plug**2 / (index + 1.0)) * index * math.pi * radius**3
    power = math.pow(consistency, -1.0 / index) * math.pow(gap, 1.0 / index + 1.0)
    return bracket * power / wall**3


@benchmark(
    "m.cannula", "FLOW", "Pressure drop in a cannula",
    "Newtonian, shear-thinning and yield-stress cements need the closed-form pressure in a tube.",
)  # fmt: skip
def cannula(
    length: Positive = 120.0,
    radius: Positive = 1.2,
    rate: Positive = 100.0,
    viscosity: Positive = 1e-4,
    consistency: Positive = 2e-4,
    index: Annotated[float, Bounds(0.1, 2.0)] = 0.5,
    plug: Positive = 1e-4,
) -> Iterator[Check]:
    """Push cement through a tube at a given rate."""
    newton = 8.0 * viscosity * length * rate / (math.pi * radius**4)
    found = pressure_drop(TubeFluid(viscosity), radius, length, rate)
    yield Check("drop, Newtonian", newton, found, 1e-9, "Hagen and Poiseuille", "MPa")
    shear = (3.0 * index + 1.0) * rate / (index * math.pi * radius**3)
    thinning = 2.0 * consistency * length / radius * shear**index
    found = pressure_drop(TubeFluid(consistency, index), radius, length, rate)
    yield Check("drop, power law", thinning, found, 1e-9, "Rabinowitsch", "MPa")
    found = pressure_drop(TubeFluid(consistency, index, plug), radius, length, rate)
    back = _buckingham(index, consistency, plug, radius, found / length)
    yield Check(
        "rate that the drop of a Herschel-Bulkley fluid drives", rate, back, 1e-6,
        "the closed form gives the rate, the engine inverts it", "mm³/s",
    )  # fmt: skip
