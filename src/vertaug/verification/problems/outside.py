# SPDX-License-Identifier: BSD-3-Clause
"""Outside the bone: a tube of tissue behind a wall that resists and fills, and openings on turned grids."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from vertaug.cement.cannula import Cannula
from vertaug.cement.cement import Cement
from vertaug.cement.from_solid import GridOptions, lay_grid
from vertaug.cement.inject import inject
from vertaug.cement.options import Push
from vertaug.cement.pressure import PressureSystem, unpad
from vertaug.cement.solid_view import DeformedSolid, OpeningSite
from vertaug.cement.surroundings import CanalSpace, Surroundings
from vertaug.grid.flow_grid import FlowGrid
from vertaug.materials.outside_spaces import SpaceProperties
from vertaug.materials.rheology import nicholas_2007
from vertaug.materials.rheology.flow_curve import of_ages
from vertaug.materials.rheology.newton_1687 import Newtonian
from vertaug.verification.check import Check
from vertaug.verification.meshes import cut_cubes
from vertaug.verification.problem import Bounds, Positive, benchmark
from vertaug.verification.problems.injection import cement_kept
from vertaug.verification.problems.invariance import body

Float = NDArray[np.float64]


def _block(width: float, depth: float, height: float) -> DeformedSolid:
    """A block of bone in front of the plane y = 0, of cubes of about 2 mm."""
    number = np.maximum(np.round(np.array([width, depth, height]) / 2.0).astype(int), 1)
    axes = [np.arange(n + 1) for n in number]
    lattice = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    points = lattice / number * [width, depth, height] - [0.5 * width, depth, 0.5 * height]
    stride = np.array([(number[1] + 1) * (number[2] + 1), number[2] + 1, 1])
    tets = cut_cubes(lattice[(lattice < number).all(axis=1)], stride)
    ones = np.ones(len(tets))
    zero = np.zeros(len(tets), dtype=np.int32)
    return DeformedSolid(points, tets, ones, 0.1 * ones, zero, ("trabecular",))


def _canal_grid(radius: float, spacing: float, permeability: float, porosity: float) -> FlowGrid:
    """A block of bone with an opening in the middle of its back, into a canal that is closed to its sides."""
    canal = CanalSpace(np.array([0.0, radius, 0.0]), radius, radius)
    tissue = SpaceProperties(permeability, porosity, 0.0)
    around = Surroundings(canal=canal, given={"canal": tissue, "foramen": tissue})
    site = OpeningSite("hole", "canal", "canal", None, np.zeros((1, 3)), 2.0)
    options = GridOptions(spacing=spacing, anisotropy=1.0, reach=16.0)
    grid, _ = lay_grid(_block(22.0, 12.0, 12.0), [site], options, around)
    alone = [replace(item, joins=()) for item in grid.compartments]
    rim = np.zeros((3, *grid.shape), dtype=np.uint8)
    for end in (0, -1):
        rim[2, ..., end] = grid.compartment[..., end] == 0
    return replace(grid, compartments=tuple(alone), outlet_faces=rim, outlet=rim[2] > 0)


def _along(
    grid: FlowGrid, section: Float, permeability: float, marrow: float, rate: float
) -> Check:
    """Fall of pressure along both ends of the canal in steady flow of marrow, against Darcy's law."""
    spacing, inside = grid.spacing, grid.compartment == 0
    system = PressureSystem(grid)
    system.ways.fill(marrow)
    system.assemble(np.full(system.pressure.shape, marrow))
    source = np.zeros(system.pressure.shape)
    start = tuple(grid.cell_at(np.array([[0.0, -6.0, 0.0]]))[0] + 1)
    source[start] = rate
    system.solve(source, 1e-10)
    pressure = unpad(system.pressure)
    level = [float(pressure[..., k][inside[..., k]].mean()) for k in (-3, -1, 2, 0)]
    drop = rate * marrow * 2.0 * spacing / (permeability * float(section[-1]) * spacing**2)
    found = level[0] - level[1] + level[2] - level[3]
    return Check(
        "pressure along both ends of the canal", drop, found, 2e-3, "flow is even there", unit="MPa"
    )


