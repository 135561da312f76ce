# SPDX-License-Identifier: BSD-3-Clause
"""Where cannulas and balloons go: planned from landmarks, checked against the bone.

A line is drawn from the pedicle's isthmus (or from beside it) into the body, for many places of the balloon; of those
whose cannula stays in bone and off the canal, whose balloon keeps its distances and whose angles are those of the
route, the one with the most room wins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy._candidates import (
    CLEARANCES,
    Candidates,
    Limits,
    Room,
    breach,
    candidate_lines,
    explicit_line,
    measure,
)
from vertaug.anatomy._vertebra import Approach, Vertebra
from vertaug.anatomy.canal import Canal, find_canal
from vertaug.anatomy.routes import ROUTES, Route
from vertaug.errors import InputError
from vertaug.mesh import SignedDistance

__all__ = [
    "AccessPlan",
    "Line",
    "Route",
    "cannula_distance",
    "cannula_region",
    "plan_access",
    "plan_approaches",
]

Float = NDArray[np.float64]
BETWEEN = 1.0
"""Bone between two balloons before they are inflated, beyond the clearance, mm."""

TOLERATED = 2.0
"""Breach of a pedicle upward or outward that a given cannula is let pass with a warning, mm: grade B of Gertzbein and
Robbins (1990); there lie muscle, a rib or nothing. Below runs the nerve root, and inward the dura."""

NEAR_CANAL = 1.0
"""Distance to the canal below which a given cannula is warned of, mm (assumed)."""


@dataclass(frozen=True)
class Line:
    """A cannula given by the user: `entry` (3,) on the bone, `target` (3,) the balloon's far end."""

    entry: Float
    target: Float


@dataclass(frozen=True)
class AccessPlan:
    """Approaches, the clearance (mm) they keep, and what the reader must know of them."""

    approaches: tuple[Approach, ...]
    clearance: float
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Request:
    length: float
    radius: float
    route: Route
    anterior: float
    lines: Mapping[str, Line] = field(default_factory=dict)
    several: bool = False

    def limits(self, clearance: float, side: str) -> Limits:
        """What the balloon of a side has to keep."""
        several = self.several and side not in self.lines
        midline = 0.5 * (clearance + BETWEEN) if several else -np.inf
        return Limits(clearance, self.anterior, self.radius, midline)


def plan_approaches(
    vertebra: Vertebra,
    sides: Sequence[str] = ("left", "right"),
    *,
    balloon_length: float = 15.0,
    channel_radius: float = 2.0,
    route: Route = "transpedicular",
    clearance: float | None = None,
    lines: Mapping[str, Line] | None = None,
) -> tuple[Approach, ...]:
    """Approaches of `plan_access`, without its warnings."""
    plan = plan_access(
        vertebra,
        sides,
        balloon_length=balloon_length,
        channel_radius=channel_radius,
        route=route,
        clearance=clearance,
        lines=lines,
    )
    return plan.approaches


