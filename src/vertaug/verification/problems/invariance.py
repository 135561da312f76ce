# SPDX-License-Identifier: BSD-3-Clause
"""What an injection must not depend on: the scale of all viscosities, left and right, the grid's directions."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates
from scipy.spatial.transform import Rotation

from vertaug.cement.cannula import Cannula
from vertaug.cement.cement import Cement
from vertaug.cement.from_solid import GridOptions, lay_grid
from vertaug.cement.inject import inject
from vertaug.cement.options import Push
from vertaug.cement.result import InjectionResult
from vertaug.cement.solid_view import DeformedSolid, OpeningSite
from vertaug.grid.flow_grid import Kind
from vertaug.materials.rheology import nicholas_2007
from vertaug.materials.rheology.flow_curve import of_ages
from vertaug.materials.rheology.newton_1687 import Newtonian
from vertaug.verification.check import Check
from vertaug.verification.meshes import cut_cubes
from vertaug.verification.problem import Bounds, Positive, benchmark
from vertaug.verification.problems.injection import ball, cement_kept

Float = NDArray[np.float64]
Share = Annotated[float, Bounds(0.0, 1.0)]
HALF_AXES = np.array([20.0, 15.0, 12.0])
TIP = np.array([6.0, 5.0, 4.0])


def _cement(viscosity: float, marrow: float) -> Cement:
    curve = of_ages({0.0: Newtonian(viscosity)}, cap=1e3)
    return Cement("test", curve, 0.0, marrow, body=nicholas_2007.REFERENCE)


@benchmark(
    "k11.scaling", "FLOW", "All viscosities some times as high",
    "At a given flow a common factor of all viscosities scales pressures and changes nothing else.",
    quick={"mesh": 10},
)  # fmt: skip
def scaling(
    rate: Positive = 100.0,
    duration: Positive = 5.0,
    viscosity: Positive = 2e-4,
    marrow: Positive = 1.5e-7,
    factors: tuple[Positive, ...] = (4.0, 16.0, 3.0),
    permeability: Positive = 5e-3,
    porosity: Share = 0.8,
    rim: Positive = 15.0,
    mesh: Annotated[int, Bounds(4, 32)] = 16,
) -> Iterator[Check]:
    """Inject with each factor; powers of four scale every number without rounding, square roots too."""
    grid = ball(mesh, rim, permeability, porosity)
    tip = Cannula("centre", (0.0, 0.0, 0.0), 11, 120.0)
    pushes = [Push("centre", rate * duration, rate)]
    one = inject(grid, _cement(viscosity, marrow), [tip], pushes)
    for factor in factors:
        other = inject(grid, _cement(factor * viscosity, factor * marrow), [tip], pushes)
        exact = math.frexp(factor)[0] == 0.5 and math.log2(factor) % 2.0 == 0.0
        apart = np.abs(other.saturation - one.saturation).max()
        why = (
            "every operation scales without rounding"
            if exact
            else "tolerance of the pressure solve"
        )
        yield Check(
            f"change of saturation, {factor:g} times", 0.0, float(apart), 0.0 if exact else 1e-6, why,
            regression=False,
        )  # fmt: skip
        apart = np.abs(other.history.tip / (factor * one.history.tip) - 1.0).max()
        yield Check(
            f"change of pressure over its factor, {factor:g} times", 0.0, float(apart),
            0.0 if exact else 1e-7, why, regression=False,
        )  # fmt: skip


@benchmark(
    "k12.mirror", "FLOW", "Two cannulas, left and right",
    "Left before right leaves the mirror image of right before left.", quick={"mesh": 10},
)  # fmt: skip
def mirror(
    rate: Positive = 100.0,
    duration: Positive = 5.0,
    apart: Positive = 12.0,
    viscosity: Positive = 2e-4,
    marrow: Positive = 1.5e-7,
    permeability: Positive = 5e-3,
    porosity: Share = 0.8,
    rim: Positive = 15.0,
    mesh: Annotated[int, Bounds(4, 32)] = 16,
) -> Iterator[Check]:
    """Inject the same volume through each of two tips that are ``apart`` (mm)."""
    grid = ball(mesh, rim, permeability, porosity)
    ends = {"left": 0.5 * apart, "right": -0.5 * apart}
    tips = [Cannula(name, (x, 0.0, 0.0), 11, 120.0) for name, x in ends.items()]
    results = []
    for order in (("left", "right"), ("right", "left")):
        pushes = [Push(name, rate * duration, rate) for name in order]
        results.append(inject(grid, _cement(viscosity, marrow), tips, pushes))
    one, two = results
    away = float(np.abs(one.saturation - two.saturation[::-1]).max())
    yield Check(
        "saturation off its mirror image",
        0.0,
        away,
        1e-6,
        "tolerance of the pressure solve",
        regression=False,
    )
    away = float(np.abs(one.history.tip / two.history.tip - 1.0).max())
    yield Check(
        "pressure off that of the other side", 0.0, away, 1e-6, "tolerance of the pressure solve",
        regression=False,
    )  # fmt: skip
    yield cement_kept(max(one.balance_error, two.balance_error))


def body(size: float) -> DeformedSolid:
    """Ellipsoid of bone with half axes 20, 15 and 12 mm: cubes of a size, six tetrahedra each."""
    number = np.ceil(HALF_AXES / size).astype(int) * 2
    stride = np.array([(number[1] + 1) * (number[2] + 1), number[2] + 1, 1])
    axes = [np.arange(n + 1) for n in number]
    lattice = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    points = size * (lattice - number / 2.0)
    radius = np.linalg.norm(points / HALF_AXES, axis=1)
    # points near the surface go onto it: a smooth body, not one of steps
    near = np.abs(radius - 1.0) < 0.7 * size / HALF_AXES.mean()
    points[near] /= radius[near, None]
    cubes = lattice[(lattice < number).all(axis=1)]
    centre = size * (cubes + 0.5 - number / 2.0)
    cubes = cubes[np.linalg.norm(centre / HALF_AXES, axis=1) < 1.0]
    tets = cut_cubes(cubes, stride)
    corner_points = points[tets]
    volume = np.linalg.det(corner_points[:, 1:] - corner_points[:, :1]) / 6.0
    tets = tets[volume > 1e-3 * size**3]
    ones = np.ones(len(tets))
    return DeformedSolid(
        points,
        tets,
        ones,
        0.1 * ones,
        np.zeros(len(tets), dtype=np.int32),
        ("trabecular",),
    )


def openings() -> tuple[OpeningSite, ...]:
    """A foramen behind, a vein at either side and a breach of the endplate above."""
    places = (
        ("basivertebral", "basivertebral", "canal", (0.0, 15.0, 0.0), 2.0),
        ("left", "segmental_vein", "paravertebral", (20.0, 0.0, 0.0), 1.5),
        ("breach", "disc", "disc", (0.0, 0.0, 12.0), 2.5),
    )
    return tuple(
        OpeningSite(name, way, space, 0.0, np.array([at]), radius, 2.0)
        for name, way, space, at, radius in places
    )


def _reach(result: InjectionResult, tip: Float, way: Float, far: float) -> Float:
    """Length (mm) of cement within the body along directions (n, 3) from the tip."""
    grid = result.grid
    step = 0.1 * grid.spacing
    points = tip + way[:, None] * np.arange(0.5 * step, far, step)[None, :, None]
    index = (points - grid.origin) / grid.spacing - 0.5
    inside = np.where(grid.compartment < 0, result.saturation, 0.0)
    return np.asarray(
        map_coordinates(inside, np.moveaxis(index, -1, 0), order=1).sum(axis=1) * step
    )


@benchmark(
    "k13.rotated", "FLOW", "A vertebra turned against the grid",
    "Front and leaks of a body do not follow the directions of the grid it is laid on.",
    quick={"turns": 1, "spacing": 1.25},
)  # fmt: skip
def rotated(
    rate: Positive = 100.0,
    duration: Positive = 50.0,
    viscosity: Positive = 1e-5,
    marrow: Positive = 1e-7,
    turns: Annotated[int, Bounds(1, 10)] = 4,
    spacing: Positive = 0.8,
    size: Positive = 1.5,
) -> Iterator[Check]:
    """Turn an ellipsoid of bone with its openings at random, inject off its middle, and turn the front back."""
    solid, sites = body(size), openings()
    number = 200
    height = 1.0 - 2.0 * (np.arange(number) + 0.5) / number
    angle = math.pi * (3.0 - math.sqrt(5.0)) * np.arange(number)
    flat = np.sqrt(1.0 - height**2)
    way = np.stack([flat * np.cos(angle), flat * np.sin(angle), height], axis=1)
    ways = [np.eye(3), *Rotation.random(turns, rng=np.random.default_rng(7)).as_matrix()]
    fronts, leaks, worst = [], [], 0.0
    options = GridOptions(spacing=spacing, anisotropy=1.0)
    for turn in ways:
        there = replace(solid, points=solid.points @ turn.T)
        moved = [replace(site, points=site.points @ turn.T) for site in sites]
        grid, _ = lay_grid(there, moved, options)
        x, y, z = turn @ TIP
        pushes = [Push("tip", rate * duration, rate)]
        tip = Cannula("tip", (float(x), float(y), float(z)), 11, 120.0)
        result = inject(grid, _cement(viscosity, marrow), [tip], pushes)
        fronts.append(_reach(result, turn @ TIP, way @ turn.T, 25.0))
        leaks.append([result.leaked[site.pathway] for site in sites])
        worst = max(worst, result.balance_error)
    shift = max(float(np.abs(front - fronts[0]).mean()) for front in fronts[1:])
    yield Check("mean shift of the front in cells", 0.0, shift / spacing, 0.5, "half a cell")
    mean = np.mean([front.mean() for front in fronts])
    spread = float(np.std([front.mean() for front in fronts]) / mean)
    aside = np.array(fronts) - np.mean(fronts, axis=0)
    yield Check("spread of the mean radius", 0.0, spread, 0.03, "the plan's gate for orientation")
    yield Check(
        "spread of the front over directions about its mean place, of its radius", 0.0,
        float(np.sqrt((aside**2).mean(axis=1)).max() / mean), 0.03 * max(1.0, spacing / 1.25),
        "the plan's gate for sphericity", regression=False,
    )  # fmt: skip
    total = rate * duration
    for k, site in enumerate(sites):
        row = np.array([leak[k] for leak in leaks])
        yield Check(
            f"change of the leak by {site.pathway}, share of the cement", 0.0,
            float(np.abs(row - row[0]).max() / total), 0.005 * max(1.0, spacing), "a staircase for a surface",
        )  # fmt: skip
    whole = np.sum(leaks, axis=1)
    if whole.min() > 0.01 * total:
        yield Check(
            "spread of all leaks over their mean", 0.0, float(whole.std() / whole.mean()),
            0.05 * max(1.0, spacing), "a staircase for a surface",
        )  # fmt: skip
    yield cement_kept(worst)


@benchmark(
    "q3.off_axis", "FLOW", "Permeability whose axes are not the grid's",
    "A grid says how much of the permeability its two-point fluxes leave out, and warns from a tenth on.",
)  # fmt: skip
def off_axis(
    ratio: Annotated[float, Bounds(0.1, 10.0)] = 2.05,
    angles: tuple[Annotated[float, Bounds(-180.0, 180.0)], ...] = (0.0, 5.0, 20.0, 45.0, 90.0),
    spacing: Positive = 2.0,
) -> Iterator[Check]:
    """Lay a body's grid with its superior-inferior axis turned about x, and about a slanted line, by some degrees."""
    solid, sites = body(2.5), openings()
    for name, line in (("x", (1.0, 0.0, 0.0)), ("a slanted line", (1.0, 0.6, 0.2))):
        for angle in angles:
            unit = np.array(line) / np.linalg.norm(line)
            turn = Rotation.from_rotvec(math.radians(angle) * unit).as_matrix()
            tensor = turn @ np.diag([1.0, 1.0, ratio]) @ turn.T
            pairs = [(i, j) for i in range(3) for j in range(i)]
            exact = max(abs(tensor[i, j]) / min(tensor[i, i], tensor[j, j]) for i, j in pairs)
            x, y, z = turn[:, 2]
            options = GridOptions(
                spacing=spacing, anisotropy=ratio, axis=(float(x), float(y), float(z))
            )
            grid, report = lay_grid(solid, sites, options)
            title = f"{angle:g} degrees about {name}"
            yield Check(
                f"share left out, {title}",
                exact,
                report.off_axis,
                1e-9,
                "elements of the turned tensor",
                scale=1.0,
            )
            cell = tuple(np.argwhere(grid.kind == Kind.BONE)[0])
            kept = grid.permeability[:, *cell]
            worst = float(np.abs(kept / kept[0] - np.diag(tensor) / tensor[0, 0]).max())
            yield Check(
                f"diagonal, {title}",
                0.0,
                worst,
                1e-9,
                "elements of the turned tensor",
                regression=False,
            )  # fmt: skip
            yield Check(
                f"warning, {title}",
                float(exact > 0.1),
                float(bool(report.warnings)),
                0.0,
                "a tenth",
                regression=False,
            )  # fmt: skip
