# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark r: thermal dose and damage along known temperatures."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Annotated

import numpy as np

from vertaug.curing.damage import Damage
from vertaug.materials.damage.henriques_1947 import HENRIQUES, QUOTED, Arrhenius
from vertaug.verification.check import Check, study
from vertaug.verification.closed_forms import thermal_damage as exact
from vertaug.verification.problem import Bounds, Positive, benchmark

ZERO = 273.15
Warm = Annotated[float, Bounds(0.0, 150.0)]
Warms = Annotated[tuple[float, ...], Bounds(0.0, 150.0)]


def _gathered(path: Callable[[float], float], time: float, steps: int, pair: Arrhenius) -> Damage:
    """Damage of one cell that follows a temperature, K, in equal steps."""
    shape = (1, 1, 1)
    damage = Damage(np.full(shape, path(0.0)), pair, counted_from=0.0)
    for n in range(steps):
        ends = [np.full(shape, path(time * (n + k) / steps)) for k in (0, 1)]
        damage.add(ends[0], ends[1], time / steps)
    return damage


@benchmark(
    "r.dose", "FLOW", "Equivalent minutes at 43 °C",
    "The thermal dose of constant, rising and falling temperatures is that of Sapareto and Dewey.",
)  # fmt: skip
def dose(
    levels: Warms = (40.0, 42.9, 43.0, 45.0, 47.0, 50.0, 60.0),
    time: Positive = 60.0,
    starts: Warms = (43.0, 45.0, 37.0),
    ends: Warms = (50.0, 60.0, 60.0),
    ramp_times: tuple[Positive, ...] = (60.0, 120.0, 230.0),
    surroundings: Warm = 37.0,
    rise: Positive = 30.0,
    constant: Positive = 120.0,
    steps: Annotated[tuple[int, ...], Bounds(4, 100000, rising=True)] = (250, 500, 1000),
) -> Iterator[Check]:
    """A decay from above 43 °C is split where it crosses; ``steps`` are taken to that point."""
    for level in levels:
        found = _gathered(lambda _, level=level: level + ZERO, time, 7, HENRIQUES)  # type: ignore[misc]
        known = exact.steady_dose(level + ZERO, time)
        yield Check(
            f"CEM43 at {level:g} °C", known, float(found.minutes[0, 0, 0]), 1e-12, "exact", "min"
        )
    for start, end, length in zip(starts, ends, ramp_times, strict=True):

        def path(t: float, a: float = start, b: float = end, whole: float = length) -> float:
            return ZERO + a + (b - a) * t / whole

        found = _gathered(path, length, 9, HENRIQUES)
        known = exact.ramp_dose(start + ZERO, end + ZERO, length)
        yield Check(
            f"CEM43 from {start:g} to {end:g} °C", known, float(found.minutes[0, 0, 0]), 1e-11, "exact for ramps",
            "min",
        )  # fmt: skip
    if surroundings < 43.0 < surroundings + rise:
        crossing = constant * math.log(rise / (43.0 - surroundings))
        known = exact.decay_dose(surroundings + ZERO, rise, constant, crossing)
        values = []
        for count in steps:
            found = _gathered(
                lambda t: ZERO + surroundings + rise * math.exp(-t / constant),
                crossing,
                count,
                HENRIQUES,
            )
            values.append(float(found.minutes[0, 0, 0]))
        yield study(
            "CEM43 of a decay down to 43 °C", known, steps, values, order=2.0, slack=0.1, tolerance=1e-4,
            standard=500, why="a curve taken as chords: second order", unit="min",
        )  # fmt: skip


@benchmark(
    "r2.arrhenius", "FLOW", "Arrhenius integral of damage",
    "Factor and activation belong together: each pair gives its integral, at rest and along a ramp.",
)  # fmt: skip
def arrhenius(
    levels: Warms = (45.0, 50.0, 55.0, 70.0),
    time: Positive = 60.0,
    start: Warm = 37.0,
    end: Warm = 60.0,
    ramp_time: Positive = 230.0,
) -> Iterator[Check]:
    """The pair that is often quoted and that of the paper, which differ by a factor of five in time."""
    for name, pair in (("quoted", QUOTED), ("paper", HENRIQUES)):
        constants = (pair.log_factor, pair.activation)
        for level in levels:
            found = _gathered(lambda _, level=level: level + ZERO, time, 3, pair)  # type: ignore[misc]
            known = exact.steady_damage(level + ZERO, time, *constants)
            yield Check(
                f"Ω at {level:g} °C, {name}", known, float(found.omega[0, 0, 0]), 1e-12, "exact"
            )
        found = _gathered(
            lambda t: ZERO + start + (end - start) * t / ramp_time, ramp_time, 1, pair
        )
        known = exact.ramp_damage(start + ZERO, end + ZERO, ramp_time, *constants)
        yield Check(
            f"Ω from {start:g} to {end:g} °C, {name}", known, float(found.omega[0, 0, 0]), 1e-5,
            "three points of Gauss a kelvin",
        )  # fmt: skip
    ratio = QUOTED.time(310.15) / HENRIQUES.time(310.15)
    known = math.exp((QUOTED.activation - HENRIQUES.activation) / 310.15)
    yield Check(
        "time to Ω = 1 at 37 °C, quoted over paper", known, ratio, 1e-9, "the same factor A"
    )
