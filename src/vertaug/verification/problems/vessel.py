# SPDX-License-Identifier: BSD-3-Clause
"""Benchmarks k6 and k7: cement pressed out of a cavity into a vessel that it fills against time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated

import numpy as np

from vertaug.cement.cannula import Cannula
from vertaug.cement.cement import Cement
from vertaug.cement.inject import inject
from vertaug.cement.options import InjectionOptions, Push
from vertaug.cement.result import InjectionResult
from vertaug.grid.flow_grid import Compartment, FlowGrid, Kind, Opening
from vertaug.materials.rheology import nicholas_2007
from vertaug.materials.rheology.flow_curve import FlowCurve, of_ages
from vertaug.materials.rheology.herschel_bulkley_1926 import HerschelBulkley
from vertaug.materials.rheology.newton_1687 import Newtonian
from vertaug.materials.rheology.ostwald_1925 import PowerLaw
from vertaug.verification.check import Check, study
from vertaug.verification.closed_forms.vessel import MOUTH, YieldPlug, power_law_length
from vertaug.verification.problem import Bounds, Positive, benchmark

Index = Annotated[float, Bounds(0.2, 1.5)]
Steps = Annotated[tuple[int, ...], Bounds(1, 2000, rising=True)]
FREE = 1e5
"""Permeability (mm²) of spaces that do not resist."""
NO_CANNULA = 1e-6
"""Length (mm) of a cannula that does not resist."""
THIN = 1e-12
"""Viscosity (MPa s) of a marrow that does not resist."""


def _vessel(radius: float, length: float) -> FlowGrid:
    """A cavity of one cell full of cement, a vessel, and a cell at zero pressure behind it."""
    shape, spacing = (2, 1, 1), 4.0 * radius
    kind = np.array([Kind.CAVITY, Kind.EXTERIOR], dtype=np.uint8).reshape(shape)
    inner, outer = (np.array([[n, 0, 0]], dtype=np.int32) for n in (0, 1))
    return FlowGrid(
        origin=np.zeros(3), spacing=spacing, kind=kind,
        compartment=np.array([-1, 0], dtype=np.int16).reshape(shape), porosity=np.ones(shape),
        permeability=np.full((3, *shape), FREE), outlet=kind == Kind.EXTERIOR,
        openings=(Opening("vessel", "segmental_vein", radius, length, inner, outer),),
        compartments=(Compartment("vein", 0.0),),
    )  # fmt: skip


def _fill(
    curve: FlowCurve,
    radius: float,
    length: float,
    pressure: float,
    duration: float,
    steps: int,
    first: float,
) -> InjectionResult:
    """Drive cement by a constant pressure; `first` is a flow that no moment exceeds, mm³/s."""
    grid = _vessel(radius, length)
    tip = Cannula("tip", (2.0 * radius, 2.0 * radius, 2.0 * radius), 11, NO_CANNULA)
    cement = Cement("test", curve, 0.0, THIN, body=nicholas_2007.REFERENCE)
    options = InjectionOptions(
        pressure_limit=pressure, time_limit=duration, longest_step=duration / steps,
        front_step=math.pi * radius**2 * length / steps / grid.cell_volume, least_rate=1e-12,
        change=1e-4, most_passes=40,
    )  # fmt: skip
    return inject(
        grid, cement, [tip], [Push("tip", 0.999 * math.pi * radius**2 * length, first)], options,
        saturation=(grid.kind == Kind.CAVITY).astype(np.float64),
    )  # fmt: skip


def _length(result: InjectionResult, radius: float) -> float:
    return result.in_vessels["vessel"] / (math.pi * radius**2)


def _kept(result: InjectionResult, name: str) -> Check:
    return Check(
        f"error of the volume of cement, {name}", 0.0, result.balance_error, 1e-10,
        "what enters the vessel is in it", regression=False,
    )  # fmt: skip


@benchmark(
    "k6.vessel", "FLOW", "Cement driven into a vessel by a constant pressure",
    "A plug of cement in a vessel moves as the closed form of its law says, ever slower.",
    quick={"indices": (1.0, 0.5), "steps": (50, 100)},
)  # fmt: skip
def vessel(
    pressure: Positive = 0.02,
    duration: Positive = 30.0,
    consistency: Positive = 1e-4,
    indices: tuple[Index, ...] = (1.0, 0.7, 0.5),
    radius: Positive = 0.5,
    length: Positive = 60.0,
    steps: Steps = (100, 200, 400),
) -> Iterator[Check]:
    """Fill a vessel from a cavity full of cement; ``steps`` are portions of the vessel's volume a time step fills."""
    for index in indices:
        law = Newtonian(consistency) if index == 1.0 else PowerLaw(consistency, index, 1e-9, 1e9)
        curve = of_ages({0.0: law}, cap=1e6, calibrated=True)
        known = power_law_length(duration, pressure, radius, consistency, index)
        # twice the flow through the mouth alone
        area, stress = math.pi * radius**2, pressure / (2.0 * MOUTH * consistency)
        first = 2.0 * area * radius * index / (3.0 * index + 1.0) * stress ** (1.0 / index)
        ends = []
        for number in steps:
            result = _fill(curve, radius, length, pressure, duration, number, first)
            ends.append(_length(result, radius))
        if known > length:
            yield Check(
                f"l at n = {index:g}", 0.999 * length, ends[-1], 1e-6, "the vessel is full", "mm"
            )
        else:
            yield study(
                f"l at n = {index:g}", known, steps, ends, order=1.0, slack=0.3, tolerance=0.02,
                standard=100, unit="mm", why="first order: a step takes the resistance of its end",
            )  # fmt: skip
        yield _kept(result, f"n = {index:g}")


@benchmark(
    "k7.stop", "FLOW", "Cement with a yield stress that stops in a vessel",
    "A plug with a yield stress moves as the formula of Buckingham and Reiner says, and stops at a p / 2 τ.",
    quick={"steps": 60, "times": (5.0, 60.0)},
)  # fmt: skip
def stop(
    pressure: Positive = 0.02,
    times: Annotated[tuple[float, ...], Bounds(0.0, rising=True)] = (5.0, 60.0, 600.0),
    viscosity: Positive = 1e-4,
    yield_stress: Positive = 2e-4,
    radius: Positive = 0.5,
    length: Positive = 60.0,
    steps: Annotated[int, Bounds(10, 2000)] = 120,
) -> Iterator[Check]:
    """Fill a vessel longer than the plug gets; the law stays closer than a tenth of a per cent to a true yield."""
    exact = YieldPlug(pressure, radius, viscosity, yield_stress)
    law = HerschelBulkley(viscosity, 1.0, yield_stress, 1e6, 1e-9, 1e9)
    curve = of_ages({0.0: law}, cap=1e6, calibrated=True)
    first = 2.0 * math.pi * radius**2 * exact.speed(0.0)
    for time in times:
        result = _fill(curve, radius, length, pressure, time, steps, first)
        yield Check(
            f"l after {time:g} s", exact.length(time), _length(result, radius), 0.02 * max(1.0, 100.0 / steps),
            "steps of a hundredth of the vessel", "mm",
        )  # fmt: skip
        yield _kept(result, f"{time:g} s")
    yield Check(
        "length at which it stops", exact.stop, _length(result, radius), 0.0,
        "no plug gets farther", "mm", kind="at most",
    )  # fmt: skip
