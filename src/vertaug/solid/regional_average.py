# SPDX-License-Identifier: BSD-3-Clause
"""Averages of a field over a material length, within each region of a body.

A law that softens gathers its strain in one row of cells, however thin; what softens it is therefore taken as an
average over a length of the tissue (Pijaudier-Cabot, Bažant 1987, J Eng Mech 113:1512), in the shape the body had
at first. Cells hand their values to places at least about a quarter of the length apart, the places are averaged,
and cells take back what their places have. Weights between places are scaled from both sides until the rows sum to
one (Sinkhorn, Knopp 1967, Pac J Math 21:343), so a constant stays constant up to the surface, the operator is
symmetric and the integral over the volume is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array, get_index_dtype

from vertaug_kernels import neighbourhood

__all__ = ["RegionalAverage"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]
Index = NDArray[np.int64]

_COARSE = 0.3
"""Largest volume of the part of a cell that one place takes, of the cube of the length."""
_FINE = 0.25
"""Side of the boxes in which parts of cells share a place, of the length: widens the average by 5 %."""
_LEVELS = 2
"""How often a cell is cut into eight at most."""
_BOXES = 128
"""Boxes along the body at most, in which neighbours are looked for."""
_ROWS = 30_000
"""Rows of weights that one call of a kernel counts or writes: some tenths of a second."""
_SWEEPS = 40
"""Scalings from both sides; each halves the error, and the diagonal takes what is left."""
_SPLIT = np.array(
    [
        [(0, 0), (0, 1), (0, 2), (0, 3)], [(0, 1), (1, 1), (1, 2), (1, 3)],
        [(0, 2), (1, 2), (2, 2), (2, 3)], [(0, 3), (1, 3), (2, 3), (3, 3)],
        [(0, 1), (0, 2), (0, 3), (1, 3)], [(0, 1), (0, 2), (1, 2), (1, 3)],
        [(0, 2), (0, 3), (1, 3), (2, 3)], [(0, 2), (1, 2), (1, 3), (2, 3)],
    ]
)  # fmt: skip
"""Corners of the eight parts of a tetrahedron, as middles of pairs of its own corners."""


@dataclass(frozen=True, eq=False)
class RegionalAverage:
    """Averages of values of n cells over m places.

    `volume` (n,) of the cells; `gather` (m, n) takes the mean of each place, weighted by volume; `mix` (m, m)
    averages places. An empty operator leaves values as they are.
    """

    volume: Float
    gather: csr_array | None = None
    mix: csr_array | None = None

    @classmethod
    def of(
        cls, points: Float, cells: Int, volume: Float, region: Int, length: float
    ) -> RegionalAverage:
        """Average over tetrahedra within ``length``.

        Parameters
        ----------
        points : (n_points, 3) mm, at first
        cells : (n, 4)
        volume : (n,) mm³ at first
        region : (n,) only cells of the same one are averaged
        length : mm; the weight (1 - r²/length²)² of two places falls to nothing at this distance
        """
        if length <= 0.0:
            return cls(volume)
        part, share, owner = _parts(points[cells], volume, length)
        place = _shared_places(part, region[owner], length)
        count = int(place.max()) + 1
        held = np.bincount(place, weights=share, minlength=count).astype(np.float64)
        centre = np.column_stack(
            [np.bincount(place, weights=share * part[:, i], minlength=count) for i in range(3)]
        )
        home = np.empty(count, dtype=np.int64)
        home[place] = region[owner]
        gather = coo_array((share / held[place], (place, owner)), shape=(count, len(cells)))
        return cls(volume, gather.tocsr(), _mix(centre / held[:, None], held, home, length))

    def __call__(self, values: Float) -> Float:
        """Averages (n,) of ``values`` (n,)."""
        if self.gather is None or self.mix is None:
            return values
        return np.asarray((self.gather.T @ (self.mix @ (self.gather @ values))) / self.volume)


def _parts(corners: Float, volume: Float, length: float) -> tuple[Float, Float, Index]:
    """Centroids (k, 3) of parts of the cells (n, 4, 3), their volumes (k,) and their cells (k,).

    Cells that are large beside the length are cut, so that they share with their neighbours what lies near.
    """
    owner = np.arange(len(corners))
    found = []
    for level in range(_LEVELS + 1):
        small = (volume <= _COARSE * length**3) | (level == _LEVELS)
        found.append((corners[small].mean(axis=1), volume[small], owner[small]))
        corners = corners[~small][:, _SPLIT].mean(axis=3).reshape(-1, 4, 3)
        volume, owner = np.repeat(volume[~small] / 8.0, 8), np.repeat(owner[~small], 8)
    centres, volumes, owners = zip(*found, strict=True)
    return np.concatenate(centres), np.concatenate(volumes), np.concatenate(owners)


def _shared_places(part: Float, region: Int, length: float) -> Index:
    """Place (k,) of each part: those of one region in one box share it."""
    box = np.floor((part - part.min(axis=0)) / (_FINE * length)).astype(np.int64)
    key = np.ravel_multi_index((*box.T, region), (*(box.max(axis=0) + 1), int(region.max()) + 1))
    return np.unique(key, return_inverse=True)[1]


def _mix(centre: Float, held: Float, region: Index, length: float) -> csr_array:
    """Weights (m, m) between places of volumes ``held`` (m,), symmetric, whose rows sum to ``held``."""
    extent = centre - centre.min(axis=0)
    box = np.floor(extent / max(length, float(extent.max()) / _BOXES)).astype(np.int32)
    boxes = box.max(axis=0) + 1
    key = np.ravel_multi_index(tuple(box.T), tuple(boxes))
    order = np.argsort(key, kind="stable").astype(np.int32)
    starts = np.concatenate([[0], np.cumsum(np.bincount(key, minlength=int(boxes.prod())))])
    about = (centre, held, region, box, boxes, order, starts, length)
    m = len(held)
    count = np.empty(m, dtype=np.int64)
    none = np.empty(0, np.int32), np.empty(0)
    some = [(first, min(first + _ROWS, m)) for first in range(0, m, _ROWS)]
    for rows in some:
        neighbourhood.count_near(rows, *about, none, count)
    pointers = np.concatenate([[0], np.cumsum(count)])
    pointers = pointers.astype(get_index_dtype(maxval=int(pointers[-1])))
    columns, values = np.empty(pointers[-1], dtype=np.int32), np.empty(pointers[-1])
    for rows in some:
        neighbourhood.near_weights(rows, *about, pointers, columns, values)
    return _balanced(csr_array((values, columns, pointers), shape=(m, m)), held)


def _balanced(raw: csr_array, wanted: Float) -> csr_array:
    """Scale a symmetric matrix from both sides until its rows sum to ``wanted`` (m,)."""
    scale = np.sqrt(wanted / raw.sum(axis=1))
    for _ in range(_SWEEPS):
        scale *= np.sqrt(wanted / (scale * (raw @ scale)))
    neighbourhood.scale_rows(raw.indptr, raw.indices, scale, wanted, raw.data)
    return raw
