# SPDX-License-Identifier: BSD-3-Clause
"""Transport of cement by implicit upwinding, one closed-form solve a cell, in falling pressure.

A two-point flux runs down a potential, so cells visited in falling pressure form no loop: when a
cell's turn comes, all that flows into it is known. Fields carry one ghost layer.

Some faces are ways through the cortex: tubes of some `capacity` mm³ (zero for a hole) that cement
fills from the bone's end before it leaves at the far one. `gates` name them: the way's number on its
face, -1 elsewhere. `bone_low` is 1 where the bone's cell is the lower one of the two.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vertaug_kernels._jit import inlined_kernel, kernel
from vertaug_kernels.around import (
    Gates,
    Triple,
    across,
    conductance,
    flat,
    flat_gates,
    gate_at,
    touched,
)

__all__ = ["carry", "cell_share", "front_capacity", "sweep", "through"]

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Byte = NDArray[np.uint8]


@inlined_kernel
def _beside_plug(cell: int, sx: int, sy: int, gates: Gates, filled: Float, plugged: bool) -> bool:
    """Whether one of a cell's faces is a way that holds cement; `plugged`: whether any way does."""
    found = False
    if plugged:
        for side in range(6):
            _, face = across(cell, side, sx, sy)
            gate = gate_at(gates, side, face)
            found = found or (gate >= 0 and filled[gate] > 0.0)
    return found


@inlined_kernel
def through(
    volume: float, fraction: float, filled: float, capacity: float, outward: bool
) -> tuple[float, float, float]:
    """Let `volume` mm³ with a cement `fraction` through a way that holds `filled` mm³ of cement.

    Returns what comes out of the bone's own plug, what passes on from behind, and what is then held.
    Outward all that comes out has passed the whole way; inward the plug at the bone goes back first.
    """
    entering = volume * fraction
    back = 0.0 if outward else min(volume, filled)
    held = filled - back + entering
    over = max(held - capacity, 0.0)
    return back, over, held - over


@kernel
def cell_share(
    pore: float, before: float, entering: float, leaving: float, step: float, hold: float
) -> tuple[float, float]:
    """New saturation and fractional flow of one cell; `entering` mm³, `leaving` mm³/s.

    Solves ``pore S + step leaving f(S) = pore before + entering`` with
    ``f = clip((S - hold) / (1 - hold), 0, 1)``; what a full cell receives it passes on.
    """
    content = pore * before + entering
    if content <= pore * hold or leaving <= 0.0:
        return content / pore, 0.0
    slope = step * leaving / (1.0 - hold)
    saturation = (content + slope * hold) / (pore + slope)
    if saturation > 1.0:
        return 1.0, (content - pore) / (step * leaving)
    return saturation, (saturation - hold) / (1.0 - hold)


@kernel
def _sweep(
    order: Int, sx: int, sy: int, faces: Triple, gates: Gates, bone_low: Byte, anchor: Float, outer: Float,
    pressure: Float, pore: Float, source: Float, before: Float, capacity: Float, filled_before: Float, step: float,
    hold: float, saturation: Float, flowing: Float, filled: Float, crossed: Float,
) -> tuple[float, float]:  # fmt: skip
    """`sweep` on flat fields. Cells far from all cement stay without; only their flows would be summed."""
    left_grid, no_room, plugged = 0.0, 0.0, False
    for m in range(filled.size):
        filled[m], crossed[m] = filled_before[m], 0.0
        plugged = plugged or filled_before[m] > 0.0
    for n in range(order.size):
        cell = order[n]
        fresh = before[cell] > 0.0 or source[cell] > 0.0 or touched(cell, sx, sy, flowing)
        if not fresh and not _beside_plug(cell, sx, sy, gates, filled, plugged):
            saturation[cell] = 0.0
            continue
        here = pressure[cell]
        entering, leaving = step * source[cell], 0.0
        for side in range(6):
            other, face = across(cell, side, sx, sy)
            flow = conductance(faces, side, face) * (here - pressure[other])
            if flow > 0.0:
                leaving += flow
            elif flow < 0.0:
                gate = gate_at(gates, side, face)
                if gate < 0:
                    entering -= step * flow * flowing[other]
                    continue
                outward = (side % 2 == 1) != (bone_low[gate] == 1)
                back, over, held = through(
                    -step * flow, flowing[other], filled[gate], capacity[gate], outward
                )
                filled[gate] = held
                crossed[gate] = -step * flow * flowing[other] if outward else -(back + over)
                entering += back + over
        gone = max(anchor[cell] * (here - outer[cell]), 0.0)
        share, fraction = cell_share(pore[cell], before[cell], entering, leaving + gone, step, hold)
        if share > 1.0:
            no_room += (share - 1.0) * pore[cell]
            share = 1.0
        saturation[cell] = share
        flowing[cell] = fraction
        left_grid += step * gone * fraction
    return left_grid, no_room


