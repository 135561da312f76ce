# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark k where bone or cement is not simple: anisotropic bone, a yield stress, a front that is not even."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from vertaug.cement.cannula import Cannula, inner_radius
from vertaug.cement.cement import Cement
from vertaug.cement.inject import inject
from vertaug.cement.options import Push
from vertaug.cement.result import InjectionResult
from vertaug.grid.flow_grid import Compartment, FlowGrid, Kind
from vertaug.materials.rheology import christopher_middleman_1965 as bed
from vertaug.materials.rheology import nicholas_2007
from vertaug.materials.rheology.bingham_1922 import Bingham
from vertaug.materials.rheology.flow_curve import of_ages
from vertaug.materials.rheology.newton_1687 import Newtonian
from vertaug.verification.check import Check, study
from vertaug.verification.closed_forms.injection import SphericalInjection
from vertaug.verification.problem import Bounds, Positive, benchmark
from vertaug.verification.problems.injection import cement_kept, kept

Float = NDArray[np.float64]
Share = Annotated[float, Bounds(0.0, 1.0)]
Meshes = Annotated[tuple[int, ...], Bounds(8, 64, rising=True)]
Mesh = Annotated[int, Bounds(8, 64)]
GAUGE, THIN = 11, 15


def _cement(viscosity: float, marrow: float) -> Cement:
    """Newtonian cement that does not age."""
    curve = of_ages({0.0: Newtonian(viscosity)}, cap=1e3)
    return Cement("test", curve, 0.0, marrow, body=nicholas_2007.REFERENCE)


def ellipsoid(n: int, rim: float, permeability: Float, porosity: float) -> FlowGrid:
    """Bone whose rim at zero pressure is at one `rim` once lengths are shrunk by the root of each permeability.

    ``n`` cells along the shortest half axis; permeabilities (3,) along x, y, z.
    """
    stretch = np.sqrt(permeability / permeability.prod() ** (1.0 / 3.0))
    spacing = rim * float(stretch.min()) / n
    half = np.ceil(rim * stretch / spacing).astype(int) + 1
    nx, ny, nz = 2 * half
    shape = (int(nx), int(ny), int(nz))
    place = spacing * (np.indices(shape) + 0.5 - half[:, None, None, None])
    radius = np.linalg.norm(place / stretch[:, None, None, None], axis=0)
    inside = radius < rim
    gone = [np.roll(inside, way, axis) for axis in range(3) for way in (1, -1)]
    return FlowGrid(
        origin=-spacing * half, spacing=spacing, kind=inside.astype(np.uint8),
        compartment=np.zeros(shape, dtype=np.int16), porosity=np.full(shape, porosity),
        permeability=np.ones((3, *shape)) * permeability[:, None, None, None],
        outlet=inside & ~np.logical_and.reduce(gone), openings=(),
        compartments=(Compartment("around", 0.0),),
    )  # fmt: skip


def _along(result: InjectionResult, axis: int, distance: float) -> float:
    """Pressure (MPa) at a distance (mm) from the middle on either side along an axis, their mean."""
    grid, values = result.grid, []
    for way in (1.0, -1.0):
        point = np.zeros(3)
        point[axis] = way * distance
        index = (point - grid.origin) / grid.spacing - 0.5
        values.append(map_coordinates(result.pressure, index[:, None], order=1)[0])
    return float(np.mean(values))


