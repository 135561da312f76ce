# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark n continued: kinetics of cure, orders of the whole scheme, balance of heat, thermal layers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import quad, solve_ivp

from vertaug.curing.body import HeatBody
from vertaug.curing.curing import Curing
from vertaug.curing.options import CuringOptions
from vertaug.curing.surface import Boundary, Convection, Fixed, Flux
from vertaug.materials.cure import kamal_1973, stanczyk_2004
from vertaug.materials.cure.kinetics import Kinetics
from vertaug.verification.check import Check, study
from vertaug.verification.heat_bodies import conducting, plain
from vertaug.verification.problem import Bounds, Positive, benchmark

Float = NDArray[np.float64]
Exponent = Annotated[float, Bounds(0.3, 2.5)]
Start = Annotated[float, Bounds(0.0, 1.0)]
Times = Annotated[tuple[float, ...], Bounds(0.0, rising=True)]
GAS = 8.314


def _one_cell(kinetics: Kinetics, rise: float, temperature: float) -> Curing:
    """A cell alone that warms by ``rise`` K when it cures."""
    one = np.ones((1, 1, 1))
    body = HeatBody(1.0, one, one, rise * one, 0.0 * one)
    return Curing(
        body, kinetics, temperature, options=CuringOptions(temperature_step=0.1, cure_error=1e-9)
    )


@benchmark(
    "n9.kamal", "FLOW", "Cure by the law of Kamal and Sourour",
    "Cement that keeps its heat runs away as an independent integration says; at constant temperature the "
    "closed form holds.",
)  # fmt: skip
def kamal(
    a_1: Positive = 300.0,
    e_1: Positive = 4e4,
    a_2: Positive = 1.2e6,
    e_2: Positive = 5e4,
    m: Exponent = 0.9,
    n: Exponent = 1.1,
    start: Positive = 310.15,
    rise: Positive = 100.0,
    times: Times = (120.0, 300.0, 420.0, 480.0),
    k_1: Positive = 1e-3,
    k_2: Positive = 5e-2,
    isothermal_times: Times = (30.0, 90.0, 180.0),
) -> Iterator[Check]:
    """Adiabatic with the given constants; isothermal with m = n = 1 and the rates ``k_1`` and ``k_2``."""

    def slope(_: float, c: Float) -> list[float]:
        warm = start + rise * c[0]
        speed = (
            a_1 * math.exp(-e_1 / GAS / warm)
            + a_2 * math.exp(-e_2 / GAS / warm) * max(c[0], 0.0) ** m
        )
        return [speed * max(1.0 - c[0], 0.0) ** n]

    known = solve_ivp(slope, (0.0, times[-1]), [0.0], "LSODA", times, rtol=1e-11, atol=1e-13).y[0]
    run, before = _one_cell(kamal_1973.kinetics(a_1, e_1, a_2, e_2, m, n), rise, start), 0.0
    for time, cure in zip(times, known, strict=True):
        run.advance(time - before)
        before = time
        yield Check(
            f"cure at {time:g} s",
            float(cure),
            float(run.degree[0, 0, 0]),
            1e-5,
            "sub-steps",
            scale=1.0,
        )
        yield Check(
            f"T at {time:g} s", start + rise * float(cure), float(run.temperature[0, 0, 0]), 1e-5, "sub-steps", "K",
            scale=rise,
        )  # fmt: skip
    run, before = _one_cell(kamal_1973.kinetics(k_1, 0.0, k_2, 0.0, 1.0, 1.0), 1e-9, start), 0.0
    for time in isothermal_times:
        run.advance(time - before)
        before = time
        grown = math.expm1((k_1 + k_2) * time)
        cure = k_1 * grown / (k_1 * (grown + 1.0) + k_2)
        yield Check(
            f"cure at {time:g} s, constant temperature", cure, float(run.degree[0, 0, 0]), 1e-6, "sub-steps",
            scale=1.0,
        )  # fmt: skip