def plan_access(
    vertebra: Vertebra,
    sides: Sequence[str] = ("left", "right"),
    *,
    balloon_length: float = 15.0,
    channel_radius: float = 2.0,
    route: Route = "transpedicular",
    clearance: float | None = None,
    anterior_clearance: float = 4.0,
    lines: Mapping[str, Line] | None = None,
) -> AccessPlan:
    """Plan one approach a side.

    Parameters
    ----------
    vertebra : where to
    sides : ``left``, ``right`` or both; the approaches carry these names
    balloon_length : length of the deflated balloon with its round ends, mm
    channel_radius : radius of cannula and deflated balloon, mm
    route : through the pedicle; along its outer side into the body, 4 mm or more off the canal; or through one
        pedicle to the mid-plane
    clearance : least bone between deflated balloon and the body's surface, mm. None takes 3 mm, and
        less, down to 1 mm with a warning, where the body is too low for that
    anterior_clearance : least bone ahead of the balloon's far end along its axis, mm
    lines : entry and target by side, instead of a search. Their angles are the user's, the canal is not: a cannula
        that reaches into it is refused. One that leaves a pedicle by up to 2 mm outward or upward is warned of

    Raises
    ------
    InputError
        E-ACCESS-001, no such side; E-ACCESS-002, no pedicle; E-ACCESS-003, the balloon does not fit;
        E-ACCESS-004, the cannula leaves the bone; E-ACCESS-005, the balloons are too close; E-ACCESS-006, the
        cannula comes too near to the canal; E-ACCESS-007, no line of that route leads to a place for the balloon;
        E-ACCESS-008, two unipedicular balloons.
    """
    request = _Request(
        balloon_length, channel_radius, route, anterior_clearance, lines or {}, len(sides) > 1
    )
    _check_alone(sides, request)
    canal = find_canal(vertebra)
    steps = (clearance,) if clearance is not None else CLEARANCES
    for step in steps[:-1]:
        found = _attempt(vertebra, canal, sides, request, step)
        if found is not None:
            break
    else:
        step = steps[-1]
        found = tuple(_best(vertebra, canal, side, request, step) for side in sides)
    _check_apart(found, step + BETWEEN)
    warnings = _warnings(step, clearance)
    warnings += tuple(
        text for approach in found for text in _risks(approach, approach.name in request.lines)
    )
    if not canal.measured:
        warnings += ("no arch bounds the canal: a radius of 8 mm is assumed for it",)
    return AccessPlan(found, step, warnings)


def cannula_distance(approach: Approach, points: Float, outside: float = 3.0) -> Float:
    """Signed distance (mm) of ``points`` (n, 3) to the cannula, a cylinder with flat ends.

    It begins ``outside`` (mm) before the entry and ends at the tip.
    """
    axis = approach.tip - approach.entry
    length = float(np.linalg.norm(axis))
    axis = axis / length
    along = (points - approach.entry) @ axis
    across = np.linalg.norm(points - approach.entry - along[:, None] * axis, axis=1)
    ends = np.maximum(-outside - along, along - length)
    return np.asarray(np.maximum(across - approach.channel_radius, ends))


def cannula_region(
    approach: Approach, spacing: float = 0.5, outside: float = 3.0
) -> SignedDistance:
    """Signed distance of the cannula on a grid of ``spacing`` (mm), to name its cells by."""
    ends = np.array([approach.entry, approach.tip])
    pad = outside + approach.channel_radius + 2.0 * spacing
    low, high = ends.min(axis=0) - pad, ends.max(axis=0) + pad
    counts = np.ceil((high - low) / spacing).astype(int) + 1
    grid = SignedDistance(low, spacing, np.zeros(counts, dtype=np.float32))
    values = cannula_distance(approach, grid.coordinates().reshape(-1, 3), outside)
    return SignedDistance(low, spacing, values.reshape(counts).astype(np.float32))


def _warnings(step: float, asked: float | None) -> tuple[str, ...]:
    if asked is not None or step == CLEARANCES[0]:
        return ()
    return (
        f"the body leaves {step:g} mm of bone around the deflated balloon, "
        f"less than the usual {CLEARANCES[0]:g} mm",
    )


def _risks(approach: Approach, given: bool) -> tuple[str, ...]:
    """Sentences on a cannula that was given and keeps little from canal and cortex."""
    gaps = approach.gaps
    if gaps is None or not given:
        return ()
    texts = []
    if gaps.canal < NEAR_CANAL:
        texts.append(
            f"the {approach.name} cannula passes {gaps.canal:.1f} mm from the spinal canal"
        )
    if gaps.cortex < 0.0:
        texts.append(
            f"the {approach.name} cannula leaves the bone by {-gaps.cortex:.1f} mm, outward or upward: "
            "no dura or nerve root lies there"
        )
    return tuple(texts)


