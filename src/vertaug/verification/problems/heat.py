# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark n: conduction of heat in half spaces, bars and balls."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from vertaug.curing.surface import Boundary, Convection, Fixed, Flux
from vertaug.verification.check import Check, study
from vertaug.verification.closed_forms.heat import Ball, HalfSpace, contact_temperature, driven_bar
from vertaug.verification.heat_bodies import Octant, bar, conducting, heated, plain
from vertaug.verification.problem import Bounds, Positive, benchmark

Float = NDArray[np.float64]
Counts = Annotated[tuple[int, ...], Bounds(2, 400, rising=True)]
Times = Annotated[tuple[float, ...], Bounds(0.0, rising=True)]
_CELLS_OF_LAYER = 0.63
"""Size of a cell over the depth sqrt(D t) that heat has gone, for which a tolerance is meant."""
SPACE = "second order in space; the error falls fourfold with half the cells"


def _far(depth: float, diffusivity: float, time: float) -> float:
    """Depth, a multiple of the given one, that no heat reaches."""
    return depth * math.ceil((depth + 12.0 * math.sqrt(diffusivity * time)) / depth)


@benchmark(
    "n.semi_infinite", "FLOW", "Heat enters a half space",
    "A surface that is held, heated or cooled by its surroundings warms what is behind it as the closed forms say.",
    quick={"meshes": (4, 8)},
)  # fmt: skip
def semi_infinite(
    conductivity: Positive = 0.5,
    capacity: Positive = 2.4,
    time: Positive = 60.0,
    depth: Positive = 2.0,
    start: float = 37.0,
    surface: float = 80.0,
    flux: Positive = 5.0,
    coefficient: Positive = 0.5,
    meshes: Counts = (4, 8, 16),
) -> Iterator[Check]:
    """Bars of cells, ``meshes`` of them down to the depth; convection and held surface at one temperature."""
    exact = HalfSpace(conductivity, capacity)
    length = _far(depth, conductivity / capacity, time)
    rise = surface - start
    cases: dict[str, tuple[Boundary, float]] = {
        "held": (Fixed(surface), exact.step(depth, time, rise)),
        "heated": (Flux(flux), exact.flux(depth, time, flux)),
        "in surroundings": (
            Convection(coefficient, surface), exact.convection(depth, time, coefficient, rise),
        ),
    }  # fmt: skip
    for name, (boundary, known) in cases.items():
        values = []
        for n in meshes:
            body = bar(round(n * length / depth), length, conductivity, capacity)
            run = conducting(body, start, 3e-7 * abs(rise), {"x-": boundary})
            run.advance(time)
            values.append(float(run.temperature[n - 1 : n + 1].mean()))
        yield study(
            f"T at the depth, surface {name}", start + known, meshes, values, order=2.0, slack=0.3,
            tolerance=1e-3, standard=8, why=SPACE, unit="°C", floor=2e-5,
        )  # fmt: skip
        yield _balance(run.record.balance().error, f", surface {name}")


def _balance(error: float, case: str = "") -> Check:
    return Check(
        "heat that is missing" + case, 0.0, error, 1e-9, "fluxes cancel in pairs; the plan's gate is 1e-6",
        regression=False,
    )  # fmt: skip


@benchmark(
    "n2.contact", "FLOW", "Two half spaces meet",
    "The plane between a warm and a cold half space takes the temperature of their effusivities at once.",
    quick={"meshes": (10, 20)},
)  # fmt: skip
def contact(
    conductivities: tuple[Positive, ...] = (0.2, 0.5),
    capacities: tuple[Positive, ...] = (1.7, 2.4),
    warm: float = 80.0,
    cold: float = 37.0,
    time: Positive = 30.0,
    meshes: Counts = (10, 20, 40),
) -> Iterator[Check]:
    """Bars of 40 mm, twice ``meshes`` cells; the plane's temperature is that of equal fluxes."""
    first, second = (HalfSpace(k, c) for k, c in zip(conductivities, capacities, strict=True))
    known = contact_temperature(first, second, warm, cold)
    half = 12.0 * math.sqrt(
        max(first.conductivity / first.capacity, second.conductivity / second.capacity) * time
    )
    values = []
    for n in meshes:
        left = (np.arange(2 * n) < n).reshape(-1, 1, 1)
        body = plain(
            np.where(left, *conductivities), np.where(left, *capacities), half / n
        )  # fmt: skip
        run = conducting(body, np.where(left, warm, cold), 3e-6 * abs(warm - cold))
        run.advance(time)
        near = run.temperature[n - 1 : n + 1, 0, 0]
        values.append(float(np.dot(near, conductivities) / sum(conductivities)))
    yield study(
        "T of the plane", known, meshes, values, order=2.0, slack=0.5, tolerance=5e-3, standard=20, why=SPACE,
        unit="°C", floor=1e-5,
    )  # fmt: skip


