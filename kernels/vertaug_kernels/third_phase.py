# SPDX-License-Identifier: BSD-3-Clause
"""Transport of soft tissue, a third liquid that shares with marrow the room that a sweep of cement leaves.

Where cement moves, it drives the other two ahead of it. Of these two, the one that comes in drives the one that
is there: it is held back until little of the other is left, so that the front between them stays sharp either
way. In the ways through the cortex stand cement, then tissue, then marrow, from the bone on.

Fields carry one ghost layer. Units: mm, MPa, s.
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
)
from vertaug_kernels.transport import cell_share, through

__all__ = ["follow"]

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Byte = NDArray[np.uint8]


@inlined_kernel
def _pass(
    volume: float, fraction: float, held: float, cement_back: float, room: float, outward: bool
) -> tuple[float, float, float]:
    """Let `volume` mm³ with a tissue `fraction` through a way that holds `held` mm³ of tissue.

    Inward the cement next to the bone, `cement_back`, comes out before it. What the `room` beside the way's
    cement does not hold passes on. Returns what comes out of the plug, what passes on, and what is then held.
    """
    back = 0.0 if outward else min(max(volume - cement_back, 0.0), held)
    now = held - back + volume * fraction
    over = max(now - max(room, 0.0), 0.0)
    return back, over, now - over


@kernel
def _share(
    room: float,
    content: float,
    whole: float,
    leaving: float,
    step: float,
    hold: float,
    driven: bool,
) -> tuple[float, float, float]:
    """Tissue's share of the `room` mm³ beside cement, of what leaves it, and what finds no room, mm³.

    `content` is the tissue, mm³, of the `whole` that was there or came in. `driven`: the tissue is what
    goes first; else it is held back and marrow goes first.
    """
    if room <= 0.0:
        gone = step * leaving
        if gone <= 0.0:
            return 0.0, 0.0, content
        return 0.0, content / gone, 0.0
    if driven and whole > content:
        other, passing = cell_share(room, 0.0, whole - content, leaving, step, hold)
        if other <= 1.0:
            return 1.0 - other, 1.0 - passing, 0.0
        return 0.0, 1.0 - passing, 0.0
    share, fraction = cell_share(room, 0.0, content, leaving, step, hold)
    if share > 1.0:
        return 1.0, fraction, (share - 1.0) * room
    return share, fraction, 0.0


@inlined_kernel
def _cell(
    pore: float,
    held: float,
    entering: float,
    beside: float,
    cement: float,
    cement_flowing: float,
    leaving: float,
    step: float,
    hold: float,
) -> tuple[float, float, float]:
    """New share of tissue in a cell, its part of what leaves, and what found no room, mm³.

    `held` mm³ of tissue were there, `entering` come in among the `beside` mm³ that are not cement; `cement` is
    its share at the end and `cement_flowing` its part of the `leaving` mm³/s.
    """
    content = held + entering
    if content <= 0.0:
        return 0.0, 0.0, 0.0
    free, rest = max(1.0 - cement, 0.0), 1.0 - cement_flowing
    room, out = pore * free, max(leaving * rest, 0.0)
    whole = room + step * out
    # marrow that comes in drives tissue where it brings less of it than there is
    driven = beside > 0.0 and entering * (whole - beside) < held * beside
    share, fraction, lost = _share(room, content, whole, out, step, hold, driven)
    return free * share, rest * fraction, lost


@kernel
def _follow(
    order: Int, sx: int, sy: int, faces: Triple, gates: Gates, bone_low: Byte, anchor: Float, outer: Float,
    pressure: Float, pore: Float, saturation: Float, flowing: Float, cement_filled: Float, capacity: Float,
    given: Float, before: Float, filled_before: Float, step: float, hold: float, tissue: Float,
    tissue_flowing: Float, filled: Float, crossed: Float,
) -> tuple[float, float]:  # fmt: skip
    """`follow` on flat fields; `saturation`, `flowing` and `cement_filled` are its `cement`."""
    left_grid, no_room = 0.0, 0.0
    for m in range(filled.size):
        filled[m], crossed[m] = filled_before[m], 0.0
    for n in range(order.size):
        cell = order[n]
        here, leaving, entering = pressure[cell], 0.0, step * given[cell]
        beside = entering
        for side in range(6):
            other, face = across(cell, side, sx, sy)
            flow = conductance(faces, side, face) * (here - pressure[other])
            if flow > 0.0:
                leaving += flow
                continue
            volume, part, own = -step * flow, flowing[other], tissue_flowing[other]
            gate = gate_at(gates, side, face)
            if gate < 0:
                entering += volume * own
                beside += volume * (1.0 - part)
                continue
            outward = (side % 2 == 1) != (bone_low[gate] == 1)
            back, over, held = through(volume, part, cement_filled[gate], capacity[gate], outward)
            beside += volume - back - over
            own_back, own_over, filled[gate] = _pass(
                volume, own, filled_before[gate], back, capacity[gate] - held, outward
            )
            crossed[gate] = volume * own if outward else -(own_back + own_over)
            entering += own_back + own_over
        gone = max(anchor[cell] * (here - outer[cell]), 0.0)
        tissue[cell], tissue_flowing[cell], lost = _cell(
            pore[cell], pore[cell] * before[cell], entering, beside, saturation[cell], flowing[cell],
            leaving + gone, step, hold,
        )  # fmt: skip
        no_room += lost
        left_grid += step * gone * tissue_flowing[cell]
    return left_grid, no_room


@kernel
def follow(
    order: Int,
    faces: Triple,
    gates: Gates,
    bone_low: Byte,
    anchor: Float,
    outer: Float,
    pressure: Float,
    pore: Float,
    cement: Triple,
    capacity: Float,
    given: Float,
    before: Float,
    filled_before: Float,
    step: float,
    hold: float,
    tissue: Float,
    tissue_flowing: Float,
    filled: Float,
    crossed: Float,
) -> tuple[float, float]:
    """Move tissue through the time step that a `transport.sweep` has moved cement through.

    Parameters
    ----------
    order to pressure, capacity, step, hold : as in `transport.sweep`
    pore, cement : pore volume, mm³; cement's share of it at the end, that of what leaves, mm³ in the ways before
    given : tissue that cells give off beside what flows into them, mm³/s
    before, filled_before : tissue's share of each cell's pores, and tissue in each way, mm³, at the start
    tissue, tissue_flowing, filled : receive the share at the end, that of what leaves, tissue in the ways, mm³
    crossed : tissue that went through each way's mouth out of the bone, mm³

    Returns
    -------
    Tissue that left the grid and tissue that found no room (rounding only), mm³.
    """
    return _follow(
        order, pore.shape[1] * pore.shape[2], pore.shape[2], flat(faces), flat_gates(gates), bone_low,
        anchor.reshape(-1), outer.reshape(-1), pressure.reshape(-1), pore.reshape(-1), cement[0].reshape(-1),
        cement[1].reshape(-1), cement[2], capacity, given.reshape(-1), before.reshape(-1), filled_before, step,
        hold, tissue.reshape(-1), tissue_flowing.reshape(-1), filled, crossed,
    )  # fmt: skip
