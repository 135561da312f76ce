# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark k: cement pushed into homogeneous bone, from a point and from the end of a bar."""

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
from vertaug.cement.options import InjectionOptions, Push
from vertaug.cement.result import InjectionResult
from vertaug.grid.flow_grid import Compartment, FlowGrid, Kind
from vertaug.materials.rheology import nicholas_2007
from vertaug.materials.rheology.flow_curve import FlowCurve, ageing, of_ages
from vertaug.materials.rheology.newton_1687 import Newtonian
from vertaug.materials.rheology.ostwald_1925 import PowerLaw
from vertaug.verification.check import Check, study
from vertaug.verification.closed_forms.injection import PlanarInjection, SphericalInjection
from vertaug.verification.problem import Bounds, Meshes, Positive, benchmark

Float = NDArray[np.float64]
Index = Annotated[float, Bounds(0.1, 2.0)]
Share = Annotated[float, Bounds(0.0, 1.0)]
LATE = "the plan's gate, from a front of three radii of the cannula on"
FINE = "cells of 0.7 radii of the mouth"
NO_RESISTANCE = 1e-3
"""Length (mm) of a cannula whose own resistance does not count."""


def ball(n: int, rim: float, permeability: float, porosity: float) -> FlowGrid:
    """A ball of bone, ``n`` cells along its radius, whose rim is held at zero pressure."""
    spacing, cells = rim / n, 2 * n + 2
    shape = (cells, cells, cells)
    origin = np.full(3, -0.5 * cells * spacing)
    index = np.indices(shape) + 0.5
    radius = np.linalg.norm(origin[:, None, None, None] + spacing * index, axis=0)
    return FlowGrid(
        origin=origin, spacing=spacing, kind=(radius < rim).astype(np.uint8),
        compartment=np.zeros(shape, dtype=np.int16), porosity=np.full(shape, porosity),
        permeability=np.full((3, *shape), permeability),
        outlet=(radius < rim) & (radius >= rim - spacing), openings=(),
        compartments=(Compartment("around", 0.0),),
    )  # fmt: skip


def _curve(viscosity: float, growth: float = math.inf) -> FlowCurve:
    """Newtonian cement of a viscosity (MPa s) at age 0 that grows e-fold in a time (s)."""
    return ageing(Newtonian(viscosity), growth, known_at=0.0, cap=1.0, calibrated=True)


def radii(result: InjectionResult, reach: float) -> Float:
    """Radius of the front along 200 directions, from the cement met along each."""
    grid, turn = result.grid, math.pi * (3.0 - math.sqrt(5.0)) * np.arange(200)
    z = 1.0 - 2.0 * (np.arange(200) + 0.5) / 200
    flat = np.sqrt(1.0 - z * z)
    way = np.stack([flat * np.cos(turn), flat * np.sin(turn), z], axis=1)
    step = 0.08 * grid.spacing
    points = way[:, None] * np.arange(0.0, reach, step)[:, None]
    index = (points - grid.origin) / grid.spacing - 0.5
    share = map_coordinates(result.saturation, np.moveaxis(index, -1, 0), order=1)
    return np.asarray(share.sum(axis=1) * step)


def mouth(start: float, length: float = 120.0) -> Cannula:
    """A cannula in the middle whose mouth has a radius, mm."""
    return Cannula("centre", (0.0, 0.0, 0.0), 11, length, bore=2.0 * start)


def coarseness(spacing: float, start: float) -> float:
    """How much further apart than 0.7 radii of the mouth cells are; 1 for finer ones."""
    return max(1.0, spacing / (0.7 * start))


def cement_kept(worst: float) -> Check:
    """The largest error of the volume of cement, over that injected."""
    return Check(
        "error of the volume of cement", 0.0, worst, 1e-10, "an identity of finite volumes", regression=False,
    )  # fmt: skip


def gate(exact: SphericalInjection, volume: float, spacing: float) -> float:
    """Largest error of a pressure: the plan's 3 %, more on coarser cells and before the front stands at three radii.

    The front lies in cells, which shifts its share of the pressure, a over R - a, by a share of a cell over R.
    """
    a, front = exact.start, exact.front(volume)
    young = 6.0 * a**2 / (front * (front - a))
    return 0.03 * coarseness(spacing, a) * max(1.0, young)