@benchmark(
    "n3.driven_bar", "FLOW", "A bar with an oscillating end",
    "A temperature that changes in time at one end travels along the bar (NAFEMS T3).",
    quick={"meshes": (10, 20)},
)  # fmt: skip
def oscillating(
    conductivity: Positive = 35.0,
    capacity: Positive = 7.2e-3 * 440.5,
    length: Positive = 100.0,
    size: Positive = 100.0,
    period: Positive = 80.0,
    time: Positive = 32.0,
    fifths: Annotated[int, Bounds(1, 4)] = 4,
    steps: Annotated[tuple[int, ...], Bounds(8, 10000, rising=True)] = (40, 80, 160),
    meshes: Annotated[tuple[int, ...], Bounds(1, 200, rising=True)] = (10, 20, 40),
) -> Iterator[Check]:
    """Read at ``fifths`` of the length; ``meshes`` cells a fifth; ``steps`` in time on the finest of them."""
    place = 0.2 * fifths * length
    known = driven_bar(place, time, length, conductivity / capacity, size, period)

    def found(n: int, count: int) -> float:
        body = bar(5 * n, length, conductivity, capacity)
        sides = {
            "x-": Fixed(0.0),
            "x+": Fixed(lambda t: size * math.sin(2.0 * math.pi * t / period)),
        }
        run = conducting(body, 0.0, 1e9, sides, longest=time / count)
        run.advance(time)
        return float(run.temperature[fifths * n - 1 : fifths * n + 1].mean())

    finest = 4 * steps[-1]
    values = [found(n, finest) for n in meshes]
    # where next to nothing has come yet, errors are those of the wave on its way
    scale = max(abs(known), 0.2 * size)
    yield study(
        "T", known, meshes, values, order=2.0, slack=0.3, tolerance=2e-3, standard=20, why=SPACE, unit="°C",
        scale=scale, floor=1e-5,
    )  # fmt: skip
    late = [found(meshes[-1], count) for count in steps]
    yield study(
        "T in few steps against many", values[-1], steps, late, order=2.0, slack=0.3, tolerance=1e-3, standard=160,
        why="second order in time", unit="°C", scale=scale, floor=1e-6,
    )  # fmt: skip


def _between(profile: Callable[[float], float], place: float, cells: Sequence[float]) -> float:
    """Error, K, under which no order shows: what reading `Octant.at` between cells may add on two meshes.

    It is linear in r², so an eighth of the second difference in r² over a cell, or nothing where the place is a
    cell's own; the order goes up or down as the place lies.
    """
    added = 0.0
    for cell in cells:
        square, gap, least = place**2, 2.0 * abs(place) * cell, (1e-3 * cell) ** 2
        low, here, high = (
            profile(math.sqrt(max(s, least))) for s in (square - gap, square, square + gap)
        )
        added += abs(low - 2.0 * here + high) / 8.0
    return added


def _bolus(
    ball: Ball, start: float, rise: float, times: tuple[float, ...], radii: tuple[float, ...],
    meshes: tuple[int, ...],
) -> Iterator[Check]:  # fmt: skip
    """Temperatures of a ball that starts warmer than the same material around it."""
    extent = ball.radius + 6.0 * math.sqrt(ball.diffusivity * times[-1])
    found: dict[tuple[float, float], list[float]] = {}
    for n in meshes:
        octant = Octant(math.ceil(extent / ball.radius * n), ball.radius / n)
        share = octant.share(ball.radius)
        shape = share.shape
        body = plain(
            np.full(shape, ball.conductivity), np.full(shape, ball.capacity), octant.spacing
        )
        run = conducting(body, start + rise * share, 3e-5 * abs(rise))
        before = 0.0
        for time in times:
            run.advance(time - before)
            before = time
            for place in radii:
                found.setdefault((time, place), []).append(octant.at(run.temperature, place))
    cells = [ball.radius / n for n in meshes[-2:]]
    for (time, place), values in found.items():
        known = start + float(ball.hot(np.array(max(place, 1e-6 * ball.radius)), time, rise))

        def profile(at: float, time: float = time) -> float:
            return float(ball.hot(np.array(at), time, rise))

        between = _between(profile, place, cells)
        yield study(
            f"T at {place:g} mm, {time:g} s", known, meshes, values, order=2.0, slack=0.6, tolerance=4e-3,
            standard=8, why=SPACE, unit="°C", floor=max(3e-4, between / (abs(known) or 1.0)),
        )  # fmt: skip
    content = 4.0 / 3.0 * math.pi * ball.radius**3 * ball.capacity * rise
    kept = 8.0 * octant.spacing**3 * ball.capacity * float((run.temperature - start).sum())
    yield Check("heat of the ball", content, kept, 1e-10, "no heat is lost", "mJ", regression=False)


