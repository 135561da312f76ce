# SPDX-License-Identifier: BSD-3-Clause
"""Veins inside the bone: cells that a vessel runs through let more through.

A tube of radius r is as permeable as ``r^2 / 8`` (Poiseuille); a cell of which it takes up a share f has
``max(k, f r^2 / 8)``. Its lumen is part of the bone's porosity already, which comes from a density measured with it.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.voxelise import Lattice

__all__ = ["vessel_permeability", "vessel_share"]

Float = NDArray[np.float64]
_PER_SIDE = 4


def vessel_share(lattice: Lattice, line: Float, radius: float) -> Float:
    """Share of each voxel within `radius` mm of a line through points (m, 3), mm; (nx, ny, nz)."""
    share = np.zeros(lattice.shape)
    line = np.asarray(line, dtype=np.float64)
    low = np.floor((line.min(axis=0) - radius - lattice.origin) / lattice.spacing).astype(int)
    high = np.ceil((line.max(axis=0) + radius - lattice.origin) / lattice.spacing).astype(int)
    low, high = np.clip(low, 0, lattice.shape), np.clip(high, 0, lattice.shape)
    if (high <= low).any():
        return share
    axes = [
        lattice.origin[n]
        + lattice.spacing * (np.arange(a * _PER_SIDE, b * _PER_SIDE) + 0.5) / _PER_SIDE
        for n, (a, b) in enumerate(zip(low, high, strict=True))
    ]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    apart = np.full(points.shape[:3], np.inf)
    for start, end in pairwise(line):
        way = end - start
        length = max(float(way @ way), 1e-12)
        along = np.clip((points - start) @ way / length, 0.0, 1.0)
        apart = np.minimum(apart, np.linalg.norm(points - start - along[..., None] * way, axis=-1))
    nx, ny, nz = (int(n) for n in high - low)
    part = Lattice(lattice.origin, lattice.spacing, (nx, ny, nz), _PER_SIDE)
    box = part.gather((apart <= radius).astype(np.float64))
    share[tuple(slice(a, b) for a, b in zip(low, high, strict=True))] = box
    return share


def vessel_permeability(permeability: Float, share: Float, radius: float) -> Float:
    """Permeability, mm², of cells of which a vessel takes up some `share`."""
    return np.asarray(np.maximum(permeability, share * radius**2 / 8.0))