def kept(result: InjectionResult, word: str = "") -> Iterator[Check]:
    """What no step may lose: volume of cement, of both fluids, and shares between none and all."""
    history = result.history
    out = max(float(history.highest.max()) - 1.0, -float(history.lowest.min()), 0.0)
    for name, value, tolerance, why in (
        (
            "error of the volume of cement in any step",
            result.balance_error,
            1e-10,
            "an identity of finite volumes",
        ),
        (
            "error of the volume of both fluids in any step",
            float(np.abs(history.marrow_balance).max()),
            1e-10,
            "flows are made to balance whatever the residual of the pressure",
        ),
        ("share of cement in any cell beyond 0 to 1", out, 1e-12, "rounding"),
    ):
        yield Check(name + word, 0.0, value, tolerance, why, regression=False)


@benchmark(
    "k.sphere", "FLOW", "Newtonian cement injected from a point",
    "Pressure and front of an injection into homogeneous bone are those of a growing sphere.",
    quick={"meshes": (20,)},
)  # fmt: skip
def newtonian(
    rate: Positive = 100.0,
    duration: Positive = 20.0,
    viscosity: Positive = 2e-4,
    marrow: Positive = 1.5e-7,
    permeability: Positive = 5e-3,
    porosity: Share = 0.8,
    rim: Positive = 20.0,
    start: Positive = 1.2,
    meshes: Meshes = (16, 24, 32),
) -> Iterator[Check]:
    """Inject at a constant flow; ``meshes`` are cells along the radius of the ball of bone."""
    tip = mouth(start)
    exact = SphericalInjection(permeability, porosity, start, rim, marrow)
    volume = rate * duration
    cement = Cement("test", _curve(viscosity), 0.0, marrow, body=nicholas_2007.REFERENCE)
    ends = []
    for n in meshes:
        grid = ball(n, rim, permeability, porosity)
        result = inject(grid, cement, [tip], [Push("centre", volume, rate)])
        ends.append(float(result.history.tip[-1]))
    history = result.history
    known = np.array([exact.pressure(rate, rate * t, viscosity) for t in history.time])
    late = np.array([exact.front(rate * t) for t in history.time]) > 3.0 * exact.start
    fine = max(1.0, rim / (0.55 * start * meshes[-1]))
    yield study(
        "p at the end", exact.pressure(rate, volume, viscosity), meshes, ends, order=1.0, slack=0.5,
        tolerance=0.03, standard=rim / (0.7 * start), unit="MPa", floor=0.015, why=LATE,
    )  # fmt: skip
    if late.any():
        worst = float(np.abs(history.tip / known - 1.0)[late].max())
        yield Check(
            "largest error of p on the way", 0.0, worst, 0.03 * fine,
            LATE + "; cells of 0.55 radii of the mouth",
        )  # fmt: skip
    around = radii(result, 0.95 * rim)
    yield Check(
        "R at the end", exact.front(volume), float(around.mean()), 0.02 * max(1.0, 32.0 / meshes[-1]),
        "met along 200 rays through cells of 1/32 of the rim", "mm",
    )  # fmt: skip
    yield Check(
        "spread of R over its mean", 0.0, float(around.std() / around.mean()), 0.03,
        "the plan's gate: the front must not see the grid",
    )  # fmt: skip
    yield from kept(result)


