# SPDX-License-Identifier: BSD-3-Clause
"""A disc between two endplates as structured hexahedra: a nucleus with a square core, rings of annulus.

In the disc's own frame (z from the lower endplate's centre to the upper one's, x to the left) each node has a
place in the unit circle and a share of the height. Both endplates have an outline of their own; the disc ends a
little inside it. Nodes of the top and the bottom layer lie on the endplates' facets, so that a tie across them
starts without a gap.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vertaug.anatomy._vertebra import Frame
from vertaug.errors import InputError
from vertaug.materials.card import Parameter

__all__ = ["CARD", "DiscMesh", "DiscSize", "Plate", "disc_frame", "mesh_disc"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]

CARD = (
    Parameter("a_n", 0.43, "1", 0.3, 0.5, "nucleus over the disc's cross-section",
              "0.40 to 0.45 in FE models", "recalled"),
    Parameter("inset", 0.94, "1", 0.8, 1.0, "disc's outline over the endplate's, by radius",
              "the endplate's facets end in a rounded rim", "assumed"),
    Parameter("angle", 30.0, "degree", 20.0, 45.0, "inclination of the annulus' fibres to the endplates",
              "+-30 in FE models", "recalled"),
)  # fmt: skip
_DIRECTIONS = 48
_LEAST = 0.35


@dataclass(frozen=True)
class DiscSize:
    """Divisions of a disc.

    `core` cells along the square core's side (sectors are four times as many), `inner` rings of nucleus around it,
    `rings` of annulus, `layers` of cells (None: so that cells' diagonals lie nearest to the fibres' angle).
    """

    core: int = 4
    inner: int = 1
    rings: int = 4
    layers: int | None = None
    nucleus: float = CARD[0].value


@dataclass(frozen=True)
class Plate:
    """An endplate's facets: `points` (n, 3) mm, `facets` (m, 3)."""

    points: Float
    facets: Int

    def moved(self, frame: Frame) -> Plate:
        """Return it in ``frame``."""
        return Plate(frame.to_vertebral(self.points), self.facets)

    def outline(self, directions: Float) -> Float:
        """Radius (k,) mm from the z axis to its rim along ``directions`` (k,), rad."""
        edges = np.sort(self.facets[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
        free, count = np.unique(edges, axis=0, return_counts=True)
        ends = self.points[free[count == 1]][:, None, :, :2]
        share = np.linspace(0.0, 1.0, 9)[:, None]
        rim = ((1.0 - share) * ends[:, :, 0] + share * ends[:, :, 1]).reshape(-1, 2)
        angle, radius = np.arctan2(rim[:, 1], rim[:, 0]), np.hypot(rim[:, 0], rim[:, 1])
        step = 2.0 * np.pi / _DIRECTIONS
        sector = np.floor((angle + np.pi) / step).astype(int) % _DIRECTIONS
        widest = np.zeros(_DIRECTIONS)
        np.maximum.at(widest, sector, radius)
        middle = -np.pi + step * (np.arange(_DIRECTIONS) + 0.5)
        seen = np.flatnonzero(widest)
        widest = np.interp(middle, middle[seen], widest[seen], period=2.0 * np.pi)
        smooth = (np.roll(widest, 1) + 2.0 * widest + np.roll(widest, -1)) / 4.0
        return np.asarray(np.interp(directions, middle, smooth, period=2.0 * np.pi))

    def heights(self, places: Float) -> Float:
        """Height z (k,) of the facets above ``places`` (k, 2); those beside them take the nearest facet's plane."""
        corner = self.points[self.facets]
        one, two = corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0]
        twice = one[:, 0] * two[:, 1] - one[:, 1] * two[:, 0]
        away = places[:, None] - corner[None, :, 0, :2]
        b = (away[..., 0] * two[:, 1] - away[..., 1] * two[:, 0]) / twice
        c = (one[:, 0] * away[..., 1] - one[:, 1] * away[..., 0]) / twice
        within = np.minimum(np.minimum(b, c), 1.0 - b - c)
        best = within.argmax(axis=1)
        row = np.arange(len(places))
        b, c = np.clip(b[row, best], -0.2, 1.2), np.clip(c[row, best], -0.2, 1.2)
        return np.asarray(corner[best, 0, 2] + b * one[best, 2] + c * two[best, 2])


@dataclass(frozen=True)
class DiscMesh:
    """A meshed disc.

    ========== ============ =======================================================
    field      shape        meaning
    ========== ============ =======================================================
    points     (n, 3)       mm, in the frame of the endplates
    cells      (m, 8)       hexahedra of positive volume
    ring       (m,)         ring of annulus from outside, 0 outermost; -1 in the nucleus
    lower      (k, 4)       faces on the lower endplate, normals out
    upper      (k, 4)       faces on the upper endplate, normals out
    nucleus    (q, 3)       closed surface of the nucleus, normals out of it
    diagonals  (d, 2)       diagonals of the annulus' faces around, outwards of each ring
    family     (d,)         ring of each diagonal
    cell       (d,)         its cell
    ========== ============ =======================================================
    """

    points: Float
    cells: Int
    ring: Int
    lower: Int
    upper: Int
    nucleus: Int
    diagonals: Int
    family: Int
    cell: Int = field(repr=False)

    @property
    def n_rings(self) -> int:
        """Number of annulus rings."""
        return int(self.ring.max()) + 1

    def volumes(self) -> Float:
        """Smallest Jacobian at a cell's corners times eight, (m,) mm³: above 0 where the cell is sound."""
        corner = self.points[self.cells]
        least = np.full(len(corner), np.inf)
        for at, (a, b, c) in enumerate(_NEIGHBOURS):
            edges = corner[:, [a, b, c]] - corner[:, [at]]
            least = np.minimum(least, np.linalg.det(edges))
        return least


_NEIGHBOURS = (
    (1, 3, 4),
    (2, 0, 5),
    (3, 1, 6),
    (0, 2, 7),
    (7, 5, 0),
    (4, 6, 1),
    (5, 7, 2),
    (6, 4, 3),
)


def _section(size: DiscSize) -> tuple[Float, Int, Int]:
    """Nodes (n, 2) in the unit circle, quads (q, 4) turning left, and their rings (q,); annulus last, by sector."""
    side, inner_radius = size.core, float(np.sqrt(size.nucleus))
    line = np.linspace(-1.0, 1.0, side + 1)
    square = np.stack(np.meshgrid(line, line, indexing="xy"), axis=-1).reshape(-1, 2)
    # a square with bulging sides: half way between the square and the circle through its corners
    reach = np.abs(square).max(axis=1)
    length = np.hypot(*square.T)
    round_out = np.where(length > 0.0, reach / np.maximum(length, 1e-12), 1.0)
    core = 0.54 * inner_radius * square * (0.5 + 0.5 * round_out)[:, None]
    number = np.arange((side + 1) ** 2).reshape(side + 1, side + 1)
    quads = [
        [number[j, i], number[j, i + 1], number[j + 1, i + 1], number[j + 1, i]]
        for j in range(side) for i in range(side)
    ]  # fmt: skip
    rim = np.concatenate([number[0, :-1], number[:-1, -1], number[-1, :0:-1], number[:0:-1, 0]])
    angle = np.arctan2(core[rim, 1], core[rim, 0])
    even = angle[0] + 2.0 * np.pi * np.arange(len(rim)) / len(rim)
    circle = np.stack([np.cos(even), np.sin(even)], axis=1)
    nodes, last, rings = [core], rim, [-1] * len(quads)
    radii = np.linspace(inner_radius, 1.0, size.rings + 1)
    layers = [
        (1.0 - share) * core[rim] + share * inner_radius * circle
        for share in np.arange(1, size.inner + 1) / size.inner
    ]
    layers += [radius * circle for radius in radii[1:]]
    count = len(core)
    for position, layer in enumerate(layers):
        new = np.arange(count, count + len(rim))
        count += len(rim)
        nodes.append(layer)
        ahead = np.roll(new, -1)
        quads += np.stack([last, new, ahead, np.roll(last, -1)], axis=1).tolist()
        of = -1 if position < size.inner else size.rings - 1 - (position - size.inner)
        rings += [of] * len(rim)
        last = new
    return np.concatenate(nodes), np.array(quads, dtype=np.int32), np.array(rings, dtype=np.int32)


def disc_frame(lower: Plate, upper: Plate) -> Frame:
    """Frame midway between two endplates: z from the lower one's middle to the upper one's, x to the left."""
    low, high = (p.points[np.unique(p.facets)].mean(axis=0) for p in (lower, upper))
    z = high - low
    z /= np.linalg.norm(z)
    x = np.array([1.0, 0.0, 0.0]) - z[0] * z
    x /= np.linalg.norm(x)
    return Frame(0.5 * (low + high), np.array([x, np.cross(z, x), z]))


def mesh_disc(lower: Plate, upper: Plate, size: DiscSize | None = None) -> DiscMesh:
    """Mesh the space between the endplate below and the one above, both in one frame.

    Raises
    ------
    InputError : E-ANAT-022, the endplates touch or face away from each other
    """
    size = size or DiscSize()
    frame = disc_frame(lower, upper)
    plates = (lower.moved(frame), upper.moved(frame))
    section, quads, rings = _section(size)
    angle, radius = np.arctan2(section[:, 1], section[:, 0]), np.hypot(*section.T)
    ends = []
    for plate in plates:
        reach = CARD[1].value * plate.outline(angle) * radius
        flat = np.stack([reach * np.cos(angle), reach * np.sin(angle)], axis=1)
        ends.append(np.column_stack([flat, plate.heights(flat)]))
    gap = ends[1][:, 2] - ends[0][:, 2]
    if gap.min() < _LEAST:
        raise InputError(
            "anatomy", "disc", f"endplates {gap.min():.2f} mm apart", f"{_LEAST} mm or more everywhere",
            "give the disc more height", "E-ANAT-022",
        )  # fmt: skip
    sectors = 4 * size.core
    layers = size.layers or _layers(ends[0][-sectors * size.rings :], gap, size.rings)
    share = np.linspace(0.0, 1.0, layers + 1)[:, None, None]
    points = ((1.0 - share) * ends[0] + share * ends[1]).reshape(-1, 3)
    return _assembled(frame.to_source(points), quads, rings, layers, sectors, len(section))


def _layers(annulus: Float, gap: Float, rings: int) -> int:
    """Layers, two or more, with which diagonals of the annulus' cells lie nearest to the fibres' angle."""
    turn = annulus.reshape(rings, -1, 3)
    around = np.linalg.norm(turn - np.roll(turn, -1, axis=1), axis=2).ravel()
    rise = gap[-len(around) :] / around
    angles = [np.degrees(np.arctan(rise / count)).mean() for count in range(2, 9)]
    return 2 + int(np.abs(np.array(angles) - CARD[2].value).argmin())


def _assembled(
    points: Float, quads: Int, rings: Int, layers: int, sectors: int, stride: int
) -> DiscMesh:
    """Cells, faces and diagonals of stacked sections."""
    cells = np.concatenate(
        [
            np.concatenate([quads + k * stride, quads + (k + 1) * stride], axis=1)
            for k in range(layers)
        ]
    )
    ring = np.tile(rings, layers)
    annulus = np.flatnonzero(ring >= 0)
    # a cell of a ring goes inner a, outer b, outer c, inner d around: its outer face is b, c and those above
    b, c, below_b, below_c = (
        cells[annulus, 5],
        cells[annulus, 6],
        cells[annulus, 1],
        cells[annulus, 2],
    )
    diagonals = np.concatenate([np.stack([below_b, c], axis=1), np.stack([below_c, b], axis=1)])
    lower, upper = quads[:, ::-1], quads + layers * stride
    core = np.flatnonzero(rings < 0)
    wall = np.flatnonzero(rings == rings.max())
    side = []
    for k in range(layers):
        a, d = quads[wall, 0] + k * stride, quads[wall, 3] + k * stride
        side.append(np.stack([a, d, d + stride, a + stride], axis=1))
    faces = np.concatenate([lower[core], upper[core], *side])
    triangles = np.concatenate([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]])
    int32 = np.int32
    return DiscMesh(
        points, cells.astype(int32), ring.astype(int32), lower.astype(int32), upper.astype(int32),
        triangles.astype(int32), diagonals.astype(int32), np.tile(ring[annulus], 2).astype(int32),
        np.tile(annulus, 2).astype(int32),
    )  # fmt: skip
