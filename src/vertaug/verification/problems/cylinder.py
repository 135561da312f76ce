# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark k in a sealed layer: Newtonian and shear-thinning cement pushed out of a bore."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from vertaug.cement.cannula import Cannula
from vertaug.cement.cement import Cement
from vertaug.cement.inject import inject
from vertaug.cement.options import Push
from vertaug.cement.result import InjectionResult
from vertaug.grid.flow_grid import Compartment, FlowGrid, Kind
from vertaug.materials.rheology import nicholas_2007
from vertaug.materials.rheology.flow_curve import of_ages
from vertaug.materials.rheology.newton_1687 import Newtonian
from vertaug.materials.rheology.ostwald_1925 import PowerLaw
from vertaug.verification.check import Check, study
from vertaug.verification.closed_forms.injection import CylindricalInjection
from vertaug.verification.problem import Bounds, Positive, benchmark
from vertaug.verification.problems.injection import cement_kept, kept

Float = NDArray[np.float64]
Index = Annotated[float, Bounds(0.1, 2.0)]
Share = Annotated[float, Bounds(0.0, 1.0)]
Meshes = Annotated[tuple[int, ...], Bounds(16, 256, rising=True)]


def disc(n: int, rim: float, bore: float, permeability: float, porosity: float) -> FlowGrid:
    """One layer of cells, sealed above and below, ``n`` along the radius, with an open rim and a bore."""
    spacing, cells = rim / n, 2 * n + 2
    shape = (cells, cells, 1)
    origin = spacing * np.array([-0.5 * cells, -0.5 * cells, -0.5])
    index = np.indices(shape) + 0.5
    radius = np.linalg.norm(origin[:2, None, None, None] + spacing * index[:2], axis=0)
    hollow = radius < bore
    kind = np.where(radius < rim, Kind.BONE, Kind.SEALED)
    return FlowGrid(
        origin=origin, spacing=spacing, kind=np.where(hollow, Kind.CAVITY, kind).astype(np.uint8),
        compartment=np.zeros(shape, dtype=np.int16), porosity=np.where(hollow, 1.0, porosity),
        permeability=np.ones((3, *shape)) * np.where(hollow, 1e4 * permeability, permeability),
        outlet=(radius < rim) & (radius >= rim - spacing), openings=(),
        compartments=(Compartment("around", 0.0),),
    )  # fmt: skip


def around(result: InjectionResult, field: Float, radius: Float) -> Float:
    """Values of a field (nx, ny, 1) at some radii along 64 directions, (64, radii)."""
    angle = 2.0 * np.pi * (np.arange(64) + 0.5) / 64
    way = np.stack([np.cos(angle), np.sin(angle)])
    points = 0.5 * field.shape[0] - 0.5 + way[:, :, None] * radius / result.grid.spacing
    return np.asarray(map_coordinates(field[:, :, 0], points, order=1))


def drop(result: InjectionResult, inner: float, outer: float) -> float:
    """Fall of the mean pressure (MPa) between two radii."""
    first, second = around(result, result.pressure, np.array([inner, outer])).mean(axis=0)
    return float(first - second)


def front_radii(result: InjectionResult, reach: float) -> Float:
    """Radius of the front along 64 directions, from the cement met along each."""
    step = 0.08 * result.grid.spacing
    path = np.arange(0.5 * step, reach, step)
    return np.asarray(around(result, result.saturation, path).sum(axis=1) * step)


def pushed(grid: FlowGrid, cement: Cement, rate: float, duration: float) -> InjectionResult:
    """Inject into a bore that is full of cement at the start; ``rate`` in mm²/s."""
    flow = rate * grid.spacing
    tip = Cannula("centre", (0.0, 0.0, 0.0), 11, 120.0)
    full = (grid.kind == Kind.CAVITY).astype(np.float64)
    return inject(grid, cement, [tip], [Push("centre", flow * duration, flow)], saturation=full)