@benchmark(
    "k2.ageing", "FLOW", "Cement that thickens while it is injected",
    "The pressure follows the viscosity of the moment, front and all.", quick={"mesh": 16},
)  # fmt: skip
def thickening(
    rate: Positive = 25.0,
    times: Annotated[tuple[float, ...], Bounds(0.0, rising=True)] = (20.0, 40.0),
    viscosity: Positive = 5e-5,
    growth_time: Positive = 30.0,
    marrow: Positive = 1.5e-7,
    permeability: Positive = 5e-3,
    porosity: Share = 0.8,
    rim: Positive = 20.0,
    start: Positive = 1.2,
    mesh: Annotated[int, Bounds(4, 64)] = 24,
) -> Iterator[Check]:
    """Inject for each time with cement that was mixed at the start."""
    tip = mouth(start)
    exact = SphericalInjection(permeability, porosity, start, rim, marrow)
    curve = _curve(viscosity, growth_time)
    cement = Cement("test", curve, 0.0, marrow, body=nicholas_2007.REFERENCE)
    grid = ball(mesh, rim, permeability, porosity)
    for time in times:
        result = inject(grid, cement, [tip], [Push("centre", rate * time, rate)])
        grown = viscosity * math.exp(time / growth_time)
        yield Check(
            f"p at {time:g} s", exact.pressure(rate, rate * time, grown),
            float(result.history.tip[-1]), gate(exact, rate * time, rim / mesh), LATE + "; " + FINE, "MPa",
        )  # fmt: skip
        yield from kept(result, f", {time:g} s")


@benchmark(
    "k3.power_law", "FLOW", "Shear-thinning cement injected from a point",
    "The pressure of shear-thinning cements is that of the generalised law of Darcy.",
    quick={"mesh": 16, "indices": (0.5,)},
)  # fmt: skip
def power_law(
    rate: Positive = 100.0,
    duration: Positive = 20.0,
    consistency: Positive = 2e-4,
    indices: tuple[Index, ...] = (0.5, 0.7),
    marrow: Positive = 1.5e-7,
    permeability: Positive = 5e-3,
    porosity: Share = 0.8,
    rim: Positive = 20.0,
    start: Positive = 1.2,
    mesh: Annotated[int, Bounds(4, 64)] = 24,
) -> Iterator[Check]:
    """Inject at a constant flow; the marrow's share of the pressure is far below the tolerance."""
    tip = mouth(start)
    exact = SphericalInjection(permeability, porosity, start, rim, marrow)
    grid = ball(mesh, rim, permeability, porosity)
    volume = rate * duration
    for index in indices:
        curve = of_ages({0.0: PowerLaw(consistency, index)}, calibrated=True)
        cement = Cement("test", curve, 0.0, marrow, body=nicholas_2007.REFERENCE)
        result = inject(grid, cement, [tip], [Push("centre", volume, rate)])
        outside = exact.pressure(rate, volume, 0.0)
        known = exact.power_law_pressure(rate, volume, consistency, index) + outside
        yield Check(
            f"p at n = {index:g}", known, float(result.history.tip[-1]), gate(exact, volume, rim / mesh),
            LATE + "; " + FINE, "MPa",
        )  # fmt: skip
        yield from kept(result, f", n = {index:g}")


@benchmark(
    "k4.constant_pressure", "FLOW", "Cement driven by a constant pressure",
    "Under a constant pressure the front moves as the closed form says, ever slower.",
    quick={"meshes": (14, 20)},
)  # fmt: skip
def constant_pressure(
    pressure: Positive = 0.05,
    duration: Positive = 60.0,
    viscosity: Positive = 2e-4,
    marrow: Positive = 1.5e-7,
    permeability: Positive = 5e-3,
    porosity: Share = 0.8,
    rim: Positive = 20.0,
    start: Positive = 1.2,
    meshes: Meshes = (14, 20, 28),
) -> Iterator[Check]:
    """Ask for a flow beyond reach with a limit at the syringe, through a cannula of no resistance."""
    exact = SphericalInjection(permeability, porosity, start, rim, marrow)
    options = InjectionOptions(pressure_limit=pressure, time_limit=duration, front_step=0.25)
    cement = Cement("test", _curve(viscosity), 0.0, marrow)
    # no flow is faster than that of marrow alone
    fastest = 4.0 * math.pi * permeability * pressure * exact.start / marrow
    room = 4.0 / 3.0 * math.pi * rim**3 * porosity
    ends, worst, gap = [], 0.0, 0.0
    for n in meshes:
        grid = ball(n, rim, permeability, porosity)
        push = Push("centre", room, fastest)
        result = inject(grid, cement, [mouth(start, NO_RESISTANCE)], [push], options)
        history = result.history
        known = np.array([exact.front_under_pressure(t, pressure, viscosity) for t in history.time])
        found = np.array([exact.front(v) for v in history.injected])
        late = known > 3.0 * exact.start
        worst = float(np.abs(found / known - 1.0)[late].max(initial=0.0))
        gap = max(gap, float(np.abs(history.syringe / pressure - 1.0).max()))
        ends.append(float(found[-1]))
    yield study(
        "R at the end", float(known[-1]), meshes, ends, order=1.0, slack=0.5, tolerance=0.015,
        standard=rim / (0.7 * start), unit="mm", floor=0.01, why=LATE,
    )  # fmt: skip
    fine = coarseness(rim / meshes[-1], start)
    yield Check("largest error of R on the way", 0.0, worst, 0.03 * fine, LATE + "; " + FINE)
    yield Check("pressure at the syringe off its limit", 0.0, gap, 0.01, "steps of the front")
    yield from kept(result)


