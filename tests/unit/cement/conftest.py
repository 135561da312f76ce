# SPDX-License-Identifier: BSD-3-Clause
"""A small solid body with a cavity, made of cubes cut into tetrahedra."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from vertaug.cement.solid_view import DeformedSolid, OpeningSite
from vertaug.mesh.surface import boundary_facets
from vertaug.verification.meshes import cut_cubes


def _make(
    size: float = 1.5, cavity_radius: float = 5.0, rim_ratio: float = 1.0, fraction: float = 0.1
) -> DeformedSolid:
    """Ellipsoidal body (semi-axes 20, 15, 12 mm) around a cavity whose rim has J = `rim_ratio`."""
    number = np.array([30, 24, 20])
    stride = np.array([(number[1] + 1) * (number[2] + 1), number[2] + 1, 1])
    lattice = np.stack(
        np.meshgrid(*[np.arange(n + 1) for n in number], indexing="ij"), axis=-1
    ).reshape(-1, 3)
    points = size * (lattice - number / 2.0)
    cubes = lattice[(lattice < number).all(axis=1)]
    centre = size * (cubes + 0.5 - number / 2.0)
    radius = np.linalg.norm(centre, axis=1)
    body = (np.linalg.norm(centre / [20.0, 15.0, 12.0], axis=1) < 1.0) & (radius > cavity_radius)
    cells = cut_cubes(cubes[body], stride)
    ratio = np.where(radius[body] < cavity_radius + 2.0, rim_ratio, 1.0).repeat(6)
    facets = boundary_facets(cells)[0]
    near = np.linalg.norm(points[facets].mean(axis=1), axis=1) < cavity_radius + 2.0
    cavities = (("balloon", facets[near].astype(np.int32)),) if cavity_radius > 0.0 else ()
    zero = np.zeros(len(cells), dtype=np.int32)
    return DeformedSolid(
        points, cells, ratio, np.full(len(cells), fraction), zero, ("trabecular",), cavities
    )


@pytest.fixture(scope="session")
def make_solid() -> Callable[..., DeformedSolid]:
    return _make


@pytest.fixture(scope="session")
def sites() -> tuple[OpeningSite, ...]:
    """A basivertebral foramen behind, two segmental ones at the sides, a small endplate defect."""

    def site(name: str, pathway: str, space: str, at: tuple[float, float, float], radius: float):
        return OpeningSite(name, pathway, space, 1e-3, np.array([at]), radius, 2.0)

    return (
        site("vein_basivertebral", "basivertebral", "canal", (0.0, 15.0, 0.0), 1.2),
        site("vein_left", "segmental_vein", "paravertebral", (18.5, -4.0, 0.0), 0.5),
        site("vein_right", "segmental_vein", "paravertebral", (-18.5, -4.0, 0.0), 0.5),
        site("defect_superior", "disc", "disc", (6.0, 0.0, 11.5), 0.8),
    )