def _check_alone(sides: Sequence[str], request: _Request) -> None:
    searched = [side for side in sides if side not in request.lines]
    if request.route == "unipedicular" and len(sides) > 1 and searched:
        raise _error(
            f"balloon.{searched[0]}.route",
            f"unipedicular beside {len(sides) - 1} other balloon",
            "one balloon, whose tip comes to the mid-plane",
            "leave one balloon out, or take the route transpedicular",
            "E-ACCESS-008",
        )


def _attempt(
    vertebra: Vertebra, canal: Canal, sides: Sequence[str], request: _Request, clearance: float
) -> tuple[Approach, ...] | None:
    """Return the approaches, or None where the balloon has too little room at this clearance."""
    try:
        return tuple(_best(vertebra, canal, side, request, clearance) for side in sides)
    except InputError as error:
        if error.code in {"E-ACCESS-003", "E-ACCESS-004", "E-ACCESS-006", "E-ACCESS-007"}:
            return None
        raise


def _best(
    vertebra: Vertebra, canal: Canal, side: str, request: _Request, clearance: float
) -> Approach:
    lines = _lines(vertebra, side, request)
    limits, rules = request.limits(clearance, side), ROUTES[request.route]
    if lines.given:
        rules = replace(rules, canal=0.0)
    room = measure(vertebra, canal, lines, limits, rules)
    best = int(np.argmax(room.score))
    if lines.given and (within := float(room.balloon[best]) + limits.clearance) < 0.0:
        raise _outside(vertebra, side, -within)
    if min(room.balloon[best], room.anterior[best], room.midline[best]) < 0.0:
        raise _no_room(vertebra, side, request, room.fitting_length(lines), clearance)
    outside = room.channel[best] < 0.0 and not _tolerable(vertebra, lines, room)
    if room.canal[best] < 0.0 and (lines.given or not outside):
        raise _into_canal(side, request, -float(room.canal[best]), lines.given)
    if outside:
        raise _breach(side, request, -float(room.channel[best]))
    if room.route[best] < 0.0:
        raise _no_line(vertebra, side, request)
    gaps = room.gaps(best, limits, rules.canal)
    return lines.approach(best, side, request.radius, gaps)


def _tolerable(vertebra: Vertebra, lines: Candidates, room: Room) -> bool:
    """Whether a given cannula leaves the bone by little, and outward or upward."""
    if not lines.given or room.channel[0] < -TOLERATED:
        return False
    out = breach(vertebra, lines)
    return bool(lines.side * out[0] > 0.5 or out[2] > 0.7)


def _lines(vertebra: Vertebra, side: str, request: _Request) -> Candidates:
    if side not in {"left", "right"}:
        raise _error(
            f"balloon.{side}.side", repr(side), "left or right", "name one of them", "E-ACCESS-001"
        )
    if side in request.lines:
        line = request.lines[side]
        return explicit_line(
            vertebra, line.entry, line.target, request.length, request.radius, ROUTES[request.route]
        )
    marks = vertebra.landmarks
    pedicle = marks.pedicle_left if side == "left" else marks.pedicle_right
    if pedicle is None:
        raise _error(
            f"balloon.{side}.route",
            f"no {side} pedicle on this vertebra",
            "a pedicle to pass through",
            f"give balloon.{side}.entry and balloon.{side}.target",
            "E-ACCESS-002",
        )
    return candidate_lines(vertebra, pedicle, request.length, request.radius, ROUTES[request.route])


def _no_room(
    vertebra: Vertebra, side: str, request: _Request, fitting: float, clearance: float
) -> InputError:
    shorter = f"use a balloon of at most {fitting:.0f} mm" if fitting >= 6.0 else "lower clearance"
    return _error(
        f"balloon.{side}.length",
        f"a balloon of {request.length:g} mm and radius {request.radius:g} mm in {vertebra.name}",
        f"at least {clearance:g} mm of bone around it, {request.anterior:g} mm ahead of it"
        + (f" and {clearance + BETWEEN:g} mm between two balloons" if request.several else ""),
        f"{shorter}, use one balloon, set a smaller clearance, or give entry and target",
        "E-ACCESS-003",
    )