@benchmark(
    "k5.planar", "FLOW", "Cement driven along a bar by a constant pressure",
    "The front in a bar moves as the closed form says, with errors of first order.",
    quick={"meshes": (50, 100)},
)  # fmt: skip
def planar(
    pressure: Positive = 1e-2,
    duration: Positive = 60.0,
    viscosity: Positive = 1e-4,
    marrow: Positive = 1e-7,
    permeability: Positive = 1e-2,
    porosity: Share = 0.9,
    length: Positive = 50.0,
    meshes: Annotated[tuple[int, ...], Bounds(4, 2000, rising=True)] = (100, 200, 400),
) -> Iterator[Check]:
    """Fill a cavity of one cell at the end of the bar; ``meshes`` are cells along the bar."""
    exact = PlanarInjection(permeability, porosity, length, marrow)
    ends, ahead, worst = [], [], 0.0
    for n in meshes:
        spacing = length / n
        grid = bar(n, spacing, permeability, porosity)
        tip = Cannula("end", (-0.5 * spacing, 0.5 * spacing, 0.5 * spacing), 8, NO_RESISTANCE)
        fastest = permeability * pressure / (marrow * length) * spacing**2
        cement = Cement("test", _curve(viscosity), 0.0, marrow)
        result = inject(
            grid, cement, [tip], [Push("end", length * spacing**2, 2.0 * fastest)],
            InjectionOptions(pressure_limit=pressure, time_limit=duration, least_rate=1e-12),
            saturation=(grid.kind == Kind.CAVITY).astype(np.float64),
        )  # fmt: skip
        history = result.history
        known = np.array([exact.front(t, pressure, viscosity) for t in history.time])
        found = history.in_bone / (porosity * spacing**2)
        worst = float(np.abs(found - known).max() / spacing)
        ends.append(float(found[-1]))
        ahead.append(float(np.trapezoid(found - known, history.time)) / duration)
    end = exact.front(duration, pressure, viscosity)
    off = max(1.0, 200.0 / meshes[-1])
    yield Check(
        "x at the end", end, ends[-1], 0.01 * off, "first order: a cell's front is a piston", "mm"
    )
    # at one time the error depends on where in its cell the front stands
    yield study(
        "x at the end, by its mean error", end, meshes, [end + mean for mean in ahead], order=1.0, slack=0.2,
        tolerance=0.01, standard=200, unit="mm", why="first order: a cell's front is a piston",
    )  # fmt: skip
    yield Check("largest error of x in cells", 0.0, worst, 1.0, "one cell")
    yield from kept(result)


def bar(n: int, spacing: float, permeability: float, porosity: float) -> FlowGrid:
    """A cell of cavity, then ``n`` cells of bone along x whose far end stands at zero pressure."""
    shape = (1 + n, 1, 1)
    cavity, outlet = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
    cavity[0], outlet[-1] = True, True
    return FlowGrid(
        origin=np.array([-spacing, 0.0, 0.0]), spacing=spacing,
        kind=np.where(cavity, Kind.CAVITY, Kind.BONE).astype(np.uint8),
        compartment=np.zeros(shape, dtype=np.int16), porosity=np.where(cavity, 1.0, porosity),
        permeability=np.ones((3, *shape)) * np.where(cavity, 1e5 * permeability, permeability),
        outlet=outlet, openings=(), compartments=(Compartment("around", 0.0),),
    )  # fmt: skip
