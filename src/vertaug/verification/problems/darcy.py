# SPDX-License-Identifier: BSD-3-Clause
"""Benchmarks l and q of one liquid: refraction at an interface, shells, and manufactured pressures."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from vertaug.cement.pressure import PressureSystem, pad, unpad
from vertaug.grid.flow_grid import Compartment, FlowGrid, Kind
from vertaug.verification.check import Check, study
from vertaug.verification.problem import Bounds, Meshes, Positive, benchmark

Float = NDArray[np.float64]
Angles = tuple[Annotated[float, Bounds(0.0, 89.0)], ...]
_TIGHT = 1e-12


def block(spacing: float, permeability: Float, outlet: NDArray[np.bool_]) -> FlowGrid:
    """Bone in a closed box, cells along x, y, z with permeabilities (3, nx, ny, nz); outlets at no pressure."""
    shape = outlet.shape
    return FlowGrid(
        origin=np.zeros(3), spacing=spacing, kind=np.full(shape, Kind.BONE, dtype=np.uint8),
        compartment=np.zeros(shape, dtype=np.int16), porosity=np.full(shape, 0.8),
        permeability=permeability, outlet=outlet, openings=(), compartments=(Compartment("out", 0.0),),
    )  # fmt: skip


def pressure_of(grid: FlowGrid, source: Float, viscosity: float) -> Float:
    """Pressure (MPa) of a source (mm³/s) in each cell, one liquid, to rounding."""
    system = PressureSystem(grid)
    system.assemble(np.full(system.pressure.shape, viscosity))
    system.solve(np.asarray(pad(source), dtype=np.float64), _TIGHT)
    return unpad(system.pressure)


@benchmark(
    "l.refraction", "FLOW", "A stream that crosses into bone of another permeability",
    "At an interface the tangents of the angles of a stream are as the permeabilities.",
    quick={"angles": (45.0,)},
)  # fmt: skip
def refraction(
    before: Positive = 5e-3,
    behind: Positive = 5e-4,
    angles: Angles = (15.0, 30.0, 45.0, 60.0, 75.0),
    viscosity: Positive = 1e-7,
    mesh: Annotated[int, Bounds(4, 64)] = 12,
) -> Iterator[Check]:
    """Let a uniform stream in and out through all sides of a square whose halves differ."""
    half, shape = mesh // 2, (2 * (mesh // 2), mesh, 1)
    stack = np.where(np.arange(shape[0]) < half, before, behind)[:, None, None]
    permeability = np.broadcast_to(stack, (3, *shape)).copy()
    outlet = np.zeros(shape, dtype=np.bool_)
    outlet[0, 0, 0] = True
    for angle in angles:
        along = math.tan(math.radians(angle)) * stack[:, 0, 0] / before
        source = np.zeros(shape)
        source[0] += 1.0
        source[-1] -= 1.0
        source[:, 0, 0] += along
        source[:, -1, 0] -= along
        pressure = pressure_of(block(1.0, permeability, outlet), source, viscosity)
        fall = [-np.diff(pressure, axis=axis)[-2, 1, 0] for axis in (0, 1)]
        exact = math.degrees(math.atan(math.tan(math.radians(angle)) * behind / before))
        found = math.degrees(math.atan2(fall[1], fall[0]))
        yield Check(
            f"angle behind, {angle:g} before", exact, found, 1e-7,
            "two-point fluxes hold straight lines exactly; solver's tolerance", "degree",
        )  # fmt: skip


def _shells(n: int, rim: float, edges: Float, values: Float) -> FlowGrid:
    """A ball whose permeability is ``values[i]`` within ``edges[i]``; of cells that are cut the harmonic mean."""
    spacing, cells = rim / n, 2 * n + 2
    fine = (np.arange(4 * cells) + 0.5) * spacing / 4.0 - 0.5 * cells * spacing
    square = fine**2
    radius = np.sqrt(square[:, None, None] + square[None, :, None] + square[None, None, :])
    resist = 1.0 / values[np.minimum(np.searchsorted(edges, radius), len(values) - 1)]
    mean = resist.reshape(cells, 4, cells, 4, cells, 4).mean(axis=(1, 3, 5))
    shape = (cells, cells, cells)
    middle = np.linalg.norm(np.indices(shape) + 0.5 - 0.5 * cells, axis=0) * spacing
    grid = block(spacing, np.broadcast_to(1.0 / mean, (3, *shape)).copy(), middle < rim)
    return FlowGrid(**{
        **vars(grid), "kind": (middle < rim).astype(np.uint8),
        "origin": np.full(3, -0.5 * cells * spacing), "outlet": (middle < rim) & (middle >= rim - spacing),
    })  # fmt: skip


def mean_at(grid: FlowGrid, field: Float, radius: float) -> float:
    """Mean of a field (nx, ny, nz) over 400 points at a distance from the origin."""
    turn = math.pi * (3.0 - math.sqrt(5.0)) * np.arange(400)
    z = 1.0 - 2.0 * (np.arange(400) + 0.5) / 400
    flat = np.sqrt(1.0 - z * z)
    way = np.stack([flat * np.cos(turn), flat * np.sin(turn), z])
    index = (radius * way - grid.origin[:, None]) / grid.spacing - 0.5
    return float(map_coordinates(field, index, order=1).mean())


@benchmark(
    "l.shells", "FLOW", "Flow from the middle through shells of bone",
    "Shells around a source resist in series, as the closed form says.", quick={"meshes": (16, 24)},
)  # fmt: skip
def shells(
    permeabilities: tuple[Positive, ...] = (1e-2, 1e-3, 5e-3),
    edges: Annotated[tuple[float, ...], Bounds(0.0, rising=True)] = (7.0, 11.0, 20.0),
    rate: Positive = 50.0,
    viscosity: Positive = 1e-7,
    meshes: Meshes = (16, 24, 32),
) -> Iterator[Check]:
    """Drive one liquid out of a ball of cells in the middle; ``meshes`` are cells along the radius."""
    rim, values, outer = edges[-1], np.array(permeabilities), np.array(edges)
    starts = [0.5 * edges[0], *(0.5 * (a + b) for a, b in pairwise(edges))]

    def known(start: float, stop: float) -> float:
        low, high = np.clip([np.array([0.0, *edges[:-1]]), outer], start, stop)
        return float(rate * viscosity / (4.0 * math.pi) * ((1.0 / low - 1.0 / high) / values).sum())

    found: list[list[float]] = [[] for _ in starts[1:]]
    for n in meshes:
        grid = _shells(n, rim, outer, values)
        middle = np.linalg.norm(np.indices(grid.shape) + 0.5 - 0.5 * grid.shape[0], axis=0)
        inside = (middle < max(0.25 * edges[0] / grid.spacing, 1.0)).astype(np.float64)
        pressure = pressure_of(grid, rate * inside / inside.sum(), viscosity)
        levels = [mean_at(grid, pressure, start) for start in starts]
        for row, (a, b) in zip(found, pairwise(levels), strict=True):
            row.append(a - b)
    for i, row in enumerate(found):
        yield study(
            f"p lost from shell {i + 1} to {i + 2}", known(starts[i], starts[i + 1]), meshes, row,
            order=1.0, slack=0.5, tolerance=0.02, standard=24, unit="MPa", floor=2e-3,
            why="cells that an interface cuts have a mean permeability; first order at least",
        )  # fmt: skip


def _manufactured(
    n: int, components: tuple[float, ...], growth: float, held: bool
) -> tuple[float, float]:
    """Error of pressure and of speed, root mean squares over those of the fields, on n³ cells of a cube of 1 mm."""
    x, y, z = np.meshgrid(*[(np.arange(n) + 0.5) / n] * 3, indexing="ij")
    wave = [np.cos(np.pi * c) for c in (x, y, z)]
    slope = [-np.pi * np.sin(np.pi * c) for c in (x, y, z)]
    if held:
        wave[0], slope[0] = np.sin(np.pi * x), np.pi * np.cos(np.pi * x)
    exact = 0.1 * wave[0] * wave[1] * wave[2]
    gradient = [0.1 * slope[i] * wave[i - 1] * wave[i - 2] for i in range(3)]
    mobility = 1.0 + growth * x * y
    turned = [growth * y, growth * x, 0.0 * x]
    source = sum(
        k * (mobility * np.pi**2 * exact - turned[i] * gradient[i])
        for i, k in enumerate(components)
    )
    outlet = np.zeros((n, n, n), dtype=np.bool_)
    if held:
        outlet[[0, -1]] = True
    else:
        outlet[0, 0, 0] = True
    grid = block(1.0 / n, np.stack([k * mobility for k in components]), outlet)
    found = pressure_of(grid, np.asarray(source) / n**3, 1.0)
    if not held:
        found += exact.mean() - found.mean()
    across = -mobility * gradient[2] * components[2]
    speed = np.zeros_like(found)
    conductance = components[2] * mobility
    face = conductance[:, :, :-1] * (found[:, :, :-1] - found[:, :, 1:]) * n
    speed[:, :, :-1] += 0.5 * face
    speed[:, :, 1:] += 0.5 * face
    errors = [found - exact, speed - across]
    scales = [exact, across]
    return tuple(
        float(np.sqrt((e**2).mean() / (s**2).mean())) for e, s in zip(errors, scales, strict=True)
    )  # type: ignore[return-value]


@benchmark(
    "q2.darcy", "FLOW", "Manufactured pressures in bone whose permeability varies",
    "Pressure and speed converge at second order, whatever diagonal permeability the bone has.",
    quick={"meshes": (8, 16)},
)  # fmt: skip
def manufactured(
    along_x: Positive = 5e-3,
    along_y: Positive = 8e-3,
    along_z: Positive = 2e-3,
    growth: Annotated[float, Bounds(-0.9, 10.0)] = 0.5,
    sides: Literal["closed", "held", "both"] = "both",
    meshes: Meshes = (8, 16, 32),
) -> Iterator[Check]:
    """Solve for 0.1 cos cos cos in a closed cube and, in isotropic bone, 0.1 sin cos cos with two sides held.

    Permeability grows as 1 + ``growth`` x y from one edge of the cube to the opposite one.
    """
    cases = {"closed": (along_x, along_y, along_z), "held": (along_x,) * 3}
    for name, components in cases.items():
        if sides not in (name, "both"):
            continue
        pairs = [_manufactured(n, components, growth, name == "held") for n in meshes]
        for k, what in enumerate(("p", "speed along z")):
            yield study(
                f"error of {what}, sides {name}", 0.0, meshes, [pair[k] for pair in pairs],
                order=2.0, slack=0.2, tolerance=0.02, standard=16,
                why="second order on cubes; share of the field's root mean square",
            )  # fmt: skip
