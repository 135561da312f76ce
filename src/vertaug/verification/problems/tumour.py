# SPDX-License-Identifier: BSD-3-Clause
"""Benchmarks u: tumour that cement presses along a bar of bone, and out of a cavity through a hole with a tube."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.cannula import Cannula
from vertaug.cement.cement import Cement
from vertaug.cement.inject import inject
from vertaug.cement.options import InjectionOptions, Push
from vertaug.cement.result import InjectionResult, TumourResult
from vertaug.cement.tumour import Tumour
from vertaug.grid.flow_grid import Compartment, FlowGrid, Kind, Opening
from vertaug.materials.rheology import nicholas_2007
from vertaug.materials.rheology.flow_curve import of_ages
from vertaug.materials.rheology.newton_1687 import Newtonian
from vertaug.materials.rheology.tumour import TumourTissue
from vertaug.verification.check import Check, study
from vertaug.verification.closed_forms.tumour import SlabInBar, TumourPlug
from vertaug.verification.problem import Bounds, Positive, benchmark
from vertaug.verification.problems.injection import bar
from vertaug.verification.problems.vessel import NO_CANNULA, THIN

Float = NDArray[np.float64]
Meshes = Annotated[tuple[int, ...], Bounds(10, 1000, rising=True)]
Steps = Annotated[tuple[int, ...], Bounds(10, 2000, rising=True)]
PATIENT = 40
"""Most passes of a step: tumour near its threshold starts over many."""

_WIDE = 1e10
"""Permeability (mm²) of a cavity in which a yield stress holds nothing."""


def _tumour(result: InjectionResult) -> TumourResult:
    """The tumour of an injection that had one."""
    if result.tumour is None:
        raise ValueError("the injection had no tumour")
    return result.tumour


def _kept(result: InjectionResult, word: str) -> Iterator[Check]:
    """What no step may lose: the volumes of cement and tumour, the whole, and shares between none and all."""
    tumour, history = _tumour(result), result.history
    both = tumour.saturation + result.saturation
    out = max(float(both.max()) - 1.0, -float(tumour.saturation.min()), 0.0)
    for name, value, tolerance in (
        ("error of the volume of cement", result.balance_error, 1e-10),
        ("error of the volume of tumour", tumour.balance_error, 1e-10),
        ("error of the volume of all three", float(np.abs(history.marrow_balance).max()), 1e-10),
        ("shares of cement and tumour beyond 0 to 1", out, 1e-12),
    ):
        why = "identities of finite volumes"
        yield Check(f"{name}, {word}", 0.0, value, tolerance, why, regression=False)


def _drive(
    exact: SlabInBar,
    tissue: TumourTissue,
    cells: int,
    start: float,
    push: tuple[float, float],
    options: InjectionOptions,
) -> tuple[InjectionResult, Float, float]:
    """Drive cement along a bar with a slab from `start`, mm; result, places of the cells, spacing."""  # fmt: skip
    spacing = exact.length / cells
    grid = bar(cells, spacing, exact.permeability, exact.porosity)
    place: Float = np.asarray(spacing * (np.arange(cells + 1) - 0.5), dtype=np.float64)
    share = _shares(exact, place, start).reshape(grid.shape)
    tip = Cannula("end", (-0.5 * spacing, 0.5 * spacing, 0.5 * spacing), 8, NO_CANNULA)
    curve = of_ages({0.0: Newtonian(exact.cement)}, cap=1e6, calibrated=True)
    cement = Cement("test", curve, 0.0, exact.marrow, body=nicholas_2007.REFERENCE)
    volume, speed = push
    result = inject(
        grid, cement, [tip], [Push("end", volume * spacing**2, speed * spacing**2)], options,
        saturation=(grid.kind == Kind.CAVITY).astype(np.float64), tumour=Tumour(share, tissue),
    )  # fmt: skip
    return result, place, spacing


def _shares(exact: SlabInBar, place: Float, start: float) -> Float:
    """Share of each cell that a slab from `start` fills, the cells that it cuts among them."""
    spacing = place[1] - place[0]
    ends = [
        np.clip((edge - place) / spacing + 0.5, 0.0, 1.0) for edge in (start + exact.slab, start)
    ]
    return np.where(place > 0.0, ends[0] - ends[1], 0.0)


def _middle(result: InjectionResult, place: Float) -> float:
    """Mean place, mm, of the tumour."""
    volume = (_tumour(result).saturation * result.pore_volume).ravel()
    return float(volume @ place / volume.sum())


@benchmark(
    "u1.slab", "FLOW", "Cement drives a slab of tumour along a bar of bone",
    "Cement, marrow, tumour and marrow move as pistons, with the pressure of all four and the tumour's threshold.",
    quick={"meshes": (50, 100)},
)  # fmt: skip
def slab(
    speed: Positive = 0.5,
    duration: Positive = 20.0,
    cement: Positive = 1e-4,
    marrow: Positive = 1e-7,
    viscosity: Positive = 1e-4,
    yield_stress: Positive = 1e-3,
    permeability: Positive = 1e-2,
    porosity: Annotated[float, Bounds(0.05, 1.0)] = 0.9,
    start: Positive = 10.3,
    meshes: Meshes = (50, 100, 200),
) -> Iterator[Check]:
    """Inject at a constant flow; a slab of 10 mm begins at ``start`` mm in a bar of 50 mm, or more if it goes on."""
    travel = speed * duration / porosity
    length = max(50.0, 1.2 * (start + 10.0 + travel))
    exact = SlabInBar(permeability, porosity, length, 10.0, cement, marrow, viscosity, yield_stress)
    tissue = TumourTissue(yield_stress, viscosity, sharpness=1e5, cap=1e3)
    known = exact.pressure(speed, travel)
    for n in meshes:
        result, place, spacing = _drive(
            exact, tissue, n, start, (speed * duration, speed), InjectionOptions()
        )
    yield Check(
        "middle of the tumour at the end", start + 5.0 + travel, _middle(result, place), 1e-2 * spacing,
        "a hundredth of a cell", "mm", scale=1.0,
    )  # fmt: skip
    yield Check(
        "p at the end", known, float(result.history.tip[-1]), 1e-3,
        "exact in one dimension but for the cell ahead of the bone", "MPa",
    )  # fmt: skip
    smeared = ((_tumour(result).saturation > 0.02) & (_tumour(result).saturation < 0.98)).sum()
    yield Check(
        "cells that hold a part of tumour", 0.0, float(smeared), 10.0,
        "two fronts of a few cells", kind="at most", scale=1.0, regression=False,
    )  # fmt: skip
    yield from _kept(result, "at constant flow")


@benchmark(
    "u2.threshold", "FLOW", "Tumour in bone below and above its threshold",
    "Below the gradient τ sqrt(φ / 2 k) tumour stands, above it moves by what is over it.",
    quick={"meshes": (50, 100)},
)  # fmt: skip
def threshold(
    below: Annotated[float, Bounds(0.05, 0.95)] = 0.8,
    above: Annotated[float, Bounds(1.2, 20.0)] = 3.0,
    duration: Positive = 60.0,
    cement: Positive = 1e-4,
    marrow: Positive = 1e-7,
    viscosity: Positive = 1e-4,
    yield_stress: Positive = 1e-3,
    permeability: Positive = 1e-2,
    porosity: Annotated[float, Bounds(0.05, 1.0)] = 0.9,
    meshes: Meshes = (50, 100, 200),
) -> Iterator[Check]:
    """Hold the pressure at a share of the slab's threshold; the law stays within a thousandth of a true yield.

    What drives the slab is the pressure above its threshold, so an error of the flow weighs ``above / (above - 1)``.
    A ``duration`` in which it would leave the bar is halved until it stays.
    """
    exact = SlabInBar(permeability, porosity, 50.0, 10.0, cement, marrow, viscosity, yield_stress)
    tissue = TumourTissue(yield_stress, viscosity, sharpness=1e5, cap=1e3)

    while exact.front(duration, above * exact.threshold) > 0.95 * (exact.length - exact.slab):
        duration *= 0.5

    def travelled(share: float, n: int) -> tuple[float, InjectionResult]:
        pressure = share * exact.threshold
        fastest = 2.0 * permeability * pressure / (marrow * exact.length)
        options = InjectionOptions(
            pressure_limit=pressure, time_limit=duration, longest_step=25.0 * duration / n**1.5,
            front_step=25.0 / n, least_rate=1e-12, most_passes=PATIENT, change=1e-3,
        )  # fmt: skip
        result, place, _ = _drive(exact, tissue, n, 0.0, (exact.length, fastest), options)
        filled = _shares(exact, place, 0.0)
        return _middle(result, place) - float(filled @ place / filled.sum()), result

    moved, result = travelled(below, meshes[0])
    yield Check(
        f"way of the tumour at {below:g} of its threshold", 0.0, moved, 1e-3,
        "the law creeps below its yield", "mm", scale=1.0,
    )  # fmt: skip
    yield from _kept(result, "below the threshold")
    ends = []
    for n in meshes:
        end, result = travelled(above, n)
        ends.append(end)
    yield study(
        f"way of the tumour at {above:g} times its threshold", exact.front(duration, above * exact.threshold),
        meshes, ends, order=1.0, slack=0.3, tolerance=0.01 * max(1.0, above / (above - 1.0) / 1.5), standard=100,
        unit="mm", floor=1e-4, why="first order: a step takes the mobility of its end",
    )  # fmt: skip
    yield from _kept(result, "above the threshold")


def _column(cells: int, radius: float, length: float) -> FlowGrid:
    """A cavity of some cells in a row, and behind its last a hole with a tube to a cell at zero pressure."""
    shape, spacing = (cells + 1, 1, 1), 4.0 * radius
    kind = np.full(shape, Kind.CAVITY, dtype=np.uint8)
    kind[-1] = Kind.EXTERIOR
    inner, outer = (np.array([[n, 0, 0]], dtype=np.int32) for n in (cells - 1, cells))
    return FlowGrid(
        origin=np.zeros(3), spacing=spacing, kind=kind,
        compartment=np.where(kind == Kind.EXTERIOR, 0, -1).astype(np.int16), porosity=np.ones(shape),
        permeability=np.full((3, *shape), _WIDE), outlet=kind == Kind.EXTERIOR,
        openings=(Opening("hole", "cortical_defect", radius, length, inner, outer),),
        compartments=(Compartment("outside", 0.0),),
    )  # fmt: skip


def _extrude(
    exact: TumourPlug, length: float, push: tuple[float, float], options: InjectionOptions
) -> InjectionResult:
    """Press cement into the far end of a cavity full of tumour; `push` volume, mm³, and rate, mm³/s."""
    cells = 2 + math.ceil(push[0] / (4.0 * exact.radius) ** 3)
    grid = _column(cells, exact.radius, length)
    tissue = TumourTissue(exact.yield_stress, exact.viscosity, exact.entry, 1e5, 1e3)
    curve = of_ages({0.0: Newtonian(THIN)}, cap=1e6, calibrated=True)
    cement = Cement("test", curve, 0.0, THIN, body=nicholas_2007.REFERENCE)
    middle = 2.0 * exact.radius
    return inject(
        grid, cement, [Cannula("tip", (middle, middle, middle), 11, NO_CANNULA)], [Push("tip", *push)],
        options, tumour=Tumour((grid.kind == Kind.CAVITY).astype(np.float64), tissue),
    )  # fmt: skip


@benchmark(
    "u3.extrusion", "FLOW", "Tumour pressed out through a hole with a tube",
    "A hole lets no tumour by below τ (2 l / a + c0), and above it what Sampson, Buckingham and Reiner say.",
    quick={"steps": (50, 100)},
)  # fmt: skip
def extrusion(
    rate: Positive = 5.0,
    radius: Positive = 1.0,
    length: Positive = 10.0,
    viscosity: Positive = 1e-4,
    yield_stress: Positive = 1e-3,
    entry: Positive = 5.0,
    shares: Annotated[tuple[float, float], Bounds(0.05, 20.0, rising=True)] = (0.6, 1.6),
    steps: Steps = (50, 100, 200),
) -> Iterator[Check]:
    """Fill a tube at a constant rate, then under pressures that are ``shares`` of the entry's.

    ``steps`` are the time steps that fill the tube or lead to half of the plug's stop.
    """
    exact = TumourPlug(radius, viscosity, yield_stress, entry)
    tube = math.pi * radius**2 * length
    for n in steps:
        volume = 1.5 * tube
        options = InjectionOptions(longest_step=tube / rate / n, front_step=1e3)
        result = _extrude(exact, length, (volume, rate), options)
    history = result.history
    full = np.minimum(history.injected / tube, 1.0) * length
    known = np.array([exact.drop(rate, float(x)) for x in full])
    yield Check(
        "largest error of p while the tube fills", 0.0, float(np.abs(history.tip / known - 1.0).max()),
        1e-3, "exact but for the tolerance of the passes",
    )  # fmt: skip
    yield Check(
        "p once the tube is full", exact.drop(rate, length), float(history.tip[-1]), 1e-4, "closed form", "MPa",
    )  # fmt: skip
    yield Check(
        "tumour pressed out", float(history.injected[-1]), _tumour(result).pressed_out["cortical_defect"], 1e-8,
        "what comes in goes out", "mm³",
    )  # fmt: skip
    yield from _kept(result, "at constant flow")
    low, high = (share * entry * yield_stress for share in shares)
    options = InjectionOptions(
        pressure_limit=low, time_limit=60.0, least_rate=1e-12, most_passes=PATIENT
    )
    held = _extrude(exact, length, (tube, rate), options)
    yield Check(
        f"tumour pressed out in a minute at {shares[0]:g} of its entry pressure", 0.0,
        held.injected / tube, 1e-3, "the law creeps below its yield", scale=1.0,
    )  # fmt: skip
    yield from _under_pressure(exact, length, high, steps)


def _under_pressure(
    exact: TumourPlug, length: float, pressure: float, steps: tuple[int, ...]
) -> Iterator[Check]:
    """A plug under a constant pressure: its length where it has gone half of its way, and where it stops."""
    area, stop = math.pi * exact.radius**2, exact.stop(pressure)
    half = 0.5 * min(stop, length)
    time = exact.time(half, pressure)
    fastest = 2.0 * pressure * exact.radius**3 / (3.0 * exact.viscosity)
    ends = []
    for n in steps:
        options = InjectionOptions(
            pressure_limit=pressure, time_limit=time, longest_step=time / n, front_step=1e3,
            least_rate=1e-12, most_passes=PATIENT, change=1e-4,
        )  # fmt: skip
        result = _extrude(exact, length, (area * length, fastest), options)
        ends.append(float(result.history.injected[-1]) / area)
    yield study(
        "length of the plug half way to its stop", half, steps, ends, order=1.0, slack=0.3,
        tolerance=0.02, standard=100, unit="mm", why="first order: a step takes the resistance of its start",
    )  # fmt: skip
    yield from _kept(result, "under pressure")
