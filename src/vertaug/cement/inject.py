# SPDX-License-Identifier: BSD-3-Clause
"""Inject cement through cannulas in series with the bone: pressure, front, leakage in time."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.cannula import Cannula
from vertaug.cement.cement import Cement
from vertaug.cement.flowstate import FlowState
from vertaug.cement.options import InjectionOptions, Push
from vertaug.cement.pressure import blind, drained
from vertaug.cement.pushing import Hand, Pushing
from vertaug.cement.record import Probes, Recorder
from vertaug.cement.result import InjectionResult
from vertaug.cement.source import Source, locate_source
from vertaug.cement.track import channel, track_name, with_tracks
from vertaug.cement.tumour import Tumour
from vertaug.cement.warmth import Warmth
from vertaug.errors import InputError
from vertaug.grid.flow_grid import INSIDE, FlowGrid

__all__ = ["Progress", "inject"]

Float = NDArray[np.float64]
Groups = list[list[tuple[int, Push]]]
Progress = Callable[[float, float], None]
"""Called after each step with the time, s, and the share of the schedule's volume injected."""


def _refuse(field: str, found: str, expected: str, fix: str, code: str) -> InputError:
    return InputError("plan", f"inject.{field}", found, expected, fix, code)


def _groups(schedule: Sequence[Push]) -> Groups:
    """Entries of the schedule that run together."""
    groups: Groups = []
    for n, entry in enumerate(schedule):
        if entry.with_previous and groups:
            groups[-1].append((n, entry))
        else:
            groups.append([(n, entry)])
    return groups


def _check_schedule(schedule: Sequence[Push], cannulas: dict[str, Cannula]) -> None:
    """Refuse a schedule that cannot be followed."""
    for n, entry in enumerate(schedule):
        if entry.cannula not in cannulas:
            raise _refuse(
                f"schedule[{n}].cannula", repr(entry.cannula), f"one of {sorted(cannulas)}",
                "name a cannula of the plan", "E-CEMENT-004",
            )  # fmt: skip
        numbers = (entry.volume, entry.rate, entry.pause, entry.retract)
        positive = entry.volume > 0.0 and entry.rate > 0.0 and min(numbers[2:]) >= 0.0
        if not (positive and np.isfinite(numbers).all()):
            raise _refuse(
                f"schedule[{n}]",
                f"volume {entry.volume} mm³, rate {entry.rate} mm³/s, pause {entry.pause} s, "
                f"retract {entry.retract} mm",
                "finite numbers: positive volume and rate, pause and retraction of zero or more",
                "correct the entry", "E-CEMENT-005",
            )  # fmt: skip
        if entry.cannula in {earlier.cannula for earlier in schedule[:n] if earlier.remove}:
            raise _refuse(
                f"schedule[{n}].cannula", f"{entry.cannula!r}, which was taken out before", "a seated cannula",
                "take it out after its last entry", "E-CEMENT-005",
            )  # fmt: skip
        if entry.with_previous and (n == 0 or entry.pause > 0.0):
            raise _refuse(
                f"schedule[{n}].with_previous", "the first entry" if n == 0 else "a pause",
                "an entry before it, and no pause of its own",
                "give the pause to the first of those that run together", "E-CEMENT-005",
            )  # fmt: skip
    for group in _groups(schedule):
        names = [entry.cannula for _, entry in group]
        if len(set(names)) < len(names):
            raise _refuse(
                f"schedule[{group[0][0]}]", f"{names} at once", "each cannula once",
                "let the entries of one cannula run one after the other", "E-CEMENT-005",
            )  # fmt: skip


def _check_saturation(grid: FlowGrid, saturation: Float) -> None:
    """Refuse cement that cannot be there."""
    if saturation.shape != grid.shape:
        raise _refuse(
            "saturation", f"shape {saturation.shape}", f"the grid's {grid.shape}",
            "give one share a cell", "E-CEMENT-011",
        )  # fmt: skip
    low, high = float(np.min(saturation)), float(np.max(saturation))
    if not (low >= -1e-12 and high <= 1.0 + 1e-12):
        raise _refuse(
            "saturation", f"{low:g} to {high:g}", "shares of the pores from 0 to 1",
            "correct the shares", "E-CEMENT-011",
        )  # fmt: skip


def _check_options(options: InjectionOptions, grid: FlowGrid) -> None:
    """Refuse limits that mean nothing."""
    positive = {
        name: getattr(options, name)
        for name in ("pressure_limit", "set_viscosity", "time_limit", "front_step", "longest_step")
    }
    for name, value in positive.items():
        if not value > 0.0:
            raise _refuse(name, f"{value}", "more than zero", f"correct {name}", "E-CEMENT-012")
    for name in ("compliance", "settle"):
        value = getattr(options, name)
        if not (value >= 0.0 and np.isfinite(value)):
            raise _refuse(name, f"{value}", "zero or more", f"correct {name}", "E-CEMENT-012")
    rule = options.leak
    if rule is None:
        return
    if not (rule.seen > 0.0 and rule.delay >= 0.0):
        raise _refuse(
            "leak", f"{rule.seen} mm³ seen, {rule.delay} s later", "a volume above zero, no negative delay",
            "correct the rule", "E-CEMENT-012",
        )  # fmt: skip
    known = sorted({item.pathway for item in grid.openings})
    for name in rule.pathways:
        if name not in known:
            raise _refuse(
                "leak.pathways", repr(name), f"pathways of the openings: {known}",
                "name a pathway by which cement can leak", "E-CEMENT-012",
            )  # fmt: skip


