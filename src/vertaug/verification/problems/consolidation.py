# SPDX-License-Identifier: BSD-3-Clause
"""Benchmark i: consolidation of a column, a ball and a slab between plates."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.poroelastic import PorousMaterial
from vertaug.solid.poroelastic_steps import Consolidation, PorousState, Scheme
from vertaug.verification.check import Check, observed_order, study
from vertaug.verification.closed_forms import consolidation as exact
from vertaug.verification.porous_bodies import PorousCase, column, eighth_ball, quarter_slab, times
from vertaug.verification.problem import Bounds, Meshes, Positive, benchmark

Biot = Annotated[float, Bounds(0.0, 1.0000001)]
Storage = Annotated[float, Bounds(-1e-300, 1e6)]
DrainedPoisson = Annotated[float, Bounds(-0.9, 0.49)]

_WHY = "linear pressures and the two-step formula: errors of second order in mesh and step"
_BALANCED = "the discrete balance is exact; round-off is left"

Probe = Callable[[PorousCase, PorousState], float]


def _histories(
    cases: Sequence[PorousCase], ends: Sequence[NDArray[np.float64]], probes: Sequence[Probe]
) -> tuple[list[NDArray[np.float64]], float]:
    """Probed values (n_steps, n_probes) of each case, and the worst error of the fluid's balance."""
    found, worst = [], 0.0
    for case, steps in zip(cases, ends, strict=True):
        rows = []
        for _, state, balance in case.history(steps):
            rows.append([probe(case, state) for probe in probes])
            worst = max(worst, balance.fluid_error)
        found.append(np.array(rows))
    return found, worst


def _at(
    values: Sequence[NDArray[np.float64]], ends: Sequence[NDArray[np.float64]], time: float, k: int
) -> list[float]:
    """Value of probe ``k`` at one time on each mesh."""
    places = [int(np.abs(steps - time).argmin()) for steps in ends]
    return [float(rows[place, k]) for rows, place in zip(values, places, strict=True)]


def _balance_check(worst: float) -> Check:
    return Check("fluid balance", 0.0, worst, 1e-10, _BALANCED, regression=False)


def _time_orders(case: PorousCase, end: float, steps: int, probe: Probe) -> Iterator[Check]:
    """Observed order of both schemes, from halved steps on one mesh."""
    schemes: tuple[tuple[Scheme, float], ...] = (("backward_euler", 1.0), ("bdf2", 2.0))
    for scheme, order in schemes:
        values = []
        for count in (steps, 2 * steps, 4 * steps):
            *_, (_, state, _) = case.history(times((count, end)), scheme)
            values.append(probe(case, state))
        gaps = np.diff(values)
        found = observed_order((1, 2), [float(gap) for gap in gaps]) or np.inf
        yield Check(
            f"order in time, {scheme}",
            order,
            found,
            0.15,
            "asymptotic order of the scheme",
            scale=1.0,
        )


@benchmark(
    "i.terzaghi", "POROELASTIC", "Column drained at its top",
    "Pressure and settlement of a loaded column follow Terzaghi; each time scheme shows its order.",
    quick={"meshes": (4, 8)},
)  # fmt: skip
def terzaghi(
    young: Positive = 200.0,
    poisson: DrainedPoisson = 0.3,
    mobility: Positive = 10.0,
    biot: Biot = 1.0,
    storage: Storage = 0.0,
    height: Positive = 10.0,
    pressure: Positive = 1.0,
    meshes: Meshes = (8, 16, 32),
) -> Iterator[Check]:
    """Load the column at once and wait."""
    material = PorousMaterial.of(young, poisson, mobility, biot, storage)
    stiff = material.oedometric
    start = pressure * biot / (storage * stiff + biot**2)
    cases = [column(material, height, pressure, n) for n in meshes]
    ends = [times((4 * n, 0.1), (8 * n, 0.5)) for n in meshes]

    def base(case: PorousCase, state: PorousState) -> float:
        return float(state.pressure[case.vertex((0.0, 0.0, 0.0))])

    def settlement(case: PorousCase, state: PorousState) -> float:
        return -float(state.displacement[case.node((0.0, 0.0, height)), 2])

    values, worst = _histories(cases, ends, (base, settlement))
    for time in (0.1, 0.5):
        at_base = start * float(exact.terzaghi_pressure(0.0, time))
        share = exact.terzaghi_consolidation(time)
        settled = height / stiff * (pressure - start * biot * (1.0 - share))
        for k, (name, reference, unit, scale) in enumerate(
            (("base p", at_base, "MPa", start), ("settlement", settled, "mm", settled))
        ):
            yield replace(
                study(
                    f"{name}, T = {time:g}", reference, meshes, _at(values, ends, time, k),
                    order=2.0, slack=0.4, tolerance=0.005, standard=16, unit=unit, floor=1e-7, why=_WHY,
                ),
                scale=scale,
            )  # fmt: skip
    yield _balance_check(worst)
    yield from _time_orders(column(material, height, pressure, 4), 0.3, 40, base)
    yield _oscillation(cases[-1], start)


def _oscillation(case: PorousCase, start: float) -> Check:
    """How far the pressure exceeds its limit after a first step of the least length allowed."""
    run = Consolidation(case.body, case.supports)
    state, _ = run.advance(run.start(), run.smallest_step(), case.loading)
    return Check(
        "overshoot of the first step, h²/(6c)", 0.0, float(state.pressure.max()) / start - 1.0, 0.05,
        "no oscillation at the drained face from steps of h²/(6c), h the longest edge of a cell",
        kind="at most", regression=False,
    )  # fmt: skip


