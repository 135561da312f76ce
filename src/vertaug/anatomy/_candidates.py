# SPDX-License-Identifier: BSD-3-Clause
"""Many possible lines for one cannula and balloon, and how much room each has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy._vertebra import Approach, Gaps, PedicleAxis, Vertebra
from vertaug.anatomy.canal import Canal
from vertaug.anatomy.routes import RouteRules

__all__ = [
    "CLEARANCES",
    "Candidates",
    "Limits",
    "Room",
    "breach",
    "candidate_lines",
    "explicit_line",
    "measure",
]

Float = NDArray[np.float64]

CLEARANCES = (3.0, 2.5, 2.0, 1.5, 1.0)
"""Bone to be left around the deflated balloon, mm, the usual first."""
STEP = 0.5
CAP = 2.5
"""Room beyond this (mm) is not worth moving for."""
OUTSIDE = 30.0
"""How far behind its entry a cannula is kept off the canal, mm."""
DEGREES = 0.2
"""Worth of a degree beyond a route's angles beside a millimetre of missing room."""
FOREMOST = 0.35
"""How far in front of the posterior wall a line beside the pedicle may enter, share of the body's depth."""


@dataclass(frozen=True)
class Limits:
    """What a balloon must keep: `clearance` around, `anterior` ahead, its `radius`; mm.

    `midline` is its least distance from the mid-plane, where another one comes from beyond it.
    """

    clearance: float
    anterior: float
    radius: float
    midline: float = -np.inf


@dataclass(frozen=True)
class Candidates:
    """Lines by `entry`, `start`, `end` of the balloon's axis (n, 3), mm.

    `penalty` (n,) is how far a line is from the preferred one; `must` is where on the way from the
    entry the cannula has to be wholly in bone, mm; `side` is 1 left, -1 right; `given` tells that nobody searched.
    """

    entry: Float
    start: Float
    end: Float
    penalty: Float
    must: Float
    side: float
    given: bool = False

    @property
    def axis(self) -> Float:
        """Unit directions (n, 3) forward."""
        way = self.end - self.start
        return np.asarray(way / np.linalg.norm(way, axis=1)[:, None])

    def approach(self, index: int, name: str, radius: float, gaps: Gaps) -> Approach:
        """Approach of one line; the cannula's tip touches the balloon's rear end."""
        start, end = self.start[index], self.end[index]
        tip = start - radius * self.axis[index]
        return Approach(name, self.entry[index], tip, start, end, radius, gaps)


@dataclass(frozen=True)
class Room:
    """Room beyond what is needed (n,), mm.

    Around the balloon, ahead of it, to the mid-plane, around the cannula, to the canal; `route` is what is missing to
    the angles and places of the route, nought or less.
    """

    balloon: Float
    anterior: Float
    midline: Float
    channel: Float
    canal: Float
    route: Float
    score: Float

    def fitting_length(self, lines: Candidates) -> float:
        """Length of a balloon (mm) that might fit: shorter by what is missing ahead."""
        length = np.linalg.norm(lines.end - lines.start, axis=1)
        spare = np.minimum(self.anterior, 2.0 * self.balloon)
        return float(np.max(length + np.minimum(spare, 0.0)))

    def gaps(self, index: int, limits: Limits, least: float) -> Gaps:
        """Distances that one line keeps; ``least`` (mm) is what its route keeps from the canal."""
        return Gaps(
            canal=float(self.canal[index]) + least,
            cortex=float(self.channel[index]),
            balloon=float(self.balloon[index]) + limits.clearance,
            ahead=float(self.anterior[index]) + limits.anterior,
        )


