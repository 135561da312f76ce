# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark p: tension-only bands."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.axial import LigamentItem
from vertaug.solid.item import scatter
from vertaug.solid.load import NodalLoad
from vertaug.verification.check import Check
from vertaug.verification.closed_forms import ligaments as exact
from vertaug.verification.problem import Positive, benchmark
from vertaug.verification.stepping import equilibrium

Float = NDArray[np.float64]

EXACT = "closed form: round-off of Newton's iteration"


def bands(
    nodes: list[tuple[int, int]], slack: list[float], toe: list[float], stiffness: list[float]
) -> LigamentItem:
    """Bands without a knee."""
    k = np.array(stiffness, dtype=np.float64)
    return LigamentItem(
        np.array(nodes, dtype=np.int32),
        np.array(slack),
        np.array(toe),
        k,
        np.full(len(k), np.inf),
        k,
    )


@benchmark(
    "p.crossed", "STRUCTURE", "Two bands to a point beside their span",
    "Tension-only bands have the force and the tangent of their geometry, and none while slack.",
)  # fmt: skip
def crossed(
    stiffness: Positive = 10.0,
    slack: Positive = 10.0,
    half_span: Positive = 9.0,
    sags: tuple[Positive, ...] = (2.0, 4.5, 6.0, 10.0),
) -> Iterator[Check]:
    """Move the middle point aside."""
    item = bands([(0, 1), (1, 2)], [slack] * 2, [0.0] * 2, [stiffness] * 2)
    for sag in sags:
        points = np.array([[-half_span, 0.0, 0.0], [0.0, sag, 0.0], [half_span, 0.0, 0.0]])
        part = item.evaluate(points, with_matrix=True)
        force = scatter(3, item.connectivity, part.forces)[1, 1]
        assert part.matrices is not None
        tangent = part.matrices[0, 4, 4] + part.matrices[1, 1, 1]
        reference = exact.crossed_bands(stiffness, slack, half_span, sag)
        yield Check(f"force at {sag:g} mm", reference[0], force, 1e-12, "closed form", "N")
        yield Check(f"tangent at {sag:g} mm", reference[1], tangent, 1e-12, "closed form", "N/mm")
        if reference[0] > 0.0:
            fixed = np.ones((3, 3), dtype=bool)
            fixed[1, 1] = False
            load = NodalLoad(np.array([1], dtype=np.int32), np.array([[0.0, reference[0], 0.0]]))
            start = points + np.array([[0.0], [5.0], [0.0]]) * [0.0, 1.0, 0.0]
            result = equilibrium(start, [item, load], fixed, 1e-12)
            yield Check(f"sag at {reference[0]:.3g} N", sag, result.points[1, 1], 1e-9, EXACT, "mm")


@benchmark(
    "p.parallel", "STRUCTURE", "Bands of different slack side by side",
    "Bands that become taut one after the other share a load as they should.",
)  # fmt: skip
def parallel(
    stiffness: tuple[Positive, ...] = (5.0, 10.0, 20.0),
    slack: tuple[float, ...] = (0.0, 1.0, 2.0),
    loads: tuple[Positive, ...] = (2.0, 10.0, 40.0, 100.0),
) -> Iterator[Check]:
    """Pull a free node that all bands hold."""
    gap = 10.0
    item = bands(
        [(0, 1)] * len(slack), [gap + s for s in slack], [0.0] * len(slack), list(stiffness)
    )
    fixed = np.ones((2, 3), dtype=bool)
    fixed[1, 0] = False
    start = np.array([[0.0, 0.0, 0.0], [gap + min(slack) + 0.01, 0.0, 0.0]])
    for load in loads:
        pull = NodalLoad(np.array([1], dtype=np.int32), np.array([[load, 0.0, 0.0]]))
        found = equilibrium(start, [item, pull], fixed, 1e-12).points[1, 0] - gap
        reference = exact.parallel_bands(stiffness, slack, load)
        yield Check(f"displacement at {load:g} N", reference, found, 1e-9, EXACT, "mm")


@benchmark(
    "p.serial", "STRUCTURE", "Two bands with toes one after the other",
    "Two bands with slack and toe in line find the force they share.",
)  # fmt: skip
def serial(
    stiffness: tuple[Positive, ...] = (20.0, 50.0),
    slack: tuple[Positive, ...] = (0.3, 0.1),
    toe: tuple[Positive, ...] = (0.5, 1.0),
    lengthenings: tuple[Positive, ...] = (0.5, 1.0, 2.0, 5.0),
) -> Iterator[Check]:
    """Lengthen the two together by moving the far end."""
    rest = 10.0
    item = bands([(0, 1), (1, 2)], [rest + s for s in slack], list(toe), list(stiffness))
    fixed = np.ones((3, 3), dtype=bool)
    fixed[1, 0] = False
    for far in lengthenings:
        first, second = ((k, s, t) for k, s, t in zip(stiffness, slack, toe, strict=True))
        share, force = exact.serial_bands(far, first, second)
        points = np.array([[0.0] * 3, [rest + 0.5 * far, 0.0, 0.0], [2.0 * rest + far, 0.0, 0.0]])
        # the residual is measured against 1 N at least, so a soft toe asks for a tight tolerance
        result = equilibrium(points, [item], fixed, 1e-13)
        tension = item.tension(result.points)
        if force > 0.0:
            yield Check(f"force at {far:g} mm", force, tension[0], 1e-9, EXACT, "N")
            yield Check(
                f"share at {far:g} mm", share, result.points[1, 0] - rest, 1e-9, EXACT, "mm"
            )
        else:
            yield Check(f"force at {far:g} mm", 0.0, tension.max(), 1e-12, EXACT, "N")
