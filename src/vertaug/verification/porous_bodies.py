# SPDX-License-Identifier: BSD-3-Clause
"""The three bodies whose consolidation has a series: column, eighth of a ball, quarter of a slab."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.solid.poroelastic import PorousBody, PorousMaterial
from vertaug.solid.poroelastic_mesh import add_middles, facet_forces
from vertaug.solid.poroelastic_steps import Balance, Consolidation, PorousState, Scheme
from vertaug.solid.poroelastic_supports import Loading, Plate, Supports
from vertaug.verification.meshes import SPLITS, positive

__all__ = ["PorousCase", "box", "column", "eighth_ball", "quarter_slab", "times"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True)
class PorousCase:
    """A body under a load put on at once and kept.

    `length` mm of the drainage path, `size` mm of the smallest cell along it.
    """

    body: PorousBody
    supports: Supports
    loading: Loading
    length: float
    size: float

    def node(self, place: Iterable[float]) -> int:
        """Node nearest to a place (mm)."""
        return int(np.linalg.norm(self.body.points - np.array(list(place)), axis=1).argmin())

    def vertex(self, place: Iterable[float]) -> int:
        """Row, among the pressures, of the vertex nearest to a place (mm)."""
        corners = self.body.points[self.body.vertices]
        return int(np.linalg.norm(corners - np.array(list(place)), axis=1).argmin())

    def seconds(self, time: float) -> float:
        """Time in s of a dimensionless one, T = c t / length²."""
        return time * self.length**2 / self.body.materials[0].diffusivity

    def history(
        self, ends: Iterable[float], scheme: Scheme = "bdf2"
    ) -> Iterator[tuple[float, PorousState, Balance]]:
        """Step to each dimensionless time in turn; yields it with state and balance."""
        run = Consolidation(self.body, self.supports, scheme)
        state, before = run.start(), 0.0
        for end in ends:
            state, balance = run.advance(state, self.seconds(end - before), self.loading)
            before = end
            yield end, state, balance


def times(*segments: tuple[int, float]) -> Float:
    """Rising times: each segment is a number of equal steps and the time it ends at."""
    parts, start = [], 0.0
    for count, end in segments:
        parts.append(np.linspace(start, end, count + 1)[1:])
        start = end
    return np.concatenate(parts)


def box(axes: tuple[Float, Float, Float]) -> tuple[Float, Int]:
    """Box cut along given coordinates (mm) into bricks of six tetrahedra each."""
    points = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 3)
    shape = tuple(len(axis) for axis in axes)
    number = np.arange(len(points)).reshape(shape)
    parts = []
    for path in SPLITS:
        corner = np.zeros(3, dtype=int)
        corners = [corner.copy()]
        for direction in path:
            corner[direction] = 1
            corners.append(corner.copy())
        windows = [
            tuple(slice(s, n - 1 + s) for s, n in zip(c, shape, strict=True)) for c in corners
        ]
        parts.append(np.stack([number[w].ravel() for w in windows], axis=1))
    return points, positive(points, np.concatenate(parts))


def _facets_at(body: PorousBody, axis: int, value: float) -> Int:
    """Boundary facets whose nodes all lie in a plane."""
    on = np.abs(body.points[:, axis] - value) < 1e-9
    return np.ascontiguousarray(body.facets[on[body.facets].all(axis=1)])


def column(
    material: PorousMaterial, height: float, pressure: float, layers: int, across: int = 1
) -> PorousCase:
    """Column without side strain, sealed base at z = 0, drained and pressed at its top."""
    side = height * across / layers
    lines = np.linspace(0.0, side, across + 1)
    points, cells, _ = add_middles(*box((lines, lines, np.linspace(0.0, height, layers + 1))))
    body = PorousBody(points, cells, (material,))
    held = np.abs(points) < 1e-9
    held[:, :2] |= np.abs(points[:, :2] - side) < 1e-9
    drained = np.abs(points[body.vertices, 2] - height) < 1e-9
    forces = facet_forces(points, _facets_at(body, 2, height), pressure=pressure)
    return PorousCase(body, Supports(held, drained), Loading(forces), height, height / layers)


def quarter_slab(
    material: PorousMaterial,
    half_width: float,
    height: float,
    force: float,
    columns: int,
    rows: int,
) -> PorousCase:
    """Slab in plane strain under a rigid plate at z = ``height``, drained at x = ``half_width``.

    ``force`` N per mm of thickness on the half width; columns narrow towards the drained side.
    """
    share = np.linspace(0.0, 1.0, columns + 1)
    widths = half_width * (1.5 * share - 0.5 * share**3)
    thickness = height / rows
    layers = np.linspace(0.0, height, rows + 1)
    points, cells, _ = add_middles(*box((widths, np.array([0.0, thickness]), layers)))
    body = PorousBody(points, cells, (material,))
    held = np.abs(points) < 1e-9
    held[:, 1] = True
    drained = np.abs(points[body.vertices, 0] - half_width) < 1e-9
    top = np.flatnonzero(np.abs(points[:, 2] - height) < 1e-9)
    loading = Loading(plate_forces=np.array([-force * thickness]))
    supports = Supports(held, drained, (Plate(top, 2),))
    return PorousCase(body, supports, loading, half_width, widths[-1] - widths[-2])


def eighth_ball(material: PorousMaterial, radius: float, pressure: float, n: int) -> PorousCase:
    """Eighth of a ball drained and pressed all round; the middles of its outer edges lie on the sphere."""
    points, cells = _lattice_octant(n)
    level = points.sum(axis=1)
    share = np.divide(points, level[:, None], out=np.zeros_like(points), where=level[:, None] > 0.0)
    points = np.sin(0.5 * np.pi * share)
    length = np.linalg.norm(points, axis=1)
    points *= np.divide(level, length, out=np.zeros_like(level), where=length > 0.0)[:, None]
    points *= radius
    points, cells, edges = add_middles(points, cells)
    ends = level[edges]
    middles = len(level) + np.flatnonzero((np.abs(ends - 1.0) < 1e-9).all(axis=1))
    points[middles] *= radius / np.linalg.norm(points[middles], axis=1, keepdims=True)
    body = PorousBody(points, cells, (material,))
    drained = np.abs(level - 1.0)[body.vertices] < 1e-9
    outside = np.abs(np.linalg.norm(points, axis=1) - radius) < 1e-9 * radius
    facets = body.facets[outside[body.facets].all(axis=1)]
    forces = facet_forces(points, facets, pressure=pressure)
    supports = Supports(np.abs(points) < 1e-9 * radius, drained)
    return PorousCase(body, supports, Loading(forces), radius, radius / n)


def _lattice_octant(n: int) -> tuple[Float, Int]:
    """The tetrahedron x + y + z ≤ 1 in the positive octant, cut into n³ alike."""
    lines = np.linspace(0.0, 1.0, n + 1)
    points, cells = box((lines, lines, lines))
    # Of the cube, the sixth with x ≥ y ≥ z is cut exactly by the bricks' diagonals.
    slack = 1e-9
    inside = (points[:, 0] + slack >= points[:, 1]) & (points[:, 1] + slack >= points[:, 2])
    kept = cells[inside[cells].all(axis=1)]
    used, renumbered = np.unique(kept, return_inverse=True)
    x, y, z = points[used].T
    mapped = np.stack([x - y, y - z, z], axis=1)
    return mapped, positive(mapped, renumbered.reshape(kept.shape))