def _outside(vertebra: Vertebra, side: str, depth: float) -> InputError:
    marks = vertebra.landmarks
    low, high = marks.inferior.centre[2], marks.superior.centre[2]
    return _error(
        f"balloon.{side}.target", f"a balloon whose wall lies up to {depth:.1f} mm outside of the bone",
        f"a balloon within the body: {0.5 * marks.width:.0f} mm from the mid-plane, {marks.anterior_wall:.0f} to "
        f"{marks.posterior_wall:.0f} mm backwards, {low:.0f} to {high:.0f} mm upwards",
        "correct entry and target, in the vertebral frame: left, backwards, up from the body's middle",
        "E-ACCESS-003",
    )  # fmt: skip


def _breach(side: str, request: _Request, depth: float) -> InputError:
    thinner = request.radius - depth
    narrower = f"use a channel_diameter of {2.0 * thinner:.1f} mm, " if thinner >= 1.0 else "take "
    return _error(
        f"balloon.{side}.entry",
        f"a cannula of radius {request.radius:g} mm that leaves the bone by {depth:.1f} mm",
        "a cannula that stays within bone from behind the pedicle to the balloon",
        f"{narrower}another route, or other entry and target",
        "E-ACCESS-004",
    )


def _into_canal(side: str, request: _Request, depth: float, given: bool) -> InputError:
    least = 0.0 if given else ROUTES[request.route].canal
    where = (
        "reaches into the spinal canal by"
        if least == 0.0
        else f"comes nearer to the spinal canal than {least:g} mm by"
    )
    return _error(
        f"balloon.{side}.entry",
        f"a cannula of radius {request.radius:g} mm that {where} {depth:.1f} mm",
        "a cannula that leaves the canal alone"
        if least == 0.0
        else f"at least {least:g} mm to the canal",
        "move the entry outward, or the target to the side of the entry"
        if given
        else "use a thinner cannula, another route, or give entry and target",
        "E-ACCESS-006",
    )


def _no_line(vertebra: Vertebra, side: str, request: _Request) -> InputError:
    rules = ROUTES[request.route]
    wanted = f"a turn of {rules.medial[0]:g} to {rules.medial[1]:g} degrees towards the midline"
    if np.isfinite(rules.tip):
        wanted += (
            f" and a tip within {rules.tip * vertebra.landmarks.width:.1f} mm of the mid-plane"
        )
    if rules.beside:
        wanted += " and an entry behind the body's middle, in front of the pedicle"
    return _error(
        f"balloon.{side}.route",
        f"no {request.route} line in {vertebra.name} for a cannula of radius {request.radius:g} mm",
        wanted,
        "use a thinner channel or a shorter balloon, another route, or give entry and target",
        "E-ACCESS-007",
    )


def _check_apart(approaches: Sequence[Approach], least: float) -> None:
    for index, first in enumerate(approaches):
        for second in approaches[index + 1 :]:
            gap = _segment_gap(first, second) - first.channel_radius - second.channel_radius
            if gap < least:
                raise _error(
                    f"balloon.{second.name}.target",
                    f"{gap:.1f} mm of bone between {first.name} and {second.name}",
                    f"at least {least:g} mm",
                    "move the targets apart, or use one balloon",
                    "E-ACCESS-005",
                )


def _segment_gap(first: Approach, second: Approach) -> float:
    share = np.linspace(0.0, 1.0, 41)[:, None]
    one = first.balloon_start + share * (first.balloon_end - first.balloon_start)
    two = second.balloon_start + share * (second.balloon_end - second.balloon_start)
    return float(np.linalg.norm(one[:, None] - two[None], axis=2).min())


def _error(key: str, found: str, expected: str, fix: str, code: str) -> InputError:
    return InputError("plan", key, found, expected, fix, code)