@kernel
def sweep(
    order: Int,
    faces: Triple,
    gates: Gates,
    bone_low: Byte,
    anchor: Float,
    outer: Float,
    pressure: Float,
    pore: Float,
    source: Float,
    before: Float,
    capacity: Float,
    filled_before: Float,
    step: float,
    hold: float,
    saturation: Float,
    flowing: Float,
    filled: Float,
    crossed: Float,
) -> tuple[float, float]:
    """Move cement through one time step.

    Parameters
    ----------
    order : flat padded indices of the cells that take part, in falling pressure
    faces, anchor, outer : conductances, mm³/(s MPa), and the pressure behind `anchor`, MPa
    gates, bone_low, capacity, filled_before : ways through the cortex, and what they hold, mm³
    pressure, pore, source : MPa; pore volume, mm³; cement injected, mm³/s
    before : saturation at the start; `saturation` receives the end, `flowing` the cement fraction
        of what leaves each cell
    step, hold : s; saturation below which a cell lets no cement go
    filled, crossed : cement in each way at the end, and through its mouth out of the bone, mm³

    Returns
    -------
    Cement that left the grid and cement that found no room (rounding only), mm³.
    """
    return _sweep(
        order, pore.shape[1] * pore.shape[2], pore.shape[2], flat(faces), flat_gates(gates), bone_low,
        anchor.reshape(-1), outer.reshape(-1), pressure.reshape(-1), pore.reshape(-1), source.reshape(-1),
        before.reshape(-1), capacity, filled_before, step, hold, saturation.reshape(-1), flowing.reshape(-1),
        filled, crossed,
    )  # fmt: skip


@kernel
def _take(
    volume: float, oldest: bool, held: Float, marks: Float, out: Float, out_marks: Float
) -> None:
    """Take cement, mm³, out of portions: the oldest first, or the youngest; adds to `out`."""
    number = held.shape[0]
    for m in range(number):
        n = m if oldest else number - 1 - m
        part = min(held[n], volume)
        if part <= 0.0:
            continue
        share = part / held[n]
        held[n] -= part
        out[n] += part
        for mark in range(marks.shape[1]):
            moved = marks[n, mark] * share
            marks[n, mark] -= moved
            out_marks[n, mark] += moved
        volume -= part


@kernel
def _add(volume: float, parts: Float, part_marks: Float, out: Float, out_marks: Float) -> None:
    """Add `volume` mm³ of cement that is made of `parts` (q,), shares of it, with their marks (q, k)."""
    for n in range(parts.size):
        out[n] += volume * parts[n]
        for mark in range(part_marks.shape[1]):
            out_marks[n, mark] += volume * part_marks[n, mark]


@kernel
def _let_go(gone: float, held: Float, marks: Float, out: Float, out_marks: Float) -> None:
    """Take `gone` mm³ out of a cell, the oldest first, as shares of it."""
    out[:] = 0.0
    out_marks[:] = 0.0
    _take(gone, True, held, marks, out, out_marks)
    for m in range(out.size):
        out[m] /= gone
        for mark in range(out_marks.shape[1]):
            out_marks[m, mark] /= gone