@benchmark(
    "k8.anisotropic", "FLOW", "Cement injected from a point into anisotropic bone",
    "The front is the ellipsoid of the permeability's roots, and pressures are those of the point source.",
    quick={"meshes": (10, 14), "ratios": (2.05,)},
)  # fmt: skip
def anisotropic(
    rate: Positive = 100.0,
    duration: Positive = 30.0,
    viscosity: Positive = 2e-4,
    marrow: Positive = 1.5e-7,
    permeability: Positive = 5e-3,
    ratios: tuple[Annotated[float, Bounds(0.2, 5.0)], ...] = (1.29, 2.05),
    porosity: Share = 0.8,
    rim: Positive = 16.0,
    meshes: Meshes = (10, 14, 20),
) -> Iterator[Check]:
    """Inject into bone of a permeability (its geometric mean) that is ``ratio`` times as high along z as across."""
    volume = rate * duration
    exact = SphericalInjection(permeability, porosity, 0.0, rim, marrow)
    front = exact.front(volume)
    tip = Cannula("centre", (0.0, 0.0, 0.0), THIN, 120.0)
    point = (
        inner_radius(THIN) / front
    ) ** 2  # the tip is a ball, the closed form begins at a point
    for ratio in ratios:
        parts = permeability * ratio ** (-1.0 / 3.0) * np.array([1.0, 1.0, ratio])
        stretch = np.sqrt(parts / permeability)
        aspects, drops = [], []
        for n in meshes:
            grid = ellipsoid(n, rim, parts, porosity)
            result = inject(grid, _cement(viscosity, marrow), [tip], [Push("centre", volume, rate)])
            amount = result.cement_volume()
            place = grid.origin[:, None, None, None] + grid.spacing * (np.indices(grid.shape) + 0.5)
            spread = np.sqrt((amount * place**2).sum(axis=(1, 2, 3)))
            aspects.append(float(spread[2] / spread[0]))
            drops.append([
                _along(result, axis, 0.5 * front * stretch[axis])
                - _along(result, axis, 0.8 * front * stretch[axis]) for axis in (0, 2)
            ])  # fmt: skip
        yield study(
            f"aspect of the front at {ratio:g}", math.sqrt(ratio), meshes, aspects, order=1.0, slack=0.5,
            tolerance=0.01 + point, standard=20, floor=0.01 + point,
            why="a front of cells; the square of tip over front",
        )  # fmt: skip
        scale = rate * viscosity / (4.0 * math.pi * permeability * front)
        for k, axis in enumerate("xz"):
            yield study(
                f"p lost in the cement along {axis} at {ratio:g}", scale * (1.0 / 0.5 - 1.0 / 0.8), meshes,
                [row[k] for row in drops], order=1.0, slack=0.5, tolerance=0.04, standard=20,
                unit="MPa", floor=0.02, why="between two points, by straight lines between cells",
            )  # fmt: skip
        yield from kept(result, f", at {ratio:g}")


@benchmark(
    "k9.yield", "FLOW", "Cement with a yield stress injected from a point",
    "A yield stress adds its threshold gradient along the way that the cement has gone.",
    quick={"meshes": (12, 16)},
)  # fmt: skip
def yielding(
    rate: Positive = 100.0,
    duration: Positive = 20.0,
    viscosity: Positive = 2e-5,
    plug: Positive = 1e-3,
    sharpness: Positive = 1e4,
    marrow: Positive = 1.5e-7,
    permeability: Positive = 5e-3,
    porosity: Share = 0.8,
    rim: Positive = 20.0,
    meshes: Meshes = (12, 16, 24),
) -> Iterator[Check]:
    """Inject a Bingham liquid: ``plug`` is its yield stress, far above what its viscosity needs."""
    start = inner_radius(GAUGE)
    exact = SphericalInjection(permeability, porosity, start, rim, marrow)
    curve = of_ages({0.0: Bingham(viscosity, plug, sharpness)}, cap=1e6)
    cement = Cement("test", curve, 0.0, marrow, body=nicholas_2007.REFERENCE)
    tip = Cannula("centre", (0.0, 0.0, 0.0), GAUGE, 120.0)
    volume, ones = rate * duration, np.ones(3)
    gradient = bed.threshold_gradient(plug, permeability, porosity)
    front = exact.front(volume)
    low, high = 0.4 * front, 0.8 * front
    drops, worst = [], 0.0
    for n in meshes:
        grid = ellipsoid(n, rim, permeability * ones, porosity)
        result = inject(grid, cement, [tip], [Push("centre", volume, rate)])
        drops.append(float(np.mean([
            _along(result, axis, low) - _along(result, axis, high) for axis in range(3)
        ])))  # fmt: skip
        worst = max(worst, result.balance_error)
    newtonian = rate * viscosity / (4.0 * math.pi * permeability) * (1.0 / low - 1.0 / high)
    yield study(
        "p lost within the cement", newtonian + gradient * (high - low), meshes, drops, order=1.0,
        slack=0.5, tolerance=0.05, standard=24, unit="MPa", floor=0.03,
        why="between two points on each axis, by straight lines between cells",
    )  # fmt: skip
    yield cement_kept(worst)