@benchmark(
    "n4.bolus", "FLOW", "A hot ball in the same material",
    "A hot ball cools as the closed form says, and no heat is lost.", quick={"meshes": (6,)},
)  # fmt: skip
def bolus(
    radius: Positive = 8.0,
    conductivity: Positive = 0.5,
    capacity: Positive = 2.4,
    start: float = 37.0,
    rise: Positive = 40.0,
    times: Times = (10.0, 60.0),
    radii: tuple[float, ...] = (0.0, 9.0),
    meshes: Counts = (6, 9, 13),
) -> Iterator[Check]:
    """An eighth of the ball; ``meshes`` are cells along its radius."""
    yield from _bolus(Ball(radius, conductivity, capacity), start, rise, times, radii, meshes)


@benchmark(
    "n5.cement_ball", "FLOW", "A ball of hot cement",
    "The middle of a ball of cement at 100 °C cools in the body as the closed form says.", quick={"meshes": (6,)},
)  # fmt: skip
def cement_ball(
    radius: Positive = 10.0,
    conductivity: Positive = 0.3,
    capacity: Positive = 1.606,
    start: float = 37.0,
    rise: Positive = 63.0,
    times: Times = (60.0, 300.0, 900.0),
    radii: tuple[float, ...] = (0.0,),
    meshes: Counts = (5, 8),
) -> Iterator[Check]:
    """As the benchmark n4, at late times."""
    yield from _bolus(Ball(radius, conductivity, capacity), start, rise, times, radii, meshes)


@benchmark(
    "n6.held_ball", "FLOW", "A ball that gives heat, its surface held",
    "Generation of heat in a ball with a held surface leads to the known transient and to the parabola.",
    quick={"meshes": (6, 9)},
)  # fmt: skip
def held_ball(
    radius: Positive = 8.0,
    conductivity: Positive = 0.5,
    capacity: Positive = 2.4,
    power: Positive = 2.0,
    times: Times = (10.0, 60.0, 600.0),
    place: Annotated[float, Bounds(0.0, 1.0)] = 0.5,
    meshes: Counts = (6, 9, 13),
) -> Iterator[Check]:
    """The surface crosses cells: each is joined to it by distances along the axes; ``place`` is over the radius.

    The surface cools a layer sqrt(D t) deep, whose error goes with (cell / layer)²: the tolerance is for cells of
    0.63 layers, and an order is asked for once cells are no deeper than the layer. A surface that is misplaced by
    cells shifts the steady rise, ``1 - place²`` of that in the middle, by as much everywhere.
    """
    exact = Ball(radius, conductivity, capacity)
    found: dict[tuple[float, float], list[float]] = {}
    for n in meshes:
        octant = Octant(n + 1, radius / n)
        field = np.full((n + 1,) * 3, conductivity)
        body = plain(
            octant.kept_apart(radius, field), np.full(field.shape, capacity), octant.spacing
        )
        inside = (octant.radius() < radius).astype(np.float64)
        anchors = [heated(inside, power, octant.spacing), octant.surface(radius, conductivity, 0.0)]
        rise = power * radius**2 / (6.0 * conductivity)
        run = conducting(body, 0.0, 2e-4 * rise, anchors=anchors)
        before = 0.0
        for time in times:
            run.advance(time - before)
            before = time
            for at in (0.0, place * radius):
                found.setdefault((time, at), []).append(octant.at(run.temperature, at))
    for (time, at), values in found.items():
        layer = math.sqrt(exact.diffusivity * time)
        resolved = len(meshes) < 2 or radius / meshes[-2] <= layer
        known = exact.held(at, time, power)

        def profile(place: float, time: float = time) -> float:
            return exact.held(min(place, radius), time, power)

        between = _between(profile, at, [radius / n for n in meshes[-2:]])
        yield study(
            f"rise at {at:g} mm, {time:g} s", known, meshes, values, order=2.0, slack=0.8,
            tolerance=1e-2 * max(1.0, 0.75 / (1.0 - (at / radius) ** 2)),
            standard=max(9.0, radius / (_CELLS_OF_LAYER * layer)), why=SPACE, unit="K",
            floor=max(2e-3, between / known) if resolved else math.inf,
        )  # fmt: skip
    yield _balance(run.record.balance().error)