def candidate_lines(
    vertebra: Vertebra, pedicle: PedicleAxis, length: float, radius: float, rules: RouteRules
) -> Candidates:
    """Lines from about the isthmus, or from beside it, to a lattice of places for the balloon's middle."""
    marks = vertebra.landmarks
    side = float(np.sign(pedicle.isthmus[0]))
    lateral, height, forward, up, out = (
        grid.ravel()
        for grid in np.meshgrid(rules.lateral, rules.height, rules.forward, rules.up, rules.out)
    )
    x = side * lateral * marks.width
    y = marks.anterior_wall + forward * (marks.posterior_wall - marks.anterior_wall)
    middle = np.column_stack([x, y, _between(vertebra, x, y, height)])
    through = np.tile(pedicle.isthmus, (len(x), 1))
    if rules.beside:
        through[:, 0] += side * (pedicle.radius + radius)
    through[:, 0] += side * out * pedicle.radius
    through[:, 2] += up * pedicle.radius
    axis = middle - through
    axis /= np.linalg.norm(axis, axis=1)[:, None]
    half = 0.5 * length - radius
    entry = _first_exit(vertebra, middle if rules.beside else through, -axis)
    start = middle - half * axis
    behind = np.linalg.norm((start if rules.beside else through) - entry, axis=1)
    offset = np.column_stack([lateral, height, forward]) - rules.preferred
    penalty = np.linalg.norm(offset * [6.0, 3.0, 4.0], axis=1) + np.abs(up) + np.abs(out)
    must = np.minimum((3.0 if rules.beside else 2.5) * radius, 0.5 * behind)
    return Candidates(entry, start, middle + half * axis, penalty, must, side)


def explicit_line(
    vertebra: Vertebra, entry: Float, target: Float, length: float, radius: float, rules: RouteRules
) -> Candidates:
    """Return the one line from ``entry`` (3,) to the balloon's far end ``target`` (3,).

    It enters the bone where it first meets it, or, beside the pedicle, at the wall of the body.
    """
    axis = np.asarray(target, dtype=np.float64) - entry
    axis /= np.linalg.norm(axis)
    end = np.asarray(target) - radius * axis
    start = end - (length - 2.0 * radius) * axis
    away = np.asarray(entry, dtype=np.float64)
    if rules.beside:
        away = _first_exit(vertebra, (0.5 * (start + end))[None], -axis[None])[0]
    elif float(vertebra.distance.at(away[None])[0]) < 0.0:
        away = _first_exit(vertebra, away[None], -axis[None])[0]
    side = float(np.sign(away[0] - end[0])) or 1.0
    must = np.array([min(2.5 * radius, 0.5 * float(np.linalg.norm(start - away)))])
    return Candidates(away[None], start[None], end[None], np.zeros(1), must, side, given=True)


def measure(
    vertebra: Vertebra, canal: Canal, lines: Candidates, limits: Limits, rules: RouteRules
) -> Room:
    """Room of each line in the bone and beside the canal."""
    share = np.linspace(0.0, 1.0, 25)
    balloon = -_along(vertebra, lines.start, lines.end, share).max(axis=1)
    balloon -= limits.radius + limits.clearance
    axis = lines.axis
    ahead = np.linalg.norm(_first_exit(vertebra, lines.end, axis) - lines.end, axis=1)
    anterior = ahead - limits.radius - limits.anterior
    channel = -_depth_on_the_way(vertebra, lines).max(axis=1) - limits.radius
    nearest = np.minimum(np.abs(lines.start[:, 0]), np.abs(lines.end[:, 0]))
    nearest = np.where(lines.start[:, 0] * lines.end[:, 0] > 0.0, nearest, -nearest)
    midline = nearest - limits.radius - limits.midline
    spared = _from_canal(canal, lines, limits.radius) - rules.canal
    fits = np.zeros(len(balloon)) if lines.given else _fits(vertebra, lines, limits.radius, rules)
    room = np.minimum(np.minimum(balloon, anterior), midline)
    short = np.minimum(np.minimum(room, channel), np.minimum(spared, fits))
    comfort = np.minimum(np.minimum(room, 2.0 * channel), CAP) - lines.penalty
    score = np.where(short < 0.0, 10.0 * short - lines.penalty - 1000.0, comfort)
    return Room(balloon, anterior, midline, channel, spared, fits, score)


def breach(vertebra: Vertebra, lines: Candidates) -> Float:
    """Unit vector (3,) out of the bone where the first line's cannula lies shallowest."""
    points = _way(lines)[0]
    worst = points[int(np.argmax(vertebra.distance.at(points)))]
    slope = np.array(
        [
            np.diff(vertebra.distance.at(worst + np.outer([-0.5, 0.5], unit)))[0]
            for unit in np.eye(3)
        ]
    )
    return np.asarray(slope / max(float(np.linalg.norm(slope)), 1e-12))


