# SPDX-License-Identifier: BSD-3-Clause
"""Many possible lines for one cannula and balloon, and how much room each has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy._vertebra import Approach, PedicleAxis, Vertebra

__all__ = [
    "CLEARANCES",
    "Candidates",
    "Limits",
    "Room",
    "candidate_lines",
    "explicit_line",
    "measure",
]

Float = NDArray[np.float64]

CLEARANCES = (3.0, 2.5, 2.0, 1.5, 1.0)
"""Bone to be left around the deflated balloon, mm, the usual first."""
LATERAL = (0.12, 0.16, 0.20, 0.24, 0.28, 0.32)
"""Distance of the balloon's middle from the mid-plane, share of the body's width."""
HEIGHT = (0.30, 0.38, 0.46, 0.54, 0.62)
"""Height of the balloon's middle between the endplates, 0 inferior to 1 superior."""
FORWARD = (0.28, 0.34, 0.40, 0.46)
"""Place of the balloon's middle, share of the body's depth from the anterior wall."""
PREFERRED = (0.24, 0.46, 0.34)
"""Lateral, height, forward place taken where room is equal."""
STEP = 0.5
CAP = 2.5
"""Room beyond this (mm) is not worth moving for."""


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
    entry the cannula has to be wholly in bone, mm; `exempt` tells that it may run outside.
    """

    entry: Float
    start: Float
    end: Float
    penalty: Float
    must: Float
    exempt: bool = False

    def approach(self, index: int, name: str, radius: float) -> Approach:
        """Approach of one line; the cannula's tip touches the balloon's rear end."""
        start, end = self.start[index], self.end[index]
        forward = (end - start) / np.linalg.norm(end - start)
        return Approach(name, self.entry[index], start - radius * forward, start, end, radius)


@dataclass(frozen=True)
class Room:
    """Room beyond what is needed (n,), mm.

    Around the balloon, ahead of it, to the mid-plane, around the cannula.
    """

    balloon: Float
    anterior: Float
    midline: Float
    channel: Float
    score: Float

    def fitting_length(self, lines: Candidates) -> float:
        """Length of a balloon (mm) that might fit: shorter by what is missing ahead."""
        length = np.linalg.norm(lines.end - lines.start, axis=1)
        spare = np.minimum(self.anterior, 2.0 * self.balloon)
        return float(np.max(length + np.minimum(spare, 0.0)))


def candidate_lines(
    vertebra: Vertebra,
    pedicle: PedicleAxis,
    length: float,
    radius: float,
    *,
    extrapedicular: bool = False,
) -> Candidates:
    """Lines from about the isthmus to a lattice of places for the balloon's middle."""
    marks = vertebra.landmarks
    side = float(np.sign(pedicle.isthmus[0]))
    lateral, height, forward, up, out = (
        grid.ravel()
        for grid in np.meshgrid(LATERAL, HEIGHT, FORWARD, (-0.35, 0.0, 0.35), (-0.2, 0.0, 0.2))
    )
    x = side * lateral * marks.width
    y = marks.anterior_wall + forward * (marks.posterior_wall - marks.anterior_wall)
    middle = np.column_stack([x, y, _between(vertebra, x, y, height)])
    through = np.tile(pedicle.isthmus, (len(x), 1))
    if extrapedicular:
        through[:, 0] += side * (pedicle.radius + radius)
    through[:, 0] += side * out * pedicle.radius
    through[:, 2] += up * pedicle.radius
    axis = middle - through
    axis /= np.linalg.norm(axis, axis=1)[:, None]
    half = 0.5 * length - radius
    entry = _first_exit(vertebra, middle if extrapedicular else through, -axis)
    behind = np.linalg.norm(through - entry, axis=1)
    offset = np.column_stack([lateral, height, forward]) - PREFERRED
    penalty = np.linalg.norm(offset * [6.0, 3.0, 4.0], axis=1) + np.abs(up) + np.abs(out)
    must = np.minimum(2.5 * radius, 0.5 * behind)
    return Candidates(
        entry, middle - half * axis, middle + half * axis, penalty, must, exempt=extrapedicular
    )


def explicit_line(
    vertebra: Vertebra, entry: Float, target: Float, length: float, radius: float
) -> Candidates:
    """Return the one line from ``entry`` (3,) to the balloon's far end ``target`` (3,)."""
    axis = np.asarray(target, dtype=np.float64) - entry
    axis /= np.linalg.norm(axis)
    end = np.asarray(target) - radius * axis
    start = end - (length - 2.0 * radius) * axis
    away = np.asarray(entry, dtype=np.float64)
    if float(vertebra.distance.at(away[None])[0]) < 0.0:
        away = _first_exit(vertebra, away[None], -axis[None])[0]
    must = np.array([min(2.5 * radius, 0.5 * float(np.linalg.norm(start - away)))])
    return Candidates(away[None], start[None], end[None], np.zeros(1), must)


def measure(vertebra: Vertebra, lines: Candidates, limits: Limits) -> Room:
    """Room of each line in the bone."""
    share = np.linspace(0.0, 1.0, 25)
    balloon = -_along(vertebra, lines.start, lines.end, share).max(axis=1)
    balloon -= limits.radius + limits.clearance
    axis = lines.end - lines.start
    axis /= np.linalg.norm(axis, axis=1)[:, None]
    ahead = np.linalg.norm(_first_exit(vertebra, lines.end, axis) - lines.end, axis=1)
    anterior = ahead - limits.radius - limits.anterior
    channel = _channel(vertebra, lines, limits.radius)
    nearest = np.minimum(np.abs(lines.start[:, 0]), np.abs(lines.end[:, 0]))
    nearest = np.where(lines.start[:, 0] * lines.end[:, 0] > 0.0, nearest, -nearest)
    midline = nearest - limits.radius - limits.midline
    room = np.minimum(np.minimum(balloon, anterior), midline)
    short = np.minimum(room, channel)
    comfort = np.minimum(np.minimum(room, 2.0 * channel), CAP) - lines.penalty
    score = np.where(short < 0.0, 10.0 * short - lines.penalty - 1000.0, comfort)
    return Room(balloon, anterior, midline, channel, score)


def _channel(vertebra: Vertebra, lines: Candidates, radius: float) -> Float:
    if lines.exempt:
        return np.full(len(lines.entry), CAP)
    length = np.linalg.norm(lines.start - lines.entry, axis=1)
    share = (lines.must / length)[:, None] + np.linspace(0.0, 1.0, 41) * (
        1.0 - (lines.must / length)[:, None]
    )
    depth = _along(vertebra, lines.entry, lines.start, share)
    return np.asarray(-depth.max(axis=1) - radius)


def _along(vertebra: Vertebra, start: Float, end: Float, share: Float) -> Float:
    """Signed distance at shares (m,) or (n, m) of the way, shape (n, m)."""
    way = np.broadcast_to(share, (len(start), share.shape[-1]))
    points = start[:, None] + way[..., None] * (end - start)[:, None]
    return vertebra.distance.at(points.reshape(-1, 3)).reshape(way.shape)


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
