# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark n continued: heat and cure that go along with cement, and what they do to its viscosity."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.cannula import Cannula
from vertaug.cement.cement import Cement
from vertaug.cement.inject import inject
from vertaug.cement.options import InjectionOptions, Push
from vertaug.cement.result import InjectionResult
from vertaug.curing.body import Blood
from vertaug.curing.flowing import Entering, FlowingHeat
from vertaug.curing.options import CuringOptions
from vertaug.grid.flow_grid import Compartment, FlowGrid, Kind
from vertaug.materials.cure import stanczyk_2004
from vertaug.materials.cure.kinetics import Kinetics
from vertaug.materials.rheology.castro_macosko_1980 import CastroMacosko
from vertaug.materials.rheology.flow_curve import FlowCurve, Warmth, of_ages
from vertaug.materials.rheology.newton_1687 import Newtonian
from vertaug.materials.thermal.polymer import Polymer
from vertaug.materials.thermal.tissues import ThermalTissue
from vertaug.verification.check import Check, study
from vertaug.verification.closed_forms.flowing_heat import WarmedBar, cure_after, mean_viscosity
from vertaug.verification.problem import Bounds, Positive, benchmark
from vertaug.verification.problems.injection import ball, cement_kept

Float = NDArray[np.float64]
Share = Annotated[float, Bounds(0.0, 1.0)]
Alive = Annotated[float, Bounds(273.0, 353.0)]
"""Temperatures, K, at which the kinetics of cure were measured or nearly so."""
Meshes = Annotated[tuple[int, ...], Bounds(8, 1000, rising=True)]
NEARLY_NONE = 1e-9
"""Conductivity, mW/(mm K), of what must not conduct, and heat of what must not react."""
PERMEABILITY, LIQUID = 1e-2, 1.5e-7
CAP = 1e3
"""Highest viscosity of curing cement over that of uncured."""


def _bar(cells: int, length: float, porosity: float) -> FlowGrid:
    """A row of bone along x whose far end stands at zero pressure."""
    shape = (cells, 1, 1)
    outlet = np.zeros(shape, dtype=np.bool_)
    outlet[-1] = True
    return FlowGrid(
        origin=np.zeros(3), spacing=length / cells, kind=np.full(shape, int(Kind.BONE), dtype=np.uint8),
        compartment=np.zeros(shape, dtype=np.int16), porosity=np.full(shape, porosity),
        permeability=np.full((3, *shape), PERMEABILITY), outlet=outlet, openings=(),
        compartments=(Compartment("end", 0.0),),
    )  # fmt: skip


def _pushed(
    grid: FlowGrid, heat: FlowingHeat, cement: Cement, speed: float, time: float
) -> InjectionResult:
    """Cement that enters the first cell of a bar at a Darcy speed for a time."""
    h = grid.spacing
    tip = Cannula("end", (0.5 * h, 0.5 * h, 0.5 * h), 11, 1e-3, bore=1e-6 * h)
    push = Push("end", speed * h * h * time, speed * h * h)
    options = InjectionOptions(front_step=0.25, longest_step=2.0 * time / grid.shape[0])
    return inject(grid, cement, [tip], [push], options, warmth=heat)


def _newtonian(viscosity: float, body: float, warmth: float = 0.0) -> Cement:
    """Newtonian cement that does not age; `warmth` K thins it from the body's temperature on."""
    curve = of_ages({0.0: Newtonian(viscosity)}, cap=1e3, warmth=Warmth(warmth, body))
    return Cement("test", curve, 0.0, LIQUID, body=body, room=body)


def _mid(values: Float, spacing: float) -> float:
    """Depth (mm) at which values that fall along a bar pass one half."""
    n = int(np.flatnonzero(values < 0.5)[0])
    share = (values[n - 1] - 0.5) / (values[n - 1] - values[n])
    return float(spacing * (n - 0.5 + share))