@benchmark(
    "k16.canal", "FLOW", "A canal behind the bone",
    "Leaked marrow meets the resistance of the canal's length, and leaked cement fills it by its cross-section.",
    quick={"spacing": 1.5},
)  # fmt: skip
def canal(
    radius: Positive = 7.0,
    permeability: Positive = 1e-2,
    porosity: Annotated[float, Bounds(0.01, 1.0)] = 0.35,
    viscosity: Positive = 2e-5,
    marrow: Positive = 1e-7,
    rate: Positive = 50.0,
    volume: Positive = 3200.0,
    spacing: Positive = 1.0,
) -> Iterator[Check]:
    """Steady flow of marrow, then ``volume`` (mm³) of cement, into a canal whose foramina are closed."""
    grid = _canal_grid(radius, spacing, permeability, porosity)
    inside = grid.compartment == 0
    section = inside.sum(axis=(0, 1))
    count, middle = len(section), len(section) // 2
    area = float(section[middle]) * spacing**2
    exact = radius * (2.0 * radius + 0.5 * math.pi * radius)
    yield Check(
        "area of the canal",
        exact,
        area,
        0.04 * max(spacing, 7.0 * spacing / radius, 1.0),
        "cells of 1 mm for a curve of 7; in proportion to cells over the radius",
        unit="mm²",
    )
    yield _along(grid, section, permeability, marrow, rate)
    curve = of_ages({0.0: Newtonian(viscosity)}, cap=1e3)
    cement = Cement("test", curve, 0.0, marrow, body=nicholas_2007.REFERENCE)
    tip = Cannula("tip", (0.0, -3.0, 0.0), 11, 120.0)
    result = inject(grid, cement, [tip], [Push("tip", volume, rate)])
    leaked = result.leaked["canal"]
    in_canal = np.where(inside, result.saturation, 0.0).sum(axis=(0, 1)) / np.maximum(section, 1)
    room = porosity * spacing**3 * section
    from_middle = np.argsort(np.abs(np.arange(count) + 0.5 - 0.5 * count), kind="stable")
    filled = (
        float(np.interp(leaked, np.cumsum(room[from_middle]), np.arange(count) + 1.0)) * spacing
    )
    yield Check(
        "filled length over the canal's width",
        1.0,
        filled / (2.0 * radius),
        0.0,
        "more than a drop at the hole",
        kind="at least",
    )
    yield Check(
        "filled length of the canal",
        filled,
        float(in_canal.sum()) * spacing,
        0.05,
        "a front of some cells",
        unit="mm",
    )
    yield Check(
        "cement beyond the canal's ends",
        0.0,
        result.left_grid,
        0.0,
        "it holds what leaked",
        regression=False,
    )
    ends = np.array([in_canal[: len(in_canal) // 2].sum(), in_canal[len(in_canal) // 2 :].sum()])
    shift = float(np.abs(ends / ends.mean() - 1.0).max())
    yield Check(
        "share of one half off that of the other", 0.0, shift, 0.1, "cells about the middle", regression=False,
    )  # fmt: skip
    elsewhere = sum(result.in_spaces.values()) - result.in_spaces["canal"]
    yield Check(
        "cement in other spaces", 0.0, elsewhere, 0.0, "the canal is closed", regression=False
    )
    booked = result.in_spaces["canal"] - leaked
    yield Check("cement by space less cement by pathway", 0.0, booked / leaked, 1e-9, "an identity")
    yield cement_kept(result.balance_error)


@benchmark(
    "k17.opening", "FLOW", "Openings on turned grids",
    "Two holes in series resist as the closed forms say, whatever way the grid is turned.",
    quick={"turns": 2, "radii": (0.5, 1.5)},
)  # fmt: skip
def opening(
    radii: tuple[Positive, ...] = (0.5, 1.0, 1.5),
    reach: Positive = 8.0,
    tissue: Positive = 1e-2,
    spacing: Positive = 1.0,
    turns: Annotated[int, Bounds(1, 20)] = 8,
) -> Iterator[Check]:
    """Marrow from outside through an ellipsoid of bone to outside, for holes of some ``radii`` (mm)."""
    solid = body(1.5)
    ways = [np.eye(3), *Rotation.random(turns, rng=np.random.default_rng(7)).as_matrix()]
    options = GridOptions(
        spacing=spacing, anisotropy=1.0, reach=reach, tissue_permeability=tissue
    )  # fmt: skip
    for radius in radii:
        flows = []
        for turn in ways:
            sites = [
                OpeningSite(name, name, name, pressure, np.array([[0.0, 0.0, z]]) @ turn.T, radius)
                for name, z, pressure in (("out", 12.0, 0.0), ("in", -12.0, 1.0))
            ]
            grid, _ = lay_grid(replace(solid, points=solid.points @ turn.T), sites, options)
            system = PressureSystem(grid)
            system.ways.fill(1.0)
            system.assemble(np.ones(system.pressure.shape))
            system.solve(np.zeros(system.pressure.shape), 1e-10)
            flows.append(float(system.ways.flows(system.pressure)[system.ways.owner == 0].sum()))
        bone = float(grid.permeability[0][tuple(grid.openings[0].inner[0])])
        hole = 3.0 / radius**3
        # where tissue ends is `reach` from the hole's disc: between the spheroids about it through the two ends
        ends = (reach, math.sqrt(reach * (reach + 2.0 * radius)))
        beyond = sum(math.atan(radius / end) for end in ends) / (4.0 * math.pi * tissue * radius)
        outside = 1.0 / (4.0 * tissue * radius) - beyond
        exact = 0.5 / (hole + outside + 1.0 / (4.0 * bone * radius))
        mean = float(np.mean(flows))
        yield Check(
            f"flow through holes of {radius:g} mm",
            exact,
            mean,
            0.08,
            "curved walls, bone of finite size",
        )
        spread = float(np.std(flows)) / mean
        yield Check(
            f"spread over the turns, {radius:g} mm", 0.0, spread, 0.05, "a staircase for a surface"
        )
