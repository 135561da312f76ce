# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark n continued: a ball of cement that cures in bone, against a code in shells about its centre."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import numpy as np

from vertaug.curing.body import HeatBody
from vertaug.curing.curing import Curing
from vertaug.materials.cure import stanczyk_2004
from vertaug.verification.check import Check
from vertaug.verification.heat_bodies import Octant
from vertaug.verification.problem import Bounds, Positive, benchmark
from vertaug.verification.radial_heat import RadialCuring

_NEAR = (-1.0, -0.5, 0.0, 0.5, 1.0)
"""Cells from a place at which the reference is read as well."""
_STEEP = 0.25
"""Change within one cell, over the rise of cement that keeps its heat, that no cell resolves."""


@benchmark(
    "n13.curing_ball", "FLOW", "A ball of cement cures in perfused bone",
    "Temperatures in and around curing cement are those of an independent code in shells.",
    evidence="CROSS-CODE", quick={"meshes": (6, 9)},
)  # fmt: skip
def curing_ball(
    radius: Positive = 8.0,
    rim: Positive = 20.0,
    conductivities: tuple[Positive, ...] = (0.22, 0.35),
    capacities: tuple[Positive, ...] = (1.75, 2.35),
    heat: Positive = 120.0,
    perfusion: Annotated[float, Bounds(-1e-12)] = 2e-3,
    cement: Positive = 303.15,
    body: Positive = 310.15,
    start: Annotated[float, Bounds(0.0, 0.5)] = 0.01,
    times: Annotated[tuple[float, ...], Bounds(0.0, rising=True)] = (100.0, 200.0, 400.0),
    places: tuple[Positive, ...] = (2.0, 6.0, 11.0),
    meshes: Annotated[tuple[int, ...], Bounds(3, 40, rising=True)] = (6, 9, 13),
) -> Iterator[Check]:
    """``meshes`` cells along the ball's radius; cells on its surface are mixed by their shares.

    Cement that runs away reacts in a wave less than a cell wide. Where it passes, a temperature must lie
    within those of the reference half a cell inwards and outwards.
    """
    kinetics = stanczyk_2004.kinetics(start, **stanczyk_2004.PAPER)
    cell = radius / meshes[-1]
    near = tuple(max(place + part * cell, 0.0) for part in _NEAR for place in places)
    around = RadialCuring(
        radius, rim, (conductivities[0], conductivities[1]), (capacities[0], capacities[1]), (cement, body), heat,
        perfusion, body, kinetics.constants, start,
    ).temperatures(times, near, 400).reshape(len(times), len(_NEAR), len(places))  # fmt: skip
    known = around[:, _NEAR.index(0.0)]
    found: dict[tuple[int, int], list[float]] = {}
    for n in meshes:
        octant = Octant(int(np.ceil(n * rim / radius)) + 1, radius / n)
        share = octant.share(radius)
        rest = 1.0 - share
        mixed = conductivities[0] ** share * conductivities[1] ** rest
        material = HeatBody(
            octant.spacing, octant.kept_apart(rim, mixed), share * capacities[0] + rest * capacities[1], heat * share,
            perfusion * rest, body,
        )  # fmt: skip
        anchors = [octant.surface(rim, conductivities[1], body)]
        warm = (share * capacities[0] * cement + rest * capacities[1] * body) / material.capacity
        run, before = Curing(material, kinetics, warm, anchors=anchors), 0.0
        for row, time in enumerate(times):
            run.advance(time - before)
            before = time
            for column, place in enumerate(places):
                found.setdefault((row, column), []).append(octant.at(run.temperature, place))
    rise, gate = heat / capacities[0], 0.01 * max(1.0, 9.0 / meshes[-1]) ** 2
    for (row, column), values in found.items():
        off = np.abs(around[row, :, column] - known[row, column]) / rise
        # a wave of reaction steeper than cells is placed to half a cell, and that is what its heat tells
        steep = off.max() > _STEEP
        yield Check(
            f"T at {places[column]:g} mm, {times[row]:g} s", float(known[row, column]), values[-1],
            max(gate, float(off[1:-1].max())) if steep else gate,
            "over the rise of cement that keeps its heat; cells on the surface of the cement are mixed", "K",
            scale=rise, study={"meshes": list(meshes), "values": values},
        )  # fmt: skip
    yield Check(
        "heat that is missing", 0.0, run.record.balance().error, 1e-9,
        "each part knows its heat; the plan's gate is 1e-6", regression=False,
    )  # fmt: skip