@benchmark(
    "n14.retarded", "FLOW", "Cold cement enters warm bone that does not conduct",
    "The front of cold lags behind that of the cement by the ratio of heat capacities, and thins or thickens what "
    "stands on either side as the law of viscosity says.",
    quick={"meshes": (50, 100)},
)  # fmt: skip
def retarded(
    speed: Positive = 0.5,
    time: Positive = 60.0,
    porosity: Share = 0.8,
    cement_capacity: Positive = 1.7228,
    marrow_capacity: Positive = 2.325,
    bone_capacity: Positive = 2.432,
    body: Positive = 310.15,
    room: Positive = 296.15,
    viscosity: Positive = 1e-4,
    warmth: Annotated[float, Bounds(-2e4, 2e4)] = 4000.0,
    meshes: Meshes = (50, 100, 200),
) -> Iterator[Check]:
    """``meshes`` are cells along twice what the cement fills; the pressure is that in the first."""
    whole = porosity * cement_capacity + (1.0 - porosity) * bone_capacity
    exact = WarmedBar(speed, cement_capacity, whole, NEARLY_NONE)
    cold, front = exact.pace * time, speed * time / porosity
    length, lag = 2.0 * front, front / cold
    kinetics = stanczyk_2004.kinetics(**stanczyk_2004.PAPER)
    polymer = Polymer(0.0, 0.0, ThermalTissue(cement_capacity, NEARLY_NONE))
    places, drops, missing, amount = [], [], 0.0, 0.0
    for n in meshes:
        grid = _bar(n, length, porosity)
        heat = FlowingHeat(
            grid, polymer, kinetics, Entering(room, room, 0.0), Blood(0.0, 0.0, body),
            ThermalTissue(marrow_capacity, NEARLY_NONE), ThermalTissue(bone_capacity, NEARLY_NONE), {},
        )  # fmt: skip
        result = _pushed(grid, heat, _newtonian(viscosity, body, warmth), speed, time)
        part = (heat.run.temperature[:, 0, 0] - body) / (room - body)
        places.append(_mid(part, grid.spacing))
        drops.append(float(result.pressure[0, 0, 0]))
        amount = float((heat.run.body.capacity[:, 0, 0] * part).sum() * grid.spacing)
        missing = max(missing, heat.run.record.balance().error)
    thick = viscosity * float(np.exp(warmth * (1.0 / room - 1.0 / body)))
    drop = thick * cold + viscosity * (front - cold) + LIQUID * (length - front)
    yield study(
        "front of cold", cold, meshes, places, order=0.5, slack=0.3, tolerance=0.02 * lag, standard=100, unit="mm",
        floor=5e-3 * lag, why="an upwinded front smears as the root of a cell",
    )  # fmt: skip
    contrast = max(thick / viscosity, viscosity / thick)
    yield study(
        "pressure at the end", speed / PERMEABILITY * drop, meshes, drops, order=0.5, slack=0.3,
        tolerance=0.02 * contrast, standard=100, unit="MPa", floor=5e-3 * contrast,
        why="a smeared front is thicker than a sharp one",
    )  # fmt: skip
    yield Check(
        "cold over its share of the bar", speed * time * cement_capacity, amount, 1e-6,
        "what came in is there, but for a tail that smears out of the bar", "mJ/(mm² K)",
    )  # fmt: skip
    yield Check(
        "heat that is missing", 0.0, missing, 1e-9, "the plan's gate is 1e-6", regression=False
    )


