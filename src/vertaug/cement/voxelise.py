# SPDX-License-Identifier: BSD-3-Clause
"""Shares of bone, cavity and cannula in each voxel, by counting samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vertaug.cement.solid_view import DeformedSolid, surface_volume
from vertaug_kernels import voxel

__all__ = ["Lattice", "Shares", "cavity_share", "count_shares", "owners"]

Float = NDArray[np.float64]
Int = NDArray[np.int32]


@dataclass(frozen=True)
class Lattice:
    """Cubic voxels: lower corner `origin` (3,) mm, `spacing` mm, `shape`, `per_side` samples an edge."""

    origin: Float
    spacing: float
    shape: tuple[int, int, int]
    per_side: int = 3

    @property
    def step(self) -> float:
        """Distance of samples, mm."""
        return self.spacing / self.per_side

    def first_sample(self) -> Float:
        """Position of sample (0, 0, 0), mm."""
        return np.asarray(self.origin + 0.5 * self.step, dtype=np.float64)

    def gather(self, samples: NDArray[np.generic]) -> Float:
        """Mean of the samples of each voxel, shape `shape`."""
        n, (nx, ny, nz) = self.per_side, self.shape
        blocks = samples.reshape(nx, n, ny, n, nz, n)
        return np.asarray(blocks.mean(axis=(1, 3, 5)), dtype=np.float64)


@dataclass(frozen=True)
class Shares:
    """By voxel: shares of `bone`, `cavity`, `cannula`, `cleft`, mean bone `fraction` within the bone share.

    Clefts are part of the bone share.

    `volume` and `mass` are what the mesh holds of bone (mm³ of space, mm³ of matrix) on this
    lattice, `cavity_volume` what the surfaces enclose, mm³.
    """

    bone: Float
    cavity: Float
    cannula: Float
    cleft: Float
    fraction: Float
    volume: float
    mass: float
    cavity_volume: float


def owners(solid: DeformedSolid, lattice: Lattice) -> Int:
    """Index of the cell that holds each sample, -1 for none; shape `per_side` times the voxels'."""
    owner = np.full([n * lattice.per_side for n in lattice.shape], -1, dtype=np.int32)
    points = np.ascontiguousarray(solid.points, dtype=np.float64)
    cells = np.ascontiguousarray(solid.cells, dtype=np.int32)
    voxel.own_samples(points, cells, lattice.first_sample(), lattice.step, owner)
    return owner


def cavity_share(solid: DeformedSolid, lattice: Lattice) -> tuple[Float, float]:
    """Share of the cavities in each voxel and their volume from the surfaces."""
    inside = np.zeros([n * lattice.per_side for n in lattice.shape], dtype=np.uint8)
    total = 0.0
    for name, facets in solid.cavities:
        total += surface_volume(solid.points, facets, name)
        one = np.zeros_like(inside)
        points = np.ascontiguousarray(solid.points, dtype=np.float64)
        wall = np.ascontiguousarray(facets, dtype=np.int32)
        voxel.fill_surface(points, wall, lattice.first_sample(), lattice.step, one)
        inside |= one
    return lattice.gather(inside), total


def _on_lattice(solid: DeformedSolid, lattice: Lattice, owner: Int) -> Float:
    """Volume, mm³, of each cell that lies on the lattice: exact within, by samples at the edge."""
    high = lattice.origin + lattice.spacing * np.array(lattice.shape)
    within = ((solid.points >= lattice.origin) & (solid.points <= high)).all(axis=1)
    counted = np.bincount(owner[owner >= 0], minlength=len(solid.cells)) * lattice.step**3
    complete = np.asarray(within)[solid.cells].all(axis=1)
    return np.where(complete, solid.volumes(), counted)


def count_shares(
    solid: DeformedSolid, lattice: Lattice, blocked: tuple[str, ...], hollow: tuple[str, ...]
) -> Shares:
    """Count what each voxel holds; regions whose names start with `blocked` are cannulas, with `hollow` clefts."""
    owner = owners(solid, lattice)
    cannula = solid.in_regions(blocked)
    fraction = solid.present_fraction()
    bone, mean, rod, cleft, unused = (np.zeros(lattice.shape) for _ in range(5))
    chosen = np.asarray(~cannula, dtype=np.uint8)
    voxel.sample_means(owner, fraction, chosen, lattice.per_side, bone, mean)
    voxel.sample_means(owner, fraction, 1 - chosen, lattice.per_side, rod, unused)
    gap = np.asarray(solid.in_regions(hollow), dtype=np.uint8)
    voxel.sample_means(owner, fraction, gap, lattice.per_side, cleft, np.zeros(lattice.shape))
    cavity, cavity_volume = cavity_share(solid, lattice)
    volumes = np.where(cannula, 0.0, _on_lattice(solid, lattice, owner))
    mass = float(volumes @ fraction)
    cavity = np.minimum(cavity, 1.0 - bone - rod)
    return Shares(bone, cavity, rod, cleft, mean, float(volumes.sum()), mass, cavity_volume)