def _strip(n: int, width: float, permeability: float, porosity: float) -> FlowGrid:
    """A strip along x, ``n`` cells wide, 6 times as long, let in by a column of cavity, open at the far end."""
    shape = (6 * n + 1, n, 1)
    cavity, outlet = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
    cavity[0], outlet[-1] = True, True
    return FlowGrid(
        origin=np.array([-width / n, 0.0, 0.0]), spacing=width / n,
        kind=np.where(cavity, Kind.CAVITY, Kind.BONE).astype(np.uint8),
        compartment=np.zeros(shape, dtype=np.int16), porosity=np.where(cavity, 1.0, porosity),
        permeability=np.ones((3, *shape)) * np.where(cavity, 1e4 * permeability, permeability),
        outlet=outlet, openings=(), compartments=(Compartment("around", 0.0),),
    )  # fmt: skip


def _wave(saturation: Float, spacing: float) -> tuple[float, float]:
    """Mean length (mm) of cement along x and the amplitude of its half wave across."""
    length = saturation[1:, :, 0].sum(axis=0) * spacing
    n = len(length)
    return float(length.mean()), float(
        2.0 / n * (length * np.cos(np.pi * (np.arange(n) + 0.5) / n)).sum()
    )


@benchmark(
    "k10.fingers", "FLOW", "A front with a wave in it",
    "Waves of a front die out where cement is thicker than marrow, and grow where it is thinner.",
    quick={"mesh": 16},
)  # fmt: skip
def fingers(
    thick: Positive = 1e-4,
    thin: Positive = 2e-5,
    rate: Positive = 1.0,
    permeability: Positive = 1e-2,
    porosity: Share = 0.9,
    width: Positive = 8.0,
    amplitude: Annotated[float, Bounds(0.0, 0.2)] = 0.03,
    mesh: Annotated[int, Bounds(8, 64)] = 32,
) -> Iterator[Check]:
    """Push a front with a half wave of ``amplitude`` widths on by a quarter of the width; mm³/s a mm² of the strip.

    In linear theory the amplitude goes as exp(a x (M' - M) / (M' + M)) with the wave number a, the way x and the
    viscosities M behind and M' ahead of the front.
    """
    grid = _strip(mesh, width, permeability, porosity)
    spacing, number = grid.spacing, math.pi / width
    across = (np.arange(mesh) + 0.5) * spacing
    start = 2.0 * width + amplitude * width * np.cos(number * across)
    edge = np.arange(6 * mesh) * spacing
    share = np.clip((start[None, :] - edge[:, None]) / spacing, 0.0, 1.0)
    saturation = np.ones(grid.shape)
    saturation[1:, :, 0] = share
    flow = rate * width * spacing
    way = width / 4.0
    tip = Cannula("end", (-0.5 * spacing, 0.5 * width, 0.5 * spacing), 8, 1e-3)
    before, wave = _wave(saturation, spacing)
    for behind, ahead, word in ((thick, thin, "thick"), (thin, thick, "thin")):
        push = Push("end", way * width * spacing * porosity, flow)
        result = inject(grid, _cement(behind, ahead), [tip], [push], saturation=saturation)
        moved, found = _wave(result.saturation, spacing)
        growth = number * (moved - before) * (ahead - behind) / (ahead + behind)
        yield Check(
            f"growth of the wave, {word} cement", growth, math.log(found / wave),
            0.1 * max(1.0, 32.0 / mesh) + 0.3 * number * max(found, wave),
            "linear theory is for small waves; the front lies in cells", scale=number * way,
        )  # fmt: skip
        sign = math.copysign(1.0, math.log(found / wave))
        yield Check(
            f"sign of its growth, {word} cement", math.copysign(1.0, ahead - behind), sign, 0.0,
            "a thick cement heals its front, a thin one fingers", regression=False,
        )  # fmt: skip
        yield from kept(result, f", {word} cement")
