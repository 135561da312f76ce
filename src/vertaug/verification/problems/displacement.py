# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark j: one mobile fluid displaces another, in a bar, around a point, through a random medium."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from vertaug.cement.displacement import Displacement, FluidPair, Steps, displace
from vertaug.cement.displacement_grid import PorousBlock
from vertaug.verification.check import Check, study
from vertaug.verification.closed_forms.displacement import CoreyDisplacement
from vertaug.verification.problem import Bounds, Positive, benchmark

Float = NDArray[np.float64]
Meshes = Annotated[tuple[int, ...], Bounds(4, 1000, rising=True)]
Power = Annotated[float, Bounds(0.999, 6.0)]
Curved = Annotated[float, Bounds(1.499, 6.0)]
Reach = Annotated[float, Bounds(0.0, 1.0)]
PERMEABILITY, POROSITY, THIN = 1e-2, 0.5, 1e-7
CLOSE = Steps(misplaced=1e-5, tolerance=1e-9)
HEIGHT = 0.75
"""Share of a front's height at which its place is read: upwinding smears its foot forward."""


def _bounds(name: str, results: list[Displacement]) -> Iterator[Check]:
    """Balance and bounds of some runs."""
    worst = max(result.balance_error for result in results)
    yield Check(
        f"error of the volume, {name}",
        0.0,
        worst,
        1e-10,
        "an identity of finite volumes",
        regression=False,
    )
    outside = max(
        max(float(result.saturation.max()) - 1.0, -float(result.saturation.min()))
        for result in results
    )
    yield Check(
        f"saturation beyond 0 and 1, {name}", 0.0, outside, 0.0, "exact in each cell", kind="at most",
        regression=False,
    )  # fmt: skip


def _blur(exact: CoreyDisplacement, reach: float, cell: float) -> float:
    """How far upwinding moves a front that is low over what trails it, mm.

    Upwinding diffuses by half a cell times the speed: after a way x by w = sqrt(cell x). Over w, saturation falls
    by w / x times `trailing` of its height; where that is as much as half of what is left above `HEIGHT`, half on
    each side of the front, the place read moves by w.
    """
    width = math.sqrt(cell * reach)
    fall = exact.trailing() * width / reach
    return width * min(1.0, 0.5 * fall / (1.0 - HEIGHT))


def _spread(exact: CoreyDisplacement, reach: float, cell: float) -> float:
    """Mean error of saturation that upwinding makes at a front which hardly sharpens, over a bar of 1 mm.

    Diffusion by half a cell times the speed leaves the area 2 sqrt(D t / pi) = sqrt(2 / pi) w under a step of height
    one, w = sqrt(cell x); a front in its steady shape is about cell / `hollow` wide.
    """
    width = min(math.sqrt(cell * reach), cell / exact.hollow())
    return math.sqrt(2.0 / math.pi) * exact.front()[0] * width


def _bar(n: int, fluids: FluidPair, volume: float) -> Displacement:
    """Push a share of the pore volume into one end of a bar of 1 mm, other sides sealed."""
    block = PorousBlock(
        np.full((n, 1, 1), PERMEABILITY), POROSITY, (1.0 / n, 1.0, 1.0),
        open_sides=(False, True, False, False, False, False),
    )  # fmt: skip
    source = np.zeros((n, 1, 1))
    source[0] = volume * POROSITY
    return displace(block, fluids, source, 1.0, CLOSE)


@benchmark(
    "j.buckley", "FLOW", "Buckley-Leverett displacement along a bar",
    "Fronts and profiles of two fluids that move in one pore are those of fractional flow.",
    quick={"meshes": (25, 50, 100), "ratios": (0.2, 5.0, 1000.0)},
)  # fmt: skip
def buckley(
    ratios: tuple[Positive, ...] = (0.2, 1.0, 5.0, 50.0, 1000.0),
    power: Curved = 2.0,
    reach: Reach = 0.85,
    meshes: Meshes = (50, 100, 200),
) -> Iterator[Check]:
    """Inject until the front has passed `reach` of the bar; ``ratios`` are injected over displaced viscosity.

    `power` is 1.5 at least: with less the flow is next to proportional, nothing sharpens a front, and upwinding
    spreads it with the root of the cell. A front is placed to a cell, so an order is read beyond one.
    """
    for ratio in ratios:
        exact = CoreyDisplacement(ratio, power)
        behind, speed = exact.front()
        fluids = FluidPair((ratio * THIN, THIN), (power, power))
        results = [_bar(n, fluids, reach / speed) for n in meshes]
        wrong, fronts, rises = [], [], []
        for n, result in zip(meshes, results, strict=True):
            found = result.saturation.ravel()
            known = exact.means(np.linspace(0.0, 1.0, n + 1), reach / speed)
            wrong.append(float(np.abs(found - known).mean()))
            centres = (np.arange(n) + 0.5) / n
            fronts.append(float(np.interp(-HEIGHT * behind, -found, centres)))
            rises.append(float(np.diff(found).max()))
        name, cell = f"M = {ratio:g}", min(0.01, 1.0 / meshes[-1])
        yield study(
            f"error of the profile, {name}", 0.0, meshes, wrong, order=1.0, slack=0.5,
            tolerance=max(0.025, _spread(exact, reach, cell)), standard=100,
            why="first-order upwinding at a front: half an order to one", floor=2e-3,
        )  # fmt: skip
        yield study(
            f"front, {name}", reach, meshes, fronts, order=0.5, slack=0.3,
            tolerance=max(0.02, _blur(exact, reach, cell)), standard=100,
            why="the plan's gate: two cells of a hundred, or the blur of a front that is low", unit="mm",
            floor=max(5e-3, 1.0 / meshes[-1]), scale=1.0,
        )  # fmt: skip
        yield Check(
            f"largest rise along the flow, {name}", 0.0, max(rises), 1e-12, "monotone", kind="at most",
            regression=False,
        )  # fmt: skip
        yield from _bounds(name, results)


