# SPDX-License-Identifier: BSD-3-Clause
"""The J2 cavity job as arrays that every code reads: mesh, supports, nodal loads, constants.

One eighth of a cube of 40 mm with a spherical cavity of radius 8 mm in its middle, symmetry on three
planes, the other faces free; E 300 MPa, nu 0.3, yield 3 MPa, linear isotropic hardening 15 MPa, small
strain; a pressure in the cavity that rises to 5 MPa in ten equal increments. Quadratic tetrahedra
with straight sides, so that the pressure puts a third of a facet's load on each mid-edge node and
none on its corners; every code gets these nodal forces.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from cavity import cavity, edge_nodes, symmetry
from numpy.typing import NDArray

__all__ = ["CONSTANTS", "INCREMENTS", "divisions", "pressure_forces", "write_problem"]

CONSTANTS = {"young": 300.0, "poisson": 0.3, "strength": 3.0, "hardening": 15.0}
INCREMENTS, PRESSURE, RADIUS = 10, 5.0, 8.0
_UNKNOWNS_PER_HEXAHEDRON = 152.0
_FACES = ((0, 1, 2, 4, 5, 6), (0, 1, 3, 4, 8, 7), (1, 2, 3, 5, 9, 8), (0, 2, 3, 6, 9, 7))


def divisions(unknowns: float) -> tuple[int, int]:
    """Cells around and along of a tet10 mesh of about that many degrees of freedom."""
    blocks = unknowns / _UNKNOWNS_PER_HEXAHEDRON
    around = max(2, round(blocks ** (1.0 / 3.0)))
    return around, max(2, round(blocks / around**2))


def pressure_forces(
    points: NDArray[np.float64], cells: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Nodes (m,) of the cavity's surface and their forces (m, 3) at unit pressure, N/MPa."""
    facets = np.concatenate([cells[:, list(face)] for face in _FACES])
    corner = points[facets[:, :3]]
    on_cavity = (np.abs(np.linalg.norm(corner, axis=2) - RADIUS) < 1e-6).all(axis=1)
    facets, corner = facets[on_cavity], corner[on_cavity]
    area = 0.5 * np.cross(corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 0])
    area *= np.sign((area * corner.mean(axis=1)).sum(axis=1))[:, None]
    forces = np.zeros_like(points)
    for place in range(3, 6):
        np.add.at(forces, facets[:, place], area / 3.0)
    nodes = np.flatnonzero(np.abs(forces).sum(axis=1) > 0.0).astype(np.int32)
    return nodes, forces[nodes]


def write_problem(file: Path, around: int, along: int) -> dict[str, int]:
    """Write the job's arrays; returns counts of unknowns and cells."""
    points, cells = cavity("tet10", around, along)
    nodes, forces = pressure_forces(points, cells)
    vertex = int(np.argmin(np.linalg.norm(points - [RADIUS, 0.0, 0.0], axis=1)))
    np.savez(
        file, points=points, cells=cells, fixed=symmetry(points), edges=edge_nodes(cells), loaded=nodes,
        forces=PRESSURE * forces, vertex=vertex,
    )  # fmt: skip
    return {"unknowns": points.size, "cells": len(cells)}