@benchmark(
    "n7.generating_ball", "FLOW", "A ball gives heat for a while",
    "The surface of a ball that gives heat warms, and cools when it stops, as Duhamel's integral says.",
    quick={"meshes": (6,)},
)  # fmt: skip
def generating_ball(
    radius: Positive = 8.0,
    conductivity: Positive = 0.5,
    capacity: Positive = 2.4,
    start: float = 37.0,
    power: Positive = 2.0,
    duration: Positive = 60.0,
    late: Positive = 60.0,
    meshes: Counts = (6, 9, 13),
) -> Iterator[Check]:
    """Values at the centre and at the surface when the heat stops and ``late`` seconds later."""
    exact = Ball(radius, conductivity, capacity)
    extent = radius + 6.0 * math.sqrt(exact.diffusivity * (duration + late))
    error = 3e-5 * power * duration / capacity
    standard = max(8.0, radius / (_CELLS_OF_LAYER * math.sqrt(exact.diffusivity * duration)))
    found: dict[tuple[float, float], list[float]] = {}
    for n in meshes:
        octant = Octant(math.ceil(extent / radius * n), radius / n)
        shape = (octant.cells,) * 3
        body = plain(np.full(shape, conductivity), np.full(shape, capacity), octant.spacing)
        source = heated(octant.share(radius), power, octant.spacing)
        run = conducting(body, start, error, anchors=[source])
        run.advance(duration)
        later = conducting(body, run.temperature.copy(), error)
        later.advance(late)
        for at in (0.0, radius):
            found.setdefault((duration, at), []).append(octant.at(run.temperature, at))
            found.setdefault((duration + late, at), []).append(octant.at(later.temperature, at))
    for (time, at), values in found.items():
        yield study(
            f"T at {at:g} mm, {time:g} s", start + exact.generating(at, time, power, duration), meshes, values,
            order=2.0, slack=0.6, tolerance=5e-3, standard=standard, why=SPACE, unit="°C", floor=3e-4,
        )  # fmt: skip


@benchmark(
    "n8.shells", "FLOW", "A ball that gives heat in a shell of another material",
    "The steady temperatures of two materials are those of their conductivities.", quick={"meshes": (5, 8)},
)  # fmt: skip
def shells(
    radius: Positive = 8.0,
    rim: Positive = 25.0,
    inner: Positive = 0.2,
    outer: Positive = 0.5,
    capacity: Positive = 2.4,
    power: Positive = 2.0,
    meshes: Counts = (5, 8, 12),
) -> Iterator[Check]:
    """Cells that the inner surface crosses conduct as the geometric mean of their shares.

    The tolerance is for eight cells in the ball, and in the shell around it where that is thinner; an order is
    asked for from half of that on.
    """
    exact = Ball(radius, inner, capacity)
    longest = capacity * (rim**2 / outer + radius**2 / inner)
    away = min(1.25 * radius, 0.5 * (radius + rim))
    standard = 8.0 * max(1.0, radius / (rim - radius))
    centre, between = [], []
    for n in meshes:
        octant = Octant(math.ceil(n * rim / radius) + 1, radius / n)
        share = octant.share(radius)
        field = inner**share * outer ** (1.0 - share)
        body = plain(octant.kept_apart(rim, field), np.full(field.shape, capacity), octant.spacing)
        anchors = [heated(share, power, octant.spacing), octant.surface(rim, outer, 0.0)]
        start = np.maximum(exact_field(exact, octant.radius(), outer, rim, power), 0.0)
        run = conducting(body, start, 1e-2, anchors=anchors)
        run.advance(0.5 * longest)
        centre.append(octant.at(run.temperature, 0.0))
        between.append(octant.at(run.temperature, away, -1.0))
    why = "first order: cells cross the surface"
    floor = 2e-3 if len(meshes) < 2 or 2.0 * meshes[-2] >= standard else math.inf
    yield study(
        "rise in the middle", exact.layered(0.0, outer, rim, power), meshes, centre, order=1.0, slack=0.4,
        tolerance=0.03, standard=standard, why=why, unit="K", floor=floor,
    )  # fmt: skip
    yield study(
        "rise outside", exact.layered(away, outer, rim, power), meshes, between, order=1.0, slack=0.4,
        tolerance=0.03, standard=standard, why=why, unit="K", floor=floor,
    )  # fmt: skip


def exact_field(ball: Ball, away: Float, outer: float, rim: float, power: float) -> Float:
    """Steady rise at each distance: a start from which little time is needed."""
    inside = power * (ball.radius**2 - away**2) / (6.0 * ball.conductivity)
    total = power * ball.radius**3 / (3.0 * outer)
    far = total * (1.0 / np.maximum(away, ball.radius) - 1.0 / rim)
    return np.asarray(np.where(away < ball.radius, inside + far, far))