def _sources(
    grid: FlowGrid,
    cannulas: dict[str, Cannula],
    schedule: Sequence[Push],
    active: NDArray[np.bool_],
) -> dict[str, dict[float, Source]]:
    """Source of each cannula at each depth that the schedule draws it back to."""
    depths = dict.fromkeys(cannulas, 0.0)
    found: dict[str, dict[float, Source]] = {name: {} for name in cannulas}
    for name, cannula in cannulas.items():
        found[name][0.0] = locate_source(grid, cannula, active, 0.0)
    for entry in schedule:
        depths[entry.cannula] += entry.retract
        depth = round(depths[entry.cannula], 6)
        if depth not in found[entry.cannula]:
            found[entry.cannula][depth] = locate_source(
                grid, cannulas[entry.cannula], active, depth
            )
    return found


def _taken(grid: FlowGrid, sources: dict[str, dict[float, Source]]) -> Float:
    """Largest share of each cell that the mouth of a cannula takes up at any depth."""
    taken = np.zeros(grid.shape)
    for by_depth in sources.values():
        for source in by_depth.values():
            cells = tuple(source.cells.T)
            taken[cells] = np.maximum(taken[cells], source.taken)
    return taken


def inject(
    grid: FlowGrid,
    cement: Cement,
    cannulas: Sequence[Cannula],
    schedule: Sequence[Push],
    options: InjectionOptions | None = None,
    progress: Progress | None = None,
    saturation: Float | None = None,
    probes: Probes | None = None,
    tumour: Tumour | None = None,
    warmth: Warmth | None = None,
) -> InjectionResult:
    """Inject cement by a schedule and follow it, and the marrow it drives out.

    Quasi-static Darcy flow of two incompressible fluids with a sharp front. Each step solves the
    pressure for the viscosities of the step's end (two passes or more), then moves cement by implicit
    upwinding in falling pressure; cement closes to rounding whatever the step. Each portion of cement
    keeps its place in the order and its own age.

    Where a step does not converge, the result is that of the steps before, and `failure` says why.

    Parameters
    ----------
    grid, cement, cannulas, schedule : what is injected where, in order
    options : limits and numerics
    progress : called after each step
    saturation : cement already there, (nx, ny, nz), as old as that in the cannula; none where left out.
        Where a cell does not drain it stays
    probes : cells (n, 3), by name, whose mean pressure is recorded
    tumour : soft tissue in some of the pores, which cement presses out whole; none where left out
    warmth : follows temperature and cure; without, all is at body temperature and cure a function of age

    Raises
    ------
    InputError
        for a schedule that cannot be followed, a tip outside the bone, no outlet for the marrow, a saturation that
        cannot be, limits that mean nothing.
    """
    options = options or InjectionOptions()
    start = np.zeros(grid.shape) if saturation is None else saturation
    by_name = {cannula.name: cannula for cannula in cannulas}
    _check_schedule(schedule, by_name)
    _check_options(options, grid)
    _check_saturation(grid, start)
    if tumour is not None:
        tumour.check(grid, start)
    tracks = [track_name(entry.cannula) for entry in schedule if entry.remove]
    seated = grid
    grid = with_tracks(grid, cannulas, schedule, options.needle_track)
    active, interior = drained(seated), np.isin(grid.kind, INSIDE)
    if not (active & interior).any():
        raise _refuse(
            "openings", f"{len(grid.openings)} openings, none joins the bone to an outlet",
            "at least one way out for the marrow, which is incompressible",
            "add a basivertebral or segmental foramen, or another opening", "E-CEMENT-006",
        )  # fmt: skip
    sources = _sources(grid, by_name, schedule, active)
    taken = _taken(grid, sources)
    number = 1 + len(schedule)
    state = FlowState(grid, cement, options.hold, start, taken, number, tumour, warmth)
    state.system.ways.bar(tracks)
    hands = {name: Hand(by_name[name], sources[name], state.pore.shape) for name in by_name}
    record = Recorder(state, tuple(by_name), probes or {})
    run = Pushing(state, hands, options, record)
    _follow(run, schedule, progress)
    said = (
        *cement.warnings(),
        *_warnings(grid, state.system.dropped),
        *(tumour.tissue.warnings() if tumour else ()),
    )
    return record.result(
        run.stop or "schedule", sum(hand.stored for hand in hands.values()), options.leak_threshold,
        run.failure, said,
    )  # fmt: skip


def _follow(run: Pushing, schedule: Sequence[Push], progress: Progress | None) -> None:
    """Push entry after entry until a rule ends it."""
    total, done = sum(entry.volume for entry in schedule), 0.0

    def notify(moved: float) -> None:
        nonlocal done
        done += moved
        if progress is not None:
            progress(run.record.time, done / total)

    for group in _groups(schedule):
        for n, entry in group:
            hand = run.hands[entry.cannula]
            if entry.retract > 0.0:
                left = channel(run.state.grid, hand.cannula, hand.depth, hand.depth + entry.retract)
                hand.depth += entry.retract
                if left is not None:
                    run.state.open_channel(left)
            hand.piston, hand.left, hand.portion = entry.rate, entry.volume, n + 1
        run.wait(group[0][1].pause)
        run.push([run.hands[entry.cannula] for _, entry in group], notify)
        gone = [track_name(entry.cannula) for _, entry in group if entry.remove]
        run.state.system.ways.bar(gone, barred=False)
        if run.stop:
            return
    run.settle(run.options.settle)


def _warnings(grid: FlowGrid, dropped: tuple[str, ...]) -> tuple[str, ...]:
    """What the reader must know of the grid: openings by which nothing can leave."""
    nowhere = blind(grid)
    return (
        *(f"opening {name} leads nowhere: no outlet is reached from it" for name in nowhere),
        *(
            f"opening {name} was left out: the bone at its mouth reaches no outlet"
            for name in dropped if name not in nowhere
        ),
    )  # fmt: skip