@benchmark(
    "n10.autocatalytic", "FLOW", "Cure by the law of Maffezzoli and Stańczyk",
    "Time to half cure at constant temperature, and the temperature of cement that keeps its heat.",
)  # fmt: skip
def autocatalytic(
    start: Annotated[float, Bounds(0.0, 0.5)] = 1e-3,
    limit: Annotated[float, Bounds(0.5, 1.0001)] = 1.0,
    temperatures: tuple[Annotated[float, Bounds(273.0, 353.0)], ...] = (296.15, 310.15),
    heat: Positive = 155.0,
    density: Positive = 1.18e-9,
    specific_heat: Positive = 1.46e9,
) -> Iterator[Check]:
    """Isothermal cells are read when half of the limit should be reached."""
    kinetics = stanczyk_2004.kinetics(start, limit, 0.0, **stanczyk_2004.PAPER)
    factor, activation, m, n = kinetics.constants[:4]
    for warm in temperatures:
        speed = factor * math.exp(-activation / warm)
        half = 0.5 * limit
        time = (
            quad(lambda c: 1.0 / (c**m * (limit - c) ** n), start, half, epsrel=1e-12, limit=400)[0]
            / speed
        )
        run = _one_cell(kinetics, 1e-9, warm)
        run.advance(time)
        yield Check(
            f"cure after {time:.0f} s at {warm:g} K", half, float(run.degree[0, 0, 0]), 1e-6, "sub-steps"
        )  # fmt: skip
    rise = heat / (density * specific_heat)
    run = _one_cell(kinetics, rise, temperatures[-1])
    run.advance(3600.0)
    yield Check(
        "rise of cement that keeps its heat", rise * (limit - start),
        float(run.temperature[0, 0, 0]) - temperatures[-1],
        1e-6, "heat over heat capacity", "K",
    )  # fmt: skip


@benchmark(
    "n11.wave", "FLOW", "A wave of temperature dies out",
    "Errors of conduction in a box fall by the second order of cell size and of step.",
    quick={"meshes": (8, 16), "steps": (20, 40)},
)  # fmt: skip
def wave(
    length: Positive = 20.0,
    conductivity: Positive = 0.5,
    capacity: Positive = 2.4,
    size: Positive = 40.0,
    time: Positive = 60.0,
    meshes: Annotated[tuple[int, ...], Bounds(2, 128, rising=True)] = (8, 16, 32),
    steps: Annotated[tuple[int, ...], Bounds(2, 10000, rising=True)] = (20, 40, 80),
) -> Iterator[Check]:
    """A cosine along each edge of an insulated box; the order in time is against the decay of the coarsest cells."""
    rate = conductivity / capacity
    wave_number = math.pi / length

    def run(n: int, count: int) -> float:
        """Size of the wave at the end."""
        line = np.cos(wave_number * (np.arange(n) + 0.5) * length / n)
        shape = line[:, None, None] * line[None, :, None] * line[None, None, :]
        body = plain(np.full(shape.shape, conductivity), np.full(shape.shape, capacity), length / n)
        job = conducting(body, size * shape, 1e9, longest=time / count)
        job.advance(time)
        return float((job.temperature * shape).sum() / (shape * shape).sum())

    values = [run(n, 8 * steps[-1]) for n in meshes]
    known = size * math.exp(-3.0 * rate * wave_number**2 * time)
    yield study(
        "size of the wave", known, meshes, values, order=2.0, slack=0.1, tolerance=2e-2, standard=16,
        why="second order in space", unit="K",
    )  # fmt: skip
    n = meshes[0]
    eigenvalue = 3.0 * rate * (2.0 * n / length * math.sin(0.5 * wave_number * length / n)) ** 2
    values = [run(n, count) for count in steps]
    # a step z of second order is off by at most z³ / 6
    most = (eigenvalue * time) ** 3 / (6.0 * steps[-1] ** 2)
    yield study(
        "size of the wave against the same cells", size * math.exp(-eigenvalue * time), steps, values, order=2.0,
        slack=0.2, tolerance=most, standard=steps[-1], why="second order in time", unit="K",
    )  # fmt: skip