@kernel
def _carry(
    order: Int, sx: int, sy: int, faces: Triple, gates: Gates, bone_low: Byte, anchor: Float, outer: Float,
    pressure: Float, flowing: Float, capacity: Float, filled: Float, step: float, held: Float, marks: Float,
    leaving: Float, leaving_marks: Float, way_held: Float, way_marks: Float,
) -> None:  # fmt: skip
    """`carry` on flat fields; cells that no cement flows into, out of or back to are passed over."""
    plugged = False
    for m in range(filled.size):
        plugged = plugged or filled[m] > 0.0
    for n in range(order.size):
        cell = order[n]
        wet = touched(cell, sx, sy, flowing)
        if not wet and not _beside_plug(cell, sx, sy, gates, filled, plugged):
            continue
        here, outflow = pressure[cell], 0.0
        for side in range(6):
            other, face = across(cell, side, sx, sy)
            flow = conductance(faces, side, face) * (here - pressure[other])
            if flow > 0.0:
                outflow += flow
                continue
            gate, volume = gate_at(gates, side, face), -step * flow * flowing[other]
            if gate < 0:
                if volume > 0.0:
                    parts, part_marks = leaving[other], leaving_marks[other]
                    _add(volume, parts, part_marks, held[cell], marks[cell])
                continue
            outward = (side % 2 == 1) != (bone_low[gate] == 1)
            back, over, _ = through(
                -step * flow, flowing[other], filled[gate], capacity[gate], outward
            )
            own, own_marks = way_held[gate], way_marks[gate]
            _take(back, False, own, own_marks, held[cell], marks[cell])
            if volume > 0.0:
                _add(volume, leaving[other], leaving_marks[other], own, own_marks)
            _take(over, True, own, own_marks, held[cell], marks[cell])
        outflow += max(anchor[cell] * (here - outer[cell]), 0.0)
        gone = step * outflow * flowing[cell]
        if gone <= 0.0:
            continue
        _let_go(gone, held[cell], marks[cell], leaving[cell], leaving_marks[cell])


@kernel
def carry(
    order: Int,
    faces: Triple,
    gates: Gates,
    bone_low: Byte,
    anchor: Float,
    outer: Float,
    pressure: Float,
    flowing: Float,
    capacity: Float,
    filled: Float,
    step: float,
    held: Float,
    marks: Float,
    leaving: Float,
    leaving_marks: Float,
    way_held: Float,
    way_marks: Float,
) -> None:
    """Carry what cement is made of along with a `sweep` that has been done.

    The cement of a cell is a row of portions in their order of injection. The portion that came first
    leaves first, so that portions stay sharp; what flows back out of a way came into it last.

    Parameters
    ----------
    order to filled : as in `sweep`; `flowing` is its result, `filled` the ways before it
    held, marks : (nx, ny, nz, q) volume of each portion, mm³, and (nx, ny, nz, q, k) that times each of k numbers
        that go along with it, such as its age, at the start with what was injected in the step added; receive the end
    leaving, leaving_marks : of the same shapes, work: what leaves a cell, over the volume of cement that leaves
    way_held, way_marks : (m, q) and (m, q, k) the same as `held` and `marks` for the ways
    """
    number, kept = held.shape[3], marks.shape[4]
    _carry(
        order, pressure.shape[1] * pressure.shape[2], pressure.shape[2], flat(faces), flat_gates(gates), bone_low,
        anchor.reshape(-1), outer.reshape(-1), pressure.reshape(-1), flowing.reshape(-1), capacity, filled, step,
        held.reshape(-1, number), marks.reshape(-1, number, kept), leaving.reshape(-1, number),
        leaving_marks.reshape(-1, number, kept), way_held, way_marks,
    )  # fmt: skip


@kernel
def front_capacity(saturation: Float, pore: Float, tx: Float, ty: Float, tz: Float) -> float:
    """Pore volume, mm³, of the cells less than half full beside a cell at least half full."""
    nx, ny, nz = pore.shape
    total = 0.0
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                if saturation[i, j, k] >= 0.5 or pore[i, j, k] == 0.0:
                    continue
                touched = (tx[i - 1, j, k] > 0.0 and saturation[i - 1, j, k] >= 0.5) or (
                    tx[i, j, k] > 0.0 and saturation[i + 1, j, k] >= 0.5
                )
                touched |= (ty[i, j - 1, k] > 0.0 and saturation[i, j - 1, k] >= 0.5) or (
                    ty[i, j, k] > 0.0 and saturation[i, j + 1, k] >= 0.5
                )
                touched |= (tz[i, j, k - 1] > 0.0 and saturation[i, j, k - 1] >= 0.5) or (
                    tz[i, j, k] > 0.0 and saturation[i, j, k + 1] >= 0.5
                )
                if touched:
                    total += pore[i, j, k]
    return total