def _fits(vertebra: Vertebra, lines: Candidates, radius: float, rules: RouteRules) -> Float:
    """What is missing (n,) to the angles and places of a route, in mm; nought where nothing is."""
    axis, marks = lines.axis, vertebra.landmarks
    medial = np.degrees(np.arctan2(-lines.side * axis[:, 0], -axis[:, 1]))
    caudal = -np.degrees(np.arcsin(axis[:, 2]))
    missing = np.zeros(len(axis))
    for angle, (low, high) in ((medial, rules.medial), (caudal, rules.caudal)):
        missing += DEGREES * np.maximum(np.maximum(low - angle, angle - high), 0.0)
    far = np.abs(lines.end[:, 0] + radius * axis[:, 0])
    missing += np.maximum(far - rules.tip * marks.width, 0.0)
    if rules.beside:
        depth = marks.posterior_wall - marks.anterior_wall
        front, back = marks.posterior_wall - FOREMOST * depth, marks.posterior_wall + 2.0 * radius
        place = lines.entry[:, 1]
        missing += np.maximum(np.maximum(front - place, place - back), 0.0)
    return -missing


def _from_canal(canal: Canal, lines: Candidates, radius: float) -> Float:
    """Least distance (n,) mm of cannula and balloon from the canal, from well behind the entry on."""
    start = lines.entry - OUTSIDE * lines.axis
    share = np.linspace(0.0, 1.0, 121)
    points = start[:, None] + share[:, None] * (lines.end - start)[:, None]
    gap = canal.distance(points.reshape(-1, 3)).reshape(len(start), -1)
    return np.asarray(gap.min(axis=1) - radius)


def _way(lines: Candidates) -> Float:
    """Points (n, 41, 3) of the cannulas from where they have to be in bone to the balloons."""
    length = np.linalg.norm(lines.start - lines.entry, axis=1)
    first = (lines.must / np.maximum(length, 1e-9))[:, None]
    share = first + np.linspace(0.0, 1.0, 41) * (1.0 - first)
    return np.asarray(
        lines.entry[:, None] + share[..., None] * (lines.start - lines.entry)[:, None]
    )


def _depth_on_the_way(vertebra: Vertebra, lines: Candidates) -> Float:
    """Signed distance (n, 41) mm of the cannulas' axes where they have to be in bone."""
    points = _way(lines)
    return vertebra.distance.at(points.reshape(-1, 3)).reshape(points.shape[:2])


def _along(vertebra: Vertebra, start: Float, end: Float, share: Float) -> Float:
    """Signed distance at shares (m,) of the way, shape (n, m)."""
    points = start[:, None] + share[:, None] * (end - start)[:, None]
    return vertebra.distance.at(points.reshape(-1, 3)).reshape(points.shape[:2])


def _first_exit(vertebra: Vertebra, start: Float, direction: Float) -> Float:
    """First point (n, 3) out of the bone along rays from ``start`` (n, 3); the start if outside."""
    reach = np.arange(0.0, 70.0, STEP)
    points = start[:, None] + reach[:, None] * direction[:, None]
    depth = vertebra.distance.at(points.reshape(-1, 3)).reshape(len(start), -1)
    outside = depth > 0.0
    outside[:, -1] = True
    last = np.maximum(outside.argmax(axis=1), 1)
    row = np.arange(len(start))
    before, after = depth[row, last - 1], depth[row, last]
    part = np.clip(before / np.where(before == after, -1.0, before - after), 0.0, 1.0)
    return np.asarray(start + (reach[last - 1] + STEP * part)[:, None] * direction)


def _between(vertebra: Vertebra, x: Float, y: Float, share: Float) -> Float:
    """Height z at ``share`` of the way from the inferior to the superior surface in a column."""
    marks = vertebra.landmarks
    middle = 0.5 * (marks.superior.centre[2] + marks.inferior.centre[2])
    base = np.column_stack([x, y, np.full_like(x, middle)])
    up = np.tile([0.0, 0.0, 1.0], (len(x), 1))
    top = _first_exit(vertebra, base, up)[:, 2]
    bottom = _first_exit(vertebra, base, -up)[:, 2]
    return np.asarray(bottom + share * (top - bottom))
