# SPDX-License-Identifier: BSD-3-Clause
"""The spinal canal as an obstacle: what the bone around it leaves free, as one section held along z."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates

from vertaug.anatomy._vertebra import Landmarks, Vertebra
from vertaug.mesh import SignedDistance

__all__ = ["Canal", "canal_of", "find_canal"]

Float = NDArray[np.float64]

RAYS = 72
REACH = 18.0
"""Longest ray from the canal's centre, mm: half the width of no canal is that."""

RAY_STEP = 0.25
SLICE = 1.0
NEAR = 10.0
"""Share of the slices, %, whose bone may reach nearer than the section: spurs and specks of a mask."""

BARE_RADIUS = 8.0
"""Radius taken in directions where no bone bounds the canal, mm (assumed; half a lumbar canal is 8 to 12)."""

CLOSED = 0.5
"""Share of the directions that bone has to close for the section to count as measured."""

PIXEL = 0.5


@dataclass(frozen=True)
class Canal:
    """The canal's section with the plane of x and y, vertebral frame, the same at every z.

    Parameters
    ----------
    outline : (m, 2) corners, counted around, mm
    measured : whether bone closes it; else a circle fills what is open
    grid : (nx, ny) signed distance to the outline on a grid, negative within, mm
    origin : (2,) x and y of the grid's first sample, mm
    """

    outline: Float
    measured: bool
    grid: Float
    origin: Float

    def distance(self, points: Float) -> Float:
        """Signed distance (n,) mm of ``points`` (n, 3) to the canal, negative within it."""
        index = (np.asarray(points)[:, :2] - self.origin) / PIXEL
        held = np.clip(index, 0.0, np.array(self.grid.shape) - 1.0)
        beyond = PIXEL * np.linalg.norm(index - held, axis=1)
        return np.asarray(map_coordinates(self.grid, held.T, order=1) + beyond)


def find_canal(vertebra: Vertebra) -> Canal:
    """Measure the canal by rays from its centre, slice by slice between the endplates."""
    return canal_of(vertebra.distance, vertebra.landmarks)


def canal_of(distance: SignedDistance, landmarks: Landmarks) -> Canal:
    """Canal of a bone given as a signed distance in the vertebral frame."""
    centre = np.asarray(landmarks.canal[:2], dtype=np.float64)
    angle = 2.0 * np.pi * np.arange(RAYS) / RAYS
    way = np.column_stack([np.cos(angle), np.sin(angle)])
    radius = _rays(distance, centre, way, landmarks)
    known = np.isfinite(radius)
    measured = bool(known.mean() >= CLOSED)
    if measured:
        radius = np.interp(angle, angle[known], radius[known], period=2.0 * np.pi)
    else:
        radius = np.where(known, np.minimum(radius, BARE_RADIUS), BARE_RADIUS)
    outline = centre + radius[:, None] * way
    low = outline.min(axis=0) - 20.0
    count = np.ceil((outline.max(axis=0) + 20.0 - low) / PIXEL).astype(int) + 1
    axes = [low[k] + PIXEL * np.arange(count[k]) for k in (0, 1)]
    place = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    return Canal(outline, measured, _signed(place, outline, centre).reshape(count), low)


def _rays(distance: SignedDistance, centre: Float, way: Float, landmarks: Landmarks) -> Float:
    """Length (m,) of rays in the directions ``way`` (m, 2) to the nearest bone but for spurs; NaN where open."""
    low, high = float(landmarks.inferior.centre[2]), float(landmarks.superior.centre[2])
    z = np.arange(low, high + SLICE, SLICE)
    reach = np.arange(0.0, REACH, RAY_STEP)
    flat = centre + reach[:, None, None] * way
    points = np.concatenate(
        [
            np.broadcast_to(flat, (len(z), *flat.shape)),
            np.broadcast_to(z[:, None, None, None], (len(z), len(reach), len(way), 1)),
        ],
        axis=-1,
    )
    solid = distance.at(points.reshape(-1, 3)).reshape(points.shape[:-1]) < 0.0
    hit = solid.any(axis=1) & ~solid[:, 0]
    length = np.where(hit, reach[np.argmax(solid, axis=1)], np.nan)
    found = np.full(len(way), np.nan)
    some = hit.any(axis=0)
    found[some] = np.nanpercentile(length[:, some], NEAR, axis=0)
    return found


def _signed(points: Float, outline: Float, centre: Float) -> Float:
    """Signed distance (n,) of ``points`` (n, 2) to a closed line that rays from ``centre`` meet once."""
    ahead = np.roll(outline, -1, axis=0)
    edge = ahead - outline
    offset = points[:, None] - outline
    share = np.clip((offset * edge).sum(-1) / np.maximum((edge**2).sum(-1), 1e-12), 0.0, 1.0)
    gap = np.linalg.norm(offset - share[..., None] * edge, axis=-1).min(axis=1)
    angle = np.arctan2(*(outline - centre).T[::-1]) % (2.0 * np.pi)
    order = np.argsort(angle)
    own = points - centre
    sector = np.searchsorted(angle[order], np.arctan2(own[:, 1], own[:, 0]) % (2.0 * np.pi)) - 1
    first = order[sector]
    side = edge[first, 0] * offset[np.arange(len(points)), first, 1]
    side -= edge[first, 1] * offset[np.arange(len(points)), first, 0]
    return np.asarray(np.where(side > 0.0, -gap, gap))