def _sphere_means(n: int, exact: CoreyDisplacement, injected: float) -> Float:
    """Mean saturation of the cells of an octant of 1 mm around a point, from samples in each."""
    parts = 4
    edges = np.linspace(0.0, math.pi / 6.0 * math.sqrt(3.0) ** 3 * POROSITY, 20_001)
    profile = exact.means(edges, injected)
    along = (np.arange(n * parts) + 0.5) / (n * parts)
    x, y, z = np.meshgrid(along, along, along, indexing="ij")
    volume = math.pi / 6.0 * (x * x + y * y + z * z) ** 1.5 * POROSITY
    middle = 0.5 * (edges[1:] + edges[:-1])
    fine = np.interp(volume.ravel(), middle, profile).reshape(n, parts, n, parts, n, parts)
    return np.asarray(fine.mean(axis=(1, 3, 5)))


@benchmark(
    "j2.buckley_sphere", "FLOW", "Buckley-Leverett displacement around a point",
    "Around a point the same profiles hold, measured in volume.", quick={"meshes": (8, 12, 16)},
)  # fmt: skip
def buckley_sphere(
    ratio: Positive = 10.0,
    power: Power = 2.0,
    reach: Reach = 0.7,
    meshes: Meshes = (12, 20, 32),
) -> Iterator[Check]:
    """Inject at the corner of an octant until the front has gone `reach` of its edge."""
    exact = CoreyDisplacement(ratio, power)
    volume = math.pi / 6.0 * reach**3 * POROSITY / exact.front()[1]
    fluids, results, wrong = FluidPair((ratio * THIN, THIN), (power, power)), [], []
    for n in meshes:
        shape = (n, n, n)
        block = PorousBlock(
            np.full(shape, PERMEABILITY), POROSITY, (1.0 / n,) * 3,
            open_sides=(False, True, False, True, False, True),
        )  # fmt: skip
        source = np.zeros(shape)
        source[0, 0, 0] = volume
        results.append(displace(block, fluids, source, 1.0, Steps(misplaced=1e-4, tolerance=1e-9)))
        gap = np.abs(results[-1].saturation - _sphere_means(n, exact, volume)).mean()
        wrong.append(float(gap * POROSITY / volume))
    yield study(
        "error of the profile over the volume injected", 0.0, meshes, wrong, order=1.0, slack=0.5,
        tolerance=0.1, standard=32, why="first-order upwinding at a front: half an order to one",
    )  # fmt: skip
    yield from _bounds("around a point", results)


def lognormal(n: int, seed: int, correlation: float, decades: float) -> Float:
    """Correlated lognormal permeability, mm², on n³ cells: `correlation` in edges, range cut at `decades`."""
    noise = np.random.default_rng(seed).standard_normal((n, n, n))
    smooth = gaussian_filter(noise, correlation * n, mode="wrap")
    half = 0.5 * decades * math.log(10.0)
    return np.asarray(1e-3 * np.exp(np.clip(0.45 * half * smooth / smooth.std(), -half, half)))


@benchmark(
    "j3.random_medium", "FLOW", "Displacement through a random medium",
    "Steps of the default size lie close to the limit of short ones, with an order that shows.",
    quick={"mesh": 12},
)  # fmt: skip
def random_medium(
    mesh: Annotated[int, Bounds(6, 64)] = 20,
    ratio: Positive = 1000.0,
    injected: Reach = 0.25,
    decades: Positive = 4.0,
    misplaced: tuple[Positive, ...] = (1.6e-3, 4e-4, 1e-4),
    seed: Annotated[int, Bounds(0, 2**31 - 1)] = 1,
) -> Iterator[Check]:
    """Inject in the middle of a block open on all sides; errors are against much shorter steps."""
    block = PorousBlock(lognormal(mesh, seed, 0.05, decades), POROSITY, (1.0 / mesh,) * 3)
    source = np.zeros((mesh,) * 3)
    source[(mesh // 2,) * 3] = injected * POROSITY
    fluids = FluidPair((ratio * THIN, THIN), (1.0, 1.0), 0.999)
    best = displace(block, fluids, source, 1.0, Steps(misplaced[-1] / 16.0, 1e-8, 1e-3))
    middle, wrong, steps, results = (mesh // 2,) * 3, [], [], []
    for most in misplaced:
        result = displace(block, fluids, source, 1.0, Steps(most))
        gap = np.abs(result.saturation - best.saturation).sum()
        wrong.append(float(gap / best.saturation.sum()))
        steps.append(len(result.history.solves))
        results.append(result)
    yield study(
        "error in time of the saturation", 0.0, steps, wrong, order=2.0, slack=1.3, tolerance=3e-3,
        standard=steps[-1], why="between one and two: cells fill within a step", regression=False,
    )  # fmt: skip
    known, found = best.pressure[middle], results[-1].pressure[middle]
    yield Check(
        "pressure at the source", float(found), float(known), 1e-4, "default and short steps", "MPa"
    )
    yield from _bounds("random medium", [*results, best])
