# SPDX-License-Identifier: BSD-3-Clause
"""Which space each voxel outside the bone belongs to, and where spaces end.

Anatomy comes first: a voxel behind the body is canal whatever opening is nearest. Spaces run into each other but
where anatomy parts them: ligaments and dura close the canal but for the foramina, the annulus closes a disc
towards the canal, the endplates of neighbours close it above and below, and a vein's wall closes the vein.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_fill_holes, distance_transform_edt

from vertaug.cement.opening_faces import facet_samples
from vertaug.cement.surroundings import CanalSpace, DiscSpace, Surroundings
from vertaug.cement.voxelise import Lattice

__all__ = ["NAMES", "VEIN", "Labels", "label_spaces", "rim_faces"]

Float = NDArray[np.float64]
Mask = NDArray[np.bool_]
Label = NDArray[np.int16]

VEIN = "vein"
NAMES = (
    "canal", "foramen_left", "foramen_right", "disc_superior", "disc_inferior", "paravertebral", VEIN,
)  # fmt: skip
_JOINED = (
    ("canal", "foramen_left"),
    ("canal", "foramen_right"),
    ("foramen_left", "paravertebral"),
    ("foramen_right", "paravertebral"),
    ("disc_superior", "paravertebral"),
    ("disc_inferior", "paravertebral"),
)
_CONCAVE = 3.0
"""How far the posterior wall may lie in front of its place at mid-height, mm."""
_FINE = 0.4
"""Distance of the samples of an endplate, voxels."""


@dataclass(frozen=True)
class Labels:
    """Space of each voxel outside the bone.

    `index` (nx, ny, nz) into `names`, -1 for bone; `closed` voxels that let nothing in; `guides` spaces that
    are followed farther once an opening leads there; `edge` (k,) whether a space goes on beyond the lattice;
    `joins` (k, k) which spaces run into each other.
    """

    index: Label
    names: tuple[str, ...]
    closed: Mask
    guides: Mask
    edge: Mask
    joins: Mask

    def joined(self, number: int) -> tuple[str, ...]:
        """Names of the other spaces that a space runs into."""
        return tuple(
            name for n, name in enumerate(self.names) if n != number and self.joins[number, n]
        )


def label_spaces(lattice: Lattice, outside: Mask, around: Surroundings) -> Labels:
    """Label the voxels `outside` the bone (nx, ny, nz) by what lies there."""
    cells = np.argwhere(outside)
    centres = lattice.origin + lattice.spacing * (cells + 0.5)
    label = np.full(len(cells), NAMES.index("paravertebral"), dtype=np.int16)
    closed = np.zeros(len(cells), dtype=bool)
    if around.canal is not None:
        _label_canal(label, (centres - around.canal.centre) @ around.axes.T, around.canal)
    for disc in around.discs:
        within, beyond = _over(disc, centres, around.axes[2], lattice.spacing)
        label[within] = NAMES.index(disc.name)
        closed |= beyond | within if disc.closed else beyond
    index, shut = np.full(outside.shape, -1, dtype=np.int16), np.zeros(outside.shape, dtype=bool)
    index[tuple(cells.T)] = label
    shut[tuple(cells.T)] = closed
    joins = np.eye(len(NAMES), dtype=bool)
    for one, other in _JOINED:
        a, b = NAMES.index(one), NAMES.index(other)
        joins[a, b] = joins[b, a] = True
    guides = np.array([name.startswith(("canal", "foramen", "disc")) for name in NAMES])
    edge = np.array([not name.startswith("disc") for name in NAMES])
    return Labels(index, NAMES, shut, guides, edge, joins)


def _label_canal(label: Label, apart: Float, canal: CanalSpace) -> None:
    """Canal and foramina; `apart` (n, 3) from the canal's centre to the left, back and up, mm."""
    side, back = apart[:, 0], apart[:, 1]
    radius = canal.radius
    width = np.sqrt(np.maximum(radius**2 - side**2, 0.0))
    behind = back > -canal.wall - _CONCAVE
    label[(np.abs(side) <= radius) & behind & (back <= width)] = NAMES.index("canal")
    beside = (np.abs(side) > radius) & (np.abs(side) <= radius + canal.foramen)
    beside &= behind & (back <= radius)
    label[beside & (side > 0.0)] = NAMES.index("foramen_left")
    label[beside & (side < 0.0)] = NAMES.index("foramen_right")


def _over(disc: DiscSpace, centres: Float, superior: Float, spacing: float) -> tuple[Mask, Mask]:
    """Which points (n, 3) lie in the disc, and which beyond it over its endplate."""
    up = disc.sign * superior
    across = np.linalg.svd(up[None])[2][1:]
    edges = np.linalg.norm(disc.corners - np.roll(disc.corners, 1, axis=1), axis=-1)
    number = max(2, int(np.ceil(edges.max(initial=0.0) / (_FINE * spacing))))
    samples, _, _ = facet_samples(disc.corners, number)
    flat, height = samples @ across.T / spacing, samples @ up
    low = np.floor(flat.min(axis=0)).astype(int) - 1
    high = np.floor(flat.max(axis=0)).astype(int) + 2
    top = np.full(high - low, -np.inf)
    np.maximum.at(top, tuple((np.floor(flat).astype(int) - low).T), height)
    known = np.isfinite(top)
    nearest = distance_transform_edt(~known, return_distances=False, return_indices=True)
    top = np.where(binary_fill_holes(known), top[tuple(nearest)], np.inf)
    place = np.floor(centres @ across.T / spacing).astype(int) - low
    on = ((place >= 0) & (place < top.shape)).all(axis=1)
    level = np.full(len(centres), np.inf)
    level[on] = top[tuple(place[on].T)]
    # the staircase of the endplate may stand a voxel higher or lower than its facets
    rise = centres @ up - level
    return (rise > -spacing) & (rise <= disc.height), rise > disc.height


def rim_faces(labels: Labels, tissue: Mask) -> NDArray[np.uint8]:
    """Number of faces along x, y, z by which cells of the `tissue` stand at its end; (3, nx, ny, nz).

    A face is one where its space goes on beyond the tissue or the lattice, into itself or a space that it joins.
    """
    found = np.zeros((3, *tissue.shape), dtype=np.uint8)
    index = labels.index
    for axis in range(3):
        label, inside = np.moveaxis(index, axis, 0), np.moveaxis(tissue, axis, 0)
        shut, count = np.moveaxis(labels.closed, axis, 0), np.moveaxis(found[axis], axis, 0)
        for here, there in ((slice(None, -1), slice(1, None)), (slice(1, None), slice(None, -1))):
            away = ~inside[there] & (label[there] >= 0) & ~shut[there]
            count[here] += inside[here] & away & labels.joins[label[here], label[there]]
        for end in (0, -1):
            count[end] += inside[end] & labels.edge[label[end]]
    return found
