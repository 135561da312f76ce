# SPDX-License-Identifier: BSD-3-Clause
"""Endplates and discs in closed form, without a mesh of bone."""

from __future__ import annotations

import numpy as np

from vertaug.anatomy.curvature import DiscSpace
from vertaug.anatomy.disc_mesh import DiscMesh, DiscSize, Plate, mesh_disc
from vertaug.anatomy.parametric import ParametricVertebra

__all__ = ["disc_between", "endplate"]


def endplate(level: str, superior: bool) -> Plate:
    """Closed-form endplate of a sound vertebra, in its own frame."""
    shape = ParametricVertebra(level)
    body = shape.body
    ring, count = 8, 40
    angle = 2.0 * np.pi * np.arange(count) / count
    radius = np.linspace(0.0, 0.5, ring + 1)[1:, None]
    flat = np.stack(
        [body.width * radius * np.cos(angle), body.depth * radius * np.sin(angle)], axis=2
    )
    place = np.concatenate(
        [np.zeros((1, 3)), np.dstack([flat, np.zeros((ring, count))]).reshape(-1, 3)]
    )
    place[:, 1] += body.posterior - 0.5 * body.depth
    place[:, 2] = (body.superior if superior else body.inferior)(place) - shape.centre
    first = 1 + np.arange(count)
    after = 1 + (np.arange(count) + 1) % count
    facets = [np.stack([np.zeros(count, dtype=int), first, after], axis=1)]
    for k in range(ring - 1):
        a, b = first + k * count, after + k * count
        facets += [np.stack([a, a + count, b + count], axis=1), np.stack([a, b + count, b], axis=1)]
    return Plate(place, np.concatenate(facets).astype(np.int32))


def disc_between(
    upper: str, lower: str, space: DiscSpace, size: DiscSize | None = None
) -> DiscMesh:
    """Disc between two sound levels, in the lower one's frame."""
    above, below = endplate(upper, False), endplate(lower, True)
    tilt = np.radians(space.wedge)
    turn = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    raised = (above.points - above.points.mean(axis=0)) @ turn.T + below.points.mean(axis=0)
    raised[:, 2] += space.height
    return mesh_disc(below, Plate(raised, above.facets), size)