@benchmark(
    "n12.curing", "FLOW", "A ball of cement cures in bone",
    "Heat of reaction, blood and every kind of surface balance, and errors fall by the second order of the step.",
    quick={"mesh": 12, "steps": (96, 192)},
)  # fmt: skip
def curing(
    radius: Positive = 6.0,
    box: Positive = 24.0,
    heat: Positive = 140.0,
    perfusion: Annotated[float, Bounds(-1e-12)] = 2e-3,
    fresh: Annotated[float, Bounds(273.0, 318.0)] = 300.15,
    start: Start = 0.02,
    time: Positive = 240.0,
    mesh: Annotated[int, Bounds(4, 64)] = 16,
    steps: Annotated[tuple[int, ...], Bounds(4, 10000, rising=True)] = (96, 192, 384),
) -> Iterator[Check]:
    """``mesh`` cells along the box; the reference of each step is that of eight times the finest.

    Cement that is put in hotter than a body runs away within one of the equal steps, whose order then does not show.
    """
    warm = 310.15
    middle = (np.indices((mesh,) * 3) + 0.5 - 0.5 * mesh) * box / mesh
    share = np.clip(0.5 + (radius - np.linalg.norm(middle, axis=0)) * mesh / box, 0.0, 1.0)
    cement = share > 0.0
    body = HeatBody(
        box / mesh, 0.3 - 0.1 * share, 2.4 - 0.7 * share, heat * share, perfusion * (1.0 - share), warm
    )  # fmt: skip
    sides: dict[str, Boundary] = {
        "x-": Fixed(warm), "x+": Convection(0.01, warm), "y-": Flux(0.01), "z+": Fixed(warm)
    }  # fmt: skip

    def equal(count: int) -> CuringOptions:
        return CuringOptions(
            longest_step=time / count,
            temperature_step=math.inf,
            conduction_error=math.inf,
            cure_error=1e-10,
        )

    def run(options: CuringOptions) -> Curing:
        begin = np.full(share.shape, warm) + (fresh - warm) * share
        job = Curing(
            body,
            stanczyk_2004.kinetics(start, **stanczyk_2004.PAPER),
            begin,
            sides=sides,
            options=options,
        )
        job.advance(time)
        return job

    fine = run(equal(8 * steps[-1]))
    jobs = [run(equal(count)) for count in steps]
    reference = float((fine.degree * body.reaction).sum() / body.reaction.sum())
    values = [float((job.degree * body.reaction).sum() / body.reaction.sum()) for job in jobs]
    yield study(
        "mean cure", reference, steps, values, order=2.0, slack=0.3, tolerance=2e-3, standard=192,
        why="second order in time, against the finest", evidence="REGRESSION-ONLY",
    )  # fmt: skip
    values = [float(job.temperature.max()) for job in jobs]
    yield study(
        "highest temperature", float(fine.temperature.max()), steps, values, order=2.0, slack=0.3, tolerance=2e-3,
        standard=192, why="second order in time, against the finest", unit="K", evidence="REGRESSION-ONLY",
    )  # fmt: skip
    default = run(CuringOptions())
    off = float(np.abs(default.temperature - fine.temperature).max())
    yield Check(
        "largest error of the steps that are chosen", 0.0, off, 0.2, "the limits of a step", "K"
    )
    for name, job in (("fixed steps", jobs[-1]), ("chosen steps", default)):
        yield Check(
            f"heat that is missing, {name}", 0.0, job.record.balance().error, 1e-9,
            "each part knows its heat; the plan's gate is 1e-6", regression=False,
        )  # fmt: skip
    gained = float((default.degree - start)[cement].min())
    yield Check("least gain of cure", 0.0, gained, 0.0, "cement does not uncure", kind="at least")
    yield Check("highest cure", 1.0, float(default.degree.max()), 0.0, "a share", kind="at most")


@benchmark(
    "l2.thermal_layers", "FLOW", "Heat passes layers, in series and side by side",
    "Layers across the flow give the harmonic mean of their conductivities, along it the mean.",
)  # fmt: skip
def thermal_layers(
    conductivities: tuple[Positive, ...] = (0.2, 0.5, 35.0),
    cells: tuple[Annotated[int, Bounds(1, 50)], ...] = (3, 1, 6),
    drop: Positive = 40.0,
    capacity: Positive = 2.4,
) -> Iterator[Check]:
    """Cells of 1 mm between two held ends, followed until nothing changes."""
    pairs = list(zip(conductivities, cells, strict=True))
    stack = np.concatenate([np.full(n, k) for k, n in pairs])
    total = len(stack)
    series = total / sum(n / k for k, n in pairs)
    sides: dict[str, Boundary] = {"x-": Fixed(drop), "x+": Fixed(0.0)}
    wait = 40.0 * capacity * total * sum(n / k for k, n in pairs) / math.pi**2

    def conductance(field: Float) -> float:
        """Mean conductivity from the heat that enters."""
        run = conducting(plain(field, np.full(field.shape, capacity), 1.0), 0.0, 1e9 * drop, sides)
        run.options = CuringOptions(longest_step=1e9, conduction_error=1e-6 * drop, most_stages=101)
        run.advance(wait)
        entering = 2.0 * field[0] * (drop - run.temperature[0])
        return float(entering.sum() * field.shape[0] / (drop * field[0].size))

    why = "two-point fluxes are exact in one dimension; the rest decays"
    yield Check(
        "conductivity in series", series, conductance(stack.reshape(-1, 1, 1)), 1e-8, why, "mW/(mm K)"
    )  # fmt: skip
    block = np.broadcast_to(stack[None, :, None], (4, total, 1)).copy()
    yield Check(
        "conductivity side by side", float(stack.mean()), conductance(block), 1e-8, why, "mW/(mm K)"
    )