@benchmark(
    "k14.cylinder", "FLOW", "Newtonian cement pushed from a bore into a layer",
    "Front and pressure in a sealed layer are those of a growing disc.", quick={"meshes": (20, 40)},
)  # fmt: skip
def newtonian(
    rate: Positive = 2.5,
    duration: Positive = 60.0,
    viscosity: Positive = 1e-4,
    marrow: Positive = 1e-7,
    permeability: Positive = 1e-2,
    porosity: Share = 0.9,
    bore: Positive = 1.5,
    rim: Positive = 20.0,
    meshes: Meshes = (20, 40, 80),
) -> Iterator[Check]:
    """Inject ``rate`` mm³/s for each mm of height; ``meshes`` are cells along the radius."""
    exact = CylindricalInjection(permeability, porosity, bore, rim, marrow)
    cement = Cement(
        "test", of_ages({0.0: Newtonian(viscosity)}, cap=1e3), 0.0, marrow,
        body=nicholas_2007.REFERENCE,
    )  # fmt: skip
    end = exact.front(rate * duration)
    low, high = bore + 0.25 * (end - bore), end - 0.25 * (end - bore)
    ring = (end - bore) * 40.0 / rim
    tips, drops, worst = [], [], 0.0
    for n in meshes:
        result = pushed(disc(n, rim, bore, permeability, porosity), cement, rate, duration)
        tips.append(float(result.history.tip[-1]))
        drops.append(drop(result, low, high))
        worst = max(worst, result.balance_error)
    fronts = front_radii(result, 0.95 * rim)
    cells = rim / meshes[-1]
    yield study(
        "p at the bore", exact.pressure(rate, rate * duration, viscosity), meshes, tips, order=1.0,
        slack=0.5, tolerance=0.25 * rim / (80.0 * bore * math.log(end / bore)), standard=80, unit="MPa",
        floor=0.01,
        why="a bore of whole cells has another radius; first order",
    )  # fmt: skip
    scale = rate * viscosity / (2.0 * math.pi * permeability)
    yield study(
        "p lost within the cement", scale * math.log(high / low), meshes, drops, order=1.0, slack=0.5,
        tolerance=0.01 * max(1.0, 12.0 / ring), standard=40, unit="MPa", floor=0.005, why="lines between cells",
    )  # fmt: skip
    yield Check(
        "R at the end", end, math.sqrt(float((fronts**2).mean())), 0.5 * cells / end,
        "half a cell: a bore of whole cells", "mm",
    )  # fmt: skip
    yield Check(
        "spread of R over its mean", 0.0, float(fronts.std() / fronts.mean()), 0.03,
        "the plan's gate: the front must not see the grid",
    )  # fmt: skip
    yield cement_kept(worst)


@benchmark(
    "k15.cylinder", "FLOW", "Shear-thinning cement pushed from a bore into a layer",
    "The pressure of shear-thinning cements in a layer is that of the generalised law of Darcy.",
    quick={"mesh": 30, "indices": (0.6,)},
)  # fmt: skip
def power_law(
    rate: Positive = 2.5,
    duration: Positive = 60.0,
    consistency: Positive = 2e-4,
    indices: tuple[Index, ...] = (0.3, 0.6, 0.8),
    marrow: Positive = 1e-7,
    permeability: Positive = 1e-2,
    porosity: Share = 0.9,
    bore: Positive = 1.5,
    rim: Positive = 20.0,
    mesh: Annotated[int, Bounds(16, 256)] = 60,
) -> Iterator[Check]:
    """Inject at a constant flow and compare the pressure lost between two radii in the cement."""
    exact = CylindricalInjection(permeability, porosity, bore, rim, marrow)
    grid = disc(mesh, rim, bore, permeability, porosity)
    end = exact.front(rate * duration)
    low, high = bore + 0.25 * (end - bore), end - 0.25 * (end - bore)
    ring = (end - bore) * mesh / rim
    for index in indices:
        law = PowerLaw(consistency, index, 1e-9, 1e9)
        cement = Cement(
            "test", of_ages({0.0: law}, cap=1e3), 0.0, marrow, body=nicholas_2007.REFERENCE
        )
        result = pushed(grid, cement, rate, duration)
        volume = [math.pi * porosity * (r**2 - bore**2) for r in (low, high)]
        known = [exact.power_law_pressure(rate, v, consistency, index) for v in volume]
        yield Check(
            f"p lost within the cement, n = {index:g}", known[1] - known[0], drop(result, low, high),
            0.01 * max(1.0, 25.0 / ring), "speeds of cells on 25 cells across the cement", "MPa",
        )  # fmt: skip
        whole = exact.power_law_pressure(rate, rate * duration, consistency, index)
        whole += exact.pressure(rate, rate * duration, 0.0)
        yield Check(
            f"p at the bore, n = {index:g}", whole, float(result.history.tip[-1]),
            0.25 * rim / (mesh * bore * math.log(end / bore)), "a bore of whole cells has another radius",
            "MPa",
        )  # fmt: skip
        yield from kept(result, f", n = {index:g}")