@benchmark(
    "n15.carried_and_conducted", "FLOW", "Cold cement enters bone that conducts",
    "Temperatures along a bar are those of a front that is carried and conducted at once.",
    quick={"meshes": (60, 120)},
)  # fmt: skip
def carried_and_conducted(
    speed: Positive = 0.1,
    time: Positive = 100.0,
    porosity: Share = 0.8,
    capacity: Positive = 2.0,
    conductivity: Positive = 0.35,
    body: Positive = 310.15,
    room: Positive = 296.15,
    depths: tuple[Annotated[float, Bounds(0.1, 4.0)], ...] = (0.4, 1.0, 1.6),
    meshes: Meshes = (60, 120, 240),
) -> Iterator[Check]:
    """Cement, marrow and bone tissue are one to heat; ``depths`` are read, over that of the front of heat."""
    exact = WarmedBar(speed, capacity, capacity, conductivity)
    tissue = ThermalTissue(capacity, conductivity)
    spread = conductivity / capacity
    front = exact.pace * time
    length = max(4.5 * front, front + 8.0 * float(np.sqrt(spread * time)), 1.5 * front / porosity)
    # upwinding and the steps of the front smear as a diffusivity would, which shifts no value by more than 0.12 of it
    smear = 0.12 * 0.5 * 1.25 * exact.pace * length / meshes[-1] / spread
    found: list[list[float]] = [[] for _ in depths]
    missing = 0.0
    for n in meshes:
        grid = _bar(n, length, porosity)
        heat = FlowingHeat(
            grid, Polymer(0.0, 0.0, tissue), stanczyk_2004.kinetics(**stanczyk_2004.PAPER), Entering(room, room, 0.0),
            Blood(0.0, 0.0, body), tissue, tissue, {}, CuringOptions(conduction_error=0.01),
        )  # fmt: skip
        _pushed(grid, heat, _newtonian(1e-4, body), speed, time)
        centres = (np.arange(n) + 0.5) * grid.spacing
        part = (heat.run.temperature[:, 0, 0] - body) / (room - body)
        for values, depth in zip(found, depths, strict=True):
            values.append(float(np.interp(depth * front, centres, part)))
        missing = max(missing, heat.run.record.balance().error)
    for values, depth in zip(found, depths, strict=True):
        known = float(exact.rise(np.array([depth * front]), time)[0])
        off = [1.0 + value - known for value in values]
        yield study(
            f"cold at {depth:g} of the front", 1.0, meshes, off, order=1.0, slack=0.4, tolerance=0.01 + 1.5 * smear,
            standard=meshes[-1], floor=5e-3 if smear < 0.03 else 1.0,
            why="a tenth of what upwinding adds to the diffusivity; read above 1",
        )  # fmt: skip
    yield Check(
        "heat that is missing", 0.0, missing, 1e-9, "the plan's gate is 1e-6", regression=False
    )


@benchmark(
    "n16.setting_on_the_way", "FLOW", "Cement cures as it is pushed along a bar",
    "The pressure is that of cement whose degree of cure grew in the syringe and in the bone.",
    quick={"meshes": (50, 100)},
)  # fmt: skip
def setting_on_the_way(
    speed: Positive = 0.2,
    time: Annotated[float, Bounds(0.0, 300.0)] = 100.0,
    porosity: Share = 0.8,
    body: Alive = 310.15,
    room: Alive = 296.15,
    age: Annotated[float, Bounds(0.0, 600.0)] = 400.0,
    fresh: Annotated[float, Bounds(0.0, 5e-3)] = 1e-3,
    uncured: Positive = 1e-4,
    gel: Share = 0.5,
    exponent: Positive = 1.5,
    growth: Positive = 1.0,
    meshes: Meshes = (50, 100, 200),
) -> Iterator[Check]:
    """Cement that holds next to no heat takes the bone's temperature as it enters."""
    kinetics = stanczyk_2004.kinetics(fresh, **stanczyk_2004.PAPER)

    def thickness(cure: float) -> float:
        if cure >= gel:
            return CAP * uncured
        return uncured * min(CAP, float((gel / (gel - cure)) ** (exponent + growth * cure)))

    last = cure_after(kinetics, ((age, room), (time, body)))
    if last >= gel:
        raise ValueError(
            f"cement is cured to {last:.2f} at the end, its gel is {gel:g}: it sets before all is pushed; "
            "take a colder room, less age or time, or a higher gel"
        )
    steep = thickness(last) / thickness(cure_after(kinetics, ((age, room),)))
    mean = mean_viscosity(kinetics, thickness, age, room, body, time)
    front = speed * time / porosity
    length = 1.5 * front
    known = speed / PERMEABILITY * (mean * front + LIQUID * (length - front))
    cement = Cement(
        "test", _curing_curve(kinetics, uncured, gel, exponent, growth), age, LIQUID, room, body
    )
    still, bone = ThermalTissue(NEARLY_NONE, NEARLY_NONE), ThermalTissue(2.4, NEARLY_NONE)
    drops, worst = [], 0.0
    for n in meshes:
        grid = _bar(n, length, porosity)
        heat = FlowingHeat(
            grid, Polymer(NEARLY_NONE, 0.0, still), kinetics, Entering(room, room, age),
            Blood(0.0, 0.0, body), still, bone, {},
        )  # fmt: skip
        result = _pushed(grid, heat, cement, speed, time)
        drops.append(float(result.pressure[0, 0, 0]))
        worst = max(worst, result.balance_error)
    yield study(
        "pressure at the end", known, meshes, drops, order=1.0, slack=0.4, standard=100,
        tolerance=0.01 * (1.0 + steep), unit="MPa", floor=3e-3,
        why="half a cell at the end, and cement that mixes in a cell",
    )  # fmt: skip
    yield cement_kept(worst)


