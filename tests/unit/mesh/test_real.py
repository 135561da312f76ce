# SPDX-License-Identifier: BSD-3-Clause
"""Meshing of a real lumbar vertebra."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vertaug.mesh import Capsule, MeshSize, distance_from_surface, generate_mesh, quality_table
from vertaug.mesh.read import read_surface
from vertaug.mesh.surface import components, is_closed

SURFACE = Path(__file__).resolve().parents[3] / "../shared/data/remus/remus_L1_mm_LPS.ply"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not SURFACE.exists(), reason="the folder of real vertebrae is absent"),
]


def test_lumbar_vertebra_with_two_cavities() -> None:
    surface = read_surface(SURFACE)
    distance = distance_from_surface(surface.points, surface.triangles)
    deepest = np.unravel_index(np.argmin(distance.values), distance.values.shape)
    centre = distance.origin + distance.spacing * np.array(deepest)
    half = np.array([0.0, 5.0, 0.0])
    cavities = {
        name: Capsule(centre + side - half, centre + side + half, 1.75)
        for name, side in (("left", np.array([4.5, 0, 0])), ("right", np.array([-4.5, 0, 0])))
    }
    mesh = generate_mesh(distance, cavities, MeshSize())
    table = quality_table(mesh)
    assert 20_000 < table.n_cells < 70_000
    assert table.n_inverted == 0
    assert table.minimum_quality > 0.1
    assert components(mesh.cells).max() == 0
    for name in ("outer", "left", "right"):
        assert is_closed(mesh.facets[mesh.facets_of(name)])
    outer = mesh.points[mesh.facets[mesh.facets_of("outer")]].mean(axis=1)
    assert np.abs(distance.at(outer)).mean() < 0.2
