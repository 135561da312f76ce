# SPDX-License-Identifier: BSD-3-Clause
"""Putting surface points onto the exact surface without spoiling a cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from vertaug.mesh._mmg import Labelled
from vertaug.mesh.quality import shape_quality

__all__ = ["project"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
Level = Callable[[Float], Float]

_STEPS = 3
_ROUNDS = 12
_PROBE = 0.05
_LONGEST_MOVE = 0.5
_ACCEPTED_QUALITY = 0.25
_ACCEPTED_LOSS = 0.7


def project(mesh: Labelled, levels: Sequence[Level]) -> Float:
    """Move the points of facets with label ``k`` onto the zero of ``levels[k]``.

    A move that would leave a cell both below a quality of 0.25 and 30 % worse than before is
    halved, and given up in the end.

    Returns
    -------
    points (n, 3), mm
    """
    target = mesh.points.copy()
    for label, level in enumerate(levels):
        chosen = np.unique(mesh.facets[mesh.facet_label == label])
        if len(chosen):
            target[chosen] = _foot_points(mesh.points[chosen], level)
    return _move(mesh, target - mesh.points)


def _foot_points(points: Float, level: Level) -> Float:
    """Newton steps along the gradient; moves are limited to half a millimetre."""
    foot = points.copy()
    for _ in range(_STEPS):
        value = level(foot)
        gradient = _gradient(foot, level)
        square = np.maximum(np.einsum("ij,ij->i", gradient, gradient), 0.25)
        foot = foot - (value / square)[:, None] * gradient
    move = foot - points
    length = np.linalg.norm(move, axis=1, keepdims=True)
    return np.asarray(points + move * np.minimum(1.0, _LONGEST_MOVE / np.maximum(length, 1e-12)))


def _gradient(points: Float, level: Level) -> Float:
    columns = []
    for d in range(3):
        probe = np.zeros(3)
        probe[d] = _PROBE
        columns.append((level(points + probe) - level(points - probe)) / (2.0 * _PROBE))
    return np.stack(columns, axis=1)


def _move(mesh: Labelled, move: Float) -> Float:
    """Apply as much of ``move`` as the cells allow."""
    before = shape_quality(mesh.points, mesh.cells)
    limit = np.minimum(_ACCEPTED_QUALITY, _ACCEPTED_LOSS * before)
    part = np.ones(len(move))
    for attempt in range(_ROUNDS):
        points = mesh.points + part[:, None] * move
        bad = shape_quality(points, mesh.cells) < limit
        if not bad.any():
            return points
        guilty = np.unique(mesh.cells[bad])
        part[guilty] = 0.5 * part[guilty] if attempt < _ROUNDS // 2 else 0.0
    return mesh.points