def _curing_curve(
    kinetics: Kinetics, uncured: float, gel: float, exponent: float, growth: float
) -> FlowCurve:
    """Curve of a law of cure; the cure against age that it holds is not used where heat is followed."""
    law = CastroMacosko(uncured, gel, exponent, growth)
    return replace(of_ages({0.0: law}, cap=CAP * uncured), cures=((0.0, kinetics.start),))


@benchmark(
    "n17.injected_heat", "FLOW", "A ball of bone is filled with cement that cures",
    "Heat that cement brings, marrow takes away, blood and surface exchange and the reaction gives is all that "
    "warms the cells, and no cell leaves what these can do.",
    quick={"mesh": 8},
)  # fmt: skip
def injected_heat(
    volume: Positive = 800.0,
    rate: Positive = 8.0,
    rim: Positive = 12.0,
    porosity: Share = 0.8,
    body: Positive = 310.15,
    room: Positive = 296.15,
    age: Positive = 360.0,
    fresh: Share = 2e-2,
    heat: Positive = 155.0,
    blood: Annotated[float, Bounds(-1e-12)] = 3.0,
    mesh: Annotated[int, Bounds(4, 40)] = 12,
) -> Iterator[Check]:
    """``fresh`` cement of a high degree of cure warms while it still flows."""
    grid = ball(mesh, rim, 5e-3, porosity)
    polymer, kinetics = Polymer(heat), stanczyk_2004.kinetics(fresh, **stanczyk_2004.PAPER)
    warmth = FlowingHeat(
        grid, polymer, kinetics, Entering(room, room, age), Blood(blood, blood, body)
    )
    tip = Cannula("centre", (0.0, 0.0, 0.0), 11, 120.0)
    push = Push("centre", volume, rate)
    result = inject(grid, _newtonian(2e-4, body), [tip], [push], warmth=warmth)
    balance, run = warmth.run.record.balance(), warmth.run
    cement = result.cement_volume()
    times = (np.arange(100) + 0.5) / 100 * volume / rate
    entered = volume * np.mean([warmth.entering(float(time)) for time in times])
    held = ((cement * run.degree).sum() - entered) * heat
    brought = volume * polymer.tissue.capacity * (room - body)
    # what the reaction has warmed takes heat away once it leaves, at most what the reaction gave
    leaves_warm = float(warmth.damage.peak[grid.outlet].max()) > body + 1e-3
    if room < body and leaves_warm:
        brought -= balance.released
    yield Check(
        "heat that is missing", 0.0, balance.error, 1e-6, "the plan's gate", regression=False
    )
    yield Check(
        "heat that flow brought", brought, balance.brought, 1e-9,
        "what leaves is between body and what comes", "mJ", kind="at least" if room < body else "at most",
    )  # fmt: skip
    yield Check(
        "heat of the reaction", float(held), balance.released, 0.01 + result.left_grid / volume,
        "what cures in the syringe is counted at the start of each step, and what left the ball has cured", "mJ",
        scale=volume * heat,
    )  # fmt: skip
    least, most = min(room, body), max(room, body) + heat / polymer.tissue.capacity
    slack = CuringOptions().conduction_error
    for name, value, bound, kind in (
        ("lowest temperature", float(run.temperature.min()), least - slack, "at least"),
        ("highest temperature", float(run.temperature.max()), most + slack, "at most"),
    ):
        yield Check(name, bound, value, 0.0, "no cell is colder or hotter", "K", kind=kind)  # type: ignore[arg-type]
    yield cement_kept(result.balance_error)