@benchmark(
    "i.cryer", "POROELASTIC", "Ball drained and pressed all round",
    "The pressure in a ball's centre follows Cryer and rises above the pressure put on (Mandel-Cryer).",
    quick={"meshes": (4, 6)},
)  # fmt: skip
def cryer(
    young: Positive = 200.0,
    poisson: DrainedPoisson = 0.0,
    mobility: Positive = 10.0,
    biot: Biot = 1.0,
    storage: Storage = 0.0,
    radius: Positive = 10.0,
    pressure: Positive = 1.0,
    meshes: Meshes = (4, 8, 12),
) -> Iterator[Check]:
    """Press an eighth of a ball at once and wait."""
    material = PorousMaterial.of(young, poisson, mobility, biot, storage)
    skempton, _ = exact.undrained(material.bulk, material.shear, biot, storage)
    ratio = exact.cryer_poisson(material.bulk, material.shear, biot, storage)
    cases = [eighth_ball(material, radius, pressure, n) for n in meshes]
    ends = [
        times((2 * n, 0.01), (4 * n, 0.05), (4 * n, 0.1), (4 * n, 0.2), (8 * n, 0.5))
        for n in meshes
    ]

    def centre(case: PorousCase, state: PorousState) -> float:
        return float(state.pressure[case.vertex((0.0, 0.0, 0.0))]) / (skempton * pressure)

    values, worst = _histories(cases, ends, (centre,))
    errors = np.zeros(len(meshes))
    wanted = (0.01, 0.05, 0.1, 0.2, 0.5)
    for time in wanted:
        found = _at(values, ends, time, 0)
        reference = float(exact.cryer_pressure(ratio, time))
        errors += (np.array(found) - reference) ** 2 / len(wanted)
        yield Check(
            f"centre p/p₀, T = {time:g}", reference, found[-1],
            0.0125 * max(1.0, 12.0 / meshes[-1]) ** 2, _WHY, scale=1.0,
            study={"meshes": list(meshes), "values": found},
        )  # fmt: skip
    yield study(
        "root mean square error of p/p₀", 0.0, meshes, [float(e) for e in np.sqrt(errors)],
        order=2.0, slack=0.6, tolerance=0.01, standard=12, why=_WHY,
    )  # fmt: skip
    when, height = exact.cryer_peak(ratio)
    place = int(values[-1][:, 0].argmax())
    coarse = max(1.0, 12.0 / meshes[-1]) ** 2
    yield Check("peak p/p₀", height, float(values[-1][place, 0]), 0.01 * coarse, _WHY)
    yield Check(
        "T of the peak", when, float(ends[-1][place]), 0.08 * coarse, "flat peak, read at the steps"
    )
    yield _balance_check(worst)


@benchmark(
    "i.mandel", "POROELASTIC", "Slab between rigid plates, drained at its sides",
    "Pressure, side and plate of a squeezed slab follow Mandel, with and without compressible "
    "constituents; the pressure rises first.",
    quick={"meshes": (8, 16)},
)  # fmt: skip
def mandel(
    young: Positive = 200.0,
    poisson: DrainedPoisson = 0.2,
    mobility: Positive = 10.0,
    biot: Biot = 1.0,
    storage: Storage = 0.0,
    half_width: Positive = 10.0,
    height: Positive = 2.0,
    force: Positive = 1.0,
    meshes: Meshes = (8, 16, 32),
) -> Iterator[Check]:
    """Squeeze a quarter of the slab with a constant force; the plate is rigid and has no friction."""
    material = PorousMaterial.of(young, poisson, mobility, biot, storage)
    skempton, undrained = exact.undrained(material.bulk, material.shear, biot, storage)
    slab = exact.Mandel(force, half_width, poisson, undrained, skempton)
    # Nothing depends on the height, so few rows will do.
    cases = [quarter_slab(material, half_width, height, force, n, max(1, n // 8)) for n in meshes]
    ends = [times((2 * n, 0.01), (4 * n, 0.05), (4 * n, 0.1), (4 * n, 0.2)) for n in meshes]

    def middle(case: PorousCase, state: PorousState) -> float:
        return float(state.pressure[case.vertex((0.0, 0.0, 0.0))])

    def side(case: PorousCase, state: PorousState) -> float:
        return float(state.displacement[case.node((half_width, 0.0, 0.0)), 0])

    def plate(case: PorousCase, state: PorousState) -> float:
        return -float(state.plates[0])

    values, worst = _histories(cases, ends, (middle, side, plate))
    start = slab.initial_pressure
    for time in (0.05, 0.2):
        moved = slab.side_displacement(material.shear, time)
        closed = slab.plate_displacement(material.shear, height, time)
        for k, (name, reference, unit, scale) in enumerate(
            (
                ("middle p", float(slab.pressure(0.0, time)), "MPa", start),
                ("side", moved, "mm", moved), ("plate", closed, "mm", closed),
            )
        ):  # fmt: skip
            yield replace(
                study(
                    f"{name}, T = {time:g}", reference, meshes, _at(values, ends, time, k),
                    order=2.0, slack=0.6, tolerance=0.01, standard=16, unit=unit, floor=2e-5, why=_WHY,
                ),
                scale=scale,
            )  # fmt: skip
    highest = max(float(slab.pressure(0.0, t)) for t in ends[-1][ends[-1] >= 0.01])
    yield Check(
        "highest middle p/p₀", highest / start, float(values[-1][:, 0].max()) / start,
        0.01 * max(1.0, 16.0 / meshes[-1]) ** 2, _WHY,
    )  # fmt: skip
    yield _balance_check(worst)
